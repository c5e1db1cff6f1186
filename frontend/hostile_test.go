package frontend_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"kepu/content"
)

// leaks is what an answer to anybody must not tell.
func leaks(t *testing.T, what string, a answer) {
	t.Helper()
	body := string(a.body)
	for _, own := range []string{os.TempDir() + "/", "goroutine ", ".go:", "sqlite", "bleve", "scorch", "bbolt", "template:", "panic"} {
		if strings.Contains(body, own) {
			t.Errorf("%s tells %q: %.300s", what, own, body)
		}
	}
}

// TestEveryAddressBearsEveryQuery asks every sort of address every sort of
// strange question. None answers 5xx, redirects elsewhere, or tells anything of
// the inside; the JSON refuses what it does not know.
func TestEveryAddressBearsEveryQuery(t *testing.T) {
	r := stocked(t)
	addresses := []string{"/", "/easy", "/youth", "/easy/seniors", "/seniors/food-storage", "/topic/food-storage", "/region/33", "/article/item-a", "/easy/article/item-a",
		"/search", "/easy/search", "/feed.rss", "/feed.atom", "/feed.json", "/seniors/feed.rss", "/sitemap.xml", "/sitemap/1.xml", "/robots.txt", "/healthz", "/readyz", "/none",
		"/api/v1/feed", "/api/v1/search", "/api/v1/suggest", "/api/v1/items/item-a", "/api/openapi.json", "/api/v1/none"}
	queries := []string{"page=-1", "page=99999999999999999999", "limit=1e9", "limit=-1&limit=2", "q=%E8%A1%80&q=%E5%8E%8B", "tags[999999999]=x", "page[$gt]=1", "q[$ne]=", "sort=password", "fields=hash",
		"q=%F0%28", "q=%00", "q=%ff", "after=../../etc/passwd", "after=AAAA", "after=" + strings.Repeat("A", 1000), "next=//evil.example", `next=/\evil.example`, "next=https:evil.example",
		"next=%09//evil.example", "audience=%3Cscript%3E", "kind=video%27--", "topic=%2e%2e", "region=33%00", "from=2026-02-30", "from=9999-12-31&to=0001-01-01", "to=12026-01-01", "%zz=%zz", "=&=&&&", "&",
		strings.Repeat("a=1&", 31), strings.Repeat("q=%E8%A1%80&", 100), "q=" + strings.Repeat("%E8%A1%80", 600), "q=" + strings.Repeat("?*", 60), "q=xx~2&q=xx~2", "q=%22", "q=body%3A%3Eabc", "q=-abc", "q=%F0%9F%9A%80", "q=%E2%80%8B"}
	api := func(path string) bool { return strings.HasPrefix(path, "/api/") }
	for _, path := range addresses {
		for _, query := range queries {
			a := r.get(path + "?" + query)
			what := fmt.Sprintf("%s?%.40s", path, query)
			leaks(t, what, a)
			switch {
			case a.StatusCode >= 500, a.StatusCode >= 300 && a.StatusCode < 400:
				t.Errorf("%s: %d %s", what, a.StatusCode, a.Header.Get("Location"))
			case a.StatusCode == 200 && api(path) && (strings.Contains(query, "page") || strings.Contains(query, "next=") || strings.Contains(query, "tags") || strings.Contains(query, "sort") || strings.Contains(query, "fields")):
				t.Errorf("%s: unknown key taken", what)
			}
			if strings.Contains(string(a.body), "evil.example") || strings.Contains(string(a.body), "<script>") {
				t.Errorf("%s: what was asked stands in the answer as it was", what)
			}
		}
	}
	if a := r.get("/"); a.StatusCode != 200 {
		t.Errorf("afterwards: %d", a.StatusCode)
	}
	if strings.Contains(r.log.String(), `"level":"ERROR"`) {
		t.Errorf("a client's nonsense is logged as our error: %s", r.log.String())
	}
}

// TestRedirectsStayHere: whatever the path, a redirect leads to a path of ours.
func TestRedirectsStayHere(t *testing.T) {
	r := stocked(t)
	for _, path := range []string{"//evil.example/", "//evil.example/Seniors/", `/\evil.example`, `/\evil.example/`, "/%09//evil.example/", "/%2f%2fevil.example/", "/%5cevil.example/", "/.//evil.example/", "/Seniors//evil.example/",
		"/Seniors/?next=//evil.example", "http://evil.example/Seniors/", "http://evil.example//x/", "/EASY//evil.example", "/\tevil.example/", "/Article/Item-A?x=%0d%0aLocation:%20//evil.example"} {
		got := r.raw("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
		if strings.HasPrefix(got, "5") || strings.HasPrefix(got, "no answer") {
			t.Errorf("%s: %.200s", path, got)
		}
		if to := r.location(path); to != "" && (to[0] != '/' || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) || strings.ContainsAny(to, "\r\n\t")) {
			t.Errorf("%s leads to %q", path, to)
		}
	}
}

// location asks for a path as it is written and gives where it redirects to.
func (r *rig) location(path string) string {
	r.t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		r.t.Fatal(err)
	}
	raw, err := io.ReadAll(c)
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if name, value, _ := strings.Cut(line, ": "); strings.EqualFold(name, "location") {
			return value
		}
		if line == "" {
			break
		}
	}
	return ""
}

// TestNothingIsSmuggled sends two requests where somebody before us may see one:
// the first is refused and the second never answered.
func TestNothingIsSmuggled(t *testing.T) {
	r := stocked(t)
	const host, second = "Host: x\r\n", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, first := range map[string]string{
		"length and chunks":         "POST /search HTTP/1.1\r\n" + host + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"chunks and length":         "POST /search HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
		"two lengths":               "POST /search HTTP/1.1\r\n" + host + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
		"a list of lengths":         "POST /search HTTP/1.1\r\n" + host + "Content-Length: 0, 44\r\n\r\n",
		"length with a sign":        "POST /search HTTP/1.1\r\n" + host + "Content-Length: +0\r\n\r\n",
		"space before the colon":    "POST /search HTTP/1.1\r\n" + host + "Content-Length : 0\r\n\r\n",
		"chunks, misspelt":          "POST /search HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n",
		"chunk extension with LF":   "POST /search HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0;a\nb\r\n\r\n",
		"chunk length out of range": "POST /search HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n\r\n",
		"GET with a length":         "GET / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"folded header":             "GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			statuses := r.answers(first + second)
			if len(statuses) != 1 || statuses[0] < 400 || statuses[0] >= 500 {
				t.Errorf("answered %v; want one refusal and the end", statuses)
			}
		})
	}
	if got := r.answers(second + second); len(got) != 2 || got[0] != 200 || got[1] != 200 {
		t.Errorf("two good ones: %v", got)
	}
}

// answers sends bytes and gives the status of every answer until the connection
// ends, or falls silent.
func (r *rig) answers(requests string) (statuses []int) {
	r.t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, requests); err != nil {
		return nil // refused before all was sent
	}
	in := bufio.NewReader(c)
	for {
		if err := c.SetReadDeadline(time.Now().Add(700 * time.Millisecond)); err != nil {
			r.t.Fatal(err)
		}
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			return statuses
		}
		statuses = append(statuses, response.StatusCode)
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return statuses
		}
		response.Body.Close()
	}
}

// TestHeadersOfAllSizes: more of a header than anybody needs is refused or
// ignored, never a reason to fail.
func TestHeadersOfAllSizes(t *testing.T) {
	r := stocked(t)
	for _, size := range []int{100, 4 << 10, 15 << 10, 64 << 10, 1 << 20} {
		for _, header := range []string{"Accept-Language: zh-CN,", "If-None-Match: \"x\",", "Range: bytes=0-0,", "Cookie: a=", "Accept: */*;q=NaN,", "X-Forwarded-For: 1.1.1.1,", "Accept-Encoding: gzip;q=NaN,"} {
			value := strings.Repeat("0-0,", size/4)
			for _, path := range []string{"/", "/article/item-a", "/api/v1/feed"} {
				got := r.answers("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + header + value + "\r\nConnection: close\r\n\r\n")
				if size > 60<<10 && len(got) == 0 {
					continue // hung up while we were still writing
				}
				if len(got) != 1 || got[0] != 200 && got[0] != 431 || size < 10<<10 && got[0] != 200 {
					t.Errorf("%s, %d bytes of %s: %v", path, size, header, got)
				}
			}
		}
	}
}

// TestIdentifiers is table J of the paths: what is no item is not found, and the
// forms of one address become one.
func TestIdentifiers(t *testing.T) {
	r := stocked(t)
	var item struct{ ID string }
	r.get("/api/v1/items/item-a").json(t, &item)
	for id, want := range map[string]int{
		item.ID:                                200,
		strings.ToUpper(item.ID):               301,
		item.ID[:35]:                           404,
		item.ID + "0":                          404,
		strings.ReplaceAll(item.ID, "-", ""):   404,
		"507f1f77bcf86cd79943901":              404,
		"00000000-0000-0000-0000-000000000000": 404,
		"%7B%22$oid%22:%22507f1f77bcf86cd799439011%22%7D": 404,
		"$oid": 404, "{}": 404, "-1": 404, "0": 404, "null": 404, "%E5%8F%B0%E9%A3%8E": 404, "%ff": 404,
		strings.Repeat("a", 3000):  404,
		strings.Repeat("a", 12000): 414,
	} {
		for _, path := range []string{"/api/v1/items/", "/article/", "/easy/article/"} {
			if path != "/api/v1/items/" && want < 400 {
				continue // pages stand at their slugs
			}
			a := r.get(path + id)
			leaks(t, path+id, a)
			if a.StatusCode != want && !(want == 414 && a.StatusCode == 431) && !(want == 404 && a.StatusCode == 414) {
				t.Errorf("%s%.60s: %d, want %d", path, id, a.StatusCode, want)
			}
		}
	}
	if got := r.answers("GET /api/v1/items/" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\nHost: x\r\n\r\n"); len(got) > 1 || len(got) == 1 && got[0] != 431 && got[0] != 414 {
		t.Errorf("an id of 1 MB: %v", got)
	}
}

// TestCursorsAreTheirOwnLists: a cursor opens the list it came from and no other,
// and past the end there is an empty list, not an error.
func TestCursorsAreTheirOwnLists(t *testing.T) {
	r := newRig(t)
	var subs []content.Submission
	for i := range 12 {
		subs = append(subs, article(fmt.Sprintf("n%d", i), fmt.Sprintf("潮汐第%d讲", i)))
	}
	r.publish(subs...)
	tide := url.QueryEscape("潮汐")
	for first, others := range map[string][]string{
		"/api/v1/feed?audience=youth&limit=5": {"/api/v1/feed?audience=seniors", "/api/v1/feed?limit=5", "/api/v1/feed?audience=youth&topic=food-storage", "/api/v1/search?q=" + tide},
		"/api/v1/search?limit=5&q=" + tide:    {"/api/v1/search?q=" + url.QueryEscape("第一讲"), "/api/v1/search?audience=youth&q=" + tide, "/api/v1/feed?limit=5"},
	} {
		var list struct {
			Items, Hits []struct{ ID string }
			Next        string
		}
		r.get(first).json(t, &list)
		if list.Next == "" {
			t.Fatalf("%s has no next page", first)
		}
		seen := map[string]bool{}
		for path := first; ; path = first + "&after=" + list.Next {
			list.Items, list.Hits, list.Next = nil, nil, ""
			r.get(path).json(t, &list)
			for _, c := range append(list.Items, list.Hits...) {
				if seen[c.ID] {
					t.Errorf("%s: %s twice", path, c.ID)
				}
				seen[c.ID] = true
			}
			if list.Next == "" {
				break
			}
		}
		if len(seen) != 12 {
			t.Errorf("%s: %d of 12", first, len(seen))
		}
		r.get(first).json(t, &list)
		for _, other := range others {
			if a := r.get(other + "&after=" + list.Next); a.StatusCode != 400 {
				t.Errorf("the cursor of %s taken by %s: %d", first, other, a.StatusCode)
			}
		}
		torn := []byte(list.Next)
		torn[len(torn)/2] ^= 1
		if a := r.get(first + "&after=" + url.QueryEscape(string(torn))); a.StatusCode != 400 {
			t.Errorf("%s: a tampered cursor: %d", first, a.StatusCode)
		}
	}
}

// TestAddressesOfTheSame: an item that moved twice is found from either old
// address in one step, in every view and form.
func TestAddressesOfTheSame(t *testing.T) {
	r := newRig(t)
	sub := article("name-one", "换过两次名字的文章")
	for i, slug := range []string{"name-one", "name-two", "name-three"} {
		sub.Slug, sub.Version.Summary = slug, fmt.Sprint("改过", i, "次")
		r.publish(sub)
	}
	for _, old := range []string{"name-one", "name-two"} {
		for _, prefix := range []string{"/article/", "/easy/article/", "/api/v1/items/"} {
			if a := r.get(prefix + old); a.StatusCode != 301 || a.Header.Get("Location") != prefix+"name-three" {
				t.Errorf("%s%s: %d %s", prefix, old, a.StatusCode, a.Header.Get("Location"))
			}
		}
	}
	for title, want := range map[string]string{"🚀🎉": "", "Admin": "admin-1", "API": "api-1", "feed": "feed-1", "搜索": "sou-suo", strings.Repeat("长", 80): ""} {
		s := article("", title)
		s.SourceID = title
		s.Slug = ""
		slug := r.publish(s)[0].Slug
		if want != "" && slug != want {
			t.Errorf("%s stands at %s, want %s", title, slug, want)
		}
		if a := r.get("/article/" + slug); a.StatusCode != 200 {
			t.Errorf("%s at %s: %d", title, slug, a.StatusCode)
		}
	}
}
