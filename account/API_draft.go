package account

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"
)

var errDraft = errors.New("draft")

type Profile string

const (
	ASVS  Profile = "asvs"
	MLPS3 Profile = "mlps3"
)

type Cost struct {
	Memory  uint32 // KiB
	Time    uint32
	Threads uint8
}

// First makes the first administrator where there is none: name and one-time password, once; "" where there is one.
func (a *Accounts) First(ctx context.Context) (name, password string, err error) { return "", "", errDraft }

// New is what a new user is made of.
type New struct {
	Name, Display string
	Grants        []Grant
	Password      string // "": one is drawn, given back once, and must be changed
}

func (a *Accounts) Add(ctx context.Context, by By, n New) (u User, password string, err error) {
	return User{}, "", errDraft
}
func (a *Accounts) List(ctx context.Context, by Actor) ([]User, error) { return nil, errDraft }
func (a *Accounts) Find(ctx context.Context, by Actor, id string) (User, error) {
	return User{}, errDraft
}
func (a *Accounts) Named(ctx context.Context, by Actor, name string) (User, error) {
	return User{}, errDraft
}

// Displays gives display names by id (for any caller); unknown and erased ids are absent.
func (a *Accounts) Displays(ctx context.Context, ids ...string) (map[string]string, error) {
	return nil, errDraft
}
func (a *Accounts) SetGrants(ctx context.Context, by By, id string, grants []Grant) (User, error) {
	return User{}, errDraft
}
func (a *Accounts) SetDisplay(ctx context.Context, by By, id, display string) (User, error) {
	return User{}, errDraft
}
func (a *Accounts) Disable(ctx context.Context, by By, id string) (User, error) { return User{}, errDraft }
func (a *Accounts) Enable(ctx context.Context, by By, id string) (User, error)  { return User{}, errDraft }
func (a *Accounts) Erase(ctx context.Context, by By, id string) error           { return errDraft }

// SetPassword: one's own; ends one's other sessions, the one of session (a cookie value) goes on.
func (a *Accounts) SetPassword(ctx context.Context, session, old, new string) error { return errDraft }
func (a *Accounts) ResetPassword(ctx context.Context, by By, id, password string) (string, error) {
	return "", errDraft
}

// Seed is a second factor being set up.
type Seed struct {
	Secret string // base32
	URI    string // otpauth://
}

func (a *Accounts) StartTOTP(ctx context.Context, by Actor, password string) (Seed, error) {
	return Seed{}, errDraft
}
func (a *Accounts) ConfirmTOTP(ctx context.Context, by By, code string) (recovery []string, err error) {
	return nil, errDraft
}

// DropTOTP: one's own with the password, another's as an administrator.
func (a *Accounts) DropTOTP(ctx context.Context, by By, id, password string) error { return errDraft }

// Attempt is one try at signing in.
type Attempt struct {
	Name, Password string
	Code           string     // of the second factor or a recovery code; "" none
	Device         string     // what an earlier Entrance gave as Device; "" none
	Label          string     // of the browser, to know a session by
	From           netip.Addr // counted by its network, never kept
}

// Entrance is what was opened.
type Entrance struct {
	Token   string // the cookie's value; shown nowhere else
	Device  string // for a cookie that lasts DeviceLife: this browser's guesses are counted apart
	Session Session
}

// Session is one person at one browser.
type Session struct {
	ID         string    `json:"id"` // names it, opens nothing
	User       string    `json:"user"`
	Label      string    `json:"label,omitempty"`
	Started    time.Time `json:"started"`
	Seen       time.Time `json:"seen"`                  // to the minute
	Ends       time.Time `json:"ends"`                  // unless used before
	MustChange bool      `json:"must_change,omitempty"` // the password: until then the actor holds no grant
}

func (a *Accounts) SignIn(ctx context.Context, try Attempt) (Entrance, error) { return Entrance{}, errDraft }

// Resume: ErrCredentials where it ended.
func (a *Accounts) Resume(ctx context.Context, token string) (Actor, Session, error) {
	return Actor{}, Session{}, errDraft
}
func (a *Accounts) SignOut(ctx context.Context, token string) error { return errDraft }
func (a *Accounts) Sessions(ctx context.Context, by Actor, user string) ([]Session, error) {
	return nil, errDraft
}
func (a *Accounts) EndSession(ctx context.Context, by Actor, id string) error { return errDraft }
func (a *Accounts) EndSessions(ctx context.Context, by By, user string) error { return errDraft }

// Token is a bearer token as its owner may see it.
type Token struct {
	ID      string    `json:"id"`
	User    string    `json:"user"`
	Label   string    `json:"label"`
	Scope   []Grant   `json:"scope"` // nil: all its owner holds
	Read    bool      `json:"read,omitempty"`
	Created time.Time `json:"created"`
	Ends    time.Time `json:"ends"`
}
type token struct{}

func (a *Accounts) AddToken(ctx context.Context, by By, t Token) (Token, string, error) {
	return Token{}, "", errDraft
}
func (a *Accounts) Tokens(ctx context.Context, by Actor, user string) ([]Token, error) {
	return nil, errDraft
}
func (a *Accounts) EndToken(ctx context.Context, by By, id string) error { return errDraft }

// Bearer: the actor has Token.Read in Actor.ReadOnly.
func (a *Accounts) Bearer(ctx context.Context, value string) (Actor, Token, error) {
	return Actor{}, Token{}, errDraft
}

// Actor for the desk; journal.ErrNotFound where there is none or disabled.
func (a *Accounts) Actor(ctx context.Context, id string) (Actor, error) { return Actor{}, errDraft }

// Provider is an OpenID Connect provider.
type Provider struct {
	Issuer, ClientID, ClientSecret string
	Redirect                       string // where it sends people back
	Claim                          string // that holds the login name at first use; "": nobody is linked by name
	Client                         *http.Client
}

// Start: where to send the browser, and the state to bind to it by a cookie.
func (a *Accounts) Start(ctx context.Context) (to, state string, err error) { return "", "", errDraft }

// Finish: state from the cookie, equal to the one in the address (the caller checks).
func (a *Accounts) Finish(ctx context.Context, state, code, label string) (Entrance, error) {
	return Entrance{}, errDraft
}

// Settle mends the claims of names; run at start and hourly.
func (a *Accounts) Settle(ctx context.Context) (freed int, err error) { return 0, errDraft }
