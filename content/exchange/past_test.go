package exchange_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
	"kepu/shelf"
)

// past is a collection with a history: a piece that changed its address twice,
// and one that was withdrawn in favour of it, with an address before that too.
const past = `{"id":"moved","title":"搬过家的","text":"文","slug":"third","slugs":["second","first"]}
{"id":"gone","title":"撤下的","text":"错的","slug":"wrong","slugs":["wrong-before"],"published_at":"2026-01-02","gone":{"at":"2026-02-03T04:05:06.789Z","reason":"内容有误","instead":{"source":"test","id":"moved"}}}
{"id":"bare","title":"也撤下的","text":"旧的","slug":"old","gone":{"at":"2026-02-03T04:05:06Z"}}
`

// TestPastComesBack: what is exported and imported elsewhere keeps its redirects
// and its withdrawals, and exporting that gives the same bytes.
func TestPastComesBack(t *testing.T) {
	r := open(t)
	if report := r.run(t, lineFile(t, past)); report.Bad() != 0 || report.Outcomes[content.Published] != 1 {
		t.Fatalf("%+v", report)
	}
	same(t, r)
	out := filepath.Join(t.TempDir(), "out")
	if _, err := exchange.Export(t.Context(), r.store, r.blobs, out, "", nil); err != nil {
		t.Fatal(err)
	}
	fresh := open(t)
	fresh.run(t, out)
	for name, at := range map[string]*room{"here": r, "elsewhere": fresh} {
		v := at.shown(t)
		for slug, want := range map[string]shelf.Found{
			"third": {State: shelf.Live, Slug: "third"}, "second": {State: shelf.Moved, Slug: "third"}, "first": {State: shelf.Moved, Slug: "third"},
			"wrong": {State: shelf.Gone, Slug: "wrong"}, "wrong-before": {State: shelf.Gone, Slug: "wrong-before"}, "old": {State: shelf.Gone, Slug: "old"},
		} {
			if got := v.Lookup(slug); got.State != want.State || got.Slug != want.Slug {
				t.Errorf("%s: %s is %+v, want %+v", name, slug, got, want)
			}
		}
		got := v.Lookup("wrong")
		if g := got.Gone; g == nil || got.Title != "撤下的" || g.Reason != "内容有误" || g.Instead != journal.IDFor("test", "moved") || !g.At.Equal(time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.UTC)) {
			t.Errorf("%s: withdrawn as %+v, %+v", name, got, g)
		}
	}
	if again := fresh.run(t, out); again.Outcomes[content.Unchanged] != 3 {
		t.Errorf("once more: %+v", again)
	}
}

// shown is the shelf over what a room's store holds now.
func (r *room) shown(t *testing.T) *shelf.View {
	t.Helper()
	s, err := shelf.Open(t.TempDir(), shelf.Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	following.Go(func() { s.Follow(ctx, r.store) })
	t.Cleanup(func() {
		cancel()
		following.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	wait, done := context.WithTimeout(t.Context(), 30*time.Second)
	defer done()
	if err := s.Wait(wait, r.head(t)); err != nil {
		t.Fatal(err)
	}
	v := s.View()
	t.Cleanup(v.Close)
	return v
}

// TestFormerAddressOfAnother: what cannot be had is told, and the rest is.
func TestFormerAddressOfAnother(t *testing.T) {
	r := open(t)
	r.run(t, lineFile(t, `{"id":"a","title":"先来的","text":"文","slug":"taken"}`))
	report := r.run(t, lineFile(t, `{"id":"b","title":"后来的","text":"文","slug":"mine","slugs":["taken","free"]}`))
	wantProblem(t, report, "第 1 行", "以前的地址“taken”已经是别的内容的")
	if item, _ := r.live(t, "b"); report.Bad() != 1 || !slices.Equal(item.Slugs, []string{"mine", "free"}) {
		t.Errorf("%v, %+v", item.Slugs, report)
	}
}

func TestPastRefused(t *testing.T) {
	for line, words := range map[string]string{
		`"slugs":"a"`:                          "应是一个列表",
		`"slugs":["a b"]`:                      "不能作地址",
		`"gone":true`:                          "应是一个对象",
		`"gone":{}`:                            "gone.at",
		`"gone":{"at":"2026-02-03","why":"x"}`: "gone.why",
		`"gone":{"at":"2026-02-03","instead":{"source":"s"}}`:             "缺少代替内容的 id",
		`"gone":{"at":"2026-02-03","instead":{"source":"test","id":"a"}}`: "代替",
	} {
		r := open(t)
		report := r.run(t, lineFile(t, `{"id":"a","title":"题","text":"文",`+line+"}"))
		if _, held := r.item(t, "a"); held || report.Bad() != 1 {
			t.Errorf("%s: %+v", line, report)
			continue
		}
		wantProblem(t, report, "第 1 行", words)
	}
}
