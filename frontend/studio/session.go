package studio

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"kepu/account"
	"kepu/journal"
)

// Who is who sends a call: a person by a session or by a token. The zero Who is
// nobody.
type Who struct {
	account.Actor
	Secret  string // what the session's cookie holds
	Session *account.Session
	Token   *account.Token
}

// Session is who the value of a session's cookie stands for; nobody where it
// opens nothing (any more): what anybody may call, they still may.
func (s *Studio) Session(ctx context.Context, secret string) (Who, error) {
	actor, session, err := s.Accounts.Resume(ctx, secret)
	switch {
	case errors.Is(err, account.ErrCredentials):
		return Who{}, nil
	case err != nil:
		return Who{}, err
	}
	return Who{Actor: actor, Secret: secret, Session: &session}, nil
}

// Bearer is who a bearer token stands for; ErrSignedOut where it opens nothing.
func (s *Studio) Bearer(ctx context.Context, secret string) (Who, error) {
	actor, token, err := s.Accounts.Bearer(ctx, secret)
	switch {
	case errors.Is(err, account.ErrCredentials):
		return Who{}, ErrSignedOut
	case err != nil:
		return Who{}, err
	}
	return Who{Actor: actor, Token: &token}, nil
}

// Me is who is signed in and what they may do.
type Me struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Display    string           `json:"display"`
	Grants     []account.Grant  `json:"grants" doc:"现在能用的角色和地区；要先改密码时是空的"`
	MustChange bool             `json:"must_change,omitempty" doc:"先改密码，再做别的"`
	Second     bool             `json:"second,omitempty" doc:"登录要第二道验证"`
	ReadOnly   bool             `json:"read_only,omitempty"`
	Session    *account.Session `json:"session,omitempty"`
	Token      *account.Token   `json:"token,omitempty"`
}

func (s *Studio) me(c *Call) (Me, error) {
	user, err := s.Accounts.Find(c.Ctx, c.Actor, c.ID)
	if err != nil {
		return Me{}, err
	}
	me := Me{ID: user.ID, Name: user.Name, Display: user.Display, Grants: whole(c.Grants),
		Second: user.Second, ReadOnly: c.ReadOnly, Token: c.Token}
	if c.Session != nil {
		session := *c.Session
		me.Session, me.MustChange = &session, session.MustChange
	}
	return me, nil
}

// SignIn is what somebody says to be let in.
type SignIn struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Code     string `json:"code,omitempty" doc:"第二道验证的六位数字，或者一个备用码"`
}

func (s *Studio) signIn(c *Call, in SignIn) (Answer, error) {
	entrance, err := s.Accounts.SignIn(c.Ctx, account.Attempt{Name: in.Name, Password: in.Password, Code: in.Code, Device: c.Device,
		Label: c.Agent, From: c.Address.Addr()})
	if err != nil {
		return Answer{}, err
	}
	return s.enter(c, entrance)
}

// enter lets somebody in: under a new session, whatever was there before.
func (s *Studio) enter(c *Call, e account.Entrance) (Answer, error) {
	if c.Secret != "" {
		if err := s.Accounts.SignOut(c.Ctx, c.Secret); err != nil {
			return Answer{}, err
		}
	}
	actor, session, err := s.Accounts.Resume(c.Ctx, e.Token)
	if err != nil {
		return Answer{}, err
	}
	c.Who = Who{Actor: actor, Secret: e.Token, Session: &session}
	me, err := s.me(c)
	a := Answer{Body: me, Cookies: []Cookie{{Name: SessionCookie, Value: e.Token}}}
	if e.Device != "" {
		a.Cookies = append(a.Cookies, Cookie{DeviceCookie, e.Device, account.DeviceLife})
	}
	return a, err
}

// signOut ends the session. Without one nothing is left to do.
func (s *Studio) signOut(c *Call) (Answer, error) {
	if c.Secret != "" {
		if err := s.Accounts.SignOut(c.Ctx, c.Secret); err != nil {
			return Answer{}, err
		}
	}
	return Answer{Cookies: []Cookie{{Name: SessionCookie}}}, nil
}

// Sessions are those of one person.
type Sessions struct {
	Sessions []account.Session `json:"sessions"`
}

func (s *Studio) sessions(c *Call) (Sessions, error) {
	list, err := s.Accounts.Sessions(c.Ctx, c.Actor, c.userOr())
	return Sessions{whole(list)}, err
}

// userOr is the user that the path names, or else the caller.
func (c *Call) userOr() string {
	if id := c.Args["user"]; id != "" {
		return id
	}
	return c.ID
}

func (s *Studio) endSession(c *Call) (None, error) {
	return None{}, s.Accounts.EndSession(c.Ctx, c.Actor, c.Args["session"])
}

func (s *Studio) endSessions(c *Call) (None, error) {
	return None{}, s.Accounts.EndSessions(c.Ctx, c.person(), c.userOr())
}

// NewPassword is a change of one's own.
type NewPassword struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// password gives a new session with the new password: every other one ends.
func (s *Studio) password(c *Call, in NewPassword) (Answer, error) {
	if c.Session == nil {
		return Answer{}, ErrForbidden // a token is not its owner
	}
	entrance, err := s.Accounts.SetPassword(c.Ctx, c.Secret, in.Old, in.New)
	if err != nil {
		return Answer{}, err
	}
	c.Secret = "" // it has ended
	return s.enter(c, entrance)
}

// Password confirms that the person is still who signed in.
type Password struct {
	Password string `json:"password"`
}

// Seed is a second factor being set up; it is shown once.
type Seed struct {
	Secret string `json:"secret" doc:"手工输入的密钥"`
	URI    string `json:"uri" doc:"做成二维码的地址"`
}

func (s *Studio) startSecond(c *Call, in Password) (Seed, error) {
	if c.Session == nil {
		return Seed{}, ErrForbidden
	}
	seed, err := s.Accounts.StartTOTP(c.Ctx, c.Actor, in.Password)
	return Seed{seed.Secret, seed.URI}, err
}

// Code is one of the second factor's.
type Code struct {
	Code string `json:"code"`
}

// Recovery are codes for when the second factor is lost; they are shown once.
type Recovery struct {
	Recovery []string `json:"recovery"`
}

func (s *Studio) confirmSecond(c *Call, in Code) (Recovery, error) {
	if c.Session == nil {
		return Recovery{}, ErrForbidden
	}
	codes, err := s.Accounts.ConfirmTOTP(c.Ctx, c.person(), in.Code)
	return Recovery{whole(codes)}, err
}

func (s *Studio) dropSecond(c *Call, in Password) (None, error) {
	if c.Session == nil {
		return None{}, ErrForbidden
	}
	return None{}, s.Accounts.DropTOTP(c.Ctx, c.person(), c.ID, in.Password)
}

// stateLasts is how long a sign-in at the outside provider may take.
const stateLasts = 10 * time.Minute

// outside sends the browser to the outside provider.
func (s *Studio) outside(c *Call) (Answer, error) {
	if s.Accounts.Outside == nil {
		return Answer{}, journal.ErrNotFound
	}
	to, state, err := s.Accounts.Start(c.Ctx)
	return Answer{Status: 302, Place: to, Cookies: []Cookie{{StateCookie, state, stateLasts}}}, err
}

// back takes the browser back from the outside provider and lets the person in.
// Only the browser that was sent there holds the state.
func (s *Studio) back(c *Call) (Answer, error) {
	state := c.Query.Text("state")
	if s.Accounts.Outside == nil {
		return Answer{}, journal.ErrNotFound
	}
	if c.State == "" || subtle.ConstantTimeCompare([]byte(c.State), []byte(state)) != 1 {
		return Answer{}, ErrCrossSite
	}
	entrance, err := s.Accounts.Finish(c.Ctx, state, c.Query.Text("code"), c.Agent)
	if err != nil {
		return Answer{}, err
	}
	a, err := s.enter(c, entrance)
	a.Status, a.Place, a.Body = 302, s.Home, nil
	a.Cookies = append(a.Cookies, Cookie{Name: StateCookie})
	return a, err
}

// person is the caller as account sees them.
func (c *Call) person() account.By {
	by := account.By{Actor: c.Actor}
	if c.Key != "" {
		by.Op = c.op()
	}
	return by
}

// whole makes a list that is promised a list, even where it is empty.
func whole[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
