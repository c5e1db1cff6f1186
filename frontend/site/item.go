package site

import (
	"hash/fnv"
	"html/template"
	"strconv"
	"time"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/frontend/prose"
	"kepu/shelf"
)

// item is the page of an article or a video.
type item struct {
	Shell
	Crumbs      []Link
	Phrases     []string
	For         []Door
	Kick        string // what form it has, where that says something
	Deck        string
	Author      string
	PublishedAt string
	PublishedOn string
	Reading     string
	Reviewer    string
	Plain       []string
	Cover       *picture
	Film        *film
	Chapters    []moment
	Contents    []prose.Heading
	Body        template.HTML
	Transcript  []moment
	Origin      content.Source
	References  []content.Reference
	Corrections []correction
	Review      []string
	Tags        []Link
	Series      *part
	Related     []Card
}

type picture struct {
	URL, Alt, Caption string
	Width, Height     int
	Tall              bool // not as wide as a cover should be
}

type film struct {
	URL, Poster, Length, Size string
	Width, Height             int
	Captions                  []track
}

type track struct {
	URL, Lang, Label string
	Default          bool
}

type moment struct{ At, Text string }

// correction is one of 更正.
type correction struct{ At, On, Text string }

type part struct {
	Link
	Title string
	Part  int
}

const related = 3

// Item is the page of an item. An address that an item had, or has under its
// other kind, is *page.Moved; a withdrawn one *page.Gone.
func (s *Site) Item(r page.Request) (page.Reply, error) {
	found := r.View.Lookup(r.Arg("slug"))
	kind := r.Arg("kind")
	shell := Shell{Easy: r.Easy, Look: look(r.Query)}
	switch {
	case found.State == shelf.Moved, found.State == shelf.Live && found.Kind != kind:
		return page.Reply{}, &page.Moved{To: shell.Link("/" + found.Kind + "/" + found.Slug)}
	case found.State == shelf.Gone:
		gone := &page.Gone{Title: found.Title, Gone: found.Gone}
		if found.Gone != nil && found.Gone.Instead != "" {
			if c, err := r.View.Card(found.Gone.Instead); err == nil {
				gone.Instead = &c
			}
		}
		return page.Reply{}, gone
	case found.State != shelf.Live:
		return page.Reply{}, page.ErrNotFound
	}
	it, err := r.View.Item(found.ID)
	if err != nil {
		return page.Reply{}, err
	}
	card, err := r.View.Card(found.ID)
	if err != nil {
		return page.Reply{}, err
	}
	near, err := r.View.Related(found.ID, related)
	if err != nil {
		return page.Reply{}, err
	}
	m := s.item(r, it, card, near)
	deps := []shelf.Dep{shelf.ItemDep(it.Item.ID), shelf.Topics}
	if p := it.Item.Placement.Series; p != nil {
		deps = append(deps, shelf.SeriesDep(p.ID))
	}
	reply, err := s.page(r, "item", m, deps...)
	reply.Probe = nearby(found.ID)
	return reply, err
}

// Draft is the page of an item as it will be, once the version given is live. It
// is shown by nobody's leave but the caller's.
func (s *Site) Draft(r page.Request, it *shelf.Item, as content.Audience) (page.Reply, error) {
	card := shelf.CardOf(&it.Item, &it.Version)
	m := s.item(r, it, card, nil)
	m.Hidden, m.Canonical, m.Audience = true, s.BaseURL+card.URL, string(as)
	m.Kick, m.Data = "预览稿，还没有发布，请不要转发", nil
	return s.page(r, "item", m)
}

// nearby numbers what stands beside an item, which no dependency names.
func nearby(id string) func(*shelf.View) uint64 {
	return func(v *shelf.View) uint64 {
		near, err := v.Related(id, related)
		if err != nil {
			return 0
		}
		h := fnv.New64a()
		for _, c := range near {
			h.Write([]byte(c.ID))
			h.Write(strconv.AppendUint(nil, v.Version(shelf.ItemDep(c.ID)), 36))
		}
		return h.Sum64()
	}
}

// item makes the view model.
func (s *Site) item(r page.Request, it *shelf.Item, card shelf.Card, near []shelf.Card) item {
	v := it.Version
	about := v.Summary
	if v.SEO != nil && v.SEO.Description != "" {
		about = v.SEO.Description
	}
	m := item{Shell: s.shell(r, v.Title, about, ""), Phrases: phrases(v.Title), Deck: v.Summary, Author: v.Author, Reviewer: v.Reviewer,
		Origin: v.Source, References: v.References}
	if v.SEO != nil && v.SEO.Title != "" {
		m.Title = v.SEO.Title + " – " + m.Site.Name
	}
	m.OGType = "article"
	if f := form(it.Item.Kind, v.Form); f != "图文" && f != "视频" {
		m.Kick = f
	}
	if v.Plain != "" {
		m.Plain = content.Sentences(v.Plain)
	}
	for _, p := range it.Item.Placement.Audiences {
		m.For = append(m.For, m.door(p.Audience, false))
	}
	if len(m.For) == len(content.Audiences) {
		m.For = nil // for everybody alike
	}
	if it.Item.Published != nil {
		m.PublishedAt, m.PublishedOn = it.Item.Published.UTC().Format(time.RFC3339), s.day(*it.Item.Published)
	}
	if card.Minutes > 0 && v.Video == nil {
		m.Reading = "约" + strconv.Itoa(card.Minutes) + "分钟读完"
	}
	if c := v.Cover; c != nil && c.Key != "" {
		m.Cover = &picture{URL: shelf.MediaURL(c.Key, "cover", c.Type), Alt: c.Alt, Caption: c.Caption, Width: c.Width, Height: c.Height, Tall: c.Height*10 > c.Width*9}
		m.image(s, cover(c))
	}
	for _, c := range v.Corrections {
		m.Corrections = append(m.Corrections, correction{At: c.On, On: s.calendar(c.On), Text: c.Text})
	}
	m.where(r.View, it)
	m.text(v)
	m.Review = s.review(it)
	m.Related = m.cards(near, "")
	m.Data = append(m.Data, s.itemData(m.Shell, it, card), s.crumbData(m.Shell, m.Crumbs))
	return m
}

// text renders what is to be read and watched.
func (m *item) text(v content.Version) {
	var body content.Body
	switch {
	case v.Article != nil:
		body = v.Article.Body
	case v.Video != nil:
		body = v.Video.Body
		m.film(v)
	}
	o := prose.Options{Medium: medium}
	if m.Easy {
		o.View = prose.Easy
	}
	text := prose.Write(body, o)
	m.Body, m.Contents = text.HTML, text.Headings
}

// film describes a video to its player.
func (m *item) film(v content.Version) {
	clip := v.Video.Asset
	m.Film = &film{URL: page.MediaPath(clip.Key, clip.Type), Length: length(clip.Duration), Size: bytesOf(clip.Size), Width: clip.Width, Height: clip.Height}
	if m.Cover != nil {
		m.Film.Poster = m.Cover.URL
	}
	for i, c := range v.Video.Captions {
		label := c.Label
		if label == "" {
			label = "字幕"
		}
		m.Film.Captions = append(m.Film.Captions, track{page.MediaPath(c.Key, "text/vtt"), c.Lang, label, i == 0})
	}
	m.Chapters, m.Transcript = moments(v.Video.Chapters), moments(v.Video.Transcript)
}

func moments(lines []content.Line) (out []moment) {
	for _, l := range lines {
		out = append(out, moment{length(l.At), l.Text})
	}
	return out
}

// where says which topics, tags and series an item belongs to.
func (m *item) where(v *shelf.View, it *shelf.Item) {
	p := it.Item.Placement
	m.Crumbs = []Link{{"首页", m.Link("/")}}
	if len(p.Topics) > 0 {
		if t, err := v.Topic(p.Topics[0]); err == nil {
			if parent, err := v.Topic(t.Parent); t.Parent != "" && err == nil {
				m.Crumbs = append(m.Crumbs, Link{parent.Name, m.Link("/topic/" + parent.Key)})
			}
			m.Crumbs = append(m.Crumbs, Link{t.Name, m.Link("/topic/" + t.Key)})
			m.Back = Link{"回" + t.Name, m.Link("/topic/" + t.Key)}
		}
	}
	for _, t := range p.Tags {
		m.Tags = append(m.Tags, Link{t, m.Link("/search?q=" + template.URLQueryEscaper(t))})
	}
	if p.Series != nil {
		if series, err := v.Series(p.Series.ID); err == nil {
			m.Series = &part{Link: Link{series.Title, m.Link("/series/" + series.Slug)}, Title: series.Title, Part: p.Series.Part}
		}
	}
}

// review says on what grounds an item stands.
func (s *Site) review(it *shelf.Item) (lines []string) {
	v := it.Version
	if v.Reviewer != "" {
		lines = append(lines, "科学审校："+v.Reviewer)
	}
	if it.Item.Updated != nil && it.Item.Published != nil && !it.Item.Updated.Equal(*it.Item.Published) {
		lines = append(lines, "最近修订："+s.day(*it.Item.Updated))
	}
	if day := s.calendar(v.Checked); day != "" {
		lines = append(lines, "核对事实："+day)
	}
	if t, err := time.ParseInLocation("2006-01-02", v.Recheck, s.zone); err == nil {
		lines = append(lines, "下次复核："+t.Format("2006年1月"))
	}
	if v.AI != "" {
		lines = append(lines, "人工智能参与："+v.AI)
	}
	if v.Licence != "" {
		lines = append(lines, "授权："+v.Licence)
	}
	if len(lines) == 0 {
		lines = append(lines, "编辑部发布")
	}
	return lines
}
