package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/hook"
	"kepu/journal"
)

// gate is the slate as a process sees it that can be stopped: calls wait while it
// is shut, and it shuts itself before the first call that asks for at.
type gate struct {
	journal.Slate

	mu   sync.Mutex
	shut chan struct{} // nil: open
	at   string
	held []string // the keys of calls that waited since it was shut
}

func (g *gate) close(at string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held = nil; at == "" {
		g.shut = make(chan struct{})
	}
	g.at = at
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

// holds tells whether a call waits that touches a key with the prefix.
func (g *gate) holds(prefix string) func() bool {
	return func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return slices.ContainsFunc(g.held, func(key string) bool { return strings.HasPrefix(key, prefix) })
	}
}

func (g *gate) pass(keys ...string) {
	g.mu.Lock()
	if g.at != "" && keys[0] == g.at {
		g.shut, g.at = make(chan struct{}), ""
	}
	shut := g.shut
	if shut != nil {
		g.held = append(g.held, keys...)
	}
	g.mu.Unlock()
	if shut != nil {
		<-shut // whatever ctx says: who is stopped does not hear it
	}
}

func (g *gate) Get(ctx context.Context, key string) (journal.Row, error) {
	g.pass(key)
	return g.Slate.Get(ctx, key)
}

func (g *gate) Put(ctx context.Context, rows ...journal.Row) ([]journal.RowResult, error) {
	var keys []string
	for _, r := range rows {
		keys = append(keys, r.Key)
	}
	g.pass(keys...)
	return g.Slate.Put(ctx, rows...)
}

func (g *gate) Delete(ctx context.Context, key string, version uint64) error {
	g.pass(key)
	return g.Slate.Delete(ctx, key, version)
}

func (g *gate) List(ctx context.Context, prefix, after string, due time.Time, limit int) ([]journal.Row, error) {
	g.pass(prefix)
	return g.Slate.List(ctx, prefix, after, due, limit)
}

// node is a process that delivers, with a clock of its own; while it is stopped
// the clock stands still and the gate is shut.
type node struct {
	*clock
	gate *gate
	name string
	stop func()
}

func (r *rig) node(t testing.TB, name string) *node {
	t.Helper()
	n := &node{clock: newClock(), gate: &gate{Slate: r.book.Slate}, name: name}
	n.move(r.Now())
	book := *r.book
	book.Now, book.Slate = n.Now, n.gate
	n.stop = run(t, &hook.Deliverer{Book: &book, Node: name, Timer: n.Timer})
	t.Cleanup(n.gate.open)
	return n
}

// resume lets a stopped node go on; the first that it sees is how late it is.
func (n *node) resume(r *rig) {
	n.move(r.Now())
	n.gate.open()
}

// lease is the lease as it stands; Node "" where nobody holds it.
func (r *rig) lease(t testing.TB) (held struct {
	Node string
	At   time.Time
}) {
	t.Helper()
	kept, err := r.book.Slate.Get(t.Context(), "lease/hook")
	if err == nil {
		err = json.Unmarshal(kept.Value, &held)
	}
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		t.Fatal(err)
	}
	return held
}

// saved tells whether the position that the next holder begins at is the head.
func (r *rig) saved(t testing.TB) bool {
	t.Helper()
	head, err := r.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := r.book.Slate.Get(t.Context(), "hook/position")
	if err != nil {
		t.Fatal(err)
	}
	var at journal.Position
	if err := json.Unmarshal(kept.Value, &at); err != nil {
		t.Fatal(err)
	}
	return at == head
}

// march lets time pass for the nodes that go on, 50 milliseconds at a time, until
// done or for d. Before each step whoever had to renew the lease by then, or to
// look for it, has done so.
func (r *rig) march(t testing.TB, d time.Duration, done func() bool, nodes ...*node) {
	t.Helper()
	for end := r.Now().Add(d); r.Now().Before(end) && !done(); {
		r.pass(50 * time.Millisecond)
		for _, n := range nodes {
			n.move(r.Now())
			until(t, n.name+" has done what was due", func() bool {
				held := r.lease(t)
				n.mu.Lock()
				defer n.mu.Unlock()
				return len(n.timers) > 0 && (held.Node != n.name || n.at.Sub(held.At) < 5*time.Second)
			})
		}
	}
}

// hands marches while the lease is want's.
func (r *rig) hands(t testing.TB, d time.Duration, want string, nodes ...*node) {
	t.Helper()
	begun := r.Now()
	if r.march(t, d, func() bool { return r.lease(t).Node != want }, nodes...); r.lease(t).Node != want {
		t.Fatalf("%q holds the lease after %s, want %s", r.lease(t).Node, r.Now().Sub(begun), want)
	}
}

// takesOver marches until next holds the lease of one that was stopped: when it
// has run out, and at the next look, five seconds later at most.
func (r *rig) takesOver(t testing.TB, next *node) {
	t.Helper()
	was := r.lease(t)
	out := was.At.Add(15 * time.Second)
	r.hands(t, out.Sub(r.Now())-50*time.Millisecond, was.Node, next)
	if r.march(t, 5100*time.Millisecond, r.holder(t, next.name), next); !r.holder(t, next.name)() {
		t.Fatalf("%s does not take over what ran out at %s", next.name, out)
	}
}

// A node is stopped in the middle of a request and goes on after another has
// taken over. What was under way comes twice, under one id and with the same
// words, all else once; what was noted is not undone, whatever becomes of the old
// request; and neither node takes the lease from the other before it has run out.
func TestPausedHolder(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		late   bool // the answer comes when the node goes on already
	}{
		"taken":        {http.StatusNoContent, false},
		"refused":      {http.StatusInternalServerError, false},
		"taken late":   {http.StatusNoContent, true},
		"refused late": {http.StatusInternalServerError, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			r.book.Deadline = time.Minute
			stuck := make(chan struct{})
			answer := sync.OnceFunc(func() { close(stuck) })
			rec := r.receiver(t, func(w http.ResponseWriter, n int) {
				if n == 1 {
					<-stuck
					w.WriteHeader(c.status)
				}
			})
			t.Cleanup(answer)
			id := r.put(t, rec.URL).Hook.ID
			noted := func(n int) []hook.Record {
				t.Helper()
				until(t, "all is noted", func() bool { return r.owed(t, id) == 0 && len(r.records(t, id)) == n })
				return r.records(t, id)
			}

			a := r.node(t, "a")
			until(t, "a delivers", r.holder(t, "a"))
			for n := range 3 {
				r.write(t, item(n), "一")
			}
			until(t, "a sends, and has saved its position", func() bool { return len(rec.got()) == 1 && r.saved(t) })
			a.gate.close("")
			b := r.node(t, "b")
			r.takesOver(t, b)
			r.write(t, item(3), "一")
			until(t, "a is about to queue what b queued", a.gate.holds("hook/delivery/"))
			before := noted(4)
			if !c.late {
				answer()
				until(t, "a is about to note its answer", a.gate.holds("hook/log/"))
			}
			a.resume(r)
			r.hands(t, 6*time.Second, "b", a, b)
			answer()
			r.hands(t, 6*time.Second, "b", a, b)
			if after := noted(4); !reflect.DeepEqual(after, before) {
				t.Errorf("b noted\n%+v\nand a made of it\n%+v", before, after)
			}
			r.write(t, item(4), "一")
			noted(5)

			b.gate.close("")
			r.takesOver(t, a)
			r.write(t, item(5), "一")
			before = noted(6)
			b.resume(r)
			r.hands(t, 12*time.Second, "a", a, b)
			if after := noted(6); !reflect.DeepEqual(after, before) {
				t.Errorf("a noted\n%+v\nand b made of it\n%+v", before, after)
			}

			var came []string
			bodies := map[string]string{}
			for _, g := range rec.got() {
				came = append(came, g.Item.ID)
				if was, is := bodies[g.ID]; is && was != string(g.body) {
					t.Errorf("%s came as\n%s\nand\n%s", g.ID, was, g.body)
				}
				bodies[g.ID] = string(g.body)
			}
			if want := []string{item(0), item(0), item(1), item(2), item(3), item(4), item(5)}; !slices.Equal(came, want) {
				t.Errorf("came %v, want %v", came, want)
			}
			for _, line := range before {
				if line.State != hook.Sent || line.Attempts != 1 {
					t.Errorf("the log says %+v", line)
				}
			}
		})
	}
}

// A node is stopped between reading what is owed and sending it; meanwhile
// another delivers that, and ends. Nobody holds the lease when it goes on, and
// yet what it read is not to be sent.
func TestPausedReader(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, nil)
	id := r.put(t, rec.URL).Hook.ID
	a := r.node(t, "a")
	until(t, "a delivers", r.holder(t, "a"))
	a.gate.close("hook/log/" + id + "/") // the log is trimmed before the first is sent
	r.write(t, item(0), "一")
	until(t, "a has read it", a.gate.holds("hook/log/"))
	b := r.node(t, "b")
	r.takesOver(t, b)
	until(t, "b delivers it", func() bool { return r.owed(t, id) == 0 && len(r.records(t, id)) == 1 })
	b.stop()
	a.resume(r)
	until(t, "a holds the lease anew", r.holder(t, "a"))
	r.write(t, item(1), "一")
	until(t, "the next", func() bool { return r.owed(t, id) == 0 && len(r.records(t, id)) == 2 })
	r.hands(t, 6*time.Second, "a", a)
	if heard := rec.heard(); !slices.Equal(heard, []string{"publish " + item(0), "publish " + item(1)}) {
		t.Errorf("heard %v", heard)
	}
}
