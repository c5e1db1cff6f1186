package journaltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kepu/journal"
)

// write puts rows that must all stand and gives their versions.
func (d desk) write(rows ...journal.Row) []uint64 {
	d.t.Helper()
	versions := make([]uint64, len(rows))
	for i, r := range d.rows(rows...) {
		if r.Err != nil || r.Version == 0 {
			d.t.Fatalf("put row %q: %+v", rows[i].Key, r)
		}
		versions[i] = r.Version
	}
	return versions
}

func (d desk) rows(rows ...journal.Row) []journal.RowResult {
	d.t.Helper()
	results, err := d.slate.Put(d.ctx, rows...)
	if err != nil || len(results) != len(rows) {
		d.t.Fatalf("put: %+v, %v", results, err)
	}
	return results
}

func (d desk) absent(key string) {
	d.t.Helper()
	if r, err := d.slate.Get(d.ctx, key); !errors.Is(err, journal.ErrNotFound) {
		d.t.Errorf("row %q: %+v, %v", key, r, err)
	}
}

func (d desk) reads(key, value string, version uint64) journal.Row {
	d.t.Helper()
	r, err := d.slate.Get(d.ctx, key)
	if err != nil || r.Key != key || string(r.Value) != value || r.Version != version {
		d.t.Errorf("row %q: %+v, %v, want %q at %d", key, r, err, value, version)
	}
	return r
}

func testSlate(t *testing.T, open Open) {
	dir := t.TempDir()
	d, other := start(t, open, dir), start(t, open, dir)
	d.absent("draft/a")
	first := d.write(journal.Row{Key: "draft/a", Value: []byte("一")})[0]
	other.reads("draft/a", "一", first)
	if r := other.rows(journal.Row{Key: "draft/a", Value: []byte("二")})[0]; !errors.Is(r.Err, journal.ErrConflict) {
		t.Errorf("made twice: %+v", r)
	}
	second := other.write(journal.Row{Key: "draft/a", Value: []byte("二"), Version: first})[0]
	if second == first {
		t.Error("a write kept the version")
	}
	for _, version := range []uint64{first, 0, second + 1, 1<<64 - 1} {
		if r := d.rows(journal.Row{Key: "draft/a", Value: []byte("三"), Version: version})[0]; !errors.Is(r.Err, journal.ErrConflict) {
			t.Errorf("version %d: %+v", version, r)
		}
		if err := d.slate.Delete(d.ctx, "draft/a", version); !errors.Is(err, journal.ErrConflict) {
			t.Errorf("delete version %d: %v", version, err)
		}
	}
	d.reads("draft/a", "二", second)
	if r := d.rows(journal.Row{Key: "draft/b", Value: []byte("三"), Version: first})[0]; !errors.Is(r.Err, journal.ErrConflict) {
		t.Errorf("replaced what never was: %+v", r)
	}
	d.absent("draft/b")
	// Each row on its own terms, in order.
	results := d.rows(journal.Row{Key: "x", Value: []byte("1")}, journal.Row{Key: "draft/a"}, journal.Row{Key: ""},
		journal.Row{Key: "x", Value: []byte("2")}, journal.Row{Key: "y", Value: []byte("1")})
	if results[0].Err != nil || !errors.Is(results[1].Err, journal.ErrConflict) || !errors.Is(results[3].Err, journal.ErrConflict) || results[4].Err != nil {
		t.Errorf("results %+v", results)
	}
	invalid(t, results[2].Err, "key")
	d.reads("x", "1", results[0].Version)
	d.reads("y", "1", results[4].Version)
	if none := d.rows(); len(none) != 0 {
		t.Errorf("results %v of no rows", none)
	}
	// Gone is gone, and its version never comes back.
	if err := d.slate.Delete(d.ctx, "draft/a", second); err != nil {
		t.Error(err)
	}
	other.absent("draft/a")
	if err := d.slate.Delete(d.ctx, "draft/a", second); err != nil {
		t.Errorf("deleted twice: %v", err)
	}
	if r := d.rows(journal.Row{Key: "draft/a", Version: second})[0]; !errors.Is(r.Err, journal.ErrConflict) {
		t.Errorf("replaced what is gone: %+v", r)
	}
	third := d.write(journal.Row{Key: "draft/a"})[0]
	if third == first || third == second {
		t.Error("a version came back")
	}
	if r := d.reads("draft/a", "", third); len(r.Value) != 0 || !r.Due.IsZero() || !r.Expires.IsZero() {
		t.Errorf("row %+v", r)
	}
	if head := d.head(); head.Seq != 0 {
		t.Errorf("the slate made entries: %+v", head)
	}
}

func testRows(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	for name, key := range map[string]string{
		"none": "", "long": strings.Repeat("a", 513), "NUL": "a\x00b", "newline": "a\nb", "delete": "a\x7fb", "not UTF-8": "a\xff", "C1": "a\u0085",
	} {
		r := d.rows(journal.Row{Key: key, Value: []byte("x")})[0]
		var bad *journal.Invalid
		if !errors.As(r.Err, &bad) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	bytes := make([]byte, 256)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	due := time.Date(2030, 1, 2, 3, 4, 5, 678_999_999, time.FixedZone("CST", 8*3600))
	version := d.write(journal.Row{Key: strings.Repeat("科", 170) + "/%", Value: bytes, Due: due, Expires: due.Add(time.Hour)})[0]
	r := d.reads(strings.Repeat("科", 170)+"/%", string(bytes), version)
	if want := journal.Milli(due); r.Due != want || r.Expires != want.Add(time.Hour) {
		t.Errorf("due %v, expires %v", r.Due, r.Expires)
	}
	big := d.rows(journal.Row{Key: "big", Value: make([]byte, journal.MaxState)}, journal.Row{Key: "bigger", Value: make([]byte, journal.MaxState+1)})
	if big[0].Err != nil {
		t.Error(big[0].Err)
	}
	invalid(t, big[1].Err, "value")
	if r, err := d.slate.Get(d.ctx, "big"); err != nil || len(r.Value) != journal.MaxState {
		t.Errorf("%d bytes, %v", len(r.Value), err)
	}
}

func testExpiry(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	past, future := time.Now().Add(-time.Second), time.Now().Add(time.Hour)
	versions := d.write(journal.Row{Key: "l/past", Value: []byte("x"), Expires: past}, journal.Row{Key: "l/future", Value: []byte("x"), Expires: future},
		journal.Row{Key: "l/soon", Value: []byte("x"), Expires: time.Now().Add(300 * time.Millisecond)})
	d.absent("l/past")
	d.reads("l/future", "x", versions[1])
	d.eventually("the row expired", func() bool {
		_, err := d.slate.Get(d.ctx, "l/soon")
		return errors.Is(err, journal.ErrNotFound)
	})
	if got := d.list("l/", "", time.Time{}, 10); !slices.Equal(got, []string{"l/future"}) {
		t.Errorf("list %v", got)
	}
	// Absent means: not to be replaced, not in the way, nothing to delete.
	if r := d.rows(journal.Row{Key: "l/soon", Version: versions[2]})[0]; !errors.Is(r.Err, journal.ErrConflict) {
		t.Errorf("replaced an expired row: %+v", r)
	}
	if err := d.slate.Delete(d.ctx, "l/past", 12345); err != nil {
		t.Errorf("delete an expired row: %v", err)
	}
	again := d.write(journal.Row{Key: "l/soon", Value: []byte("y")}, journal.Row{Key: "l/past", Value: []byte("y"), Expires: future})
	d.reads("l/soon", "y", again[0])
	d.reads("l/past", "y", again[1])
	if err := d.slate.Delete(d.ctx, "l/past", versions[0]); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("delete by an expired row's version: %v", err)
	}
}

func (d desk) list(prefix, after string, due time.Time, limit int) []string {
	d.t.Helper()
	rows, err := d.slate.List(d.ctx, prefix, after, due, limit)
	if err != nil {
		d.t.Fatalf("list %q: %v", prefix, err)
	}
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.Key
		if got, err := d.slate.Get(d.ctx, r.Key); err != nil || got.Version != r.Version || string(got.Value) != string(r.Value) ||
			got.Due != r.Due || got.Expires != r.Expires {
			d.t.Errorf("list gave %+v, get gives %+v, %v", r, got, err)
		}
	}
	return keys
}

func testList(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	keys := []string{"A", "a", "a%", "a%b", "a*", "a.b", "a/", "a/b", "a/b/c", "a0", "a[b]", `a\b`, "a^", "a_", "a_b", "aab",
		"b", "\u00e9", "slug/台风", "slug/台风来临", "\uffff", "\U0010ffff", "\U0001f600/x", "ab\u0301"}
	var rows []journal.Row
	for _, k := range keys {
		rows = append(rows, journal.Row{Key: k, Value: []byte(k)})
	}
	d.write(rows...)
	slices.Sort(keys)
	for _, prefix := range append([]string{"", "a/b", "slug/台", "slug/\u53f0", "none", "a%", "a_", "\U0010ffff", "é", "e", "slug/台风来临前"}, keys...) {
		var want []string
		for _, k := range keys {
			if strings.HasPrefix(k, prefix) {
				want = append(want, k)
			}
		}
		if got := d.list(prefix, "", time.Time{}, 1000); !slices.Equal(got, want) {
			t.Errorf("prefix %q: %q, want %q", prefix, got, want)
		}
		var paged []string
		for after := ""; ; {
			page := d.list(prefix, after, time.Time{}, 3)
			if len(page) == 0 {
				break
			}
			if len(page) > 3 {
				t.Fatalf("prefix %q: a page of %d", prefix, len(page))
			}
			paged, after = append(paged, page...), page[len(page)-1]
		}
		if !slices.Equal(paged, want) {
			t.Errorf("prefix %q in pages: %q, want %q", prefix, paged, want)
		}
	}
	for _, limit := range []int{0, -1} {
		if got := d.list("", "", time.Time{}, limit); len(got) != 0 {
			t.Errorf("limit %d: %q", limit, got)
		}
	}
	if got := d.list("a", "a0", time.Time{}, 2); !slices.Equal(got, []string{"a[b]", `a\b`}) {
		t.Errorf("after a0: %q", got)
	}
	if got := d.list("b", "a", time.Time{}, 2); !slices.Equal(got, []string{"b"}) { // after lies before the prefix
		t.Errorf("b after a: %q", got)
	}
	if got := d.list("a", "zzz", time.Time{}, 2); len(got) != 0 {
		t.Errorf("a after zzz: %q", got)
	}
}

func testDue(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	at := func(s int) time.Time { return time.Date(2030, 1, 1, 0, 0, s, 0, time.UTC) }
	versions := d.write(journal.Row{Key: "job/c", Due: at(1)}, journal.Row{Key: "job/a", Due: at(3)}, journal.Row{Key: "job/b"},
		journal.Row{Key: "job/d", Due: at(2)}, journal.Row{Key: "job/e", Due: at(2).Add(time.Millisecond)},
		journal.Row{Key: "other/a", Due: at(1)}, journal.Row{Key: "job/old", Due: time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)},
		journal.Row{Key: "job/expired", Due: at(1), Expires: time.Now().Add(-time.Minute)})
	for _, c := range []struct {
		due   time.Time
		after string
		limit int
		want  []string
	}{
		{at(0), "", 9, []string{"job/old"}},
		{at(2), "", 9, []string{"job/c", "job/d", "job/old"}},
		{at(2), "job/c", 1, []string{"job/d"}},
		{at(9), "", 9, []string{"job/a", "job/c", "job/d", "job/e", "job/old"}},
		{at(2).Add(time.Millisecond), "job/d", 9, []string{"job/e", "job/old"}},
		{time.Time{}, "", 9, []string{"job/a", "job/b", "job/c", "job/d", "job/e", "job/old"}},
	} {
		if got := d.list("job/", c.after, c.due, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("due %v after %q: %q, want %q", c.due, c.after, got, c.want)
		}
	}
	d.write(journal.Row{Key: "job/c", Version: versions[0]}) // no longer due
	if got := d.list("job/", "", at(2), 9); !slices.Equal(got, []string{"job/d", "job/old"}) {
		t.Errorf("after a write: %q", got)
	}
}

// Many claim the same keys from two processes: each has one holder, and a
// counter raised by compare-and-set loses nothing.
func testClaims(t *testing.T, open Open) {
	dir := t.TempDir()
	desks := []desk{start(t, open, dir), start(t, open, dir)}
	const claimers, claims, raises = 8, 6, 5
	var held [claims]atomic.Int64
	var group sync.WaitGroup
	for w := range claimers {
		d := desks[w%len(desks)]
		group.Go(func() {
			for i := range claims {
				at := (i + w) % claims
				results, err := d.slate.Put(d.ctx, journal.Row{Key: fmt.Sprint("slug/", at), Value: []byte(fmt.Sprint(w))})
				if err != nil {
					t.Errorf("claim: %v", err)
				} else if results[0].Err == nil {
					held[at].Add(1)
				}
			}
			for range raises {
				if err := raise(d.ctx, d.slate, "counter"); err != nil {
					t.Errorf("raise: %v", err)
				}
			}
		})
	}
	group.Wait()
	for i := range held {
		if n := held[i].Load(); n != 1 {
			t.Errorf("claim %d has %d holders", i, n)
		}
	}
	row, err := desks[0].slate.Get(desks[0].ctx, "counter")
	if err != nil || string(row.Value) != fmt.Sprint(claimers*raises) {
		t.Errorf("the counter is %s, %v", row.Value, err)
	}
}

func raise(ctx context.Context, slate journal.Slate, key string) error {
	for {
		row, err := slate.Get(ctx, key)
		if err != nil && !errors.Is(err, journal.ErrNotFound) {
			return err
		}
		n := 0
		if err == nil {
			if _, err := fmt.Sscan(string(row.Value), &n); err != nil {
				return err
			}
		}
		results, err := slate.Put(ctx, journal.Row{Key: key, Value: []byte(fmt.Sprint(n + 1)), Version: row.Version})
		if err != nil || results[0].Err == nil {
			return err
		}
		if !errors.Is(results[0].Err, journal.ErrConflict) {
			return results[0].Err
		}
	}
}
