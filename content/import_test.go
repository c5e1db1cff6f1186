package content_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

var publish = content.ImportOptions{Publish: true}

func article(id, title, text string) content.Submission {
	return content.Submission{
		Source: "test", SourceID: id, Kind: content.KindArticle,
		Version: content.Version{Title: title, Article: &content.Article{Body: content.Body{
			Type: "doc", Content: []content.Node{{Type: "paragraph", Content: []content.Node{{Type: "text", Text: text}}}},
		}}},
		Placement: content.Placement{Audiences: []content.Placed{{Audience: content.Youth, Weight: 50}}},
	}
}

// take imports one submission.
func (r *room) take(t testing.TB, s content.Submission, o content.ImportOptions) content.Imported {
	t.Helper()
	return r.takeAll(t, []content.Submission{s}, o)[0]
}

func (r *room) takeAll(t testing.TB, subs []content.Submission, o content.ImportOptions) []content.Imported {
	t.Helper()
	out, err := r.Import(t.Context(), "operator", subs, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != len(subs) {
		t.Fatalf("%d outcomes for %d submissions", len(out), len(subs))
	}
	return out
}

func wantOutcome(t testing.TB, got content.Imported, want string) {
	t.Helper()
	if got.Outcome != want {
		t.Fatalf("outcome is %q (%v, advice %v), want %q", got.Outcome, got.Err, got.Advice, want)
	}
}

func TestImportDraft(t *testing.T) {
	r := open(t)
	s := article("1", "台风来了", "关好门窗。")
	s.Published = noon.AddDate(-3, 0, 0)
	got := r.take(t, s, content.ImportOptions{})
	wantOutcome(t, got, content.Created)
	item, rev := r.item(t, got.ItemID)
	if rev != 1 || got.Seq != 1 || got.Slug != "tai-feng-lai-le" || item.Slugs[0] != got.Slug {
		t.Errorf("rev %d, %+v, slugs %v", rev, got, item.Slugs)
	}
	if item.Live != "" || item.Draft == "" || item.Grounds != nil || item.Published != nil || item.Updated != nil {
		t.Errorf("a draft is %+v", item)
	}
	if item.ID != journal.IDFor("test", "1") || item.Origin.Version != item.Draft || !item.Origin.Published.Equal(s.Published) {
		t.Errorf("origin is %+v", item.Origin)
	}
	if v := r.version(t, item.ID, item.Draft); v.Title != "台风来了" || v.Article.Body.Text() != "关好门窗。" {
		t.Errorf("text is %+v", v)
	}
	wantOutcome(t, r.take(t, s, content.ImportOptions{}), content.Unchanged)
	wantOutcome(t, r.take(t, s, publish), content.Published)
	if item, _ = r.item(t, got.ItemID); !item.Published.Equal(s.Published) || item.Live != item.Draft || item.Origin.Published != nil {
		t.Errorf("published from a draft: %+v", item)
	}
}

func TestImportPublish(t *testing.T) {
	r := open(t)
	s := article("1", "台风来了", "关好门窗。")
	got := r.take(t, s, publish)
	wantOutcome(t, got, content.Published)
	item, _ := r.item(t, got.ItemID)
	if item.Live == "" || item.Live != item.Draft || !item.Published.Equal(noon) || !item.Updated.Equal(noon) {
		t.Errorf("published: %+v", item)
	}
	if w := item.Grounds; w == nil || w.Version != item.Live || w.By != "operator" || strings.Join(w.Waived, " ") != "first scientific final" || len(w.Advice) == 0 {
		t.Errorf("review is %+v", w)
	}
	entries, err := r.store.Entries(t.Context(), 0, 10)
	if err != nil || len(entries) != 1 || entries[0].Act != "import-publish" || entries[0].Actor != "operator" {
		t.Errorf("entries %+v, %v", entries, err)
	}
	wantOutcome(t, r.take(t, s, publish), content.Unchanged)
	if r.head(t) != 1 {
		t.Error("importing again wrote something")
	}
	// The next text, an hour later.
	r.at = noon.Add(time.Hour)
	s = article("1", "台风真的来了", "关好门窗，不要出门。")
	next := r.take(t, s, publish)
	wantOutcome(t, next, content.Published)
	item, rev := r.item(t, got.ItemID)
	if rev != 2 || next.Slug != got.Slug || !item.Published.Equal(noon) || !item.Updated.Equal(r.at) {
		t.Errorf("rev %d of %+v", rev, item)
	}
}

func TestImportBlocked(t *testing.T) {
	r := open(t)
	s := article("1", "没有人群", "文")
	s.Placement.Audiences = nil
	got := r.take(t, s, publish)
	wantOutcome(t, got, content.Blocked)
	if item, _ := r.item(t, got.ItemID); item.Live != "" || item.Draft == "" || item.Grounds != nil {
		t.Errorf("blocked: %+v", item)
	}
	if !content.Stops(got.Advice) {
		t.Errorf("advice is %v", got.Advice)
	}
	wantOutcome(t, r.take(t, s, publish), content.Blocked)
	if r.head(t) != 1 {
		t.Error("a blocked draft was written twice")
	}
	s.Placement.Audiences = []content.Placed{{Audience: content.Workers, Weight: 1}}
	wantOutcome(t, r.take(t, s, publish), content.Published)
	// Blocked later, what is live stays.
	s.Version = article("1", "空", "").Version
	got = r.take(t, s, publish)
	wantOutcome(t, got, content.Blocked)
	if item, _ := r.item(t, got.ItemID); item.Live == "" || item.Live == item.Draft {
		t.Errorf("blocked over live: %+v", item)
	}
}

func TestImportRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*content.Submission)
		field string
	}{
		"no id":              {func(s *content.Submission) { s.SourceID = "\u200b" }, "id"},
		"no source":          {func(s *content.Submission) { s.Source = "" }, "source"},
		"kind":               {func(s *content.Submission) { s.Kind = "song" }, "kind"},
		"kind of another":    {func(s *content.Submission) { s.Kind = content.KindVideo }, "kind"},
		"no title":           {func(s *content.Submission) { s.Version.Title = "\u3164\u00a0" }, "title"},
		"nothing in it":      {func(s *content.Submission) { s.Version.Article = nil }, ""},
		"unknown audience":   {func(s *content.Submission) { s.Placement.Audiences[0].Audience = "cats" }, "audiences[0]"},
		"unknown topic":      {func(s *content.Submission) { s.Placement.Topics = []string{"none"} }, "topics[0]"},
		"unknown region":     {func(s *content.Submission) { s.Placement.Region = "110000" }, "region"},
		"published tomorrow": {func(s *content.Submission) { s.Published = noon.AddDate(0, 0, 1) }, "published_at"},
		"published in 9999":  {func(s *content.Submission) { s.Published = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }, "published_at"},
		"published in 1800":  {func(s *content.Submission) { s.Published = time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC) }, "published_at"},
		"link":               {func(s *content.Submission) { s.Version.Source.URL = "javascript:alert(1)" }, "source.url"},
		"picture not stored": {func(s *content.Submission) { s.Version.Cover = &content.Picture{Src: "../x.jpg"} }, "cover"},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			bad, good := article("1", "题", "文"), article("2", "好的", "文")
			c.spoil(&bad)
			out := r.takeAll(t, []content.Submission{bad, good}, publish)
			wantOutcome(t, out[0], content.Refused)
			wantProblem(t, out[0].Err, c.field)
			wantOutcome(t, out[1], content.Published)
			if r.head(t) != 1 {
				t.Error("something of the refused one was committed")
			}
		})
	}
}

func TestImportFutureDraft(t *testing.T) {
	r := open(t)
	s := article("1", "题", "文")
	s.Published = noon.AddDate(0, 1, 0)
	wantOutcome(t, r.take(t, s, content.ImportOptions{}), content.Created)
	s.SourceID, s.Published = "2", noon.Add(30*time.Second) // a clock a little ahead
	got := r.take(t, s, publish)
	wantOutcome(t, got, content.Published)
	if item, _ := r.item(t, got.ItemID); !item.Published.Equal(noon) {
		t.Errorf("published %v, after its own commit", item.Published)
	}
}

func TestImportOldDate(t *testing.T) {
	r := open(t)
	s := article("1", "题", "文")
	s.Published = time.Date(1921, 7, 1, 0, 0, 0, 999, time.FixedZone("", 8*3600))
	got := r.take(t, s, publish)
	wantOutcome(t, got, content.Published)
	if item, _ := r.item(t, got.ItemID); !item.Published.Equal(time.Date(1921, 6, 30, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("published %v", item.Published)
	}
}

func TestImportTwiceInOneCall(t *testing.T) {
	r := open(t)
	out := r.takeAll(t, []content.Submission{
		article("1", "题", "一"), article("2", "别的", "文"), article("1", "题", "二"), article("1", "题", "二"),
	}, publish)
	for i, want := range []string{content.Published, content.Published, content.Published, content.Unchanged} {
		wantOutcome(t, out[i], want)
	}
	item, rev := r.item(t, out[0].ItemID)
	if v := r.version(t, item.ID, item.Live); rev != 2 || v.Article.Body.Text() != "二" {
		t.Errorf("rev %d, %q", rev, v.Article.Body.Text())
	}
}

func TestImportDryRun(t *testing.T) {
	r := open(t)
	r.take(t, article("1", "题", "一"), publish)
	blocked := article("4", "题", "文")
	blocked.Placement.Audiences = nil
	out := r.takeAll(t, []content.Submission{
		article("1", "题", "一"), article("1", "题", "二"), article("3", "", "文"), blocked, article("5", "新题", "文"),
	}, content.ImportOptions{Publish: true, DryRun: true})
	for i, want := range []string{content.Unchanged, content.Published, content.Refused, content.Blocked, content.Published} {
		wantOutcome(t, out[i], want)
	}
	if out[4].Slug != "xin-ti" {
		t.Errorf("slug would be %q", out[4].Slug)
	}
	rows, err := r.Slate.List(t.Context(), "slug/", "", time.Time{}, 10)
	if r.head(t) != 1 || err != nil || len(rows) != 1 {
		t.Errorf("a dry run wrote: head %d, claims %v, %v", r.head(t), rows, err)
	}
}

// The same submissions again, out of a caller's own values, are the same.
func TestImportLeavesSubmissionsAsTheyMean(t *testing.T) {
	r := open(t).seeded(t)
	s := article("1", " 题\u200b\u202e  目 ", "文\r\n字")
	s.Version.Summary = "e\u0301"
	s.Placement = content.Placement{
		Audiences: []content.Placed{{Audience: content.Officials, Weight: 9}, {Audience: content.Youth, Weight: 0}, {Audience: content.Farmers, Weight: 3}},
		Topics:    []string{"city", " city "}, Tags: []string{"#潮", "潮"},
	}
	got := r.take(t, s, publish)
	wantOutcome(t, got, content.Published)
	wantOutcome(t, r.take(t, s, publish), content.Unchanged)
	item, _ := r.item(t, got.ItemID)
	want := content.Placement{
		Audiences: []content.Placed{{Audience: content.Farmers, Weight: 3}, {Audience: content.Officials, Weight: 9}},
		Topics:    []string{"city"}, Tags: []string{"潮"},
	}
	if !reflect.DeepEqual(item.Placement, want) {
		t.Errorf("placement is %+v", item.Placement)
	}
	if v := r.version(t, item.ID, item.Live); v.Title != "题 目" || v.Summary != "é" {
		t.Errorf("title %q, summary %q", v.Title, v.Summary)
	}
}

func TestImportKindStays(t *testing.T) {
	r := open(t)
	r.take(t, article("1", "题", "文"), publish)
	s := article("1", "题", "文")
	s.Kind = content.KindVideo
	s.Version.Article = nil
	s.Version.Video = &content.Video{Asset: content.Clip{Asset: "a", Key: blob(1), Type: "video/mp4"}, Captions: []content.Caption{{Key: blob(2), Lang: "zh"}}}
	got := r.take(t, s, publish)
	wantOutcome(t, got, content.Refused)
	wantProblem(t, got.Err, "kind")
	s.SourceID = "2"
	wantOutcome(t, r.take(t, s, publish), content.Published)
	s.SourceID, s.Version.Video.Captions = "3", nil
	wantOutcome(t, r.take(t, s, publish), content.Blocked)
}

// An import that the store cannot take says so and may be repeated.
func TestImportStoreAway(t *testing.T) {
	r := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	subs := []content.Submission{article("1", " 题 ", "文")}
	if out, err := r.Import(ctx, "operator", subs, publish); !errors.Is(err, context.Canceled) || out != nil {
		t.Fatalf("%v, %v", out, err)
	}
	if r.head(t) != 0 {
		t.Error("something was committed")
	}
	wantOutcome(t, r.takeAll(t, subs, publish)[0], content.Published)
}

// What a source calls its item is kept to the byte.
func TestImportOriginAsGiven(t *testing.T) {
	r := open(t)
	got := r.take(t, article(" a  b\u00a0/%E6", "题", "文"), publish)
	wantOutcome(t, got, content.Published)
	if item, _ := r.item(t, got.ItemID); item.Origin.ID != " a  b\u00a0/%E6" || item.ID != journal.IDFor("test", item.Origin.ID) {
		t.Errorf("origin is %+v", item.Origin)
	}
}

// Importers of one source at once make one item of each.
func TestImportAtOnce(t *testing.T) {
	r := open(t)
	const items = 60
	var wait sync.WaitGroup
	errs := make([]error, 4)
	outs := make([][]content.Imported, 4)
	for n := range 4 {
		subs := make([]content.Submission, items)
		for i := range subs {
			subs[i] = article(fmt.Sprint(i), "同一个题目", fmt.Sprint("第", i))
		}
		wait.Go(func() { outs[n], errs[n] = r.Import(t.Context(), fmt.Sprint("operator-", n), subs, publish) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	published := 0
	for n := range outs {
		for i, got := range outs[n] {
			switch got.Outcome {
			case content.Published:
				published++
			case content.Unchanged:
			default:
				t.Errorf("%d of importer %d: %+v", i, n, got)
			}
		}
	}
	if published != items || r.head(t) != items {
		t.Errorf("%d published, %d entries, want %d", published, r.head(t), items)
	}
	slugs := map[string]string{}
	for _, got := range outs[0] {
		item, _ := r.item(t, got.ItemID)
		if owner := slugs[item.Slugs[0]]; owner != "" || len(item.Slugs) != 1 {
			t.Errorf("%s has %v; %s too", item.ID, item.Slugs, owner)
		}
		slugs[item.Slugs[0]] = item.ID
	}
}

func BenchmarkImportAgain(b *testing.B) {
	r := open(b)
	subs := make([]content.Submission, 250)
	for i := range subs {
		subs[i] = article(fmt.Sprint(i), fmt.Sprint("梅雨从哪儿来", i), strings.Repeat("梅雨季的雨不大却很久。", 45))
	}
	r.takeAll(b, subs, publish)
	n, start := 0, time.Now()
	for b.Loop() {
		r.takeAll(b, subs, publish)
		n += len(subs)
	}
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "items/s")
}

func BenchmarkImport(b *testing.B) {
	text := strings.Repeat("梅雨季的雨不大却很久，冷暖空气在这里僵持不下。", 22)
	for _, o := range []struct {
		name string
		o    content.ImportOptions
	}{{"draft", content.ImportOptions{}}, {"publish", publish}} {
		b.Run(o.name, func(b *testing.B) {
			r := open(b)
			n, start := 0, time.Now()
			for b.Loop() {
				subs := make([]content.Submission, 250)
				for i := range subs {
					subs[i] = article(fmt.Sprint(n), fmt.Sprint("梅雨从哪儿来", n), fmt.Sprint(text, n))
					n++
				}
				r.takeAll(b, subs, o.o)
			}
			b.ReportMetric(float64(n)/time.Since(start).Seconds(), "items/s")
		})
	}
}
