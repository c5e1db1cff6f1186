package site

import (
	"cmp"
	"strings"
	"time"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/media"
	"kepu/shelf"
)

// medium gives a blob's address to prose.
func medium(key, mediaType string) string { return page.MediaPath(media.Key(key), mediaType) }

// image sets the picture of a shared link.
func (h *Shell) image(s *Site, c *shelf.Cover) {
	if c != nil {
		h.Image = &Image{URL: s.BaseURL + c.URL, Alt: c.Alt, Width: c.Width, Height: c.Height}
	}
}

// feeds name the machine-readable forms of a feed below path.
func (h *Shell) feeds(path, name string) {
	path = strings.TrimSuffix(path, "/")
	h.Feeds = []Feed{{name, "application/rss+xml", path + "/feed.rss"}, {name, "application/atom+xml", path + "/feed.atom"}, {name, "application/feed+json", path + "/feed.json"}}
}

// What search engines read, by schema.org.
type (
	crumbList struct {
		Context string  `json:"@context"`
		Type    string  `json:"@type"`
		Items   []crumb `json:"itemListElement"`
	}
	crumb struct {
		Type     string `json:"@type"`
		Position int    `json:"position"`
		Name     string `json:"name"`
		Item     string `json:"item"`
	}
	organization struct {
		Type string `json:"@type"`
		Name string `json:"name"`
	}
	comment struct {
		Type      string `json:"@type"`
		Published string `json:"datePublished"`
		Text      string `json:"text"`
	}
	website struct {
		Context string `json:"@context"`
		Type    string `json:"@type"`
		Name    string `json:"name"`
		URL     string `json:"url"`
	}
	work struct {
		Context     string         `json:"@context"`
		Type        string         `json:"@type"`
		Name        string         `json:"name,omitempty"`
		Headline    string         `json:"headline,omitempty"`
		Description string         `json:"description,omitempty"`
		URL         string         `json:"url"`
		Image       string         `json:"image,omitempty"`
		Thumbnail   string         `json:"thumbnailUrl,omitempty"`
		Content     string         `json:"contentUrl,omitempty"`
		Duration    string         `json:"duration,omitempty"`
		Published   string         `json:"datePublished,omitempty"`
		Uploaded    string         `json:"uploadDate,omitempty"`
		Modified    string         `json:"dateModified,omitempty"`
		Language    string         `json:"inLanguage"`
		Author      *organization  `json:"author,omitempty"`
		Publisher   organization   `json:"publisher"`
		Audience    []organization `json:"audience,omitempty"`
		Licence     string         `json:"license,omitempty"`
		Corrections []comment      `json:"correction,omitempty"`
	}
)

const schema = "https://schema.org"

func (s *Site) website(h Shell) website {
	return website{schema, "WebSite", h.Site.Name, s.BaseURL + "/"}
}

// crumbData says where a page stands; the page itself comes last.
func (s *Site) crumbData(h Shell, crumbs []Link) crumbList {
	list := crumbList{Context: schema, Type: "BreadcrumbList"}
	for i, c := range append(crumbs[:len(crumbs):len(crumbs)], Link{h.Heading, h.Path}) {
		path, _, _ := strings.Cut(strings.TrimPrefix(c.URL, "/easy"), "?")
		list.Items = append(list.Items, crumb{"ListItem", i + 1, c.Name, s.BaseURL + cmp.Or(path, "/")})
	}
	return list
}

func (s *Site) itemData(h Shell, it *shelf.Item, c shelf.Card) work {
	v := it.Version
	w := work{Context: schema, Type: "Article", Headline: v.Title, Description: v.Summary, URL: h.Canonical, Language: "zh-CN", Publisher: organization{"Organization", h.Site.Name}, Licence: v.Licence}
	if h.Image != nil {
		w.Image = h.Image.URL
	}
	if v.Author != "" {
		w.Author = &organization{"Person", v.Author}
	}
	if t := it.Item.Published; t != nil {
		w.Published = t.UTC().Format(time.RFC3339)
	}
	if t := it.Item.Updated; t != nil {
		w.Modified = t.UTC().Format(time.RFC3339)
	}
	for _, p := range it.Item.Placement.Audiences {
		w.Audience = append(w.Audience, organization{"Audience", p.Audience.Name()})
	}
	for _, c := range v.Corrections {
		w.Corrections = append(w.Corrections, comment{"CorrectionComment", c.On, c.Text})
	}
	if it.Item.Kind == content.KindVideo && v.Video != nil {
		w.Type, w.Name, w.Headline = "VideoObject", v.Title, ""
		w.Uploaded, w.Thumbnail = w.Published, w.Image
		w.Content = s.BaseURL + page.MediaPath(v.Video.Asset.Key, v.Video.Asset.Type)
		w.Duration = iso(v.Video.Asset.Duration)
	}
	return w
}

// iso writes milliseconds as a duration by ISO 8601.
func iso(ms int64) string {
	return "PT" + strings.ToUpper((time.Duration(ms/1000) * time.Second).String())
}
