package studio

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// ticketLasts is how long an address of a blob that no reader may see is good
// for: between that long and twice as long, so that it stays the same meanwhile.
const ticketLasts = time.Hour

// resolver copies into a version what its assets say of themselves.
type resolver struct {
	ctx      context.Context
	store    journal.Store
	loose    bool // what is half-way there is taken as it is
	wants    []want
	problems []journal.Problem
	err      error
}

// want is a place in a version that shows an asset.
type want struct {
	field, asset, kind string
	fill               func(media.Asset)
}

func (r *resolver) want(field, asset, kind string, fill func(media.Asset)) {
	r.wants = append(r.wants, want{field, asset, kind, fill})
}

func (r *resolver) version(v *content.Version) {
	if c := v.Cover; c != nil {
		r.want("cover.asset", c.Asset, media.Image, func(a media.Asset) {
			c.Key, c.Type, c.Width, c.Height = a.Key, a.Type, a.Width, a.Height
			if c.Focal == nil {
				c.Focal = a.Focal
			}
		})
	}
	if v.Article != nil {
		r.nodes("article.body.content", v.Article.Body.Content)
	}
	if f := v.Video; f != nil {
		r.want("video.asset.asset", f.Asset.Asset, media.Video, func(a media.Asset) {
			f.Asset = content.Clip{Asset: a.ID, Key: a.Key, Type: a.Type, Size: a.Size, Width: a.Width, Height: a.Height, Duration: a.Duration}
		})
		for i := range f.Captions {
			c := &f.Captions[i]
			r.want("video.captions["+strconv.Itoa(i)+"].asset", c.Asset, media.Text, func(a media.Asset) { c.Key = a.Key })
		}
		r.nodes("video.body.content", f.Body.Content)
	}
	r.fill()
}

// nodes finds the pictures and clips of a body.
func (r *resolver) nodes(field string, nodes []content.Node) {
	for i := range nodes {
		n := &nodes[i]
		at := field + "[" + strconv.Itoa(i) + "]"
		if n.Type == content.NodeImage || n.Type == content.NodeVideo {
			r.node(at, n)
		}
		r.nodes(at+".content", n.Content)
	}
}

func (r *resolver) node(at string, n *content.Node) {
	kind := media.Image
	if n.Type == content.NodeVideo {
		kind = media.Video
	}
	attrs := map[string]any{}
	for name, value := range n.Attrs {
		attrs[name] = value
	}
	for _, name := range []string{"key", "type", "width", "height", "size", "duration"} {
		delete(attrs, name)
	}
	n.Attrs = attrs
	r.want(at+".attrs.asset", n.Str("asset"), kind, func(a media.Asset) {
		attrs["key"], attrs["type"] = string(a.Key), a.Type
		numbers := map[string]int64{"width": int64(a.Width), "height": int64(a.Height)}
		if kind == media.Video {
			numbers["size"], numbers["duration"] = a.Size, a.Duration
		}
		for name, number := range numbers {
			if number > 0 {
				attrs[name] = float64(number)
			}
		}
	})
}

// fill reads all assets at once and copies what they say.
func (r *resolver) fill() {
	var keys []journal.Key
	for _, w := range r.wants {
		if key := (journal.Key{Kind: media.KindAsset, ID: w.asset}); key.Check() == nil {
			keys = append(keys, key)
		}
	}
	var held map[journal.Key]journal.Record
	if len(keys) > 0 {
		if held, r.err = r.store.Gets(r.ctx, keys...); r.err != nil {
			r.err = fmt.Errorf("read assets: %w", r.err)
			return
		}
	}
	for _, w := range r.wants {
		record := held[journal.Key{Kind: media.KindAsset, ID: w.asset}]
		var a media.Asset
		var err error
		if record.State != nil {
			a, err = media.Decode(record.State)
		}
		switch {
		case err != nil:
			r.err = fmt.Errorf("read asset %s: %w", w.asset, err)
			return
		case record.State == nil:
			r.problems = append(r.problems, journal.Problem{Field: w.field, Message: "媒体库里没有这个文件"})
		case a.Kind != w.kind:
			r.problems = append(r.problems, journal.Problem{Field: w.field, Message: "这个文件不是这里要的那一种"})
		default:
			w.fill(a)
		}
	}
}

func (r *resolver) end() error {
	switch {
	case r.err != nil:
		return r.err
	case len(r.problems) > 0 && !r.loose:
		return &journal.Invalid{Problems: r.problems[:min(len(r.problems), mostProblems)]}
	}
	return nil
}

// problemsOf are those of a *journal.Invalid.
func problemsOf(err error) []journal.Problem {
	var invalid *journal.Invalid
	if errors.As(err, &invalid) {
		return invalid.Problems
	}
	return nil
}
