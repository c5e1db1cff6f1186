package frontend_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kepu/content"
	"kepu/journal"
)

// illustrated is a draft with a picture in it and one on its cover.
func illustrated(title string, pic *content.Picture) map[string]any {
	d := draft(title)
	node := map[string]any{"type": "image", "attrs": map[string]any{"asset": pic.Asset, "alt": "一条斜线"}}
	d["article"] = map[string]any{"body": map[string]any{"type": "doc", "content": []any{
		map[string]any{"type": "paragraph", "content": []any{map[string]any{"type": "text", "text": "正文，讲" + title + "。"}}}, node}}}
	d["cover"] = map[string]any{"asset": pic.Asset, "alt": "封面上一条斜线"}
	return d
}

// shown asks for an address as the outside has it.
func (r *rig) shown(url string) answer {
	r.t.Helper()
	return r.get(strings.TrimPrefix(url, r.base))
}

// TestPreview: whoever holds the address of a preview sees that text in either
// view, with its pictures, and nobody else does; until it is taken down.
func TestPreview(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("chief", "author", "chief")
	pic := r.picture(40, 20)
	id := p.send("POST", "/items", illustrated("还没发布的一篇", pic)).want(t, 201, "").field(t, "id").(string)
	at := "/items/" + id

	link := p.send("POST", at+"/preview", map[string]any{"audience": "seniors", "hours": 1}).want(t, 200, "")
	url, easy := link.field(t, "url").(string), link.field(t, "easy_url").(string)
	p.send("PUT", at, text0("改了名的一篇", "改过的正文。"), `If-Match: "1"`).want(t, 200, "")
	var media string
	for _, u := range []string{url, easy} {
		a := r.shown(u)
		if a.StatusCode != 200 || !strings.Contains(string(a.body), "还没发布的一篇") || strings.Contains(string(a.body), "改了名的一篇") {
			t.Fatalf("%s: %d %.500s", u, a.StatusCode, a.body)
		}
		for name, want := range map[string]string{"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "no-referrer", "ETag": ""} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s: %q, want %q", u, name, got, want)
			}
		}
		media = ""
		for _, img := range find(a.page(t), "img") {
			src := attr(img, "src")
			if strings.HasPrefix(src, "/assets/") {
				continue
			}
			if media = src; !strings.Contains(media, "?ticket=") {
				t.Errorf("%s shows %s", u, media)
			}
		}
	}
	if media == "" {
		t.Fatal("no picture is shown")
	}
	a := r.get(media)
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "image/png" || a.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%s: %d %v", media, a.StatusCode, a.Header)
	}
	bare, _, _ := strings.Cut(media, "?")
	for _, wrong := range []string{bare, media + "x", strings.Replace(media, "ticket=", "ticket=x", 1), bare + "?ticket=", bare + "?ticket=.", bare + "?ticket=.zzzzzzzz.aaaa"} {
		if a := r.get(wrong); a.StatusCode != 404 {
			t.Errorf("%s: %d", wrong, a.StatusCode)
		}
	}
	for _, wrong := range []string{url + "a", url[:len(url)-1] + "0", strings.Replace(url, id, journal.NewID(), 1), r.base + "/preview/x", r.base + "/preview/" + strings.Repeat("a", 100)} {
		if a := r.shown(wrong); a.StatusCode != 404 {
			t.Errorf("%s: %d", wrong, a.StatusCode)
		}
	}
	// The studio's own addresses of files are good without a preview.
	own := p.send("POST", at+"/restore", map[string]any{"rev": 2, "from": 1}).want(t, 200, "")
	item := p.get(at).want(t, 200, "")
	cover := item.field(t, "cover").(map[string]any)["url"].(string)
	if a := r.get(cover); a.StatusCode != 200 {
		t.Errorf("%s: %d", cover, a.StatusCode)
	}

	older := p.send("POST", at+"/preview", map[string]any{"rev": 2}).want(t, 200, "").field(t, "url").(string)
	if a := r.shown(older); a.StatusCode != 200 || !strings.Contains(string(a.body), "改了名的一篇") {
		t.Errorf("the preview of revision 2: %d", a.StatusCode)
	}
	r.publishAs(id, own.field(t, "rev"))
	p.send("POST", at+"/withdraw", map[string]any{"note": "有误"}).want(t, 200, "")
	for _, u := range []string{url, easy, older, r.base + media} {
		if a := r.shown(u); a.StatusCode != 404 && a.StatusCode != 410 {
			t.Errorf("taken down, and %s: %d", u, a.StatusCode)
		}
	}
	again := p.send("POST", at+"/preview", map[string]any{}).want(t, 200, "").field(t, "url").(string)
	if a := r.shown(again); a.StatusCode != 200 {
		t.Errorf("a preview of what is being put right: %d", a.StatusCode)
	}
	if _, err := r.store.Erase(t.Context(), journal.Change{Key: journal.Key{Kind: content.KindItem, ID: id}, Rev: r.revOf(id), Act: "erase", Actor: "operator"}); err != nil {
		t.Fatal(err)
	}
	if a := r.shown(again); a.StatusCode != 404 {
		t.Errorf("erased, and its preview: %d", a.StatusCode)
	}
	for body, status := range map[string]int{`{"hours":0}`: 410, `{"hours":169}`: 422, `{"hours":9007199254740991}`: 422, `{"hours":-1}`: 422, `{"audience":"cats"}`: 422} {
		p.send("POST", at+"/preview", body).want(t, status, "")
	}
}

func (r *rig) revOf(id string) uint64 {
	r.t.Helper()
	record, err := r.store.Get(r.t.Context(), journal.Key{Kind: content.KindItem, ID: id})
	if err != nil {
		r.t.Fatal(err)
	}
	return record.Rev
}

// publishAs brings a draft through review by others, and publishes it.
func (r *rig) publishAs(id string, rev any) (seq float64) {
	r.t.Helper()
	at := "/items/" + id
	who := map[string]*person{}
	for _, role := range []string{"editor", "expert", "chief"} {
		who[role] = r.hire(role+"-of-"+id[len(id)-12:], role)
	}
	for _, s := range [][2]string{{"editor", "submit"}, {"chief", "approve"}, {"expert", "approve"}, {"final", "approve"}, {"editor", "publish"}} {
		if s[0] == "final" {
			who["final"] = r.hire("final-of-"+id[len(id)-12:], "chief")
		}
		a := who[s[0]].send("POST", at+"/"+s[1], step(rev)).want(r.t, 200, "")
		rev, seq = a.field(r.t, "rev"), a.field(r.t, "seq").(float64)
	}
	who["editor"].get(fmt.Sprintf("/position?seq=%.0f", seq)).want(r.t, 200, "")
	return seq
}

// TestTakeDownIsEverywhere: once its taking down has arrived, an item is on no
// page, in no feed, hit or map of the site, and its files are not to be had.
func TestTakeDownIsEverywhere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("editor", "author", "editor")
	r.publish(article("other", "另一篇"))
	title, pic := "要撤下的申酉戌亥", r.picture(30, 20)
	made := p.send("POST", "/items", illustrated(title, pic)).want(t, 201, "")
	id := made.field(t, "id").(string)
	r.publishAs(id, 1)
	r.wait()
	item := p.get("/items/"+id).want(t, 200, "")
	page := item.field(t, "url").(string)
	shows := map[string]string{"/": page, "/farmers": page, "/easy/farmers": page, "/topic/food-storage": page, "/feed.rss": page, "/farmers/feed.atom": page, "/feed.json": page,
		"/sitemap/1.xml": page, "/api/v1/feed": id, "/api/v1/search?q=%E7%94%B3%E9%85%89%E6%88%8C%E4%BA%A5": id, "/search?q=%E7%94%B3%E9%85%89%E6%88%8C%E4%BA%A5": page}
	for path, want := range shows {
		if a := r.get(path); a.StatusCode != 200 || !strings.Contains(string(a.body), want) {
			t.Errorf("published, and %s (%d) does not show it", path, a.StatusCode)
		}
	}
	stands := map[string]int{page: http.StatusGone, "/easy" + page: http.StatusGone, "/api/v1/items/" + strings.TrimPrefix(page, "/article/"): http.StatusGone, "/media/" + string(pic.Key) + "/a.png": http.StatusGone}
	for path := range stands {
		if a := r.get(path); a.StatusCode != 200 {
			t.Errorf("published, and %s: %d", path, a.StatusCode)
		}
	}
	down := p.send("POST", "/items/"+id+"/withdraw", map[string]any{"note": "有误"}).want(t, 200, "")
	p.get(fmt.Sprintf("/position?seq=%.0f", down.field(t, "seq"))).want(t, 200, "")
	for path, status := range stands {
		if a := r.get(path); a.StatusCode != status {
			t.Errorf("taken down, and %s: %d", path, a.StatusCode)
		}
	}
	for path, hidden := range shows {
		if a := r.get(path); a.StatusCode != 200 || strings.Contains(string(a.body), hidden) {
			t.Errorf("taken down, and %s (%d) shows it", path, a.StatusCode)
		}
	}
}
