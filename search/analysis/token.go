package analysis

import (
	"unicode"
	"unicode/utf8"
)

// Token is a term and the bytes [Start,End) of the text it was read from.
type Token struct {
	Term       string
	Start, End int
	// Tail marks the last character of a run of Han and the parts of a compound
	// such as pm2.5: they make shorter queries find the text and do not count
	// towards its length.
	Tail bool
}

// maxWord is the most runes of a word; what is longer is cut there.
const maxWord = 64

type class uint8

const (
	gap    class = iota
	han          // and other scripts written without spaces
	letter       // and the degree sign
	digit
	mark  // belongs to whatever it follows
	point // a full stop, part of a number between two digits
)

func classOf(r rune) class {
	switch {
	case r >= 0x4E00 && r <= hanLast:
		return han
	case r < 0x80:
		switch {
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
			return letter
		case '0' <= r && r <= '9':
			return digit
		case r == '.':
			return point
		}
		return gap
	case r == '°':
		return letter
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai,
		unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == '〇' || unicode.Is(unicode.Co, r):
		return han
	case unicode.IsLetter(r):
		return letter
	case unicode.IsDigit(r) || unicode.IsNumber(r):
		return digit
	case unicode.IsMark(r):
		return mark
	}
	return gap
}

// char is one folded character and where it came from.
type char struct {
	r          rune
	start, end int
}

// Tokens calls emit for every term of a document's text, in order: pairs of
// neighbouring Han, single Han where they stand alone or end a run, words of
// letters and digits, and where a word is one joint of letters and digits
// (pm2.5, 5g, 28°c) both of its parts.
func Tokens(text string, emit func(Token)) { cut(text, true, emit) }

// Find calls emit for the tokens of a text whose term is wanted, in order; the
// others cost nothing but a look.
func Find(text string, wanted map[string]bool, emit func(Token)) {
	c := cutter{tails: true, emit: emit, wanted: wanted}
	for term := range wanted {
		r, _ := utf8.DecodeRuneInString(term)
		c.first[r%firsts] = true
	}
	c.read(text)
}

// firsts is how many classes of first characters a search tells apart.
const firsts = 1024

// Terms gives the terms to look for: as Tokens, without the tails of runs and
// the parts of compounds. A single Han stands for every place it occurs in.
func Terms(text string) []Token {
	var all []Token
	cut(text, false, func(t Token) { all = append(all, t) })
	return all
}

func cut(text string, tails bool, emit func(Token)) {
	c := cutter{tails: tails, emit: emit}
	c.read(text)
}

func (c *cutter) read(text string) {
	Fold(text, func(r rune, start, end int) { c.add(char{r, start, end}) })
	c.flushHan()
	c.flushWord()
}

// cutter gathers characters into runs.
type cutter struct {
	tails bool
	emit  func(Token)
	buf   []byte

	wanted map[string]bool // nil: every term is
	first  [firsts]bool    // classes of the first characters of those wanted

	last char // of the run of Han
	run  int  // Han so far

	word  []char
	joint int // index in word where letters meet digits, 0 none, -1 several
	kind  class
	dot   char // a point waiting for a digit
}

func (c *cutter) add(ch char) {
	k := classOf(ch.r)
	if k == han {
		c.flushWord()
		if c.run > 0 {
			c.put(Token{Start: c.last.start, End: ch.end}, c.last.r, ch.r)
		}
		c.last = ch
		c.run++
		return
	}
	if k == mark {
		if len(c.word) > 0 && len(c.word) < maxWord {
			c.word = append(c.word, ch)
		}
		return
	}
	c.flushHan()
	switch k {
	case letter, digit:
		c.addWord(ch, k)
	case point:
		if c.kind == digit && len(c.word) > 0 && c.dot.r == 0 {
			c.dot = ch
			return
		}
		c.flushWord()
	default:
		c.flushWord()
	}
}

func (c *cutter) addWord(ch char, k class) {
	if c.dot.r != 0 {
		if k == digit {
			c.word = append(c.word, c.dot)
			c.dot = char{}
		} else {
			c.flushWord()
		}
	}
	if len(c.word) >= maxWord {
		c.flushWord()
	}
	if n := len(c.word); n > 0 && k != c.kind {
		if c.joint == 0 {
			c.joint = n
		} else {
			c.joint = -1
		}
	}
	c.word = append(c.word, ch)
	c.kind = k
}

func (c *cutter) flushHan() {
	if c.run > 0 && (c.tails || c.run == 1) {
		c.put(Token{Start: c.last.start, End: c.last.end, Tail: c.run > 1}, c.last.r)
	}
	c.run = 0
}

func (c *cutter) flushWord() {
	if len(c.word) > 0 {
		c.putWord(c.word, false)
		if c.tails && c.joint > 0 {
			c.putWord(c.word[:c.joint], true)
			c.putWord(c.word[c.joint:], true)
		}
	}
	c.word, c.joint, c.kind, c.dot = c.word[:0], 0, gap, char{}
}

func (c *cutter) putWord(w []char, tail bool) {
	if c.wanted != nil && !c.first[w[0].r%firsts] {
		return
	}
	c.buf = c.buf[:0]
	for _, ch := range w {
		c.buf = utf8.AppendRune(c.buf, ch.r)
	}
	c.say(Token{Start: w[0].start, End: w[len(w)-1].end, Tail: tail})
}

func (c *cutter) put(t Token, rs ...rune) {
	if c.wanted != nil && !c.first[rs[0]%firsts] {
		return
	}
	c.buf = c.buf[:0]
	for _, r := range rs {
		c.buf = utf8.AppendRune(c.buf, r)
	}
	c.say(t)
}

// say emits what buf holds, if it is wanted.
func (c *cutter) say(t Token) {
	if c.wanted != nil && !c.wanted[string(c.buf)] {
		return
	}
	t.Term = string(c.buf)
	c.emit(t)
}

// Parts gives both halves of a term that is one joint of letters and digits
// (covid19 → covid, 19), or nothing.
func Parts(term string) []string {
	var parts []string
	Tokens(term, func(t Token) {
		if t.Tail && !SingleHan(t.Term) {
			parts = append(parts, t.Term)
		}
	})
	return parts
}

// SingleHan tells whether term is one character of a script that is cut into
// pairs: it stands for every pair that starts with it.
func SingleHan(term string) bool {
	n := 0
	for _, r := range term {
		if n++; n > 1 || classOf(r) != han {
			return false
		}
	}
	return n == 1
}
