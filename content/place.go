package content

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"kepu/account"
	"kepu/journal"
)

// actPlace is the act of placing.
const actPlace = "place"

// Place sets for whom and where an item stands, and its address: slug is the
// one wished for, "" leaves it (one that another item has gets a piece of the
// id; the old one redirects). It acts at once, needs no review and ends none.
// Editors and chiefs place, both where the item stands and where it goes.
// Imports leave the placement of an item that was placed so.
func (d *Desk) Place(ctx context.Context, by By, id string, rev uint64, p Placement, slug string) (Stamp, error) {
	topics, err := d.topics(ctx, p.Topics...)
	if err != nil {
		return Stamp{}, fmt.Errorf("place: %w", err)
	}
	var found problems = p.Check(func(key string) bool { _, ok := topics[key]; return ok })
	if slug != "" {
		found.slug("slug", slug)
	}
	if err := found.invalid(); err != nil {
		return Stamp{}, err
	}
	return d.place(ctx, step{by: by, id: id, rev: rev}, slug, func(Placement) (Placement, error) { return p, nil })
}

// place does a step that makes a checked placement of the one that stands.
func (d *Desk) place(ctx context.Context, s step, slug string, next func(Placement) (Placement, error)) (Stamp, error) {
	s.act, s.may, s.depends = actPlace, edits("安排位置"), onPlacement
	s.done = func(seen, is Item) bool {
		to, err := next(seen.Placement)
		return err == nil && (s.latest || samePlacement(is.Placement, to)) && (slug == "" || slices.Contains(is.Slugs, slug))
	}
	s.do = func(ctx context.Context, it *Item) (bool, error) {
		to, err := next(it.Placement)
		if err != nil {
			return false, err
		}
		if err := s.by.forbid(to.Region, "移到那个地区", account.Editor, account.Chief); err != nil {
			return false, err
		}
		moved := !samePlacement(it.Placement, to)
		if moved && it.Origin != nil {
			it.Origin.Placed = true
		}
		it.Placement = to
		readdressed, err := d.readdress(ctx, it, slug)
		return moved || readdressed, err
	}
	return d.take(ctx, s)
}

func samePlacement(a, b Placement) bool {
	x, err := journal.Encode(a)
	y, wrong := journal.Encode(b)
	return err == nil && wrong == nil && string(x) == string(y)
}

// readdress puts an address before those the item has; it tells whether that
// changed anything.
func (d *Desk) readdress(ctx context.Context, it *Item, slug string) (bool, error) {
	if slug == "" || it.slug() == slug {
		return false, nil
	}
	got := slug
	if !slices.Contains(it.Slugs, slug) {
		w := &want{id: it.ID, slug: slug}
		if err := d.claim(ctx, []*want{w}); err != nil {
			return false, err
		}
		got = w.got
	}
	was := it.Slugs
	it.Slugs = append([]string{got}, slices.DeleteFunc(slices.Clone(was), func(s string) bool { return s == got })...)
	return !reflect.DeepEqual(was, it.Slugs), nil
}

// topics gives those of the topics that stand.
func (d *Desk) topics(ctx context.Context, names ...string) (map[string]Topic, error) {
	keys := make([]journal.Key, 0, len(names))
	for _, name := range names {
		key := journal.Key{Kind: KindTopic, ID: strings.TrimSpace(name)}
		if key.Check() == nil && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	held, err := d.Store.Gets(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	found := make(map[string]Topic, len(held))
	for key, record := range held {
		if record.State == nil {
			continue
		}
		if found[key.ID], err = Decode[Topic](record.State); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Withdraw takes an item down, by one editor or chief, over whatever stands:
// readers find its address gone, with the reason and the item to read instead,
// if any. What was live stays as the draft; a schedule and all approvals are
// gone with it, so that only a new review and publication bring it back. Doing
// it again with the same words changes nothing. Of an item that was never
// published only the schedule is taken away; without one it is
// *journal.Invalid.
func (d *Desk) Withdraw(ctx context.Context, by By, id, reason, instead string) (Stamp, error) {
	var p problems
	p.text("reason", "撤下的原因", &reason, maxNote)
	if instead == id && id != "" {
		p.add("instead", "不能用它自己代替")
	} else if instead != "" {
		_, _, err := d.Read(ctx, by, instead)
		if errors.Is(err, journal.ErrNotFound) || errors.Is(err, journal.ErrErased) {
			p.add("instead", "代替的内容不存在")
		} else if err != nil {
			return Stamp{}, fmt.Errorf("withdraw: %w", err)
		}
	}
	if err := p.invalid(); err != nil {
		return Stamp{}, err
	}
	said := func(g *Gone) bool { return g != nil && g.Reason == reason && g.Instead == instead }
	return d.take(ctx, step{
		act: "withdraw", by: by, id: id, latest: true, may: edits("撤下"),
		done: func(_, is Item) bool { return is.Live == "" && (is.Gone == nil || said(is.Gone)) },
		do: func(_ context.Context, it *Item) (bool, error) {
			switch {
			case it.Live == "" && it.Gone == nil && it.Schedule == nil:
				var p problems
				p.add("id", "这一条没有发布，不用撤下")
				return false, p.invalid()
			case it.Live == "" && it.Schedule == nil && it.Review == nil && said(it.Gone):
				return false, nil
			}
			gone := &Gone{At: d.now(), Reason: reason, Instead: instead}
			if it.Gone != nil {
				gone.At = it.Gone.At // only the words change
			}
			if it.Live != "" || it.Gone != nil {
				it.leave(gone)
			}
			it.Review, it.Schedule = nil, nil
			return true, nil
		},
	})
}

// leave takes an item from the readers. Where the draft is what was live, those
// who wrote that are its writers again: nobody approves what they wrote.
func (it *Item) leave(gone *Gone) {
	if it.Draft == "" {
		it.Draft = it.Live
	}
	if it.Grounds != nil && it.Draft == it.Live {
		for _, id := range it.Grounds.Writers {
			it.writer(id)
		}
	}
	it.Live, it.Grounds, it.Gone = "", nil, gone
}

// writer adds one to those who wrote the draft.
func (it *Item) writer(id string) {
	if !it.wrote(id) {
		it.Writers = append(slices.Clone(it.Writers), id)
	}
}
