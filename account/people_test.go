package account_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/journal"
)

func TestFirstIsMadeOnce(t *testing.T) {
	h := open(t)
	name, password, err := h.First(t.Context())
	if err != nil || name != account.FirstName || len(password) < 20 {
		t.Fatalf("first: %q, %d characters, %v", name, len(password), err)
	}
	if again, password, err := h.First(t.Context()); again != "" || password != "" || err != nil {
		t.Errorf("first again: %q, %q, %v", again, password, err)
	}
	e, err := h.SignIn(t.Context(), account.Attempt{Name: "ADMIN", Password: password, From: desk})
	if err != nil || !e.Session.MustChange || e.Session.User != account.FirstID {
		t.Fatalf("sign in: %+v, %v", e.Session, err)
	}
	if actor, _, err := h.Resume(t.Context(), e.Token); err != nil || len(actor.Grants) != 0 {
		t.Errorf("before the password is changed: %v, %v; want no grant", actor, err)
	}
	e, err = h.SetPassword(t.Context(), e.Token, password, good)
	if err != nil {
		t.Fatal(err)
	}
	if actor, s, err := h.Resume(t.Context(), e.Token); err != nil || s.MustChange || !actor.May("", account.Admin) {
		t.Errorf("afterwards: %v, %+v, %v", actor, s, err)
	}
}

func TestFirstOfTwoNodes(t *testing.T) {
	h := open(t)
	const nodes = 6
	passwords := make([]string, nodes)
	for _, err := range together(t.Context(), nodes, func(ctx context.Context, i int) (err error) {
		_, passwords[i], err = h.beside().First(ctx)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	printed := ""
	for _, p := range passwords {
		if p != "" && printed != "" {
			t.Error("two nodes print a password")
		}
		printed += p
	}
	if _, err := h.SignIn(t.Context(), account.Attempt{Name: account.FirstName, Password: printed, From: desk}); err != nil {
		t.Errorf("the printed password: %v", err)
	}
	if h.head(t) != 1 {
		t.Errorf("%d commits for one administrator", h.head(t))
	}
}

func TestFirstWhereOthersAre(t *testing.T) {
	h := open(t)
	h.person(t, account.FirstName, grant(account.Author))
	name, _, err := h.First(t.Context())
	if err != nil || name != "admin-2" {
		t.Errorf("where admin is an author: %q, %v", name, err)
	}
	h = open(t)
	h.person(t, "boss", grant(account.Admin))
	if name, password, err := h.First(t.Context()); name != "" || password != "" || err != nil {
		t.Errorf("where there is an administrator: %q, %v", name, err)
	}
}

func TestAddRefuses(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	many := make([]account.Grant, 51)
	for i := range many {
		many[i] = grant(account.Author)
	}
	for name, c := range map[string]struct {
		n     account.New
		field string
	}{
		"taken":            {account.New{Name: "ＬＩ.MING"}, "name"},
		"homograph":        {account.New{Name: "l\u0456.ming"}, "name"},
		"joiner":           {account.New{Name: "管理员\u200d"}, "name"},
		"no name":          {account.New{}, "name"},
		"weak":             {account.New{Name: "a", Password: "12345678"}, "password"},
		"unseen":           {account.New{Name: "a", Display: "\u200b"}, "display"},
		"no such role":     {account.New{Name: "a", Grants: []account.Grant{{Role: "king"}}}, "grants"},
		"other province":   {account.New{Name: "a", Grants: []account.Grant{grant(account.Author, "3201")}}, "grants"},
		"odd region":       {account.New{Name: "a", Grants: []account.Grant{grant(account.Author, "330")}}, "grants"},
		"letters":          {account.New{Name: "a", Grants: []account.Grant{grant(account.Author, "33ab")}}, "grants"},
		"auditor and more": {account.New{Name: "a", Grants: []account.Grant{grant(account.Auditor), grant(account.Admin)}}, "grants"},
		"auditor elsewhere": {account.New{Name: "a", Grants: []account.Grant{grant(account.Auditor, "3301"), grant(account.Author, "3302")}},
			"grants"},
		"too many": {account.New{Name: "a", Grants: many}, "grants"},
	} {
		_, _, err := h.Add(t.Context(), root, c.n)
		refused(t, name, err, c.field)
	}
	if h.head(t) != 1 {
		t.Errorf("%d commits; want the first user's alone", h.head(t))
	}
	u := h.person(t, "wang", grant(account.Editor, "33"), grant(account.Author, "3301"), grant(account.Editor))
	if len(u.Grants) != 2 || u.Grants[0] != grant(account.Author, "3301") || u.Grants[1] != grant(account.Editor) {
		t.Errorf("grants are kept as %v", u.Grants)
	}
}

// Repeating an operation whose answer was lost gives what it gave.
func TestAddAgain(t *testing.T) {
	h := open(t)
	op := root
	op.Op = "key-1"
	n := account.New{Name: "li.ming", Display: "李明", Grants: []account.Grant{grant(account.Author)}}
	u, password, err := h.Add(t.Context(), op, n)
	if err != nil || !u.MustChange {
		t.Fatal(u, err)
	}
	h.clock.pass(time.Minute)
	again, same, err := h.Add(t.Context(), op, n)
	if err != nil || again.ID != u.ID || same != password || h.head(t) != 1 {
		t.Errorf("again: %v, the same password %v, %v, head %d", again, same == password, err, h.head(t))
	}
	if _, err := h.SignIn(t.Context(), account.Attempt{Name: "li.ming", Password: password, From: desk}); err != nil {
		t.Error(err)
	}
	n.Display = "别人"
	_, _, err = h.Add(t.Context(), op, n)
	want(t, "another body", err, journal.ErrOp)
	reset := root
	reset.Op = "key-2"
	first, err := h.ResetPassword(t.Context(), reset, u.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if second, err := h.ResetPassword(t.Context(), reset, u.ID, ""); err != nil || second != first || first == password {
		t.Errorf("reset again: the same %v, %v", second == first, err)
	}
	named := root
	named.Op = "key-3"
	end := root
	end.Op = "key-4"
	for range 2 {
		if drawn, err := h.ResetPassword(t.Context(), named, u.ID, good); drawn != "" || err != nil {
			t.Errorf("a named one: %q, %v", drawn, err)
		}
		if err := h.EndSessions(t.Context(), end, u.ID); err != nil {
			t.Errorf("sessions ended: %v", err)
		}
	}
}

func TestTwoClaimOneName(t *testing.T) {
	h := open(t)
	for round := range 5 {
		name := "name-" + string(rune('a'+round))
		made := 0
		for _, err := range together(t.Context(), 6, func(ctx context.Context, i int) error {
			spelt := []string{name, strings.ToUpper(name), " " + name}[i%3]
			_, _, err := h.beside().Add(ctx, root, account.New{Name: spelt, Password: good})
			return err
		}) {
			if err == nil {
				made++
			} else {
				refused(t, "the slower one", err, "name")
			}
		}
		if made != 1 {
			t.Errorf("%d users have one name", made)
		}
	}
}

// Who may do what to whom. Each act is tried by every actor on a fresh store.
func TestWhoMayManage(t *testing.T) {
	actors := map[string]account.Actor{
		"operator":    account.Operator(),
		"admin":       {ID: "x1", Grants: []account.Grant{grant(account.Admin)}},
		"city admin":  {ID: "x2", Grants: []account.Grant{grant(account.Admin, "3301")}},
		"other admin": {ID: "x3", Grants: []account.Grant{grant(account.Admin, "3302")}},
		"chief":       {ID: "x4", Grants: []account.Grant{grant(account.Chief), grant(account.Editor), grant(account.Author)}},
		"auditor":     {ID: "x5", Grants: []account.Grant{grant(account.Auditor)}},
		"reader":      {ID: "x6", Grants: []account.Grant{grant(account.Admin)}, ReadOnly: true, Token: "t"},
		"nobody":      {},
	}
	may := map[string][]string{
		"county":   {"operator", "admin", "city admin"},
		"province": {"operator", "admin"},
	}
	// Who is no administrator, or one who may only read, is told so; an
	// administrator of elsewhere learns nothing of the user.
	for target, region := range map[string]string{"county": "330106", "province": ""} {
		for name, actor := range actors {
			t.Run(target+"/"+name, func(t *testing.T) {
				h := open(t)
				h.person(t, "boss", grant(account.Admin))
				u := h.person(t, "target", grant(account.Author, region))
				allowed := false
				for _, n := range may[target] {
					allowed = allowed || n == name
				}
				refusal := account.ErrDenied
				if actor.Is(account.Admin) && !actor.ReadOnly {
					refusal = journal.ErrNotFound
				}
				if allowed {
					refusal = nil
				}
				b := account.By{Actor: actor}
				acts := []struct {
					name string
					do   func() error
				}{
					{"grants", func() error {
						_, err := h.SetGrants(t.Context(), b, u.ID, []account.Grant{grant(account.Editor, region)})
						return err
					}},
					{"display", func() error { _, err := h.SetDisplay(t.Context(), b, u.ID, "新名"); return err }},
					{"disable", func() error { _, err := h.Disable(t.Context(), b, u.ID); return err }},
					{"enable", func() error { _, err := h.Enable(t.Context(), b, u.ID); return err }},
					{"reset", func() error { _, err := h.ResetPassword(t.Context(), b, u.ID, ""); return err }},
					{"second", func() error { return h.DropTOTP(t.Context(), b, u.ID, "") }},
					{"sessions", func() error { return h.EndSessions(t.Context(), b, u.ID) }},
					{"unlink", func() error { _, err := h.Unlink(t.Context(), b, u.ID); return err }},
					{"erase", func() error { return h.Erase(t.Context(), b, u.ID) }},
				}
				before := h.head(t)
				for _, act := range acts {
					if err := act.do(); !errors.Is(err, refusal) {
						t.Errorf("%s: %v, want %v", act.name, err, refusal)
					}
				}
				if !allowed && h.head(t) != before {
					t.Error("what was refused left a commit")
				}
			})
		}
	}
}

func TestNobodyRaisesThemselves(t *testing.T) {
	h := open(t)
	h.person(t, "boss", grant(account.Admin))
	u := h.person(t, "second", grant(account.Admin))
	city := h.person(t, "city", grant(account.Admin, "3301"))
	_, err := h.SetGrants(t.Context(), by(u), u.ID, []account.Grant{grant(account.Admin), grant(account.Chief)})
	want(t, "one's own grants", err, account.ErrDenied)
	_, err = h.Disable(t.Context(), by(u), u.ID)
	want(t, "oneself disabled", err, account.ErrDenied)
	want(t, "oneself erased", h.Erase(t.Context(), by(u), u.ID), account.ErrDenied)
	_, err = h.ResetPassword(t.Context(), by(u), u.ID, "")
	want(t, "one's own password without the old one", err, account.ErrDenied)
	v := h.person(t, "v", grant(account.Author, "330106"))
	_, err = h.SetGrants(t.Context(), by(city), v.ID, []account.Grant{grant(account.Admin)})
	want(t, "more than one administers", err, account.ErrDenied)
	_, _, err = h.Add(t.Context(), by(city), account.New{Name: "w", Grants: []account.Grant{grant(account.Author, "3302")}})
	want(t, "a user elsewhere", err, account.ErrDenied)
	_, err = h.ResetPassword(t.Context(), by(city), u.ID, "")
	want(t, "the password of who stands above", err, journal.ErrNotFound)
	if all, err := h.List(t.Context(), by(city).Actor); err != nil || len(all) != 2 {
		t.Errorf("a city's administrator sees %d users, %v; want themselves and v", len(all), err)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	h := open(t)
	a := h.person(t, "a", grant(account.Admin))
	h.person(t, "city", grant(account.Admin, "3301"))
	for name, do := range map[string]func() error{
		"grants": func() error { _, err := h.SetGrants(t.Context(), root, a.ID, nil); return err },
		"smaller": func() error {
			_, err := h.SetGrants(t.Context(), root, a.ID, []account.Grant{grant(account.Admin, "3301")})
			return err
		},
		"disable": func() error { _, err := h.Disable(t.Context(), root, a.ID); return err },
		"erase":   func() error { return h.Erase(t.Context(), root, a.ID) },
	} {
		refused(t, name, do(), "grants")
	}
	b := h.person(t, "b", grant(account.Admin))
	// Each takes the other's rights at once: one of them has to fail.
	errs := together(t.Context(), 2, func(ctx context.Context, i int) error {
		who, whom := []account.User{a, b}[i], []account.User{b, a}[i]
		_, err := h.beside().Disable(ctx, by(who), whom.ID)
		return err
	})
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("two administrators disable each other: %v", errs)
	}
}

func TestEraseForgetsAPerson(t *testing.T) {
	h := open(t)
	h.person(t, "boss", grant(account.Admin))
	u := h.person(t, "li.ming", grant(account.Author))
	e := h.in(t, "li.ming")
	_, value, err := h.AddToken(t.Context(), by(u), account.Token{Label: "对接"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Erase(t.Context(), root, u.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.Erase(t.Context(), root, u.ID); err != nil {
		t.Errorf("again: %v", err)
	}
	_, err = h.store.GetRev(t.Context(), journal.Key{Kind: account.KindUser, ID: u.ID}, 1)
	want(t, "the first state", err, journal.ErrErased)
	_, _, err = h.Resume(t.Context(), e.Token)
	want(t, "the session", err, account.ErrCredentials)
	_, _, err = h.Bearer(t.Context(), value)
	want(t, "the token", err, account.ErrCredentials)
	_, err = h.Actor(t.Context(), u.ID)
	want(t, "the actor", err, journal.ErrNotFound)
	_, err = h.SignIn(t.Context(), try("li.ming"))
	want(t, "the password", err, account.ErrCredentials)
	if names, err := h.Displays(t.Context(), u.ID, account.OperatorID, "../x"); err != nil || len(names) != 0 {
		t.Errorf("names: %v, %v", names, err)
	}
	again := h.person(t, "li.ming")
	if again.ID == u.ID {
		t.Error("the name's new holder is the old one")
	}
	entries, err := h.store.Entries(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Actor+e.Op+e.ID, "li.ming") {
			t.Errorf("an entry names a person: %+v", e)
		}
	}
	want(t, "who was never there", h.Erase(t.Context(), root, journal.NewID()), journal.ErrNotFound)
}

func TestSettle(t *testing.T) {
	h := open(t)
	u := h.person(t, "li.ming")
	put := func(key, id string, due time.Time) {
		t.Helper()
		if r, err := h.Slate.Put(t.Context(), journal.Row{Key: key, Value: []byte(id), Due: due}); err != nil || r[0].Err != nil {
			t.Fatal(err, r[0].Err)
		}
	}
	put("name/left-over", journal.NewID(), noon.Add(time.Hour))
	put("name/not-his", u.ID, time.Time{})
	row, err := h.Slate.Get(t.Context(), "name/li.ming")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Slate.Delete(t.Context(), row.Key, row.Version); err != nil { // a restore without the slate
		t.Fatal(err)
	}
	_, err = h.SignIn(t.Context(), try("li.ming"))
	want(t, "without the claim", err, account.ErrCredentials)
	if n, err := h.Settle(t.Context()); n != 1 || err != nil {
		t.Errorf("settle: %d, %v; want not-his freed alone", n, err)
	}
	h.in(t, "li.ming")
	h.clock.pass(time.Hour)
	if n, err := h.Settle(t.Context()); n != 1 || err != nil {
		t.Errorf("an hour later: %d, %v; want left-over freed", n, err)
	}
	if n, err := h.Settle(t.Context()); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	h.in(t, "li.ming")
}

func TestFindAndNamed(t *testing.T) {
	h := open(t)
	u, other := h.person(t, "li.ming", grant(account.Author)), h.person(t, "wang", grant(account.Chief))
	if got, err := h.Named(t.Context(), account.Operator(), "LI.ming"); err != nil || got.ID != u.ID {
		t.Errorf("named: %v, %v", got, err)
	}
	if got, err := h.Find(t.Context(), by(u).Actor, u.ID); err != nil || got.Name != "li.ming" {
		t.Errorf("oneself: %v, %v", got, err)
	}
	_, err := h.Find(t.Context(), by(other).Actor, u.ID)
	want(t, "another", err, journal.ErrNotFound)
	_, err = h.List(t.Context(), by(other).Actor)
	want(t, "a chief's list", err, account.ErrDenied)
	for _, id := range []string{"", "../../x", strings.Repeat("a", 1<<20), journal.NewID()} {
		_, err := h.Find(t.Context(), account.Operator(), id)
		want(t, "id "+id[:min(9, len(id))], err, journal.ErrNotFound)
	}
	if names, err := h.Displays(t.Context(), u.ID, other.ID, u.ID); err != nil || len(names) != 2 || names[u.ID] != "li.ming" {
		t.Errorf("displays: %v, %v", names, err)
	}
}
