package diff

import "slices"

// Bounds of one comparison.
const (
	// maxSteps is how many steps all comparisons of one call may take together;
	// one takes a few nanoseconds.
	maxSteps = 6_000_000
	// maxEdits is the largest number of differing characters, clauses or blocks
	// that is worked out; the memory needed grows with its square.
	maxEdits = 1_000
	// maxDirect is up to how many characters, both sides together, are compared
	// without going by clauses first.
	maxDirect = 4_000
)

// work is one call: what it may still spend.
type work struct{ steps int }

func newWork() *work { return &work{steps: maxSteps} }

// hunk is a piece of the old side and the piece of the new one in its place.
type hunk struct{ a0, a1, b0, b1 int }

// size is the longer side of a hunk.
func (h hunk) size() int { return max(h.a1-h.a0, h.b1-h.b0) }

// compare gives the hunks in which two sequences differ, by an edit script of
// least length (Myers, An O(ND) Difference Algorithm and Its Variations, 1986).
// ok is false where there are too many edits or steps; then one hunk holds all
// between the common head and tail.
func (w *work) compare(a, b []int32) (hunks []hunk, ok bool) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	na, nb := len(a), len(b)
	for na > head && nb > head && a[na-1] == b[nb-1] {
		na, nb = na-1, nb-1
	}
	switch {
	case na == head && nb == head:
		return nil, true
	case na == head || nb == head:
		return []hunk{{head, na, head, nb}}, true
	}
	hunks, ok = w.myers(a[head:na], b[head:nb])
	if !ok {
		return []hunk{{head, na, head, nb}}, false
	}
	for i := range hunks {
		hunks[i].a0 += head
		hunks[i].a1 += head
		hunks[i].b0 += head
		hunks[i].b1 += head
	}
	return hunks, true
}

// myers is the greedy algorithm: the furthest point on each diagonal k = x-y
// for d = 0, 1, 2 … edits, each round kept to walk back along.
func (w *work) myers(a, b []int32) ([]hunk, bool) {
	most := min(len(a)+len(b), maxEdits)
	furthest := make([]int32, 2*most+3)
	zero := most + 1 // of diagonal 0
	var rounds [][]int32
	for d := 0; d <= most; d++ {
		// Diagonals beyond the edges of the square lead nowhere.
		low, high := -d, d
		if over := d - len(b); over > 0 {
			low += 2 * over
		}
		if over := d - len(a); over > 0 {
			high -= 2 * over
		}
		rounds = append(rounds, append([]int32(nil), furthest[zero-d:zero+d+1]...))
		if w.steps -= d + 1 + (high-low)/2; w.steps < 0 {
			return nil, false
		}
		for k := low; k <= high; k += 2 {
			x := furthest[zero+k-1] + 1
			if k == -d || k != d && furthest[zero+k-1] < furthest[zero+k+1] {
				x = furthest[zero+k+1]
			}
			from := x
			for y := int(x) - k; int(x) < len(a) && y < len(b) && a[x] == b[y]; y++ {
				x++
			}
			w.steps -= int(x - from)
			furthest[zero+k] = x
			if int(x) >= len(a) && int(x)-k >= len(b) {
				return walkBack(rounds, len(a), len(b)), true
			}
		}
	}
	return nil, false
}

// walkBack goes from the end to the beginning and gathers the edits into hunks.
func walkBack(rounds [][]int32, x, y int) (hunks []hunk) {
	for d := len(rounds) - 1; d > 0; d-- {
		was := rounds[d] // furthest before round d, of diagonals -d … d
		k := x - y
		var h hunk
		if k == -d || k != d && was[d+k-1] < was[d+k+1] {
			px := int(was[d+k+1])
			h = hunk{a0: px, a1: px, b0: px - k - 1, b1: px - k}
		} else {
			px := int(was[d+k-1])
			h = hunk{a0: px, a1: px + 1, b0: px - k + 1, b1: px - k + 1}
		}
		if n := len(hunks); n > 0 && hunks[n-1].a0 == h.a1 && hunks[n-1].b0 == h.b1 {
			hunks[n-1].a0, hunks[n-1].b0 = h.a0, h.b0
		} else {
			hunks = append(hunks, h)
		}
		x, y = h.a0, h.b0
	}
	slices.Reverse(hunks)
	return hunks
}
