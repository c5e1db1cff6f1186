package frontend_test

import (
	"fmt"
	"testing"
	"time"

	"kepu/account"
)

// TestPasswordFirst: whoever has to change the password does that before
// anything else, whatever the route asks of roles.
func TestPasswordFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("editor", "editor")
	reset := func() string {
		drawn, err := r.users.ResetPassword(t.Context(), account.By{Actor: account.Operator()}, p.id, "")
		if err != nil {
			t.Fatal(err)
		}
		return drawn
	}
	drawn := reset()
	a := r.visitor().send("POST", "/session", map[string]any{"name": "editor", "password": drawn}).want(t, 200, "")
	for _, c := range a.Cookies() {
		if c.Name == "__Host-kepu" {
			p.cookie = c.Value
		}
	}
	for _, c := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"GET", "/session", nil, 200}, {"GET", "/sessions", nil, 200},
		{"POST", "/tokens", map[string]any{"label": "后门", "ends": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}, 403},
		{"GET", "/tokens", nil, 403}, {"POST", "/second", map[string]any{"password": drawn}, 403}, {"GET", "/people", nil, 403},
		{"GET", "/items", nil, 403}, {"GET", "/items/" + p.id, nil, 403}, {"POST", "/items", draft("先改密码"), 403}, {"GET", "/settings", nil, 403},
	} {
		code := ""
		if c.status == 403 {
			code = "must_change"
		}
		p.send(c.method, c.path, c.body).want(t, c.status, code)
	}
	if me := p.get("/session"); me.field(t, "must_change") != true || len(me.field(t, "grants").([]any)) != 0 {
		t.Errorf("who has to change the password is told %s", me.body)
	}
	a = p.send("PUT", "/password", map[string]any{"old": drawn, "new": password}).want(t, 200, "")
	if a.field(t, "must_change") != nil {
		t.Errorf("after the change: %s", a.body)
	}
	for _, c := range a.Cookies() {
		if c.Name == "__Host-kepu" {
			p.cookie = c.Value
		}
	}
	p.get("/people").want(t, 200, "")
}

// TestGuessesByAProxy: a proxy on this machine that nobody named is no network
// of its own, so that guesses of a stranger behind it shut out nobody else.
func TestGuessesByAProxy(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.hire("editor", "editor")
	for i := range 105 {
		r.visitor().send("POST", "/session", map[string]any{"name": fmt.Sprint("stranger-", i), "password": "猜一个密码试试"}).want(t, 401, "bad_credentials")
	}
	r.visitor().send("POST", "/session", map[string]any{"name": "editor", "password": password}).want(t, 200, "")
}
