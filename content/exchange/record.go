package exchange

import (
	"encoding/json"
	"slices"
	"strings"

	"kepu/content"
	"kepu/content/markdown"
	"kepu/journal"
)

// record is one line or front matter on its way to a submission. Its pictures,
// clips and captions hold paths still.
type record struct {
	sub      content.Submission
	draft    bool // never to be published
	captions []track
	derive   bool // the transcript is to be taken from the captions
	note     string
	tight    bool // typed spaces are taken out; not where the body is our own tree
}

// track is a caption file before it is resolved.
type track struct{ src, lang, label string }

// read turns values into a record. text is the Markdown below a front matter,
// nil for a line. The error is *journal.Invalid.
func (im *Import) read(values map[string]any, yaml bool, source, id string, text []byte) (*record, error) {
	var problems []journal.Problem
	o := &object{values: values, yaml: yaml, problems: &problems}
	r := &record{}
	s := &r.sub
	s.SourceID = strings.TrimSpace(o.str("id"))
	if s.SourceID == "" {
		s.SourceID = id
	}
	if s.SourceID == "" && len(problems) == 0 {
		o.fail("id", "缺少 id：来源里的编号，每条不同")
	}
	if s.Source = strings.TrimSpace(o.str("source")); s.Source == "" {
		s.Source = source
	}
	s.Slug, s.Kind, r.draft = o.str("slug"), o.str("kind"), o.flag("draft")
	v := &s.Version
	untitled := o.has("title")
	v.Title = o.str("title")
	untitled = untitled && strings.TrimSpace(v.Title) == ""
	if v.Title == "" && yaml {
		v.Title = firstHeading(text)
	}
	v.Summary, v.Plain, v.Form = o.str("summary"), o.str("plain"), o.str("form")
	v.Author, v.Reviewer, v.Licence, v.AI = o.str("author"), o.str("reviewer"), o.str("licence"), o.str("ai")
	v.Checked, v.Recheck = o.str("checked"), o.str("recheck")
	v.Source = content.Source{Name: o.str("source_name"), URL: o.str("source_url")}
	v.References, v.SEO, v.Corrections = references(o), seo(o), corrections(o)
	v.Cover = cover(o)
	if o.has("published_at") {
		s.Published = o.time("published_at")
	}
	r.placement(o, im.Audiences)
	r.body(o, text)
	o.done()
	if len(problems) > 0 {
		return nil, &journal.Invalid{Problems: problems}
	}
	if untitled && v.Article != nil {
		if v.Title = firstWords(v.Article.Body); v.Title != "" {
			r.note = "标题是空的，已取正文开头“" + v.Title + "”"
		}
	}
	if r.tight {
		v.Title, v.Summary, v.Plain = content.Tighten(v.Title), content.Tighten(v.Summary), content.Tighten(v.Plain)
	}
	return r, nil
}

// firstHeading is the title of a Markdown file that names none in its head.
func firstHeading(text []byte) string {
	for row := range strings.Lines(string(text[:min(len(text), 4096)])) {
		if row = strings.TrimSpace(row); row != "" {
			title, ok := strings.CutPrefix(row, "# ")
			if !ok {
				return ""
			}
			return strings.TrimSpace(title)
		}
	}
	return ""
}

// firstWords is a title for a text whose title is given but empty, as old
// collections have them: what comes before the first punctuation.
func firstWords(b content.Body) string {
	passages := b.Passages()
	if len(passages) == 0 {
		return ""
	}
	words := passages[0]
	if end := strings.IndexAny(words, "，。；：！？（(\n"); end > 0 {
		words = words[:end]
	}
	if r := []rune(words); len(r) > 30 {
		words = string(r[:30])
	}
	return strings.TrimSpace(words)
}

func references(o *object) (list []content.Reference) {
	o.list("references", func(name string, v any) {
		if title, ok := v.(string); ok {
			list = append(list, content.Reference{Title: title})
			return
		}
		if r := o.inside(name, v); r != nil {
			list = append(list, content.Reference{
				Org: r.str("org"), Title: r.str("title"), Year: r.str("year"), Number: r.str("number"), URL: r.str("url"),
			})
			r.done()
		}
	})
	return list
}

func corrections(o *object) (list []content.Correction) {
	o.list("corrections", func(name string, v any) {
		if c := o.inside(name, v); c != nil {
			list = append(list, content.Correction{On: c.str("on"), Text: c.str("text")})
			c.done()
		}
	})
	return list
}

func seo(o *object) *content.SEO {
	s := o.object("seo")
	if s == nil {
		return nil
	}
	defer s.done()
	return &content.SEO{Title: s.str("title"), Description: s.str("description")}
}

// cover is a path, or {src, alt, caption, focal}.
func cover(o *object) *content.Picture {
	v, ok := o.take("cover")
	if !ok {
		return nil
	}
	if src, ok := v.(string); ok {
		if strings.TrimSpace(src) == "" {
			return nil
		}
		return &content.Picture{Src: src}
	}
	c := o.inside("cover", v)
	if c == nil {
		return nil
	}
	defer c.done()
	p := &content.Picture{Src: c.str("src"), Alt: c.str("alt"), Caption: c.str("caption")}
	if p.Src == "" {
		c.fail("src", "缺少图片的路径")
	}
	if f := c.object("focal"); f != nil {
		x, okX := f.whole("x")
		y, okY := f.whole("y")
		if okX && okY {
			p.Focal = focal(x, y)
		}
		f.done()
	}
	return p
}

// body reads the text, in one of its forms, and a video's parts.
func (r *record) body(o *object, text []byte) {
	s := &r.sub
	film, isFilm := r.film(o)
	if s.Kind == "" && isFilm {
		s.Kind = content.KindVideo
	} else if s.Kind == "" {
		s.Kind = content.KindArticle
	}
	if isFilm && s.Kind != content.KindVideo {
		o.fail("kind", "有 video 时 kind 应是 video")
	}
	body, given := r.text(o, text)
	switch s.Kind {
	case content.KindVideo:
		if !isFilm {
			o.fail("video", "缺少视频文件的路径")
		}
		film.Body = body
		s.Version.Video = film
	case content.KindArticle:
		if !given {
			o.fail("", "缺少正文：text、markdown 或 body")
		}
		s.Version.Article = &content.Article{Body: body}
	default:
		o.fail("kind", "“%s”不认识，可用：article、video", clip(s.Kind))
	}
}

// text reads text, markdown or body, or the Markdown of a file.
func (r *record) text(o *object, file []byte) (body content.Body, given bool) {
	r.tight = true
	var err error
	title := r.sub.Version.Title
	if file != nil {
		body, err = markdown.ParseTitled(file, title)
		if err != nil {
			o.fail("", "%s", message(err))
		}
		return body, true
	}
	forms := 0
	for _, form := range []string{"text", "markdown", "body"} {
		if !o.has(form) {
			continue
		}
		if forms++; forms > 1 {
			o.fail(form, "text、markdown、body 只能有一个")
			o.take(form)
			continue
		}
		given = true
		if form == "body" {
			r.tight = false
			v, _ := o.take(form)
			body, err = content.BodyOf(v)
		} else if words := o.str(form); form == "text" {
			body = paragraphs(words)
		} else {
			body, err = markdown.ParseTitled([]byte(words), title)
		}
		if err != nil {
			o.fail(form, "%s", message(err))
		}
	}
	return body, given
}

// paragraphs is plain text, a paragraph a line.
func paragraphs(text string) content.Body {
	var nodes []content.Node
	for row := range strings.Lines(text) {
		if row = strings.TrimSpace(row); row != "" {
			nodes = append(nodes, content.Node{Type: content.NodeParagraph, Content: []content.Node{
				{Type: content.NodeText, Text: content.Tighten(row)},
			}})
		}
	}
	if nodes == nil {
		return content.Body{}
	}
	return content.Body{Type: content.NodeDoc, Content: nodes}
}

// film reads video (a path, or {src, captions, transcript, chapters}) and the
// same parts beside it.
func (r *record) film(o *object) (*content.Video, bool) {
	video := &content.Video{}
	v, ok := o.take("video")
	if src, isPath := v.(string); isPath {
		video.Asset.Asset = src
	} else if ok {
		if inner := o.inside("video", v); inner != nil {
			video.Asset.Asset = inner.str("src")
			r.filmParts(inner, video)
			inner.done()
		}
	}
	if video.Asset.Asset == "" && ok {
		o.fail("video", "缺少视频文件的路径")
	}
	r.filmParts(o, video)
	return video, ok
}

func (r *record) filmParts(o *object, video *content.Video) {
	if o.has("captions") {
		r.tracks(o)
		r.derive = true
	}
	if o.has("transcript") {
		video.Transcript = moments(o, "transcript")
		r.derive = false
	}
	if o.has("chapters") {
		video.Chapters = moments(o, "chapters")
	}
}

func (r *record) tracks(o *object) {
	v := o.values["captions"]
	if src, ok := v.(string); ok {
		o.take("captions")
		r.captions = append(r.captions, track{src: src, lang: "zh-Hans"})
		return
	}
	o.list("captions", func(name string, v any) {
		if c := o.inside(name, v); c != nil {
			t := track{src: c.str("src"), lang: c.str("lang"), label: c.str("label")}
			if t.src == "" {
				c.fail("src", "缺少字幕文件的路径")
			}
			c.done()
			r.captions = append(r.captions, t)
		}
	})
}

func moments(o *object, name string) (list []content.Line) {
	o.list(name, func(name string, v any) {
		m := o.inside(name, v)
		if m == nil {
			return
		}
		line := content.Line{}
		at, _ := m.take("at")
		var ok bool
		switch at := at.(type) {
		case string:
			line.At, ok = offset(at)
		case json.Number:
			line.At, ok = offset(string(at))
		}
		if !ok {
			m.fail("at", "应是毫秒数或 1:05 这样的时间")
		}
		line.Text = m.str("text")
		m.done()
		list = append(list, line)
	})
	return list
}

// placement reads for whom and where the item stands.
func (r *record) placement(o *object, standard []content.Placed) {
	p := &r.sub.Placement
	p.Topics, p.Tags, p.Region = o.strs("topics"), o.strs("tags"), o.str("region")
	if o.has("audiences") {
		p.Audiences = audiences(o)
	} else if len(standard) > 0 {
		p.Audiences = slices.Clone(standard)
	} else {
		for _, a := range content.Audiences {
			p.Audiences = append(p.Audiences, content.Placed{Audience: a, Weight: DefaultWeight})
		}
	}
	if v, ok := o.take("series"); ok {
		if id, ok := o.words(v); ok {
			p.Series = &content.SeriesPart{ID: id}
		} else if s := o.inside("series", v); s != nil {
			part, _ := s.whole("part")
			p.Series = &content.SeriesPart{ID: s.str("id"), Part: int(part)}
			s.done()
		}
	}
	if pin := o.object("pin"); pin != nil {
		order, _ := pin.whole("order")
		p.Pin = &content.Pin{On: pin.strs("on"), Order: int(order)}
		if pin.has("until") {
			p.Pin.Until = pin.time("until")
		}
		pin.done()
	}
}

// audiences reads ["farmers"] or [{audience, weight, level}].
func audiences(o *object) []content.Placed {
	v := o.values["audiences"]
	if name, ok := v.(string); ok && o.yaml {
		v = []any{name}
		o.values["audiences"] = v
	}
	if list, ok := v.([]any); ok && len(list) == 0 {
		o.fail("audiences", "没有给任何人群；不写这一项就是五类人群都给")
	}
	var placed []content.Placed
	o.list("audiences", func(name string, v any) {
		p := content.Placed{Weight: DefaultWeight}
		if word, ok := v.(string); ok {
			p.Audience = content.Audience(word)
		} else if a := o.inside(name, v); a != nil {
			p.Audience = content.Audience(a.str("audience"))
			if weight, ok := a.whole("weight"); ok {
				p.Weight = int(weight)
			}
			p.Level = a.str("level")
			a.done()
		} else {
			return
		}
		if !p.Audience.Valid() {
			o.fail(name, "没有“%s”这类人群；可用：%s", clip(string(p.Audience)), audienceNames())
		}
		placed = append(placed, p)
	})
	return placed
}

func audienceNames() string {
	names := make([]string, len(content.Audiences))
	for i, a := range content.Audiences {
		names[i] = string(a)
	}
	return strings.Join(names, "、")
}
