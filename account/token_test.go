package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/journal"
)

func TestBearer(t *testing.T) {
	h := open(t)
	h.person(t, "boss", grant(account.Admin))
	u := h.person(t, "li.ming", grant(account.Editor, "3301"), grant(account.Author))
	all, value, err := h.AddToken(t.Context(), by(u), account.Token{Label: "对接"})
	if err != nil || !strings.HasPrefix(value, account.TokenPrefix) || all.User != u.ID || all.Ends != noon.Add(90*24*time.Hour) {
		t.Fatalf("%+v, %v", all, err)
	}
	part, partValue, err := h.AddToken(t.Context(), by(u), account.Token{
		Label: "只读", Scope: []account.Grant{grant(account.Author, "330106"), grant(account.Editor, "3301")}, Read: true, Ends: noon.Add(365 * 24 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	actor, _, err := h.Bearer(t.Context(), value)
	if err != nil || !slices.Equal(actor.Grants, u.Grants) || actor.ID != u.ID || actor.Token != all.ID || actor.ReadOnly {
		t.Errorf("all: %+v, %v", actor, err)
	}
	actor, _, err = h.Bearer(t.Context(), partValue)
	if err != nil || !actor.ReadOnly || actor.May("3302", account.Author) || !actor.May("330106", account.Author) || !actor.May("3301", account.Editor) {
		t.Errorf("part: %+v, %v", actor, err)
	}
	if kept, err := h.store.Get(t.Context(), journal.Key{Kind: account.KindToken, ID: part.ID}); err != nil || strings.Contains(string(kept.State), partValue[60:]) {
		t.Errorf("the value is kept: %v", err)
	}
	for _, bad := range []string{
		"", "kepu_", "kepu_x", value[:len(value)-1], value + "A", value + "=", "KEPU_" + value[5:], strings.Repeat("a", 1<<20), account.TokenPrefix + strings.Repeat("a", 64),
		value[:20] + flip(value[20:21]) + value[21:], value[:60] + flip(value[60:61]) + value[61:],
	} {
		_, _, err := h.Bearer(t.Context(), bad)
		want(t, "bearer "+bad[:min(20, len(bad))], err, account.ErrCredentials)
	}

	// The grants of this moment count, and only those.
	if _, err := h.SetGrants(t.Context(), root, u.ID, []account.Grant{grant(account.Editor, "330106"), grant(account.Chief)}); err != nil {
		t.Fatal(err)
	}
	actor, _, err = h.Bearer(t.Context(), partValue)
	if err != nil || !slices.Equal(actor.Grants, []account.Grant{grant(account.Editor, "330106")}) {
		t.Errorf("after a change: %+v, %v", actor, err)
	}
	if held, err := h.Tokens(t.Context(), by(u).Actor, u.ID); err != nil || len(held) != 2 {
		t.Errorf("listed: %v, %v", held, err)
	}
	want(t, "ended", h.EndToken(t.Context(), by(u), part.ID), nil)
	want(t, "ended again", h.EndToken(t.Context(), by(u), part.ID), nil)
	_, _, err = h.Bearer(t.Context(), partValue)
	want(t, "an ended one", err, account.ErrCredentials)

	if _, err := h.Disable(t.Context(), root, u.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.Bearer(t.Context(), value)
	want(t, "of a disabled user", err, account.ErrCredentials)
	if _, err := h.Enable(t.Context(), root, u.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.Bearer(t.Context(), value)
	want(t, "of one who is back", err, account.ErrCredentials)
	if held, err := h.Tokens(t.Context(), by(u).Actor, u.ID); err != nil || len(held) != 0 {
		t.Errorf("listed: %v, %v", held, err)
	}
}

// flip is another letter of base64url.
func flip(s string) string {
	if s == "A" {
		return "B"
	}
	return "A"
}

func TestTokenEnds(t *testing.T) {
	h := open(t)
	u := h.person(t, "li.ming", grant(account.Author))
	_, value, err := h.AddToken(t.Context(), by(u), account.Token{Label: "a", Ends: noon.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pass time.Duration
		err  error
	}{{59 * time.Minute, nil}, {time.Minute, account.ErrCredentials}, {-3 * time.Hour, account.ErrCredentials}} {
		h.clock.pass(c.pass)
		_, _, err := h.Bearer(t.Context(), value)
		want(t, "at "+h.clock.now().String(), err, c.err)
	}
}

func TestAddTokenRefuses(t *testing.T) {
	h := open(t)
	h.person(t, "boss", grant(account.Admin))
	u, other := h.person(t, "li.ming", grant(account.Author, "3301")), h.person(t, "wang", grant(account.Admin))
	for name, c := range map[string]struct {
		t     account.Token
		field string
	}{
		"no label": {account.Token{}, "label"},
		"over":     {account.Token{Label: "a", Ends: noon.Add(-time.Second)}, "ends"},
		"too long": {account.Token{Label: "a", Ends: noon.Add(367 * 24 * time.Hour)}, "ends"},
		"another role": {account.Token{Label: "a", Scope: []account.Grant{grant(account.Editor, "3301")}},
			"scope"},
		"a larger region": {account.Token{Label: "a", Scope: []account.Grant{grant(account.Author)}}, "scope"},
		"no region":       {account.Token{Label: "a", Scope: []account.Grant{grant(account.Author, "44")}}, "grants"},
	} {
		_, _, err := h.AddToken(t.Context(), by(u), c.t)
		refused(t, name, err, c.field)
	}
	_, _, err := h.AddToken(t.Context(), by(other), account.Token{User: u.ID, Label: "a"})
	want(t, "for another", err, account.ErrDenied)
	_, _, err = h.AddToken(t.Context(), account.By{Actor: account.Actor{ID: u.ID, Token: "x"}}, account.Token{Label: "a"})
	want(t, "by a token", err, account.ErrDenied)
	made, _, err := h.AddToken(t.Context(), root, account.Token{User: u.ID, Label: "a"})
	want(t, "by the operator", err, nil)
	want(t, "another's ended", h.EndToken(t.Context(), account.By{Actor: account.Actor{ID: "x"}}, made.ID), journal.ErrNotFound)
	want(t, "by an administrator", h.EndToken(t.Context(), by(other), made.ID), nil)
	_, err = h.Tokens(t.Context(), account.Actor{ID: "x"}, u.ID)
	want(t, "another's list", err, journal.ErrNotFound)
	for i := range 51 {
		_, _, err = h.AddToken(t.Context(), by(u), account.Token{Label: "a"})
		if i < 50 && err != nil {
			t.Fatal(err)
		}
	}
	refused(t, "the 51st", err, "user")
}

// While the password must be changed nobody makes a token, which would outlast
// the change.
func TestNoTokenBeforeThePasswordIsChanged(t *testing.T) {
	h := open(t)
	boss := h.person(t, "boss", grant(account.Admin))
	u := h.person(t, "li.ming", grant(account.Editor, "3301"))
	drawn, err := h.ResetPassword(t.Context(), by(boss), u.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	e, err := h.SignIn(t.Context(), account.Attempt{Name: u.Name, Password: drawn, From: desk})
	if err != nil {
		t.Fatal(err)
	}
	made := func(scope ...account.Grant) error {
		actor, _, err := h.Resume(t.Context(), e.Token)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = h.AddToken(t.Context(), account.By{Actor: actor}, account.Token{Label: "a", Scope: scope})
		return err
	}
	want(t, "of all", made(), account.ErrDenied)
	want(t, "of a part", made(grant(account.Editor, "330106")), account.ErrDenied)
	if e, err = h.SetPassword(t.Context(), e.Token, drawn, good); err != nil {
		t.Fatal(err)
	}
	want(t, "of all, later", made(), nil)
	want(t, "of a part, later", made(grant(account.Editor, "330106")), nil)
}

func TestAddTokenAgain(t *testing.T) {
	h := open(t)
	u := h.person(t, "li.ming")
	op := by(u)
	op.Op = "key"
	made, value, err := h.AddToken(t.Context(), op, account.Token{Label: "a"})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(time.Minute)
	again, same, err := h.AddToken(t.Context(), op, account.Token{Label: "a"})
	if err != nil || again.ID != made.ID || same != value || again.Ends != made.Ends {
		t.Errorf("again: %+v, the same %v, %v", again, same == value, err)
	}
	_, _, err = h.AddToken(t.Context(), op, account.Token{Label: "b"})
	want(t, "another body", err, journal.ErrOp)
}
