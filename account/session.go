package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"kepu/journal"
)

// How long a session lasts: ASVS 5.0, 7.3.1 and 7.3.2.
const (
	SessionIdle = 30 * time.Minute
	SessionLife = 12 * time.Hour
)

const (
	sessionPrefix = "session/"
	sessionPage   = 500
	// sessionStep is how often the use of a session is written down.
	sessionStep = time.Minute
	// skew is how far the clocks of two nodes may be apart. What is from
	// further in the future was not made by a clock to be trusted.
	skew      = time.Minute
	labelMost = 80
	tokenSize = 32 // bytes, random
)

// Session is one person at one browser. No address is kept.
type Session struct {
	ID         string    `json:"id"` // names it, opens nothing
	User       string    `json:"user"`
	Label      string    `json:"label,omitempty"` // of the browser
	Started    time.Time `json:"started"`
	Seen       time.Time `json:"seen"`                  // to the minute
	Ends       time.Time `json:"ends"`                  // unless used before
	MustChange bool      `json:"must_change,omitempty"` // the password: until then the actor holds no grant
}

// Entrance is what somebody was let in with. It is hidden when printed: Token
// and Device go into cookies and nowhere else.
type Entrance struct {
	Token   string `json:"-"` // of the session
	Device  string `json:"-"` // this browser's guesses are counted apart; lasts DeviceLife
	Session Session
}

// String names the session alone.
func (e Entrance) String() string { return "session " + e.Session.ID }

// GoString names the session alone.
func (e Entrance) GoString() string { return e.String() }

// LogValue names the session alone.
func (e Entrance) LogValue() slog.Value { return slog.StringValue(e.String()) }

// sitting is the row of a session; its key is the hash of the token.
type sitting struct {
	User    string    `json:"user"`
	Label   string    `json:"label,omitempty"`
	Started time.Time `json:"started"`
	Seen    time.Time `json:"seen"`
	Count   int       `json:"count"`             // the person's Sessions when it was made
	Outside bool      `json:"outside,omitempty"` // without the password
}

// ends is when the session ends unless it is used.
func (s sitting) ends() time.Time {
	idle, life := s.Seen.Add(SessionIdle), s.Started.Add(SessionLife)
	if idle.Before(life) {
		return idle
	}
	return life
}

// holds tells whether the session is open: neither ended nor from a clock that
// ran ahead.
func (s sitting) holds(now time.Time) bool {
	return now.Before(s.ends()) && !s.Started.After(now.Add(skew)) && !s.Seen.After(now.Add(skew)) && !s.Seen.Before(s.Started)
}

func (a *Accounts) session(key string, s sitting, p person) Session {
	return Session{
		ID: strings.TrimPrefix(key, sessionPrefix), User: s.User, Label: s.Label, Started: s.Started, Seen: s.Seen, Ends: s.ends(),
		MustChange: !s.Outside && (p.MustChange || a.Profile.due(p.Changed, a.now())),
	}
}

// sessionKey is the row of a token.
func sessionKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return sessionPrefix + hex.EncodeToString(sum[:])
}

// label cleans what a browser calls itself.
func label(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s[:min(len(s), labelMost*maxBytes)], ""))
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), labelMost)])
}

// open begins a session under a token that nobody had before.
func (a *Accounts) open(ctx context.Context, p person, name string, outside bool) (Entrance, error) {
	raw := make([]byte, tokenSize)
	rand.Read(raw) // never fails, see crypto/rand
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := a.now()
	s := sitting{User: p.ID, Label: label(name), Started: now, Seen: now, Count: p.Sessions, Outside: outside}
	row := journal.Row{Key: sessionKey(token), Expires: s.ends()}
	var err error
	if row.Value, err = json.Marshal(s); err != nil {
		return Entrance{}, fmt.Errorf("open session: %w", err)
	}
	results, err := a.Slate.Put(ctx, row)
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return Entrance{}, fmt.Errorf("open session: %w", err)
	}
	return Entrance{Token: token, Session: a.session(row.Key, s, p)}, nil
}

// Resume gives who stands behind a session's token, with the grants of this
// moment, and slides its end. ErrCredentials where the session ended, was ended,
// or its person is disabled or gone. While the password must be changed the
// actor holds no grant.
func (a *Accounts) Resume(ctx context.Context, token string) (Actor, Session, error) {
	p, row, s, err := a.resume(ctx, token)
	if err != nil {
		return Actor{}, Session{}, err
	}
	if now := a.now(); now.Sub(s.Seen) >= sessionStep {
		s.Seen = now
		row.Expires = s.ends()
		if row.Value, err = json.Marshal(s); err != nil {
			return Actor{}, Session{}, fmt.Errorf("resume session: %w", err)
		}
		// One that can't be written holds until its old end: a full disk does
		// not sign everybody out. A conflict is another call's slide, or the
		// session's end, which counts from the next call.
		_, _ = a.Slate.Put(ctx, row)
	}
	session := a.session(row.Key, s, p)
	actor := Actor{ID: p.ID, Grants: p.Grants}
	if session.MustChange {
		actor.Grants = nil
	}
	return actor, session, nil
}

func (a *Accounts) resume(ctx context.Context, token string) (person, journal.Row, sitting, error) {
	no := func(err error) (person, journal.Row, sitting, error) {
		return person{}, journal.Row{}, sitting{}, fmt.Errorf("resume session: %w", err)
	}
	if token == "" {
		return no(ErrCredentials)
	}
	row, err := a.Slate.Get(ctx, sessionKey(token))
	if errors.Is(err, journal.ErrNotFound) {
		return no(ErrCredentials)
	} else if err != nil {
		return no(err)
	}
	p, s, err := a.sitter(ctx, row)
	if err != nil {
		return no(err)
	}
	return p, row, s, nil
}

// sitter gives the session of a row and its person; ErrCredentials where it does
// not hold.
func (a *Accounts) sitter(ctx context.Context, row journal.Row) (person, sitting, error) {
	var s sitting
	if json.Unmarshal(row.Value, &s) != nil || !s.holds(a.now()) {
		return person{}, sitting{}, ErrCredentials
	}
	p, _, err := a.person(ctx, s.User)
	if errors.Is(err, journal.ErrNotFound) {
		return person{}, sitting{}, ErrCredentials
	} else if err != nil {
		return person{}, sitting{}, err
	}
	if p.Disabled != nil || s.Count != p.Sessions {
		return person{}, sitting{}, ErrCredentials
	}
	return p, s, nil
}

// SignOut ends the session of a token; one that ended before is no error.
func (a *Accounts) SignOut(ctx context.Context, token string) error {
	if err := a.endRow(ctx, sessionKey(token)); err != nil && !errors.Is(err, journal.ErrNotFound) {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// endRow deletes a row, whoever slides it meanwhile.
func (a *Accounts) endRow(ctx context.Context, key string) error {
	for try := 1; ; try++ {
		row, err := a.Slate.Get(ctx, key)
		if err != nil {
			return err
		}
		if err := a.Slate.Delete(ctx, key, row.Version); err == nil || try == changeTries || !errors.Is(err, journal.ErrConflict) {
			return err
		}
	}
}

// Sessions gives the open sessions of a user, the last used first, to themselves
// and to whoever administers them; to others the user is journal.ErrNotFound.
func (a *Accounts) Sessions(ctx context.Context, by Actor, user string) ([]Session, error) {
	p, _, err := a.person(ctx, user)
	if err == nil {
		_, err = visible(by, p)
	}
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	all := []Session{}
	err = a.sittings(ctx, user, func(row journal.Row, s sitting) error {
		if p.Disabled == nil && s.Count == p.Sessions && s.holds(a.now()) {
			all = append(all, a.session(row.Key, s, p))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	slices.SortStableFunc(all, func(a, b Session) int { return b.Seen.Compare(a.Seen) })
	return all, nil
}

// sittings calls fn with every session of a user, "" for everybody's.
func (a *Accounts) sittings(ctx context.Context, user string, fn func(journal.Row, sitting) error) error {
	for after := sessionPrefix; ; {
		rows, err := a.Slate.List(ctx, sessionPrefix, after, time.Time{}, sessionPage)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].Key
		for _, row := range rows {
			var s sitting
			if json.Unmarshal(row.Value, &s) != nil || user != "" && s.User != user {
				continue
			}
			if err := fn(row, s); err != nil {
				return err
			}
		}
	}
}

// SessionCount counts the sessions that have not ended, of everybody.
func (a *Accounts) SessionCount(ctx context.Context) (n int, err error) {
	err = a.sittings(ctx, "", func(_ journal.Row, s sitting) error {
		if s.holds(a.now()) {
			n++
		}
		return nil
	})
	return n, err
}

// EndSession ends a session by its ID: one's own, or of whom one administers.
func (a *Accounts) EndSession(ctx context.Context, by Actor, id string) error {
	err := a.endSession(ctx, by, id)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

func (a *Accounts) endSession(ctx context.Context, by Actor, id string) error {
	if by.ReadOnly {
		return ErrDenied
	}
	if len(id) != 2*sha256.Size {
		return journal.ErrNotFound
	}
	row, err := a.Slate.Get(ctx, sessionPrefix+id)
	if err != nil {
		return err
	}
	var s sitting
	if err := json.Unmarshal(row.Value, &s); err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	if s.User != by.ID {
		p, _, err := a.person(ctx, s.User)
		if err == nil {
			_, err = visible(by, p)
		}
		if err != nil {
			return err
		}
	}
	return a.endRow(ctx, row.Key)
}

// EndSessions ends every session of a user at once, one's own or of whom one
// administers; those being opened at this moment, too. It may be repeated
// whatever its Op: it then ends what was opened since.
func (a *Accounts) EndSessions(ctx context.Context, by By, user string) error {
	_, err := a.change(ctx, By{Actor: by.Actor}, user, actSignOut, func(p *person) error {
		if by.ReadOnly {
			return ErrDenied
		}
		if by.ID != p.ID {
			if err := over(by.Actor, *p); err != nil {
				return err
			}
		}
		p.Sessions++
		return nil
	})
	if err != nil {
		return err
	}
	return a.forget(ctx, user)
}

// forget removes the rows of a user's sessions, which the raised count has ended
// already.
func (a *Accounts) forget(ctx context.Context, user string) error {
	err := a.sittings(ctx, user, func(row journal.Row, s sitting) error {
		p, _, err := a.person(ctx, user)
		if err != nil && !errors.Is(err, journal.ErrNotFound) {
			return err
		}
		if err == nil && s.Count == p.Sessions {
			return nil // opened since
		}
		if err := a.Slate.Delete(ctx, row.Key, row.Version); err != nil && !errors.Is(err, journal.ErrConflict) {
			return err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("end sessions of %s: %w", user, err)
	}
	return nil
}
