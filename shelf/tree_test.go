package shelf

import (
	"cmp"
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// tableOf makes n slots whose ids share their first half now and then.
func tableOf(n int) *table {
	t := &table{}
	for i := range n {
		if i%chunkSize == 0 {
			t.chunks = append(t.chunks, &chunk{})
		}
		binary.BigEndian.PutUint32(t.at(handle(i)).id[:], uint32(i/3))
		binary.BigEndian.PutUint32(t.at(handle(i)).id[12:], uint32(i))
	}
	return t
}

func collect(tr tree) []entry {
	var all []entry
	tr.all(func(e entry) bool { all = append(all, e); return true })
	return all
}

// A tree holds what a plain sorted list would, at every size, and older trees
// stay as they were.
func TestTreeAgainstList(t *testing.T) {
	const most = 6000
	tb := tableOf(most)
	rapid.Check(t, func(rt *rapid.T) {
		var tr tree
		model := map[entry]bool{}
		var kept []tree
		var keptWant [][]entry
		for range rapid.IntRange(1, 12).Draw(rt, "rounds") {
			var ops []op
			for range rapid.IntRange(1, 900).Draw(rt, "ops") {
				h := handle(rapid.IntRange(0, most-1).Draw(rt, "h"))
				e := entry{int64(rapid.IntRange(0, 5).Draw(rt, "key")), tb.at(h).id.tie(), h}
				o := op{e, rapid.IntRange(0, 2).Draw(rt, "out") == 0}
				ops = append(ops, o)
				if o.out {
					delete(model, e)
				} else {
					model[e] = true
				}
			}
			tr = tr.apply(tb, order(tb, ops))
			want := make([]entry, 0, len(model))
			for e := range model {
				want = append(want, e)
			}
			slices.SortFunc(want, func(a, b entry) int {
				if before(tb, a, b) {
					return -1
				}
				return 1
			})
			if got := collect(tr); !slices.Equal(got, want) || tr.n != len(want) {
				rt.Fatalf("tree of %d holds %d, want %d", tr.n, len(got), len(want))
			}
			kept, keptWant = append(kept, tr), append(keptWant, want)
		}
		for i, tr := range kept {
			if !slices.Equal(collect(tr), keptWant[i]) {
				rt.Fatal("an older tree changed")
			}
		}
		want := keptWant[len(keptWant)-1]
		p := place{int64(rapid.IntRange(-1, 6).Draw(rt, "at")), tb.at(handle(rapid.IntRange(0, most-1).Draw(rt, "id"))).id}
		var got []entry
		tr.below(tb, p, func(e entry) bool { got = append(got, e); return true })
		from := slices.IndexFunc(want, func(e entry) bool { return compare(tb, e, p) > 0 })
		if from < 0 {
			from = len(want)
		}
		if !slices.Equal(got, want[from:]) {
			rt.Fatalf("below %v: %d entries, want %d", p, len(got), len(want)-from)
		}
		h, ok := tr.find(tb, p)
		at := slices.IndexFunc(want, func(e entry) bool { return compare(tb, e, p) == 0 })
		if ok != (at >= 0) || ok && h != want[at].h {
			rt.Fatalf("find %v: %d %t", p, h, ok)
		}
	})
}

func TestTreeLoadedIsPacked(t *testing.T) {
	const n = 100_000
	tb := tableOf(n)
	all := make([]entry, n)
	for i := range all {
		all[i] = entry{int64(i % 977), tb.at(handle(i)).id.tie(), handle(i)}
	}
	tr := plant(tb, all)
	leaves, room := 0, 0
	var walk func(*node)
	walk = func(n *node) {
		if n.kids == nil {
			leaves++
			room += cap(n.leaf)
		}
		for _, kid := range n.kids {
			walk(kid)
		}
	}
	walk(tr.root)
	if tr.n != n || room > n+leaves || leaves > n/leafMax+1 {
		t.Errorf("%d entries in %d leaves with room for %d", tr.n, leaves, room)
	}
}

// A feed grows at its front, one by one: its leaves must not stay half empty.
func TestTreeGrowsPacked(t *testing.T) {
	const n = 20_000
	tb := tableOf(n)
	var tr tree
	for i := range n {
		tr = tr.apply(tb, []op{{entry{int64(i), tb.at(handle(i)).id.tie(), handle(i)}, false}})
	}
	leaves := 0
	var walk func(*node)
	walk = func(n *node) {
		if n.kids == nil {
			leaves++
		}
		for _, kid := range n.kids {
			walk(kid)
		}
	}
	walk(tr.root)
	if fill := float64(n) / float64(leaves*leafMax); fill < 0.9 {
		t.Errorf("leaves are %.0f %% full", 100*fill)
	}
	for i := range n {
		tr = tr.apply(tb, []op{{entry{int64(i), tb.at(handle(i)).id.tie(), handle(i)}, true}})
	}
	if tr.root != nil || tr.n != 0 {
		t.Errorf("%d left", tr.n)
	}
}

func TestIDs(t *testing.T) {
	good := "0190a0b1-c2d3-7e4f-8a5b-0123456789ab"
	raw, ok := parseID(good)
	if !ok || raw.String() != good {
		t.Errorf("%s → %s, %t", good, raw, ok)
	}
	for _, bad := range []string{"", "x", good[1:], good + "0", "0190A0B1-c2d3-7e4f-8a5b-0123456789ab", "0190a0b1cc2d3-7e4f-8a5b-0123456789ab", "0190a0b1-c2d3-7e4f-8a5b-0123456789-b", "-190a0b1-c2d3-7e4f-8a5b-0123456789ab"} {
		if _, ok := parseID(bad); ok {
			t.Errorf("%q is an id", bad)
		}
	}
	var ids []string
	for n := range 100 {
		ids = append(ids, id(n))
	}
	byBytes := slices.Clone(ids)
	slices.SortFunc(byBytes, func(a, b string) int {
		x, _ := parseID(a)
		y, _ := parseID(b)
		return slices.Compare(x[:], y[:])
	})
	slices.SortFunc(ids, cmp.Compare[string])
	if !slices.Equal(ids, byBytes) {
		t.Error("bytes and text sort differently")
	}
}
