package markdown

import (
	"fmt"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"kepu/content"
)

// converter turns goldmark's tree into ours.
type converter struct {
	src     []byte
	title   string
	dropped bool // the heading that repeats the title
	shift   int  // added to every heading's level
	problem string
	images  []content.Node // found in the inline text at hand
}

func (c *converter) fail(at int, format string, args ...any) {
	if c.problem == "" {
		c.problem = fmt.Sprintf("第 %d 行：%s", line(c.src, min(max(at, 0), len(c.src))), fmt.Sprintf(format, args...))
	}
}

// levels finds how far headings are to be shifted: not at all where # is only
// the title.
func (c *converter) levels(root ast.Node) {
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 && !c.isTitle(n) {
			c.shift = 1
			return
		}
	}
}

func (c *converter) isTitle(n ast.Node) bool {
	h, ok := n.(*ast.Heading)
	return ok && c.title != "" && h.Level == 1 && firstBlock(n) && sameWords(c.words(n), c.title)
}

func firstBlock(n ast.Node) bool {
	return n.PreviousSibling() == nil && n.Parent() != nil && n.Parent().Kind() == ast.KindDocument
}

func sameWords(a, b string) bool {
	return strings.Join(strings.Fields(content.Tighten(a)), "") == strings.Join(strings.Fields(content.Tighten(b)), "")
}

// blocks converts the children of n. Headings are such only at the top;
// elsewhere they are paragraphs in bold.
func (c *converter) blocks(n ast.Node, top bool) []content.Node {
	var list []content.Node
	for child := n.FirstChild(); child != nil && c.problem == ""; child = child.NextSibling() {
		list = c.block(list, child, top)
	}
	return list
}

func (c *converter) block(list []content.Node, n ast.Node, top bool) []content.Node {
	switch n := n.(type) {
	case *ast.Heading:
		return c.heading(list, n, top)
	case *ast.Paragraph, *ast.TextBlock:
		return c.paragraph(list, n)
	case *ast.List:
		return append(list, c.list(n))
	case *ast.Blockquote:
		if inside := c.blocks(n, false); len(inside) > 0 {
			list = append(list, content.Node{Type: content.NodeQuote, Content: inside})
		}
	case *ast.FencedCodeBlock:
		return c.code(list, n)
	case *ast.HTMLBlock:
		return c.html(list, n)
	case *east.Table:
		return c.table(list, n)
	case *fence:
		return c.container(list, n, top)
	case *formula:
		attrs := map[string]any{"tex": n.tex.String()}
		if words := strings.ReplaceAll(n.words.String(), "\n", ""); words != "" {
			attrs["text"] = content.Tighten(plain([]byte(words)))
		}
		if n.tex.Len() > 0 {
			list = append(list, content.Node{Type: content.NodeFormula, Attrs: attrs})
		}
	}
	return list
}

func (c *converter) heading(list []content.Node, n *ast.Heading, top bool) []content.Node {
	if c.isTitle(n) && !c.dropped {
		c.dropped = true
		return list
	}
	inline := c.inline(n)
	images := c.taken()
	switch {
	case len(inline) == 0:
	case top:
		level := min(max(n.Level+c.shift, 2), 4)
		list = append(list, content.Node{
			Type: content.NodeHeading, Attrs: map[string]any{"level": float64(level)}, Content: inline,
		})
	default:
		for i := range inline {
			inline[i].Marks = withMark(inline[i].Marks, content.Mark{Type: content.MarkBold})
		}
		list = append(list, content.Node{Type: content.NodeParagraph, Content: inline})
	}
	return append(list, images...)
}

// paragraph gives the text, and before or after it the pictures found in it.
// One that begins with a colon next to a table is its caption.
func (c *converter) paragraph(list []content.Node, n ast.Node) []content.Node {
	inline := c.inline(n)
	images := c.taken()
	if len(inline) == 0 {
		return append(list, images...)
	}
	_, imageFirst := n.FirstChild().(*ast.Image)
	if imageFirst {
		list = append(list, images...)
	}
	if len(list) > 0 && list[len(list)-1].Type == content.NodeTable && list[len(list)-1].Attrs == nil {
		if caption, ok := captionOf(inline); ok {
			list[len(list)-1].Attrs = map[string]any{"caption": caption}
			return list
		}
	}
	list = append(list, content.Node{Type: content.NodeParagraph, Content: inline})
	if !imageFirst {
		list = append(list, images...)
	}
	return list
}

func captionOf(inline []content.Node) (string, bool) {
	words := content.Node{Content: inline}.Inline()
	for _, colon := range []string{": ", "：", ":"} {
		if caption, ok := strings.CutPrefix(words, colon); ok {
			return strings.TrimSpace(caption), strings.TrimSpace(caption) != ""
		}
	}
	return "", false
}

// taken gives the pictures found since it was last called.
func (c *converter) taken() []content.Node {
	images := c.images
	c.images = nil
	return images
}

func (c *converter) list(n *ast.List) content.Node {
	list := content.Node{Type: content.NodeBullets}
	if n.IsOrdered() {
		list.Type = content.NodeNumbers
		if n.Start != 1 && n.Start <= 1_000_000 {
			list.Attrs = map[string]any{"start": float64(n.Start)}
		}
	}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		inside := c.blocks(item, false)
		if len(inside) == 0 || inside[0].Type != content.NodeParagraph {
			inside = append([]content.Node{{Type: content.NodeParagraph}}, inside...)
		}
		list.Content = append(list.Content, content.Node{Type: content.NodeItem, Content: inside})
	}
	return list
}

// code keeps fenced lines as a paragraph of code; ```math is a formula.
func (c *converter) code(list []content.Node, n *ast.FencedCodeBlock) []content.Node {
	var rows []string
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		rows = append(rows, strings.TrimRight(string(at.Value(c.src)), "\n"))
	}
	text := strings.TrimSpace(strings.Join(rows, "\n"))
	if text == "" {
		return list
	}
	switch string(n.Language(c.src)) {
	case "math", "tex", "latex":
		return append(list, content.Node{Type: content.NodeFormula, Attrs: map[string]any{"tex": text}})
	}
	p := content.Node{Type: content.NodeParagraph}
	for i, row := range rows {
		if i > 0 {
			p.Content = append(p.Content, content.Node{Type: content.NodeBreak})
		}
		if row != "" {
			p.Content = append(p.Content, content.Node{
				Type: content.NodeText, Text: row, Marks: []content.Mark{{Type: content.MarkCode}},
			})
		}
	}
	return append(list, p)
}

// picture is an image node, or a video node where the path says so.
func picture(src, alt, caption string) content.Node {
	var n content.Node
	switch strings.ToLower(path.Ext(src)) {
	case ".mp4", ".webm", ".mov", ".m4v":
		n.SetClip(content.Clip{}, alt, caption)
		n.Attrs["src"] = src
	default:
		n.SetPicture(content.Picture{Src: src, Alt: alt, Caption: caption})
	}
	return n
}
