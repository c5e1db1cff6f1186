// Package words finds listed words in texts, however they are written: full or
// half width, capital or small, traditional or simplified, with spaces or
// invisible characters put between. It owns the matching and the question put
// to a checker outside; whose words they are and what a finding means is its
// callers' business. It refuses lists that would match everything.
package words

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kepu/search/analysis"
)

// Limits of a list.
const (
	MaxWord  = 60      // characters of one word, folded
	MaxWords = 100_000 // of one matcher
)

// Folded is a word as it is compared; "" where nothing of it would be left.
func Folded(word string) string {
	var b strings.Builder
	analysis.Fold(word, func(r rune, _, _ int) {
		if !skipped(r) {
			b.WriteRune(r)
		}
	})
	return b.String()
}

// skipped characters are looked over, in words and in texts: whoever parts a
// word with spaces or dots still writes it.
func skipped(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("·•‧.・_-*", r)
}

// Match is one occurrence: of which word, and its bytes in the text.
type Match struct {
	Word       int // number in the list
	Start, End int
}

// Matcher finds all words of a list in one pass over a text, whatever their
// number (Aho and Corasick, Efficient String Matching, 1975). It never changes.
type Matcher struct {
	nodes []node
	next  map[edge]int32
	list  []word
}

// edge leads on from a state by a character.
type edge struct {
	from int32
	by   rune
}

// node is a state: how it is reached, where to fall back to, and what ends here.
type node struct {
	edge
	depth int
	fail  int32
	word  int32 // that ends here; -1 none
	also  int32 // the nearest state on the way back at which another word ends; 0 none
}

// word is what must hold of one word's occurrence beyond its characters.
type word struct {
	size        int  // folded characters
	first, last bool // begins, ends with a Latin letter or figure
	latin       bool // has no other characters
	gaps        int  // characters looked over in it
}

// New makes a matcher. Words that fold to the same count as the first of them;
// one that folds to nothing is an error, as is a list that is too long.
func New(list []string) (*Matcher, error) {
	if len(list) > MaxWords {
		return nil, fmt.Errorf("%d words, at most %d", len(list), MaxWords)
	}
	m := &Matcher{nodes: []node{{word: -1}}, next: map[edge]int32{}, list: make([]word, len(list))}
	for i, written := range list {
		folded := Folded(written)
		n := utf8.RuneCountInString(folded)
		if n == 0 || n > MaxWord {
			return nil, fmt.Errorf("word %d has %d characters, want 1 to %d", i+1, n, MaxWord)
		}
		first, _ := utf8.DecodeRuneInString(folded)
		last, _ := utf8.DecodeLastRuneInString(folded)
		m.list[i] = word{
			size: n, first: inWord(first), last: inWord(last), gaps: gaps(written),
			latin: !strings.ContainsFunc(folded, func(r rune) bool { return !inWord(r) }),
		}
		m.add(folded, int32(i))
	}
	m.link()
	return m, nil
}

func (m *Matcher) add(word string, number int32) {
	at := int32(0)
	for _, r := range word {
		e := edge{at, r}
		next, ok := m.next[e]
		if !ok {
			next = int32(len(m.nodes))
			m.next[e] = next
			m.nodes = append(m.nodes, node{edge: e, depth: m.nodes[at].depth + 1, word: -1})
		}
		at = next
	}
	if m.nodes[at].word < 0 {
		m.nodes[at].word = number
	}
}

// link sets the ways back, nearest to the root first.
func (m *Matcher) link() {
	order := make([]int32, len(m.nodes))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(m.nodes[a].depth, m.nodes[b].depth) })
	for _, at := range order {
		n := &m.nodes[at]
		if n.depth < 2 {
			continue // falls back to the root
		}
		n.fail = m.step(m.nodes[n.from].fail, n.by)
		if n.also = n.fail; m.nodes[n.fail].word < 0 {
			n.also = m.nodes[n.fail].also
		}
	}
}

// step goes on from a state by one character.
func (m *Matcher) step(at int32, r rune) int32 {
	for {
		if next, ok := m.next[edge{at, r}]; ok {
			return next
		}
		if at == 0 {
			return 0
		}
		at = m.nodes[at].fail
	}
}

// Find calls fn for every occurrence, in the order of their ends, until it
// returns false. Where a word begins or ends with a Latin letter or figure, no
// other such character may touch it: "ad" is not in "read", nor in "a d".
func (m *Matcher) Find(text string, fn func(Match) bool) {
	if len(m.list) == 0 {
		return
	}
	var spans [MaxWord][2]int // of the last folded characters, in a ring
	at, count, going := int32(0), 0, true
	analysis.Fold(text, func(r rune, start, end int) {
		if !going || skipped(r) {
			return
		}
		spans[count%MaxWord] = [2]int{start, end}
		count++
		at = m.step(at, r)
		for s := at; s != 0 && going; s = m.nodes[s].also {
			number := m.nodes[s].word
			if number < 0 {
				continue
			}
			w := m.list[number]
			from := spans[(count-w.size)%MaxWord][0]
			if w.stands(text, from, end) {
				going = fn(Match{Word: int(number), Start: from, End: end})
			}
		}
	})
}

// stands tells whether an occurrence is the word and no part of another.
func (w word) stands(text string, from, to int) bool {
	if w.first {
		if before, _ := utf8.DecodeLastRuneInString(text[:from]); inWord(before) {
			return false
		}
	}
	if w.last {
		if after, _ := utf8.DecodeRuneInString(text[to:]); inWord(after) {
			return false
		}
	}
	return !w.latin || gaps(text[from:to]) <= w.gaps
}

func gaps(s string) (n int) {
	for _, r := range s {
		n += one(skipped(r))
	}
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// inWord tells a Latin letter or figure, of full width too.
func inWord(r rune) bool {
	if r >= 0xff10 && r <= 0xff5a {
		r -= 0xfee0
	}
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r >= 0xc0 && r < 0x250
}
