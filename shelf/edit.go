package shelf

import "slices"

// edit is a state in the making. Only one is made at a time.
type edit struct {
	state          // what it will be; slices are copied before they change
	old     *state // what it was
	ownLex  bool
	chunks  map[handle]bool // chunks already copied
	found   map[uuid]handle // items put in
	lost    map[uuid]bool   // items taken out
	placed  map[handle]bool // slots whose places are those of this edit's scenes
	ops     map[uint32][]op
	touched map[uint32]bool
	freed   []handle
	visible bool // readers can tell the difference
}

func (st *state) edit() *edit {
	e := &edit{
		state: *st, old: st, chunks: map[handle]bool{}, found: map[uuid]handle{}, lost: map[uuid]bool{},
		placed: map[handle]bool{}, ops: map[uint32][]op{}, touched: map[uint32]bool{},
	}
	e.table = &table{chunks: slices.Clone(st.table.chunks)}
	return e
}

// word gives a lexicon that may be added to.
func (e *edit) word() *lexicon {
	if !e.ownLex {
		e.lexicon, e.ownLex = e.lexicon.clone(), true
	}
	return e.lexicon
}

// mutable gives a slot that may be written.
func (e *edit) mutable(h handle) *slot {
	n := h / chunkSize
	for int(n) >= len(e.table.chunks) {
		e.chunks[handle(len(e.table.chunks))] = true
		e.table.chunks = append(e.table.chunks, &chunk{})
	}
	if !e.chunks[n] {
		c := *e.table.chunks[n]
		e.table.chunks[n], e.chunks[n] = &c, true
	}
	return e.table.at(h)
}

// take finds a slot for a new item.
func (e *edit) take() handle {
	if n := len(e.free); n > 0 {
		h := e.free[n-1]
		e.free = e.free[: n-1 : n-1]
		return h
	}
	e.next++
	return e.next - 1
}

// put sets an item's slot. touch says that its card changed too.
func (e *edit) put(s slot, touch bool) {
	h, known := e.find(s.id)
	if !known {
		h = e.take()
		*e.mutable(h) = slot{id: s.id}
		e.found[s.id] = h
		delete(e.lost, s.id)
		e.moved(h, nil, &s, true)
		*e.mutable(h) = s
		e.count(1, s.shown)
		return
	}
	was := *e.table.at(h)
	e.moved(h, &was, &s, touch)
	*e.mutable(h) = s
	e.count(-1, was.shown)
	e.count(1, s.shown)
}

// remove takes an item off the shelf.
func (e *edit) remove(id uuid) {
	h, known := e.find(id)
	if !known {
		return
	}
	was := *e.table.at(h)
	e.moved(h, &was, nil, true)
	e.count(-1, was.shown)
	delete(e.found, id)
	e.lost[id] = true
	e.mutable(h).shown = false // the rest stays until the trees have let go of it
	e.freed = append(e.freed, h)
}

func (e *edit) count(n int, shown bool) {
	if shown {
		e.items += n
	}
}

// find finds an item's slot, also one put in by this edit.
func (e *edit) find(id uuid) (handle, bool) {
	if h, ok := e.found[id]; ok {
		return h, true
	}
	if e.lost[id] {
		return 0, false
	}
	return e.handle(id)
}

// moved notes how an item's places change.
func (e *edit) moved(h handle, was, is *slot, touch bool) {
	type spot struct {
		part uint32
		key  int64
	}
	var before, after []spot
	if was != nil {
		scenes := e.old.scenes
		if e.placed[h] {
			scenes = e.scenes
		}
		e.lexicon.places(was, scenes.parts, func(p uint32, k int64) { before = append(before, spot{p, k}) })
	}
	if is != nil {
		e.lexicon.places(is, e.scenes.parts, func(p uint32, k int64) { after = append(after, spot{p, k}) })
	}
	e.placed[h] = true
	for _, b := range before {
		gone := !slices.Contains(after, b)
		if gone {
			e.note(b.part, op{entry{b.key, was.id.tie(), h}, true})
		}
		if gone || touch {
			e.touched[b.part] = true
		}
	}
	for _, a := range after {
		fresh := !slices.Contains(before, a)
		if fresh {
			e.note(a.part, op{entry{a.key, is.id.tie(), h}, false})
		}
		if fresh || touch {
			e.touched[a.part] = true
		}
	}
}

func (e *edit) note(part uint32, o op) { e.ops[part] = append(e.ops[part], o) }

// settle carries out what was noted for a partition.
func (e *edit) settle(n uint32) {
	ops := e.ops[n]
	if len(ops) == 0 {
		return
	}
	delete(e.ops, n)
	for int(n) >= len(e.parts) {
		e.parts = append(e.parts[:len(e.parts):len(e.parts)], make([]part, len(e.lexicon.names)-len(e.parts))...)
	}
	if &e.parts[0] == &e.old.parts[0] {
		e.parts = slices.Clone(e.parts)
	}
	e.parts[n].tree = e.parts[n].tree.apply(e.table, order(e.table, ops))
}

// order sorts ops and leaves the last one of each entry.
func order(t *table, ops []op) []op {
	slices.SortStableFunc(ops, func(a, b op) int {
		switch {
		case a.entry == b.entry:
			return 0
		case before(t, a.entry, b.entry):
			return -1
		}
		return 1
	})
	last := ops[:0]
	for i, o := range ops {
		if i+1 == len(ops) || ops[i+1].entry != o.entry {
			last = append(last, o)
		}
	}
	return last
}

// finish gives the new state, with version as the number of all that changed.
func (e *edit) finish(version uint64) *state {
	for n := range e.ops {
		e.settle(n)
	}
	if len(e.touched) > 0 || e.visible {
		e.epoch = version
	}
	if len(e.touched) > 0 {
		for len(e.parts) < len(e.lexicon.names) {
			e.parts = append(e.parts[:len(e.parts):len(e.parts)], make([]part, len(e.lexicon.names)-len(e.parts))...)
		}
		if &e.parts[0] == &e.old.parts[0] {
			e.parts = slices.Clone(e.parts)
		}
	}
	for n := range e.touched {
		e.parts[n].version = version
	}
	if len(e.freed) > 0 {
		e.free = append(e.free[:len(e.free):len(e.free)], e.freed...)
	}
	st := e.state
	st.step++
	return &st
}
