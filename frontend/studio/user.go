package studio

import (
	"time"

	"kepu/account"
)

// Users are the people who may sign in.
type Users struct {
	Users []account.User `json:"users"`
}

func (s *Studio) users(c *Call) (Users, error) {
	list, err := s.Accounts.List(c.Ctx, c.Actor)
	return Users{whole(list)}, err
}

// NewUser is what a user is made of.
type NewUser struct {
	Name     string          `json:"name" doc:"登录用的名字"`
	Display  string          `json:"display" doc:"别人看到的名字"`
	Grants   []account.Grant `json:"grants"`
	Password string          `json:"password,omitempty" doc:"不写就生成一个，只给看一次，第一次登录时要改"`
}

// MadeUser is a new user, with the password where it was drawn.
type MadeUser struct {
	account.User
	Password string `json:"password,omitempty" doc:"只给看这一次"`
}

func (m MadeUser) place() string { return Base + "/users/" + m.ID }

func (s *Studio) addUser(c *Call, in NewUser) (MadeUser, error) {
	user, password, err := s.Accounts.Add(c.Ctx, c.person(), account.New{Name: in.Name, Display: in.Display, Grants: in.Grants, Password: in.Password})
	return MadeUser{user, password}, err
}

func (s *Studio) user(c *Call) (account.User, error) {
	return s.Accounts.Find(c.Ctx, c.Actor, c.Args["user"])
}

// Display is what others see somebody called.
type Display struct {
	Display string `json:"display"`
}

func (s *Studio) setDisplay(c *Call, in Display) (account.User, error) {
	return s.Accounts.SetDisplay(c.Ctx, c.person(), c.Args["user"], in.Display)
}

// Grants are the roles somebody holds, each in a region.
type Grants struct {
	Grants []account.Grant `json:"grants"`
}

func (s *Studio) setGrants(c *Call, in Grants) (account.User, error) {
	return s.Accounts.SetGrants(c.Ctx, c.person(), c.Args["user"], in.Grants)
}

func (s *Studio) disable(c *Call) (account.User, error) {
	return s.Accounts.Disable(c.Ctx, c.person(), c.Args["user"])
}

func (s *Studio) enable(c *Call) (account.User, error) {
	return s.Accounts.Enable(c.Ctx, c.person(), c.Args["user"])
}

// eraseUser forgets a person: the entries that name the id stay.
func (s *Studio) eraseUser(c *Call) (None, error) {
	return None{}, s.Accounts.Erase(c.Ctx, c.person(), c.Args["user"])
}

// Reset is a password that an administrator gives somebody.
type Reset struct {
	Password string `json:"password,omitempty" doc:"不写就生成一个"`
}

func (s *Studio) resetPassword(c *Call, in Reset) (Password, error) {
	password, err := s.Accounts.ResetPassword(c.Ctx, c.person(), c.Args["user"], in.Password)
	return Password{password}, err
}

func (s *Studio) resetSecond(c *Call) (None, error) {
	return None{}, s.Accounts.DropTOTP(c.Ctx, c.person(), c.Args["user"], "")
}

// Tokens are somebody's bearer tokens.
type Tokens struct {
	Tokens []account.Token `json:"tokens"`
}

func (s *Studio) tokens(c *Call) (Tokens, error) {
	list, err := s.Accounts.Tokens(c.Ctx, c.Actor, c.userOr())
	return Tokens{whole(list)}, err
}

// NewToken is what a token is made of.
type NewToken struct {
	Label string          `json:"label"`
	Scope []account.Grant `json:"scope,omitempty" doc:"只许用这些角色和地区；不写就是本人的全部"`
	Read  bool            `json:"read,omitempty" doc:"只许看，不许改"`
	Ends  time.Time       `json:"ends"`
}

// MadeToken is a new token with its value.
type MadeToken struct {
	account.Token
	Value string `json:"value" doc:"只给看这一次"`
}

func (m MadeToken) place() string { return Base + "/tokens/" + m.ID }

func (s *Studio) addToken(c *Call, in NewToken) (MadeToken, error) {
	if c.Session == nil {
		return MadeToken{}, ErrForbidden // a token makes no other
	}
	t, value, err := s.Accounts.AddToken(c.Ctx, c.person(), account.Token{User: c.ID, Label: in.Label, Scope: in.Scope, Read: in.Read, Ends: in.Ends})
	return MadeToken{t, value}, err
}

func (s *Studio) endToken(c *Call) (None, error) {
	return None{}, s.Accounts.EndToken(c.Ctx, c.person(), c.Args["token"])
}
