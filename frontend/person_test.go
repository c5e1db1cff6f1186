package frontend_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"kepu/account"
	"kepu/frontend/studio"
)

const password = "三个字两只猫一条河"

// person is somebody at a browser, or with a token.
type person struct {
	r      *rig
	id     string
	name   string
	cookie string
	bearer string
	pass   string // the password, where it was changed
}

// hire makes a user with the roles "role" or "role@region" and signs them in.
func (r *rig) hire(name string, roles ...string) *person {
	r.t.Helper()
	var grants []account.Grant
	for _, role := range roles {
		role, region, _ := strings.Cut(role, "@")
		grants = append(grants, account.Grant{Role: account.Role(role), Region: region})
	}
	u, _, err := r.users.Add(r.t.Context(), account.By{Actor: account.Operator()}, account.New{Name: name, Grants: grants, Password: password})
	if err != nil {
		r.t.Fatal(err)
	}
	p := &person{r: r, id: u.ID, name: name}
	p.signIn()
	return p
}

func (p *person) signIn() {
	p.r.t.Helper()
	a := p.send("POST", "/session", map[string]any{"name": p.name, "password": password})
	a.want(p.r.t, 200, "")
	for _, c := range a.Cookies() {
		if c.Name == "__Host-kepu" {
			p.cookie = c.Value
		}
	}
	if p.cookie == "" {
		p.r.t.Fatalf("no session in %v", a.Header)
	}
}

// visitor is nobody.
func (r *rig) visitor() *person { return &person{r: r} }

// get asks the studio.
func (p *person) get(path string, headers ...string) answer {
	p.r.t.Helper()
	return p.send("GET", path, nil, headers...)
}

// send sends a body, as JSON unless it is bytes already, to the studio, as a page
// of ours would.
func (p *person) send(method, path string, body any, headers ...string) answer {
	p.r.t.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		raw = b
	case string:
		raw = []byte(b)
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			p.r.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(p.r.t.Context(), method, "http://"+p.r.addr+studio.Base+path, bytes.NewReader(raw))
	if err != nil {
		p.r.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.cookie != "" {
		req.Header.Set("Cookie", "__Host-kepu="+p.cookie)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if p.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+p.bearer)
	}
	for _, h := range headers {
		if name, value, ok := strings.Cut(h, ": "); ok {
			req.Header.Set(name, value)
		} else {
			req.Header.Del(strings.TrimSuffix(h, ":"))
		}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		p.r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.r.t.Fatal(err)
	}
	a := answer{resp, text}
	p.r.conforms(method, path, a)
	return a
}

// want fails unless the answer has the status and, of a problem, the code.
func (a answer) want(t testing.TB, status int, code string) answer {
	t.Helper()
	if a.StatusCode != status || code != "" && a.code() != code {
		t.Fatalf("%s %s: %d %s, want %d %s", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status, code)
	}
	return a
}

// code is that of a problem; "" where the answer is none.
func (a answer) code() string {
	var p struct{ Code string }
	if json.Unmarshal(a.body, &p) != nil {
		return ""
	}
	return p.Code
}

// field is a member of an answer that is an object.
func (a answer) field(t testing.TB, name string) any {
	t.Helper()
	var m map[string]any
	a.json(t, &m)
	return m[name]
}
