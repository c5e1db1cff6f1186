package shelf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
	"kepu/storage/sqlite"
)

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

var epoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// desk writes to a real store what the content desk would.
type desk struct {
	t     testing.TB
	store journal.Store
	revs  map[journal.Key]uint64
	rand  *rand.Rand
}

func openStore(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	secret, err := journal.SecretOf(bytes.Repeat([]byte("s"), 32))
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(context.Background(), filepath.Join(dir, "journal.db"), sqlite.Options{Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	store := openStore(t, t.TempDir())
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &desk{t: t, store: store, revs: map[journal.Key]uint64{}, rand: rand.New(rand.NewPCG(1, 2))}
}

// id makes the id of item n.
func id(n int) string { return journal.IDFor("test", fmt.Sprint(n)) }

func (d *desk) change(key journal.Key, state []byte) journal.Change {
	return journal.Change{Key: key, Rev: d.revs[key], State: state, Act: "test", Actor: "tester"}
}

// commit writes changes and gives the last seq.
func (d *desk) commit(changes ...journal.Change) uint64 {
	d.t.Helper()
	results, err := d.store.Commit(context.Background(), changes...)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			d.t.Fatal(r.Err)
		}
		d.revs[r.Entry.Key()] = r.Entry.Rev
	}
	return results[len(results)-1].Entry.Seq
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := journal.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sample is an article as a test wants it.
type sample struct {
	item    content.Item
	version content.Version
}

func article1(n int, audiences ...content.Placed) sample {
	at := epoch.Add(time.Duration(n) * time.Minute)
	return sample{
		item: content.Item{
			V: content.Format, ID: id(n), Kind: content.KindArticle, Slugs: []string{fmt.Sprintf("item-%d", n)},
			Placement: content.Placement{Audiences: audiences}, Published: &at, Updated: &at,
		},
		version: content.Version{
			V: content.Format, Title: fmt.Sprintf("第 %d 篇", n), Summary: "摘要",
			Article: &content.Article{Body: content.Body{Type: "doc", Content: []content.Node{
				{Type: "paragraph", Content: []content.Node{{Type: "text", Text: "台风来时关好门窗，不要外出。"}}},
			}}},
		},
	}
}

func placed(audience content.Audience, weight int) content.Placed {
	return content.Placed{Audience: audience, Weight: weight}
}

// live makes the changes that publish samples.
func (d *desk) live(samples ...sample) []journal.Change {
	d.t.Helper()
	parts := make([]journal.Part, len(samples))
	for i, s := range samples {
		parts[i] = journal.Part{Key: journal.Key{Kind: content.KindItem, ID: s.item.ID}, State: encode(d.t, s.version)}
	}
	hashes, err := d.store.PutParts(context.Background(), parts...)
	if err != nil {
		d.t.Fatal(err)
	}
	changes := make([]journal.Change, len(samples))
	for i, s := range samples {
		s.item.Live, s.item.Draft = hashes[i], hashes[i]
		changes[i] = d.change(parts[i].Key, encode(d.t, s.item))
	}
	return changes
}

func (d *desk) publish(samples ...sample) uint64 {
	d.t.Helper()
	return d.commit(d.live(samples...)...)
}

// withdraw takes an item back.
func (d *desk) withdraw(s sample) uint64 {
	d.t.Helper()
	s.item.Live, s.item.Gone = "", &content.Gone{At: epoch, Reason: "已过时"}
	return d.commit(d.change(journal.Key{Kind: content.KindItem, ID: s.item.ID}, encode(d.t, s.item)))
}

func (d *desk) put(kind, id string, v any) uint64 {
	d.t.Helper()
	return d.commit(d.change(journal.Key{Kind: kind, ID: id}, encode(d.t, v)))
}

func (d *desk) topics(keys ...string) uint64 {
	d.t.Helper()
	var seq uint64
	for i, key := range keys {
		topic := content.Topic{V: content.Format, Key: key, Name: key, Order: i}
		if top := topOf(key); top != key {
			topic.Parent = top
		}
		seq = d.put(content.KindTopic, key, topic)
	}
	return seq
}

// within gives a context that ends in time.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// openShelf opens a shelf; the test ends with it closed.
func openShelf(t testing.TB, dir string, c *clock) *Shelf {
	t.Helper()
	o := Options{Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))}
	if c != nil {
		o.Now = c.now
	}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// follow follows until the returned function is called.
func follow(t testing.TB, s *Shelf, store journal.Store) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Follow(ctx, store) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("follow: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// shown waits until the shelf shows an entry.
func shown(t testing.TB, s *Shelf, seq uint64) {
	t.Helper()
	if err := s.Wait(within(t), seq); err != nil {
		t.Fatalf("wait for %d: %v", seq, err)
	}
}

// started is a store with a shelf that follows it.
func started(t testing.TB) (*desk, *Shelf, *clock) {
	t.Helper()
	d, c := newDesk(t), &clock{t: epoch.Add(24 * time.Hour)}
	s := openShelf(t, t.TempDir(), c)
	follow(t, s, d.store)
	return d, s, c
}

func view(t testing.TB, s *Shelf) *View {
	t.Helper()
	v := s.View()
	t.Cleanup(v.Close)
	return v
}

// slugs are a page's cards in order.
func slugs(p Page) []string {
	all := make([]string, len(p.Cards))
	for i, c := range p.Cards {
		all[i] = c.Slug
	}
	return all
}

func page(t testing.TB, s *Shelf, q PageQuery) Page {
	t.Helper()
	v := s.View()
	defer v.Close()
	p, err := v.Page(q)
	if err != nil {
		t.Fatalf("page %+v: %v", q, err)
	}
	return p
}

// dump is what a shelf shows.
func dump(t testing.TB, s *Shelf) string {
	t.Helper()
	v := s.View()
	defer v.Close()
	var b bytes.Buffer
	if err := v.Dump(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wantFresh fails where a shelf shows something else than one made afresh.
func wantFresh(t testing.TB, s *Shelf, store journal.Store) {
	t.Helper()
	problems, err := s.Check(within(t), store, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func blob(n int) media.Key { return media.Key(fmt.Sprintf("%064x", n+1)) }
