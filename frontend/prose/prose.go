// Package prose writes a body as HTML: the same tree as a page of the standard
// view, of the easy view, or as what a feed carries. Every tag is written by
// this package and every text and attribute is escaped by it, so whatever the
// tree holds, the result is balanced, has no script and no address but our own,
// http, https, mailto and tel. What it does not know it leaves out, keeping the
// words.
package prose

import (
	"html/template"
	"strconv"
	"strings"

	"kepu/content"
)

// View is how a body looks.
type View int

const (
	Standard View = iota
	Easy          // 长辈版: tables and formulae become words, steps cards
	Feed          // no classes, no ids, absolute addresses
)

// Options of Write.
type Options struct {
	View View
	Base string // what stands before our own paths: a host for Feed
	// Medium gives the path of a blob; nil leaves pictures and films out.
	Medium func(key, mediaType string) string
}

// Text is a body written.
type Text struct {
	HTML     template.HTML
	Headings []Heading // of the second level, in order
}

// Heading is one place a list of contents leads to.
type Heading struct{ ID, Text string }

// maxDepth is deeper than content lets a body be.
const maxDepth = 40

// Write writes a body. It never fails.
func Write(b content.Body, o Options) Text {
	w := writer{Options: o, level: 1}
	w.blocks(b.Content, 0)
	return Text{HTML: template.HTML(w.b.String()), Headings: w.headings}
}

// Words gives the text of nodes without any mark.
func Words(nodes []content.Node) string {
	var b strings.Builder
	words(&b, nodes, 0)
	return strings.TrimSpace(b.String())
}

func words(b *strings.Builder, nodes []content.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for _, n := range nodes {
		switch n.Type {
		case "text":
			b.WriteString(n.Text)
		case "hardBreak":
			b.WriteByte(' ')
		default:
			words(b, n.Content, depth+1)
			if n.Type != "listItem" && b.Len() > 0 {
				b.WriteByte(' ')
			}
		}
	}
}

type writer struct {
	Options
	b        strings.Builder
	headings []Heading
	level    int // of the last heading
	asides   []content.Mark
}

// raw writes what this package wrote itself.
func (w *writer) raw(parts ...string) {
	for _, p := range parts {
		w.b.WriteString(p)
	}
}

// text writes foreign text. What could turn the direction of the words after it
// is kept to itself.
func (w *writer) text(s string) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsAny(s, "\u202a\u202b\u202d\u202e\u2066\u2067\u2068") {
		w.raw("<bdi>", template.HTMLEscapeString(s), "</bdi>")
		return
	}
	w.raw(template.HTMLEscapeString(s))
}

// attr writes an attribute; none where the value is empty.
func (w *writer) attr(name, value string) {
	if value != "" {
		w.raw(" ", name, `="`, template.HTMLEscapeString(strings.ToValidUTF8(value, "\uFFFD")), `"`)
	}
}

// class opens a tag with a class, which feeds do without.
func (w *writer) class(tag, class string) {
	w.raw("<", tag)
	if w.View != Feed {
		w.attr("class", class)
	}
	w.raw(">")
}

func (w *writer) icon(name string) {
	if w.View != Feed {
		w.raw(`<svg class="i" aria-hidden="true"><use href="#i-`, name, `"/></svg>`)
	}
}

func (w *writer) blocks(nodes []content.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for _, n := range nodes {
		w.block(n, depth)
	}
}

func (w *writer) block(n content.Node, depth int) {
	switch n.Type {
	case "paragraph":
		w.paragraph(n)
	case "heading":
		w.heading(n)
	case "bulletList":
		w.class("ul", "dots")
		w.items(n, depth)
		w.raw("</ul>")
	case "orderedList":
		w.raw("<ol")
		if start := number(n.Attrs, "start"); start > 1 {
			w.attr("start", strconv.Itoa(start))
		}
		w.raw(">")
		w.items(n, depth)
		w.raw("</ol>")
	case "blockquote":
		w.raw("<blockquote>")
		w.blocks(n.Content, depth+1)
		w.raw("</blockquote>")
	case "image":
		w.image(n)
	case "video":
		w.video(n)
	case "table":
		w.table(n, depth)
	case "note":
		w.note(n, depth)
	case "steps":
		w.steps(n, depth)
	case "formula":
		w.formula(n)
	default:
		if w.inlineOnly(n) {
			w.paragraph(content.Node{Content: []content.Node{n}})
		} else {
			w.blocks(n.Content, depth+1)
		}
	}
}

// inlineOnly tells whether a node of no known block is text.
func (w *writer) inlineOnly(n content.Node) bool { return n.Type == "text" || n.Type == "hardBreak" }

func (w *writer) paragraph(n content.Node) {
	if len(n.Content) == 0 {
		return
	}
	w.raw("<p>")
	w.inline(n.Content)
	w.raw("</p>")
	w.explain()
}

// explain writes the terms explained in the paragraph just written, beside it.
func (w *writer) explain() {
	terms := w.asides
	w.asides = nil
	for _, t := range terms {
		w.class("aside", "margin")
		w.raw("<b>")
		w.text(text(t.Attrs, "term"))
		w.raw("</b>")
		w.text(text(t.Attrs, "text"))
		w.raw("</aside>")
	}
}

// heading keeps the levels without a gap: after the page's own h1 comes h2.
func (w *writer) heading(n content.Node) {
	level := min(max(number(n.Attrs, "level"), 2), 4, w.level+1)
	w.level = level
	tag := "h" + strconv.Itoa(level)
	w.raw("<", tag)
	if level == 2 && w.View != Feed {
		id := "p" + strconv.Itoa(len(w.headings)+1)
		w.headings = append(w.headings, Heading{id, Words(n.Content)})
		w.attr("id", id)
	}
	w.raw(">")
	w.inline(n.Content)
	w.raw("</", tag, ">")
	w.explain()
}

func (w *writer) items(list content.Node, depth int) {
	for _, item := range list.Content {
		w.raw("<li>")
		if len(item.Content) == 1 && item.Content[0].Type == "paragraph" {
			w.inline(item.Content[0].Content)
			w.explain()
		} else {
			w.blocks(item.Content, depth+1)
		}
		w.raw("</li>")
	}
}

func (w *writer) note(n content.Node, depth int) {
	tone, icon := text(n.Attrs, "tone"), "info"
	switch tone {
	case "warn", "danger":
		icon = "warn"
	default:
		tone = "info"
	}
	w.raw("<div")
	if w.View != Feed {
		w.attr("class", "note note--"+tone)
		w.attr("role", "note")
	}
	w.raw(">")
	if title := text(n.Attrs, "title"); title != "" {
		w.class("p", "note__t")
		w.icon(icon)
		w.raw("<b>")
		w.text(title)
		w.raw("</b></p>")
	}
	w.blocks(n.Content, depth+1)
	w.raw("</div>")
}

func (w *writer) steps(n content.Node, depth int) {
	w.class("ol", "steps")
	for _, step := range n.Content {
		w.raw("<li>")
		if title := text(step.Attrs, "title"); title != "" {
			w.raw("<b>")
			w.text(title)
			w.raw("</b>")
		}
		w.class("div", "steps__b")
		w.blocks(step.Content, depth+1)
		w.raw("</div></li>")
	}
	w.raw("</ol>")
}

func (w *writer) formula(n content.Node) {
	say := strings.TrimSpace(text(n.Attrs, "text"))
	tex := text(n.Attrs, "tex")
	math, ok := MathML(tex)
	if say == "" && !ok {
		say = tex
	}
	w.class("div", "formula")
	if ok && (w.View != Easy || say == "") {
		w.raw(math)
	}
	if say != "" {
		w.raw("<p>")
		w.text(say)
		w.raw("</p>")
	}
	w.raw("</div>")
}

// text reads a string attribute.
func text(attrs map[string]any, name string) string {
	s, _ := attrs[name].(string)
	return s
}

// number reads a whole attribute between 0 and a million.
func number(attrs map[string]any, name string) int {
	n := 0
	switch v := attrs[name].(type) {
	case float64:
		if v > 0 && v < 1e6 {
			n = int(v)
		}
	case int:
		n = v
	case int64:
		n = int(min(v, 1e6))
	}
	return min(max(n, 0), 1e6)
}
