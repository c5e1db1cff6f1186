package frontend_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/frontend"
	"kepu/frontend/studio"
)

// TestBadBodies: the catalogue's rows of bad JSON, sent as somebody who may
// write. None is kept, none is told to us as our own fault.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("author", "author")
	before := r.head()
	const good = `"article":{"markdown":"正文"}`
	for _, c := range []struct {
		name, body, headers string
		status              int
		field               string
	}{
		{"duplicate keys", `{"kind":"article","kind":"video",` + good + `}`, "", 400, ""},
		{"a role", `{"kind":"article","role":"admin",` + good + `}`, "", 400, "role"},
		{"a state", `{"kind":"article","status":"live",` + good + `}`, "", 400, "status"},
		{"an author", `{"kind":"article","writers":["x"],` + good + `}`, "", 400, "writers"},
		{"somebody else's file", `{"kind":"article","title":"题","article":{"body":{"type":"doc","content":[{"type":"image","attrs":{"asset":"0190","key":"` + strings.Repeat("a", 64) + `","alt":"图"}}]}}}`, "", 422, "article.body.content[0].attrs.asset"},
		{"null", `null`, "", 422, ""},
		{"null title", `{"kind":"article","title":null,` + good + `}`, "", 422, "title"},
		{"nothing", `{}`, "", 422, "kind"},
		{"case folded", `{"KIND":"article",` + good + `}`, "", 400, "KIND"},
		{"deep", strings.Repeat(`{"article":`, 20_000) + strings.Repeat("}", 20_000), "", 400, ""},
		{"deep body", `{"kind":"article","title":"题","article":{"body":` + strings.Repeat(`{"type":"blockquote","content":[`, 80) + strings.Repeat("]}", 80) + `}}`, "", 400, ""},
		{"lone surrogate", `{"kind":"article","title":"\ud800",` + good + `}`, "", 400, ""},
		{"raw 0xFF", "{\"kind\":\"article\",\"title\":\"\xff\"," + good + "}", "", 400, ""},
		{"NUL", `{"kind":"article","title":"a\u0000b",` + good + `}`, "", 400, ""},
		{"two values", `{"kind":"article","title":"题",` + good + `} {}`, "", 400, ""},
		{"1e400", `{"kind":"article","title":"题","audiences":[{"audience":"youth","weight":1e400}],` + good + `}`, "", 400, ""},
		{"1.0", `{"kind":"article","title":"题","audiences":[{"audience":"youth","weight":1.0}],` + good + `}`, "", 400, "audiences[0].weight"},
		{"an operator", `{"kind":"article","title":{"$ne":null},` + good + `}`, "", 400, "title"},
		{"a title of 1 MB", `{"kind":"article","title":"` + strings.Repeat("长", 350_000) + `",` + good + `}`, "", 422, "title"},
		{"invisible title", `{"kind":"article","title":"\u200b\u3164",` + good + `}`, "", 422, "title"},
		{"article and video", `{"kind":"article","title":"题",` + good + `,"video":{"asset":{"asset":"x"}}}`, "", 422, "article"},
		{"neither", `{"kind":"article","title":"题"}`, "", 422, "article"},
		{"Markdown and body", `{"kind":"article","title":"题","article":{"markdown":"a","body":{"type":"doc","content":[{"type":"paragraph"}]}}}`, "", 422, ""},
		{"a script", `{"kind":"article","title":"题","article":{"body":{"type":"doc","content":[{"type":"script"}]}}}`, "", 422, ""},
		{"a link to a script", `{"kind":"article","title":"题","article":{"body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"javascript:alert(1)"}}]}]}]}}}`, "", 422, ""},
		{"plain text", `{"kind":"article"}`, "Content-Type: text/plain", 415, ""},
		{"no type", `{"kind":"article"}`, "Content-Type:", 415, ""},
		{"GBK", `{"kind":"article"}`, "Content-Type: application/json;charset=gbk", 415, ""},
		{"a form", `kind=article`, "Content-Type: application/x-www-form-urlencoded", 415, ""},
		{"gzip", "\x1f\x8b\x08", "Content-Encoding: gzip", 415, ""},
		{"empty", "", "", 400, ""},
	} {
		var headers []string
		if c.headers != "" {
			headers = append(headers, c.headers)
		}
		a := p.send("POST", "/items", []byte(c.body), headers...)
		if a.StatusCode != c.status {
			t.Errorf("%s: %d %.300s, want %d", c.name, a.StatusCode, a.body, c.status)
			continue
		}
		var told struct {
			Code, Detail string
			Request      string `json:"request_id"`
			Problems     []struct{ Field, Message string }
		}
		a.json(t, &told)
		if told.Code == "" || told.Detail == "" || told.Request == "" || told.Request != a.Header.Get("X-Request-Id") || a.Header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
			t.Errorf("%s: %v %s", c.name, a.Header, a.body)
		}
		if c.field != "" && (len(told.Problems) == 0 || told.Problems[0].Field != c.field) {
			t.Errorf("%s: %s names no field %s", c.name, a.body, c.field)
		}
	}
	if r.head() != before {
		t.Errorf("%d entries were written", r.head()-before)
	}
	p.send("POST", "/items", []byte(`{"kind":"article","title":"题","article":{"markdown":"`+strings.Repeat("好", 600_000)+`"}}`)).want(t, 201, "") // 1.8 MB is a long text, and one
	if log := r.log.String(); strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("logged as our own fault: %.2000s", log)
	}
	// What is too large is answered before any of it is read.
	if got := r.raw("POST " + studio.Base + "/items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"); !strings.HasPrefix(got, "413") {
		t.Errorf("100 MB: %.200s", got)
	}
	a := p.send("POST", "/items/"+strings.Repeat("a", 36)+"/submit", []byte(strings.Repeat(" ", 64<<10)))
	a.want(t, 413, "too_large") // a step takes less than an item
}

func (r *rig) head() uint64 {
	r.t.Helper()
	head, err := r.store.Head(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return head.Seq
}

// TestIfMatch: what may stand in If-Match.
func TestIfMatch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("author", "author")
	id := p.send("POST", "/items", draft("一篇")).want(t, 201, "").field(t, "id").(string)
	body := text0("一篇", "改过。")
	for _, c := range []struct {
		header string
		status int
	}{
		{"", 428}, {"1", 400}, {`"x"`, 400}, {`W/"1"`, 400}, {`"01"`, 400}, {`"-1"`, 400}, {`"1e0"`, 400}, {`*`, 400}, {`"1", "2"`, 400}, {`"1.x"`, 400},
		{`"99999999999999999999"`, 400}, {`"0"`, 409}, {`"2"`, 409}, {`"1"`, 200},
	} {
		header, status := c.header, c.status
		a := p.send("PUT", "/items/"+id, body, "If-Match: "+header)
		if a.StatusCode != status {
			t.Errorf("If-Match: %s: %d %s, want %d", header, a.StatusCode, a.body, status)
		}
		if status == 409 {
			if current, _ := a.field(t, "current").(float64); current < 1 {
				t.Errorf("a conflict does not say what stands: %s", a.body)
			}
		}
	}
	p.send("PUT", "/items/"+id+"/draft", body, `If-Match: "1"`).want(t, 400, "bad_request")
}

// TestCrossSite: what another site makes a browser send is refused, and says so
// in a way that a page can act on.
func TestCrossSite(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("author", "author")
	for _, c := range []struct {
		name, site, origin string
		status             int
	}{
		{"our page", "same-origin", "https://kepu.example", 201},
		{"our page in an old browser", "", "https://kepu.example", 201},
		{"another site", "cross-site", "https://evil.example", 403},
		{"another site in an old browser", "", "https://evil.example", 403},
		{"a neighbour", "same-site", "https://other.kepu.example", 403},
		{"another site that says nothing of itself", "cross-site", "null", 403},
		{"a sandboxed page", "", "null", 403},
		{"the same host without TLS", "", "http://kepu.example", 403},
		{"a bookmark", "none", "", 403},
		{"nothing said", "", "", 403},
	} {
		headers := []string{"Sec-Fetch-Site:", "X-HTTP-Method-Override: GET"}
		if c.site != "" {
			headers[0] = "Sec-Fetch-Site: " + c.site
		}
		if c.origin != "" {
			headers = append(headers, "Origin: "+c.origin)
		}
		a := p.send("POST", "/items", draft(c.name), headers...)
		if a.StatusCode != c.status || c.status == 403 && a.code() != "csrf" {
			t.Errorf("%s: %d %s, want %d", c.name, a.StatusCode, a.body, c.status)
		}
		if a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: another site may read the answer", c.name)
		}
	}
	// A script signs in without a cookie and names no site; another site's form may not.
	v := r.visitor()
	v.send("POST", "/session", map[string]any{"name": "author", "password": password}).want(t, 200, "")
	v.send("POST", "/session", map[string]any{"name": "author", "password": password}, "Sec-Fetch-Site: cross-site").want(t, 403, "csrf")
	v.send("POST", "/session", map[string]any{"name": "author", "password": password}, "Origin: https://evil.example").want(t, 403, "csrf")
	// Reading is no act: a link from elsewhere works.
	p.get("/session", "Sec-Fetch-Site: cross-site").want(t, 200, "")
	// A token is sent by nobody unasked.
	made := p.send("POST", "/tokens", map[string]any{"label": "脚本", "ends": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}).want(t, 201, "")
	b := &person{r: r, bearer: made.field(t, "value").(string)}
	b.send("POST", "/items", draft("脚本写的")).want(t, 201, "")
}

// TestSessions: cookies, fixation, an ended session, a disabled person.
func TestSessions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("author", "author")
	v := r.visitor()
	v.get("/session").want(t, 401, "signed_out")
	v.send("POST", "/session", map[string]any{"name": "author", "password": "不是这个密码呀"}).want(t, 401, "bad_credentials")
	v.send("POST", "/session", map[string]any{"name": "nobody", "password": "不是这个密码呀"}).want(t, 401, "bad_credentials")

	a := v.send("POST", "/session", map[string]any{"name": "author", "password": password}, "Cookie: __Host-kepu=chosen-by-somebody", "Sec-Fetch-Site: same-origin").want(t, 200, "")
	line := ""
	for _, c := range a.Header.Values("Set-Cookie") {
		if strings.HasPrefix(c, "__Host-kepu=") {
			line = c
		}
	}
	for _, want := range []string{"; path=/", "; HttpOnly", "; secure", "; SameSite=Lax"} {
		if !strings.Contains(strings.ToLower(line), strings.ToLower(want)) {
			t.Errorf("%q is not in %q", want, line)
		}
	}
	if strings.Contains(line, "chosen-by-somebody") || strings.Contains(strings.ToLower(line), "domain=") {
		t.Errorf("the session is %q", line)
	}
	// Signing in again ends the session that was there.
	old := p.cookie
	p.signIn()
	if p.cookie == old {
		t.Error("the same session after signing in again")
	}
	(&person{r: r, cookie: old}).get("/session").want(t, 401, "signed_out")
	// A cookie kept from before signing out opens nothing.
	p.send("DELETE", "/session", nil).want(t, 204, "")
	p.get("/session").want(t, 401, "signed_out")
	p.cookie = ""
	p.signIn()
	for _, cookie := range []string{"x", strings.Repeat("a", 3000), "%00", "a b", `"`, strings.Repeat("=", 100)} {
		a := (&person{r: r, cookie: cookie}).get("/session")
		a.want(t, 401, "signed_out")
	}
	many := strings.Repeat("a=b; ", 1000)
	if a := v.get("/session", "Cookie: "+many); a.StatusCode != 401 && a.StatusCode != 431 {
		t.Errorf("1,000 cookies: %d", a.StatusCode)
	}
	if a := v.get("/session", "Cookie: x="+strings.Repeat("a", 80_000)); a.StatusCode != 431 {
		t.Errorf("80 KB of cookies: %d", a.StatusCode)
	}
	if _, err := r.users.Disable(t.Context(), account.By{Actor: account.Operator()}, p.id); err != nil {
		t.Fatal(err)
	}
	p.get("/session").want(t, 401, "signed_out")
	p.send("POST", "/items", draft("停用以后")).want(t, 401, "signed_out")
	if log := r.log.String(); strings.Contains(log, password) || strings.Contains(log, p.cookie) {
		t.Error("a secret was logged")
	}
}

// TestPlainHTTP: without TLS the cookie has no name that browsers would refuse.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *frontend.Config) { c.BaseURL = "http://127.0.0.1:8080" })
	if _, _, err := r.users.Add(t.Context(), account.By{Actor: account.Operator()}, account.New{Name: "author", Password: password}); err != nil {
		t.Fatal(err)
	}
	a := r.visitor().send("POST", "/session", map[string]any{"name": "author", "password": password}).want(t, 200, "")
	for _, c := range a.Cookies() {
		if c.Secure || strings.HasPrefix(c.Name, "__Host-") || c.Name == "kepu" && (!c.HttpOnly || c.SameSite != http.SameSiteLaxMode) {
			t.Errorf("cookie %+v", c)
		}
	}
}

// TestSecondFactor: with one, the password alone does not let in.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("author", "author")
	seed := p.send("POST", "/second", map[string]any{"password": password}).want(t, 200, "").field(t, "secret").(string)
	p.send("PUT", "/second", map[string]any{"code": "12345a"}).want(t, 401, "second_factor")
	p.send("PUT", "/second", map[string]any{"code": totp(seed)}).want(t, 200, "")
	v := r.visitor()
	v.send("POST", "/session", map[string]any{"name": "author", "password": password}).want(t, 401, "second_factor")
	v.send("POST", "/session", map[string]any{"name": "author", "password": "不是这个密码呀", "code": totp(seed)}).want(t, 401, "bad_credentials")
}

// TestForeignThings: what is not one's own is not there, by whatever name.
func TestForeignThings(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	mine, other := r.hire("mine", "author@3301"), r.hire("other", "author@3301")
	d := draft("我的一篇")
	d["region"] = "3301"
	id := mine.send("POST", "/items", d).want(t, 201, "").field(t, "id").(string)
	said := mine.send("POST", "/items/"+id+"/comments", map[string]any{"text": "记一笔"}).want(t, 201, "").field(t, "id").(string)
	for _, path := range []string{"/items/" + id, "/items/" + id + "/draft", "/items/" + id + "/revisions", "/items/" + id + "/revisions/1", "/items/" + id + "/diff?from=1", "/comments/" + said} {
		other.get(path).want(t, 404, "not_found")
	}
	list := other.get("/items").want(t, 200, "")
	if strings.Contains(string(list.body), id) {
		t.Errorf("another's draft is listed: %s", list.body)
	}
	for _, bad := range []string{"x", "0190", strings.ToUpper(id), id + "0", "..", "%2e%2e", strings.Repeat("a", 1000), id + "%00", "$oid", "{}"} {
		if a := mine.get("/items/" + bad); a.StatusCode != 404 && a.StatusCode != 400 && a.StatusCode != 301 {
			t.Errorf("%q: %d %s", bad, a.StatusCode, a.body)
		}
	}
	for _, bad := range []string{"?limit=0", "?limit=101", "?limit=-1", "?page=1", "?status=secret", "?after=zzz", "?after=" + strings.Repeat("a", 5000), "?q=%F0%28", "?mine=1&mine=1", "?sort=password", "?seq=-1", "?seq=9007199254740993", "?region=x"} {
		if a := mine.get("/items" + bad); a.StatusCode != 400 {
			t.Errorf("%s: %d %s", bad, a.StatusCode, a.body)
		}
	}
	mine.get("/position?seq=99999999").want(t, 503, "not_yet")
	mine.send("PATCH", "/items/"+id, map[string]any{}).want(t, 405, "")
	mine.send("DELETE", "/items", nil).want(t, 405, "method_not_allowed")
	mine.send("POST", strings.ToUpper("/items"), draft("x")).want(t, 404, "")
}

// TestOneReviewer: nobody passes what they wrote, or two stages, whatever roles
// they hold; and no step can be jumped.
func TestOneReviewer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	all := r.hire("all", "author", "editor", "expert", "chief")
	second := r.hire("second", "editor", "expert", "chief")
	id := all.send("POST", "/items", draft("一个人写")).want(t, 201, "").field(t, "id").(string)
	at := "/items/" + id
	all.send("POST", at+"/approve", step(1)).want(t, 409, content.CodeStages)
	all.send("POST", at+"/publish", step(1)).want(t, 409, content.CodeStages)
	rev := all.send("POST", at+"/submit", step(1)).want(t, 200, "").field(t, "rev")
	all.send("POST", at+"/approve", step(rev)).want(t, 403, "forbidden")
	rev = second.send("POST", at+"/approve", step(rev)).want(t, 200, "").field(t, "rev")
	second.send("POST", at+"/approve", step(rev)).want(t, 403, "forbidden")
	second.send("POST", at+"/publish", step(rev)).want(t, 409, content.CodeStages)
	// The text moves on: what was approved is no longer what stands.
	saved := all.send("PUT", at, text0("一个人写", "改了一个字。"), `If-Match: "1"`).want(t, 200, "").field(t, "rev")
	third := r.hire("third", "expert")
	third.send("POST", at+"/approve", step(rev)).want(t, 409, "conflict")
	third.send("POST", at+"/approve", step(saved)).want(t, 409, content.CodeStages)
}

// TestRatePerPerson: one person asking without end is slowed, others are not.
func TestRatePerPerson(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	eager, calm := r.hire("eager", "author"), r.hire("calm", "author")
	limited := false
	for range 2000 {
		a := eager.get("/session")
		if a.StatusCode == 429 {
			a.want(t, 429, "rate_limited")
			if a.Header.Get("Retry-After") == "" {
				t.Error("it is not said when to come back")
			}
			limited = true
			break
		}
	}
	if !limited {
		t.Error("2,000 calls at once are let through")
	}
	calm.get("/session").want(t, 200, "")
}

// TestStudioAnswersAreNobodysToKeep: no answer of the studio may be kept by
// anything between us and the browser, and none comes out of the page cache.
func TestStudioAnswersAreNobodysToKeep(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("chief", "chief", "admin")
	for _, route := range r.doors.Routes() {
		if route.Method != http.MethodGet || strings.Contains(route.Path, "{") {
			continue
		}
		for _, who := range []*person{p, r.visitor()} {
			a := who.get(route.Path)
			if a.Header.Get("Cache-Control") != "no-store" || !strings.Contains(a.Header.Get("Vary"), "Cookie") || a.Header.Get("X-Request-Id") == "" {
				t.Errorf("%s: %d %v", route.Path, a.StatusCode, a.Header)
			}
		}
	}
	if a := r.do("HEAD", studio.Base+"/topics", "Cookie: __Host-kepu="+p.cookie); a.StatusCode != 200 || len(a.body) > 0 {
		t.Errorf("HEAD: %d %s", a.StatusCode, a.body)
	}
	if got := r.raw(fmt.Sprintf("POST %s/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", studio.Base, 32<<10, strings.Repeat(" ", 32<<10))); !strings.HasPrefix(got, "413") {
		t.Errorf("chunks beyond the limit: %.100s", got)
	}
	if got := r.raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"); !strings.HasPrefix(got, "413") {
		t.Errorf("a body that nobody takes: %.100s", got)
	}
}
