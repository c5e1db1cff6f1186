// Package studio answers the JSON that the studio stands on, under
// /api/v1/studio: who is signed in, what they write, review and place, and what
// they look up. It owns the table of its routes, how strictly a body is read,
// and how a repeated call finds its first result. It knows no rule of the desk:
// who may do what with an item, content, account and roll say. It refuses
// whatever is not exactly what a route takes.
package studio

import (
	"log/slog"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/hook"
	"kepu/journal"
	"kepu/media"
	"kepu/roll"
	"kepu/shelf"
)

// Config of New. All but Log and Now are required.
type Config struct {
	Accounts *account.Accounts
	Desk     *content.Desk
	Store    journal.Store
	Slate    journal.Slate
	Media    *media.Collection
	Shelf    *shelf.Shelf
	Roll     *roll.Roll
	Hooks    *hook.Book
	Secret   journal.Secret
	Home     string // where a browser goes once it is signed in from outside; "" is Base/session
	Now      func() time.Time
	Log      *slog.Logger
}

// Studio answers calls. It is safe for concurrent use.
type Studio struct {
	Config
	base   string
	keys   keys
	routes []*Route
}

// New makes the studio. base is the public scheme and host.
func New(c Config, base string) *Studio {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Home == "" {
		c.Home = base + Base + "/session"
	}
	s := &Studio{Config: c, base: base, keys: newKeys(c.Secret)}
	s.routes = s.table()
	return s
}

// Routes are all that the studio answers.
func (s *Studio) Routes() []*Route { return s.routes }

// Answer judges whether the caller may call the route, and lets it answer. Errors
// are those of this package, of account, content, media, roll and the journal;
// any other is a fault of ours.
func (s *Studio) Answer(c *Call) (Answer, error) {
	r := c.Route
	for name, value := range c.Args {
		if !argument(name, value) {
			return Answer{}, journal.ErrNotFound
		}
	}
	switch {
	case !r.Open.Anyone() && c.ID == "":
		return Answer{}, ErrSignedOut
	case !r.Early() && c.Session != nil && c.Session.MustChange:
		return Answer{}, ErrMustChange
	case !r.Open.Lets(c.Actor):
		s.Log.Warn("refused for the role", "route", r.Name, "user", c.ID)
		return Answer{}, ErrForbidden
	case c.ReadOnly && r.Unsafe():
		return Answer{}, ErrReadOnly
	case r.Match && !c.Match.Given:
		return Answer{}, ErrMatch
	}
	if r.Once == never || c.Key == "" {
		c.Key = ""
		return r.Do.run(c)
	}
	if !visibleKey(c.Key) {
		return Answer{}, bad("Idempotency-Key", "要1到64个看得见的英文字符")
	}
	return s.once(c)
}
