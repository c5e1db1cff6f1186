package diff

import "strings"

// maxBridge is the longest piece that was kept, in characters, and is shown as
// changed for the sake of a reader: what stands between two changes larger than
// itself reads as confetti.
const maxBridge = 8

// tidy makes hunks fit to read: changes that meet, or that only a few kept
// characters part, become one; what was only put in or only taken out is moved
// along, where it may be, to begin and end at the edge of a sentence.
func tidy(a, b letters, hunks []hunk) []hunk {
	hunks = join(hunks)
	for i := range hunks {
		from, to := 0, len(a.ids)
		if i > 0 {
			from = hunks[i-1].a1
		}
		if i+1 < len(hunks) {
			to = hunks[i+1].a0
		}
		hunks[i] = slide(a, b, hunks[i], hunks[i].a0-from, to-hunks[i].a1)
	}
	return join(hunks)
}

// join makes one of neighbours that stand too close.
func join(hunks []hunk) []hunk {
	var kept []hunk
	for _, h := range hunks {
		kept = append(kept, h)
		for n := len(kept); n > 1; n = len(kept) {
			before, last := kept[n-2], kept[n-1]
			between := last.a0 - before.a1
			if between > maxBridge || between > before.size() || between > last.size() {
				break
			}
			kept[n-2] = hunk{before.a0, last.a1, before.b0, last.b1}
			kept = kept[:n-1]
		}
	}
	return kept
}

// maxSlide is how far a hunk is moved to either side, in characters.
const maxSlide = 200

// slide moves a hunk that is on one side only: the same change may often be
// told at several places. left and right are how far it may go.
func slide(a, b letters, h hunk, left, right int) hunk {
	l, from, to := a, h.a0, h.a1
	switch {
	case h.a0 == h.a1:
		l, from, to = b, h.b0, h.b1
	case h.b0 != h.b1:
		return h
	}
	first := 0
	for first > -min(left, maxSlide) && l.ids[from+first-1] == l.ids[to+first-1] {
		first--
	}
	last := 0
	for last < min(right, maxSlide) && l.ids[from+last] == l.ids[to+last] {
		last++
	}
	best, most := 0, -1
	for by := first; by <= last; by++ {
		if n := edge(l, from+by) + edge(l, to+by); n >= most {
			best, most = by, n
		}
	}
	return hunk{h.a0 + best, h.a1 + best, h.b0 + best, h.b1 + best}
}

// edge says how well a change may begin or end before a character.
func edge(l letters, i int) int {
	if i == 0 || i == len(l.ids) {
		return 5
	}
	switch before := l.ids[i-1]; {
	case before == '\n':
		return 5
	case strings.ContainsRune(sentenceMarks, before):
		return 4
	case strings.ContainsRune(clauseMarks, before):
		return 3
	case before == ' ' || l.ids[i] == ' ':
		return 2
	case (before < 0x80) != (l.ids[i] < 0x80):
		return 1 // between Han and figures or Latin letters
	}
	return 0
}
