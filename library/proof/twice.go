package proof

import (
	"strings"
	"unicode"

	"kepu/content"
)

// leastShared is the length, in Han, from which a sentence belongs to one piece.
const leastShared = 12

// twice finds sentences that two pieces share. A reader of both would meet the
// words again; and shared words are copied facts, of which one copy is not
// looked at when the other is put right.
func (r *reading) twice() {
	first := map[string]place{}
	for _, p := range r.pieces {
		if p.broken {
			continue
		}
		told := map[string]bool{}
		for _, passage := range p.written() {
			for _, s := range content.Sentences(passage.text) {
				if content.Han(s) < leastShared {
					continue
				}
				key := bare(s)
				line := p.near(passage, s)
				other, ok := first[key]
				if !ok {
					first[key] = place{p.file, line}
				} else if other.file != p.file && !told[key] {
					told[key] = true
					r.fault(p.file, line, "这一句 %s:%d 里也有：“%s”", other.file, other.line, quote(s))
				}
			}
		}
	}
}

// written are the passages of a piece but those of its film, which says what its
// article says, and often must in the same words.
func (p *piece) written() []passage {
	v := p.sub.Version
	list := []passage{{v.Summary, p.field("summary")}, {v.Plain, p.field("plain")}}
	if v.Cover != nil {
		list = append(list, passage{v.Cover.Alt, p.field("cover.alt")})
	}
	for _, text := range p.text().Passages() {
		list = append(list, passage{text, p.find(text)})
	}
	return list
}

// bare is a sentence without marks and spaces.
func bare(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
}
