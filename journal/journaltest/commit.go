package journaltest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kepu/journal"
)

func testEmpty(t *testing.T, open Open) {
	dir := t.TempDir()
	d, other := start(t, open, dir), start(t, open, t.TempDir())
	identity := d.store.Identity()
	if identity == "" || identity == other.store.Identity() {
		t.Errorf("identities %q and %q", identity, other.store.Identity())
	}
	if again := start(t, open, dir); again.store.Identity() != identity {
		t.Errorf("opened again, %q became %q", identity, again.store.Identity())
	}
	want := journal.Position{Identity: identity}
	if head := d.head(); head != want {
		t.Errorf("head %+v", head)
	}
	if entries := d.entries(0, 10); len(entries) != 0 {
		t.Errorf("entries %+v", entries)
	}
	if _, err := d.store.Get(d.ctx, key("a")); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	if _, err := d.store.GetRev(d.ctx, key("a"), 1); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("get revision: %v", err)
	}
	if found, err := d.store.Gets(d.ctx, key("a")); err != nil || len(found) != 0 {
		t.Errorf("gets: %v, %v", found, err)
	}
	position, err := d.store.Scan(d.ctx, nil, func(r journal.Record) error {
		t.Errorf("scan gave %+v", r)
		return nil
	})
	if err != nil || position != want {
		t.Errorf("scan: %+v, %v", position, err)
	}
	if results := d.results(); len(results) != 0 {
		t.Errorf("results %+v of no changes", results)
	}
	d.whole()
}

func testLife(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	for i, title := range []string{"初稿", "修订", "", "", "重写", "再修订"} {
		rev := uint64(i)
		e := d.commit(change("a", rev, title))[0]
		if e.Key() != key("a") || e.Rev != rev+1 || e.Seq != rev+1 || e.Act != "save" || e.Actor != "tester" || e.Op == "" {
			t.Errorf("entry %+v", e)
		}
		if r := d.holds("a", rev+1, title); r.Seq != e.Seq || r.Hash != e.State {
			t.Errorf("record %d %s of entry %+v", r.Seq, r.Hash, e)
		}
	}
	for i, title := range []string{"初稿", "修订", "", "", "重写", "再修订"} {
		r, err := d.store.GetRev(d.ctx, key("a"), uint64(i+1))
		if err != nil || r.Seq != uint64(i+1) {
			t.Errorf("revision %d: %+v, %v", i+1, r, err)
		}
		d.is(r, "a", uint64(i+1), title)
	}
	for _, rev := range []uint64{0, 7, 1 << 40, 1<<64 - 1} {
		if _, err := d.store.GetRev(d.ctx, key("a"), rev); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("revision %d: %v", rev, err)
		}
	}
	d.commit(change("b", 0, "另一篇"), change("c", 0, "第三篇"))
	d.commit(change("c", 1, ""))
	found, err := d.store.Gets(d.ctx, key("b"), key("none"), key("a"), key("c"), key("a"), journal.Key{Kind: "topic", ID: "a"})
	if err != nil || len(found) != 3 {
		t.Fatalf("gets: %v, %v", found, err)
	}
	d.is(found[key("a")], "a", 6, "再修订")
	d.is(found[key("b")], "b", 1, "另一篇")
	d.is(found[key("c")], "c", 2, "")
	d.whole()
}

func testConflict(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	first := d.commit(change("a", 0, "一"), change("a", 1, "二"), change("gone", 0, "一"), change("gone", 1, ""))
	for name, c := range map[string]struct {
		change journal.Change
		rev    uint64 // that stands
		title  string
		seq    uint64
	}{
		"made twice":     {change("a", 0, "三"), 2, "二", first[1].Seq},
		"stale":          {change("a", 1, "三"), 2, "二", first[1].Seq},
		"stale deletion": {change("a", 1, ""), 2, "二", first[1].Seq},
		"ahead":          {change("a", 3, "三"), 2, "二", first[1].Seq},
		"far ahead":      {change("a", 1<<62, "三"), 2, "二", first[1].Seq},
		"never made":     {change("none", 1, "三"), 0, "", 0},
		"not deletable":  {change("none", 1, ""), 0, "", 0},
		"deleted":        {change("gone", 0, "三"), 2, "", first[3].Seq},
	} {
		t.Run(name, func(t *testing.T) {
			d := d
			d.t = t
			err := d.refused(c.change, journal.ErrConflict)
			var conflict *journal.Conflict
			if !errors.As(err, &conflict) {
				t.Fatalf("%v is no *Conflict", err)
			}
			d.is(conflict.Current, c.change.ID, c.rev, c.title)
			if conflict.Current.Seq != c.seq {
				t.Errorf("the current revision's entry is %d, want %d", conflict.Current.Seq, c.seq)
			}
		})
	}
	d.whole()
}

func testInvalid(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	long := strings.Repeat("a", 201)
	for name, c := range map[string]struct {
		spoil func(*journal.Change)
		field string
	}{
		"no kind":            {func(c *journal.Change) { c.Kind = "" }, "kind"},
		"long kind":          {func(c *journal.Change) { c.Kind = long[:33] }, "kind"},
		"upper case kind":    {func(c *journal.Change) { c.Kind = "Item" }, "kind"},
		"kind with digit":    {func(c *journal.Change) { c.Kind = "item2" }, "kind"},
		"kind with slash":    {func(c *journal.Change) { c.Kind = "item/x" }, "kind"},
		"no id":              {func(c *journal.Change) { c.ID = "" }, "id"},
		"long id":            {func(c *journal.Change) { c.ID = long[:129] }, "id"},
		"id with slash":      {func(c *journal.Change) { c.ID = "a/b" }, "id"},
		"id with space":      {func(c *journal.Change) { c.ID = "a b" }, "id"},
		"id with dollar":     {func(c *journal.Change) { c.ID = "$a" }, "id"},
		"Chinese id":         {func(c *journal.Change) { c.ID = "科普" }, "id"},
		"id with NUL":        {func(c *journal.Change) { c.ID = "a\x00" }, "id"},
		"id not UTF-8":       {func(c *journal.Change) { c.ID = "a\xff" }, "id"},
		"no act":             {func(c *journal.Change) { c.Act = "" }, "act"},
		"long act":           {func(c *journal.Change) { c.Act = long[:65] }, "act"},
		"upper case act":     {func(c *journal.Change) { c.Act = "Save" }, "act"},
		"no actor":           {func(c *journal.Change) { c.Actor = "" }, "actor"},
		"long actor":         {func(c *journal.Change) { c.Actor = long[:129] }, "actor"},
		"actor with newline": {func(c *journal.Change) { c.Actor = "a\nb" }, "actor"},
		"actor not UTF-8":    {func(c *journal.Change) { c.Actor = "\xc3" }, "actor"},
		"long op":            {func(c *journal.Change) { c.Op = long }, "op"},
		"op with NUL":        {func(c *journal.Change) { c.Op = "a\x00b" }, "op"},
		"op not UTF-8":       {func(c *journal.Change) { c.Op = "\xff" }, "op"},
		"empty state":        {func(c *journal.Change) { c.State = []byte{} }, "state"},
		"null":               {func(c *journal.Change) { c.State = []byte("null") }, "state"},
		"array":              {func(c *journal.Change) { c.State = []byte("[]") }, "state"},
		"text":               {func(c *journal.Change) { c.State = []byte(`"a"`) }, "state"},
		"cut off":            {func(c *journal.Change) { c.State = []byte(`{"a":1`) }, "state"},
		"two":                {func(c *journal.Change) { c.State = []byte(`{}{}`) }, "state"},
		"duplicate member":   {func(c *journal.Change) { c.State = []byte(`{"a":1,"a":2}`) }, "state"},
		"not UTF-8":          {func(c *journal.Change) { c.State = []byte("{\"a\":\"\xff\"}") }, "state"},
		"lone surrogate":     {func(c *journal.Change) { c.State = []byte(`{"a":"\ud800"}`) }, "state"},
		"NUL":                {func(c *journal.Change) { c.State = []byte(`{"a":"\u0000"}`) }, "state"},
		"infinite":           {func(c *journal.Change) { c.State = []byte(`{"a":1e999}`) }, "state"},
		"deep": {func(c *journal.Change) {
			c.State = []byte(`{"a":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`)
		}, "state"},
		"deletion of nothing": {func(c *journal.Change) { c.State = nil }, "rev"},
		"revision beyond all": {func(c *journal.Change) { c.Rev = 1<<64 - 1 }, "rev"},
		"year 10000":          {func(c *journal.Change) { c.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "at"},
	} {
		t.Run(name, func(t *testing.T) {
			d := d
			d.t = t
			bad := change("bad", 0, "标题")
			c.spoil(&bad)
			var want *journal.Invalid
			r := d.results(bad)[0]
			if !errors.As(r.Err, &want) {
				t.Fatalf("got %v, want *Invalid", r.Err)
			}
			invalid(t, r.Err, c.field)
			if bad.Check() == nil {
				t.Error("Check finds nothing wrong")
			}
		})
	}
	if head := d.head(); head.Seq != 0 {
		t.Errorf("something was kept: %+v", d.entries(0, 10))
	}
	// The edges of what is allowed.
	d.commit(
		journal.Change{Key: journal.Key{Kind: "a", ID: "0"}, State: []byte("{}"), Act: "a", Actor: "a"},
		journal.Change{Key: journal.Key{Kind: strings.Repeat("z", 31) + "-", ID: "A._~-" + long[:123]},
			State: []byte(`{"a":` + strings.Repeat("[", 511) + strings.Repeat("]", 511) + `}`),
			Act:   "a-z.0" + long[:59], Actor: strings.Repeat("科", 42) + "ab", Op: strings.Repeat("操", 66) + "/%"},
	)
	d.whole()
}

// Each change stands or falls alone, and sees those before it.
func testOrder(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	bad := change("bad", 0, "x")
	bad.Act = "NO"
	results := d.results(
		change("a", 0, "一"), bad, change("a", 1, "二"), change("a", 1, "冲突"),
		change("b", 0, "一"), change("a", 2, ""), change("a", 3, "四"), change("b", 7, "冲突"))
	want := []string{"a1", "invalid", "a2", "conflict", "b1", "a3", "a4", "conflict"}
	seq := uint64(0)
	for i, r := range results {
		var bad *journal.Invalid
		switch {
		case want[i] == "conflict":
			if !errors.Is(r.Err, journal.ErrConflict) {
				t.Errorf("change %d: %v", i, r.Err)
			}
		case want[i] == "invalid":
			if !errors.As(r.Err, &bad) {
				t.Errorf("change %d: %v", i, r.Err)
			}
		case r.Err != nil:
			t.Errorf("change %d: %v", i, r.Err)
		default:
			seq++
			if got := r.Entry.ID + string('0'+rune(r.Entry.Rev)); got != want[i] || r.Entry.Seq != seq {
				t.Errorf("change %d: %s at %d, want %s at %d", i, got, r.Entry.Seq, want[i], seq)
			}
		}
	}
	var conflict *journal.Conflict
	if errors.As(results[3].Err, &conflict) {
		d.is(conflict.Current, "a", 2, "二")
	}
	entries := d.entries(0, 100)
	if len(entries) != 5 {
		t.Errorf("%d entries", len(entries))
	}
	for i, j := range []int{0, 2, 4, 5, 6} {
		if i < len(entries) && entries[i] != results[j].Entry {
			t.Errorf("entry %+v, result %+v", entries[i], results[j].Entry)
		}
	}
	d.holds("a", 4, "四")
	d.whole()
}

func testCanonical(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	raw := []byte(" {\"$or\":[], \"b\":[1.0,1e21,-0,\"\\u0061\\/\"], \"a.b\":{\"z\":null,\"y\":true}, \"_id\":\"x\", \"v\":1, \"\":\"空\", \"é\":\"\\ud83d\\ude00\"}\n")
	want := `{"":"空","$or":[],"_id":"x","a.b":{"y":true,"z":null},"b":[1,1e+21,0,"a/"],"v":1,"é":"😀"}`
	c := change("a", 0, "")
	c.State = raw
	e := d.commit(c)[0]
	r, err := d.store.Get(d.ctx, key("a"))
	if err != nil || string(r.State) != want || r.Hash != journal.Sum([]byte(want)) || e.State != r.Hash {
		t.Errorf("got %s (%s, entry %s), %v", r.State, r.Hash, e.State, err)
	}
	// The same state in other words is the same operation.
	named := change("b", 0, "")
	named.Op, named.State = "words", raw
	first := d.commit(named)[0]
	named.State = []byte(want)
	if again := d.commit(named)[0]; again != first {
		t.Errorf("got %+v, first %+v", again, first)
	}
}

func testSize(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	fill := func(size int) []byte {
		const frame = len(`{"v":1,"x":""}`)
		return []byte(`{"v":1,"x":"` + strings.Repeat("x", size-frame) + `"}`)
	}
	largest := change("a", 0, "")
	largest.State = append([]byte("   \n"), fill(journal.MaxState)...)
	d.commit(largest)
	r, err := d.store.Get(d.ctx, key("a"))
	if err != nil || len(r.State) != journal.MaxState || journal.Sum(r.State) != r.Hash {
		t.Errorf("%d bytes came back, %v", len(r.State), err)
	}
	beyond := change("b", 0, "")
	beyond.State = fill(journal.MaxState + 1)
	results := d.results(change("c", 0, "小"), beyond, change("d", 0, "小"))
	if results[0].Err != nil || results[2].Err != nil {
		t.Errorf("beside it: %v, %v", results[0].Err, results[2].Err)
	}
	invalid(t, results[1].Err, "state")
	_, err = d.store.PutParts(d.ctx, journal.Part{Key: key("a"), State: fill(journal.MaxState + 1)})
	invalid(t, err, "state")
	hashes, err := d.store.PutParts(d.ctx, journal.Part{Key: key("a"), State: fill(journal.MaxState)})
	if err != nil || len(hashes) != 1 || hashes[0] != r.Hash {
		t.Errorf("part: %v, %v", hashes, err)
	}
	d.whole()
}

func testFormat(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	in := func(id string, rev uint64, state string) journal.Change {
		c := change(id, rev, "")
		c.State = []byte(state)
		return c
	}
	d.commit(in("a", 0, `{"v":2,"a":1}`))
	d.refused(in("a", 1, `{"v":1,"a":2}`), journal.ErrNewer)
	d.refused(in("a", 1, `{"a":2}`), journal.ErrNewer)
	d.refused(in("a", 1, `{"v":"3"}`), journal.ErrNewer)
	d.refused(in("a", 0, `{"v":1}`), journal.ErrConflict) // a stale writer learns that first
	d.commit(in("a", 1, `{"v":2,"a":2}`), in("a", 2, `{"v":3}`))
	d.refused(in("a", 3, `{"v":2}`), journal.ErrNewer)
	// Taking down must work for any version of the program.
	d.commit(change("a", 3, ""), in("a", 4, `{"v":1}`))
	// Within one batch too.
	results := d.results(in("b", 0, `{"v":5}`), in("b", 1, `{"v":4}`), in("b", 1, `{"v":5}`))
	if results[0].Err != nil || !errors.Is(results[1].Err, journal.ErrNewer) || results[2].Err != nil {
		t.Errorf("got %v, %v, %v", results[0].Err, results[1].Err, results[2].Err)
	}
	again := start(t, open, t.TempDir())
	again.commit(in("a", 0, `{}`), in("a", 1, `{"v":1}`))
	d.whole()
}

func testTime(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	shanghai := time.FixedZone("CST", 8*3600)
	for i, c := range []struct{ at, want time.Time }{
		{time.Date(2026, 5, 1, 8, 0, 0, 123_999_999, shanghai), time.Date(2026, 5, 1, 0, 0, 0, 123_000_000, time.UTC)},
		{time.Date(1960, 1, 1, 0, 0, 0, 1_500_000, time.UTC), time.Date(1960, 1, 1, 0, 0, 0, 1_000_000, time.UTC)},
		{time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC)},
		{time.UnixMilli(0), time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		c2 := change("a", uint64(i), "题")
		c2.At = c.at
		e := d.commit(c2)[0]
		kept := d.entries(e.Seq-1, 1)[0]
		if e.At != c.want || kept != e { // == on purpose: the location counts
			t.Errorf("%v: got %v, kept %v", c.at, e.At, kept.At)
		}
	}
	before := time.Now().Truncate(time.Millisecond)
	e := d.commit(change("b", 0, "题"))[0]
	if after := time.Now(); e.At.Before(before) || e.At.After(after) || e.At.Location() != time.UTC || e.At.Nanosecond()%1e6 != 0 {
		t.Errorf("at %v, between %v and %v", e.At, before, after)
	}
	d.whole()
}
