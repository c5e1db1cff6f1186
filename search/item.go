package search

import (
	"strings"

	"kepu/content"
	"kepu/shelf"
)

// entryOf is what is indexed of a live item.
func entryOf(it *shelf.Item) *entry {
	v, p := &it.Version, &it.Item.Placement
	e := &entry{
		id:       it.Item.ID,
		rev:      it.Rev,
		title:    v.Title,
		summary:  v.Summary + "\n" + v.Plain,
		headings: headings(it),
		tags:     strings.Join(p.Tags, "\n"),
		body:     bodyText(it),
	}
	e.keywords = append(e.keywords, kindWord(it.Item.Kind))
	for _, a := range p.Audiences {
		e.keywords = append(e.keywords, audienceWord(string(a.Audience)))
	}
	for _, t := range p.Topics { // with every key that contains it: health, health-chronic
		for i := range len(t) {
			if t[i] == '-' {
				e.keywords = append(e.keywords, topicWord(t[:i]))
			}
		}
		e.keywords = append(e.keywords, topicWord(t))
	}
	for n := 2; n <= len(p.Region); n += 2 { // 33, 3301, 330106
		e.keywords = append(e.keywords, regionWord(p.Region[:n]))
	}
	if at := it.Item.Published; at != nil {
		e.published = *at
		e.keywords = append(e.keywords, yearWord(*at))
	}
	if until := it.Item.Until; until != nil {
		e.until = *until
	}
	e.completions(p.Tags)
	return e
}

// body is the block tree of either kind.
func body(it *shelf.Item) *content.Body {
	switch v := &it.Version; {
	case v.Article != nil:
		return &v.Article.Body
	case v.Video != nil:
		return &v.Video.Body
	}
	return &content.Body{}
}

func headings(it *shelf.Item) string {
	var all []string
	for _, h := range body(it).Headings() {
		all = append(all, h.Text)
	}
	if v := it.Version.Video; v != nil {
		for _, c := range v.Chapters {
			all = append(all, c.Text)
		}
	}
	return strings.Join(all, "\n")
}

// bodyText is everything to read in the body, one passage a line, and what is
// said in a video.
func bodyText(it *shelf.Item) string {
	text := body(it).Text()
	v := it.Version.Video
	if v == nil || len(v.Transcript) == 0 {
		return text
	}
	var b strings.Builder
	b.WriteString(text)
	for _, l := range v.Transcript {
		b.WriteByte('\n')
		b.WriteString(l.Text)
	}
	return b.String()
}
