package shelf

import (
	"kepu/journal"
)

// state is everything the shelf shows at one moment. It never changes; readers
// take it by one atomic load.
type state struct {
	position journal.Position
	step     uint64 // counts states, also across restarts; the file notes up to which it holds all
	saved    uint64 // the step the file had when layers were last dropped
	epoch    uint64 // of the last state that readers can tell from the one before
	at       int64  // the instant, in ms, by which ends and scenes are judged
	file     *file
	layers   []*layer
	table    *table
	free     []handle // slots that may be used again
	next     handle   // the first slot never used
	lexicon  *lexicon
	parts    []part
	docs     *docs
	scenes   *sceneTable
	pins     []pin
	items    int // shown
}

// part is one partition: items in an order, and a number that changes with
// membership, order or any card in it.
type part struct {
	tree    tree
	version uint64
}

// part gives a partition by number; an empty one where there is none yet.
func (st *state) part(n uint32) part {
	if int(n) < len(st.parts) {
		return st.parts[n]
	}
	return part{}
}

// named gives a partition by name.
func (st *state) named(name string) part {
	if n, ok := st.lexicon.parts[name]; ok {
		return st.part(n)
	}
	return part{}
}

// handle finds an item that is on the shelf, shown or past its end.
func (st *state) handle(id uuid) (handle, bool) {
	return st.parts[partIDs].tree.find(st.table, place{id.key(), id})
}

// slot finds an item that is shown.
func (st *state) slot(id uuid) (*slot, bool) {
	h, ok := st.handle(id)
	if !ok || !st.table.at(h).shown {
		return nil, false
	}
	return st.table.at(h), true
}

func newState(f *file) *state {
	x := newLexicon()
	return &state{file: f, lexicon: x, table: &table{}, parts: make([]part, len(x.names)), docs: newDocs(), scenes: &sceneTable{}}
}
