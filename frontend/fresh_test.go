package frontend_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kepu/content"
	"kepu/frontend"
)

// tags gives the ETag of each path.
func (r *rig) tags(paths ...string) map[string]string {
	out := map[string]string{}
	for _, p := range paths {
		a := r.get(p)
		if a.StatusCode != 200 {
			r.t.Fatalf("%s: %d", p, a.StatusCode)
		}
		out[p] = a.Header.Get("ETag")
	}
	return out
}

// TestFresh: a publication changes the ETags of the pages it changes, of all of
// them at once, and of no other.
func TestFresh(t *testing.T) {
	r := newRig(t)
	first := article("one", "第一篇", content.Farmers)
	first.Placement.Topics = []string{"farming-grain"}
	other := article("two", "第二篇", content.Seniors)
	other.Placement.Topics = []string{"health-chronic"}
	r.publish(first, other)
	paths := []string{"/", "/easy", "/farmers", "/farmers/farming", "/topic/farming", "/topic/farming-grain", "/article/one", "/easy/article/one", "/api/v1/feed", "/api/v1/items/one", "/feed.rss", "/farmers/feed.json",
		"/seniors", "/easy/seniors", "/topic/health", "/article/two", "/easy/article/two", "/api/v1/feed?audience=seniors", "/api/v1/items/two", "/seniors/feed.atom", "/topic/health/feed.json"}
	changed := len(paths) - 9
	before := r.tags(paths...)
	for range 3 { // from the cache
		for p, tag := range r.tags(paths...) {
			if tag != before[p] {
				t.Errorf("%s changed by itself", p)
			}
		}
	}
	first.Version.Title = "第一篇，改过的"
	r.publish(first)
	for i, p := range paths {
		a := r.get(p)
		if i < changed {
			if a.Header.Get("ETag") == before[p] {
				t.Errorf("%s did not change", p)
			}
			if !strings.Contains(string(a.body), "改过的") {
				t.Errorf("%s shows the old title", p)
			}
		} else if a.Header.Get("ETag") != before[p] {
			t.Errorf("%s changed, and had no reason to", p)
		}
	}
}

// TestSettingsChangeEveryPage: the footer stands on all.
func TestSettingsChangeEveryPage(t *testing.T) {
	r := stocked(t)
	r.tags("/", "/article/item-a", "/easy/seniors", "/topic/food")
	if _, err := r.desk.PutSetting(t.Context(), content.Operator(), 0, "site", map[string]string{"provider": "某某科协"}); err != nil {
		t.Fatal(err)
	}
	r.wait()
	for _, p := range []string{"/", "/article/item-a", "/easy/seniors", "/topic/food"} {
		if a := r.get(p); !strings.Contains(string(a.body), "主办单位：某某科协") {
			t.Errorf("%s does not name the provider", p)
		}
	}
}

// TestScene: a scene stands on the home page from its start to its end, though
// nobody commits anything at either.
func TestScene(t *testing.T) {
	var mu sync.Mutex
	var ahead time.Duration
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(ahead)
	}
	r := newRig(t, func(c *frontend.Config) { c.Now = now })
	r.publish(article("a", "取暖的文章", content.Seniors))
	start := time.Now().Add(time.Hour)
	if _, err := r.desk.PutScene(t.Context(), content.Operator(), 0, content.Scene{V: content.Format, Slug: "winter", Title: "冬天取暖", Start: start, End: start.Add(time.Hour), Boost: 150, Topics: []string{"food"}}); err != nil {
		t.Fatal(err)
	}
	r.wait()
	for _, c := range []struct {
		ahead time.Duration
		on    bool
		state string
	}{{0, false, "还没到时候"}, {90 * time.Minute, true, "正当时"}, {3 * time.Hour, false, "已过季"}} {
		mu.Lock()
		ahead = c.ahead
		mu.Unlock()
		for range 2 {
			if on := strings.Contains(string(r.get("/").body), "冬天取暖"); on != c.on {
				t.Errorf("%v ahead: on the home page %v, want %v", c.ahead, on, c.on)
			}
			if a := r.get("/scene/winter"); !strings.Contains(string(a.body), c.state) {
				t.Errorf("%v ahead: the scene's page does not say %s", c.ahead, c.state)
			}
		}
	}
}

// TestEachItsOwn asks for many pages at once, over and over while one of them
// changes, and looks whether each is the one asked for.
func TestEachItsOwn(t *testing.T) {
	r := newRig(t)
	var subs []content.Submission
	for i := range 20 {
		subs = append(subs, article(fmt.Sprintf("page-%02d", i), fmt.Sprintf("第%02d篇文章", i), content.Audiences[i%5]))
	}
	r.publish(subs...)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 60 {
				n := (i*7 + w) % 20
				resp, err := http.Get(fmt.Sprintf("http://%s/article/page-%02d", r.addr, n))
				if err != nil {
					t.Error(err)
					return
				}
				var b bytes.Buffer
				b.ReadFrom(resp.Body)
				resp.Body.Close()
				if want := fmt.Sprintf("<title>第%02d篇文章 –", n); !strings.Contains(b.String(), want) {
					t.Errorf("page %d came as %.200s", n, b.String())
					return
				}
			}
		})
	}
	for i := range 5 {
		subs[0].Version.Summary = fmt.Sprint("第几次修改：", i)
		r.publish(subs[0])
	}
	all.Wait()
}

func TestFeeds(t *testing.T) {
	r := stocked(t)
	for _, at := range []string{"", "/seniors", "/youth/food", "/topic/food", "/region/33", "/series/kitchen"} {
		rss := r.get(at + "/feed.rss")
		var x struct {
			Channel struct {
				Title string   `xml:"title"`
				Link  []string `xml:"link"` // and Atom's, which is empty
				Items []struct {
					Link    string `xml:"link"`
					GUID    string `xml:"guid"`
					PubDate string `xml:"pubDate"`
					Content string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
				} `xml:"item"`
			} `xml:"channel"`
		}
		if err := xml.Unmarshal(rss.body, &x); err != nil || rss.Header.Get("Content-Type") != "application/rss+xml; charset=utf-8" {
			t.Fatalf("%s/feed.rss: %v %s", at, err, rss.Header.Get("Content-Type"))
		}
		atom := r.get(at + "/feed.atom")
		var f struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string   `xml:"id"`
			Updated string   `xml:"updated"`
			Entries []struct {
				ID      string `xml:"id"`
				Content string `xml:"content"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(atom.body, &f); err != nil {
			t.Fatalf("%s/feed.atom: %v", at, err)
		}
		var j struct {
			Version string
			Items   []struct {
				ID, URL, Title string
				HTML           string `json:"content_html"`
			}
		}
		if err := json.Unmarshal(r.get(at+"/feed.json").body, &j); err != nil || j.Version != "https://jsonfeed.org/version/1.1" {
			t.Fatalf("%s/feed.json: %v %s", at, err, j.Version)
		}
		if len(x.Channel.Items) == 0 || len(x.Channel.Items) != len(f.Entries) || len(f.Entries) != len(j.Items) {
			t.Fatalf("%s: %d, %d, %d entries", at, len(x.Channel.Items), len(f.Entries), len(j.Items))
		}
		if x.Channel.Link[0] != r.base+at && x.Channel.Link[0] != r.base+"/" || f.Updated == "" {
			t.Errorf("%s: link %s, updated %s", at, x.Channel.Link, f.Updated)
		}
		for i, e := range f.Entries {
			item := x.Channel.Items[i]
			if e.ID != item.GUID || e.ID != j.Items[i].ID || !strings.HasPrefix(e.ID, "urn:uuid:") {
				t.Errorf("%s: three names for one entry: %s, %s, %s", at, e.ID, item.GUID, j.Items[i].ID)
			}
			if !strings.Contains(item.Content, "正文第一段") || item.Content != j.Items[i].HTML || item.Content != e.Content {
				t.Errorf("%s: not the whole text: %.80s", at, item.Content)
			}
			if !strings.HasPrefix(item.Link, r.base+"/article/") {
				t.Errorf("%s: link %s", at, item.Link)
			}
			if _, err := time.Parse(time.RFC1123Z, item.PubDate); err != nil {
				t.Error(err)
			}
		}
	}
	if a := r.get("/topic/none/feed.rss"); a.StatusCode != 404 {
		t.Errorf("a feed of no topic: %d", a.StatusCode)
	}
}

func TestOps(t *testing.T) {
	reg := prometheus.NewRegistry()
	r := newRig(t, func(c *frontend.Config) { c.Registry = reg })
	r.publish(article("a", "一篇", content.Seniors))
	for range 3 {
		r.get("/article/a")
	}
	r.get("/none")
	ops := httptest.NewServer(frontend.Ops(frontend.Config{Registry: reg}))
	defer ops.Close()
	for path, want := range map[string]string{
		"/healthz": `"ok"`, "/readyz": `"ready":true`,
		"/metrics": `kepu_http_requests_total{class="2xx",route="article"} 3`,
	} {
		resp, err := http.Get(ops.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		b.ReadFrom(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %d, no %s", path, resp.StatusCode, want)
		}
	}
	if a := r.get("/metrics"); a.StatusCode != 404 {
		t.Errorf("/metrics for everybody: %d", a.StatusCode)
	}
}

// TestJSON: the public shapes, on real data.
func TestJSON(t *testing.T) {
	r := stocked(t)
	var feed struct {
		Items []map[string]any
		Next  string
	}
	r.get("/api/v1/feed?limit=2").json(t, &feed)
	if len(feed.Items) != 2 || feed.Next == "" {
		t.Fatalf("%d items, next %q", len(feed.Items), feed.Next)
	}
	seen := map[any]bool{feed.Items[0]["id"]: true, feed.Items[1]["id"]: true}
	for feed.Next != "" {
		after := feed.Next
		feed.Next, feed.Items = "", nil
		r.get("/api/v1/feed?limit=2&after="+after).json(t, &feed)
		for _, it := range feed.Items {
			if seen[it["id"]] {
				t.Errorf("%v came twice", it["id"])
			}
			seen[it["id"]] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d of 6 items were given", len(seen))
	}
	if a := r.get("/api/v1/feed?audience=youth&after=" + "AAAA"); a.StatusCode != 400 {
		t.Errorf("a cursor of nobody's: %d", a.StatusCode)
	}
	var found struct {
		Query  string
		Total  int
		Hits   []map[string]any
		Facets map[string][]map[string]any
	}
	r.get("/api/v1/search?q=%E8%A1%80%E5%8E%8B").json(t, &found)
	if found.Total < 1 || len(found.Hits) < 1 || found.Hits[0]["highlight"] == nil || found.Hits[0]["url"] != "/article/item-d" {
		t.Errorf("search: %+v", found)
	}
	for _, name := range []string{"audience", "kind", "topic", "region", "year"} {
		if found.Facets[name] == nil {
			t.Errorf("no facet %s", name)
		}
	}
	var item map[string]any
	r.get("/api/v1/items/item-a").json(t, &item)
	if item["article"] == nil || item["video"] != nil || item["reviewed_by"] != "张医生" || item["rev"] == nil {
		t.Errorf("item: %v", item)
	}
	var again map[string]any
	r.get("/api/v1/items/"+item["id"].(string)).json(t, &again)
	if again["slug"] != "item-a" {
		t.Errorf("by id: %v", again["slug"])
	}
}

// TestGrey: every page is without colour from one instant to another, also
// where it was cached before, and at no other time.
func TestGrey(t *testing.T) {
	var mu sync.Mutex
	var ahead time.Duration
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(ahead)
	}
	r := newRig(t, func(c *frontend.Config) { c.Now = now })
	r.publish(article("a", "取暖的文章", content.Seniors))
	from := time.Now().Add(time.Hour)
	if _, err := r.desk.PutSetting(t.Context(), content.Operator(), 0, content.SettingGrey, content.Grey{From: from, Until: from.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	r.wait()
	paths := []string{"/", "/seniors", "/article/a", "/search?q=x", "/easy", "/easy/article/a"}
	last := map[string]string{}
	for i, c := range []struct {
		ahead time.Duration
		grey  bool
	}{{0, false}, {90 * time.Minute, true}, {3 * time.Hour, false}} {
		mu.Lock()
		ahead = c.ahead
		mu.Unlock()
		r.publish(article(fmt.Sprint("later-", i), "另一篇", content.Youth)) // the shelf looks at its clock
		for _, p := range paths {
			a := r.get(p)
			if grey := strings.Contains(string(a.body), `class="grey"`) || strings.Contains(string(a.body), `class="easy grey"`); grey != c.grey {
				t.Errorf("%v ahead, %s: grey %v, want %v", c.ahead, p, grey, c.grey)
			}
			if tag := a.Header.Get("ETag"); tag == last[p] {
				t.Errorf("%v ahead, %s: a browser would keep the former page", c.ahead, p)
			}
			last[p] = r.tags(p)[p]
		}
	}
	if css := r.get(cutout(string(r.get("/").body), "/assets/", `standard.css"`)); !strings.Contains(string(css.body), "html.grey") {
		t.Error("the styles do not know of grey")
	}
}

// cutout cuts an address that begins and ends so out of a page.
func cutout(page, from, to string) string {
	at := strings.Index(page, to)
	if at < 0 {
		return ""
	}
	return page[strings.LastIndex(page[:at], from) : at+len(to)-1]
}

// TestCorrections: what was put right stands on the page in both views, in the
// JSON and in what search engines read.
func TestCorrections(t *testing.T) {
	r := newRig(t)
	sub := article("a", "取暖的文章")
	sub.Version.Corrections = []content.Correction{{On: "2026-11-02", Text: "一处"}, {On: "2026-11-20", Text: "温度应为<18>度"}}
	r.publish(sub, article("b", "别的文章"))
	for _, p := range []string{"/article/a", "/easy/article/a"} {
		body := string(r.get(p).body)
		first, second := strings.Index(body, "2026年11月20日"), strings.Index(body, "2026年11月2日")
		if !strings.Contains(body, "温度应为&lt;18&gt;度") || !strings.Contains(body, `href="#fix"`) || first < 0 || second < first {
			t.Errorf("%s does not show the corrections, newest first", p)
		}
		if !strings.Contains(body, `"correction":[{"@type":"CorrectionComment","datePublished":"2026-11-20","text":`) {
			t.Errorf("%s does not tell search engines", p)
		}
		if other := string(r.get(p[:len(p)-1] + "b").body); strings.Contains(other, "更正") {
			t.Errorf("%s: one that has none shows some", p)
		}
	}
	var item struct {
		Corrections []content.Correction `json:"corrections"`
	}
	if err := json.Unmarshal(r.get("/api/v1/items/a").body, &item); err != nil || len(item.Corrections) != 2 || item.Corrections[0].On != "2026-11-20" {
		t.Errorf("JSON: %+v, %v", item, err)
	}
}
