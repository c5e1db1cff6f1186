package journaltest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"kepu/journal"
)

// Sixteen writers in two processes race for every revision of a few records:
// each revision has exactly one winner, and the journal no gap.
func testWriters(t *testing.T, open Open) {
	dir := t.TempDir()
	desks := []desk{start(t, open, dir), start(t, open, dir)}
	const writers, records, revs = 16, 3, 12
	var mu sync.Mutex
	won := map[journal.Key]map[uint64]int{}
	var group sync.WaitGroup
	for w := range writers {
		d := desks[w%len(desks)]
		group.Go(func() {
			for i := range records {
				id := fmt.Sprintf("r%d", (i+w)%records)
				for rev := uint64(0); rev < revs; {
					c := change(id, rev, fmt.Sprintf("%d 写的第 %d 版", w, rev+1))
					results, err := d.store.Commit(d.ctx, c)
					if err != nil {
						t.Errorf("writer %d: %v", w, err)
						return
					}
					var conflict *journal.Conflict
					switch {
					case results[0].Err == nil:
						mu.Lock()
						if won[c.Key] == nil {
							won[c.Key] = map[uint64]int{}
						}
						won[c.Key][rev+1]++
						mu.Unlock()
						rev++
					case errors.As(results[0].Err, &conflict) && conflict.Current.Rev > rev:
						rev = conflict.Current.Rev
					default:
						t.Errorf("writer %d of %s at %d: %v", w, id, rev, results[0].Err)
						return
					}
				}
			}
		})
	}
	group.Wait()
	for i := range records {
		k := key(fmt.Sprintf("r%d", i))
		for rev := uint64(1); rev <= revs; rev++ {
			if won[k][rev] != 1 {
				t.Errorf("%s revision %d has %d winners", k.ID, rev, won[k][rev])
			}
		}
	}
	for _, d := range desks {
		if head := d.head(); head.Seq != records*revs {
			t.Errorf("%d entries of %d revisions", head.Seq, records*revs)
		}
		d.whole()
	}
}

// model is what the contract says a store holds.
type model struct {
	records map[string][]journal.Record
	gone    map[string]bool
	entries []journal.Entry
	ops     map[string]int // index in entries
}

// commit is what must become of c: its entry but for hashes, or an error.
func (m *model) commit(c journal.Change) (journal.Entry, error) {
	if i, ok := m.ops[c.Op]; ok {
		if e := m.entries[i]; e.Key() != c.Key || e.State != journal.Sum(c.State) || e.Act != c.Act || e.Actor != c.Actor {
			return journal.Entry{}, journal.ErrOp
		}
		return m.entries[i], nil
	}
	revisions := m.records[c.ID]
	switch {
	case m.gone[c.ID]:
		return journal.Entry{}, journal.ErrErased
	case c.Rev != uint64(len(revisions)):
		return journal.Entry{}, journal.ErrConflict
	case c.State != nil && c.Rev > 0 && journal.Format(revisions[c.Rev-1].State) > journal.Format(c.State):
		return journal.Entry{}, journal.ErrNewer
	}
	e := journal.Entry{Seq: uint64(len(m.entries)) + 1, Kind: c.Kind, ID: c.ID, Rev: c.Rev + 1,
		State: journal.Sum(c.State), Act: c.Act, Actor: c.Actor, Op: c.Op}
	m.entries = append(m.entries, e)
	m.ops[c.Op] = len(m.entries) - 1
	m.records[c.ID] = append(revisions, journal.Record{Key: c.Key, Rev: e.Rev, Seq: e.Seq, Hash: e.State, State: c.State})
	return e, nil
}

// Random changes through two processes give what a model of the contract says.
func testModel(t *testing.T, open Open) {
	dir := t.TempDir()
	desks := []desk{start(t, open, dir), start(t, open, dir)}
	m := model{records: map[string][]journal.Record{}, gone: map[string]bool{}, ops: map[string]int{}}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for step := range 60 {
		d := desks[random.IntN(2)]
		changes := make([]journal.Change, 1+random.IntN(4))
		for i := range changes {
			changes[i] = m.change(random, step)
		}
		if len(changes) == 1 && changes[0].State == nil && random.IntN(3) == 0 {
			m.erase(d, changes[0])
			continue
		}
		for i, r := range d.results(changes...) {
			want, err := m.commit(changes[i])
			m.agree(t, changes[i], r, want, err)
		}
	}
	for _, d := range desks {
		m.check(d)
	}
}

func (m *model) change(random *rand.Rand, step int) journal.Change {
	id := fmt.Sprintf("r%d", random.IntN(6))
	rev := uint64(len(m.records[id]))
	if random.IntN(4) == 0 {
		rev = uint64(random.IntN(5))
	}
	c := change(id, rev, "")
	if rev == 0 || random.IntN(4) > 0 {
		b, err := journal.Encode(map[string]any{"title": fmt.Sprint("题", random.IntN(3)), "v": 1 + random.IntN(8)/7})
		if err != nil {
			panic(err)
		}
		c.State = b
	}
	c.Op = fmt.Sprintf("%d-%d", step, random.Uint32())
	if len(m.entries) > 0 && random.IntN(5) == 0 {
		c.Op = m.entries[random.IntN(len(m.entries))].Op
	}
	if len(m.entries) > 0 && random.IntN(8) == 0 { // a true repetition
		e := m.entries[random.IntN(len(m.entries))]
		c.ID, c.Op, c.State = e.ID, e.Op, m.records[e.ID][e.Rev-1].State
		if c.Rev = e.Rev - 1; c.State == nil && c.Rev == 0 {
			c.Rev = 1
		}
	}
	return c
}

func (m *model) erase(d desk, c journal.Change) {
	d.t.Helper()
	want, err := m.commit(c)
	revisions := m.records[c.ID]
	if err == nil && !m.gone[c.ID] && uint64(len(revisions)) != want.Rev {
		err = journal.ErrConflict
	}
	if err == nil {
		m.gone[c.ID] = true
	}
	m.agree(d.t, c, d.erase(c), want, err)
}

func (m *model) agree(t *testing.T, c journal.Change, r journal.Result, want journal.Entry, err error) {
	t.Helper()
	if err != nil {
		if !errors.Is(r.Err, err) {
			t.Fatalf("%s/%s rev %d op %s: got %v, the model says %v", c.Kind, c.ID, c.Rev, c.Op, r.Err, err)
		}
		return
	}
	got := r.Entry
	got.At, got.Prev, got.Hash = want.At, want.Prev, want.Hash
	if r.Err != nil || got != want {
		t.Fatalf("%s/%s rev %d op %s: got %+v, %v, the model says %+v", c.Kind, c.ID, c.Rev, c.Op, r.Entry, r.Err, want)
	}
}

func (m *model) check(d desk) {
	d.t.Helper()
	entries := d.entries(0, 1000)
	if len(entries) != len(m.entries) {
		d.t.Fatalf("%d entries, the model has %d", len(entries), len(m.entries))
	}
	for i, e := range entries {
		m.agree(d.t, journal.Change{Key: e.Key(), Rev: e.Rev - 1, Op: e.Op}, journal.Result{Entry: e}, m.entries[i], nil)
	}
	alive := 0
	for id, revisions := range m.records {
		current, err := d.store.Get(d.ctx, key(id))
		if m.gone[id] {
			if !errors.Is(err, journal.ErrErased) {
				d.t.Errorf("%s: %v, want erased", id, err)
			}
			continue
		}
		want := revisions[len(revisions)-1]
		if want.State != nil {
			alive++
		}
		if err != nil || !same(current, want) {
			d.t.Errorf("%s: got %+v, %v, the model has %+v", id, current, err, want)
		}
		for _, want := range revisions {
			if r, err := d.store.GetRev(d.ctx, key(id), want.Rev); err != nil || !same(r, want) {
				d.t.Errorf("%s: got %+v, %v, the model has %+v", id, r, err, want)
			}
		}
	}
	if scanned := d.scan(); len(scanned) != alive {
		d.t.Errorf("scan gave %d records, the model has %d", len(scanned), alive)
	}
	d.whole()
}

func same(a, b journal.Record) bool {
	return a.Key == b.Key && a.Rev == b.Rev && a.Seq == b.Seq && a.Hash == b.Hash && string(a.State) == string(b.State) &&
		(a.State == nil) == (b.State == nil)
}
