package hook_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kepu/hook"
	"kepu/journal"
)

func (r *rig) holder(t testing.TB, want string) func() bool {
	return func() bool {
		is, err := r.book.Holder(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return is == want
	}
}

// One node delivers; where it stops in good order the other takes over at its
// next look, where it vanishes when its lease has run out.
func TestTakeOver(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, nil)
	id := r.put(t, rec.URL).Hook.ID
	stop := run(t, &hook.Deliverer{Book: r.book, Node: "a", Timer: r.Timer})
	until(t, "a delivers", r.holder(t, "a"))
	run(t, &hook.Deliverer{Book: r.book, Node: "b", Timer: r.Timer})
	r.write(t, "a", "一")
	until(t, "the first", func() bool { return r.owed(t, id) == 0 && len(r.records(t, id)) == 1 })
	stop()
	until(t, "nobody delivers", r.holder(t, ""))
	r.write(t, "b", "二")
	r.pass(5 * time.Second)
	until(t, "b delivers", r.holder(t, "b"))
	until(t, "the second", func() bool { return r.owed(t, id) == 0 && len(r.records(t, id)) == 2 })
	if heard := rec.heard(); !slices.Equal(heard, []string{"publish a", "publish b"}) {
		t.Errorf("heard %v", heard)
	}
}

func TestVanishedHolder(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, nil)
	id := r.put(t, rec.URL).Hook.ID
	if _, err := r.book.Slate.Put(t.Context(), journal.Row{Key: "lease/hook", Value: []byte(`{"node":"gone"}`), Expires: noon.Add(15 * time.Second)}); err != nil {
		t.Fatal(err)
	}
	r.deliver(t)
	r.write(t, "a", "一")
	r.pass(14 * time.Second)
	if n := len(rec.got()); n != 0 || !r.holder(t, "gone")() {
		t.Errorf("%d requests while another holds the lease", n)
	}
	r.pass(time.Second)
	r.passing(t, "taken over", func() bool { return len(r.records(t, id)) == 1 })
}

// broken is the real slate, some of whose writes fail.
type broken struct {
	journal.Slate
	fails func(key string) bool
}

var errBroken = errors.New("no answer")

func (b broken) Put(ctx context.Context, rows ...journal.Row) ([]journal.RowResult, error) {
	for _, r := range rows {
		if b.fails(r.Key) {
			return nil, errBroken
		}
	}
	return b.Slate.Put(ctx, rows...)
}

// Where the position can't be saved after deliveries were queued, they go out all
// the same; a node that then starts from the old position queues them again but
// for what the log knows to be delivered.
func TestQueuedAgain(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, nil)
	id := r.put(t, rec.URL).Hook.ID
	var down atomic.Bool
	var refused atomic.Int64
	r.book.Slate = broken{r.book.Slate, func(key string) bool {
		fail := down.Load() && key == "hook/position"
		if fail {
			refused.Add(1)
		}
		return fail
	}}
	stop := r.deliver(t)
	until(t, "a position", func() bool { _, err := r.book.Slate.Get(t.Context(), "hook/position"); return err == nil })
	stop()
	for n := range 20 {
		r.write(t, item(n), "一")
	}
	down.Store(true)
	stop = r.deliver(t)
	r.passing(t, "the position is refused, again and again", func() bool {
		return refused.Load() > 3 && len(r.records(t, id)) == 20
	})
	stop()
	down.Store(false)
	r.deliver(t)
	r.passing(t, "a position behind all", func() bool {
		kept, err := r.book.Slate.Get(t.Context(), "hook/position")
		return err == nil && strings.Contains(string(kept.Value), `"seq":21`) && r.owed(t, id) == 0
	})
	var ids []string
	for _, g := range rec.got() {
		ids = append(ids, g.ID)
	}
	if n := len(ids); n != 20 || len(slices.Compact(ids)) != 20 {
		t.Errorf("20 deliveries came %d times", n)
	}
}
