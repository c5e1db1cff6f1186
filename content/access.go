package content

import (
	"context"
	"fmt"

	"kepu/account"
	"kepu/journal"
)

// reads tells whether the actor may read all of the item: an editor, a chief,
// an expert or an auditor of its region, or an author who made or wrote it.
func (d *Desk) reads(ctx context.Context, by By, it Item) (bool, error) {
	if by.ID == "" {
		return false, nil
	}
	if by.May(it.region(), account.Editor, account.Chief, account.Expert, account.Auditor) {
		return true, nil
	}
	return d.owns(ctx, by, it)
}

// owns tells whether the actor is an author of the item's region who created it
// or wrote on its draft.
func (d *Desk) owns(ctx context.Context, by By, it Item) (bool, error) {
	if by.ID == "" || !by.May(it.region(), account.Author) {
		return false, nil
	}
	if it.wrote(by.ID) {
		return true, nil
	}
	first, err := d.Store.GetRev(ctx, journal.Key{Kind: KindItem, ID: it.ID}, 1)
	if err != nil {
		return false, fmt.Errorf("who created %s: %w", it.ID, err)
	}
	entry, err := d.entry(ctx, first.Seq)
	return entry.Actor == by.ID, err
}

// entry reads one entry.
func (d *Desk) entry(ctx context.Context, seq uint64) (journal.Entry, error) {
	entries, err := d.Store.Entries(ctx, seq-1, 1)
	if err == nil && (len(entries) == 0 || entries[0].Seq != seq) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return journal.Entry{}, fmt.Errorf("entry %d: %w", seq, err)
	}
	return entries[0], nil
}

// known is journal.ErrNotFound where the actor may not know that the item is
// there. What is live everybody of the region knows.
func (d *Desk) known(ctx context.Context, by By, it Item) error {
	all, err := d.reads(ctx, by, it)
	if err != nil || all || by.ID != "" && it.Live != "" && by.May(it.region(), account.Roles[:]...) {
		return err
	}
	return fmt.Errorf("item %s: %w", it.ID, journal.ErrNotFound)
}

// writes is *Forbidden where the actor may not write on the item.
func (d *Desk) writes(ctx context.Context, by By, it Item) error {
	if by.May(it.region(), account.Editor, account.Chief) {
		return nil
	}
	own, err := d.owns(ctx, by, it)
	if err != nil || own {
		return err
	}
	return &Forbidden{Reason: "只有它的作者和本地区的编辑、主编可以改这一条"}
}

// edits is *Forbidden unless the actor is an editor or chief of the region.
func edits(what string) func(context.Context, By, Item) error {
	return func(_ context.Context, by By, it Item) error {
		return by.forbid(it.region(), what, account.Editor, account.Chief)
	}
}

// Read gives an item as the actor may see it, and its revision. An author sees
// of others' items only what is live: there the draft is the live version, and
// writers, review and schedule are left out, as is what the live version stands
// on: who wrote it, and what was noted where it was approved.
func (d *Desk) Read(ctx context.Context, by By, id string) (Item, Stamp, error) {
	item, record, err := d.item(ctx, id)
	if err != nil {
		return Item{}, Stamp{}, fmt.Errorf("read: %w", err)
	}
	if err := d.known(ctx, by, item); err != nil {
		return Item{}, Stamp{}, fmt.Errorf("read: %w", err)
	}
	all, err := d.reads(ctx, by, item)
	if err != nil {
		return Item{}, Stamp{}, fmt.Errorf("read: %w", err)
	}
	if !all {
		item.Draft, item.Writers, item.Review, item.Grounds, item.Schedule, item.Remark = item.Live, nil, nil, nil, nil, ""
	}
	return item, Stamp{Rev: record.Rev, Seq: record.Seq}, nil
}

// ReadVersion gives one text of an item: to who may read all of it any that was
// ever saved, to others the live one; journal.ErrNotFound where there is none.
func (d *Desk) ReadVersion(ctx context.Context, by By, id string, hash journal.Hash) (Version, error) {
	item, _, err := d.Read(ctx, by, id)
	if err != nil {
		return Version{}, err
	}
	all, err := d.reads(ctx, by, item)
	if err == nil && !all && hash != item.Live {
		err = journal.ErrNotFound
	}
	if err != nil {
		return Version{}, fmt.Errorf("read version %s of %s: %w", hash, id, err)
	}
	return d.version(ctx, id, hash)
}

// version reads a text of an item.
func (d *Desk) version(ctx context.Context, id string, hash journal.Hash) (Version, error) {
	key := journal.PartKey{Key: journal.Key{Kind: KindItem, ID: id}, Hash: hash}
	parts, err := d.Store.Parts(ctx, key)
	if err == nil && parts[key] == nil {
		err = journal.ErrNotFound
	}
	if err != nil {
		return Version{}, fmt.Errorf("version %s of %s: %w", hash, id, err)
	}
	return Decode[Version](parts[key])
}
