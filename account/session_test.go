package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/journal"
)

func TestSessionSlidesAndEnds(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming", grant(account.Author))
	e := h.in(t, "li.ming")
	if e.Session.Ends != noon.Add(account.SessionIdle) || strings.Contains(e.Session.ID, e.Token) {
		t.Fatalf("opened as %+v", e.Session)
	}
	used := func(after time.Duration) error {
		h.clock.pass(after)
		_, _, err := h.Resume(t.Context(), e.Token)
		return err
	}
	for i := range 24 { // 11 hours and 36 minutes of work
		want(t, "use", used(29*time.Minute), nil)
		_ = i
	}
	want(t, "shortly before twelve hours", used(23*time.Minute), nil)
	want(t, "after twelve hours", used(2*time.Minute), account.ErrCredentials)
	e = h.in(t, "li.ming")
	want(t, "idle for half an hour", used(30*time.Minute), account.ErrCredentials)
}

// A session is written down at most once a minute.
func TestSessionIsWrittenOnceAMinute(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	e := h.in(t, "li.ming")
	version := func() uint64 {
		row, err := h.Slate.Get(t.Context(), "session/"+e.Session.ID)
		if err != nil {
			t.Fatal(err)
		}
		return row.Version
	}
	first, head := version(), h.head(t)
	for range 5 {
		h.clock.pass(11 * time.Second)
		if _, _, err := h.Resume(t.Context(), e.Token); err != nil {
			t.Fatal(err)
		}
	}
	if version() != first {
		t.Error("written within a minute")
	}
	h.clock.pass(5 * time.Second)
	if _, s, err := h.Resume(t.Context(), e.Token); err != nil || s.Seen != noon.Add(time.Minute) || version() == first {
		t.Errorf("not written after a minute: %+v, %v", s, err)
	}
	if h.head(t) != head {
		t.Error("a session's use is in the journal")
	}
}

func TestSessionWhenTheClockJumps(t *testing.T) {
	for _, c := range []struct {
		jump time.Duration
		err  error
	}{
		{-30 * time.Second, nil}, {-time.Hour, account.ErrCredentials}, {-365 * 24 * time.Hour, account.ErrCredentials},
		{time.Minute, nil}, {time.Hour, account.ErrCredentials}, {365 * 24 * time.Hour, account.ErrCredentials},
	} {
		h := open(t)
		h.person(t, "li.ming")
		e := h.in(t, "li.ming")
		h.clock.pass(c.jump)
		_, _, err := h.Resume(t.Context(), e.Token)
		want(t, "after "+c.jump.String(), err, c.err)
	}
}

func TestSessionTokens(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	a, b := h.in(t, "li.ming"), h.in(t, "li.ming")
	if a.Token == b.Token || len(a.Token) != 43 {
		t.Errorf("tokens %d and %d characters long, the same %v", len(a.Token), len(b.Token), a.Token == b.Token)
	}
	for _, bad := range []string{"", "x", a.Session.ID, a.Token + "x", a.Token[:42], strings.Repeat("a", 80<<10), "\x00", "中文"} {
		_, _, err := h.Resume(t.Context(), bad)
		want(t, "token "+bad[:min(9, len(bad))], err, account.ErrCredentials)
	}
	// Fixation: a session under a name that somebody set before is none.
	if _, err := h.Slate.Put(t.Context(), journal.Row{Key: "session/preset", Value: []byte(`{"user":"x"}`)}); err != nil {
		t.Fatal(err)
	}
	_, _, err := h.Resume(t.Context(), "preset")
	want(t, "a preset row", err, account.ErrCredentials)
}

func TestSignOut(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	a, b := h.in(t, "li.ming"), h.in(t, "li.ming")
	for range 2 {
		if err := h.SignOut(t.Context(), a.Token); err != nil {
			t.Error(err)
		}
	}
	_, _, err := h.Resume(t.Context(), a.Token)
	want(t, "a replayed cookie", err, account.ErrCredentials)
	_, _, err = h.Resume(t.Context(), b.Token)
	want(t, "the other browser", err, nil)
}

func TestSessionsListAndEnd(t *testing.T) {
	h := open(t)
	h.person(t, "boss", grant(account.Admin))
	u, other := h.person(t, "li.ming", grant(account.Author, "3301")), h.person(t, "wang", grant(account.Chief))
	a := h.in(t, "li.ming")
	h.clock.pass(time.Minute)
	b, c := h.in(t, "li.ming"), h.in(t, "wang")
	if all, err := h.Sessions(t.Context(), by(u).Actor, u.ID); err != nil || len(all) != 2 || all[0].ID != b.Session.ID || all[1].Label == "" {
		t.Errorf("one's own: %+v, %v", all, err)
	}
	_, err := h.Sessions(t.Context(), by(other).Actor, u.ID)
	want(t, "another's", err, journal.ErrNotFound)
	want(t, "another's ended", h.EndSession(t.Context(), by(other).Actor, a.Session.ID), journal.ErrNotFound)
	want(t, "by a token that reads", h.EndSession(t.Context(), account.Actor{ID: u.ID, ReadOnly: true}, a.Session.ID), account.ErrDenied)
	for _, id := range []string{"", "x", a.Token, strings.Repeat("0", 64)} {
		want(t, "no session", h.EndSession(t.Context(), by(u).Actor, id), journal.ErrNotFound)
	}
	want(t, "one's own ended", h.EndSession(t.Context(), by(u).Actor, a.Session.ID), nil)
	_, _, err = h.Resume(t.Context(), a.Token)
	want(t, "the ended one", err, account.ErrCredentials)
	want(t, "an administrator ends one", h.EndSession(t.Context(), account.Operator(), b.Session.ID), nil)
	d := h.in(t, "li.ming")
	want(t, "all ended", h.EndSessions(t.Context(), by(u), u.ID), nil)
	_, _, err = h.Resume(t.Context(), d.Token)
	want(t, "all", err, account.ErrCredentials)
	_, _, err = h.Resume(t.Context(), c.Token)
	want(t, "another person's", err, nil)
	if n, err := h.SessionCount(t.Context()); n != 1 || err != nil {
		t.Errorf("%d open, %v", n, err)
	}
	h.in(t, "li.ming")
}

// What changes a person's standing counts at the very next call.
func TestSessionFollowsItsPerson(t *testing.T) {
	h := open(t)
	h.person(t, "boss", grant(account.Admin))
	u := h.person(t, "li.ming", grant(account.Author))
	e := h.in(t, "li.ming")
	if _, err := h.SetGrants(t.Context(), root, u.ID, []account.Grant{grant(account.Editor, "3301")}); err != nil {
		t.Fatal(err)
	}
	actor, _, err := h.Resume(t.Context(), e.Token)
	if err != nil || actor.Is(account.Author) || !actor.May("330106", account.Editor) {
		t.Errorf("new grants: %v, %v", actor, err)
	}
	if _, err := h.Disable(t.Context(), root, u.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.Resume(t.Context(), e.Token)
	want(t, "a disabled person", err, account.ErrCredentials)
	_, err = h.SignIn(t.Context(), try("li.ming"))
	want(t, "a disabled person's password", err, account.ErrCredentials)
	_, err = h.Actor(t.Context(), u.ID)
	want(t, "a disabled person's grants", err, journal.ErrNotFound)
	if _, err := h.Enable(t.Context(), root, u.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.Resume(t.Context(), e.Token)
	want(t, "the old session of who is back", err, account.ErrCredentials)
	h.in(t, "li.ming")
}

// However a disabling and a sign-in fall together, no session outlives it.
func TestDisablingWhileSigningIn(t *testing.T) {
	h := open(t)
	h.person(t, "boss", grant(account.Admin))
	u := h.person(t, "li.ming")
	for range 10 {
		entrances := make([]account.Entrance, 4)
		together(t.Context(), 5, func(ctx context.Context, i int) (err error) {
			if i == 4 {
				_, err = h.Disable(ctx, root, u.ID)
				return err
			}
			entrances[i], err = h.SignIn(ctx, try("li.ming"))
			return err
		})
		if _, err := h.Enable(t.Context(), root, u.ID); err != nil {
			t.Fatal(err)
		}
		for _, e := range entrances {
			_, _, err := h.Resume(t.Context(), e.Token)
			want(t, "a session from before", err, account.ErrCredentials)
		}
	}
}

func TestSetPassword(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	a, b := h.in(t, "li.ming"), h.in(t, "li.ming")
	const next = "ganz anderes Kennwort"
	_, err := h.SetPassword(t.Context(), a.Token, "wrong password", next)
	want(t, "with a wrong old one", err, account.ErrCredentials)
	_, err = h.SetPassword(t.Context(), "x", good, next)
	want(t, "without a session", err, account.ErrCredentials)
	_, err = h.SetPassword(t.Context(), a.Token, good, "12345678")
	refused(t, "a weak one", err, "password")
	_, err = h.SetPassword(t.Context(), a.Token, good, good)
	refused(t, "the old one", err, "password")
	c, err := h.SetPassword(t.Context(), a.Token, good, next)
	if err != nil {
		t.Fatal(err)
	}
	for _, old := range []account.Entrance{a, b} {
		_, _, err := h.Resume(t.Context(), old.Token)
		want(t, "an old session", err, account.ErrCredentials)
	}
	if _, s, err := h.Resume(t.Context(), c.Token); err != nil || s.Label != a.Session.Label {
		t.Errorf("the new session: %+v, %v", s, err)
	}
	_, err = h.SignIn(t.Context(), try("li.ming"))
	want(t, "the old password", err, account.ErrCredentials)
	for range 6 { // a stolen session guesses
		_, err = h.SetPassword(t.Context(), c.Token, "wrong password", good)
	}
	wait(t, "guesses at the old password", err)
}

func TestPasswordsInOtherForms(t *testing.T) {
	for name, c := range map[string]struct{ set, typed string }{
		"composed":   {"cafe\u0301 au lait", "caf\u00e9 au lait"},
		"wide space": {"两个词 之间有空格", "两个词\u3000之间有空格"},
		"emoji":      {"👨‍👩‍👧‍👦🎉🎊🎈🎁🎂🍰🧁", "👨‍👩‍👧‍👦🎉🎊🎈🎁🎂🍰🧁"},
		"long":       {strings.Repeat("很长的密码x", 36), strings.Repeat("很长的密码x", 36)},
		"spaces":     {"  front and back  ", "  front and back  "},
	} {
		h := open(t)
		if _, _, err := h.Add(t.Context(), root, account.New{Name: "u", Password: c.set}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := try("u")
		a.Password = c.typed
		_, err := h.SignIn(t.Context(), a)
		want(t, name, err, nil)
		a.Password = c.typed[:len(c.typed)-1]
		_, err = h.SignIn(t.Context(), a)
		want(t, name+", cut by a byte", err, account.ErrCredentials)
		if len(c.typed) > 72 {
			a.Password = c.typed[:72]
			_, err = h.SignIn(t.Context(), a)
			want(t, name+", cut at 72 bytes", err, account.ErrCredentials)
		}
	}
}

func TestRotation(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming", grant(account.Author))
	h.Profile = account.MLPS3
	h.clock.pass(90*24*time.Hour - time.Minute)
	e := h.in(t, "li.ming")
	if e.Session.MustChange {
		t.Error("a password of under 90 days has to be changed")
	}
	h.clock.pass(2 * time.Minute)
	actor, s, err := h.Resume(t.Context(), e.Token)
	if err != nil || !s.MustChange || len(actor.Grants) != 0 {
		t.Errorf("after 90 days: %v, %+v, %v", actor, s, err)
	}
	if e, err = h.SetPassword(t.Context(), e.Token, good, "Ganz anderes Kennwort 9"); err != nil || e.Session.MustChange {
		t.Errorf("a new one: %+v, %v", e.Session, err)
	}
	h.Profile = account.ASVS
	h.clock.pass(10 * 365 * 24 * time.Hour)
	a := try("li.ming")
	a.Password = "Ganz anderes Kennwort 9"
	if e, err := h.SignIn(t.Context(), a); err != nil || e.Session.MustChange {
		t.Errorf("without rotation: %+v, %v", e.Session, err)
	}
}
