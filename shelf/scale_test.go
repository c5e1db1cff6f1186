package shelf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kepu/content"
	"kepu/journal"
)

// stock fills a shelf's file under dir with n articles like those an import
// brings, without a journal: what is measured is the shelf.
func stock(t testing.TB, dir string, n int) {
	t.Helper()
	f, err := openFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	f.db.NoSync = true
	r := rand.New(rand.NewPCG(7, 7))
	topics := content.SeedTopics()
	regions := content.Regions()
	body := strings.Repeat("台风来时关好门窗，不要外出。", 40)
	ids := make([]string, n) // in the order a rebuild meets them
	for i := range ids {
		ids[i] = id(i)
	}
	slices.Sort(ids)
	for from := 0; from < n; from += 2000 {
		err := f.db.View(func(tx *bolt.Tx) error {
			d := newDraft(reader{tx: tx})
			for i := from; i < min(n, from+2000); i++ {
				s := article1(i%500_000, imported(i, r)...)
				s.item.ID, s.item.Slugs = ids[i], []string{fmt.Sprintf("tai-feng-lai-shi-zen-me-ban-%d", i)}
				s.item.Placement.Topics = []string{topics[r.IntN(len(topics))].Key}
				s.item.Placement.Region = regions[r.IntN(len(regions))].Code
				s.version.Summary = "台风蓝色预警发布后，请检查门窗、收起阳台上的花盆，备好手电筒和饮用水。"
				s.version.Article.Body.Content[0].Content[0].Text = body
				s.item.Live = journal.Hash(blob(i))
				part := encode(t, s.version)
				w := work{Record: journal.Record{Rev: 1, State: encode(t, s.item)}, item: s.item, version: s.version, part: part}
				raw, _ := parseID(s.item.ID)
				if _, _, err := d.setItem(raw, &w); err != nil {
					return err
				}
			}
			return f.write([]*layer{d.layer(0)}, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	meta, err := writeMeta(journal.Position{Identity: "bench", Seq: uint64(n)}, 1)
	if err == nil {
		err = f.write(nil, meta)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range topics {
		w := work{Record: journal.Record{Key: journalKey(content.KindTopic, topic.Key), Rev: 1, State: encode(t, topic)}}
		d := newDraft(reader{})
		d.set(bucketDoc, "topic/"+topic.Key, encodeDoc(1, w.State))
		if err := f.write([]*layer{d.layer(0)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
}

// imported is for all five at weight 50, as an import without audiences makes
// it, every other time.
func imported(i int, r *rand.Rand) (all []content.Placed) {
	for _, a := range content.Audiences {
		if i%2 == 0 {
			all = append(all, placed(a, 50))
		} else if r.IntN(2) == 0 {
			all = append(all, placed(a, 1+r.IntN(100)))
		}
	}
	return all
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestScale prints what the shelf costs. KEPU_BENCH=1 measures 2,000 and
// 200,000 items, KEPU_BENCH=1000000 that many beside them.
func TestScale(t *testing.T) {
	most, err := strconv.Atoi(os.Getenv("KEPU_BENCH"))
	if err != nil {
		return
	}
	sizes := []int{2_000, 200_000}
	if most > 200_000 {
		sizes = append(sizes, most)
	}
	var small uint64
	for _, n := range sizes {
		dir := t.TempDir()
		began := time.Now()
		stock(t, dir, n)
		info, err := os.Stat(filepath.Join(dir, fileName))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d items: file of %d MB made in %s", n, info.Size()>>20, time.Since(began).Round(time.Millisecond))
		before := heap()
		began = time.Now()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		ready := time.Since(began)
		used := heap() - before
		t.Logf("%d items: ready in %s, heap %d KB", n, ready.Round(time.Millisecond), used>>10)
		if n == 2000 {
			small = used
		} else {
			t.Logf("%d items: %.0f bytes a card", n, float64(used-small)/float64(n-2000))
		}
		measure(t, s, n)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func measure(t *testing.T, s *Shelf, n int) {
	for _, q := range []PageQuery{{}, {Audience: content.Youth}, {Audience: content.Youth, Topic: "health"}, {Region: "330106"}, {Audience: content.Youth, Region: "330106"}, {Audience: content.Youth, Kind: "video"}} {
		result := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				page(b, s, q)
			}
		})
		t.Logf("%d items: page %s/%s/%s/%s: %s %s", n, q.Audience, q.Topic, q.Region, q.Kind, result, result.MemString())
	}
	item := testing.Benchmark(func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			v := s.View()
			if _, err := v.Item(id(i % n)); err != nil {
				b.Fatal(err)
			}
			v.Close()
		}
	})
	t.Logf("%d items: item %s", n, item)
	v := s.View()
	for _, dep := range []Dep{OrderDep("youth"), ItemDep(id(1))} {
		version := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				v.Version(dep)
			}
		})
		t.Logf("%d items: version of %.12s… %s", n, dep, version)
	}
	v.Close()
	var took []time.Duration
	for i := range 2000 {
		began := time.Now()
		publishOne(t, s, n+i)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	t.Logf("%d items: a publication visible after %s (median), %s (p99)", n, took[1000], took[1980])
}

// publishOne applies one publication as following does, without a store.
func publishOne(t testing.TB, s *Shelf, i int) {
	a := article1(i%500_000, imported(i, rand.New(rand.NewPCG(1, uint64(i))))...)
	now := time.Now()
	a.item.ID, a.item.Published, a.item.Updated = id(i), &now, &now
	a.item.Slugs = []string{fmt.Sprintf("tai-feng-%d", i)}
	a.item.Placement.Topics = []string{"health-mind"}
	a.item.Live = journal.Hash(blob(i))
	w := work{Record: journal.Record{Key: journalKey(content.KindItem, a.item.ID), Rev: 1, State: encode(t, a.item)}, item: a.item, version: a.version, part: encode(t, a.version)}
	err := s.change(func(e *edit, d *draft) error { return s.carry(e, d, []work{w}) })
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	stock(b, dir, 200_000)
	for b.Loop() {
		s, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	dir := b.TempDir()
	stock(b, dir, 2000)
	s := openShelf(b, dir, nil)
	for _, q := range []PageQuery{{}, {Audience: content.Youth}, {Audience: content.Youth, Region: "330106"}} {
		b.Run(fmt.Sprintf("%s/%s", q.Audience, q.Region), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				page(b, s, q)
			}
		})
	}
}

func BenchmarkPublish(b *testing.B) {
	dir := b.TempDir()
	stock(b, dir, 2000)
	s := openShelf(b, dir, nil)
	for i := 0; b.Loop(); i++ {
		publishOne(b, s, 10_000+i)
	}
}

// Readers see whole snapshots while one writer publishes and the file is
// written behind their backs: an item and its card are of one revision, and a
// page's cards are all there.
func TestReadersBesideWriter(t *testing.T) {
	dir := t.TempDir()
	stock(t, dir, 300)
	s := openShelf(t, dir, nil)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := readAll(s); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range soak(400, 20_000) {
		publishOne(t, s, 300+i)
		if i%10 == 0 {
			if err := s.save(); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	wg.Wait()
}
