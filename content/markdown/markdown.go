// Package markdown reads Markdown as people write Chinese articles in it and
// gives the block tree of content.Body. It owns the syntax; it refuses what is
// too large or too deep, drops raw HTML (its harmless words stay), and never
// resolves a path: pictures and clips come out with Src alone.
//
// Beyond CommonMark and GFM tables:
//
//	::: note warn 标题        a note; tones info (default), warn, danger
//	…
//	:::
//
//	::: steps                 steps; each heading inside begins one
//	### 第一步
//	…
//	:::
//
//	$$                        a formula; what follows on the closing line and
//	E = mc^2                  the next ones, up to a blank line, says it in words
//	$$ 能量等于质量乘以光速的平方
//
//	![替代文字](图.jpg "图注")     a picture; .mp4, .webm, .mov, .m4v are clips
//	: 表题                     a paragraph next to a table is its caption
//
// More colons nest a container in another. Headings are shifted so that a body
// uses levels 2 to 4. Emphasis works next to Chinese punctuation. Links that a
// body may not hold (relative ones, other schemes) become their words. Indented
// lines are text, not code; bare addresses and ~ are left alone.
package markdown

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"kepu/content"
	"kepu/journal"
)

// MaxSize is the largest text accepted, in bytes.
const MaxSize = 2_000_000

// Parse reads a body. Errors are *journal.Invalid. The result is tightened, see
// content.Tighten, and still to be checked once its pictures are resolved.
func Parse(src []byte) (content.Body, error) { return ParseTitled(src, "") }

// ParseTitled is Parse of an article whose title is known: a first # heading
// with these words is dropped and the others need not be shifted for it.
func ParseTitled(src []byte, title string) (content.Body, error) {
	src, err := prepare(src)
	if err != nil {
		return content.Body{}, err
	}
	c := converter{src: src, title: title}
	root := shared().Parse(text.NewReader(src))
	c.levels(root)
	nodes := c.blocks(root, true)
	if c.problem != "" {
		return content.Body{}, invalid("%s", c.problem)
	}
	if len(nodes) == 0 {
		return content.Body{}, nil
	}
	body := content.Body{Type: content.NodeDoc, Content: nodes}
	body.Tighten()
	return body, nil
}

// shared is the parser; it holds no state of a parse.
var shared = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(fenceParser{}, 740),
			util.Prioritized(formulaParser{}, 750),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewHTMLBlockParser(), 900),
			util.Prioritized(indented{parser.NewParagraphParser()}, 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(bounded{parser.NewCodeSpanParser()}, 100),
			util.Prioritized(boundedLink{bounded{parser.NewLinkParser()}}, 200),
			util.Prioritized(bounded{parser.NewAutoLinkParser()}, 300),
			util.Prioritized(bounded{parser.NewRawHTMLParser()}, 400),
			util.Prioritized(emphasis{}, 500),
		),
		parser.WithParagraphTransformers(
			util.Prioritized(boundedReferences{parser.LinkReferenceParagraphTransformer}, 100),
			util.Prioritized(boundedTable{extension.NewTableParagraphTransformer()}, 200),
		),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
})

// indented lets a paragraph begin with any indentation; without it, and without
// indented code, goldmark would stop at such a line.
type indented struct{ parser.BlockParser }

func (indented) CanAcceptIndentedLine() bool { return true }

func invalid(format string, args ...any) error {
	return &journal.Invalid{Problems: []journal.Problem{{Message: fmt.Sprintf(format, args...)}}}
}

// prepare checks what the parser must not be given and unifies line ends.
func prepare(src []byte) ([]byte, error) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if len(src) > MaxSize {
		return nil, invalid("正文超过 %d MB", MaxSize/1_000_000)
	}
	if at := invalidAt(src); at >= 0 {
		return nil, invalid("第 %d 行不是有效的 UTF-8 文字", line(src, at))
	}
	if at := bytes.IndexByte(src, 0); at >= 0 {
		return nil, invalid("第 %d 行含有空字符（NUL）", line(src, at))
	}
	if bytes.IndexByte(src, '\r') >= 0 {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
		src = bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
	}
	if at := tooDeep(src); at > 0 {
		return nil, invalid("第 %d 行嵌套超过 %d 层", at, maxNest)
	}
	return src, nil
}

func invalidAt(src []byte) int {
	if utf8.Valid(src) {
		return -1
	}
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func line(src []byte, at int) int { return 1 + bytes.Count(src[:at], []byte("\n")) }

// plain gives the words of a piece of source: backslash escapes and entities
// resolved. A line end among them becomes a space; "\n" is for line breaks.
func plain(src []byte) string {
	if bytes.IndexByte(src, '\\') < 0 && bytes.IndexByte(src, '&') < 0 {
		return string(src)
	}
	var b strings.Builder
	b.Grow(len(src))
	for i := 0; i < len(src); {
		c := src[i]
		if c == '\\' && i+1 < len(src) && util.IsPunct(src[i+1]) {
			b.WriteByte(src[i+1])
			i += 2
			continue
		}
		if c == '&' {
			if words, size := entity(src[i:]); size > 0 {
				b.WriteString(words)
				i += size
				continue
			}
		}
		b.WriteByte(c)
		i++
	}
	return b.String()
}
