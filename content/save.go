package content

import (
	"context"
	"errors"
	"fmt"

	"kepu/account"
	"kepu/journal"
)

// Acts on the text.
const (
	actCreate = "create"
	actSave   = "save"
)

// maxText is the largest version, in bytes of canonical JSON, and the largest
// text of an autosave: one fits into the other's row.
const maxText = journal.MaxState - 4<<10

// page is a checked text, ready to be kept as a part.
type page struct {
	kind string
	text []byte // canonical
	hash journal.Hash
}

// typeset makes a version regular and ready to be kept.
func typeset(v Version, p *problems) page {
	p.under("", v.Check())
	if len(*p) > 0 {
		return page{}
	}
	text, err := journal.Encode(v)
	switch {
	case err != nil:
		p.add("", "内容不能保存：%v", err)
	case len(text) > maxText:
		p.add("", "内容太大：%d 字节，最多 %d 字节", len(text), maxText)
	}
	kind := KindArticle
	if v.Video != nil {
		kind = KindVideo
	}
	return page{kind: kind, text: text, hash: journal.Sum(text)}
}

// keep keeps a text as a part of the item.
func (d *Desk) keep(ctx context.Context, id string, text page) error {
	_, err := d.Store.PutParts(ctx, journal.Part{Key: journal.Key{Kind: KindItem, ID: id}, State: text.text})
	return err
}

// Create makes a draft and gives its id, which derives from by.Op where there
// is one. slug is the address wished for; "" takes one from the title. Authors,
// editors and chiefs create in their region; a pin is for editors and chiefs to
// set.
func (d *Desk) Create(ctx context.Context, by By, kind string, v Version, p Placement, slug string) (string, Stamp, error) {
	topics, err := d.topics(ctx, p.Topics...)
	if err != nil {
		return "", Stamp{}, fmt.Errorf("create: %w", err)
	}
	var found problems
	found.oneOf("kind", "类型", kind, KindArticle, KindVideo)
	text := typeset(v, &found)
	if len(found) == 0 && text.kind != kind {
		found.add("kind", "类型与内容不符")
	}
	found.under("", p.Check(func(key string) bool { _, ok := topics[key]; return ok }))
	if slug != "" {
		found.slug("slug", slug)
	}
	if err := found.invalid(); err != nil {
		return "", Stamp{}, err
	}
	if err := by.forbid(p.Region, "新建", account.Author, account.Editor, account.Chief); err != nil {
		return "", Stamp{}, err
	}
	if p.Pin != nil {
		if err := by.forbid(p.Region, "置顶", account.Editor, account.Chief); err != nil {
			return "", Stamp{}, err
		}
	}
	item := Item{V: Format, Kind: kind, Placement: p, Draft: text.hash, Writers: []string{by.ID}}
	if item.ID = journal.NewID(); by.Op != "" {
		item.ID = journal.IDFor(actCreate, by.Op)
	}
	if slug == "" {
		if slug = Slugify(v.Title); slug == "" {
			slug = item.ID
		}
	}
	w := &want{id: item.ID, slug: slug}
	if err := d.claim(ctx, []*want{w}); err != nil {
		return "", Stamp{}, fmt.Errorf("create: %w", err)
	}
	item.Slugs = []string{w.got}
	if err := d.keep(ctx, item.ID, text); err != nil {
		return "", Stamp{}, fmt.Errorf("create %s: %w", item.ID, err)
	}
	stamp, err := d.write(ctx, item, 0, actCreate, by)
	if err != nil {
		return "", Stamp{}, err
	}
	return item.ID, stamp, nil
}

// Save makes a text the draft: a named revision, with a remark if there is
// something to say of it. It ends a review and a schedule, and its author is a
// writer until the next publication. The text that stands already changes
// nothing.
//
// n is the own autosave that it supersedes (0: none); that one is taken away.
// Where the text moved since rev the call is a conflict, and what was sent is
// kept as an autosave of the actor.
func (d *Desk) Save(ctx context.Context, by By, id string, rev, n uint64, v Version, remark string) (Stamp, error) {
	return d.save(ctx, by, id, rev, n, v, remark)
}

// save saves a text whose writers, beside the actor, are those named.
func (d *Desk) save(ctx context.Context, by By, id string, rev, n uint64, v Version, remark string, writers ...string) (Stamp, error) {
	var p problems
	text := typeset(v, &p)
	p.text("remark", "说明", &remark, maxNote)
	if err := p.invalid(); err != nil {
		return Stamp{}, err
	}
	stamp, err := d.take(ctx, step{
		act: actSave, by: by, id: id, rev: rev, remark: remark, may: d.writes, depends: onText,
		done: func(_, is Item) bool { return is.Draft == text.hash },
		do: func(ctx context.Context, it *Item) (bool, error) {
			if it.Kind != text.kind {
				var p problems
				p.add("kind", "这一条已是另一种类型，图文和视频不能互换")
				return false, p.invalid()
			}
			if it.Draft == text.hash {
				return false, nil
			}
			it.redraft(text.hash, append([]string{by.ID}, writers...)...)
			return true, d.keep(ctx, id, text)
		},
	})
	if errors.Is(err, journal.ErrConflict) {
		if lost := d.setAside(ctx, by, id, rev, n, text); lost != nil {
			return Stamp{}, fmt.Errorf("%w; and what was sent could not be kept: %w", err, lost)
		}
	}
	if err != nil {
		return Stamp{}, err
	}
	return stamp, d.supersede(ctx, by, id, n, text.hash)
}

// redraft makes another text the draft.
func (it *Item) redraft(hash journal.Hash, writers ...string) {
	it.Draft, it.Review, it.Schedule = hash, nil, nil
	for _, writer := range writers {
		it.writer(writer)
	}
}
