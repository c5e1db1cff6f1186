package analysis

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed data/fold.txt
var foldText string

// The range of characters looked up in an array; the few others are in a map.
const hanFirst, hanLast = 0x3400, 0x9FFF

type table struct {
	near [hanLast - hanFirst + 1]uint16
	far  map[rune]rune
}

// variants maps a character to the one its class folds to.
var variants = sync.OnceValue(func() *table {
	t := &table{far: map[rune]rune{}}
	for line := range strings.Lines(foldText) {
		from, n := utf8.DecodeRuneInString(line)
		to, _ := utf8.DecodeRuneInString(line[n:])
		if from >= hanFirst && from <= hanLast && to <= 0xFFFF {
			t.near[from-hanFirst] = uint16(to)
		} else {
			t.far[from] = to
		}
	}
	return t
})

func (t *table) fold(r rune) rune {
	if r >= hanFirst && r <= hanLast {
		if to := t.near[r-hanFirst]; to != 0 {
			return rune(to)
		}
		return r
	}
	if to, ok := t.far[r]; ok {
		return to
	}
	return unicode.ToLower(r)
}

// Fold calls emit with each character of s in its folded form and the bytes
// [start,end) of s it stands for: NFKC, lower case, one member for every class
// of traditional and simplified characters. Characters that show nothing
// (joiners, variation selectors, direction marks) are left out. Where one
// character folds to several, or several to one, they share their bytes.
// Invalid bytes fold to U+FFFD.
func Fold(s string, emit func(r rune, start, end int)) {
	t := variants()
	var buf []byte
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		if plain(r) && (i+n >= len(s) || plainNext(s[i+n:])) {
			if r < utf8.RuneSelf {
				if 'A' <= r && r <= 'Z' {
					r += 'a' - 'A'
				}
			} else {
				r = t.fold(narrow(r))
			}
			emit(r, i, i+n)
			i += n
			continue
		}
		if end := norm.NFKC.NextBoundaryInString(s[i:], true); end > n {
			n = end
		}
		buf = norm.NFKC.AppendString(buf[:0], s[i:i+n])
		for j := 0; j < len(buf); {
			r, m := utf8.DecodeRune(buf[j:])
			j += m
			if !silent(r) {
				emit(t.fold(r), i, i+n)
			}
		}
		i += n
	}
}

// FoldString is s folded.
func FoldString(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	Fold(s, func(r rune, _, _ int) { b.WriteRune(r) })
	return b.String()
}

// plain tells whether NFKC leaves r alone but for its width and it starts a
// cluster: Han, and the marks that stand between them in every text.
func plain(r rune) bool {
	switch {
	case r < utf8.RuneSelf, r >= 0x4E00 && r <= hanLast, r >= hanFirst && r <= 0x4DBF:
		return true
	case r >= 0xFF01 && r <= 0xFF5E, r >= 0x3001 && r <= 0x3002, r >= 0x3008 && r <= 0x3011, r >= 0x2018 && r <= 0x201D:
		return true
	}
	return false
}

// narrow is the ASCII character of a full-width one.
func narrow(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		return r - 0xFF01 + '!'
	}
	return r
}

// plainNext tells whether the character at the start of s cannot combine with
// the one before it.
func plainNext(s string) bool {
	if s[0] < utf8.RuneSelf {
		return true
	}
	r, _ := utf8.DecodeRuneInString(s)
	return plain(r) || norm.NFKC.PropertiesString(s).BoundaryBefore()
}

// silent tells whether r shows nothing and must not part what it stands in.
func silent(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || r == 0x034F
}
