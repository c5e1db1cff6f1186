package journaltest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"kepu/journal"
)

func named(op string, c journal.Change) journal.Change {
	c.Op = op
	return c
}

func testOp(t *testing.T, open Open) {
	dir := t.TempDir()
	d := start(t, open, dir)
	create := named("make", change("a", 0, "一"))
	first := d.commit(create)[0]
	if first.Op != "make" {
		t.Errorf("operation %q", first.Op)
	}
	again := func(c journal.Change) {
		t.Helper()
		before := d.head()
		if e := d.commit(c)[0]; e != first {
			t.Errorf("repeated: %+v, first %+v", e, first)
		}
		if after := d.head(); after != before {
			t.Errorf("repeating moved the head to %+v", after)
		}
	}
	again(create)
	d.commit(change("a", 1, "二"), change("a", 2, "")) // later it still stands
	again(create)
	elsewhen := create
	elsewhen.Rev, elsewhen.At = 2, time.Unix(1, 0) // neither is part of the operation
	again(elsewhen)
	second := start(t, open, dir)
	if e := second.commit(create)[0]; e != first {
		t.Errorf("repeated in another process: %+v, first %+v", e, first)
	}
	for name, spoil := range map[string]func(*journal.Change){
		"another state": func(c *journal.Change) { c.State = state("二") },
		"deletion":      func(c *journal.Change) { c.State, c.Rev = nil, 3 },
		"another id":    func(c *journal.Change) { c.ID = "b" },
		"another kind":  func(c *journal.Change) { c.Kind = "topic" },
		"another act":   func(c *journal.Change) { c.Act = "publish" },
		"another actor": func(c *journal.Change) { c.Actor = "somebody" },
	} {
		t.Run(name, func(t *testing.T) {
			d := d
			d.t = t
			other := create
			spoil(&other)
			d.refused(other, journal.ErrOp)
		})
	}
	// Twice in one batch, and a failed change does not use up its operation.
	results := d.results(named("twice", change("c", 0, "一")), named("twice", change("c", 0, "一")), named("twice", change("c", 1, "二")),
		named("late", change("c", 7, "二")), named("late", change("c", 1, "二")))
	if results[0].Err != nil || results[1].Err != nil || results[1].Entry != results[0].Entry ||
		!errors.Is(results[2].Err, journal.ErrOp) || !errors.Is(results[3].Err, journal.ErrConflict) || results[4].Err != nil {
		t.Errorf("results %+v", results)
	}
	drop := named("drop", change("c", 2, ""))
	gone := d.commit(drop)[0]
	if e := d.commit(drop)[0]; e != gone {
		t.Errorf("deletion repeated: %+v, first %+v", e, gone)
	}
	ops := map[string]bool{}
	for _, e := range d.entries(0, 100) {
		if e.Op == "" || ops[e.Op] {
			t.Errorf("operation %q of entry %d is not its own", e.Op, e.Seq)
		}
		ops[e.Op] = true
	}
	// An invalid change is that, whatever its operation.
	bad := create
	bad.State = []byte("{")
	invalid(t, d.results(bad)[0].Err, "state")
	d.whole()
}

// A call cut off at any moment may or may not have been kept; repeating it
// with the same Op leaves it there exactly once.
func testUnknown(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	const rounds, batch = 20, 4
	random := rand.New(rand.NewPCG(7, 7))
	longest := 2 * time.Millisecond
	for round := range rounds {
		changes := make([]journal.Change, batch)
		for i := range changes {
			id := fmt.Sprintf("r%d-%d", round, i)
			changes[i] = named("unknown/"+id, change(id, 0, id))
		}
		started := time.Now()
		cut, cancel := context.WithTimeout(d.ctx, time.Duration(random.Int64N(int64(longest))))
		_, err := d.store.Commit(cut, changes...)
		cancel()
		if err == nil {
			longest = time.Since(started) // near the edge is where it gets interesting
		}
		for i, e := range d.commit(changes...) {
			if e.Key() != changes[i].Key || e.Rev != 1 || e.Op != changes[i].Op {
				t.Errorf("round %d: %+v", round, e)
			}
		}
	}
	if head := d.head(); head.Seq != rounds*batch {
		t.Errorf("%d entries of %d operations", head.Seq, rounds*batch)
	}
	d.whole()
}

func testCancelled(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	d.commit(change("a", 0, "一"))
	head := d.head()
	ctx, cancel := context.WithCancel(d.ctx)
	cancel()
	for name, call := range map[string]func() error{
		"Head":    func() error { _, err := d.store.Head(ctx); return err },
		"Commit":  func() error { _, err := d.store.Commit(ctx, change("b", 0, "一")); return err },
		"Entries": func() error { _, err := d.store.Entries(ctx, 0, 1); return err },
		"Wait":    func() error { return d.store.Wait(ctx, head.Seq) },
		"Get":     func() error { _, err := d.store.Get(ctx, key("a")); return err },
		"GetRev":  func() error { _, err := d.store.GetRev(ctx, key("a"), 1); return err },
		"Gets":    func() error { _, err := d.store.Gets(ctx, key("a")); return err },
		"PutParts": func() error {
			_, err := d.store.PutParts(ctx, journal.Part{Key: key("a"), State: state("一")})
			return err
		},
		"Parts": func() error { _, err := d.store.Parts(ctx, journal.PartKey{Key: key("a")}); return err },
		"Scan": func() error {
			_, err := d.store.Scan(ctx, nil, func(journal.Record) error { return nil })
			return err
		},
		"Erase":  func() error { _, err := d.store.Erase(ctx, change("a", 1, "")); return err },
		"get":    func() error { _, err := d.slate.Get(ctx, "a"); return err },
		"put":    func() error { _, err := d.slate.Put(ctx, journal.Row{Key: "a"}); return err },
		"delete": func() error { return d.slate.Delete(ctx, "a", 1) },
		"list":   func() error { _, err := d.slate.List(ctx, "", "", time.Time{}, 1); return err },
	} {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after := d.head(); after != head {
		t.Errorf("the head moved to %+v", after)
	}
	d.holds("a", 1, "一")
}
