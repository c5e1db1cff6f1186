package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var (
	kindFence   = ast.NewNodeKind("Fence")
	kindFormula = ast.NewNodeKind("Formula")
	fencesKey   = parser.NewContextKey()
)

// fence is a ::: container.
type fence struct {
	ast.BaseBlock
	colons int
	info   string // what follows the opening colons
	row    int    // byte where it opens
}

func (f *fence) Kind() ast.NodeKind { return kindFence }

func (f *fence) Dump(source []byte, level int) {
	ast.DumpHelper(f, source, level, map[string]string{"Info": f.info}, nil)
}

// fenceParser reads containers. Those open are kept in the context, innermost
// last, because a closing line is for the innermost alone.
type fenceParser struct{}

func (fenceParser) Trigger() []byte { return []byte{':'} }

func (fenceParser) CanInterruptParagraph() bool { return true }

func (fenceParser) CanAcceptIndentedLine() bool { return false }

func (fenceParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	row, segment := reader.PeekLine()
	colons, info := fenceLine(row)
	if colons < 3 || info == "" || len(openFences(pc)) >= maxFences {
		return nil, parser.NoChildren
	}
	f := &fence{colons: colons, info: info, row: segment.Start}
	pc.Set(fencesKey, append(openFences(pc), f))
	reader.AdvanceToEOL()
	return f, parser.HasChildren
}

func (fenceParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	row, _ := reader.PeekLine()
	colons, info := fenceLine(row)
	open := openFences(pc)
	if colons >= node.(*fence).colons && info == "" && open[len(open)-1] == node && !inRaw(pc) {
		reader.AdvanceToEOL()
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

func (fenceParser) Close(node ast.Node, _ text.Reader, pc parser.Context) {
	open := openFences(pc)
	for i := len(open) - 1; i >= 0; i-- {
		if open[i] == node {
			pc.Set(fencesKey, open[:i])
			return
		}
	}
}

func openFences(pc parser.Context) []*fence {
	open, _ := pc.Get(fencesKey).([]*fence)
	return open
}

// inRaw tells whether the innermost open block takes lines as they are.
func inRaw(pc parser.Context) bool {
	switch pc.LastOpenedBlock().Node.(type) {
	case *ast.FencedCodeBlock, *formula:
		return true
	}
	return false
}

// fenceLine counts the colons a line begins with and gives what follows them.
func fenceLine(row []byte) (colons int, info string) {
	row = bytes.TrimSpace(row)
	for colons < len(row) && row[colons] == ':' {
		colons++
	}
	return colons, string(bytes.TrimSpace(row[colons:]))
}

// formula is a $$ block.
type formula struct {
	ast.BaseBlock
	tex, words strings.Builder
	closed     bool
}

func (f *formula) Kind() ast.NodeKind { return kindFormula }

func (f *formula) IsRaw() bool { return true }

func (f *formula) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

type formulaParser struct{}

func (formulaParser) Trigger() []byte { return []byte{'$'} }

func (formulaParser) CanInterruptParagraph() bool { return true }

func (formulaParser) CanAcceptIndentedLine() bool { return false }

func (formulaParser) Open(_ ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	row, _ := reader.PeekLine()
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(row), []byte("$$"))
	if !ok {
		return nil, parser.NoChildren
	}
	f := &formula{}
	if len(rest) > 0 {
		f.take(rest)
	}
	reader.AdvanceToEOL()
	return f, parser.NoChildren
}

func (formulaParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	row, _ := reader.PeekLine()
	f := node.(*formula)
	if f.closed && util.IsBlank(row) {
		return parser.Close
	}
	f.take(bytes.TrimSpace(row))
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (formulaParser) Close(ast.Node, text.Reader, parser.Context) {}

// take adds a line: tex up to the closing $$, words after it.
func (f *formula) take(row []byte) {
	if !f.closed {
		tex, words, closed := bytes.Cut(row, []byte("$$"))
		addLine(&f.tex, tex)
		f.closed, row = closed, words
	}
	if f.closed {
		addLine(&f.words, row)
	}
}

func addLine(b *strings.Builder, row []byte) {
	if row = bytes.TrimSpace(row); len(row) == 0 {
		return
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	b.Write(row)
}
