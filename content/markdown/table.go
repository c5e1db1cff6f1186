package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"kepu/content"
)

// table converts a GFM table. Its caption is a paragraph before or after it, or
// a last row, that begins with a colon. Pictures in cells follow the table.
func (c *converter) table(list []content.Node, n *east.Table) []content.Node {
	t := content.Node{Type: content.NodeTable}
	if last := len(list) - 1; last >= 0 && list[last].Type == content.NodeParagraph {
		if caption, ok := captionOf(list[last].Content); ok {
			t.Attrs = map[string]any{"caption": caption}
			list = list[:last]
		}
	}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		kind := content.NodeCell
		if row.Kind() == east.KindTableHeader {
			kind = content.NodeHeader
		}
		r := content.Node{Type: content.NodeRow}
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			p := content.Node{Type: content.NodeParagraph, Content: c.inline(cell)}
			r.Content = append(r.Content, content.Node{Type: kind, Content: []content.Node{p}})
		}
		if row.NextSibling() == nil && kind == content.NodeCell && t.Attrs == nil {
			if caption, ok := captionRow(r); ok {
				t.Attrs = map[string]any{"caption": caption}
				break
			}
		}
		t.Content = append(t.Content, r)
	}
	images := c.taken()
	if len(t.Content) == 0 {
		return append(list, images...)
	}
	return append(append(list, t), images...)
}

// captionRow reads a row that is a caption: one that stands directly below the
// table is taken for a row of it by GFM.
func captionRow(row content.Node) (string, bool) {
	for i, cell := range row.Content {
		if i > 0 && len(cell.Content[0].Content) > 0 {
			return "", false
		}
	}
	return captionOf(row.Content[0].Content[0].Content)
}

// container converts a ::: block.
func (c *converter) container(list []content.Node, f *fence, top bool) []content.Node {
	name, rest, _ := strings.Cut(f.info, " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(name) {
	case "note":
		tone, title, _ := strings.Cut(rest, " ")
		if known := toneOf(tone); known != "" {
			return c.note(list, f, known, title)
		}
		return c.note(list, f, "info", rest)
	case "steps":
		return c.steps(list, f)
	default:
		if tone := toneOf(name); tone != "" {
			return c.note(list, f, tone, rest)
		}
	}
	c.fail(f.row, "不认识的块“::: %s”；可用 note、steps", clip(f.info))
	return list
}

func toneOf(word string) string {
	switch strings.ToLower(word) {
	case "info", "tip":
		return "info"
	case "warn", "warning", "caution":
		return "warn"
	case "danger":
		return "danger"
	}
	return ""
}

func (c *converter) note(list []content.Node, f *fence, tone, title string) []content.Node {
	attrs := map[string]any{"tone": tone}
	if title = content.Tighten(plain([]byte(strings.TrimSpace(title)))); title != "" {
		attrs["title"] = title
	}
	inside := c.blocks(f, false)
	if len(inside) == 0 {
		inside = []content.Node{{Type: content.NodeParagraph}}
	}
	return append(list, content.Node{Type: content.NodeNote, Attrs: attrs, Content: inside})
}

// steps begins a step at each heading of the highest level used; a list without
// headings gives a step an item.
func (c *converter) steps(list []content.Node, f *fence) []content.Node {
	level := 7
	for n := f.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			level = min(level, h.Level)
		}
	}
	steps := content.Node{Type: content.NodeSteps}
	step := func() *content.Node {
		if len(steps.Content) == 0 {
			steps.Content = append(steps.Content, content.Node{Type: content.NodeStep})
		}
		return &steps.Content[len(steps.Content)-1]
	}
	for n := f.FirstChild(); n != nil && c.problem == ""; n = n.NextSibling() {
		h, isHeading := n.(*ast.Heading)
		l, isList := n.(*ast.List)
		switch {
		case isHeading && h.Level == level:
			s := content.Node{Type: content.NodeStep}
			if title := content.Tighten(strings.TrimSpace(c.words(h))); title != "" {
				s.Attrs = map[string]any{"title": title}
			}
			steps.Content = append(steps.Content, s)
		case isList && level == 7:
			for item := l.FirstChild(); item != nil; item = item.NextSibling() {
				steps.Content = append(steps.Content, content.Node{Type: content.NodeStep, Content: c.blocks(item, false)})
			}
		default:
			s := step()
			s.Content = c.block(s.Content, n, false)
		}
	}
	if len(steps.Content) == 0 {
		return list
	}
	for i := range steps.Content {
		if len(steps.Content[i].Content) == 0 {
			steps.Content[i].Content = []content.Node{{Type: content.NodeParagraph}}
		}
	}
	return append(list, steps)
}

func clip(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}
