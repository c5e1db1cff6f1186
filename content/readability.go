package content

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Score is how hard a text reads.
type Score struct {
	Han int     // characters measured
	L   float64 // Han a sentence
	P   float64 // Han a clause
	R   float64 // per cent of Han outside the 3,755 level-one characters of GB/T 2312
	J   float64 // terms per 100 Han
	D   float64 // difficulty L/4 + 2R + 3J; lower is easier
}

// LevelLimit is the largest difficulty D of a reading level.
func LevelLimit(level string) float64 {
	switch level {
	case LevelEasy:
		return 7
	case LevelPlain:
		return 11
	}
	return 15
}

// Readability measures running text; see Prose for a body's. A line is a
// sentence where no mark ends it, a character of a Zhejiang place name is not
// counted as rare, and each of the terms counts once where it stands, half
// where brackets follow it.
func Readability(text string, terms ...string) Score {
	var han, rare, sentences, clauses int
	inSentence, inClause := false, false
	for _, r := range text {
		switch {
		case isHan(r):
			han++
			inSentence, inClause = true, true
			if !levelOne()[r] && !placeRunes()[r] {
				rare++
			}
		case endsSentence(r):
			sentences += one(inSentence)
			clauses += one(inClause)
			inSentence, inClause = false, false
		case endsClause(r):
			clauses += one(inClause)
			inClause = false
		}
	}
	sentences += one(inSentence)
	clauses += one(inClause)
	if han == 0 {
		return Score{}
	}
	s := Score{
		Han: han,
		L:   float64(han) / float64(sentences),
		P:   float64(han) / float64(clauses),
		R:   100 * float64(rare) / float64(han),
		J:   100 * jargon(text, terms) / float64(han),
	}
	s.D = s.L/4 + 2*s.R + 3*s.J
	return s
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func endsSentence(r rune) bool { return strings.ContainsRune("。！？；…!?;\n", r) }

func endsClause(r rune) bool { return strings.ContainsRune("，、：,:—", r) }

func jargon(text string, terms []string) float64 {
	n := 0.0
	for _, term := range terms {
		_, after, found := strings.Cut(text, term)
		switch {
		case !found || term == "":
		case strings.HasPrefix(after, "（"), strings.HasPrefix(after, "("):
			n += 0.5
		default:
			n++
		}
	}
	return n
}

// levelOne holds the level-one characters: in the encoding of GB/T 2312 (which
// GBK contains) those of lead byte B0–D7, trail byte A1–FE.
var levelOne = sync.OnceValue(func() map[rune]bool {
	set := make(map[rune]bool, 3755)
	decode := simplifiedchinese.GBK.NewDecoder()
	for lead := 0xb0; lead <= 0xd7; lead++ {
		for trail := 0xa1; trail <= 0xfe; trail++ {
			if lead == 0xd7 && trail > 0xf9 {
				break // the last row is five short
			}
			if b, err := decode.Bytes([]byte{byte(lead), byte(trail)}); err == nil {
				for _, r := range string(b) {
					set[r] = true
				}
			}
		}
	}
	return set
})

// placeRunes are the characters of Zhejiang's place names.
var placeRunes = sync.OnceValue(func() map[rune]bool {
	set := map[rune]bool{}
	for _, r := range regions() {
		for _, c := range r.Name {
			set[c] = true
		}
	}
	return set
})

// Limits of an easy summary.
const (
	plainSentences = 3
	plainSentence  = 24 // Han
	plainWhole     = 60 // Han
)

// PlainProblems says in Chinese what an easy summary is over: three sentences,
// 24 Han each, 60 in all; no bracket and no percent sign.
func PlainProblems(plain string) []string {
	var wrong []string
	sentences, longest, whole := 0, 0, 0
	for _, s := range strings.FieldsFunc(plain, func(r rune) bool { return strings.ContainsRune("。！？；!?;\n", r) }) {
		if n := Han(s); n > 0 {
			sentences++
			whole += n
			longest = max(longest, n)
		}
	}
	if sentences > plainSentences {
		wrong = append(wrong, fmt.Sprintf("大白话摘要有 %d 句，最多 %d 句", sentences, plainSentences))
	}
	if longest > plainSentence {
		wrong = append(wrong, fmt.Sprintf("大白话摘要有一句 %d 字，最多 %d 字", longest, plainSentence))
	}
	if whole > plainWhole {
		wrong = append(wrong, fmt.Sprintf("大白话摘要共 %d 字，最多 %d 字", whole, plainWhole))
	}
	if strings.ContainsAny(plain, "（）()[]【】%％") {
		wrong = append(wrong, "大白话摘要不用括号和百分号")
	}
	return wrong
}

func isHan(r rune) bool {
	if r >= 0x4e00 && r <= 0x9fff {
		return true
	}
	return r > 0x2e80 && unicode.Is(unicode.Han, r)
}

// Prose is what of a body its reading level is measured by: without headings,
// tables and formulae, each block on a line of its own.
func Prose(b Body) string {
	var out strings.Builder
	for _, n := range b.Content {
		n.prose(&out)
	}
	return out.String()
}

func (n Node) prose(out *strings.Builder) {
	switch n.Type {
	case "heading", "table", "formula", "image", "video":
		return
	case "text":
		out.WriteString(n.Text)
		return
	case "hardBreak":
		out.WriteByte('\n')
		return
	}
	for _, c := range n.Content {
		c.prose(out)
	}
	if n.Type == "paragraph" {
		out.WriteByte('\n')
	}
}
