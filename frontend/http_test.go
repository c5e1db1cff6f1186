package frontend_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"kepu/content"
	"kepu/frontend"
	"kepu/frontend/api"
)

// TestQueries is table A: what a query string may not be.
func TestQueries(t *testing.T) {
	r := stocked(t)
	for path, want := range map[string]int{
		"/api/v1/feed?page=-1":                    400,
		"/api/v1/feed?limit=-1":                   400,
		"/api/v1/feed?limit=101":                  400,
		"/api/v1/search?q=a&limit=51":             400,
		"/api/v1/feed?limit=99999999999999999999": 400,
		"/api/v1/feed?limit=1&limit=2":            400,
		"/api/v1/feed?tags[999999999]=x":          400,
		"/api/v1/feed?page[$gt]=1":                400,
		"/api/v1/feed?sort=password":              400,
		"/api/v1/feed?fields=hash":                400,
		"/api/v1/search?q=%F0%28":                 400,
		"/api/v1/search?q=%00":                    400,
		"/api/v1/feed?audience=everyone":          400,
		"/api/v1/feed?after=tampered":             400,
		"/api/v1/feed?topic=no-such":              404,
		"/search?q=%F0%28":                        400,
		"/search?q=a&q=b":                         400,
		"/search?q=" + strings.Repeat("x", 200):   400,
		"/youth?after=tampered":                   400,
		"/?utm_source=x&tags[9]=1&page=-1":        200,
		"/article/item-a?fields=hash":             200,
		"/?" + strings.Repeat("a=1&", 3000):       400,
		"/?q=" + strings.Repeat("a", 20_000):      431,
		"/api/v1/search?q=*":                      200,
		"/api/v1/search?q=%22unbalanced":          200,
		"/api/v1/search?q=-abc":                   200,
		"/api/v1/search?q=title%3A":               200,
		"/api/v1/search":                          200,
		"/api/v1/suggest?q=%E8%A1%80":             200,
		"/api/v1/feed?next=//evil.example":        400,
	} {
		a := r.get(path)
		if a.StatusCode != want {
			t.Errorf("%.60s: %d, want %d: %.200s", path, a.StatusCode, want, a.body)
			continue
		}
		if want < 400 {
			continue
		}
		if strings.HasPrefix(path, "/api/") {
			var p api.Problem
			a.json(t, &p)
			if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") || p.Status != want || p.Code == "" || p.Detail == "" || p.Request == "" {
				t.Errorf("%.60s: not a problem: %s %s", path, a.Header.Get("Content-Type"), a.body)
			}
		} else if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || !strings.Contains(string(a.body), "</html>") {
			t.Errorf("%.60s: not a whole page: %.100s", path, a.body)
		}
		if a.Header.Get("X-Request-Id") == "" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%.60s: %v", path, a.Header)
		}
	}
}

// TestPaths is table I: one address for each page, and no other way in.
func TestPaths(t *testing.T) {
	r := stocked(t)
	for path, want := range map[string]string{
		"/seniors":                        "200",
		"/seniors/":                       "301 /seniors",
		"/Seniors":                        "301 /seniors",
		"/SENIORS/?after=x":               "301 /seniors?after=x",
		"/Article/Item-A":                 "301 /article/item-a",
		"/easy/":                          "301 /easy",
		"/easy":                           "200",
		"/Easy":                           "301 /easy",
		"/video/item-a":                   "301 /article/item-a",
		"/easy/video/item-a":              "301 /easy/article/item-a",
		"/article/none-such":              "404",
		"/article/":                       "301 /article",
		"/article":                        "404",
		"/article/item-a/more":            "404",
		"/%61rticle/item-a":               "404",
		"/article/%2e%2e/healthz":         "404",
		"/article/..%5c":                  "404",
		"/article/%252e":                  "404",
		"/article/item-a;x":               "404",
		"/article/a%00b":                  "404",
		"//evil.example/":                 "404",
		"/article//item-a":                "404",
		"/article/./item-a":               "404",
		"/%EF%BC%8E%EF%BC%8E%EF%BC%8F":    "404",
		"/media/../healthz":               "404",
		"/media/%2e%2e/%2e%2e/etc/passwd": "404",
		"/media/" + strings.Repeat("a", 64) + "/x.png": "404",
		"/media/" + strings.Repeat("A", 64) + "/x.png": "404",
		"/media/$oid/x.png":                            "404",
		"/assets/000000000000/x.css":                   "404",
		"/assets//standard.css":                        "404",
		"/" + strings.Repeat("a", 8000):                "414",
		"/region/99":                                   "404",
		"/region/330106":                               "200",
		"/topic/no-such":                               "404",
		"/series/no-such":                              "404",
		"/scene/no-such":                               "404",
		"/youth/no-such":                               "404",
		"/everyone":                                    "404",
		"/admin":                                       "404",
		"/.well-known/security.txt":                    "404",
		"/sitemap/0.xml":                               "404",
		"/sitemap/01.xml":                              "404",
		"/sitemap/2.xml":                               "404",
		"/sitemap/1.xml":                               "200",
		"/sitemap/pages.xml":                           "200",
		"/api/v1/items/none-such":                      "404",
		"/api/v1/items/item-a":                         "200",
		"/api/v1/items/item-a/":                        "301 /api/v1/items/item-a",
		"/api/v1/nothing":                              "404",
	} {
		status, _, _ := strings.Cut(r.raw("GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), " ")
		got := status
		if got == "301" {
			a := r.get(path)
			got += " " + a.Header.Get("Location")
		}
		if got != want {
			t.Errorf("%.70s: %s, want %s", path, got, want)
		}
	}
}

// TestProtocol is table H: what a request may not be, said on the wire.
func TestProtocol(t *testing.T) {
	r := stocked(t)
	const host = "Host: x\r\n"
	for name, c := range map[string]struct{ request, want string }{
		"plain":                  {"GET / HTTP/1.1\r\n" + host + "\r\n", "200"},
		"two lengths":            {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
		"length and chunks":      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
		"chunks on 1.0":          {"POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
		"two encodings":          {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", "400"},
		"no host":                {"GET / HTTP/1.1\r\n\r\n", "400"},
		"two hosts":              {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
		"NUL in a header":        {"GET / HTTP/1.1\r\n" + host + "X: a\x00b\r\n\r\n", "400"},
		"HTTP/9.9":               {"GET / HTTP/9.9\r\n" + host + "\r\n", "400"},
		"GET with a body":        {"GET / HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nab", "400"},
		"GET with chunks":        {"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "400"},
		"TRACE":                  {"TRACE / HTTP/1.1\r\n" + host + "\r\n", "405"},
		"PROPFIND":               {"PROPFIND / HTTP/1.1\r\n" + host + "\r\n", "405"},
		"POST":                   {"POST /search HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", "405"},
		"POST, too large":        {"POST /search HTTP/1.1\r\n" + host + "Content-Length: 100000000\r\n\r\n", "413"},
		"DELETE":                 {"DELETE /article/item-a HTTP/1.1\r\n" + host + "\r\n", "405"},
		"20 KB of header":        {"GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", 20_000) + "\r\n\r\n", "431"},
		"many cookies":           {"GET / HTTP/1.1\r\n" + host + "Cookie: " + strings.Repeat("a=1; ", 1000) + "\r\n\r\n", "200"},
		"strange Accept":         {"GET / HTTP/1.1\r\n" + host + "Accept: */*;q=NaN\r\nAccept-Language: " + strings.Repeat("x,", 2000) + "\r\n\r\n", "200"},
		"ten thousand tags":      {"GET / HTTP/1.1\r\n" + host + "If-None-Match: " + strings.Repeat(`"x",`, 2000) + "\r\n\r\n", "200"},
		"nonsense":               {"hello\r\n\r\n", "400"},
		"absolute, foreign host": {"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", "200"},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.raw(c.request)
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got %.200s, want %s", got, c.want)
			}
			if strings.Contains(got, "evil.example") {
				t.Error("the foreign host is in the answer")
			}
		})
	}
}

// TestHosts: nothing that a client says of itself gets into a page or a header.
func TestHosts(t *testing.T) {
	r := stocked(t)
	for _, path := range []string{"/", "/article/item-a", "/feed.rss", "/sitemap.xml", "/robots.txt", "/none", "/Seniors", "/api/v1/feed", "/api/openapi.json"} {
		a := r.get(path, "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: gopher", "X-Forwarded-For: 6.6.6.6", "Referer: http://evil.example/", "Origin: null", "Forwarded: host=evil.example")
		all := fmt.Sprint(a.Header) + string(a.body)
		for _, bad := range []string{"evil.example", "gopher", "6.6.6.6", "127.0.0.1"} {
			if strings.Contains(all, bad) {
				t.Errorf("%s tells %s", path, bad)
			}
		}
		if a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s allows other origins", path)
		}
	}
}

func TestHeaders(t *testing.T) {
	r := stocked(t)
	for _, path := range []string{"/", "/article/item-a", "/feed.atom", "/none", "/api/v1/feed", "/api/v1/none", "/Seniors", "/healthz", "/search?q=a"} {
		a := r.get(path)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin", "Strict-Transport-Security": "max-age="} {
			if got := a.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s %q", path, name, got)
			}
		}
		policy := a.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if a.Header.Get("Server") != "" || a.Header.Get("X-Powered-By") != "" {
			t.Errorf("%s tells what it is made with: %v", path, a.Header)
		}
	}
}

func TestConditional(t *testing.T) {
	r := stocked(t)
	for _, path := range []string{"/", "/article/item-a", "/easy/seniors", "/feed.json", "/api/v1/feed", "/api/v1/items/item-a"} {
		for _, encoding := range []string{"", "gzip", "br"} {
			var a answer
			for i := 0; i < 4; i++ { // brotli comes after some hits
				a = r.get(path, "Accept-Encoding: "+encoding)
			}
			if got := a.Header.Get("Content-Encoding"); got != encoding {
				t.Errorf("%s: encoding %q, want %q", path, got, encoding)
			}
			tag := a.Header.Get("ETag")
			if tag == "" || a.Header.Get("Cache-Control") != "public, max-age=0, must-revalidate" || a.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: %v", path, a.Header)
			}
			b := r.get(path, "Accept-Encoding: "+encoding, "If-None-Match: "+tag)
			if b.StatusCode != http.StatusNotModified || len(b.body) != 0 || b.Header.Get("ETag") != tag {
				t.Errorf("%s again: %d %s", path, b.StatusCode, b.Header.Get("ETag"))
			}
			h := r.do("HEAD", path, "Accept-Encoding: "+encoding)
			if h.StatusCode != 200 || len(h.body) != 0 || h.Header.Get("Content-Length") != strconv.Itoa(len(a.body)) || h.Header.Get("ETag") != tag {
				t.Errorf("HEAD %s: %d %v", path, h.StatusCode, h.Header)
			}
		}
	}
}

// TestGone: a withdrawn item is gone everywhere, and says so.
func TestGone(t *testing.T) {
	r := stocked(t)
	var item struct{ ID string }
	r.get("/api/v1/items/item-a").json(t, &item)
	cover := find(r.get("/article/item-a").page(t), "figure", "class=cover")
	picture := attr(find(cover[0], "img")[0], "src")
	if a := r.get(picture); a.StatusCode != 200 {
		t.Fatalf("the cover: %d", a.StatusCode)
	}
	if _, err := r.desk.Withdraw(t.Context(), content.Operator(), item.ID, "内容已更新", ""); err != nil {
		t.Fatal(err)
	}
	r.wait()
	for _, path := range []string{"/article/item-a", "/easy/article/item-a", "/api/v1/items/item-a", picture} {
		if a := r.get(path); a.StatusCode != 410 {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
	if a := r.get("/article/item-a"); !strings.Contains(string(a.body), "内容已更新") {
		t.Error("the page does not say why")
	}
	for _, path := range []string{"/", "/topic/food-storage", "/feed.rss", "/api/v1/feed", "/sitemap/1.xml", "/search?q=%E5%89%A9%E9%A5%AD"} {
		if a := r.get(path); strings.Contains(string(a.body), "/article/item-a") {
			t.Errorf("%s still shows it", path)
		}
	}
}

func TestOldSlug(t *testing.T) {
	r := newRig(t)
	sub := article("first-name", "换名字的文章")
	r.publish(sub)
	sub.Slug, sub.Version.Summary = "second-name", "改过一次"
	r.publish(sub)
	if a := r.get("/article/first-name"); a.StatusCode != 301 || a.Header.Get("Location") != "/article/second-name" {
		t.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := r.get("/api/v1/items/first-name"); a.StatusCode != 301 || a.Header.Get("Location") != "/api/v1/items/second-name" {
		t.Errorf("api: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
}

// TestStarting: no page before the shelf has caught up, but health and readiness.
func TestStarting(t *testing.T) {
	ready := make(chan bool, 1)
	ready <- false
	r := newRig(t, func(c *frontend.Config) {
		c.Ready = func() (bool, map[string]any) {
			now := <-ready
			ready <- now
			return now, map[string]any{"store_seen_s": 1}
		}
	})
	for _, path := range []string{"/", "/seniors", "/api/v1/feed", "/feed.rss", "/media/" + strings.Repeat("a", 64) + "/x", "/readyz"} {
		a := r.get(path)
		if a.StatusCode != 503 || path != "/readyz" && a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
	}
	if a := r.get("/healthz"); a.StatusCode != 200 {
		t.Errorf("/healthz: %d", a.StatusCode)
	}
	<-ready
	ready <- true
	if a := r.get("/"); a.StatusCode != 200 {
		t.Errorf("once ready: %d", a.StatusCode)
	}
	if a := r.get("/readyz"); a.StatusCode != 200 || !strings.Contains(string(a.body), "store_seen_s") {
		t.Errorf("/readyz: %d %s", a.StatusCode, a.body)
	}
	if strings.Contains(r.log.String(), `"level":"ERROR"`) {
		t.Errorf("starting is logged as an error: %s", r.log.String())
	}
}

// TestRates: one busy client is held, its neighbours are not.
func TestRates(t *testing.T) {
	r := newRig(t, func(c *frontend.Config) { c.Rates, c.TrustedProxies = true, []string{"127.0.0.1"} })
	r.publish(article("a", "一篇文章", content.Seniors))
	held := 0
	for i := 0; i < 400; i++ {
		a := r.get("/api/v1/search?q="+strconv.Itoa(i), "X-Forwarded-For: 198.51.100.9, 203.0.113.5")
		if a.StatusCode == 429 {
			held++
			if a.Header.Get("Retry-After") == "" {
				t.Fatal("429 without Retry-After")
			}
		}
	}
	if held == 0 {
		t.Error("400 searches at once by one client, none was held")
	}
	for _, from := range []string{"203.0.113.6", "198.51.100.9"} {
		if a := r.get("/api/v1/search?q=x", "X-Forwarded-For: "+from); a.StatusCode != 200 {
			t.Errorf("%s pays for a neighbour: %d", from, a.StatusCode)
		}
	}
}
