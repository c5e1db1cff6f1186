package search

import (
	"strings"
	"testing"
	"time"

	"kepu/content"
)

func TestPublishFindWithdraw(t *testing.T) {
	w := open(t)
	out := w.publish(t,
		article("1", "引力波是什么", "引力波是时空的涟漪。LIGO 在 2015 年测到了它。"),
		article("2", "台风来了怎么办", "关好门窗，备足饮水。"),
		article("3", "潮汐发电", "潮汐能来自月球和太阳的引力。"),
	)
	if got := w.titles(t, "引力波"); got != "引力波是什么" {
		t.Errorf("引力波 found %q", got)
	}
	if got := w.titles(t, "引力"); got != "引力波是什么|潮汐发电" && got != "潮汐发电|引力波是什么" {
		t.Errorf("引力 found %q", got)
	}
	changed := article("2", "台风来了怎么办", "关好门窗，备足饮水与手电筒。")
	w.publish(t, changed)
	if got := w.titles(t, "手电筒"); got != "台风来了怎么办" {
		t.Errorf("the new revision: %q", got)
	}
	if _, err := w.Withdraw(t.Context(), content.Operator(), out[0].ItemID, "有误", ""); err != nil {
		t.Fatal(err)
	}
	w.head(t)
	if got := w.titles(t, "引力波"); strings.Contains(got, "引力波是什么") {
		t.Errorf("withdrawn, yet found: %q", got)
	}
	r := w.query(t, Query{Text: "引力波"})
	for name, list := range r.Facets {
		for _, c := range list {
			if c.Count > r.Total {
				t.Errorf("facet %s %v of %d", name, c, r.Total)
			}
		}
	}
}

// What the shelf no longer shows is dropped though the index still has it, and
// the page is filled up with others.
func TestShelfDisposes(t *testing.T) {
	w := open(t)
	out := w.publish(t, numbered(60)...)
	first := w.query(t, Query{Text: "潮汐", Limit: 10})
	if len(first.Hits) != 10 || first.Total != 60 {
		t.Fatalf("%d hits of %d", len(first.Hits), first.Total)
	}
	w.stopIndexFollower()
	var last uint64
	for _, h := range first.Hits {
		s, err := w.Withdraw(t.Context(), content.Operator(), h.ID, "", "")
		if err != nil {
			t.Fatal(err)
		}
		last = s.Seq
	}
	if err := w.shelf.Wait(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	r := w.query(t, Query{Text: "潮汐", Limit: 10})
	if len(r.Hits) != 10 || r.Total != 50 {
		t.Errorf("%d hits of %d, want 10 of 50", len(r.Hits), r.Total)
	}
	gone := map[string]bool{}
	for _, h := range first.Hits {
		gone[h.ID] = true
	}
	for _, h := range r.Hits {
		if gone[h.ID] {
			t.Errorf("%s was withdrawn", h.Title)
		}
	}
	list, err := w.index.Suggest(t.Context(), "第", 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		for _, h := range first.Hits {
			if s.Text == h.Title {
				t.Errorf("%s was withdrawn and is suggested", s.Text)
			}
		}
	}
	_ = out
}

// stopIndexFollower leaves the index answering and following no more.
func (w *world) stopIndexFollower() {
	n := len(w.stops) - 1
	w.stops[n]()
	w.stops[n] = func() {}
}

func TestUntil(t *testing.T) {
	w := open(t)
	out := w.publish(t, article("1", "流星雨今夜可见", "抬头看天。"), article("2", "流星雨从哪里来", "彗星的碎屑。"))
	w.until(t, out[0].ItemID, noon.Add(time.Hour))
	if r := w.query(t, Query{Text: "流星雨"}); r.Total != 2 {
		t.Fatalf("%d before the end", r.Total)
	}
	w.move(time.Hour)
	eventually(t, "the ended item is gone", func() bool {
		r := w.query(t, Query{Text: "流星雨"})
		return r.Total == 1 && len(r.Hits) == 1 && r.Facets["kind"][0].Count == 1
	})
}

// until commits an end of showing, as the desk will.
func (w *world) until(t *testing.T, id string, at time.Time) {
	t.Helper()
	w.edit(t, id, func(it *content.Item) { it.Until = &at })
}
