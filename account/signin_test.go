package account_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/account"
	"kepu/journal"
)

// wrong is an attempt with a wrong password.
func wrong(name string) account.Attempt {
	a := try(name)
	a.Password = "nicht das richtige"
	return a
}

func TestWrongNamesAndPasswordsAreAlike(t *testing.T) {
	h := open(t)
	u := h.person(t, "li.ming")
	h.person(t, "gone")
	h.person(t, "boss", grant(account.Admin))
	off, err := h.Named(t.Context(), account.Operator(), "gone")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Disable(t.Context(), root, off.ID); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for name, a := range map[string]account.Attempt{
		"wrong":    wrong("li.ming"),
		"unknown":  try("nobody"),
		"empty":    {},
		"disabled": try("gone"),
		"id":       try(u.ID),
		"script":   try("l\u0456.ming"),
		"bytes":    try("\xff\xfe"),
		"huge":     {Name: strings.Repeat("a", 1<<20), Password: strings.Repeat("b", 1<<20)},
	} {
		_, err := h.SignIn(t.Context(), a)
		want(t, name, err, account.ErrCredentials)
		said[fmt.Sprint(err)] = true
	}
	if len(said) != 1 {
		t.Errorf("the refusals differ: %v", said)
	}
}

// Six wrong ones and the name has to wait, twice as long each time, a quarter of
// an hour at most, and never for ever.
func TestGuessesAtOneName(t *testing.T) {
	for _, name := range []string{"li.ming", "nobody"} { // whether there is one or not
		h := open(t)
		h.person(t, "li.ming")
		for i := range 5 {
			_, err := h.SignIn(t.Context(), wrong(name))
			want(t, fmt.Sprintf("guess %d", i+1), err, account.ErrCredentials)
		}
		for i, least := range []time.Duration{30, 60, 120, 240, 480, 900, 900, 900} {
			_, err := h.SignIn(t.Context(), wrong(name))
			if after := wait(t, "too many", err); after != least*time.Second {
				t.Errorf("%s, wait %d is %s, want %ds", name, i+1, after, least)
			}
			for range 3 { // asking meanwhile does not make it longer
				_, again := h.SignIn(t.Context(), wrong(name))
				if wait(t, "asked again", again) > least*time.Second {
					t.Errorf("the wait grew: %v", again)
				}
			}
			h.clock.pass(least * time.Second)
			_, err = h.SignIn(t.Context(), wrong(name))
			want(t, "after the wait", err, account.ErrCredentials)
		}
	}
}

func TestARightPasswordEndsTheCount(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	for range 3 {
		for range 4 {
			_, err := h.SignIn(t.Context(), wrong("li.ming"))
			want(t, "wrong", err, account.ErrCredentials)
		}
		h.in(t, "li.ming")
	}
	for range 5 {
		_, err := h.SignIn(t.Context(), wrong("li.ming"))
		want(t, "wrong", err, account.ErrCredentials)
	}
	_, err := h.SignIn(t.Context(), try("li.ming"))
	wait(t, "the right one while waiting", err)
	h.clock.pass(30 * time.Second)
	h.in(t, "li.ming")
	for range 6 {
		h.in(t, "li.ming")
	}
}

// Whoever signed in from a browser before is not kept out by others' guesses,
// and may not guess more than others.
func TestAKnownBrowserIsNotLockedOut(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	other := h.person(t, "wang")
	e := h.in(t, "li.ming")
	for range 40 {
		a := wrong("li.ming")
		a.From = netip.MustParseAddr("203.0.113.9")
		_, _ = h.SignIn(t.Context(), a)
		h.clock.pass(time.Minute)
	}
	_, err := h.SignIn(t.Context(), try("li.ming"))
	wait(t, "another browser", err)
	known := try("li.ming")
	known.Device = e.Device
	again, err := h.SignIn(t.Context(), known)
	if err != nil || again.Device != e.Device || again.Token == e.Token {
		t.Fatalf("the known browser: %v", err)
	}
	for name, device := range map[string]string{
		"forged": e.Device + "x", "cut": e.Device[:len(e.Device)-1], "another's": strings.Replace(e.Device, e.Session.User, other.ID, 1), "none": "...", "long": strings.Repeat(".", 1<<20),
	} {
		a := try("li.ming")
		a.Device = device
		_, err := h.SignIn(t.Context(), a)
		wait(t, name, err)
	}
	a := try("wang") // a browser of li.ming's says nothing about wang
	a.Device = e.Device
	if w, err := h.SignIn(t.Context(), a); err != nil || w.Device == e.Device {
		t.Errorf("another person at that browser: %v", err)
	}
	bad := wrong("li.ming")
	bad.Device = e.Device
	for range 5 {
		_, err = h.SignIn(t.Context(), bad)
		want(t, "guesses from the known browser", err, account.ErrCredentials)
	}
	_, err = h.SignIn(t.Context(), bad)
	wait(t, "too many guesses from the known browser", err)
	h.clock.pass(account.DeviceLife)
	for range 6 {
		_, err = h.SignIn(t.Context(), bad)
	}
	wait(t, "a browser from half a year ago", err)
}

// Where everybody comes by the same address, such as a proxy's, guesses count
// against names alone: nobody shuts the others out.
func TestGuessesFromNoAddress(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	from := func(a account.Attempt) account.Attempt {
		a.From = netip.Addr{}
		return a
	}
	for i := range 120 {
		_, err := h.SignIn(t.Context(), from(wrong(fmt.Sprint("nobody-", i))))
		want(t, fmt.Sprintf("guess %d", i+1), err, account.ErrCredentials)
	}
	_, err := h.SignIn(t.Context(), from(try("li.ming")))
	want(t, "somebody else", err, nil)
	for range 5 {
		_, err := h.SignIn(t.Context(), from(wrong("li.ming")))
		want(t, "guess at the name", err, account.ErrCredentials)
	}
	_, err = h.SignIn(t.Context(), from(wrong("li.ming")))
	wait(t, "too many at the name", err)
}

// A hundred people behind one address may sign in all day; a hundred failures
// from there are enough for a quarter of an hour.
func TestGuessesFromOneNetwork(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	e := h.in(t, "li.ming")
	six := func(host int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("2001:db8:1:2::%x", host)) }
	for _, from := range []func(int) netip.Addr{
		func(int) netip.Addr { return desk },
		six,
	} {
		for i := range 100 {
			a := try(fmt.Sprintf("nobody-%d", i))
			a.From = from(i)
			_, err := h.SignIn(t.Context(), a)
			want(t, "a guess", err, account.ErrCredentials)
			if i%10 == 0 { // between them, who may come in does, and is not counted
				a := try("li.ming")
				a.From = from(0xeeee)
				_, err := h.SignIn(t.Context(), a)
				want(t, "a sign-in between guesses", err, nil)
			}
		}
		a := try("li.ming")
		a.From = from(0xffff)
		_, err := h.SignIn(t.Context(), a)
		if after := wait(t, "too many from "+a.From.String(), err); after > 15*time.Minute {
			t.Errorf("the network waits %s", after)
		}
		a.Device = e.Device
		_, err = h.SignIn(t.Context(), a)
		want(t, "a known browser there", err, nil)
	}
	a := try("li.ming")
	a.From = netip.MustParseAddr("2001:db8:1:3::1")
	_, err := h.SignIn(t.Context(), a)
	want(t, "the network beside", err, nil)
	h.clock.pass(15 * time.Minute)
	_, err = h.SignIn(t.Context(), try("li.ming"))
	want(t, "a quarter of an hour later", err, nil)
}

// Many guesses at once are many guesses.
func TestGuessesInParallel(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	tried, waited := 0, 0
	for _, err := range together(t.Context(), 20, func(ctx context.Context, i int) error {
		_, err := h.beside().SignIn(ctx, wrong("li.ming"))
		return err
	}) {
		var w *account.Wait
		switch {
		case errors.Is(err, account.ErrCredentials):
			tried++
		case errors.As(err, &w):
			waited++
		default:
			t.Error(err)
		}
	}
	if tried != 5 || waited != 15 {
		t.Errorf("%d tried and %d asked to wait; want 5 and 15", tried, waited)
	}
}

// An attempt whose time ran out before it was tried is not counted.
func TestAnInterruptedAttemptIsNotCounted(t *testing.T) {
	h := open(t)
	h.person(t, "li.ming")
	back, err := h.Occupy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var watch sync.WaitGroup
	watch.Go(func() { // until all are counted, and so wait for a turn
		defer cancel()
		for ctx.Err() == nil {
			rows, err := h.Slate.List(ctx, "guess/", "", time.Time{}, 10)
			if err != nil {
				return
			}
			all := len(rows) == 2
			for _, row := range rows {
				all = all && strings.Contains(string(row.Value), `"fails":5`)
			}
			if all {
				return
			}
		}
	})
	for _, err := range together(ctx, 5, func(ctx context.Context, _ int) error {
		_, err := h.SignIn(ctx, try("li.ming"))
		return err
	}) {
		want(t, "while all hash", err, context.Canceled)
	}
	watch.Wait()
	back()
	for i := range 5 {
		_, err := h.SignIn(t.Context(), wrong("li.ming"))
		want(t, fmt.Sprintf("guess %d", i+1), err, account.ErrCredentials)
	}
}

// Neither an address nor what was typed as a name is on the slate.
func TestTheSlateNamesNobody(t *testing.T) {
	h := open(t)
	u := h.person(t, "li.ming")
	_, _ = h.SignIn(t.Context(), wrong("my-secret-typed-as-a-name"))
	_, _ = h.SignIn(t.Context(), wrong("li.ming"))
	e := h.in(t, "li.ming")
	rows, err := h.Slate.List(t.Context(), "", "", time.Time{}, 100)
	if err != nil || len(rows) < 4 {
		t.Fatal(len(rows), err)
	}
	for _, row := range rows {
		text := row.Key + string(row.Value)
		for _, no := range []string{desk.String(), "my-secret", e.Token, e.Device, good} {
			if strings.Contains(text, no) {
				t.Errorf("%s holds %q: %s", row.Key, no, row.Value)
			}
		}
		if strings.Contains(text, "li.ming") && row.Key != "name/li.ming" {
			t.Errorf("%s names a person", row.Key)
		}
		if strings.HasPrefix(row.Key, "guess/") && strings.Contains(text, u.ID) {
			t.Errorf("%s names a user", row.Key)
		}
	}
}

// A password kept at an older cost is kept at today's after a sign-in.
func TestHashIsRenewed(t *testing.T) {
	h := open(t)
	u := h.person(t, "li.ming")
	h.Accounts = h.beside()
	h.Cost.Time = 2
	head := h.head(t)
	h.in(t, "li.ming")
	h.in(t, "li.ming")
	if h.head(t) != head+1 {
		t.Errorf("%d commits, want one", h.head(t)-head)
	}
	record, err := h.store.Get(t.Context(), journal.Key{Kind: account.KindUser, ID: u.ID})
	if err != nil || !strings.Contains(string(record.State), "m=64,t=2,p=1") {
		t.Errorf("kept as %s, %v", record.State, err)
	}
}

func TestSecondFactor(t *testing.T) {
	h := open(t)
	h.person(t, "boss", grant(account.Admin))
	u := h.person(t, "li.ming", grant(account.Author))
	_, err := h.StartTOTP(t.Context(), by(u).Actor, "nicht das richtige")
	want(t, "without the password", err, account.ErrCredentials)
	_, err = h.StartTOTP(t.Context(), account.Actor{ID: u.ID, Token: "t"}, good)
	want(t, "by a token", err, account.ErrDenied)
	_, err = h.ConfirmTOTP(t.Context(), by(u), "123456")
	want(t, "before it was started", err, journal.ErrNotFound)
	seed, err := h.StartTOTP(t.Context(), by(u).Actor, good)
	if err != nil || !strings.HasPrefix(seed.URI, "otpauth://totp/") || !strings.Contains(seed.URI, seed.Secret) {
		t.Fatal(err)
	}
	h.in(t, "li.ming") // not yet
	_, err = h.ConfirmTOTP(t.Context(), by(u), "000000")
	want(t, "a wrong code", err, account.ErrSecondFactor)
	recovery, err := h.ConfirmTOTP(t.Context(), by(u), code(t, seed.Secret, h.clock.now()))
	if err != nil || len(recovery) != 10 {
		t.Fatal(recovery, err)
	}
	with := func(code string) error {
		a := try("li.ming")
		a.Code = code
		_, err := h.SignIn(t.Context(), a)
		return err
	}
	want(t, "no code", with(""), account.ErrSecondFactor)
	want(t, "the code that confirmed", with(code(t, seed.Secret, h.clock.now())), account.ErrSecondFactor)
	h.clock.pass(30 * time.Second)
	now := code(t, seed.Secret, h.clock.now())
	want(t, "the code of now", with(now[:3]+" "+now[3:]), nil)
	want(t, "the code again", with(now), account.ErrSecondFactor)
	want(t, "in full width, one step ahead", with(wide(code(t, seed.Secret, h.clock.now().Add(30*time.Second)))), nil)
	h.clock.pass(10 * time.Minute)
	want(t, "two steps late", with(code(t, seed.Secret, h.clock.now().Add(-time.Minute))), account.ErrSecondFactor)
	want(t, "two steps early", with(code(t, seed.Secret, h.clock.now().Add(time.Minute))), account.ErrSecondFactor)
	want(t, "one step late", with(code(t, seed.Secret, h.clock.now().Add(-30*time.Second))), nil)

	want(t, "a recovery code", with(strings.ToLower(recovery[3])), nil)
	want(t, "the recovery code again", with(recovery[3]), account.ErrSecondFactor)
	want(t, "another one", with(strings.ReplaceAll(recovery[0], "-", " ")), nil)
	a := wrong("li.ming")
	a.Code = recovery[1]
	_, err = h.SignIn(t.Context(), a)
	want(t, "a wrong password with a code", err, account.ErrCredentials)
	want(t, "whose code is still good", with(recovery[1]), nil)

	want(t, "dropped without the password", h.DropTOTP(t.Context(), by(u), u.ID, "x"), account.ErrCredentials)
	want(t, "dropped", h.DropTOTP(t.Context(), by(u), u.ID, good), nil)
	h.in(t, "li.ming")
}

func wide(s string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, s)
}

// One code lets one in, however many try it at once; guesses at it are counted.
func TestCodesInParallel(t *testing.T) {
	h := open(t)
	u := h.person(t, "li.ming")
	seed, err := h.StartTOTP(t.Context(), by(u).Actor, good)
	if err != nil {
		t.Fatal(err)
	}
	recovery, err := h.ConfirmTOTP(t.Context(), by(u), code(t, seed.Secret, h.clock.now()))
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(time.Minute)
	for _, c := range []string{code(t, seed.Secret, h.clock.now()), recovery[0]} {
		in := 0
		for _, err := range together(t.Context(), 4, func(ctx context.Context, i int) error {
			a := try("li.ming")
			a.Code = c
			_, err := h.beside().SignIn(ctx, a)
			return err
		}) {
			if err == nil {
				in++
			} else if w := new(account.Wait); !errors.Is(err, account.ErrSecondFactor) && !errors.As(err, &w) {
				t.Error(err)
			}
		}
		if in != 1 {
			t.Errorf("%d were let in by one code", in)
		}
		h.clock.pass(15 * time.Minute)
	}
	for range 6 {
		a := try("li.ming")
		a.Code = "000000"
		_, err = h.SignIn(t.Context(), a)
	}
	wait(t, "guesses at the code", err)
}

func TestASeedLastsTenMinutes(t *testing.T) {
	h := open(t)
	u := h.person(t, "li.ming")
	seed, err := h.StartTOTP(t.Context(), by(u).Actor, good)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(10 * time.Minute)
	_, err = h.ConfirmTOTP(t.Context(), by(u), code(t, seed.Secret, h.clock.now()))
	want(t, "ten minutes later", err, journal.ErrNotFound)
}

// How long a refusal takes must not tell whether there is such a name: the
// lower quartiles, taken in turns so that a busy machine slows all alike, are to
// differ by less than a tenth.
func BenchmarkSignIn(b *testing.B) {
	h := open(b)
	h.Cost = account.Cost{} // the real one
	h.person(b, "boss", grant(account.Admin))
	h.person(b, "known")
	if _, err := h.Disable(b.Context(), root, h.person(b, "disabled").ID); err != nil {
		b.Fatal(err)
	}
	names := []string{"known", "unknown", "disabled"}
	took := make([][]time.Duration, len(names))
	for b.Loop() {
		for _, i := range rand.Perm(len(names)) {
			name := names[i]
			h.clock.pass(15 * time.Minute) // past any wait
			begin := time.Now()
			if _, err := h.SignIn(b.Context(), wrong(name)); !errors.Is(err, account.ErrCredentials) {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(begin))
		}
	}
	for i, unit := range []string{"known-ms", "unknown-ms", "disabled-ms"} {
		slices.Sort(took[i])
		b.ReportMetric(float64(took[i][len(took[i])/4].Microseconds())/1000, unit)
	}
}

// What every request of the studio costs before it does anything.
func BenchmarkResume(b *testing.B) {
	h := open(b)
	h.person(b, "li.ming", grant(account.Author, "3301"))
	e := h.in(b, "li.ming")
	for b.Loop() {
		if _, _, err := h.Resume(b.Context(), e.Token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkActor(b *testing.B) {
	h := open(b)
	u := h.person(b, "li.ming", grant(account.Author, "3301"))
	for b.Loop() {
		if _, err := h.Actor(b.Context(), u.ID); err != nil {
			b.Fatal(err)
		}
	}
}
