package search

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/search/relevance"
	"kepu/shelf"
	"kepu/storage/sqlite"
)

// world is a desk, a store, a shelf and an index as one process has them.
type world struct {
	*content.Desk
	dir    string
	store  *sqlite.Store
	shelf  *shelf.Shelf
	index  *Index
	mu     sync.Mutex
	at     time.Time
	log    *slog.Logger
	stops  []func()
	secret journal.Secret
}

var quiet = slog.New(slog.DiscardHandler)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) move(d time.Duration) {
	w.mu.Lock()
	w.at = w.at.Add(d)
	w.mu.Unlock()
}

// open starts everything on a fresh directory.
func open(t testing.TB) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), at: noon, log: quiet, secret: journal.NewSecret()}
	w.start(t)
	t.Cleanup(func() { w.stop(t) })
	if err := w.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) start(t testing.TB) {
	t.Helper()
	w.startShelf(t)
	w.startIndex(t)
}

func (w *world) startShelf(t testing.TB) {
	t.Helper()
	var err error
	w.store, err = sqlite.Open(context.Background(), filepath.Join(w.dir, "store.db"), sqlite.Options{Secret: w.secret, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.Desk = &content.Desk{Store: w.store, Slate: w.store.Slate(), Now: w.now}
	if w.shelf, err = shelf.Open(filepath.Join(w.dir, "shelf"), shelf.Options{Now: w.now, Log: w.log}); err != nil {
		t.Fatal(err)
	}
	w.follow(w.shelf.Follow)
}

func (w *world) startIndex(t testing.TB) {
	t.Helper()
	var err error
	if w.index, err = Open(w.indexDir(), w.shelf, Options{Now: w.now, Log: w.log}); err != nil {
		t.Fatal(err)
	}
	w.follow(w.index.Follow)
}

func (w *world) indexDir() string { return filepath.Join(w.dir, "index") }

// follow runs a follower until stop.
func (w *world) follow(run func(context.Context, journal.Store) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	store := w.store
	go func() {
		defer close(done)
		_ = run(ctx, store)
	}()
	w.stops = append(w.stops, func() { cancel(); <-done })
}

// stopIndex ends the index alone, the last follower started.
func (w *world) stopIndex(t testing.TB) {
	t.Helper()
	n := len(w.stops) - 1
	w.stops[n]()
	w.stops = w.stops[:n]
	if err := w.index.Close(); err != nil {
		t.Errorf("close index: %v", err)
	}
	w.index = nil
}

func (w *world) stop(t testing.TB) {
	t.Helper()
	if w.index != nil {
		w.stopIndex(t)
	}
	for _, stop := range w.stops {
		stop()
	}
	w.stops = nil
	if err := w.shelf.Close(); err != nil {
		t.Errorf("close shelf: %v", err)
	}
	if err := w.store.Close(); err != nil {
		t.Errorf("close store: %v", err)
	}
}

// article is a submission of plain paragraphs for all audiences.
func article(id, title string, paragraphs ...string) content.Submission {
	s := content.Submission{
		Source: "test", SourceID: id, Kind: content.KindArticle, Published: noon.AddDate(0, 0, -1),
		Version: content.Version{Title: title, Article: &content.Article{Body: content.Body{Type: "doc"}}},
	}
	for _, p := range paragraphs {
		s.Version.Article.Body.Content = append(s.Version.Article.Body.Content, content.Node{
			Type: "paragraph", Content: []content.Node{{Type: "text", Text: p}},
		})
	}
	for _, a := range content.Audiences {
		s.Placement.Audiences = append(s.Placement.Audiences, content.Placed{Audience: a, Weight: 50})
	}
	return s
}

// publish imports submissions live and waits until the index has them.
func (w *world) publish(t testing.TB, subs ...content.Submission) []content.Imported {
	t.Helper()
	out, err := w.Import(t.Context(), "operator", subs, content.ImportOptions{Publish: true})
	if err != nil {
		t.Fatal(err)
	}
	last := uint64(0)
	for i, o := range out {
		if o.Outcome != content.Published && o.Outcome != content.Unchanged {
			t.Fatalf("%q became %s: %v %v", subs[i].Version.Title, o.Outcome, o.Err, o.Advice)
		}
		last = max(last, o.Seq)
	}
	w.wait(t, last)
	return out
}

// wait waits until the index has applied seq.
func (w *world) wait(t testing.TB, seq uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if err := w.index.Wait(ctx, seq); err != nil {
		_, state := w.index.Ready()
		t.Fatalf("index at %d, not %d (%s): %v", w.index.Position().Seq, seq, state, err)
	}
}

// head waits for everything committed so far.
func (w *world) head(t testing.TB) {
	t.Helper()
	head, err := w.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.wait(t, head.Seq)
}

func (w *world) query(t testing.TB, q Query) Result {
	t.Helper()
	r, err := w.index.Query(t.Context(), q)
	if err != nil {
		t.Fatalf("query %+v: %v", q, err)
	}
	return r
}

// titles of the hits of a text.
func (w *world) titles(t testing.TB, text string) string {
	t.Helper()
	var all []string
	for _, h := range w.query(t, Query{Text: text, Limit: MaxLimit}).Hits {
		all = append(all, h.Title)
	}
	return strings.Join(all, "|")
}

// eventually polls until ok or a minute has passed.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
		pause(t.Context(), 5*time.Millisecond)
	}
}

// corpus reads a file of the shared test collections, or skips the test.
func corpus[T any](t testing.TB, name string, read func(*os.File) (T, error)) T {
	t.Helper()
	root := os.Getenv("KEPU_TEST_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(root, "search", name))
	if err != nil {
		t.Logf("no test collection: set KEPU_TEST_DATA (%v)", err)
		t.Skip("no test collection")
	}
	defer func() { _ = f.Close() }()
	all, err := read(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all
}

func corpusDocs(t testing.TB, set string) []relevance.Doc {
	return corpus(t, filepath.Join(set, "docs.jsonl"), func(f *os.File) ([]relevance.Doc, error) { return relevance.ReadDocs(f) })
}

// numbered are n short articles that all hold the same words.
func numbered(n int) []content.Submission {
	subs := make([]content.Submission, n)
	for i := range subs {
		subs[i] = article(fmt.Sprint("n", i), fmt.Sprintf("第%d篇 潮汐小常识", i), "涨潮与落潮，海水每天两次。", strings.Repeat("月球引力。", i%7))
	}
	return subs
}

// edit commits a change of an item's record.
func (w *world) edit(t testing.TB, id string, change func(*content.Item)) {
	t.Helper()
	key := journal.Key{Kind: content.KindItem, ID: id}
	record, err := w.store.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	it, err := content.Decode[content.Item](record.State)
	if err != nil {
		t.Fatal(err)
	}
	change(&it)
	state, err := journal.Encode(it)
	if err != nil {
		t.Fatal(err)
	}
	res, err := w.store.Commit(t.Context(), journal.Change{Key: key, Rev: record.Rev, State: state, Act: "edit", Actor: "tester"})
	if err != nil || res[0].Err != nil {
		t.Fatal(err, res)
	}
	w.wait(t, res[0].Entry.Seq)
}

// tree is the size of everything under a directory.
func tree(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil {
			if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}
