package proof

import (
	"encoding/xml"
	"strings"
	"unicode"

	"kepu/content"
)

// label is a text of a drawing: one line of words or, with tspans that are
// placed by themselves, several.
type label struct {
	line int // of the source
	text string
	runs []run
}

// run is words that stand in one row.
type run struct {
	frame
	x, y  float64
	words string
}

// begin starts a row where the element places itself anew; else the words go on.
func (l *label) begin(f frame, x, y float64, t xml.StartElement) {
	placed := attr(t, "x") != "" || attr(t, "y") != ""
	if len(l.runs) > 0 {
		if v := attr(t, "x"); v != "" {
			x = number(v, x)
		}
		if v := attr(t, "y"); v != "" {
			y = number(v, y)
		}
	}
	dx, dy := number(attr(t, "dx"), 0), number(strings.TrimSuffix(attr(t, "dy"), "em"), 0)
	if strings.HasSuffix(attr(t, "dy"), "em") {
		dy *= f.size
	}
	if len(l.runs) == 0 || placed || dy != 0 {
		l.runs = append(l.runs, run{frame: f, x: x + dx, y: y + dy})
	}
}

func (l *label) add(words string) {
	if len(l.runs) == 0 {
		return
	}
	l.text += words
	l.runs[len(l.runs)-1].words += words
}

// endX and endY are where a tspan stands that does not say where.
func (l *label) endX() float64 {
	last := l.runs[len(l.runs)-1]
	return last.x + width(last.words)*last.size
}

func (l *label) endY() float64 { return l.runs[len(l.runs)-1].y }

// width of words in ems, as fonts for Chinese have it: Han and full-width marks
// are one wide, figures and Latin letters about 0.6, spaces and points less. Of
// a mark that closes a row only the first half is seen.
func width(words string) (ems float64) {
	words = strings.Join(strings.Fields(words), " ")
	if strings.TrimRight(words, "”’）》。，、；：！？") != words {
		ems = -0.5
	}
	for _, c := range words {
		switch {
		case c == ' ' || c == '.' || c == ',' || c == ':' || c == '\'':
			ems += 0.3
		case unicode.Is(unicode.Han, c) || c >= 0x2e80 || strings.ContainsRune("“”‘’—…℃‰①②③④⑤⑥⑦⑧⑨", c):
			ems++
		default:
			ems += 0.6
		}
	}
	return ems
}

// box is the extent of words on the canvas.
type box struct{ left, top, right, bottom float64 }

// box estimates a run's: a row of Han reaches from 0.88 of its size above the
// baseline to 0.12 below.
func (r run) box() box {
	w := width(r.words) * r.size
	left := r.x
	switch r.anchor {
	case "middle":
		left -= w / 2
	case "end":
		left -= w
	}
	top := r.y - 0.88*r.size
	switch r.baseline {
	case "middle", "central":
		top = r.y - 0.5*r.size
	case "hanging", "text-before-edge":
		top = r.y
	}
	return r.move.box(box{left, top, left + w, top + r.size})
}

// overlap tells whether two boxes share more than what an estimate may be
// wrong by.
func (b box) overlap(c box) bool {
	const slack = 4
	return min(b.right, c.right)-max(b.left, c.left) > slack && min(b.bottom, c.bottom)-max(b.top, c.top) > slack
}

func (b box) within() bool {
	const slack = 1
	return b.left >= -slack && b.top >= -slack && b.right <= canvasWidth+slack && b.bottom <= canvasHeight+slack
}

func (s *drawing) endText() {
	if s.label == nil {
		return
	}
	l := *s.label
	s.label = nil
	if strings.TrimSpace(l.text) != "" {
		s.labels = append(s.labels, l)
	}
}

// checkLabels looks at how many there are, how high, and where.
func (s *drawing) checkLabels(cover bool) {
	chinese := 0
	type placed struct {
		box
		label int
	}
	var before []placed
	for i, l := range s.labels {
		words := strings.Join(strings.Fields(l.text), " ")
		if content.Han(l.text) > 0 {
			chinese++
		}
		small, out, over := false, false, -1
		for _, row := range l.runs {
			if strings.TrimSpace(row.words) == "" {
				continue
			}
			small = small || content.Han(row.words) > 0 && row.size*row.move.scale() < leastLabel-0.01
			b := row.box()
			out = out || !b.within()
			for _, other := range before {
				if over < 0 && other.label != i && b.overlap(other.box) {
					over = other.label
				}
			}
			before = append(before, placed{b, i})
		}
		if small {
			s.bad(l.line, "标注“%s”的字高不到 %d", words, leastLabel)
		}
		if out {
			s.bad(l.line, "标注“%s”伸出了画面", words)
		}
		if over >= 0 {
			s.bad(l.line, "标注“%s”和“%s”叠在一起", words, strings.TrimSpace(s.labels[over].text))
		}
		if cover {
			s.bad(l.line, "封面上不写字：“%s”", words)
		}
	}
	if chinese > mostLabels {
		s.bad(s.labels[len(s.labels)-1].line, "有 %d 个标注，最多 %d 个", chinese, mostLabels)
	}
}
