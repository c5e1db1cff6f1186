package account

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"kepu/journal"
)

// Kinds of record this package writes.
const (
	KindUser  = "user"
	KindToken = "token"
)

// Format is the v of every state this package writes.
const Format = 1

// FirstID is the id of the first administrator, the same on every store: of two
// nodes that make it at once one wins.
const FirstID = "01900000-0000-7000-8000-000000000001"

// User is a person who may sign in, as the others may see them: nothing secret
// is in it.
type User struct {
	ID         string     `json:"id"`   // UUIDv7, or FirstID
	Name       string     `json:"name"` // to sign in with; as Fold gives it
	Display    string     `json:"display"`
	Grants     []Grant    `json:"grants"` // sorted, none twice
	Created    time.Time  `json:"created"`
	Disabled   *time.Time `json:"disabled,omitempty"`    // since when
	MustChange bool       `json:"must_change,omitempty"` // the password, before anything else
	Second     bool       `json:"second,omitempty"`      // a second factor is needed
	Outside    bool       `json:"outside,omitempty"`     // may sign in by the outside provider
}

// Active tells whether the user may sign in.
func (u User) Active() bool { return u.Disabled == nil }

// person is what is kept of a user. It shows nothing of itself when printed.
type person struct {
	V          int        `json:"v"`
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Display    string     `json:"display"`
	Grants     []Grant    `json:"grants"`
	Created    time.Time  `json:"created"`
	Disabled   *time.Time `json:"disabled,omitempty"`
	Password   hidden     `json:"password,omitempty"` // PHC string; "" signs in from outside alone
	Changed    *time.Time `json:"changed,omitempty"`  // when the password was
	MustChange bool       `json:"must_change,omitempty"`
	Second     *second    `json:"second,omitempty"`
	Outside    *subject   `json:"outside,omitempty"`
	Sessions   int        `json:"sessions,omitempty"` // raised to end every session made before
	Tokens     int        `json:"tokens,omitempty"`   // raised to end every token made before
}

// second is a second factor.
type second struct {
	Secret   hidden    `json:"secret"`             // sealed, see seal
	Recovery []hidden  `json:"recovery,omitempty"` // hashes of the codes not used yet
	Since    time.Time `json:"since"`
}

// subject names a person at an outside provider.
type subject struct {
	Issuer string `json:"issuer"`
	ID     string `json:"id"`
}

// hidden is a text that is kept but never printed or logged.
type hidden string

func (hidden) String() string       { return "hidden" }
func (hidden) GoString() string     { return "hidden" }
func (hidden) LogValue() slog.Value { return slog.StringValue("hidden") }

// String names the user and nothing else.
func (p person) String() string { return "user " + p.ID }

// GoString names the user and nothing else.
func (p person) GoString() string { return p.String() }

// LogValue names the user and nothing else.
func (p person) LogValue() slog.Value { return slog.StringValue(p.String()) }

// user is what may be seen of a person.
func (p person) user() User {
	return User{
		ID: p.ID, Name: p.Name, Display: p.Display, Grants: slices.Clone(p.Grants), Created: p.Created, Disabled: p.Disabled,
		MustChange: p.MustChange, Second: p.Second != nil, Outside: p.Outside != nil,
	}
}

// Decode reads a state of kind user as far as others may see it. An older
// format loads; a newer one is journal.ErrNewer.
func Decode(state []byte) (User, error) {
	p, err := decode[person](state)
	return p.user(), err
}

func decode[T person | token](state []byte) (T, error) {
	var format struct {
		V int `json:"v"`
	}
	var t T
	if err := json.Unmarshal(state, &format); err != nil {
		return t, fmt.Errorf("decode %T: %w", t, err)
	}
	if format.V > Format {
		return t, fmt.Errorf("decode %T of format %d: %w", t, format.V, journal.ErrNewer)
	}
	if err := json.Unmarshal(state, &t); err != nil {
		return t, fmt.Errorf("decode %T: %w", t, err)
	}
	return t, nil
}

// By is who acts and under which name: Op is the operation's unique name ("":
// one is drawn), so that repeating a call after an unknown outcome gives the
// first result.
type By struct {
	Actor
	Op string
}
