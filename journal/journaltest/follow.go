package journaltest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"kepu/journal"
)

// follower collects what a Follower applies.
type follower struct {
	entries  []journal.Entry
	position journal.Position
	batches  int
}

var errEnough = errors.New("enough")

// take applies batches until the entry at seq was applied.
func (f *follower) take(seq uint64) func(context.Context, journal.Batch) error {
	return func(_ context.Context, b journal.Batch) error {
		f.batches++
		f.entries = append(f.entries, b.Entries...)
		f.position = b.Position
		if last := b.Entries[len(b.Entries)-1]; b.Position.Seq != last.Seq || b.Position.Hash != last.Hash {
			return fmt.Errorf("position %+v after %+v", b.Position, last)
		}
		if b.Position.Seq >= seq {
			return errEnough
		}
		return nil
	}
}

func testFollow(t *testing.T, open Open) {
	dir := t.TempDir()
	d, other := start(t, open, dir), start(t, open, dir)
	for i := range 25 {
		d.commit(change(fmt.Sprint("r", i), 0, "题"))
	}
	var f follower
	run := journal.Follower{Store: d.store, Limit: 10}
	if err := run.Run(d.ctx, journal.Position{}, f.take(25)); !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	if f.batches != 3 || f.position != d.head() {
		t.Errorf("%d batches, at %+v; head %+v", f.batches, f.position, d.head())
	}
	// On from there, hearing what is committed meanwhile here and elsewhere.
	done := make(chan error, 1)
	go func() { done <- journal.Follow(d.ctx, d.store, f.position, f.take(27)) }()
	d.commit(change("here", 0, "题"))
	other.commit(change("there", 0, "题"))
	if err := within(t, "the follower took both", done); !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	all := d.entries(0, 1000)
	if len(f.entries) != len(all) {
		t.Fatalf("%d entries were applied, there are %d", len(f.entries), len(all))
	}
	for i, e := range f.entries {
		if e != all[i] {
			t.Errorf("applied %+v, there is %+v", e, all[i])
		}
	}
	// It ends with its context, also before anything comes, and with the store.
	ctx, cancel := context.WithCancel(d.ctx)
	go func() { done <- journal.Follow(ctx, d.store, f.position, f.take(1000)) }()
	cancel()
	if err := within(t, "it ended with its context", done); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	go func() { done <- journal.Follow(d.ctx, other.store, journal.Position{}, f.take(1000)) }()
	if err := other.store.Close(); err != nil {
		t.Error(err)
	}
	if err := within(t, "it ended with the store", done); !errors.Is(err, journal.ErrClosed) {
		t.Error(err)
	}
}

// A position that can't be of this store is told at once.
func testMisfit(t *testing.T, open Open) {
	d, other := start(t, open, t.TempDir()), start(t, open, t.TempDir())
	d.commit(change("a", 0, "一"), change("a", 1, "二"), change("a", 2, "三"))
	other.commit(change("a", 0, "一"), change("a", 1, "二"), change("a", 2, "三"))
	second := d.entries(1, 1)[0]
	fits := journal.Position{Identity: d.store.Identity(), Seq: 2, Hash: second.Hash}
	for name, c := range map[string]struct {
		at   journal.Position
		want error
	}{
		"fits":                   {fits, errEnough},
		"nothing":                {journal.Position{}, errEnough},
		"nothing of this":        {journal.Position{Identity: d.store.Identity()}, errEnough},
		"another identity":       {journal.Position{Identity: other.store.Identity(), Seq: 2, Hash: second.Hash}, journal.ErrRebuild},
		"nothing of another":     {journal.Position{Identity: other.store.Identity()}, journal.ErrRebuild},
		"no identity":            {journal.Position{Seq: 2, Hash: second.Hash}, journal.ErrRebuild},
		"another hash":           {journal.Position{Identity: fits.Identity, Seq: 2, Hash: d.head().Hash}, journal.ErrRebuild},
		"no hash":                {journal.Position{Identity: fits.Identity, Seq: 2}, journal.ErrRebuild},
		"another store's record": {journal.Position{Identity: fits.Identity, Seq: 3, Hash: other.head().Hash}, journal.ErrRebuild},
	} {
		var f follower
		if err := journal.Follow(d.ctx, d.store, c.at, f.take(3)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if c.want == errEnough && uint64(len(f.entries)) != 3-c.at.Seq {
			t.Errorf("%s: %d entries were applied", name, len(f.entries))
		}
	}
	// A head that is lower and stays so.
	ahead := journal.Follower{Store: d.store, Patience: 50 * time.Millisecond}
	beyond := journal.Position{Identity: fits.Identity, Seq: 4, Hash: second.Hash}
	if err := ahead.Run(d.ctx, beyond, (&follower{}).take(9)); !errors.Is(err, journal.ErrRebuild) {
		t.Errorf("head lower: %v", err)
	}
}

// behind is a store seen through a server that lags or fails.
type behind struct {
	journal.Store
	hide  atomic.Uint64 // entries from here on are not there yet; 0: all are
	fails atomic.Int64  // so many calls fail first
}

var errAway = errors.New("server away")

func (b *behind) seen(e journal.Entry) bool { h := b.hide.Load(); return h == 0 || e.Seq < h }

func (b *behind) Entries(ctx context.Context, after uint64, limit int) ([]journal.Entry, error) {
	if b.fails.Add(-1) >= 0 {
		return nil, errAway
	}
	entries, err := b.Store.Entries(ctx, after, limit)
	for len(entries) > 0 && !b.seen(entries[len(entries)-1]) {
		entries = entries[:len(entries)-1]
	}
	return entries, err
}

func (b *behind) Head(ctx context.Context) (journal.Position, error) {
	head, err := b.Store.Head(ctx)
	if h := b.hide.Load(); err == nil && h > 0 && head.Seq >= h {
		last, err := b.Store.Entries(ctx, h-2, 1)
		if err != nil || len(last) == 0 {
			return journal.Position{Identity: head.Identity}, err
		}
		return journal.Position{Identity: head.Identity, Seq: last[0].Seq, Hash: last[0].Hash}, nil
	}
	return head, err
}

// A server that lags for a while or fails costs nothing but time.
func testLagging(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	d.commit(change("a", 0, "一"), change("a", 1, "二"), change("a", 2, "三"), change("a", 3, "四"))
	third := d.entries(2, 1)[0]
	lag := &behind{Store: d.store}
	lag.hide.Store(3)
	var f follower
	done := make(chan error, 1)
	go func() {
		at := journal.Position{Identity: d.store.Identity(), Seq: 3, Hash: third.Hash}
		done <- journal.Follower{Store: lag, Patience: time.Minute}.Run(d.ctx, at, f.take(4))
	}()
	lag.hide.Store(0)
	if err := within(t, "it went on when the server had caught up", done); !errors.Is(err, errEnough) || len(f.entries) != 1 {
		t.Errorf("%v, %d entries", err, len(f.entries))
	}
	var g follower
	lag.fails.Store(3)
	if err := journal.Follow(d.ctx, lag, journal.Position{}, g.take(4)); !errors.Is(err, errEnough) || len(g.entries) != 4 {
		t.Errorf("%v, %d entries", err, len(g.entries))
	}
	// While it runs the head falls below and stays there: the store was put back.
	sunk := &behind{Store: d.store}
	var h follower
	apply := h.take(1000)
	err := journal.Follower{Store: sunk, Patience: 50 * time.Millisecond}.Run(d.ctx, journal.Position{},
		func(ctx context.Context, b journal.Batch) error {
			sunk.hide.Store(3)
			return apply(ctx, b)
		})
	if !errors.Is(err, journal.ErrRebuild) || len(h.entries) != 4 {
		t.Errorf("sunk: %v, %d entries", err, len(h.entries))
	}
}
