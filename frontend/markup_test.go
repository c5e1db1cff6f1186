package frontend_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/frontend"
	"kepu/library"
	"kepu/media"
)

// heaviest is how large a page may be: what a slow phone still takes in at once.
const heaviest = 120 << 10

// sampled is a rig with the library, a film and enough plain texts for a second
// page of every list.
func sampled(t *testing.T) *rig {
	r := newRig(t)
	im := exchange.Import{Desk: r.desk, Media: &media.Collection{Blobs: r.blobs, Store: r.store, Temp: t.TempDir()}, Actor: "operator", Source: "library", Options: content.ImportOptions{Publish: true}}
	if report, err := im.FS(t.Context(), library.Files(), "library"); err != nil || report.Bad() > 0 {
		t.Fatal(err, report.Problems)
	}
	var subs []content.Submission
	for i := range 25 {
		sub := article(fmt.Sprintf("plain-%d", i), fmt.Sprintf("第%d个没有图片也没有摘要的题目", i+1))
		sub.Version.Summary, sub.Version.Plain, sub.Version.Reviewer = "", "", ""
		subs = append(subs, sub)
	}
	film := article("film", "一段短片，怎么拍下一个星期五", content.Seniors, content.Youth)
	film.Kind, film.Version.Article = content.KindVideo, nil
	bytes := []byte("bytes of a film")
	film.Version.Video = &content.Video{
		Asset:      content.Clip{Asset: "0192f0c4-0000-7000-8000-000000000000", Key: r.put(bytes, "video/mp4"), Type: "video/mp4", Size: int64(len(bytes)), Width: 16, Height: 9, Duration: 60_000},
		Captions:   []content.Caption{{Asset: "0192f0c4-0000-7000-8000-000000000001", Key: r.put([]byte("WEBVTT\n\n00:00.000 --> 00:01.000\n星期五\n"), "text/vtt"), Lang: "zh"}},
		Transcript: []content.Line{{At: 0, Text: "这一天是星期五。"}},
		Chapters:   []content.Line{{At: 0, Text: "开头"}, {At: 30_000, Text: "结尾"}},
	}
	film.Version.Cover = r.picture(160, 100)
	withdrawn := article("withdrawn", "写错了的一条")
	out := r.publish(append(subs, film, withdrawn)...)
	if _, err := r.desk.Withdraw(t.Context(), content.Operator(), out[len(out)-1].ItemID, "数据有误", out[len(out)-2].ItemID); err != nil {
		t.Fatal(err)
	}
	r.wait()
	return r
}

// TestMarkup renders every template in every state in both views.
func TestMarkup(t *testing.T) {
	r := sampled(t)
	ask := func(q string) string { return "/search?q=" + url.QueryEscape(q) }
	for _, p := range []struct {
		path   string
		status int
	}{
		{"/", 200}, {"/youth", 200}, {"/seniors", 200}, {"/farmers/farming", 200}, {"/officials/space", 200},
		{"/topic/emergency", 200}, {"/topic/emergency-weather", 200}, {"/topic/energy", 200},
		{"/region/33", 200}, {"/region/3304", 200}, {"/region/330481", 200},
		{"/article/taifeng", 200}, {"/article/geye-cai", 200}, {"/article/zhongfeng", 200}, {"/article/plain-3", 200}, {"/video/film", 200},
		{"/series/jishi", 200}, {"/scene/rudong", 200}, {"/scene/taifengji", 200},
		{"/search", 200}, {ask("台风"), 200}, {ask("题目"), 200}, {ask("风"), 200}, {ask("没有的东西qwzxv"), 200}, {ask("台风") + "&audience=farmers", 200},
		{ask(strings.Repeat("很长的一句话", 7)), 200}, {ask(strings.Repeat("很长的一句话", 30)), 400},
		{"/article/none-such", 404}, {"/article/withdrawn", 410}, {"/youth?after=tampered", 400},
	} {
		for _, easy := range []bool{false, true} {
			at := p.path
			if easy {
				at = strings.TrimSuffix("/easy"+p.path, "/")
			}
			t.Run(at, func(t *testing.T) {
				a := r.get(at)
				if a.StatusCode != p.status {
					t.Fatalf("%d, want %d: %.300s", a.StatusCode, p.status, a.body)
				}
				wellMade(t, a, easy)
			})
		}
	}
}

// TestMarkupStarting: the page shown before the shelf is there needs nothing of it.
func TestMarkupStarting(t *testing.T) {
	r := newRig(t, func(c *frontend.Config) { c.Ready = func() (bool, map[string]any) { return false, nil } })
	for _, path := range []string{"/", "/easy"} {
		a := r.get(path)
		if a.StatusCode != 503 {
			t.Fatalf("%s: %d", path, a.StatusCode)
		}
		wellMade(t, a, path == "/easy")
		if doc := a.page(t); len(find(doc, "form")) > 0 || len(find(doc, "nav", "class=doors")) > 0 || path == "/" && len(find(doc, "a", "href=/farmers")) > 0 {
			t.Errorf("%s offers what needs the server", path)
		}
	}
}

// TestCrawl follows every link from both front doors: each answers, and what is
// a page is well made. Filters of a search and looks of the easy view are tried,
// not followed, for there is no end of their combinations.
func TestCrawl(t *testing.T) {
	r := sampled(t)
	type step struct {
		to, from string
		follow   bool
	}
	seen := map[string]bool{"/": true, "/easy": true}
	queue := []step{{"/", "", true}, {"/easy", "", true}}
	pages, looks := 0, 0
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		a := r.get(s.to)
		if a.StatusCode != 200 {
			t.Errorf("%s, linked from %s: %d", s.to, s.from, a.StatusCode)
			continue
		}
		if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			continue
		}
		pages++
		if !s.follow {
			continue
		}
		t.Run(s.to, func(t *testing.T) { wellMade(t, a, strings.HasPrefix(s.to, "/easy")) })
		for _, l := range links(a.page(t)) {
			to, _, _ := strings.Cut(l.to, "#")
			if !strings.HasPrefix(to, "/") || seen[to] {
				continue
			}
			look := strings.Contains(to, "size=") || strings.Contains(to, "theme=")
			if look {
				if looks++; looks > 40 {
					continue
				}
			}
			seen[to] = true
			queue = append(queue, step{to, s.to, !look && !l.nofollow})
		}
	}
	for _, want := range []string{"/article/taifeng", "/easy/article/taifeng", "/video/film", "/scene/rudong", "/series/jishi", "/topic/emergency-fire", "/easy/topic/emergency"} {
		if !seen[want] {
			t.Errorf("no way leads to %s", want)
		}
	}
	t.Logf("%d links, %d pages", len(seen), pages)
}

type link struct {
	to       string
	nofollow bool
}

// links are all addresses a page names, but those a form makes.
func links(doc *html.Node) (out []link) {
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || attr(n, "rel") == "canonical" {
			continue
		}
		for _, name := range []string{"href", "src", "poster"} {
			if to := attr(n, name); to != "" && n.Data != "use" {
				out = append(out, link{to, strings.Contains(attr(n, "rel"), "nofollow")})
			}
		}
	}
	return out
}

// wellMade checks what every page owes its readers.
func wellMade(t *testing.T, a answer, easy bool) {
	t.Helper()
	if len(a.body) > heaviest {
		t.Errorf("%d bytes of HTML", len(a.body))
	}
	doc := a.page(t)
	for _, one := range [][]string{{"html", "lang=zh-Hans-CN"}, {"title"}, {"header", "class=" + map[bool]string{true: "e-top", false: "mast"}[easy]}, {"main", "id=main"}, {"footer"}, {"h1"}, {"a", "class=skip", "href=#main"}, {"meta", "name=viewport"}} {
		if got := find(doc, one[0], one[1:]...); len(got) != 1 {
			t.Errorf("%d × <%s %v>", len(got), one[0], one[1:])
		}
	}
	for _, n := range append(find(doc, "title"), find(doc, "h1")...) {
		if text(n) == "" {
			t.Errorf("<%s> is empty", n.Data)
		}
	}
	if n := find(doc, "link", "rel=canonical"); len(n) > 0 && strings.Contains(attr(n[0], "href"), "/easy") {
		t.Errorf("canonical %s", attr(n[0], "href"))
	}
	ids := map[string]bool{}
	for _, n := range find(doc, "*", "id") {
		if ids[attr(n, "id")] {
			t.Errorf("id %q twice", attr(n, "id"))
		}
		ids[attr(n, "id")] = true
	}
	headings(t, doc)
	named(t, doc, ids)
	inert(t, doc)
	for _, l := range find(doc, "a", "href") {
		href, words := attr(l, "href"), text(l)
		switch inside := strings.HasPrefix(href, "/easy"); {
		case !strings.HasPrefix(href, "/"):
		case easy && !inside && words != "回标准版":
			t.Errorf("%q leaves the easy view for %s", words, href)
		case !easy && inside && words != "长辈版":
			t.Errorf("%q leaves the standard view for %s", words, href)
		}
	}
}

// headings begin with the page's own and skip no level on the way down.
func headings(t *testing.T, doc *html.Node) {
	t.Helper()
	level := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		now := int(n.Data[1] - '0')
		if now > level+1 {
			t.Errorf("<%s> %q after h%d", n.Data, text(n), level)
		}
		level = now
	}
}

// named: whatever can be used or looked at says what it is to who cannot see it.
func named(t *testing.T, doc *html.Node, ids map[string]bool) {
	t.Helper()
	for _, n := range find(doc, "img") {
		for _, name := range []string{"alt", "width", "height"} {
			if !has(n, []string{name}) {
				t.Errorf("<img %s> has no %s", attr(n, "src"), name)
			}
		}
	}
	for _, n := range find(doc, "video") {
		if attr(n, "aria-label") == "" || !has(n, []string{"controls"}) {
			t.Errorf("a film without a name or controls: %v", n.Attr)
		}
	}
	for _, n := range slices.Concat(find(doc, "input"), find(doc, "select"), find(doc, "textarea")) {
		if attr(n, "type") != "hidden" && len(find(doc, "label", "for="+attr(n, "id"))) != 1 {
			t.Errorf("field %s has no label", attr(n, "id"))
		}
	}
	for _, n := range slices.Concat(find(doc, "a", "href"), find(doc, "button"), find(doc, "summary")) {
		name := text(n) + attr(n, "aria-label")
		for _, part := range slices.Concat(find(n, "svg", "aria-label"), find(n, "img", "alt")) {
			name += attr(part, "aria-label") + attr(part, "alt")
		}
		if name == "" {
			t.Errorf("<%s %v> has no name", n.Data, n.Attr)
		}
	}
	regions := map[string]bool{}
	for _, n := range find(doc, "nav") {
		if name := attr(n, "aria-label"); name == "" || regions[name] {
			t.Errorf("<nav> %q: no name, or another's", name)
		} else {
			regions[name] = true
		}
	}
	for _, name := range []string{"aria-labelledby", "aria-describedby"} {
		for _, n := range find(doc, "*", name) {
			if !ids[attr(n, name)] {
				t.Errorf("%s=%q names nothing", name, attr(n, name))
			}
		}
	}
	for _, n := range find(doc, "use") {
		if id := strings.TrimPrefix(attr(n, "href"), "#"); !ids[id] {
			t.Errorf("icon %s is not on the page", id)
		}
	}
}

// inert: no page carries a script, a style or an event handler of its own.
func inert(t *testing.T, doc *html.Node) {
	t.Helper()
	for _, n := range find(doc, "script") {
		if attr(n, "type") != "application/ld+json" || attr(n, "src") != "" {
			t.Errorf("a script: %v", n.Attr)
		}
	}
	for _, n := range find(doc, "style") {
		t.Errorf("a style of its own: %.60s", text(n))
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
}
