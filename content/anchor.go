package content

import (
	"slices"
	"strings"

	"kepu/journal"
)

// Anchor is where in a text a comment points. The zero Anchor points at the
// whole item. It was made on one version and is found again on others.
type Anchor struct {
	Version journal.Hash `json:"version,omitempty"`
	Field   string       `json:"field,omitempty"`  // title, summary, plain, cover; "" the body
	Block   []int        `json:"block,omitempty"`  // of the body: places below doc, from the outside
	Quote   string       `json:"quote,omitempty"`  // what was marked; the head of the block where nothing was
	Offset  int          `json:"offset,omitempty"` // where in the block's text the quote begins, in code points
}

// Spot is a passage of a body, in code points of the text of its block.
type Spot struct {
	Block  []int `json:"block"`
	Offset int   `json:"offset"`
	Length int   `json:"length"`
	Exact  bool  `json:"exact"` // the quote, letter for letter; otherwise what is most like it
}

// Bounds of an anchor.
const (
	maxQuote   = 300 // code points
	leastFar   = 4   // code points of a quote that is looked for outside its block
	resembling = 0.6 // least likeness of a passage that is no longer the quote
)

// Find finds the anchor in a body: in its block where that still holds the
// quote, nearest to where it was; else in another block that does; else at the
// passage most like it. ok is false where there is none: the comment is
// orphaned. An anchor without a block or quote is not of a body.
func (a Anchor) Find(b Body) (spot Spot, ok bool) {
	if a.Field != "" || len(a.Block) == 0 || a.Quote == "" {
		return Spot{}, false
	}
	quote := []rune(a.Quote)
	if n, found := b.at(a.Block); found {
		if at, found := nearest([]rune(n.words()), quote, a.Offset); found {
			return Spot{Block: slices.Clone(a.Block), Offset: at, Length: len(quote), Exact: true}, true
		}
	}
	s := seeker{anchor: a, quote: quote, grams: grams(quote)}
	s.blocks(b.Content, nil)
	return s.best, s.likeness >= resembling
}

// at is the node at a path.
func (b Body) at(path []int) (n Node, ok bool) {
	nodes := b.Content
	for i, at := range path {
		if at < 0 || at >= len(nodes) {
			return Node{}, false
		}
		if n = nodes[at]; i < len(path)-1 {
			nodes = n.Content
		}
	}
	return n, len(path) > 0
}

// words is the text an anchor in the block counts by: a paragraph's or
// heading's, a picture's or clip's alternative text or else its key, a
// formula's source, a container's title. "" where the block has none.
func (n Node) words() string {
	switch n.Type {
	case NodeParagraph, NodeHeading:
		return n.Inline()
	case NodeImage, NodeVideo:
		if alt := n.Str("alt"); alt != "" {
			return alt
		}
		return n.Str("key")
	case NodeFormula:
		return n.Str("tex")
	case NodeTable:
		return n.Str("caption")
	}
	return n.Str("title")
}

// nearest finds the occurrence of quote in text that begins nearest to an offset.
func nearest(text, quote []rune, offset int) (at int, ok bool) {
	for i := 0; i+len(quote) <= len(text); i++ {
		if slices.Equal(text[i:i+len(quote)], quote) && (!ok || distance(i, offset) < distance(at, offset)) {
			at, ok = i, true
		}
	}
	return at, ok
}

func distance(a, b int) int { return max(a-b, b-a) }

// seeker looks through a body for the passage most like a quote.
type seeker struct {
	anchor   Anchor
	quote    []rune
	grams    map[uint64]int
	best     Spot
	likeness float64
}

func (s *seeker) blocks(nodes []Node, path []int) {
	for i := range nodes {
		n := &nodes[i]
		if n.Type == NodeText || n.Type == NodeBreak {
			return
		}
		here := append(slices.Clone(path), i)
		if text := n.words(); text != "" {
			s.passage(here, text)
		}
		s.blocks(n.Content, here)
	}
}

// passage takes the best of a block where it beats the best so far, or equals
// it and stands nearer to the anchor's old place.
func (s *seeker) passage(path []int, text string) {
	runes := []rune(text)
	found := Spot{Block: path}
	likeness := 0.0
	if at, ok := s.exact(text, runes); ok {
		found.Offset, found.Length, found.Exact = at, len(s.quote), true
		likeness = 2 // before all that is only like it
	} else {
		found.Offset, found.Length, likeness = s.window(runes)
	}
	if likeness > s.likeness || likeness == s.likeness && likeness > 0 && s.away(path) < s.away(s.best.Block) {
		s.best, s.likeness = found, likeness
	}
}

func (s *seeker) exact(text string, runes []rune) (int, bool) {
	if len(s.quote) < leastFar || !strings.Contains(text, s.anchor.Quote) {
		return 0, false
	}
	return nearest(runes, s.quote, s.anchor.Offset)
}

func (s *seeker) away(path []int) int { return distance(path[0], s.anchor.Block[0]) }

// window slides over the text and finds where it shares most pairs of
// neighbouring characters with the quote: Dice's coefficient, 0 to 1.
func (s *seeker) window(text []rune) (offset, length int, likeness float64) {
	wide := min(len(s.quote), len(text))
	pairs := wide - 1
	if pairs < 1 || len(s.quote) < leastFar {
		return 0, 0, 0
	}
	held := make(map[uint64]int, len(s.grams))
	shared, headed := 0, false // headed: the best begins with a pair of the quote's
	for i := 0; i+1 < len(text); i++ {
		if want := s.grams[gram(text, i)]; want > 0 {
			if held[gram(text, i)]++; held[gram(text, i)] <= want {
				shared++
			}
		}
		if out := i - pairs; out >= 0 {
			if want := s.grams[gram(text, out)]; want > 0 {
				if held[gram(text, out)]--; held[gram(text, out)] < want {
					shared--
				}
			}
		}
		l, start := 2*float64(shared)/float64(len(s.quote)-1+pairs), max(0, i+1-pairs)
		begins := s.grams[gram(text, start)] > 0
		if l > likeness || l == likeness && begins && !headed {
			offset, length, likeness, headed = start, wide, l, begins
		}
	}
	return offset, length, likeness
}

func gram(text []rune, i int) uint64 { return uint64(uint32(text[i]))<<32 | uint64(uint32(text[i+1])) }

func grams(text []rune) map[uint64]int {
	list := make(map[uint64]int, len(text))
	for i := 0; i+1 < len(text); i++ {
		list[gram(text, i)]++
	}
	return list
}
