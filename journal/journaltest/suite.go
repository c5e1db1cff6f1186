// Package journaltest says what a journal.Store and its journal.Slate promise,
// as tests. An adapter that passes Run is correct; it supplies nothing but a
// way to open its store. The suite keeps fewer than 2,000 documents, so that
// slow servers can run it, and asserts no times.
package journaltest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"kepu/journal"
)

// Open opens the store of dir, making it where it is not there. Opening one dir
// twice is two processes on one store; no two dirs share anything. The store
// must be made with Secret and the clock of the machine. The suite closes the
// store; the slate ends with it. Failures are t.Fatal's.
type Open func(t *testing.T, dir string) (journal.Store, journal.Slate)

// Secret is the one an Open must use.
func Secret() journal.Secret {
	s, err := journal.SecretOf([]byte("the suite's secret is known to all"))
	if err != nil {
		panic(err)
	}
	return s
}

// Run tests everything that the comments of journal.Store and journal.Slate
// promise.
func Run(t *testing.T, open func(t *testing.T, dir string) (journal.Store, journal.Slate)) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"empty", testEmpty},
		{"life", testLife},
		{"conflict", testConflict},
		{"invalid", testInvalid},
		{"order", testOrder},
		{"canonical", testCanonical},
		{"size", testSize},
		{"format", testFormat},
		{"time", testTime},
		{"op", testOp},
		{"entries", testEntries},
		{"reopen", testReopen},
		{"closed", testClosed},
		{"cancelled", testCancelled},
		{"erase", testErase},
		{"interrupted", testEraseAgain},
		{"part", testPart},
		{"scan", testScan},
		{"snapshot", testSnapshot},
		{"wait", testWait},
		{"writers", testWriters},
		{"unknown", testUnknown},
		{"model", testModel},
		{"follow", testFollow},
		{"misfit", testMisfit},
		{"lagging", testLagging},
		{"slate", testSlate},
		{"expiry", testExpiry},
		{"list", testList},
		{"due", testDue},
		{"claims", testClaims},
		{"rows", testRows},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

// patience is how long anything that must happen may take.
const patience = 30 * time.Second

// desk is a store at hand, with the checks that tests share.
type desk struct {
	t     *testing.T
	ctx   context.Context
	store journal.Store
	slate journal.Slate
}

// start opens the store of dir for one test.
func start(t *testing.T, open Open, dir string) desk {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	t.Cleanup(cancel)
	store, slate := open(t, dir)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return desk{t: t, ctx: ctx, store: store, slate: slate}
}

func key(id string) journal.Key { return journal.Key{Kind: "item", ID: id} }

// change replaces rev of the record by a state that says title; "" deletes.
func change(id string, rev uint64, title string) journal.Change {
	c := journal.Change{Key: key(id), Rev: rev, Act: "save", Actor: "tester"}
	if title != "" {
		c.State = state(title)
	}
	return c
}

// state is canonical already.
func state(title string) []byte {
	b, err := journal.Encode(map[string]any{"title": title, "v": 1})
	if err != nil {
		panic(err)
	}
	return b
}

// commit commits changes that must all stand.
func (d desk) commit(changes ...journal.Change) []journal.Entry {
	d.t.Helper()
	entries := make([]journal.Entry, len(changes))
	for i, r := range d.results(changes...) {
		if r.Err != nil {
			d.t.Fatalf("change %d (%s/%s): %v", i, changes[i].Kind, changes[i].ID, r.Err)
		}
		entries[i] = r.Entry
	}
	return entries
}

func (d desk) results(changes ...journal.Change) []journal.Result {
	d.t.Helper()
	results, err := d.store.Commit(d.ctx, changes...)
	if err != nil {
		d.t.Fatalf("commit: %v", err)
	}
	if len(results) != len(changes) {
		d.t.Fatalf("%d results of %d changes", len(results), len(changes))
	}
	return results
}

// refused commits one change that must fail with want and leave no trace.
func (d desk) refused(c journal.Change, want error) error {
	d.t.Helper()
	before := d.head()
	r := d.results(c)[0]
	if !errors.Is(r.Err, want) {
		d.t.Fatalf("%s/%s rev %d: got %v, want %v", c.Kind, c.ID, c.Rev, r.Err, want)
	}
	if r.Entry != (journal.Entry{}) {
		d.t.Errorf("a refused change has the entry %+v", r.Entry)
	}
	if after := d.head(); after != before {
		d.t.Errorf("a refused change moved the head from %+v to %+v", before, after)
	}
	return r.Err
}

func (d desk) head() journal.Position {
	d.t.Helper()
	head, err := d.store.Head(d.ctx)
	if err != nil {
		d.t.Fatalf("head: %v", err)
	}
	return head
}

func (d desk) entries(after uint64, limit int) []journal.Entry {
	d.t.Helper()
	entries, err := d.store.Entries(d.ctx, after, limit)
	if err != nil {
		d.t.Fatalf("entries after %d: %v", after, err)
	}
	return entries
}

// holds checks that the record's current revision is rev with that title.
func (d desk) holds(id string, rev uint64, title string) journal.Record {
	d.t.Helper()
	r, err := d.store.Get(d.ctx, key(id))
	if err != nil {
		d.t.Fatalf("get %s: %v", id, err)
	}
	d.is(r, id, rev, title)
	return r
}

func (d desk) is(r journal.Record, id string, rev uint64, title string) {
	d.t.Helper()
	var want []byte
	if title != "" {
		want = state(title)
	}
	if r.Key != key(id) || r.Rev != rev || string(r.State) != string(want) || (r.State == nil) != (want == nil) || r.Hash != journal.Sum(want) {
		d.t.Errorf("%s: got %s/%s revision %d %s (%.8s), want revision %d %s", id, r.Kind, r.ID, r.Rev, r.State, r.Hash, rev, want)
	}
}

// whole checks the entire journal: no gap, the chain, heads, states.
func (d desk) whole() {
	d.t.Helper()
	err := journal.Verify(d.ctx, d.store, journal.NewChain(Secret()), nil, func(problem string) { d.t.Error(problem) })
	if err != nil {
		d.t.Fatal(err)
	}
}

// eventually repeats try until it is true.
func (d desk) eventually(what string, try func() bool) {
	d.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !try() {
		select {
		case <-tick.C:
		case <-late:
			d.t.Fatalf("never: %s", what)
		}
	}
}

// within gives what comes, or fails.
func within[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("never: %s", what)
		panic("unreachable")
	}
}

func invalid(t *testing.T, err error, field string) {
	t.Helper()
	var bad *journal.Invalid
	if !errors.As(err, &bad) || len(bad.Problems) == 0 {
		t.Fatalf("got %v, want *Invalid", err)
	}
	for _, p := range bad.Problems {
		if p.Message == "" {
			t.Errorf("a problem of %q says nothing", p.Field)
		}
	}
	for _, p := range bad.Problems {
		if p.Field == field {
			return
		}
	}
	t.Errorf("got %v, want a problem of %q", fmt.Sprint(bad.Problems), field)
}
