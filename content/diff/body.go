package diff

import (
	"math/bits"
	"slices"
	"strings"

	"kepu/content"
)

// Bounds of pairing blocks that are not the same.
const (
	maxPairs = 250_000 // pairs looked at between two blocks that stand
	alike    = 0.35    // least likeness of the two sides of a changed block
)

// bodies compares two bodies: blocks that are the same stand, those between
// them are paired by likeness in their order, and within a pair characters are
// compared.
func (w *work) bodies(from, to content.Body) []Block {
	a, b := leaves(from), leaves(to)
	names := alphabet{}
	hunks, _ := w.compare(numbers(a, names), numbers(b, names))
	out := make([]Block, 0, len(a)+4)
	i, j := 0, 0
	for _, h := range append(hunks, hunk{len(a), len(a), len(b), len(b)}) {
		for first := true; i < h.a0; i, j = i+1, j+1 {
			out = append(out, w.kept(a[i], b[j], first && i+j > 0))
			first = false
		}
		out = w.gap(out, a[h.a0:h.a1], b[h.b0:h.b1])
		i, j = h.a1, h.b1
	}
	return moved(out)
}

// kept is a block that is the same on both sides. One container may still have
// become two, or two one; right after a change that is only what the change
// brings with it.
func (w *work) kept(a, b leaf, after bool) Block {
	if a.path == b.path || after {
		return b.block(Equal)
	}
	c := b.block(Change)
	c.Text, c.Runs = "", whole(Equal, b.text)
	c.Fields = []Field{{"in", w.text(a.path[1:], b.path[1:])}}
	return c
}

func numbers(list []leaf, names alphabet) []int32 {
	ids := make([]int32, len(list))
	for i := range list {
		ids[i] = names.number(list[i].key)
	}
	return ids
}

func (l leaf) block(op Op) Block { return Block{Op: op, Type: l.kind, In: l.in, Text: l.text} }

// gap writes out blocks between two that stand.
func (w *work) gap(out []Block, a, b []leaf) []Block {
	i, j := 0, 0
	for _, p := range append(w.pairs(a, b), [2]int{len(a), len(b)}) {
		for ; i < p[0]; i++ {
			out = append(out, a[i].block(Delete))
		}
		for ; j < p[1]; j++ {
			out = append(out, b[j].block(Insert))
		}
		if i < len(a) && j < len(b) {
			out = append(out, w.changed(a[i], b[j]))
			i, j = i+1, j+1
		}
	}
	return out
}

// changed compares within a pair.
func (w *work) changed(a, b leaf) Block {
	c := Block{Op: Change, Type: b.kind, In: b.in, Runs: w.text(a.text, b.text)}
	both := func(name, from, to string) {
		if from != to {
			c.Fields = append(c.Fields, Field{name, w.text(from, to)})
		}
	}
	both("type", a.kind, b.kind)
	both("in", strings.Join(a.in, "/"), strings.Join(b.in, "/"))
	for i, j := 0, 0; i < len(a.props) || j < len(b.props); {
		switch {
		case j == len(b.props) || i < len(a.props) && a.props[i].name < b.props[j].name:
			both(a.props[i].name, a.props[i].text, "")
			i++
		case i == len(a.props) || b.props[j].name < a.props[i].name:
			both(b.props[j].name, "", b.props[j].text)
			j++
		default:
			both(a.props[i].name, a.props[i].text, b.props[j].text)
			i, j = i+1, j+1
		}
	}
	return c
}

// pairs finds, among all ways to pair blocks in order, the one with the most
// likeness in sum; none where there would be too many to look at.
func (w *work) pairs(a, b []leaf) (pairs [][2]int) {
	if len(a) == 0 || len(b) == 0 || len(a)*len(b) > maxPairs {
		return nil
	}
	measure(a)
	measure(b)
	wide := len(b) + 1
	best := make([]float32, (len(a)+1)*wide) // best[i*wide+j]: of a[i:] with b[j:]
	like := make([]float32, len(a)*len(b))
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			s, cost := likeness(&a[i], &b[j])
			if w.steps -= cost; w.steps < 0 {
				return nil
			}
			like[i*len(b)+j] = s
			best[i*wide+j] = max(best[(i+1)*wide+j], best[i*wide+j+1])
			if s >= alike {
				best[i*wide+j] = max(best[i*wide+j], s+best[(i+1)*wide+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		s := like[i*len(b)+j]
		switch {
		case s >= alike && best[i*wide+j] == s+best[(i+1)*wide+j+1]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case best[i*wide+j] == best[(i+1)*wide+j]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// likeness is Dice's coefficient of the pairs of neighbouring characters, less
// a little where the types differ; blocks without words are alike where their
// type is. cost is in steps.
func likeness(a, b *leaf) (s float32, cost int) {
	switch total := len(a.grams) + len(b.grams); {
	case total == 0 && a.kind == b.kind:
		s = 1
	case total > 0 && a.sketch.near(&b.sketch):
		cost = total
		s = 2 * float32(common(a.grams, b.grams)) / float32(total)
	}
	if a.kind != b.kind {
		s *= 0.9
	}
	return s, cost + 1
}

// sketch marks which pairs a text has, by a hash of each: most texts that have
// little in common are told apart by it alone.
type sketch [16]uint64

func (s *sketch) mark(gram uint64) {
	h := gram * 0x9e3779b97f4a7c15 >> 54 // Fibonacci hashing to 10 bits
	s[h/64] |= 1 << (h % 64)
}

// near is false where two texts cannot well be alike, with room for pairs that
// fell together.
func (s *sketch) near(t *sketch) bool {
	both, all := 0, 0
	for i := range s {
		both += bits.OnesCount64(s[i] & t[i])
		all += bits.OnesCount64(s[i]) + bits.OnesCount64(t[i])
	}
	return float64(2*both) >= 0.7*alike*float64(all)
}

// common counts what two sorted lists share.
func common(a, b []uint64) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// measure notes the pairs of neighbouring characters of each leaf, sorted.
func measure(list []leaf) {
	for i := range list {
		l := &list[i]
		var last rune
		for _, r := range l.text {
			gram := uint64(last)<<32 | uint64(r)
			l.grams = append(l.grams, gram)
			l.sketch.mark(gram)
			last = r
		}
		slices.Sort(l.grams)
	}
}

// moved marks what was taken out at one place and put in at another.
func moved(blocks []Block) []Block {
	key := func(b Block) string { return b.Type + "\x00" + b.Text }
	out := map[string][]int{}
	for i, b := range blocks {
		if b.Op == Delete && b.Text != "" {
			out[key(b)] = append(out[key(b)], i)
		}
	}
	for i, b := range blocks {
		if from := out[key(b)]; b.Op == Insert && len(from) > 0 {
			blocks[i].Moved, blocks[from[0]].Moved = true, true
			out[key(b)] = from[1:]
		}
	}
	return blocks
}
