package markdown

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"kepu/content"
)

// inline converts the inline children of n. Pictures are put aside in c.images.
func (c *converter) inline(n ast.Node) []content.Node {
	var run run
	c.spans(&run, n, nil)
	return run.finish()
}

// words is the plain text of n.
func (c *converter) words(n ast.Node) string {
	kept := c.images
	words := content.Node{Content: c.inline(n)}.Inline()
	c.images = kept
	return words
}

func (c *converter) spans(out *run, parent ast.Node, marks []content.Mark) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		marked := append(marks[:len(marks):len(marks)], out.html...)
		switch n := n.(type) {
		case *ast.Text:
			value := n.Segment.Value(c.src)
			if n.IsRaw() {
				out.text(string(value), marked)
			} else {
				out.text(plain(value), marked)
			}
			if n.HardLineBreak() {
				out.lineBreak()
			} else if n.SoftLineBreak() {
				out.text("\n", marked)
			}
		case *ast.String:
			out.text(string(n.Value), marked)
		case *ast.CodeSpan:
			out.text(c.raw(n), append(marked, content.Mark{Type: content.MarkCode}))
		case *ast.Emphasis:
			kind := content.MarkItalic
			if n.Level == 2 {
				kind = content.MarkBold
			}
			c.spans(out, n, withMark(marks, content.Mark{Type: kind}))
		case *ast.Link:
			c.spans(out, n, withLink(marks, plain(n.Destination)))
		case *ast.AutoLink:
			url := string(n.URL(c.src))
			if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(url, "mailto:") {
				url = "mailto:" + url
			}
			out.text(string(n.Label(c.src)), withLink(marked, url))
		case *ast.Image:
			alt := strings.ReplaceAll(c.words(n), "\n", " ")
			c.images = append(c.images, picture(plain(n.Destination), content.Tighten(alt), content.Tighten(plain(n.Title))))
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				at := n.Segments.At(i)
				if i == 0 {
					out.tag(string(at.Value(c.src)))
				}
			}
		default:
			c.spans(out, n, marks)
		}
	}
}

func (c *converter) raw(n ast.Node) string {
	var b strings.Builder
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok {
			b.WriteString(strings.ReplaceAll(string(t.Segment.Value(c.src)), "\n", " "))
		}
	}
	return b.String()
}

// withMark adds a mark unless one of its type is there.
func withMark(marks []content.Mark, m content.Mark) []content.Mark {
	for _, have := range marks {
		if have.Type == m.Type {
			return marks
		}
	}
	return append(slices.Clip(marks), m)
}

// withLink adds a link to where a body may lead; any other is dropped.
func withLink(marks []content.Mark, href string) []content.Mark {
	clean, problem := content.CleanLink(href)
	if problem != "" {
		return marks
	}
	return withMark(marks, content.Mark{Type: content.MarkLink, Attrs: map[string]any{"href": clean}})
}

// run gathers inline nodes. In a text "\n" stands for the end of a source line.
type run struct {
	nodes []content.Node
	words strings.Builder // of the text that is being gathered
	marks []content.Mark  // of that text
	html  []content.Mark  // open <sub>, <sup>, <b> …
}

func (r *run) text(s string, marks []content.Mark) {
	if !slices.EqualFunc(r.marks, marks, sameMark) {
		r.end()
		r.marks = slices.Clip(marks)
	}
	r.words.WriteString(s)
}

// end completes the text that is being gathered.
func (r *run) end() {
	if r.words.Len() > 0 {
		r.nodes = append(r.nodes, content.Node{Type: content.NodeText, Text: r.words.String(), Marks: r.marks})
		r.words.Reset()
	}
}

func (r *run) lineBreak() {
	r.end()
	r.nodes = append(r.nodes, content.Node{Type: content.NodeBreak})
}

func sameMark(a, b content.Mark) bool {
	return a.Type == b.Type && a.Str("href") == b.Str("href")
}

// tag heeds the few tags that Markdown has no sign for; all others are nothing.
func (r *run) tag(source string) {
	name := strings.ToLower(strings.Trim(source, "<>/ \n"))
	if name == "br" {
		r.lineBreak()
		return
	}
	kind := map[string]string{
		"sub": content.MarkSub, "sup": content.MarkSup, "b": content.MarkBold, "strong": content.MarkBold,
		"i": content.MarkItalic, "em": content.MarkItalic, "code": content.MarkCode,
	}[name]
	if kind == "" {
		return
	}
	if strings.HasPrefix(source, "</") {
		r.html = slices.DeleteFunc(r.html, func(m content.Mark) bool { return m.Type == kind })
	} else {
		r.html = withMark(r.html, content.Mark{Type: kind})
	}
}

// finish joins source lines, trims the ends and drops what is empty. Lines are
// joined by a space only where neither side is Chinese.
func (r *run) finish() []content.Node {
	r.end()
	for i := range r.nodes {
		if strings.Contains(r.nodes[i].Text, "\n") {
			r.nodes[i].Text = joinLines(r.nodes[i].Text, r.before(i), r.after(i))
		}
	}
	r.trim()
	return slices.DeleteFunc(r.nodes, func(n content.Node) bool { return n.Type == content.NodeText && n.Text == "" })
}

func (r *run) trim() {
	for len(r.nodes) > 0 {
		first := &r.nodes[0]
		if first.Text = strings.TrimLeft(first.Text, " \t　"); first.Type == content.NodeText && first.Text != "" {
			break
		}
		r.nodes = r.nodes[1:]
	}
	for len(r.nodes) > 0 {
		last := &r.nodes[len(r.nodes)-1]
		if last.Text = strings.TrimRight(last.Text, " \t　"); last.Type == content.NodeText && last.Text != "" {
			break
		}
		r.nodes = r.nodes[:len(r.nodes)-1]
	}
}

func (r *run) before(i int) rune {
	if i == 0 || r.nodes[i-1].Type != content.NodeText {
		return ' '
	}
	c, _ := utf8.DecodeLastRuneInString(r.nodes[i-1].Text)
	return c
}

func (r *run) after(i int) rune {
	if i+1 >= len(r.nodes) || r.nodes[i+1].Type != content.NodeText {
		return ' '
	}
	c, _ := utf8.DecodeRuneInString(r.nodes[i+1].Text)
	return c
}

func joinLines(s string, before, after rune) string {
	lines := strings.Split(s, "\n")
	var b strings.Builder
	b.WriteString(lines[0])
	for i, next := range lines[1:] {
		left, right := before, after
		if c, size := utf8.DecodeLastRuneInString(b.String()); size > 0 {
			left = c
		}
		next = strings.TrimLeft(next, " \t　")
		if c, size := utf8.DecodeRuneInString(next); size > 0 {
			right = c
		} else if i+2 < len(lines) {
			right = ' '
		}
		if !wide(left) && !wide(right) && left != ' ' && right != ' ' {
			b.WriteByte(' ')
		}
		b.WriteString(next)
	}
	return b.String()
}
