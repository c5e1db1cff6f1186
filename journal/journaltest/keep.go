package journaltest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"kepu/journal"
)

func (d desk) put(id string, titles ...string) []journal.PartKey {
	d.t.Helper()
	parts, keys := make([]journal.Part, len(titles)), make([]journal.PartKey, len(titles))
	for i, title := range titles {
		parts[i] = journal.Part{Key: key(id), State: state(title)}
		keys[i] = journal.PartKey{Key: key(id), Hash: journal.Sum(state(title))}
	}
	hashes, err := d.store.PutParts(d.ctx, parts...)
	if err != nil || len(hashes) != len(parts) {
		d.t.Fatalf("put parts: %v, %v", hashes, err)
	}
	for i, h := range hashes {
		if h != keys[i].Hash {
			d.t.Errorf("part %d has hash %s, want %s", i, h, keys[i].Hash)
		}
	}
	return keys
}

func (d desk) parts(keys ...journal.PartKey) map[journal.PartKey][]byte {
	d.t.Helper()
	found, err := d.store.Parts(d.ctx, keys...)
	if err != nil {
		d.t.Fatalf("parts: %v", err)
	}
	return found
}

func testPart(t *testing.T, open Open) {
	dir := t.TempDir()
	d := start(t, open, dir)
	a, b := d.put("a", "一", "二", "一"), d.put("b", "一")
	d.put("a", "二") // again
	if got := d.put("a"); len(got) != 0 {
		t.Errorf("%v of no parts", got)
	}
	none := []journal.PartKey{{Key: key("c"), Hash: a[0].Hash}, {Key: key("b"), Hash: a[1].Hash},
		{Key: journal.Key{Kind: "topic", ID: "a"}, Hash: a[0].Hash}, {Key: key("a")}, {Key: key("a"), Hash: "no hash"}}
	for _, d := range []desk{d, start(t, open, dir)} {
		found := d.parts(append([]journal.PartKey{a[0], a[1], b[0], a[0]}, none...)...)
		if len(found) != 3 || string(found[a[0]]) != string(state("一")) || string(found[a[1]]) != string(state("二")) ||
			string(found[b[0]]) != string(state("一")) {
			t.Errorf("found %d: %s", len(found), found)
		}
	}
	raw := journal.Part{Key: key("a"), State: []byte(` {"v": 1, "title": "\u4e00"} `)}
	if hashes, err := d.store.PutParts(d.ctx, raw); err != nil || hashes[0] != a[0].Hash {
		t.Errorf("not made canonical: %v, %v", hashes, err)
	}
	// Parts make no entries and no record.
	if head := d.head(); head.Seq != 0 {
		t.Errorf("head %+v", head)
	}
	if _, err := d.store.Get(d.ctx, key("a")); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	// One bad part spoils the call.
	for field, bad := range map[string]journal.Part{
		"kind":  {Key: journal.Key{Kind: "Item", ID: "a"}, State: state("三")},
		"id":    {Key: key(""), State: state("三")},
		"state": {Key: key("a"), State: []byte("[]")},
	} {
		_, err := d.store.PutParts(d.ctx, journal.Part{Key: key("a"), State: state("三")}, bad)
		invalid(t, err, field)
	}
	_, err := d.store.PutParts(d.ctx, journal.Part{Key: key("a")})
	invalid(t, err, "state")
	if found := d.parts(journal.PartKey{Key: key("a"), Hash: journal.Sum(state("三"))}); len(found) != 0 {
		t.Errorf("kept beside a bad one: %s", found)
	}
}

func (d desk) erase(c journal.Change) journal.Result {
	d.t.Helper()
	r, err := d.store.Erase(d.ctx, c)
	if err != nil {
		d.t.Fatalf("erase %s: %v", c.ID, err)
	}
	return r
}

// erased checks that nothing of the record is left but its entries.
func (d desk) erased(id string, revs uint64, parts []journal.PartKey) {
	d.t.Helper()
	if _, err := d.store.Get(d.ctx, key(id)); !errors.Is(err, journal.ErrErased) {
		d.t.Errorf("get %s: %v", id, err)
	}
	for rev := uint64(1); rev <= revs; rev++ {
		if _, err := d.store.GetRev(d.ctx, key(id), rev); !errors.Is(err, journal.ErrErased) {
			d.t.Errorf("get %s revision %d: %v", id, rev, err)
		}
	}
	if found, err := d.store.Gets(d.ctx, key(id)); err != nil || len(found) != 0 {
		d.t.Errorf("gets %s: %v, %v", id, found, err)
	}
	if found := d.parts(parts...); len(found) != 0 {
		d.t.Errorf("parts of %s: %s", id, found)
	}
	count := uint64(0)
	for _, e := range d.entries(0, 1000) {
		if e.ID == id {
			count++
		}
	}
	if count != revs {
		d.t.Errorf("%s has %d entries, want %d", id, count, revs)
	}
	for _, r := range d.scan() {
		if r.ID == id {
			d.t.Errorf("scan gave the erased %+v", r)
		}
	}
}

func testErase(t *testing.T, open Open) {
	dir := t.TempDir()
	d := start(t, open, dir)
	d.commit(change("a", 0, "一"), change("a", 1, "二"), change("b", 0, "一"))
	parts, others := d.put("a", "一", "部分"), d.put("b", "一", "部分")

	withState := change("a", 2, "三")
	invalid(t, d.erase(withState).Err, "state")
	if r := d.erase(change("a", 1, "")); !errors.Is(r.Err, journal.ErrConflict) {
		t.Errorf("stale: %+v", r)
	}
	if r := d.erase(change("none", 1, "")); !errors.Is(r.Err, journal.ErrConflict) {
		t.Errorf("never made: %+v", r)
	}
	d.holds("a", 2, "二")
	if found := d.parts(parts...); len(found) != 2 {
		t.Errorf("a refused erasure removed parts: %v", found)
	}

	drop := named("erase-a", change("a", 2, ""))
	drop.Act = "erase"
	first := d.erase(drop)
	if first.Err != nil || first.Entry.Rev != 3 || first.Entry.State != "" || first.Entry.Act != "erase" {
		t.Fatalf("erase: %+v", first)
	}
	for _, d := range []desk{d, start(t, open, dir)} {
		d.erased("a", 3, parts)
		if again := d.erase(drop); again.Err != nil || again.Entry != first.Entry {
			t.Errorf("repeated: %+v, first %+v", again, first)
		}
		d.holds("b", 1, "一")
		if found := d.parts(others...); len(found) != 2 {
			t.Errorf("erasing a left of b: %v", found)
		}
	}
	// It can't come back, and another operation learns that it is gone.
	d.refused(change("a", 3, "四"), journal.ErrErased)
	d.refused(change("a", 0, "四"), journal.ErrErased)
	d.refused(change("a", 3, ""), journal.ErrErased)
	if r := d.erase(change("a", 3, "")); !errors.Is(r.Err, journal.ErrErased) {
		t.Errorf("erased by another operation: %+v", r)
	}
	if e := d.commit(named("erase-a", drop))[0]; e != first.Entry {
		t.Errorf("the operation, committed: %+v", e)
	}
	d.put("a", "部分") // gives the hash, keeps nothing
	d.erased("a", 3, parts)
	d.whole()
}

// An erasure that was cut off after its deletion was committed is finished by
// repeating it, unless the record was made again.
func testEraseAgain(t *testing.T, open Open) {
	d := start(t, open, t.TempDir())
	d.commit(change("a", 0, "一"), change("b", 0, "一"), change("c", 0, "一"), change("c", 1, ""))
	a, b := d.put("a", "一"), d.put("b", "一")
	drop := named("erase-a", change("a", 1, ""))
	cut := d.commit(drop)[0]
	d.holds("a", 2, "")
	if r := d.erase(drop); r.Err != nil || r.Entry != cut {
		t.Errorf("finished: %+v, first %+v", r, cut)
	}
	d.erased("a", 2, a)

	drop = named("erase-b", change("b", 1, ""))
	d.commit(drop, change("b", 2, "重写"))
	r := d.erase(drop)
	var conflict *journal.Conflict
	if !errors.As(r.Err, &conflict) {
		t.Fatalf("made again: %+v", r)
	}
	d.is(conflict.Current, "b", 3, "重写")
	d.holds("b", 3, "重写")
	if found := d.parts(b...); len(found) != 1 {
		t.Errorf("parts of the record made again: %v", found)
	}
	if r := d.erase(change("c", 2, "")); r.Err != nil || r.Entry.Rev != 3 { // deleted long ago
		t.Errorf("a deleted one: %+v", r)
	}
	d.erased("c", 3, nil)
	d.whole()
}

func (d desk) scan(kinds ...string) []journal.Record {
	d.t.Helper()
	var all []journal.Record
	position, err := d.store.Scan(d.ctx, kinds, func(r journal.Record) error {
		all = append(all, r)
		return nil
	})
	if err != nil || position != d.head() {
		d.t.Errorf("scan: %+v, %v; head %+v", position, err, d.head())
	}
	return all
}

func testScan(t *testing.T, open Open) {
	dir := t.TempDir()
	d := start(t, open, dir)
	put := func(kind, id string, rev uint64, title string) journal.Change {
		c := change(id, rev, title)
		c.Kind = kind
		return c
	}
	d.commit(put("topic", "b", 0, "一"), put("item", "b", 0, "一"), put("item", "a", 0, "一"), put("item", "Z", 0, "一"),
		put("item", "a-", 0, "一"), put("item", "a.", 0, "一"), put("item", "a~", 0, "一"), put("item", "a0", 0, "一"),
		put("a", "x", 0, "一"), put("it", "x", 0, "一"), put("item-x", "x", 0, "一"), put("series", "gone", 0, "一"),
		put("series", "erased", 0, "一"), put("item", "b", 1, "二"), put("series", "gone", 1, ""))
	d.erase(put("series", "erased", 1, ""))
	all := []string{"a/x", "it/x", "item/Z", "item/a", "item/a-", "item/a.", "item/a0", "item/a~", "item/b", "item-x/x", "topic/b"}
	for _, c := range []struct{ kinds, want []string }{
		{nil, all},
		{[]string{"item"}, all[2:9]},
		{[]string{"topic", "a"}, []string{"a/x", "topic/b"}},
		{[]string{"a", "a"}, []string{"a/x"}},
		{[]string{"none"}, nil},
		{[]string{"series"}, nil},
		{[]string{"%", "it_m", "'"}, nil},
	} {
		var got []string
		for _, r := range d.scan(c.kinds...) {
			got = append(got, r.Kind+"/"+r.ID)
			if journal.Sum(r.State) != r.Hash || r.Seq == 0 || r.Rev == 0 {
				t.Errorf("scan gave %+v", r)
			}
			if current, err := d.store.Get(d.ctx, r.Key); err != nil || current.Rev != r.Rev || string(current.State) != string(r.State) || current.Seq != r.Seq {
				t.Errorf("scan gave %+v, current is %+v, %v", r, current, err)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("scan %v: %v, want %v", c.kinds, got, c.want)
		}
	}
	enough, count := errors.New("enough"), 0
	_, err := d.store.Scan(d.ctx, nil, func(journal.Record) error {
		if count++; count == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || count != 3 {
		t.Errorf("ended with %v after %d", err, count)
	}
}

// A Scan gives every revision made up to its position, also while others
// write, and a follower that goes on from there ends with the same.
func testSnapshot(t *testing.T, open Open) {
	dir := t.TempDir()
	d, other := start(t, open, dir), start(t, open, dir)
	const records = 60
	var changes []journal.Change
	for i := range records {
		changes = append(changes, change(fmt.Sprintf("r%02d", i), 0, "初"))
	}
	d.commit(changes...)
	held, step := map[journal.Key]journal.Record{}, 0
	position, err := d.store.Scan(d.ctx, []string{"item"}, func(r journal.Record) error {
		held[r.Key] = r
		// Between records: change one that was given, one that was not, delete
		// one, make one before and one behind; from here and from elsewhere.
		switch step++; step {
		case 10:
			other.commit(change("r05", 1, "改"), change("r50", 1, "改"), change("r55", 1, ""), change("a00", 0, "新"), change("z00", 0, "新"))
		case 20:
			d.commit(change("r50", 2, "再改"), change("r06", 1, ""))
			if _, err := d.store.Get(d.ctx, r.Key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last := map[journal.Key]journal.Entry{}
	for _, e := range d.entries(0, 1000) {
		if e.Seq <= position.Seq {
			last[e.Key()] = e
		} else if r := held[e.Key()]; r.Seq < e.Seq {
			now, err := d.store.GetRev(d.ctx, e.Key(), e.Rev)
			if err != nil {
				t.Fatal(err)
			}
			held[e.Key()] = now
		}
	}
	for k, e := range last {
		if r, ok := held[k]; e.State != "" && (!ok || r.Seq < e.Seq) {
			t.Errorf("%s: entry %d is not after %d and its revision was not given", k.ID, e.Seq, position.Seq)
		}
	}
	for k, r := range held {
		if r.State == nil {
			delete(held, k)
		}
	}
	now := d.scan()
	if len(now) != len(held) {
		t.Errorf("%d records are held, %d are there", len(held), len(now))
	}
	for _, r := range now {
		if h := held[r.Key]; h.Rev != r.Rev || string(h.State) != string(r.State) {
			t.Errorf("%s: held revision %d, there is %d", r.ID, h.Rev, r.Rev)
		}
	}
}
