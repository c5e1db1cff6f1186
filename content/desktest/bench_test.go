package desktest_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"kepu/content"
)

// bench is a desk on a disk with items of a usual length.
func bench(b *testing.B, items int) (*content.Desk, []string) {
	b.Helper()
	d, store, err := sit(b.Context(), filepath.Join(b.TempDir(), "store.db"))
	must(b, err)
	b.Cleanup(func() { must(b, store.Close()) })
	ids := make([]string, items)
	for i := range ids {
		ids[i], _, err = d.Create(b.Context(), editor("e"), content.KindArticle, long(fmt.Sprint("稿", i)), where{open: true}.placement(), "")
		must(b, err)
	}
	return d, ids
}

// long is a text of some 1,500 characters.
func long(title string) content.Version {
	v := version(title)
	for i := range 30 {
		v.Article.Body.Content = append(v.Article.Body.Content, content.Node{Type: "paragraph", Content: []content.Node{
			{Type: "text", Text: fmt.Sprintf("第%d段，钱塘江的潮水每天来两次，农历初三和十八前后最大，观潮要站在防护堤以内，听从现场指挥，不要下到丁坝和滩涂上去。", i)},
		}})
	}
	return v
}

// BenchmarkSave is a named save by one editor after another.
func BenchmarkSave(b *testing.B) {
	d, ids := bench(b, 1)
	rev := uint64(1)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		v, began := long(fmt.Sprint("第", i)), time.Now()
		stamp, err := d.Save(b.Context(), editor("e"), ids[0], rev, 0, v, "")
		must(b, err)
		took = append(took, time.Since(began))
		rev = stamp.Rev
	}
	report(b, took)
}

// writers are how many type at once, each autosaved every pause.
const (
	writers = 500
	pause   = 2 * time.Second
)

// BenchmarkAutosave is 500 editors typing, each on an item of their own: "typing"
// at the pace they are autosaved, "full" as fast as answers come. The journal
// must not move.
func BenchmarkAutosave(b *testing.B) {
	for name, pace := range map[string]time.Duration{"typing": pause, "full": 0} {
		b.Run(name, func(b *testing.B) {
			d, ids := bench(b, writers)
			before, err := d.Store.Head(b.Context())
			must(b, err)
			text := []byte(fmt.Sprintf(`{"title":"%s"}`, long("打字").Article.Body.Text()))
			var wait sync.WaitGroup
			all := make([][]time.Duration, writers)
			b.ResetTimer()
			for i := range writers {
				wait.Go(func() { all[i] = typist(b, d, ids[i], i, b.N, pace, text) })
			}
			wait.Wait()
			b.StopTimer()
			report(b, slices.Concat(all...))
			after, err := d.Store.Head(b.Context())
			must(b, err)
			if after != before {
				b.Errorf("the journal moved from %d to %d", before.Seq, after.Seq)
			}
		})
	}
}

// typist does one writer's share of n autosaves, the first at a moment of its
// own, and says how long each took.
func typist(b *testing.B, d *content.Desk, item string, which, n int, pace time.Duration, text []byte) (took []time.Duration) {
	at := time.Now().Add(pace * time.Duration(which) / writers)
	var seen uint64
	for i := which; i < n; i += writers {
		<-time.After(time.Until(at))
		began := time.Now()
		next, err := d.Autosave(b.Context(), editor(fmt.Sprint("e", which)), item, 1, seen, text)
		if err != nil {
			b.Error(err)
			return took
		}
		took, seen, at = append(took, time.Since(began)), next, at.Add(pace)
	}
	return took
}

func report(b *testing.B, took []time.Duration) {
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "acks/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkDueScan looks for what is due among ten thousand items, one in a
// hundred of them scheduled.
func BenchmarkDueScan(b *testing.B) {
	const items = 10_000
	d, _ := bench(b, 0)
	must(b, d.SeedReview(b.Context(), 0))
	subs := make([]content.Submission, items)
	for i := range subs {
		subs[i] = content.Submission{
			Source: "bench", SourceID: fmt.Sprint(i), Kind: content.KindArticle, Version: version(fmt.Sprint("条", i)), Placement: where{open: true}.placement(),
		}
	}
	made, err := d.Import(b.Context(), "operator", subs, content.ImportOptions{})
	must(b, err)
	for i := 0; i < items; i += 100 {
		_, err := d.Schedule(b.Context(), content.Operator(), made[i].ItemID, 1, time.Now().Add(time.Hour), time.Time{})
		must(b, err)
	}
	for b.Loop() {
		if due, err := d.DueScan(b.Context()); err != nil || len(due) != items/100 {
			b.Fatalf("%d are due, %v", len(due), err)
		}
	}
}
