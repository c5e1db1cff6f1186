package proof

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"kepu/content"
)

// Links are looked for in the source: reading drops what a body may not hold,
// and a link that quietly became mere words is a fault too.
var (
	linked  = regexp.MustCompile(`(!?)\[[^\]]*\]\(\s*<?([^)\s>]*)`)
	address = regexp.MustCompile(`(?i)(?:https?://|www\.)[^\s)>，。；）]+`)
)

// links checks where a piece leads to.
func (r *reading) links(p *piece) {
	fraud := slices.Contains(p.sub.Placement.Topics, fraudTopic)
	for i, line := range p.lines {
		if i+1 < p.below {
			continue
		}
		if found := address.FindString(line); fraud && found != "" {
			r.fault(p.file, i+1, "讲骗局的文章里不放外面的链接：%s", found)
		}
		for _, m := range linked.FindAllStringSubmatch(line, -1) {
			if m[1] == "" {
				r.link(p, i+1, m[2])
			}
		}
	}
	for i, ref := range p.sub.Version.References {
		if fraud && ref.URL != "" {
			r.fault(p.file, p.field(fmt.Sprintf("references[%d].url", i)), "讲骗局的文章里不放外面的链接：%s", ref.URL)
		}
	}
}

func (r *reading) link(p *piece, line int, href string) {
	clean, problem := content.CleanLink(href)
	if problem != "" {
		r.fault(p.file, line, "%s", problem)
		return
	}
	if u, err := url.Parse(clean); err == nil && u.Scheme == "" && !r.leads(u) {
		r.fault(p.file, line, "站内没有 %s", href)
	}
}

// leads tells whether a path of the site shows something once the library is
// loaded. The easy view has the same addresses below /easy.
func (r *reading) leads(u *url.URL) bool {
	path := strings.Trim(strings.TrimPrefix(u.Path+"/", "/easy/"), "/")
	kind, name, below := strings.Cut(path, "/")
	switch {
	case path == "" || path == "search":
		return true
	case content.Audience(kind).Valid():
		_, known := r.topics[name]
		return !below || known
	}
	switch kind {
	case "article", "video":
		return slices.ContainsFunc(r.pieces, func(p *piece) bool {
			return p.clip == (kind == "video") && (p.sub.Slug == name || p.broken && p.name == name)
		})
	case "topic":
		_, ok := r.topics[name]
		return ok
	case "series":
		return r.unread[seriesFile] || slices.ContainsFunc(r.series, func(s series) bool { return s.Slug == name })
	case "scene":
		return r.unread[scenesFile] || slices.ContainsFunc(r.scenes, func(s scene) bool { return s.Slug == name })
	case "region":
		_, ok := content.FindRegion(name)
		return ok
	}
	return false
}
