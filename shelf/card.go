package shelf

import (
	"time"

	"kepu/content"
	"kepu/media"
)

// Card is what lists show of an item; its JSON is that of the public API.
type Card struct {
	ID        string           `json:"id"`
	Kind      string           `json:"kind"`
	Slug      string           `json:"slug"`
	URL       string           `json:"url"` // path, e.g. /article/<slug>
	Title     string           `json:"title"`
	Summary   string           `json:"summary"`
	Cover     *Cover           `json:"cover,omitempty"`
	Form      string           `json:"form,omitempty"`
	Audiences []content.Placed `json:"audiences"`
	Topics    []string         `json:"topics"`
	Region    string           `json:"region,omitempty"`
	Published time.Time        `json:"published_at"`
	Updated   time.Time        `json:"-"`                  // when readers last saw a change of it; not before Published
	Duration  int64            `json:"duration,omitempty"` // ms of a video
	Minutes   int              `json:"minutes,omitempty"`  // reading time of an article
	Why       *Why             `json:"why,omitempty"`
	Origin    *Origin          `json:"origin,omitempty"`
}

// Cover is a card's picture. URL is a path.
type Cover struct {
	URL    string       `json:"url"`
	Width  int          `json:"width"`
	Height int          `json:"height"`
	Alt    string       `json:"alt"`
	Focal  *media.Focal `json:"focal,omitempty"`
}

// Origin lets a caller find its own document again.
type Origin struct {
	Source string `json:"source"`
	ID     string `json:"id"`
}

// MediaURL is the path of a blob that a live item shows. The name only helps
// people who save it: stem and an ending by the media type.
func MediaURL(key media.Key, stem, mediaType string) string {
	return "/media/" + string(key) + "/" + stem + ending(mediaType)
}

func ending(mediaType string) string {
	switch mediaType {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/gif":
		return ".gif"
	case "image/webp":
		return ".webp"
	case "image/avif":
		return ".avif"
	case "video/mp4":
		return ".mp4"
	case "video/webm":
		return ".webm"
	case "audio/mpeg":
		return ".mp3"
	case "audio/mp4":
		return ".m4a"
	case "text/vtt":
		return ".vtt"
	}
	return ""
}

// CardOf is the card that an item would have with that version live.
func CardOf(item *content.Item, v *content.Version) Card { return makeCard(item, v) }

func makeCard(item *content.Item, v *content.Version) Card {
	c := Card{
		ID: item.ID, Kind: item.Kind, Slug: item.Slugs[0], URL: "/" + item.Kind + "/" + item.Slugs[0],
		Title: v.Title, Summary: v.Summary, Form: v.Form,
		Audiences: item.Placement.Audiences, Topics: item.Placement.Topics, Region: item.Placement.Region,
	}
	if item.Published != nil {
		c.Published = *item.Published
	}
	if c.Updated = c.Published; item.Updated != nil && item.Updated.After(c.Updated) {
		c.Updated = *item.Updated
	}
	if v.Cover != nil {
		c.Cover = &Cover{
			URL: MediaURL(v.Cover.Key, "cover", v.Cover.Type), Width: v.Cover.Width, Height: v.Cover.Height,
			Alt: v.Cover.Alt, Focal: v.Cover.Focal,
		}
	}
	if v.Article != nil {
		c.Minutes = content.Minutes(content.Han(v.Article.Body.Text()))
	}
	if v.Video != nil {
		c.Duration = v.Video.Asset.Duration
	}
	if item.Origin != nil {
		c.Origin = &Origin{Source: item.Origin.Source, ID: item.Origin.ID}
	}
	return c
}

func (c *Card) encode() []byte {
	var e enc
	e.uint(uint64(kindByte(c.Kind)))
	for _, s := range []string{c.ID, c.Slug, c.Title, c.Summary, c.Form, c.Region} {
		e.str(s)
	}
	e.int(c.Published.UnixMilli())
	e.int(c.Updated.UnixMilli())
	e.int(c.Duration)
	e.uint(uint64(c.Minutes))
	e.uint(uint64(len(c.Audiences)))
	for _, a := range c.Audiences {
		e.str(string(a.Audience))
		e.uint(uint64(a.Weight))
		e.str(a.Level)
	}
	e.strs(c.Topics)
	if c.Cover == nil {
		e.uint(0)
	} else {
		e.uint(1)
		c.Cover.encode(&e)
	}
	if c.Origin == nil {
		e.uint(0)
	} else {
		e.uint(1)
		e.str(c.Origin.Source)
		e.str(c.Origin.ID)
	}
	return e.b
}

func (c *Cover) encode(e *enc) {
	e.str(c.URL)
	e.str(c.Alt)
	e.uint(uint64(max(c.Width, 0)))
	e.uint(uint64(max(c.Height, 0)))
	if c.Focal == nil {
		e.uint(0)
		return
	}
	e.uint(1)
	e.int(int64(c.Focal.X))
	e.int(int64(c.Focal.Y))
}

func decodeCard(b []byte) (Card, error) {
	d := newDec(b)
	c := Card{Kind: content.KindArticle}
	if d.uint() == uint64(video) {
		c.Kind = content.KindVideo
	}
	for _, s := range []*string{&c.ID, &c.Slug, &c.Title, &c.Summary, &c.Form, &c.Region} {
		*s = d.str()
	}
	c.URL = "/" + c.Kind + "/" + c.Slug
	c.Published, c.Updated = time.UnixMilli(d.int()).UTC(), time.UnixMilli(d.int()).UTC()
	c.Duration, c.Minutes = d.int(), d.small()
	c.Audiences = make([]content.Placed, 0, min(d.small(), len(content.Audiences)))
	return c, d.card(&c, cap(c.Audiences))
}

// card reads the rest, from the audiences on.
func (d *dec) card(c *Card, audiences int) error {
	for range audiences {
		c.Audiences = append(c.Audiences, content.Placed{
			Audience: content.Audience(d.str()), Weight: d.small(), Level: d.str(),
		})
	}
	if c.Topics = d.strs(); c.Topics == nil {
		c.Topics = []string{} // lists are never null
	}
	if d.uint() == 1 {
		c.Cover = &Cover{URL: d.str(), Alt: d.str(), Width: d.small(), Height: d.small()}
		if d.uint() == 1 {
			c.Cover.Focal = &media.Focal{X: int(d.int()), Y: int(d.int())}
		}
	}
	if d.uint() == 1 {
		c.Origin = &Origin{Source: d.str(), ID: d.str()}
	}
	return d.err()
}
