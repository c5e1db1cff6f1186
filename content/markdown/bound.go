package markdown

import (
	"bytes"
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Hostile texts make some inline parsers look through the rest of a block again
// and again. Each block therefore gets a budget of bytes that may be looked at,
// far above what writing needs; beyond it, signs are taken as they stand.
const (
	maxNest    = 64         // container marks at the start of one line
	maxLook    = 20_000_000 // bytes, per block
	minTries   = 200        // per block, however long
	maxRuns    = 1_000      // of * and _, per block
	maxCells   = 20_000     // of one table
	maxEntity  = 32         // bytes between & and ;
	maxColumns = 50
	maxRefs    = 1_000 // lines of a paragraph that may define link references
	maxFences  = 8     // containers in each other
)

var budgetKey = parser.NewContextKey()

// budget is what one block has left.
type budget struct {
	of    ast.Node
	tries int
	runs  int
}

func budgetOf(pc parser.Context, parent ast.Node) *budget {
	b, ok := pc.Get(budgetKey).(*budget)
	if !ok {
		b = &budget{}
		pc.Set(budgetKey, b)
	}
	if b.of != parent {
		length := 1
		if lines := parent.Lines(); lines != nil && lines.Len() > 0 {
			length += lines.At(lines.Len()-1).Stop - lines.At(0).Start
		}
		*b = budget{of: parent, tries: minTries + maxLook/length, runs: maxRuns}
	}
	return b
}

// bounded keeps an inline parser within the budget.
type bounded struct{ parser.InlineParser }

func (p bounded) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	b := budgetOf(pc, parent)
	if b.tries--; b.tries < 0 {
		return nil
	}
	return p.InlineParser.Parse(parent, block, pc)
}

// boundedLink also hands on what the link parser does at the end of a block.
type boundedLink struct{ bounded }

func (p boundedLink) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	p.InlineParser.(parser.CloseBlocker).CloseBlock(parent, block, pc)
}

// boundedReferences leaves very long paragraphs alone: reading definitions off
// them takes the square of their lines.
type boundedReferences struct{ parser.ParagraphTransformer }

func (t boundedReferences) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if node.Lines().Len() <= maxRefs {
		t.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// boundedTable leaves a paragraph alone that would make a table of more than
// maxCells cells or maxColumns columns: short rows are filled up to the header.
type boundedTable struct{ parser.ParagraphTransformer }

func (t boundedTable) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	columns := 0
	for i := range lines.Len() {
		at := lines.At(i)
		row := at.Value(reader.Source())
		if len(bytes.Trim(row, "-:| \t\n")) == 0 {
			columns = max(columns, bytes.Count(row, []byte("|"))+1)
		}
	}
	if columns > 0 && columns <= maxColumns+2 && columns*lines.Len() <= maxCells {
		t.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// tooDeep gives the number of a line that begins with more than maxNest
// container marks, 0 where there is none.
func tooDeep(src []byte) int {
	for number := 1; len(src) > 0; number++ {
		row := src
		if end := bytes.IndexByte(src, '\n'); end >= 0 {
			row, src = src[:end], src[end+1:]
		} else {
			src = nil
		}
		if nest(row) > maxNest {
			return number
		}
	}
	return 0
}

// nest counts the marks of quotes and lists a line begins with.
func nest(row []byte) int {
	count := 0
	for i := 0; i < len(row); {
		switch c := row[i]; {
		case c == ' ' || c == '\t':
			i++
			continue
		case c == '>':
			i++
		case c == '-' || c == '*' || c == '+':
			if i+1 < len(row) && row[i+1] != ' ' && row[i+1] != '\t' {
				return count
			}
			i++
		case c >= '0' && c <= '9':
			end := i
			for end < len(row) && row[end] >= '0' && row[end] <= '9' {
				end++
			}
			if end == len(row) || row[end] != '.' && row[end] != ')' {
				return count
			}
			i = end + 1
		default:
			return count
		}
		count++
	}
	return count
}

// entity resolves the HTML entity that src begins with; size 0 where it is none.
func entity(src []byte) (words string, size int) {
	end := bytes.IndexByte(src[:min(len(src), maxEntity+2)], ';')
	if end < 2 {
		return "", 0
	}
	words = html.UnescapeString(string(src[:end+1]))
	if words == string(src[:end+1]) {
		return "", 0
	}
	switch words {
	case "\n", "\r", "\t":
		words = " "
	}
	return words, end + 1
}
