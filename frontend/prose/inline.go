package prose

import (
	"net/url"
	"strings"

	"kepu/content"
)

// order in which marks are opened, whatever order the tree names them in.
var order = [...]struct{ mark, tag string }{
	{"link", "a"}, {"term", "dfn"}, {"bold", "strong"}, {"italic", "em"}, {"sub", "sub"}, {"sup", "sup"}, {"code", "code"},
}

func (w *writer) inline(nodes []content.Node) {
	for _, n := range nodes {
		switch n.Type {
		case "text":
			w.marked(n)
		case "hardBreak":
			w.raw("<br>")
		default:
			w.text(Words([]content.Node{n}))
		}
	}
}

// marked writes a text with its marks, each at most once.
func (w *writer) marked(n content.Node) {
	var open [len(order)]string
	for i, o := range order {
		m, ok := find(n.Marks, o.mark)
		if !ok || !w.open(o.mark, o.tag, m, n.Text) {
			continue
		}
		open[i] = o.tag
	}
	w.text(n.Text)
	for i := len(open) - 1; i >= 0; i-- {
		if open[i] != "" {
			w.raw("</", open[i], ">")
		}
	}
}

// open opens one mark's tag; false where the mark has none to offer.
func (w *writer) open(mark, tag string, m content.Mark, said string) bool {
	switch mark {
	case "link":
		href, ours := w.href(text(m.Attrs, "href"))
		if href == "" {
			return false
		}
		w.raw("<a")
		if w.View != Feed {
			w.attr("class", "link")
		}
		w.attr("href", href)
		if !ours {
			w.attr("rel", "noopener nofollow")
		}
		w.raw(">")
		return true
	case "term":
		if text(m.Attrs, "text") == "" {
			return false
		}
		w.asides = append(w.asides, content.Mark{Attrs: map[string]any{"term": said, "text": text(m.Attrs, "text")}})
	}
	w.raw("<", tag, ">")
	return true
}

func find(marks []content.Mark, name string) (content.Mark, bool) {
	for _, m := range marks {
		if m.Type == name {
			return m, true
		}
	}
	return content.Mark{}, false
}

// href judges a link. Our own paths stay in the view they are read in; the rest
// must name a scheme a reader can follow safely. "" where it may not be kept.
func (w *writer) href(raw string) (href string, ours bool) {
	if strings.ContainsAny(raw, "\x00\t\r\n\\ ") {
		return "", false
	}
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return "", false
		}
		return u.String(), false
	case "mailto", "tel":
		return u.String(), false
	case "":
	default:
		return "", false
	}
	if u.Host != "" {
		return "", false
	}
	switch {
	case raw == "" || strings.HasPrefix(raw, "//"):
		return "", false
	case raw[0] == '#':
		return raw, true
	case raw[0] != '/':
		return "", false
	case w.View == Easy && InView(u.Path):
		return "/easy" + strings.TrimSuffix(u.String(), "/"), true
	}
	return w.Base + u.String(), true
}

// InView tells whether a path of ours is a page, which both views have.
func InView(path string) bool {
	for _, not := range []string{"/easy/", "/media/", "/assets/", "/api/", "/feed."} {
		if strings.HasPrefix(path, not) {
			return false
		}
	}
	return path != "/easy"
}
