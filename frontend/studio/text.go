package studio

import (
	"context"
	"encoding/json"
	"fmt"

	"kepu/content"
	"kepu/content/markdown"
	"kepu/frontend/page"
	"kepu/journal"
	"kepu/media"
)

// Text is what of an item is written and reviewed, in the shape of the public
// API. Exactly one of Article and Video is there.
type Text struct {
	Title       string               `json:"title,omitempty"`
	Summary     string               `json:"summary,omitempty"`
	Plain       string               `json:"plain,omitempty" doc:"三句话看懂"`
	Cover       *Picture             `json:"cover,omitempty"`
	Form        string               `json:"form,omitempty" doc:"text、rumour、steps、emergency"`
	Author      string               `json:"author,omitempty"`
	Reviewer    string               `json:"reviewed_by,omitempty"`
	Source      content.Source       `json:"source,omitzero"`
	References  []content.Reference  `json:"references,omitempty"`
	Licence     string               `json:"licence,omitempty"`
	AI          string               `json:"ai,omitempty"`
	Checked     string               `json:"checked,omitempty"`
	Recheck     string               `json:"recheck,omitempty"`
	SEO         *content.SEO         `json:"seo,omitempty"`
	Corrections []content.Correction `json:"corrections,omitempty"`
	Article     *Article             `json:"article,omitempty"`
	Video       *Video               `json:"video,omitempty"`
}

// Picture is one as placed. What the asset says of itself is read from it and
// may be sent back, but is not looked at.
type Picture struct {
	Asset   string       `json:"asset"`
	Alt     string       `json:"alt"`
	Caption string       `json:"caption,omitempty"`
	Focal   *media.Focal `json:"focal,omitempty"`
	URL     string       `json:"url,omitempty" readOnly:"true"`
	Key     string       `json:"key,omitempty" readOnly:"true"`
	Type    string       `json:"type,omitempty" readOnly:"true"`
	Width   int          `json:"width,omitempty" readOnly:"true"`
	Height  int          `json:"height,omitempty" readOnly:"true"`
}

// Article is a text as ProseMirror's JSON, or on input as Markdown.
type Article struct {
	Body     content.Body `json:"body,omitzero"`
	Markdown string       `json:"markdown,omitempty" doc:"写稿时可以代替 body"`
}

// Video is a film with what belongs to it. Times are milliseconds.
type Video struct {
	Asset      Clip           `json:"asset"`
	Captions   []Caption      `json:"captions,omitempty"`
	Transcript []content.Line `json:"transcript,omitempty"`
	Chapters   []content.Line `json:"chapters,omitempty"`
	Body       content.Body   `json:"body,omitzero"`
	Markdown   string         `json:"markdown,omitempty" doc:"写稿时可以代替 body"`
}

// Clip is a film as placed.
type Clip struct {
	Asset    string `json:"asset"`
	URL      string `json:"url,omitempty" readOnly:"true"`
	Key      string `json:"key,omitempty" readOnly:"true"`
	Type     string `json:"type,omitempty" readOnly:"true"`
	Size     int64  `json:"size,omitempty" readOnly:"true"`
	Width    int    `json:"width,omitempty" readOnly:"true"`
	Height   int    `json:"height,omitempty" readOnly:"true"`
	Duration int64  `json:"duration,omitempty" readOnly:"true"`
}

// Caption is one WebVTT track.
type Caption struct {
	Asset string `json:"asset"`
	Lang  string `json:"lang"`
	Label string `json:"label,omitempty"`
	URL   string `json:"url,omitempty" readOnly:"true"`
	Key   string `json:"key,omitempty" readOnly:"true"`
}

// version is the text as it is kept. What it shows of assets is copied from
// them, so that nobody shows what is not theirs by its key; an asset that is not
// there is *journal.Invalid, or left without a key where loose.
func (s *Studio) version(ctx context.Context, t Text, loose bool) (content.Version, error) {
	v := content.Version{V: content.Format, Title: t.Title, Summary: t.Summary, Plain: t.Plain, Form: t.Form, Author: t.Author, Reviewer: t.Reviewer,
		Source: t.Source, References: t.References, Licence: t.Licence, AI: t.AI, Checked: t.Checked, Recheck: t.Recheck, SEO: t.SEO, Corrections: t.Corrections}
	if (t.Article == nil) == (t.Video == nil) && !loose {
		return v, invalid("article", "article 和 video 要有一样，而且只有一样")
	}
	if t.Cover != nil {
		v.Cover = &content.Picture{Asset: t.Cover.Asset, Alt: t.Cover.Alt, Caption: t.Cover.Caption, Focal: t.Cover.Focal}
	}
	if a := t.Article; a != nil {
		body, err := bodyOf("article", a.Body, a.Markdown, t.Title)
		if err != nil {
			return v, err
		}
		v.Article = &content.Article{Body: body}
	}
	if f := t.Video; f != nil {
		body, err := bodyOf("video", f.Body, f.Markdown, t.Title)
		if err != nil {
			return v, err
		}
		v.Video = &content.Video{Asset: content.Clip{Asset: f.Asset.Asset}, Transcript: f.Transcript, Chapters: f.Chapters, Body: body}
		for _, c := range f.Captions {
			v.Video.Captions = append(v.Video.Captions, content.Caption{Asset: c.Asset, Lang: c.Lang, Label: c.Label})
		}
	}
	r := resolver{ctx: ctx, store: s.Store, loose: loose}
	r.version(&v)
	return v, r.end()
}

// bodyOf is a body, or what Markdown in its place says.
func bodyOf(field string, body content.Body, text, title string) (content.Body, error) {
	if text == "" {
		return body, nil
	}
	if body.Type != "" {
		return body, invalid(field, "body 和 markdown 只能写一样")
	}
	parsed, err := markdown.ParseTitled([]byte(text), title)
	if err != nil {
		return body, under(field+".markdown", err)
	}
	return parsed, nil
}

// textOf is a kept version as the studio shows it; url gives the address of a
// blob.
func textOf(v content.Version, url func(media.Key, string) string) Text {
	t := Text{Title: v.Title, Summary: v.Summary, Plain: v.Plain, Form: v.Form, Author: v.Author, Reviewer: v.Reviewer, Source: v.Source,
		References: v.References, Licence: v.Licence, AI: v.AI, Checked: v.Checked, Recheck: v.Recheck, SEO: v.SEO, Corrections: v.Corrections}
	if c := v.Cover; c != nil {
		t.Cover = &Picture{c.Asset, c.Alt, c.Caption, c.Focal, url(c.Key, c.Type), string(c.Key), c.Type, c.Width, c.Height}
	}
	if v.Article != nil {
		t.Article = &Article{Body: v.Article.Body}
	}
	if f := v.Video; f != nil {
		a := f.Asset
		t.Video = &Video{Asset: Clip{a.Asset, url(a.Key, a.Type), string(a.Key), a.Type, a.Size, a.Width, a.Height, a.Duration},
			Transcript: f.Transcript, Chapters: f.Chapters, Body: f.Body}
		for _, c := range f.Captions {
			t.Video.Captions = append(t.Video.Captions, Caption{c.Asset, c.Lang, c.Label, url(c.Key, "text/vtt"), string(c.Key)})
		}
	}
	return t
}

// decodeText reads the text of an autosave; ok is false where it is none that
// this program knows.
func decodeText(text []byte) (v content.Version, ok bool) {
	return v, json.Unmarshal(text, &v) == nil
}

// url gives the address at which a browser that got this answer may see a blob
// for a while, whether readers may or not.
func (s *Studio) url(c *Call) func(media.Key, string) string {
	ends := c.Now.Add(ticketLasts).Truncate(ticketLasts)
	return func(key media.Key, mediaType string) string {
		if !key.Valid() {
			return ""
		}
		return page.MediaPath(key, mediaType) + "?ticket=" + s.Ticket(key, "", ends)
	}
}

// under names the field that problems are about.
func under(field string, err error) error {
	if p := problemsOf(err); p != nil {
		out := make([]journal.Problem, len(p))
		for i, one := range p {
			out[i] = journal.Problem{Field: below(field, one.Field), Message: one.Message}
		}
		return &journal.Invalid{Problems: out}
	}
	return fmt.Errorf("%s: %w", field, err)
}
