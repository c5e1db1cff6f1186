package diff

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// letters is a text cut into characters as readers count them: what each is,
// and the byte at which it begins; one more tells where the text ends.
type letters struct {
	text  string
	ids   []int32
	start []int
}

// piece is the text of some of the characters.
func (l letters) piece(from, to int) string { return l.text[l.start[from]:l.start[to]] }

// alphabet numbers what is compared: a character that is one code point by
// itself, everything else below 0.
type alphabet map[string]int32

func (a alphabet) number(s string) int32 {
	id, ok := a[s]
	if !ok {
		id = int32(-1 - len(a))
		a[s] = id
	}
	return id
}

func (a alphabet) letters(text string) letters {
	l := letters{text: text, ids: make([]int32, 0, len(text)/2+1), start: make([]int, 0, len(text)/2+2)}
	for i, state := 0, -1; i < len(text); {
		l.start = append(l.start, i)
		if r, size := alone(text[i:]); size > 0 {
			l.ids = append(l.ids, r)
			i += size
			state = -1
			continue
		}
		var cluster string
		cluster, _, _, state = uniseg.FirstGraphemeClusterInString(text[i:], state)
		if r, size := utf8.DecodeRuneInString(cluster); size == len(cluster) && r != utf8.RuneError {
			l.ids = append(l.ids, r)
		} else {
			l.ids = append(l.ids, a.number(cluster))
		}
		i += len(cluster)
	}
	l.start = append(l.start, len(text))
	return l
}

// alone gives, cheaply, the first character where it is plain and so is the one
// after it, which therefore cannot join it; size 0 means: look closer.
func alone(s string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(s)
	if !simple(r) {
		return 0, 0
	}
	if size < len(s) {
		if next, _ := utf8.DecodeRuneInString(s[size:]); !simple(next) {
			return 0, 0
		}
	}
	return r, size
}

// simple characters never join another of their like.
func simple(r rune) bool {
	return r >= 0x20 && r < 0x7f || r >= 0x3000 && r <= 0x3029 || r >= 0x4e00 && r <= 0x9fff || r >= 0xff01 && r <= 0xff5e || r == '\n'
}

// text compares two texts.
func (w *work) text(from, to string) []Run {
	if from == to {
		return whole(Equal, from)
	}
	if from == "" || to == "" {
		return append(whole(Delete, from), whole(Insert, to)...)
	}
	names := alphabet{}
	a, b := names.letters(from), names.letters(to)
	return runs(a, b, tidy(a, b, w.letters(a, b)))
}

func whole(op Op, text string) []Run {
	if text == "" {
		return nil
	}
	return []Run{{op, text}}
}

// letters compares by characters: at once where the texts are short, within
// changed clauses where they are long.
func (w *work) letters(a, b letters) []hunk {
	if len(a.ids)+len(b.ids) <= maxDirect {
		if hunks, ok := w.compare(a.ids, b.ids); ok {
			return hunks
		}
	}
	names := alphabet{}
	ca, cb := clauses(a, names), clauses(b, names)
	coarse, _ := w.compare(ca.ids, cb.ids)
	var fine []hunk
	for _, c := range coarse {
		a0, a1, b0, b1 := ca.start[c.a0], ca.start[c.a1], cb.start[c.b0], cb.start[c.b1]
		within, _ := w.compare(a.ids[a0:a1], b.ids[b0:b1])
		for _, h := range within {
			fine = append(fine, hunk{a0 + h.a0, a0 + h.a1, b0 + h.b0, b0 + h.b1})
		}
	}
	return fine
}

// clauses puts characters together up to each mark; start is in characters.
func clauses(l letters, names alphabet) (c letters) {
	var key []byte
	from := 0
	for i, id := range l.ids {
		key = binary.LittleEndian.AppendUint32(key, uint32(id))
		if i+1 < len(l.ids) && !ends(id) {
			continue
		}
		c.start = append(c.start, from)
		c.ids = append(c.ids, names.number(string(key)))
		key, from = key[:0], i+1
	}
	c.start = append(c.start, from)
	return c
}

func ends(id int32) bool { return id == '\n' || strings.ContainsRune(clauseMarks, id) }

const (
	clauseMarks   = "。！？；，、：…!?;,"
	sentenceMarks = "。！？；…!?;"
)

// runs writes hunks out.
func runs(a, b letters, hunks []hunk) (out []Run) {
	at := 0
	for _, h := range hunks {
		out = append(out, whole(Equal, a.piece(at, h.a0))...)
		out = append(out, whole(Delete, a.piece(h.a0, h.a1))...)
		out = append(out, whole(Insert, b.piece(h.b0, h.b1))...)
		at = h.a1
	}
	return append(out, whole(Equal, a.piece(at, len(a.ids)))...)
}
