package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"kepu/search/analysis"
)

const (
	passageRunes = 90        // about how long a passage is
	passageBytes = 256 << 10 // of a text are looked at
)

// marker finds the terms of a query in texts as they are shown.
type marker struct {
	terms   map[string]bool
	singles map[rune]bool // single Han stand for every place they occur in
}

// newMarker leaves out terms that say little where there are others.
func newMarker(terms []analysis.Term) marker {
	m := marker{terms: map[string]bool{}, singles: map[rune]bool{}}
	slight := !slices.ContainsFunc(terms, func(t analysis.Term) bool { return !t.Slight })
	for _, t := range terms {
		if t.Slight && !slight {
			continue
		}
		for _, text := range append([]string{t.Text}, t.Parts...) {
			if analysis.SingleHan(text) {
				r, _ := utf8.DecodeRuneInString(text)
				m.singles[r] = true
			} else {
				m.terms[text] = true
			}
		}
	}
	return m
}

// span is bytes [start,end) of a text where a term stands.
type span struct {
	start, end int
	term       string
}

// spans finds the terms in a text, in order.
func (m marker) spans(text string) []span {
	var all []span
	if len(m.terms) > 0 {
		analysis.Find(text, m.terms, func(t analysis.Token) { all = append(all, span{t.Start, t.End, t.Term}) })
	}
	if len(m.singles) > 0 {
		analysis.Fold(text, func(r rune, start, end int) {
			if m.singles[r] {
				all = append(all, span{start, end, string(r)})
			}
		})
	}
	slices.SortFunc(all, func(a, b span) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return a.end - b.end
	})
	return all
}

// title marks the terms in a title; nil where none is there.
func (m marker) title(text string) []Run {
	spans := m.spans(text)
	if len(spans) == 0 {
		return nil
	}
	return runs(text, 0, len(text), spans)
}

// passage gives the part of the texts with most of the terms, marked: of the
// first text that has any; without any the beginning of the first that is not
// empty.
func (m marker) passage(texts ...string) []Run {
	for _, text := range texts {
		text = head(text)
		spans := m.spans(text)
		if len(spans) == 0 {
			continue
		}
		start, end := window(text, densest(text, spans))
		return ellipsis(text, start, end, runs(text, start, end, spans))
	}
	for _, text := range texts {
		if text = head(strings.TrimSpace(text)); text != "" {
			start, end := window(text, span{})
			return ellipsis(text, start, end, runs(text, start, end, nil))
		}
	}
	return []Run{}
}

func head(text string) string {
	if len(text) <= passageBytes {
		return text
	}
	n := passageBytes
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// densest is where most distinct terms, then most of all, stand within a
// passage's length and one block.
func densest(text string, spans []span) span {
	var best span
	most := 0
	in := map[string]int{}
	from := 0
	for to, s := range spans {
		in[s.term]++
		for from < to && (utf8.RuneCountInString(text[spans[from].start:s.end]) > passageRunes ||
			strings.Contains(text[spans[from].start:s.end], "\n")) {
			if in[spans[from].term]--; in[spans[from].term] == 0 {
				delete(in, spans[from].term)
			}
			from++
		}
		if n := len(in)*1000 + min(to-from, 999); n > most {
			most, best = n, span{start: spans[from].start, end: s.end}
		}
	}
	return best
}

// window widens a place to about a passage: from the beginning of its sentence
// where that is near, within its block, never splitting a character.
func window(text string, core span) (start, end int) {
	first := strings.LastIndexByte(text[:core.start], '\n') + 1
	last := len(text)
	if i := strings.IndexByte(text[core.end:], '\n'); i >= 0 {
		last = core.end + i
	}
	room := max(passageRunes-utf8.RuneCountInString(text[core.start:core.end]), 0)
	start = back(text, first, core.start, room/2)
	if i := strings.LastIndexAny(text[start:core.start], "。！？；…!?;"); i >= 0 && start > first {
		_, n := utf8.DecodeRuneInString(text[start+i:])
		start += i + n
	}
	room -= utf8.RuneCountInString(text[start:core.start])
	end = core.end
	for room > 0 && end < last {
		_, n := utf8.DecodeRuneInString(text[end:])
		end += n
		room--
	}
	return whole(text, first, last, start, end)
}

// back goes n runes back from at, not below first.
func back(text string, first, at, n int) int {
	for ; n > 0 && at > first; n-- {
		_, size := utf8.DecodeLastRuneInString(text[first:at])
		at -= size
	}
	return at
}

// whole moves both ends outwards to borders of user-perceived characters.
func whole(text string, first, last, start, end int) (int, int) {
	// A character is rarely long: its borders are looked for from a little
	// before on.
	from := back(text, first, start, 40)
	at, begin := from, from
	rest, state := text[from:last], -1
	for rest != "" {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if at <= start {
			begin = at
		}
		at += len(cluster)
		if at >= end {
			return begin, at
		}
	}
	return begin, last
}

// ellipsis shows that a passage was cut out of its text.
func ellipsis(text string, start, end int, r []Run) []Run {
	if len(r) == 0 {
		return r
	}
	if start > 0 && text[start-1] != '\n' && !r[0].Mark {
		r[0].Text = "…" + r[0].Text
	} else if start > 0 && text[start-1] != '\n' {
		r = append([]Run{{Text: "…"}}, r...)
	}
	if end < len(text) && text[end] != '\n' {
		if n := len(r) - 1; r[n].Mark {
			r = append(r, Run{Text: "…"})
		} else {
			r[n].Text += "…"
		}
	}
	return r
}

// runs cuts text[start:end] at the spans, whole characters only.
func runs(text string, start, end int, spans []span) []Run {
	var all []Run
	put := func(s string, mark bool) {
		if s == "" {
			return
		}
		if n := len(all) - 1; n >= 0 && all[n].Mark == mark {
			all[n].Text += s
		} else {
			all = append(all, Run{s, mark})
		}
	}
	at, next := start, 0
	rest, state := text[start:end], -1
	for rest != "" {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		for next < len(spans) && spans[next].end <= at {
			next++
		}
		mark := false
		for i := next; i < len(spans) && spans[i].start < at+len(cluster); i++ {
			mark = mark || spans[i].end > at
		}
		put(cluster, mark)
		at += len(cluster)
	}
	return all
}
