package markdown

import (
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasis reads * and _. CommonMark decides by the characters on either side
// whether a run may open or close: punctuation inside asks for white space or
// punctuation outside. Chinese is written without spaces, so that **“引力波”**是
// would not close. Here a Chinese character outside counts like punctuation.
type emphasis struct{}

func (emphasis) Trigger() []byte { return []byte{'*', '_'} }

func (emphasis) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

func (emphasis) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (emphasis) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

func (e emphasis) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	b := budgetOf(pc, parent)
	if b.runs--; b.runs < 0 {
		return nil
	}
	before := block.PrecendingCharacter()
	row, segment := block.PeekLine()
	char, length := row[0], 1
	for length < len(row) && row[length] == char {
		length++
	}
	after := ' '
	if length < len(row) {
		after = util.ToRune(row, length)
	}
	canOpen, canClose := flanks(char, before, after)
	node := parser.NewDelimiter(canOpen, canClose, length, char, e)
	node.Segment = segment.WithStop(segment.Start + length)
	block.Advance(length)
	pc.PushDelimiter(node)
	return node
}

// flanks tells whether a run between two characters may open and close.
func flanks(char byte, before, after rune) (canOpen, canClose bool) {
	spaceBefore, spaceAfter := util.IsSpaceRune(before), util.IsSpaceRune(after)
	punctBefore, punctAfter := util.IsPunctRune(before), util.IsPunctRune(after)
	left := !spaceAfter && (!punctAfter || spaceBefore || punctBefore || wide(before))
	right := !spaceBefore && (!punctBefore || spaceAfter || punctAfter || wide(after))
	if char == '_' {
		return left && (!right || punctBefore || wide(before)), right && (!left || punctAfter || wide(after))
	}
	return left, right
}

// wide tells whether r is written without spaces around it: Han, kana and the
// punctuation that goes with them.
func wide(r rune) bool {
	switch {
	case r < 0x2e80:
		return false
	case r <= 0x9fff, r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe4f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6:
		return true
	}
	return r >= 0x20000 && unicode.Is(unicode.Han, r)
}
