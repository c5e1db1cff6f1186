package content

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kepu/journal"
)

// Revision is one revision of an item in which the text became another.
type Revision struct {
	Rev     uint64       `json:"rev"`
	Seq     uint64       `json:"seq"`
	At      time.Time    `json:"at"`
	Actor   string       `json:"actor"` // id
	Act     string       `json:"act"`
	Note    string       `json:"note,omitempty"` // what the actor said of it
	Version journal.Hash `json:"version"`
	Live    bool         `json:"live,omitempty"` // readers see this text now
}

const (
	// mostRevisions is how many revisions one call gives at most.
	mostRevisions = 100
	// revisionWalk is how many revisions of any kind it looks at: an item that
	// was pinned a thousand times in a row is read in several calls.
	revisionWalk = 300
)

// Revisions lists the revisions in which an item's text changed, newest first:
// those older than before (0: from the newest), at most limit and 100. more is
// the before of the next call, 0 at the end; a call may give few or none and
// still have more. Who may read all of the item sees them, others
// journal.ErrNotFound. It reads revision by revision and takes some time for
// many: whoever lists often asks the roll.
func (d *Desk) Revisions(ctx context.Context, by By, id string, before uint64, limit int) (list []Revision, more uint64, err error) {
	item, top, err := d.readAll(ctx, by, id)
	if err != nil {
		return nil, 0, fmt.Errorf("revisions: %w", err)
	}
	if limit = min(limit, mostRevisions); limit <= 0 {
		limit = mostRevisions
	}
	rev := top.Rev
	if before > 0 {
		rev = min(rev, before-1)
	}
	if rev == 0 {
		return nil, 0, nil
	}
	is, state, err := d.textAt(ctx, id, rev)
	if err != nil {
		return nil, 0, fmt.Errorf("revisions of %s: %w", id, err)
	}
	for looked := 0; rev > 0; rev-- {
		if len(list) == limit || looked == revisionWalk {
			return list, rev + 1, nil
		}
		looked++
		var was wrote
		var earlier journal.Record
		if rev > 1 {
			if was, earlier, err = d.textAt(ctx, id, rev-1); err != nil {
				return nil, 0, fmt.Errorf("revisions of %s: %w", id, err)
			}
		}
		if is.hash != "" && is.hash != was.hash {
			entry, err := d.entry(ctx, state.Seq)
			if err != nil {
				return nil, 0, fmt.Errorf("revisions of %s: %w", id, err)
			}
			list = append(list, Revision{
				Rev: rev, Seq: state.Seq, At: entry.At, Actor: entry.Actor, Act: entry.Act, Note: is.note,
				Version: is.hash, Live: is.hash == item.Live,
			})
		}
		is, state = was, earlier
	}
	return list, 0, nil
}

// wrote is what a revision said and what its actor said of it.
type wrote struct {
	hash journal.Hash
	note string
}

// textAt reads the text of a revision; none where the item was deleted.
func (d *Desk) textAt(ctx context.Context, id string, rev uint64) (wrote, journal.Record, error) {
	record, err := d.Store.GetRev(ctx, journal.Key{Kind: KindItem, ID: id}, rev)
	if err != nil || record.State == nil {
		return wrote{}, record, err
	}
	it, err := Decode[Item](record.State)
	return wrote{cmp.Or(it.Draft, it.Live), it.Remark}, record, err
}

// readAll reads an item that the actor may read all of.
func (d *Desk) readAll(ctx context.Context, by By, id string) (Item, journal.Record, error) {
	item, record, err := d.item(ctx, id)
	if err != nil {
		return Item{}, journal.Record{}, err
	}
	all, err := d.reads(ctx, by, item)
	if err == nil && !all {
		err = fmt.Errorf("item %s: %w", id, journal.ErrNotFound)
	}
	return item, record, err
}

// Revision gives an item as it stood at a revision, and its text then.
func (d *Desk) Revision(ctx context.Context, by By, id string, rev uint64) (Item, Version, error) {
	if _, _, err := d.readAll(ctx, by, id); err != nil {
		return Item{}, Version{}, fmt.Errorf("revision: %w", err)
	}
	it, err := d.itemAt(ctx, id, rev)
	if err != nil {
		return Item{}, Version{}, fmt.Errorf("revision: %w", err)
	}
	v, err := d.version(ctx, id, cmp.Or(it.Draft, it.Live))
	if err != nil {
		return Item{}, Version{}, fmt.Errorf("revision %d: %w", rev, err)
	}
	return it, v, nil
}

// Restore makes the text of revision from the draft again: a Save over rev like
// any other, with its conflicts and its new review. Those who wrote that text
// are its writers again beside the actor: they approve it no more than then. A
// revision without a text is *journal.Invalid.
func (d *Desk) Restore(ctx context.Context, by By, id string, rev, from uint64) (Stamp, error) {
	was, v, err := d.Revision(ctx, by, id, from)
	if errors.Is(err, journal.ErrNotFound) {
		if _, _, known := d.readAll(ctx, by, id); known == nil {
			var p problems
			p.add("from", "没有第 %d 次修订，或者它没有文字", from)
			return Stamp{}, p.invalid()
		}
	}
	if err != nil {
		return Stamp{}, fmt.Errorf("restore: %w", err)
	}
	return d.save(ctx, by, id, rev, 0, v, fmt.Sprintf("恢复到第 %d 次修订", from), was.authors()...)
}

// authors are those who wrote the draft since what was live before it, also
// where it is live itself.
func (it Item) authors() []string {
	all := it.Writers
	if it.Grounds != nil && (it.Draft == "" || it.Draft == it.Live) {
		all = append(slices.Clone(all), it.Grounds.Writers...)
	}
	return all
}
