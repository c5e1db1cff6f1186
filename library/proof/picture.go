package proof

import (
	"path"
	"slices"
	"strings"

	"kepu/content"
)

// Length of an alternative text, in Han.
const (
	leastAlt = 30
	mostAlt  = 90
)

// pictures checks what a piece shows, and notes it as used.
func (r *reading) pictures(p *piece) {
	if c := p.sub.Version.Cover; c != nil {
		r.covers[r.picture(p, *c, p.field("cover.src"), p.field("cover.alt"))] = true
	}
	body := p.text()
	for _, pic := range body.Pictures() {
		at := p.find("(" + pic.Src)
		r.picture(p, pic, at, at)
	}
	body.Walk(func(n *content.Node) bool {
		if n.Type == content.NodeVideo {
			r.shows(p, n.Str("src"), p.find("("+n.Str("src")))
		}
		return true
	})
}

func (r *reading) picture(p *piece, pic content.Picture, src, alt int) string {
	if n := content.Han(pic.Alt); n < leastAlt || n > mostAlt {
		r.fault(p.file, alt, "%s 的替代文字有 %d 字，应有 %d 到 %d 字", pic.Src, n, leastAlt, mostAlt)
	}
	return r.shows(p, pic.Src, src)
}

// shows notes a file as used and gives its path; "" where it is not there.
func (r *reading) shows(p *piece, src string, line int) string {
	file := path.Join(path.Dir(p.file), src)
	if src == "" || !r.has(file) {
		r.fault(p.file, line, "找不到“%s”", src)
		return ""
	}
	r.used[file] = true
	return file
}

// shown are the endings of files that pieces show.
var shownFiles = []string{".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".webm", ".vtt"}

// files checks the drawings, and that none lies about unused: it would be
// carried by every program and seen by nobody.
func (r *reading) files() {
	broken := slices.ContainsFunc(r.pieces, func(p *piece) bool { return p.broken })
	for _, file := range r.all {
		dir, ext := path.Dir(file), strings.ToLower(path.Ext(file))
		if dir != articles && dir != clips || !slices.Contains(shownFiles, ext) {
			continue
		}
		if !r.used[file] && !broken { // a broken piece may show it
			r.fault(file, 0, "没有哪一篇用到它")
		}
		if ext == ".svg" {
			if raw := r.bytes(file); raw != nil {
				r.drawing(file, raw, r.covers[file])
			}
		}
	}
}
