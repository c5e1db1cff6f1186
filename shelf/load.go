package shelf

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	bolt "go.etcd.io/bbolt"

	"kepu/journal"
)

// load makes the state a file holds, as of an instant. left is how many scenes
// found no bit.
func (f *file) load(now int64, version uint64) (st *state, left int, err error) {
	err = guard(func() error {
		return f.db.View(func(tx *bolt.Tx) error {
			st, left, err = loadState(f, tx, now, version)
			return err
		})
	})
	if err != nil {
		return nil, 0, fmt.Errorf("load shelf: %w", err)
	}
	return st, left, nil
}

func loadState(f *file, tx *bolt.Tx, now int64, version uint64) (st *state, left int, err error) {
	st = newState(f)
	st.at, st.epoch = now, version
	if st.position, st.step, err = readMeta(tx); err != nil {
		return nil, 0, err
	}
	st.saved = st.step
	r := reader{tx: tx}
	if err := r.loadDocs(st.docs, version); err != nil {
		return nil, 0, err
	}
	st.scenes, left = makeScenes(st.docs, st.lexicon)
	var slots []slot
	err = r.each(bucketMark, func(key, value []byte) error {
		if len(key) != len(uuid{}) {
			return errDamaged
		}
		m, err := decodeMark(value)
		if err != nil {
			return err
		}
		slots = append(slots, m.slot(uuid(key), st.lexicon, st.scenes, now))
		if p, ok := m.pin(uuid(key)); ok {
			st.pins = append(st.pins, p)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	slices.SortFunc(st.pins, byPinOrder)
	st.fill(slots, version)
	return st, left, nil
}

// readMeta reads up to where the file holds the journal and the states.
func readMeta(tx *bolt.Tx) (p journal.Position, step uint64, err error) {
	b, err := get(tx, bucketMeta, "position")
	if err == nil && b != nil {
		if json.Unmarshal(b, &p) != nil {
			err = errDamaged
		}
	}
	if err != nil {
		return p, 0, err
	}
	b, err = get(tx, bucketMeta, "step")
	if err == nil && b != nil {
		d := newDec(b)
		step, err = d.uint(), d.err()
	}
	return p, step, err
}

func writeMeta(p journal.Position, step uint64) (map[string][]byte, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("write shelf position: %w", err)
	}
	var e enc
	e.uint(step)
	return map[string][]byte{"position": b, "step": e.b}, nil
}

func (r *reader) loadDocs(d *docs, version uint64) error {
	return r.each(bucketDoc, func(key, value []byte) error {
		kind, id, _ := strings.Cut(string(key), "/")
		_, state, err := decodeDoc(value)
		if err != nil {
			return err
		}
		if err := d.set(journal.Key{Kind: kind, ID: id}, state, version); err != nil {
			return fmt.Errorf("%w: %w", errDamaged, err)
		}
		return nil
	})
}

// encodeDoc keeps a topic, series, scene or setting with its revision.
func encodeDoc(rev uint64, state []byte) []byte {
	var e enc
	e.uint(rev)
	e.b = append(e.b, state...)
	return e.b
}

// decodeDoc gives a state of its own.
func decodeDoc(b []byte) (rev uint64, state []byte, err error) {
	d := newDec(b)
	rev = d.uint()
	if d.bad {
		return 0, nil, errDamaged
	}
	return rev, []byte(d.s), nil
}

// fill makes the table and every partition at once. Slots are first put in the
// order of the largest weight, so that most partitions come out sorted.
func (st *state) fill(slots []slot, version uint64) {
	x := st.lexicon
	slices.SortFunc(slots, func(a, b slot) int {
		return cmp.Or(
			cmp.Compare(x.key(&b, b.best()), x.key(&a, a.best())),
			bytes.Compare(b.id[:], a.id[:]),
		)
	})
	for at := 0; at < len(slots); at += chunkSize {
		var c chunk
		copy(c[:], slots[at:])
		st.table.chunks = append(st.table.chunks, &c)
	}
	st.next = handle(len(slots))
	sizes := make([]int, len(x.names))
	for i := range slots {
		x.places(&slots[i], st.scenes.parts, func(part uint32, _ int64) { sizes[part]++ })
		if slots[i].shown {
			st.items++
		}
	}
	entries := make([][]entry, len(x.names))
	for n, size := range sizes {
		if size > 0 {
			entries[n] = make([]entry, 0, size)
		}
	}
	for i := range slots {
		tie := slots[i].id.tie()
		x.places(&slots[i], st.scenes.parts, func(part uint32, key int64) {
			entries[part] = append(entries[part], entry{key, tie, handle(i)})
		})
	}
	st.parts = make([]part, len(x.names))
	st.plant(entries, version)
}

// plant makes the trees of entries, on every processor.
func (st *state) plant(entries [][]entry, version uint64) {
	var wg sync.WaitGroup
	parts := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for n := range parts {
				st.parts[n] = part{tree: plant(st.table, entries[n]), version: version}
				entries[n] = nil
			}
		})
	}
	for n := range entries {
		if len(entries[n]) > 0 {
			parts <- n
		}
	}
	close(parts)
	wg.Wait()
}

// plant makes the tree of entries, which it sorts.
func plant(t *table, all []entry) tree {
	slices.SortFunc(all, func(a, b entry) int {
		switch {
		case a == b:
			return 0
		case before(t, a, b):
			return -1
		}
		return 1
	})
	nodes := cut(all, false)
	for len(nodes) > 1 {
		nodes = group(nodes)
	}
	return tree{root: nodes[0], n: len(all)}
}
