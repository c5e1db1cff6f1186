package content_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// Former addresses lead to the item that had them, unless another item has them
// here, and no wish for a current address loses to one.
func TestImportFormerSlugs(t *testing.T) {
	r := open(t)
	r.take(t, func() content.Submission { s := article("0", "先来的", "文"); s.Slug = "taken"; return s }(), publish)
	first, second := article("1", "一", "文"), article("2", "二", "文")
	first.Slug, first.Former = "now", []string{"taken", "was", "wanted", "was", "now", journal.IDFor("test", "9")}
	second.Slug = "wanted"
	out := r.takeAll(t, []content.Submission{first, second}, publish)
	item, _ := r.item(t, out[0].ItemID)
	if !slices.Equal(item.Slugs, []string{"now", "was"}) {
		t.Errorf("addresses %v", item.Slugs)
	}
	if want := []string{"taken", "wanted", journal.IDFor("test", "9")}; !slices.Equal(out[0].Taken, want) {
		t.Errorf("reported as taken %v, want %v", out[0].Taken, want)
	}
	if out[1].Slug != "wanted" || out[1].Taken != nil {
		t.Errorf("the other got %+v", out[1])
	}
	wantOutcome(t, r.take(t, first, publish), content.Unchanged)

	// One that comes later is put after those there are, with the next publication.
	first.Former = append(first.Former, "once")
	wantOutcome(t, r.take(t, first, content.ImportOptions{}), content.Changed)
	if item, _ = r.item(t, item.ID); len(item.Slugs) != 2 {
		t.Errorf("a draft changed what readers see: %v", item.Slugs)
	}
	wantOutcome(t, r.take(t, first, publish), content.Published)
	if item, _ = r.item(t, item.ID); !slices.Equal(item.Slugs, []string{"now", "was", "once"}) {
		t.Errorf("addresses %v", item.Slugs)
	}
	if freed, err := r.FreeSlugs(t.Context()); err != nil || freed != 0 {
		t.Errorf("%d addresses that are used were freed, %v", freed, err)
	}
	r.at = noon.Add(48 * time.Hour)
	if freed, err := r.FreeSlugs(t.Context()); err != nil || freed != 0 {
		t.Errorf("%d addresses that are used were freed, %v", freed, err)
	}
}

// What was withdrawn where it comes from is never read here because of an
// import, whatever is asked.
func TestImportGone(t *testing.T) {
	r := open(t)
	s := article("1", "撤下的", "文")
	s.Slug, s.Former = "gone", []string{"gone-before"}
	s.Gone = &content.Gone{At: noon.Add(-time.Hour), Reason: " 内容\u200b有误 ", Instead: journal.IDFor("test", "2")}
	for i, o := range []content.ImportOptions{publish, publish, {}, {Publish: true, Overwrite: true}} {
		want := content.Unchanged
		if i == 0 {
			want = content.Created
		}
		wantOutcome(t, r.take(t, s, o), want)
	}
	item, rev := r.item(t, journal.IDFor("test", "1"))
	if item.Live != "" || item.Draft == "" || item.Gone == nil || item.Gone.Reason != "内容有误" || item.Gone.Instead != s.Gone.Instead || !item.Gone.At.Equal(s.Gone.At) {
		t.Errorf("%+v, gone %+v", item, item.Gone)
	}
	if !slices.Equal(item.Slugs, []string{"gone", "gone-before"}) || rev != 1 {
		t.Errorf("addresses %v, rev %d", item.Slugs, rev)
	}
	back := article("1", "撤下的，又来了", "文")
	wantOutcome(t, r.take(t, back, publish), content.Edited)
	wantOutcome(t, r.take(t, back, content.ImportOptions{Publish: true, Overwrite: true}), content.Changed)
	if item, _ = r.item(t, item.ID); item.Live != "" || item.Gone == nil {
		t.Errorf("an import brought it back: %+v", item)
	}

	// What readers have here an import does not take from them.
	live := article("3", "公开的", "文")
	wantOutcome(t, r.take(t, live, publish), content.Published)
	live.Gone = &content.Gone{At: noon}
	got := r.take(t, live, publish)
	wantOutcome(t, got, content.Refused)
	wantProblem(t, got.Err, "gone")
	if item, _ = r.item(t, got.ItemID); item.Live == "" || item.Gone != nil {
		t.Errorf("an import took it down: %+v", item)
	}

	// A draft that only imports made becomes gone.
	draft := article("4", "草稿", "文")
	wantOutcome(t, r.take(t, draft, content.ImportOptions{}), content.Created)
	draft.Gone = &content.Gone{At: noon}
	wantOutcome(t, r.take(t, draft, publish), content.Changed)
	if item, _ = r.item(t, journal.IDFor("test", "4")); item.Live != "" || item.Gone == nil {
		t.Errorf("%+v", item)
	}
}

func TestImportPastRefused(t *testing.T) {
	for field, spoil := range map[string]func(*content.Submission){
		"slugs[1]":     func(s *content.Submission) { s.Former = []string{"a", "B c"} },
		"slugs[0]":     func(s *content.Submission) { s.Former = []string{"../a"} },
		"slugs":        func(s *content.Submission) { s.Former = make([]string, 101) },
		"gone.at":      func(s *content.Submission) { s.Gone = &content.Gone{} },
		"gone.reason":  func(s *content.Submission) { s.Gone = &content.Gone{At: noon, Reason: strings.Repeat("长", 301)} },
		"gone.instead": func(s *content.Submission) { s.Gone = &content.Gone{At: noon, Instead: journal.IDFor("test", "1")} },
	} {
		t.Run(field, func(t *testing.T) {
			r := open(t)
			s := article("1", "题", "文")
			spoil(&s)
			got := r.take(t, s, publish)
			wantOutcome(t, got, content.Refused)
			wantProblem(t, got.Err, field)
		})
	}
}
