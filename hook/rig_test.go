package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/hook"
	"kepu/journal"
	"kepu/storage/sqlite"
)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

var admin = account.Actor{ID: "u-admin", Grants: []account.Grant{{Role: account.Admin}}}

// clock stands still until it is moved; timers fire when it passes them.
type clock struct {
	mu     sync.Mutex
	at     time.Time
	timers map[chan time.Time]time.Time
}

func newClock() *clock { return &clock{at: noon, timers: map[chan time.Time]time.Time{}} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Timer(at time.Time) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fire := make(chan time.Time, 1)
	if at.After(c.at) {
		c.timers[fire] = at
	} else {
		fire <- c.at
	}
	return fire, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.timers, fire)
	}
}

func (c *clock) move(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to.After(c.at) {
		c.at = to
	}
	for fire, at := range c.timers {
		if !at.After(c.at) {
			fire <- c.at
			delete(c.timers, fire)
		}
	}
}

func (c *clock) pass(d time.Duration) { c.move(c.Now().Add(d)) }

// rig is a real store, a desk and a book on one clock.
type rig struct {
	*clock
	book  *hook.Book
	desk  *content.Desk
	store *sqlite.Store
}

func open(t testing.TB) *rig {
	t.Helper()
	r := &rig{clock: newClock()}
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"), sqlite.Options{Secret: journal.NewSecret(), Now: r.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	r.store = store
	r.desk = &content.Desk{Store: store, Slate: store.Slate(), Now: r.Now}
	r.book = &hook.Book{
		Store: store, Slate: store.Slate(), Secret: journal.NewSecret(), BaseURL: "https://kepu.example.cn", Now: r.Now,
		Policy: hook.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, HTTP: true},
		Log:    slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	return r
}

// deliver runs a deliverer until the test ends.
func (r *rig) deliver(t testing.TB) (stop func()) {
	t.Helper()
	return run(t, &hook.Deliverer{Book: r.book, Timer: r.Timer})
}

func run(t testing.TB, d *hook.Deliverer) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, journal.ErrClosed) {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// until waits for what the deliverer does by itself.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("never: %s", what)
		}
	}
}

// passing is until, while five seconds of the clock pass now and then: slowly
// enough for who holds a lease to renew it in time.
func (r *rig) passing(t testing.TB, what string, done func() bool) {
	t.Helper()
	looks := 0
	until(t, what, func() bool {
		if looks++; looks%40 == 0 {
			r.pass(5 * time.Second)
		}
		return done()
	})
}

// put makes a hook for the address.
func (r *rig) put(t testing.TB, address string, change ...func(*hook.Terms)) hook.Made {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		r.book.Policy.Ports = append(r.book.Policy.Ports, uint16(n))
	}
	terms := hook.Terms{Name: "接收方", URL: address, Events: hook.Events[:], Active: true}
	for _, f := range change {
		f(&terms)
	}
	made, err := r.book.Put(t.Context(), admin, "", "", 0, terms)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// write commits an item as change makes it and gives the seq.
func (r *rig) write(t testing.TB, id, title string, change ...func(*content.Item)) uint64 {
	t.Helper()
	key := journal.Key{Kind: content.KindItem, ID: id}
	record, err := r.store.Get(t.Context(), key)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		t.Fatal(err)
	}
	at := r.Now()
	item := content.Item{
		V: content.Format, ID: id, Kind: content.KindArticle, Slugs: []string{id}, Published: &at,
		Placement: content.Placement{Audiences: []content.Placed{{Audience: content.Youth, Weight: 50}}, Topics: []string{"nature-sea"}, Region: "330106"},
	}
	if record.State != nil {
		if item, err = content.Decode[content.Item](record.State); err != nil {
			t.Fatal(err)
		}
	}
	if title != "" {
		state, err := journal.Encode(content.Version{V: content.Format, Title: title, Article: &content.Article{}})
		if err != nil {
			t.Fatal(err)
		}
		hashes, err := r.store.PutParts(t.Context(), journal.Part{Key: key, State: state})
		if err != nil {
			t.Fatal(err)
		}
		item.Live, item.Draft = hashes[0], hashes[0]
	}
	for _, f := range change {
		f(&item)
	}
	state, err := journal.Encode(item)
	if err != nil {
		t.Fatal(err)
	}
	return r.commit(t, journal.Change{Key: key, Rev: record.Rev, State: state, Act: "save", Actor: "u-1"})
}

func (r *rig) commit(t testing.TB, c journal.Change) uint64 {
	t.Helper()
	results, err := r.store.Commit(t.Context(), c)
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		t.Fatal(err)
	}
	return results[0].Entry.Seq
}

// records is the whole log of a hook, newest first.
func (r *rig) records(t testing.TB, id string) []hook.Record {
	t.Helper()
	all, err := r.book.Records(t.Context(), admin, id, 0, 2000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// record is the line of one delivery; nil where there is none.
func (r *rig) record(t testing.TB, id string, seq uint64) *hook.Record {
	t.Helper()
	for _, line := range r.records(t, id) {
		if line.Seq == seq {
			return &line
		}
	}
	return nil
}

// owed counts the deliveries queued for a hook.
func (r *rig) owed(t testing.TB, id string) int {
	t.Helper()
	rows, err := r.book.Slate.List(t.Context(), "hook/delivery/"+id+"/", "", time.Time{}, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

// got is one request a receiver had.
type got struct {
	hook.Payload
	at     time.Time
	header http.Header
	body   []byte
}

// receiver is a real server on loopback that remembers what came.
type receiver struct {
	*httptest.Server
	clock  *clock
	mu     sync.Mutex
	all    []got
	answer func(w http.ResponseWriter, n int) // nil: 204
}

func (r *rig) receiver(t testing.TB, answer func(w http.ResponseWriter, n int)) *receiver {
	t.Helper()
	rec := &receiver{clock: r.clock, answer: answer}
	rec.Server = httptest.NewServer(rec)
	t.Cleanup(rec.Close)
	return rec
}

func (rec *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	g := got{at: rec.clock.Now(), header: req.Header}
	g.body, _ = io.ReadAll(req.Body)
	_ = json.Unmarshal(g.body, &g.Payload) // the test looks at what came
	rec.mu.Lock()
	rec.all = append(rec.all, g)
	n := len(rec.all)
	rec.mu.Unlock()
	if rec.answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	rec.answer(w, n)
}

func (rec *receiver) got() []got {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return append([]got(nil), rec.all...)
}

// heard is "event item" of everything that came, in order.
func (rec *receiver) heard() []string {
	var all []string
	for _, g := range rec.got() {
		word := string(g.Event)
		if g.Item != nil {
			word += " " + g.Item.ID
		}
		all = append(all, word)
	}
	return all
}

func item(n int) string { return fmt.Sprintf("item-%04d", n) }
