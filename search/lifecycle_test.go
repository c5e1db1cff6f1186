package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"kepu/journal"
)

// shows gives every id and revision the shelf shows.
func (w *world) shows() map[string]uint64 {
	all := map[string]uint64{}
	v := w.shelf.View()
	defer v.Close()
	v.IDs(func(id string, rev uint64) bool {
		all[id] = rev
		return true
	})
	return all
}

// equal waits until the index holds what the shelf shows.
func (w *world) equal(t testing.TB) {
	t.Helper()
	w.head(t)
	eventually(t, "index and shelf equal", func() bool {
		e := w.index.current.Load()
		if e == nil || e.err() != nil {
			return false
		}
		all := map[string]uint64{}
		err := e.each(t.Context(), func(id string, rev uint64) { all[id] = rev })
		return err == nil && maps.Equal(all, w.shows())
	})
}

func TestRestart(t *testing.T) {
	w := open(t)
	w.publish(t, numbered(30)...)
	at := w.index.Position()
	w.stopIndex(t)
	w.startIndex(t)
	eventually(t, "open again", func() bool { ready, _ := w.index.Ready(); return ready })
	if got := w.index.Position(); got.Seq == 0 || got.Seq > at.Seq {
		t.Errorf("position %+v after %+v", got, at)
	}
	if got := w.generation(t); got != "search-1" {
		t.Errorf("opened %s, not the old one", got)
	}
	w.equal(t)
	if r := w.query(t, Query{Text: "潮汐"}); r.Total != 30 {
		t.Errorf("%d found", r.Total)
	}
}

// generation names the directory in use.
func (w *world) generation(t testing.TB) string {
	t.Helper()
	e := w.index.current.Load()
	if e == nil {
		t.Fatal("no index")
	}
	return filepath.Base(e.dir)
}

func TestRebuild(t *testing.T) {
	w := open(t)
	const docs = 2*batchDocs + 100
	w.publish(t, numbered(docs)...)
	stop := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() { // the old one answers, then the new one
		for {
			select {
			case <-stop:
				return
			default:
			}
			if r, err := w.index.Query(context.Background(), Query{Text: "潮汐"}); err != nil || r.Total != docs {
				t.Errorf("meanwhile: %d, %v", r.Total, err)
				return
			}
		}
	})
	steps := 0
	err := w.index.Rebuild(t.Context(), func(done, total int) {
		if steps++; total != docs || done > total {
			t.Errorf("progress %d of %d", done, total)
		}
	})
	close(stop)
	asking.Wait()
	if err != nil || steps != 3 {
		t.Fatalf("%v after %d steps", err, steps)
	}
	if got := w.generation(t); got != "search-2" {
		t.Errorf("in use: %s", got)
	}
	if _, err := os.Stat(filepath.Join(w.indexDir(), "search-1")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old one is still there: %v", err)
	}
	w.publish(t, article("new", "新的一篇", "潮汐"))
	w.equal(t)
}

// An index of another mapping, an unfinished one, and one of another store are
// made anew; the site does not wait.
func TestMisfits(t *testing.T) {
	for name, spoil := range map[string]func(*index.Batch, journal.Position) error{
		"another mapping": func(b *index.Batch, _ journal.Position) error {
			b.SetInternal(keyState, []byte(`00000000{"mapping":"0/0"}`))
			return nil
		},
		"unfinished": func(b *index.Batch, _ journal.Position) error { b.DeleteInternal(keyState); return nil },
		"another store": func(b *index.Batch, at journal.Position) error {
			at.Identity = "another"
			return putState(b, at)
		},
		"another entry": func(b *index.Batch, at journal.Position) error {
			at.Hash = journal.Hash(strings.Repeat("0", 64))
			return putState(b, at)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.publish(t, numbered(20)...)
			at := w.index.Position()
			w.stopIndex(t)
			e, err := openEngine(filepath.Join(w.indexDir(), "search-1"), w.log, func() bool { return true })
			if err != nil {
				t.Fatal(err)
			}
			b := index.NewBatch()
			if err := errors.Join(spoil(b, at), e.apply(b), e.close()); err != nil {
				t.Fatal(err)
			}
			w.startIndex(t)
			eventually(t, "made anew", func() bool {
				e := w.index.current.Load()
				return e != nil && filepath.Base(e.dir) != "search-1" || name != "another store" && name != "another entry" && e != nil
			})
			w.equal(t)
		})
	}
}

// What the index got wrong is put right, item by item, when it is opened.
func TestCompare(t *testing.T) {
	w := open(t)
	w.publish(t, numbered(20)...)
	w.stopIndex(t)
	e, err := openEngine(filepath.Join(w.indexDir(), "search-1"), w.log, func() bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	b := index.NewBatch()
	b.Update((&entry{id: "00000000-0000-7000-8000-000000000000", rev: 1, title: "从未发布", published: noon}).document())
	for id := range w.shows() {
		b.Delete(id)
		break
	}
	if err := errors.Join(e.apply(b), e.close()); err != nil {
		t.Fatal(err)
	}
	w.startIndex(t)
	w.equal(t)
	if got := w.titles(t, "从未发布"); got != "" {
		t.Errorf("found %q", got)
	}
}

func TestLocked(t *testing.T) {
	w := open(t)
	w.publish(t, numbered(2)...)
	began := time.Now()
	if x, err := Open(w.indexDir(), w.shelf, Options{}); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("a second one: %v %v", x, err)
	}
	if d := time.Since(began); d > 10*time.Second { // two seconds, on a busy machine
		t.Errorf("said so after %v", d)
	}
	if got := w.titles(t, "潮汐"); got == "" {
		t.Error("the first one stopped answering")
	}
}

// A directory that can't be read is left alone.
func TestNoRights(t *testing.T) {
	w := open(t)
	w.publish(t, numbered(5)...)
	w.stopIndex(t)
	root := filepath.Join(w.indexDir(), "search-1", "root.bolt")
	if err := os.Chmod(root, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(root); err == nil {
		_ = f.Close()
		if !outside(fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: root, Err: fs.ErrPermission})) {
			t.Log("running with all rights: only the decision is checked")
		}
		if outside(errTorn) || outside(errUnfinished) || !outside(errors.New("open index: timeout")) {
			t.Error("causes are mixed up")
		}
		if err := os.Chmod(root, 0o600); err != nil {
			t.Fatal(err)
		}
		w.startIndex(t)
		w.equal(t)
		return
	}
	w.startIndex(t)
	eventually(t, "it says so", func() bool { ready, _ := w.index.Ready(); return !ready })
	if _, err := w.index.Query(t.Context(), Query{Text: "潮汐"}); !errors.Is(err, ErrRebuilding) {
		t.Errorf("query: %v", err)
	}
	if err := os.Chmod(root, 0o600); err != nil {
		t.Fatal(err)
	}
	w.equal(t)
	if got := w.generation(t); got != "search-1" {
		t.Errorf("in use: %s", got)
	}
}

// A batch that never returns, and a panic while reading, break the engine; the
// index is opened again and nothing is missing.
func TestBroken(t *testing.T) {
	w := open(t)
	w.publish(t, numbered(10)...)
	for name, harm := range map[string]func(*engine){
		"stuck": func(e *engine) {
			e.writing.Lock()
			e.limit = time.Millisecond
			e.writing.Unlock()
			b := index.NewBatch()
			for i := range 200 {
				b.Update((&entry{id: fmt.Sprint("x", i), title: strings.Repeat("水火", 500)}).document())
			}
			if err := e.apply(b); err == nil {
				t.Log("the batch was in time")
				e.fail(errors.New("stuck"))
			}
		},
		"persister": func(e *engine) { e.fail(errors.New("async panic")) },
	} {
		old := w.index.current.Load()
		harm(old)
		eventually(t, name+": another engine", func() bool {
			e := w.index.current.Load()
			return e != nil && e != old && e.err() == nil
		})
		w.equal(t)
		w.publish(t, article(name, "坏了之后 "+name, "还在更新。"))
		if got := w.titles(t, "坏了之后"); !strings.Contains(got, name) {
			t.Errorf("%s: found %q", name, got)
		}
	}
}

func TestStopsWithoutFollowing(t *testing.T) {
	w := open(t)
	x, err := Open(filepath.Join(w.dir, "elsewhere"), w.shelf, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Query(t.Context(), Query{Text: "水"}); !errors.Is(err, ErrRebuilding) {
		t.Errorf("query: %v", err)
	}
	if ready, state := x.Ready(); ready || state == "" {
		t.Errorf("ready %v %q", ready, state)
	}
	if err := x.Rebuild(t.Context(), nil); err != nil { // from the shelf alone
		t.Error(err)
	}
	if ready, _ := x.Ready(); !ready {
		t.Error("not ready")
	}
	if err := errors.Join(x.Close(), x.Close()); err != nil {
		t.Error(err)
	}
	if _, err := x.Query(t.Context(), Query{Text: "水"}); err == nil {
		t.Error("a closed index answered")
	}
	if err := x.Wait(t.Context(), 1<<40); err == nil {
		t.Error("a closed index waited")
	}
}

// Torn files of every kind, at random places: the process lives and the index
// is made equal again.
func TestTorn(t *testing.T) {
	seeds := soak(3, 20)
	seed := time.Now().UnixNano()
	t.Logf("seed %d, %d rounds each", seed, seeds)
	rng := rand.New(rand.NewSource(seed))
	w := open(t)
	w.publish(t, numbered(120)...)
	w.publish(t, article("n3", "第3篇 改过的潮汐小常识", "改过。")) // leaves a deleted document
	for _, pattern := range []string{"*.zap", "root.bolt"} {
		for name, tear := range map[string]func(path string) error{
			"truncate": func(p string) error { return os.Truncate(p, rng.Int63n(size(p))) },
			"zero":     func(p string) error { return overwrite(p, rng, func(b []byte) { clear(b) }) },
			"delete":   os.Remove,
			"flip": func(p string) error {
				return overwrite(p, rng, func(b []byte) { b[rng.Intn(len(b))] ^= 1 << rng.Intn(8) })
			},
			"empty": func(p string) error { return os.Truncate(p, 0) },
		} {
			for round := range seeds {
				dir := filepath.Join(w.indexDir(), w.generation(t))
				w.stopIndex(t)
				files, err := filepath.Glob(filepath.Join(dir, pattern))
				if err != nil || len(files) == 0 {
					t.Fatalf("no %s in %s: %v", pattern, dir, err)
				}
				file := files[rng.Intn(len(files))]
				if err := tear(file); err != nil {
					t.Fatal(err)
				}
				w.startIndex(t)
				w.equal(t)
				if r := w.query(t, Query{Text: "潮汐"}); r.Total != 120 {
					t.Fatalf("%s %s round %d: %d found", name, pattern, round, r.Total)
				}
			}
		}
	}
}

func size(p string) int64 {
	info, err := os.Stat(p)
	if err != nil {
		return 1
	}
	return max(info.Size(), 1)
}

// overwrite changes a random stretch of a file.
func overwrite(p string, rng *rand.Rand, change func([]byte)) error {
	raw, err := os.ReadFile(p)
	if err != nil {
		return err
	}
	from := rng.Intn(len(raw))
	change(raw[from:min(from+1+rng.Intn(4096), len(raw))])
	return os.WriteFile(p, raw, 0o600)
}

// soak is the number of rounds: few in a test, all where KEPU_SOAK is set.
func soak(few, all int) int {
	if os.Getenv("KEPU_SOAK") != "" {
		return all
	}
	return few
}
