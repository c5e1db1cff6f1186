package prose

import (
	"strconv"
	"strings"

	"kepu/content"
)

func (w *writer) image(n content.Node) {
	src := w.medium(n)
	if src == "" {
		return
	}
	w.class("figure", "fig")
	w.raw("<img")
	w.attr("src", src)
	w.size(n.Attrs)
	w.raw(` alt="`)
	w.text(text(n.Attrs, "alt"))
	w.raw(`" loading="lazy" decoding="async">`)
	w.caption(n)
	w.raw("</figure>")
}

func (w *writer) video(n content.Node) {
	src := w.medium(n)
	if src == "" {
		return
	}
	w.class("figure", "film")
	w.raw(`<video controls preload="none" playsinline`)
	w.attr("src", src)
	w.size(n.Attrs)
	w.attr("aria-label", text(n.Attrs, "caption"))
	w.raw("></video>")
	w.caption(n)
	w.raw("</figure>")
}

func (w *writer) caption(n content.Node) {
	if caption := text(n.Attrs, "caption"); caption != "" {
		w.raw("<figcaption>")
		w.text(caption)
		w.raw("</figcaption>")
	}
}

// medium is the address of a node's blob; "" where it names none.
func (w *writer) medium(n content.Node) string {
	key := text(n.Attrs, "key")
	if w.Medium == nil || len(key) != 64 || strings.Trim(key, "0123456789abcdef") != "" {
		return ""
	}
	return w.Base + w.Medium(key, text(n.Attrs, "type"))
}

func (w *writer) size(attrs map[string]any) {
	if width, height := number(attrs, "width"), number(attrs, "height"); width > 0 && height > 0 {
		w.attr("width", strconv.Itoa(width))
		w.attr("height", strconv.Itoa(height))
	}
}

// table writes a table in a region of its own, which scrolls when it must. The
// easy view says a plain table in words instead, one row after another.
func (w *writer) table(n content.Node, depth int) {
	rows := n.Content
	if len(rows) == 0 {
		return
	}
	caption := text(n.Attrs, "caption")
	if w.View == Easy && plain(rows) {
		w.rows(rows, caption)
		return
	}
	if w.View != Feed {
		w.raw(`<div class="tbl" tabindex="0" role="region"`)
		if caption == "" {
			caption = "表格"
		}
		w.attr("aria-label", caption)
		w.raw(">")
	}
	w.raw("<table>")
	if text(n.Attrs, "caption") != "" {
		w.raw("<caption>")
		w.text(caption)
		w.raw("</caption>")
	}
	head := 0
	for head < len(rows)-1 && heading(rows[head]) {
		head++
	}
	if head > 0 {
		w.raw("<thead>")
		for _, row := range rows[:head] {
			w.row(row, "col", depth)
		}
		w.raw("</thead>")
	}
	w.raw("<tbody>")
	for _, row := range rows[head:] {
		w.row(row, "row", depth)
	}
	w.raw("</tbody></table>")
	if w.View != Feed {
		w.raw("</div>")
	}
}

// heading tells whether a row is made of header cells only.
func heading(row content.Node) bool {
	for _, cell := range row.Content {
		if cell.Type != "tableHeader" {
			return false
		}
	}
	return len(row.Content) > 0
}

func (w *writer) row(row content.Node, scope string, depth int) {
	w.raw("<tr>")
	for _, cell := range row.Content {
		tag := "td"
		if cell.Type == "tableHeader" {
			tag = "th"
		}
		w.raw("<", tag)
		if tag == "th" {
			w.attr("scope", scope)
		}
		for _, span := range []string{"colspan", "rowspan"} {
			if v := min(number(cell.Attrs, span), 20); v > 1 {
				w.attr(span, strconv.Itoa(v))
			}
		}
		w.raw(">")
		if len(cell.Content) == 1 && cell.Content[0].Type == "paragraph" {
			w.inline(cell.Content[0].Content)
		} else {
			w.blocks(cell.Content, depth+1)
		}
		w.asides = nil
		w.raw("</", tag, ">")
	}
	w.raw("</tr>")
}

// plain tells whether every row has as many cells as the first, a row of
// headings, and none is joined.
func plain(rows []content.Node) bool {
	if len(rows) < 2 || !heading(rows[0]) {
		return false
	}
	for _, row := range rows {
		if len(row.Content) != len(rows[0].Content) || len(row.Content) < 2 {
			return false
		}
		for _, cell := range row.Content {
			if number(cell.Attrs, "colspan") > 1 || number(cell.Attrs, "rowspan") > 1 {
				return false
			}
		}
	}
	return true
}

// rows says a table in words: what a row is about, then each of its values
// under the name of its column.
func (w *writer) rows(rows []content.Node, caption string) {
	if caption != "" {
		w.raw(`<p class="rows__t"><b>`)
		w.text(caption)
		w.raw("</b></p>")
	}
	w.raw(`<ul class="rows">`)
	names := rows[0].Content
	for _, row := range rows[1:] {
		w.raw("<li><b>")
		w.text(Words(row.Content[0].Content))
		w.raw("</b>")
		for i, cell := range row.Content[1:] {
			w.raw("<span>")
			if name := Words(names[i+1].Content); name != "" {
				w.text(name + "：")
			}
			w.text(Words(cell.Content))
			w.raw("</span>")
		}
		w.raw("</li>")
	}
	w.raw("</ul>")
}
