package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"kepu/content"
	"kepu/content/markdown"
	"kepu/journal"
	"kepu/media"
)

// Files at a folder's root that are not items: lists of what items stand in.
const (
	topicsFile = "topics.yaml"
	seriesFile = "series.yaml"
	scenesFile = "scenes.yaml"
)

// tree imports one of these files where the place has it.
func (r *run) tree(ctx context.Context, p place, file string) error {
	if !slices.Contains(p.trees, file) {
		return nil
	}
	where := p.where(file)
	src, problem, err := readAll(p, file, 1<<20)
	if err != nil {
		return fmt.Errorf("read %s: %w", where, err)
	}
	var list []any
	if problem == "" {
		v, err := markdown.YAML(src)
		if list, _ = v.([]any); err != nil {
			problem = message(err)
		} else if v != nil && list == nil {
			problem = "应是一个列表：每项以 - 开头"
		}
	}
	if problem != "" {
		r.report.add(LineProblem{Where: where, Message: problem})
	}
	for i, v := range list {
		if err := r.branch(ctx, p, file, fmt.Sprintf("%s 第 %d 项", where, i+1), v); err != nil {
			return err
		}
	}
	r.progress.Done += int64(len(src))
	return nil
}

// branch imports one topic, series or scene.
func (r *run) branch(ctx context.Context, p place, file, where string, v any) error {
	var problems []journal.Problem
	o := (&object{yaml: true, problems: &problems}).inside("", v)
	id := ""
	var err error
	if o != nil {
		switch file {
		case topicsFile:
			id, err = r.topic(ctx, o)
		case seriesFile:
			id, err = r.series(ctx, p, o)
		default:
			id, err = r.scene(ctx, p, o)
		}
	} else {
		err = &journal.Invalid{Problems: problems}
	}
	var invalid *journal.Invalid
	switch {
	case errors.As(err, &invalid):
		r.report.add(LineProblem{Where: where, ItemID: id, Message: invalid.Error()})
	case errors.Is(err, journal.ErrConflict):
		r.report.add(LineProblem{Where: where, ItemID: id, Message: "在编辑部改过或删除了，已跳过"})
	case err != nil:
		return fmt.Errorf("import %s: %w", where, err)
	}
	return nil
}

func (o *object) invalid() error {
	o.done()
	if len(*o.problems) > 0 {
		return &journal.Invalid{Problems: *o.problems}
	}
	return nil
}

func (r *run) topic(ctx context.Context, o *object) (string, error) {
	order, _ := o.whole("order")
	t := content.Topic{Key: o.str("key"), Name: o.str("name"), Parent: o.str("parent"), Order: int(order)}
	if err := o.invalid(); err != nil {
		return t.Key, err
	}
	return t.Key, put(ctx, r, content.KindTopic, t.Key, &t, t.Check(), r.im.Desk.PutTopic)
}

func (r *run) series(ctx context.Context, p place, o *object) (string, error) {
	s := content.Series{Slug: o.str("slug"), Title: o.str("title"), Summary: o.str("summary"), Cover: cover(o)}
	if err := o.invalid(); err != nil {
		return s.Slug, err
	}
	if err := r.cover(ctx, p, s.Cover); err != nil {
		return s.Slug, err
	}
	return s.Slug, put(ctx, r, content.KindSeries, s.Slug, &s, s.Check(), r.im.Desk.PutSeries)
}

func (r *run) scene(ctx context.Context, p place, o *object) (string, error) {
	boost, _ := o.whole("boost")
	s := content.Scene{
		Slug: o.str("slug"), Title: o.str("title"), Summary: o.str("summary"), Boost: int(boost),
		Topics: o.strs("topics"), Tags: o.strs("tags"), Regions: o.strs("regions"), Cover: cover(o),
	}
	for _, a := range o.strs("audiences") {
		s.Audiences = append(s.Audiences, content.Audience(a))
	}
	s.Start, s.End = o.time("start"), o.time("end")
	o.list("items", func(name string, v any) {
		source := p.source
		id, ok := o.words(v)
		if !ok {
			if item := o.inside(name, v); item != nil {
				source, id = item.str("source"), item.str("id")
				item.done()
			}
		}
		s.Items = append(s.Items, journal.IDFor(source, id))
	})
	if err := o.invalid(); err != nil {
		return s.Slug, err
	}
	if err := r.cover(ctx, p, s.Cover); err != nil {
		return s.Slug, err
	}
	return s.Slug, put(ctx, r, content.KindScene, s.Slug, &s, s.Check(nil), r.im.Desk.PutScene)
}

func (r *run) cover(ctx context.Context, p place, c *content.Picture) error {
	if c == nil {
		return nil
	}
	h, err := r.asset(ctx, p, ".", c.Src, media.Image)
	if err != nil {
		return err
	}
	if h.bad != "" {
		return &journal.Invalid{Problems: []journal.Problem{{Field: "cover", Message: h.bad}}}
	}
	fill(c, h.asset)
	return nil
}

// put writes v unless it stands already. What somebody else than this importer
// wrote last, or deleted, is journal.ErrConflict unless overwriting is asked.
func put[T any](ctx context.Context, r *run, kind, id string, v *T, problems []journal.Problem,
	write func(context.Context, content.By, uint64, T) (content.Stamp, error),
) error {
	if len(problems) > 0 {
		return &journal.Invalid{Problems: problems}
	}
	state, err := journal.Encode(*v)
	if err != nil {
		return err
	}
	record, err := r.im.Desk.Store.Get(ctx, journal.Key{Kind: kind, ID: id})
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return err
	}
	if err == nil && bytes.Equal(record.State, state) {
		return nil
	}
	if record.Rev > 0 && !r.im.Options.Overwrite {
		if mine, err := r.wrote(ctx, record); err != nil || !mine {
			return errors.Join(err, journal.ErrConflict)
		}
	}
	if r.im.Options.DryRun {
		r.report.Resources++
		return nil
	}
	by := content.Operator() // an import is by the operator's own authority
	by.ID = r.im.Actor
	stamp, err := write(ctx, by, record.Rev, *v)
	if err != nil {
		return err
	}
	r.report.Resources++
	r.report.Seq = max(r.report.Seq, stamp.Seq)
	return nil
}

// wrote tells whether the record's last revision is this importer's or one a
// new store begins with.
func (r *run) wrote(ctx context.Context, record journal.Record) (bool, error) {
	entries, err := r.im.Desk.Store.Entries(ctx, record.Seq-1, 1)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	return record.State != nil && (entries[0].Actor == r.im.Actor || entries[0].Act == "seed"), nil
}
