package api

import (
	"time"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/media"
	"kepu/shelf"
)

// Item is a card with all that its page says. Exactly one of Article and Video
// is set.
type Item struct {
	shelf.Card
	Plain       string               `json:"plain" doc:"三句话看懂"`
	Tags        []string             `json:"tags"`
	Author      string               `json:"author"`
	Source      content.Source       `json:"source"`
	References  []content.Reference  `json:"references,omitempty"`
	Licence     string               `json:"licence"`
	Corrections []content.Correction `json:"corrections,omitempty" doc:"更正，新的在前"`
	Series      *Part                `json:"series,omitempty"`
	Updated     time.Time            `json:"updated_at"`
	Reviewer    string               `json:"reviewed_by"`
	Rev         uint64               `json:"rev"`
	Article     *Article             `json:"article,omitempty"`
	Video       *Video               `json:"video,omitempty"`
}

// Part is an item's place in a series.
type Part struct {
	Slug  string `json:"slug"`
	Title string `json:"title"`
	Part  int    `json:"part,omitempty"`
}

// Article is a text as ProseMirror's JSON.
type Article struct {
	Body content.Body `json:"body"`
}

// Video is a film with what belongs to it. Times are milliseconds.
type Video struct {
	Asset      File           `json:"asset"`
	Renditions []File         `json:"renditions"`
	Captions   []Caption      `json:"captions"`
	Transcript []content.Line `json:"transcript"`
	Chapters   []content.Line `json:"chapters"`
	Body       content.Body   `json:"body,omitzero"`
}

// File is one form of a film.
type File struct {
	URL      string `json:"url"`
	Type     string `json:"type"`
	Size     int64  `json:"size"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Duration int64  `json:"duration,omitempty"`
}

// Caption is one WebVTT track.
type Caption struct {
	URL   string `json:"url"`
	Lang  string `json:"lang"`
	Label string `json:"label,omitempty"`
}

// item answers by id or by slug; an old slug is *page.Moved.
func (a *API) item(r page.Request) (page.Reply, error) {
	name := r.Arg("item")
	id := name
	it, err := r.View.Item(id)
	if err != nil {
		found := r.View.Lookup(name)
		switch found.State {
		case shelf.Live:
			id = found.ID
		case shelf.Moved:
			return page.Reply{}, &page.Moved{To: "/api/v1/items/" + found.Slug}
		case shelf.Gone:
			return page.Reply{}, &page.Gone{Title: found.Title, Gone: found.Gone}
		default:
			return page.Reply{}, page.ErrNotFound
		}
		if it, err = r.View.Item(id); err != nil {
			return page.Reply{}, err
		}
	}
	card, err := r.View.Card(id)
	if err != nil {
		return page.Reply{}, err
	}
	deps := []shelf.Dep{shelf.ItemDep(id)}
	out := itemOf(it, card)
	if p := it.Item.Placement.Series; p != nil {
		deps = append(deps, shelf.SeriesDep(p.ID))
		if series, err := r.View.Series(p.ID); err == nil {
			out.Series = &Part{series.Slug, series.Title, p.Part}
		}
	}
	return answer(out, deps...)
}

func itemOf(it *shelf.Item, card shelf.Card) Item {
	whole(&card)
	v := it.Version
	out := Item{Card: card, Plain: v.Plain, Tags: it.Item.Placement.Tags, Author: v.Author, Source: v.Source, References: v.References, Corrections: v.Corrections, Licence: v.Licence, Reviewer: v.Reviewer, Rev: it.Rev}
	if out.Tags == nil {
		out.Tags = []string{}
	}
	if t := it.Item.Updated; t != nil {
		out.Updated = *t
	} else {
		out.Updated = card.Published
	}
	if v.Article != nil {
		out.Article = &Article{v.Article.Body}
	}
	if v.Video != nil {
		out.Video = videoOf(v.Video)
	}
	return out
}

func videoOf(v *content.Video) *Video {
	out := &Video{Asset: File{page.MediaPath(v.Asset.Key, v.Asset.Type), v.Asset.Type, v.Asset.Size, v.Asset.Width, v.Asset.Height, v.Asset.Duration},
		Renditions: []File{}, Captions: []Caption{}, Transcript: v.Transcript, Chapters: v.Chapters, Body: v.Body}
	for _, c := range v.Captions {
		out.Captions = append(out.Captions, Caption{page.MediaPath(media.Key(c.Key), "text/vtt"), c.Lang, c.Label})
	}
	if out.Transcript == nil {
		out.Transcript = []content.Line{}
	}
	if out.Chapters == nil {
		out.Chapters = []content.Line{}
	}
	return out
}
