package site

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/frontend/prose"
	"kepu/shelf"
)

// feed is a list of items for machines, before it takes one of three forms.
type feed struct {
	title, about, path string
	updated            time.Time
	entries            []entry
	deps               []shelf.Dep
}

type entry struct {
	id, url, title, summary, html, author string
	published, updated                    time.Time
	tags                                  []string
	image                                 string
	clip                                  *content.Clip
}

const feedRows = 30

// feedOf gathers the newest items of what the request names: everything, an
// audience, a topic, a region or a series.
func (s *Site) feedOf(r page.Request) (feed, error) {
	f := feed{path: r.Path[:strings.LastIndexByte(r.Path, '/')]}
	q := shelf.PageQuery{Limit: feedRows, Audience: content.Audience(r.Arg("audience")), Topic: r.Arg("topic"), Region: r.Arg("region"), Series: r.Arg("series")}
	set := s.settings(r.View)
	names := []string{set.Name}
	if q.Audience != "" {
		names = append(names, q.Audience.Name())
	}
	switch {
	case q.Topic != "":
		t, err := r.View.Topic(q.Topic)
		if err != nil {
			return f, err
		}
		names = append(names, t.Name)
	case q.Region != "":
		region, ok := content.FindRegion(q.Region)
		if !ok {
			return f, page.ErrNotFound
		}
		names = append(names, region.Name)
	case q.Series != "":
		series, err := r.View.Series(q.Series)
		if err != nil {
			return f, err
		}
		names, f.about = append(names, series.Title), series.Summary
		f.deps = append(f.deps, shelf.SeriesDep(q.Series))
	}
	f.title = strings.Join(names, " · ")
	if f.about == "" {
		f.about = set.Motto
	}
	list, err := r.View.Recent(q)
	if err != nil {
		return f, err
	}
	f.deps = append(append(f.deps, list.Deps...), shelf.Settings, shelf.Topics)
	for _, c := range list.Cards {
		it, err := r.View.Item(c.ID)
		if err != nil {
			return f, fmt.Errorf("feed: item %s: %w", c.ID, err)
		}
		e := s.entry(it, c)
		f.deps = append(f.deps, shelf.ItemDep(c.ID))
		f.entries = append(f.entries, e)
		if e.updated.After(f.updated) {
			f.updated = e.updated
		}
	}
	return f, nil
}

func (s *Site) entry(it *shelf.Item, c shelf.Card) entry {
	v := it.Version
	e := entry{id: "urn:uuid:" + it.Item.ID, url: s.BaseURL + c.URL, title: v.Title, summary: v.Summary, author: v.Author, published: c.Published, updated: c.Published, tags: it.Item.Placement.Tags}
	if t := it.Item.Updated; t != nil && t.After(e.updated) {
		e.updated = *t
	}
	if c.Cover != nil {
		e.image = s.BaseURL + c.Cover.URL
	}
	body := content.Body{}
	switch {
	case v.Article != nil:
		body = v.Article.Body
	case v.Video != nil:
		body, e.clip = v.Video.Body, &v.Video.Asset
	}
	e.html = string(prose.Write(body, prose.Options{View: prose.Feed, Base: s.BaseURL, Medium: medium}).HTML)
	return e
}

// The RSS 2.0 form.
type (
	rss struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Atom    string   `xml:"xmlns:atom,attr"`
		Content string   `xml:"xmlns:content,attr"`
		DC      string   `xml:"xmlns:dc,attr"`
		Channel channel  `xml:"channel"`
	}
	channel struct {
		Title    string    `xml:"title"`
		Link     string    `xml:"link"`
		About    string    `xml:"description"`
		Language string    `xml:"language"`
		Self     atomLink  `xml:"atom:link"`
		Built    string    `xml:"lastBuildDate,omitempty"`
		Items    []rssItem `xml:"item"`
	}
	rssItem struct {
		Title     string     `xml:"title"`
		Link      string     `xml:"link"`
		GUID      rssGUID    `xml:"guid"`
		Published string     `xml:"pubDate"`
		Author    string     `xml:"dc:creator,omitempty"`
		Tags      []string   `xml:"category"`
		About     string     `xml:"description"`
		Content   string     `xml:"content:encoded"`
		Film      *enclosure `xml:"enclosure"`
	}
	rssGUID struct {
		Permanent bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
	enclosure struct {
		URL    string `xml:"url,attr"`
		Length int64  `xml:"length,attr"`
		Type   string `xml:"type,attr"`
	}
)

// RSS is the feed by RSS 2.0, with whole texts.
func (s *Site) RSS(r page.Request) (page.Reply, error) {
	f, err := s.feedOf(r)
	if err != nil {
		return page.Reply{}, err
	}
	c := channel{Title: f.title, Link: s.BaseURL + root(f.path), About: f.about, Language: "zh-cn", Self: atomLink{Href: s.BaseURL + r.Path, Rel: "self", Type: "application/rss+xml"}}
	if !f.updated.IsZero() {
		c.Built = f.updated.UTC().Format(time.RFC1123Z)
	}
	for _, e := range f.entries {
		item := rssItem{Title: e.title, Link: e.url, GUID: rssGUID{false, e.id}, Published: e.published.UTC().Format(time.RFC1123Z), Author: e.author, Tags: e.tags, About: e.summary, Content: e.html}
		if e.clip != nil && e.clip.Key != "" {
			item.Film = &enclosure{s.BaseURL + page.MediaPath(e.clip.Key, e.clip.Type), e.clip.Size, e.clip.Type}
		}
		c.Items = append(c.Items, item)
	}
	return asXML(rss{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Content: "http://purl.org/rss/1.0/modules/content/", DC: "http://purl.org/dc/elements/1.1/", Channel: c},
		"application/rss+xml; charset=utf-8", f.deps)
}

// The Atom form.
type (
	atom struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		About   string      `xml:"subtitle,omitempty"`
		Updated string      `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Author  atomPerson  `xml:"author"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Href   string `xml:"href,attr"`
		Rel    string `xml:"rel,attr,omitempty"`
		Type   string `xml:"type,attr,omitempty"`
		Length int64  `xml:"length,attr,omitempty"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomEntry struct {
		ID        string      `xml:"id"`
		Title     string      `xml:"title"`
		Links     []atomLink  `xml:"link"`
		Published string      `xml:"published"`
		Updated   string      `xml:"updated"`
		Author    *atomPerson `xml:"author"`
		Tags      []atomTag   `xml:"category"`
		Summary   string      `xml:"summary,omitempty"`
		Content   atomText    `xml:"content"`
	}
	atomTag struct {
		Term string `xml:"term,attr"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
)

// epoch stands for the time of a feed without entries, which must have one.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Atom is the feed by RFC 4287, with whole texts.
func (s *Site) Atom(r page.Request) (page.Reply, error) {
	f, err := s.feedOf(r)
	if err != nil {
		return page.Reply{}, err
	}
	if f.updated.IsZero() {
		f.updated = epoch
	}
	a := atom{Lang: "zh-CN", ID: s.BaseURL + r.Path, Title: f.title, About: f.about, Updated: f.updated.UTC().Format(time.RFC3339), Author: atomPerson{s.settings(r.View).Name},
		Links: []atomLink{{Href: s.BaseURL + r.Path, Rel: "self", Type: "application/atom+xml"}, {Href: s.BaseURL + root(f.path), Rel: "alternate", Type: "text/html"}}}
	for _, e := range f.entries {
		x := atomEntry{ID: e.id, Title: e.title, Links: []atomLink{{Href: e.url, Rel: "alternate", Type: "text/html"}}, Published: e.published.UTC().Format(time.RFC3339),
			Updated: e.updated.UTC().Format(time.RFC3339), Summary: e.summary, Content: atomText{"html", e.html}}
		if e.author != "" {
			x.Author = &atomPerson{e.author}
		}
		for _, t := range e.tags {
			x.Tags = append(x.Tags, atomTag{t})
		}
		if e.clip != nil && e.clip.Key != "" {
			x.Links = append(x.Links, atomLink{s.BaseURL + page.MediaPath(e.clip.Key, e.clip.Type), "enclosure", e.clip.Type, e.clip.Size})
		}
		a.Entries = append(a.Entries, x)
	}
	return asXML(a, "application/atom+xml; charset=utf-8", f.deps)
}

// The JSON Feed 1.1 form.
type (
	jsonFeed struct {
		Version  string     `json:"version"`
		Title    string     `json:"title"`
		Home     string     `json:"home_page_url"`
		URL      string     `json:"feed_url"`
		About    string     `json:"description,omitempty"`
		Language string     `json:"language"`
		Items    []jsonItem `json:"items"`
	}
	jsonItem struct {
		ID        string       `json:"id"`
		URL       string       `json:"url"`
		Title     string       `json:"title"`
		Summary   string       `json:"summary,omitempty"`
		HTML      string       `json:"content_html"`
		Image     string       `json:"image,omitempty"`
		Published string       `json:"date_published"`
		Modified  string       `json:"date_modified"`
		Authors   []jsonPerson `json:"authors,omitempty"`
		Tags      []string     `json:"tags,omitempty"`
		Films     []jsonFilm   `json:"attachments,omitempty"`
	}
	jsonPerson struct {
		Name string `json:"name"`
	}
	jsonFilm struct {
		URL     string `json:"url"`
		Type    string `json:"mime_type"`
		Size    int64  `json:"size_in_bytes,omitempty"`
		Seconds int64  `json:"duration_in_seconds,omitempty"`
	}
)

// JSONFeed is the feed by JSON Feed 1.1, with whole texts.
func (s *Site) JSONFeed(r page.Request) (page.Reply, error) {
	f, err := s.feedOf(r)
	if err != nil {
		return page.Reply{}, err
	}
	j := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: f.title, Home: s.BaseURL + root(f.path), URL: s.BaseURL + r.Path, About: f.about, Language: "zh-CN", Items: []jsonItem{}}
	for _, e := range f.entries {
		x := jsonItem{ID: e.id, URL: e.url, Title: e.title, Summary: e.summary, HTML: e.html, Image: e.image, Published: e.published.UTC().Format(time.RFC3339), Modified: e.updated.UTC().Format(time.RFC3339), Tags: e.tags}
		if e.author != "" {
			x.Authors = []jsonPerson{{e.author}}
		}
		if e.clip != nil && e.clip.Key != "" {
			x.Films = []jsonFilm{{s.BaseURL + page.MediaPath(e.clip.Key, e.clip.Type), e.clip.Type, e.clip.Size, e.clip.Duration / 1000}}
		}
		j.Items = append(j.Items, x)
	}
	body, err := json.Marshal(j)
	if err != nil {
		return page.Reply{}, fmt.Errorf("feed: %w", err)
	}
	return page.Reply{Type: "application/feed+json; charset=utf-8", Body: body, Deps: f.deps}, nil
}

func root(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

func asXML(v any, mediaType string, deps []shelf.Dep) (page.Reply, error) {
	body, err := xml.Marshal(v)
	if err != nil {
		return page.Reply{}, fmt.Errorf("xml: %w", err)
	}
	return page.Reply{Type: mediaType, Body: append([]byte(xml.Header), body...), Deps: deps}, nil
}
