package exchange

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// line is an item as Export writes it and Import reads it.
type line struct {
	ID          string               `json:"id"`
	Source      string               `json:"source"`
	Kind        string               `json:"kind"`
	Draft       bool                 `json:"draft,omitempty"`
	Title       string               `json:"title"`
	Slug        string               `json:"slug,omitempty"`
	Summary     string               `json:"summary,omitempty"`
	Plain       string               `json:"plain,omitempty"`
	Form        string               `json:"form,omitempty"`
	Audiences   []content.Placed     `json:"audiences"`
	Topics      []string             `json:"topics,omitempty"`
	Tags        []string             `json:"tags,omitempty"`
	Region      string               `json:"region,omitempty"`
	Series      *content.SeriesPart  `json:"series,omitempty"`
	Pin         *content.Pin         `json:"pin,omitempty"`
	Author      string               `json:"author,omitempty"`
	Reviewer    string               `json:"reviewer,omitempty"`
	SourceName  string               `json:"source_name,omitempty"`
	SourceURL   string               `json:"source_url,omitempty"`
	References  []content.Reference  `json:"references,omitempty"`
	Licence     string               `json:"licence,omitempty"`
	AI          string               `json:"ai,omitempty"`
	Checked     string               `json:"checked,omitempty"`
	Recheck     string               `json:"recheck,omitempty"`
	SEO         *content.SEO         `json:"seo,omitempty"`
	Corrections []content.Correction `json:"corrections,omitempty"`
	PublishedAt *time.Time           `json:"published_at,omitempty"`
	Cover       *linePicture         `json:"cover,omitempty"`
	Video       *lineVideo           `json:"video,omitempty"`
	Body        *content.Body        `json:"body,omitempty"`

	files []file
}

type linePicture struct {
	Src     string       `json:"src"`
	Alt     string       `json:"alt,omitempty"`
	Caption string       `json:"caption,omitempty"`
	Focal   *media.Focal `json:"focal,omitempty"`
}

type lineVideo struct {
	Src        string         `json:"src"`
	Captions   []lineTrack    `json:"captions,omitempty"`
	Transcript []content.Line `json:"transcript"` // also an empty one: none is to be derived
	Chapters   []content.Line `json:"chapters,omitempty"`
}

type lineTrack struct {
	Src   string `json:"src"`
	Lang  string `json:"lang"`
	Label string `json:"label,omitempty"`
}

// file is one file of media/.
type file struct {
	key  media.Key
	name string
}

// show names the file of a key and notes that it is to be copied.
func (l *line) show(key media.Key, typ string) string {
	name := path.Join("media", string(key)+extension(typ))
	l.files = append(l.files, file{key, name})
	return name
}

func extension(typ string) string {
	switch typ {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/gif":
		return ".gif"
	case "image/webp":
		return ".webp"
	case "image/svg+xml":
		return ".svg"
	case "video/mp4":
		return ".mp4"
	case "video/webm":
		return ".webm"
	case "text/vtt":
		return ".vtt"
	}
	return ""
}

func lineOf(item content.Item, v content.Version) *line {
	o, p := originOf(item), item.Placement
	l := &line{
		ID: o.ID, Source: o.Source, Kind: item.Kind, Title: v.Title, Summary: v.Summary, Plain: v.Plain, Form: v.Form,
		Audiences: p.Audiences, Topics: p.Topics, Tags: p.Tags, Region: p.Region, Series: p.Series, Pin: p.Pin,
		Author: v.Author, Reviewer: v.Reviewer, SourceName: v.Source.Name, SourceURL: v.Source.URL,
		References: v.References, Licence: v.Licence, AI: v.AI, Checked: v.Checked, Recheck: v.Recheck, SEO: v.SEO, Corrections: v.Corrections,
		PublishedAt: item.Published,
	}
	if item.Published == nil && item.Origin != nil {
		l.PublishedAt = item.Origin.Published
	}
	if len(item.Slugs) > 0 {
		l.Slug = item.Slugs[0]
	}
	if len(l.Audiences) == 0 { // said, because none said means all
		l.Audiences = []content.Placed{{Audience: content.Youth}}
	}
	l.Cover = l.picture(v.Cover)
	switch {
	case v.Article != nil:
		l.Body = l.body(v.Article.Body)
	case v.Video != nil:
		l.Video = l.video(v.Video)
		if !v.Video.Body.Empty() {
			l.Body = l.body(v.Video.Body)
		}
	}
	return l
}

func (l *line) picture(p *content.Picture) *linePicture {
	if p == nil {
		return nil
	}
	return &linePicture{Src: l.show(p.Key, p.Type), Alt: p.Alt, Caption: p.Caption, Focal: p.Focal}
}

func (l *line) video(v *content.Video) *lineVideo {
	out := &lineVideo{Src: l.show(v.Asset.Key, v.Asset.Type), Transcript: v.Transcript, Chapters: v.Chapters}
	if out.Transcript == nil {
		out.Transcript = []content.Line{}
	}
	for _, c := range v.Captions {
		out.Captions = append(out.Captions, lineTrack{Src: l.show(c.Key, "text/vtt"), Lang: c.Lang, Label: c.Label})
	}
	return out
}

// body names files where the stored body names assets. It works on b, which the
// caller has decoded for itself.
func (l *line) body(b content.Body) *content.Body {
	if b.Type == "" {
		b.Type = content.NodeDoc
	}
	b.Walk(func(n *content.Node) bool {
		switch n.Type {
		case content.NodeImage:
			p := n.Picture()
			n.SetPicture(content.Picture{Src: l.show(p.Key, p.Type), Alt: p.Alt, Caption: p.Caption, Focal: p.Focal})
		case content.NodeVideo:
			c := n.Clip()
			src := l.show(c.Key, c.Type)
			n.SetClip(content.Clip{}, n.Str("alt"), n.Str("caption"))
			n.Attrs["src"] = src
		}
		return true
	})
	return &b
}

// copy writes a file of media/, once.
func (e *export) copy(ctx context.Context, id string, f file) (err error) {
	if e.copied[f.key] {
		return nil
	}
	e.copied[f.key] = true
	blob, err := e.blobs.Open(ctx, f.key)
	if errors.Is(err, media.ErrNotFound) {
		e.report.add(LineProblem{Where: id, Message: "媒体库里缺少文件 " + string(f.key)})
		return nil
	}
	if err != nil {
		return err
	}
	defer blob.Close()
	name := filepath.Join(e.dir, filepath.FromSlash(f.name))
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, blob)
	return errors.Join(err, out.Sync(), out.Close())
}

// trees writes topics, series and scenes, each a list of one entry a line.
func (e *export) trees(ctx context.Context, records []journal.Record) error {
	var topics, series, scenes []any
	var topic []content.Topic
	for _, r := range records {
		switch r.Kind {
		case content.KindTopic:
			t, err := content.Decode[content.Topic](r.State)
			if err != nil {
				return fmt.Errorf("topic %s: %w", r.ID, err)
			}
			topic = append(topic, t)
		case content.KindSeries:
			s, err := content.Decode[content.Series](r.State)
			if err != nil {
				return fmt.Errorf("series %s: %w", r.ID, err)
			}
			c, err := e.cover(ctx, r.ID, s.Cover)
			if err != nil {
				return err
			}
			series = append(series, treeSeries{s.Slug, s.Title, s.Summary, c})
		case content.KindScene:
			s, err := content.Decode[content.Scene](r.State)
			if err != nil {
				return fmt.Errorf("scene %s: %w", r.ID, err)
			}
			c, err := e.cover(ctx, r.ID, s.Cover)
			if err != nil {
				return err
			}
			scenes = append(scenes, e.scene(s, c))
		}
	}
	slices.SortFunc(topic, func(a, b content.Topic) int { // parents come first
		return cmp.Or(cmp.Compare(a.Parent, b.Parent), cmp.Compare(a.Key, b.Key))
	})
	for _, t := range topic {
		topics = append(topics, treeTopic{t.Key, t.Name, t.Parent, t.Order})
	}
	for name, list := range map[string][]any{topicsFile: topics, seriesFile: series, scenesFile: scenes} {
		if err := e.tree(name, list); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

type treeTopic struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"`
	Order  int    `json:"order"`
}

type treeSeries struct {
	Slug    string       `json:"slug"`
	Title   string       `json:"title"`
	Summary string       `json:"summary,omitempty"`
	Cover   *linePicture `json:"cover,omitempty"`
}

type treeScene struct {
	Slug      string             `json:"slug"`
	Title     string             `json:"title"`
	Summary   string             `json:"summary,omitempty"`
	Start     time.Time          `json:"start"`
	End       time.Time          `json:"end"`
	Boost     int                `json:"boost"`
	Topics    []string           `json:"topics,omitempty"`
	Tags      []string           `json:"tags,omitempty"`
	Items     []origin           `json:"items,omitempty"`
	Audiences []content.Audience `json:"audiences,omitempty"`
	Regions   []string           `json:"regions,omitempty"`
	Cover     *linePicture       `json:"cover,omitempty"`
}

// scene names items as the lines do; one that is not there any more is left out.
func (e *export) scene(s content.Scene, cover *linePicture) treeScene {
	out := treeScene{
		Slug: s.Slug, Title: s.Title, Summary: s.Summary, Start: s.Start, End: s.End, Boost: s.Boost,
		Topics: s.Topics, Tags: s.Tags, Audiences: s.Audiences, Regions: s.Regions, Cover: cover,
	}
	for _, id := range s.Items {
		if o, ok := e.names[id]; ok {
			out.Items = append(out.Items, o)
		}
	}
	return out
}

func (e *export) cover(ctx context.Context, id string, p *content.Picture) (*linePicture, error) {
	l := &line{}
	cover := l.picture(p)
	for _, f := range l.files {
		if err := e.copy(ctx, id, f); err != nil {
			return nil, err
		}
	}
	return cover, nil
}

// tree writes a YAML list whose entries are JSON, which is YAML.
func (e *export) tree(name string, list []any) error {
	if len(list) == 0 {
		return nil
	}
	var out bytes.Buffer
	for _, v := range list {
		raw, err := encode(v)
		if err != nil {
			return err
		}
		out.WriteString("- ")
		out.Write(raw)
	}
	return os.WriteFile(filepath.Join(e.dir, name), out.Bytes(), 0o640)
}

// encode is JSON with a line end, without escapes for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}
