package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"kepu/content"
	"kepu/journal"
)

// TestWhatIsNotLiveIsNowhere: drafts, pieces dated ahead and withdrawn ones are
// in no feed, hit, count, suggestion, page, list or address.
func TestWhatIsNotLiveIsNowhere(t *testing.T) {
	s := start(t, Config{})
	data := s.config.data
	live, draft := filepath.Join(t.TempDir(), "live.jsonl"), filepath.Join(t.TempDir(), "draft.jsonl")
	write(t, live, `{"id":"shown","slug":"shown","title":"看得见的申酉戌亥","text":"都说申酉戌亥。","tags":["申酉戌亥"],"topics":["nature"],"region":"33"}`+"\n"+
		`{"id":"gone","slug":"gone","title":"撤下的申酉戌亥","text":"都说申酉戌亥，暗号撤。","tags":["暗号撤"],"topics":["nature"],"region":"3301"}`+"\n"+
		`{"id":"kept","slug":"kept","title":"自称草稿的申酉戌亥","text":"都说申酉戌亥，暗号稿。","tags":["暗号稿"],"region":"3302","draft":true}`+"\n")
	write(t, draft, `{"id":"draft","slug":"draft","title":"还没审的申酉戌亥","text":"都说申酉戌亥，暗号审。","tags":["暗号审"],"region":"3303"}`+"\n"+
		`{"id":"ahead","slug":"ahead","title":"日子没到的申酉戌亥","text":"都说申酉戌亥，暗号早。","tags":["暗号早"],"region":"3304","published_at":"2199-01-01"}`+"\n"+
		`{"id":"shown","slug":"shown","title":"看得见的申酉戌亥，改过未审","text":"都说申酉戌亥，暗号改。"}`+"\n")
	imported(t, exitDone, "-data", data, "-source", "h", "-publish", live)
	imported(t, exitDone, "-data", data, "-source", "h", draft)
	if _, err := s.Desk().Withdraw(t.Context(), content.Operator(), journal.IDFor("h", "gone"), "有误", ""); err != nil {
		t.Fatal(err)
	}
	s.caughtUp(t)
	hidden := []string{"暗号", "撤下的", "自称草稿", "还没审的", "日子没到", "改过未审", "/article/gone", "/article/kept", "/article/draft", "/article/ahead"}
	word := url.QueryEscape("申酉戌亥")
	paths := []string{"/", "/easy", "/youth", "/easy/farmers", "/topic/nature", "/region/33", "/region/3301", "/article/shown", "/easy/article/shown", "/feed.rss", "/feed.atom", "/feed.json", "/sitemap/1.xml",
		"/search?q=" + word, "/api/v1/feed", "/api/v1/search?q=" + word, "/api/v1/items/shown", "/api/v1/suggest?q=" + url.QueryEscape("申"),
		"/api/v1/suggest?q=" + url.QueryEscape("暗"), "/api/v1/suggest?q=" + url.QueryEscape("撤"), "/api/v1/suggest?q=" + url.QueryEscape("还")}
	for _, path := range paths {
		status, body := s.get(t, path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		for _, h := range hidden {
			if strings.Contains(body, h) {
				t.Errorf("%s shows %s", path, h)
			}
		}
	}
	_, body := s.get(t, "/api/v1/search?q="+word)
	var found struct {
		Total  int
		Hits   []struct{ Slug string }
		Facets map[string][]struct {
			Value string
			Count int
		}
	}
	if err := json.Unmarshal([]byte(body), &found); err != nil || found.Total != 1 || len(found.Hits) != 1 || found.Hits[0].Slug != "shown" {
		t.Errorf("%v: %s", err, body)
	}
	for name, list := range found.Facets {
		for _, c := range list {
			if c.Count != 1 || name == "region" && c.Value != "33" {
				t.Errorf("facet %s counts %+v", name, c)
			}
		}
	}
	for id, want := range map[string]int{"gone": http.StatusGone, "kept": http.StatusNotFound, "draft": http.StatusNotFound, "ahead": http.StatusNotFound} {
		for _, path := range []string{"/article/" + id, "/easy/article/" + id, "/api/v1/items/" + id} {
			if status, _ := s.get(t, path); status != want {
				t.Errorf("%s: %d, want %d", path, status, want)
			}
		}
		if status, _ := s.get(t, "/api/v1/items/"+journal.IDFor("h", id)); status != http.StatusNotFound && status != want {
			t.Errorf("%s by its id: %d", id, status)
		}
	}
	agree(t, data)
}

// TestRareCharacters: characters beyond the basic plane, of private use and made
// of many are stored, found and shown as they came; what cannot be seen is not.
func TestRareCharacters(t *testing.T) {
	s := start(t, Config{})
	lines := filepath.Join(t.TempDir(), "rare.jsonl")
	title := "𠮷野与㛃、𮧵和\ue000的家👨‍👩‍👧‍👦👍🏽"
	record, err := json.Marshal(map[string]any{"id": "1", "slug": "rare", "title": title + "\u202e\u200b", "text": "𠮷字头上是土，颱風季裏也用。" + "Z" + strings.Repeat("\u0334", 100)})
	if err != nil {
		t.Fatal(err)
	}
	write(t, lines, string(record)+"\n")
	imported(t, exitDone, "-data", s.config.data, "-source", "rare", "-publish", lines)
	s.caughtUp(t)
	var item content.Version
	_, body := s.get(t, "/api/v1/items/rare")
	if err := json.Unmarshal([]byte(body), &item); err != nil || item.Title != title {
		t.Errorf("title %q, %v; want %q", item.Title, err, title)
	}
	for _, view := range []string{"", "/easy"} {
		if status, body := s.get(t, view+"/article/rare"); status != http.StatusOK || !strings.Contains(body, title) || strings.Contains(body, strings.Repeat("\u0334", 5)) {
			t.Errorf("%s: status %d, title shown %v", view, status, strings.Contains(body, title))
		}
	}
	for _, q := range []string{"𠮷", "㛃", "𮧵", "𠮷野", "台风", "颱風季", "𠮷字頭上是土"} {
		if _, body := s.get(t, "/api/v1/search?q="+url.QueryEscape(q)); !strings.Contains(body, `"total":1,`) {
			t.Errorf("%s: %.200s", q, body)
		}
	}
	agree(t, s.config.data)
}
