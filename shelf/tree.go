package shelf

import (
	"bytes"
	"slices"
	"sort"
)

// A tree is an ordered set of entries that never changes: apply makes a new one
// that shares what did not move. It is our own because a feed of everything is
// loaded at every start: leaves are packed full and hold no pointers, so a
// place in a feed costs 16 bytes and nothing to the garbage collector.
type tree struct {
	root *node
	n    int
}

// entry is one item's place: by key, largest first, then by id, largest first.
// tie is the first half of the second-to-last comparison: the id's first four
// bytes, so that the id itself is looked up only when they are equal too.
type entry struct {
	key int64
	tie uint32
	h   handle
}

// op puts an entry in or takes it out.
type op struct {
	entry
	out bool
}

// node is a leaf or has kids, never both. low is its first entry.
type node struct {
	low  entry
	leaf []entry
	kids []*node
}

const (
	leafMax = 256 // 4 KiB
	kidsMax = 64
)

// place is a point in the order that need not be an item's.
type place struct {
	key int64
	id  uuid
}

func (p place) tie() uint32 { return p.id.tie() }

// before tells whether a comes before b.
func before(t *table, a, b entry) bool {
	if a.key != b.key {
		return a.key > b.key
	}
	if a.tie != b.tie {
		return a.tie > b.tie
	}
	return a.h != b.h && bytes.Compare(t.at(a.h).id[:], t.at(b.h).id[:]) > 0
}

// compare orders an entry against a place: negative where it comes before.
func compare(t *table, e entry, p place) int {
	switch tie := p.tie(); {
	case e.key > p.key:
		return -1
	case e.key < p.key:
		return 1
	case e.tie > tie:
		return -1
	case e.tie < tie:
		return 1
	}
	return bytes.Compare(p.id[:], t.at(e.h).id[:])
}

// apply carries out ops, which are in order and name each entry once. An entry
// put in twice or taken out without being there changes nothing.
func (tr tree) apply(t *table, ops []op) tree {
	if len(ops) == 0 {
		return tr
	}
	root := tr.root
	if root == nil {
		root = &node{}
	}
	m := merging{table: t, n: tr.n}
	nodes := m.merge(root, ops)
	for len(nodes) > 1 {
		nodes = group(nodes)
	}
	if len(nodes) == 0 {
		return tree{}
	}
	root = nodes[0]
	for len(root.kids) == 1 {
		root = root.kids[0]
	}
	return tree{root: root, n: m.n}
}

type merging struct {
	table *table
	n     int
}

// merge gives what a node becomes, in order, on the node's own level.
func (m *merging) merge(n *node, ops []op) []*node {
	if n.kids == nil {
		return m.leaf(n.leaf, ops)
	}
	kids := make([]*node, 0, len(n.kids)+2)
	for i, kid := range n.kids {
		mine := ops
		if i+1 < len(n.kids) {
			next := n.kids[i+1].low
			mine = ops[:sort.Search(len(ops), func(j int) bool { return !before(m.table, ops[j].entry, next) })]
		}
		ops = ops[len(mine):]
		if len(mine) == 0 {
			kids = append(kids, kid)
			continue
		}
		kids = append(kids, m.merge(kid, mine)...)
	}
	return group(join(kids))
}

// leaf merges ops into a leaf's entries.
func (m *merging) leaf(old []entry, ops []op) []*node {
	merged := make([]entry, 0, len(old)+len(ops))
	front := len(old) > 0 && before(m.table, ops[len(ops)-1].entry, old[0])
	for len(old) > 0 || len(ops) > 0 {
		switch {
		case len(ops) == 0:
			merged, old = append(merged, old...), nil
		case len(old) > 0 && before(m.table, old[0], ops[0].entry):
			merged, old = append(merged, old[0]), old[1:]
		case len(old) > 0 && old[0] == ops[0].entry:
			if ops[0].out {
				m.n--
			} else {
				merged = append(merged, old[0])
			}
			old, ops = old[1:], ops[1:]
		default:
			if !ops[0].out {
				merged = append(merged, ops[0].entry)
				m.n++
			}
			ops = ops[1:]
		}
	}
	return cut(merged, front)
}

// cut packs entries into leaves of exact size. What grows at its front, as a
// feed does, keeps its later leaves full.
func cut(all []entry, front bool) []*node {
	var leaves []*node
	for pieces := (len(all) + leafMax - 1) / leafMax; len(all) > 0; pieces-- {
		size := (len(all) + pieces - 1) / pieces
		if front {
			size = len(all) - (pieces-1)*leafMax
		}
		leaf := make([]entry, size)
		copy(leaf, all)
		leaves, all = append(leaves, &node{low: leaf[0], leaf: leaf}), all[size:]
	}
	return leaves
}

// join merges neighbouring leaves that deletions have left small.
func join(kids []*node) []*node {
	out := kids[:0]
	for _, kid := range kids {
		if last := len(out) - 1; last >= 0 && kid.kids == nil && len(out[last].leaf)+len(kid.leaf) <= leafMax/2 {
			both := slices.Concat(out[last].leaf, kid.leaf)
			out[last] = &node{low: both[0], leaf: both}
			continue
		}
		out = append(out, kid)
	}
	return out
}

// group puts nodes of one level below as few parents as they need.
func group(kids []*node) []*node {
	var parents []*node
	for pieces := (len(kids) + kidsMax - 1) / kidsMax; len(kids) > 0; pieces-- {
		size := (len(kids) + pieces - 1) / pieces
		parents = append(parents, &node{low: kids[0].low, kids: slices.Clone(kids[:size:size])})
		kids = kids[size:]
	}
	return parents
}

// all calls fn for every entry until it returns false.
func (tr tree) all(fn func(entry) bool) {
	if tr.root != nil {
		tr.root.all(fn)
	}
}

func (n *node) all(fn func(entry) bool) bool {
	for _, e := range n.leaf {
		if !fn(e) {
			return false
		}
	}
	for _, kid := range n.kids {
		if !kid.all(fn) {
			return false
		}
	}
	return true
}

// below calls fn for every entry after a place until it returns false.
func (tr tree) below(t *table, p place, fn func(entry) bool) {
	if tr.root != nil {
		tr.root.below(t, p, fn)
	}
}

func (n *node) below(t *table, p place, fn func(entry) bool) bool {
	if n.kids == nil {
		i := sort.Search(len(n.leaf), func(i int) bool { return compare(t, n.leaf[i], p) > 0 })
		for _, e := range n.leaf[i:] {
			if !fn(e) {
				return false
			}
		}
		return true
	}
	i := sort.Search(len(n.kids), func(i int) bool { return compare(t, n.kids[i].low, p) > 0 })
	if i > 0 && !n.kids[i-1].below(t, p, fn) {
		return false
	}
	for _, kid := range n.kids[i:] {
		if !kid.all(fn) {
			return false
		}
	}
	return true
}

// find gives the entry at exactly that place.
func (tr tree) find(t *table, p place) (handle, bool) {
	n := tr.root
	for n != nil && n.kids != nil {
		i := sort.Search(len(n.kids), func(i int) bool { return compare(t, n.kids[i].low, p) > 0 })
		if i == 0 {
			return 0, false
		}
		n = n.kids[i-1]
	}
	if n == nil {
		return 0, false
	}
	i := sort.Search(len(n.leaf), func(i int) bool { return compare(t, n.leaf[i], p) >= 0 })
	if i < len(n.leaf) && compare(t, n.leaf[i], p) == 0 {
		return n.leaf[i].h, true
	}
	return 0, false
}
