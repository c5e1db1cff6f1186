package journaltest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kepu/journal"
)

func testEntries(t *testing.T, open Open) {
	dir := t.TempDir()
	d := start(t, open, dir)
	const n = 30
	for i := range n {
		d.commit(change(fmt.Sprintf("a%d", i%7), uint64(i/7), fmt.Sprint(i)))
	}
	all := d.entries(0, 1000)
	if len(all) != n {
		t.Fatalf("%d entries of %d", len(all), n)
	}
	if err := journal.NewChain(Secret()).Verify(all, journal.Position{}); err != nil {
		t.Error(err)
	}
	if all[0].Prev != "" {
		t.Errorf("the first follows %s", all[0].Prev)
	}
	if head := d.head(); head.Seq != n || head.Hash != all[n-1].Hash || head.Identity != d.store.Identity() {
		t.Errorf("head %+v of last %+v", head, all[n-1])
	}
	for _, c := range []struct {
		after uint64
		limit int
		from  int
		count int
	}{
		{0, 1, 0, 1}, {0, n, 0, n}, {0, n - 1, 0, n - 1}, {5, 10, 5, 10}, {n - 1, 10, n - 1, 1}, {n, 10, n, 0},
		{n + 1, 10, n, 0}, {1<<64 - 1, 10, n, 0}, {1 << 63, 10, n, 0}, {0, 0, 0, 0}, {0, -1, 0, 0}, {3, 1 << 30, 3, n - 3},
	} {
		got := d.entries(c.after, c.limit)
		if len(got) != c.count {
			t.Errorf("after %d, limit %d: %d entries, want %d", c.after, c.limit, len(got), c.count)
			continue
		}
		for i := range got {
			if got[i] != all[c.from+i] {
				t.Errorf("after %d: %+v, want %+v", c.after, got[i], all[c.from+i])
			}
		}
	}
	other := start(t, open, dir)
	for i, e := range other.entries(0, n) {
		if e != all[i] {
			t.Errorf("in another process: %+v, here %+v", e, all[i])
		}
	}
	// A chain that was touched anywhere does not hold.
	for name, touch := range map[string]func(*journal.Entry){
		"seq":   func(e *journal.Entry) { e.Seq++ },
		"kind":  func(e *journal.Entry) { e.Kind = "topic" },
		"id":    func(e *journal.Entry) { e.ID += "x" },
		"rev":   func(e *journal.Entry) { e.Rev++ },
		"state": func(e *journal.Entry) { e.State = journal.Sum([]byte("{}")) },
		"act":   func(e *journal.Entry) { e.Act = "delete" },
		"actor": func(e *journal.Entry) { e.Actor = "somebody" },
		"at":    func(e *journal.Entry) { e.At = e.At.Add(time.Millisecond) },
		"op":    func(e *journal.Entry) { e.Op += "x" },
		"prev":  func(e *journal.Entry) { e.Prev = "" },
		"hash":  func(e *journal.Entry) { e.Hash = e.Prev },
	} {
		touched := append([]journal.Entry(nil), all...)
		touch(&touched[10])
		var broken *journal.Broken
		if err := journal.NewChain(Secret()).Verify(touched, journal.Position{}); !errors.As(err, &broken) || broken.Seq != 11 {
			t.Errorf("%s touched: %v", name, err)
		}
	}
	d.whole()
}

func testReopen(t *testing.T, open Open) {
	dir := t.TempDir()
	d := start(t, open, dir)
	identity := d.store.Identity()
	entries := d.commit(named("op-a", change("a", 0, "一")), change("a", 1, "二"), change("b", 0, "一"), change("b", 1, ""))
	part := state("部分")
	if _, err := d.store.PutParts(d.ctx, journal.Part{Key: key("a"), State: part}); err != nil {
		t.Fatal(err)
	}
	rows, err := d.slate.Put(d.ctx, journal.Row{Key: "lease/a", Value: []byte("甲")})
	if err != nil || rows[0].Err != nil {
		t.Fatal(err, rows)
	}
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	d = start(t, open, dir)
	if d.store.Identity() != identity || d.head().Hash != entries[3].Hash {
		t.Errorf("identity %s, head %+v", d.store.Identity(), d.head())
	}
	for i, e := range d.entries(0, 10) {
		if e != entries[i] {
			t.Errorf("entry %+v, was %+v", e, entries[i])
		}
	}
	d.holds("a", 2, "二")
	d.holds("b", 2, "")
	found, err := d.store.Parts(d.ctx, journal.PartKey{Key: key("a"), Hash: journal.Sum(part)})
	if err != nil || len(found) != 1 {
		t.Errorf("parts: %v, %v", found, err)
	}
	if row, err := d.slate.Get(d.ctx, "lease/a"); err != nil || string(row.Value) != "甲" || row.Version != rows[0].Version {
		t.Errorf("row %+v, %v", row, err)
	}
	d.commit(change("a", 2, "三"))
	d.whole()
}

func testClosed(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	d.commit(change("a", 0, "一"))
	waiting := make(chan error, 2)
	for range 2 {
		go func() { waiting <- d.store.Wait(d.ctx, 1) }()
	}
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := within(t, "a Wait ends with the store", waiting); !errors.Is(err, journal.ErrClosed) {
			t.Errorf("wait: %v", err)
		}
	}
	if err := d.store.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
	_, head := d.store.Head(d.ctx)
	_, commit := d.store.Commit(d.ctx, change("b", 0, "一"))
	_, get := d.store.Get(d.ctx, key("a"))
	_, scan := d.store.Scan(d.ctx, nil, func(journal.Record) error { return nil })
	_, row := d.slate.Get(d.ctx, "a")
	_, put := d.slate.Put(d.ctx, journal.Row{Key: "a"})
	for i, err := range []error{head, commit, get, scan, row, put, d.store.Wait(d.ctx, 0)} {
		if !errors.Is(err, journal.ErrClosed) {
			t.Errorf("call %d after Close: %v", i, err)
		}
	}
}

func testWait(t *testing.T, open Open) {
	dir := t.TempDir()
	d, other := start(t, open, dir), start(t, open, dir)
	heard := func(d desk, after uint64) <-chan error {
		done := make(chan error, 1)
		go func() { done <- until(d, after) }()
		return done
	}
	here, there, later := heard(d, 0), heard(other, 0), heard(d, 1)
	d.commit(change("a", 0, "一"))
	for name, c := range map[string]<-chan error{"here": here, "in another process": there} {
		if err := within(t, "heard "+name, c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	back := heard(other, 1)
	other.commit(change("b", 0, "一"))
	for name, c := range map[string]<-chan error{"there": back, "from another process": later} {
		if err := within(t, "heard "+name, c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.store.Wait(d.ctx, 0); err != nil { // long there
		t.Error(err)
	}
	if err := until(d, 1); err != nil {
		t.Error(err)
	}
}

// until waits for an entry after that one; Wait alone may return early.
func until(d desk, after uint64) error {
	for {
		if err := d.store.Wait(d.ctx, after); err != nil {
			return err
		}
		if head, err := d.store.Head(d.ctx); err != nil || head.Seq > after {
			return err
		}
	}
}
