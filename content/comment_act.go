package content

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"kepu/account"
	"kepu/journal"
)

// Acts on comments.
const (
	actComment = "comment"
	actReply   = "reply"
	actEdit    = "edit"
	actResolve = "resolve"
	actReopen  = "reopen"
)

// editWithin is how long one may change the words of a comment: others answer
// them.
const editWithin = 10 * time.Minute

// commentTries is how often an act on a comment is decided anew because another
// writer was first.
const commentTries = 10

// Comment opens a thread on an item: at an anchor, or on the whole of it where
// that is nil. An anchor without a version is on the draft, or on the live
// version for who may read only that. Authors, editors, experts and chiefs who
// may read the version comment on it. The comment comes back as it was kept.
func (d *Desk) Comment(ctx context.Context, by By, id string, a *Anchor, text string) (Comment, Stamp, error) {
	item, err := d.commented(ctx, by, id)
	if err != nil {
		return Comment{}, Stamp{}, fmt.Errorf("comment: %w", err)
	}
	c := Comment{Item: item.ID, Anchor: a, Text: text}
	var p problems = c.Check()
	if c.Anchor != nil && len(p) == 0 {
		if err := d.anchor(ctx, by, item, c.Anchor, &p); err != nil {
			return Comment{}, Stamp{}, fmt.Errorf("comment: %w", err)
		}
	}
	if err := p.invalid(); err != nil {
		return Comment{}, Stamp{}, err
	}
	return d.say(ctx, by, c, actComment)
}

// anchor settles an anchor on a version that the actor may read.
func (d *Desk) anchor(ctx context.Context, by By, item Item, a *Anchor, p *problems) error {
	if a.Version == "" {
		all, err := d.reads(ctx, by, item)
		if err != nil {
			return err
		}
		if a.Version = item.Live; all {
			a.Version = cmp.Or(item.Draft, item.Live)
		}
	}
	v, err := d.ReadVersion(ctx, by, item.ID, a.Version)
	if errors.Is(err, journal.ErrNotFound) {
		p.add("anchor.version", "没有这一稿")
		return nil
	}
	if err != nil {
		return err
	}
	p.under("", a.settle(v))
	return nil
}

// Reply answers in a thread; id is any comment of it.
func (d *Desk) Reply(ctx context.Context, by By, id, text string) (Comment, Stamp, error) {
	c, _, err := d.thread(ctx, by, id)
	if err != nil {
		return Comment{}, Stamp{}, fmt.Errorf("reply: %w", err)
	}
	reply := Comment{Item: c.Item, Parent: cmp.Or(c.Parent, c.ID), Text: text}
	if err := problems(reply.Check()).invalid(); err != nil {
		return Comment{}, Stamp{}, err
	}
	return d.say(ctx, by, reply, actReply)
}

// say makes a comment's record; its id derives from by.Op where there is one.
func (d *Desk) say(ctx context.Context, by By, c Comment, act string) (Comment, Stamp, error) {
	if c.ID = journal.NewID(); by.Op != "" {
		c.ID = journal.IDFor(KindComment, by.Op)
	}
	c.By, c.At = by.ID, d.now()
	if first, stamp, err := d.said(ctx, c); !errors.Is(err, journal.ErrNotFound) {
		return first, stamp, err
	}
	stamp, err := d.putComment(ctx, by, c, 0, act)
	if errors.Is(err, journal.ErrConflict) || errors.Is(err, journal.ErrOp) { // said at this very moment
		return d.said(ctx, c)
	}
	return c, stamp, err
}

// said gives the comment that the same operation made before, ErrOp where it
// said something else, journal.ErrNotFound where it made none.
func (d *Desk) said(ctx context.Context, c Comment) (Comment, Stamp, error) {
	record, err := d.Store.GetRev(ctx, journal.Key{Kind: KindComment, ID: c.ID}, 1)
	if err != nil {
		return Comment{}, Stamp{}, fmt.Errorf("comment %s: %w", c.ID, err)
	}
	first, err := Decode[Comment](record.State)
	if err != nil {
		return Comment{}, Stamp{}, err
	}
	c.At = first.At
	if !reflect.DeepEqual(first, c) {
		return Comment{}, Stamp{}, fmt.Errorf("comment %s: %w", c.ID, journal.ErrOp)
	}
	return first, Stamp{Rev: record.Rev, Seq: record.Seq}, nil
}

// ReadComment gives a comment to who may read and comment on what it is about.
// The comments of an item are listed by the roll, which follows their records.
func (d *Desk) ReadComment(ctx context.Context, by By, id string) (Comment, Stamp, error) {
	c, record, err := d.thread(ctx, by, id)
	if err != nil {
		return Comment{}, Stamp{}, fmt.Errorf("read: %w", err)
	}
	return c, Stamp{Rev: record.Rev, Seq: record.Seq}, nil
}

// EditComment changes the words of one's own comment of revision rev, within
// ten minutes.
func (d *Desk) EditComment(ctx context.Context, by By, id string, rev uint64, text string) (Stamp, error) {
	return d.change(ctx, by, id, actEdit, func(c *Comment, record journal.Record) (bool, error) {
		if c.By != by.ID {
			return false, &Forbidden{Reason: "只能改自己的批注"}
		}
		next := Comment{Text: text}
		if err := problems(next.Check()).invalid(); err != nil {
			return false, err
		}
		if next.Text == c.Text {
			return false, nil
		}
		if record.Rev != rev {
			return false, &journal.Conflict{Current: record}
		}
		now := d.now()
		if now.Sub(c.At) > editWithin {
			return false, &Forbidden{Reason: "批注写下 10 分钟以后不能再改，可以回复补充"}
		}
		c.Text, c.Edited = next.Text, &now
		return true, nil
	})
}

// ResolveComment closes a thread, or opens it again; id is the comment that
// opened it.
func (d *Desk) ResolveComment(ctx context.Context, by By, id string, resolved bool) (Stamp, error) {
	act := actReopen
	if resolved {
		act = actResolve
	}
	return d.change(ctx, by, id, act, func(c *Comment, _ journal.Record) (bool, error) {
		if c.Parent != "" {
			var p problems
			p.add("id", "只能了结整个批注，不能了结其中一条回复")
			return false, p.invalid()
		}
		if (c.Resolved != nil) == resolved {
			return false, nil
		}
		c.Resolved = nil
		if resolved {
			c.Resolved = &Resolution{By: by.ID, At: d.now()}
		}
		return true, nil
	})
}

// DeleteComment takes one's own comment away; what answered it stays. Deleting
// again what oneself deleted changes nothing.
func (d *Desk) DeleteComment(ctx context.Context, by By, id string) (Stamp, error) {
	record, err := d.comment(ctx, id)
	if err == nil && record.State == nil {
		entry, err := d.entry(ctx, record.Seq)
		if err != nil {
			return Stamp{}, fmt.Errorf("delete: %w", err)
		}
		if entry.Actor != by.ID {
			return Stamp{}, fmt.Errorf("delete: comment %s: %w", id, journal.ErrNotFound)
		}
		return Stamp{Rev: record.Rev, Seq: record.Seq}, nil
	}
	if err != nil {
		return Stamp{}, fmt.Errorf("delete: %w", err)
	}
	return d.change(ctx, by, id, actDelete, func(c *Comment, _ journal.Record) (bool, error) {
		if c.By != by.ID {
			return false, &Forbidden{Reason: "只能删自己的批注"}
		}
		return true, nil
	})
}

// change decides an act on a comment over what stands until it is committed or
// refused; a conflict it decides on itself is not tried again.
func (d *Desk) change(ctx context.Context, by By, id, act string, do func(*Comment, journal.Record) (bool, error)) (Stamp, error) {
	for try := 1; ; try++ {
		c, record, err := d.thread(ctx, by, id)
		if err != nil {
			return Stamp{}, fmt.Errorf("%s: %w", act, err)
		}
		changed, err := do(&c, record)
		if err != nil {
			return Stamp{}, fmt.Errorf("%s comment %s: %w", act, id, err)
		}
		if !changed {
			return Stamp{Rev: record.Rev, Seq: record.Seq}, nil
		}
		stamp, err := d.putComment(ctx, by, c, record.Rev, act)
		if by.Op != "" && errors.Is(err, journal.ErrOp) {
			return d.doneBefore(ctx, by, record, act, err)
		}
		if err == nil || try == commentTries || !errors.Is(err, journal.ErrConflict) {
			return stamp, err
		}
	}
}

// doneBefore gives the first result of an operation on a comment, which others
// have acted on since; the error it is given where it was another act.
func (d *Desk) doneBefore(ctx context.Context, by By, record journal.Record, act string, why error) (Stamp, error) {
	for rev := record.Rev; rev > 0 && record.Rev-rev < opDepth; rev-- {
		was, err := d.Store.GetRev(ctx, record.Key, rev)
		if err != nil {
			return Stamp{}, fmt.Errorf("comment %s at %d: %w", record.ID, rev, err)
		}
		entry, err := d.entry(ctx, was.Seq)
		if err != nil {
			return Stamp{}, err
		}
		if entry.Op == by.Op && entry.Act == act && entry.Actor == by.ID {
			return Stamp{Rev: rev, Seq: was.Seq}, nil
		}
	}
	return Stamp{}, why
}

// putComment commits a comment over revision rev, or its deletion.
func (d *Desk) putComment(ctx context.Context, by By, c Comment, rev uint64, act string) (Stamp, error) {
	change := journal.Change{Key: journal.Key{Kind: KindComment, ID: c.ID}, Rev: rev, Act: act, Actor: by.ID, Op: by.Op, At: d.now()}
	if act != actDelete {
		c.V = Format
		state, err := journal.Encode(c)
		if err != nil {
			return Stamp{}, err
		}
		change.State = state
	}
	return d.commit(ctx, change)
}

// comment reads a comment's record, be it deleted.
func (d *Desk) comment(ctx context.Context, id string) (journal.Record, error) {
	key := journal.Key{Kind: KindComment, ID: id}
	if key.Check() != nil {
		return journal.Record{}, fmt.Errorf("comment %s: %w", shown(id), journal.ErrNotFound)
	}
	record, err := d.Store.Get(ctx, key)
	if err != nil {
		return journal.Record{}, fmt.Errorf("comment %s: %w", id, err)
	}
	return record, nil
}

// thread reads a comment whose thread the actor may take part in. A thread on a
// draft is for those who may read all of the item.
func (d *Desk) thread(ctx context.Context, by By, id string) (Comment, journal.Record, error) {
	c, record, err := d.standing(ctx, id)
	if err != nil {
		return Comment{}, journal.Record{}, err
	}
	item, err := d.commented(ctx, by, c.Item)
	if err != nil {
		return Comment{}, journal.Record{}, err
	}
	all, err := d.reads(ctx, by, item)
	if err != nil || all {
		return c, record, err
	}
	root := c
	if c.Parent != "" {
		if root, _, err = d.standing(ctx, c.Parent); err != nil {
			return Comment{}, journal.Record{}, err
		}
	}
	if root.Anchor != nil && root.Anchor.Version != item.Live {
		return Comment{}, journal.Record{}, fmt.Errorf("comment %s: %w", id, journal.ErrNotFound)
	}
	return c, record, nil
}

// standing reads a comment that is not deleted.
func (d *Desk) standing(ctx context.Context, id string) (Comment, journal.Record, error) {
	record, err := d.comment(ctx, id)
	if err == nil && record.State == nil {
		err = fmt.Errorf("comment %s: %w", id, journal.ErrNotFound)
	}
	if err != nil {
		return Comment{}, journal.Record{}, err
	}
	c, err := Decode[Comment](record.State)
	return c, record, err
}

// commented reads an item that the actor may comment on.
func (d *Desk) commented(ctx context.Context, by By, id string) (Item, error) {
	item, _, err := d.item(ctx, id)
	if err != nil {
		return Item{}, err
	}
	if err := d.known(ctx, by, item); err != nil {
		return Item{}, err
	}
	return item, by.forbid(item.region(), "批注", account.Author, account.Editor, account.Expert, account.Chief)
}
