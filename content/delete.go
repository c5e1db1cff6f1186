package content

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"kepu/journal"
)

// Delete deletes a draft that was never published, by its author or an editor
// or chief of its region; its history stays, its addresses are free again. It
// is *Untimely where readers ever saw it (there is Withdraw) or others have
// unsaved text on it. Deleting again what oneself deleted changes nothing.
func (d *Desk) Delete(ctx context.Context, by By, id string, rev uint64) (Stamp, error) {
	for try := 1; ; try++ {
		stamp, raced, err := d.delete(ctx, by, id, rev)
		if err == nil {
			return stamp, nil
		}
		if !raced || try == stepTries {
			return Stamp{}, fmt.Errorf("delete %s: %w", shown(id), err)
		}
	}
}

// delete decides over what stands; raced tells that another writer was first.
func (d *Desk) delete(ctx context.Context, by By, id string, rev uint64) (stamp Stamp, raced bool, err error) {
	item, record, err := d.item(ctx, id)
	if errors.Is(err, journal.ErrNotFound) {
		stamp, err := d.deletion(ctx, by, id, err)
		return stamp, false, err
	}
	if err != nil {
		return Stamp{}, false, err
	}
	if err := d.known(ctx, by, item); err != nil {
		return Stamp{}, false, err
	}
	if err := d.writes(ctx, by, item); err != nil {
		return Stamp{}, false, err
	}
	if rev != record.Rev {
		seen, err := d.itemAt(ctx, id, rev)
		if err != nil && !errors.Is(err, journal.ErrNotFound) {
			return Stamp{}, false, err
		}
		if err != nil || !reflect.DeepEqual(onLife(seen), onLife(item)) {
			return Stamp{}, false, &journal.Conflict{Current: record}
		}
	}
	if item.Live != "" || item.Gone != nil || item.Published != nil {
		return Stamp{}, false, &Untimely{CodePublished, "读者看过的内容不能删除，请用“撤下”"}
	}
	typed, err := d.unsaved(ctx, id)
	if err != nil {
		return Stamp{}, false, err
	}
	for _, a := range typed {
		if a.User != by.ID {
			return Stamp{}, false, &Untimely{CodeUnsaved, "还有人在这一条上有没保存的修改，先请他们保存或放弃"}
		}
	}
	claims, err := d.lease(ctx, item)
	if err != nil {
		return Stamp{}, false, err
	}
	stamp, err = d.commit(ctx, journal.Change{Key: record.Key, Rev: record.Rev, Act: actDelete, Actor: by.ID, Op: by.Op, At: d.now()})
	if err != nil {
		return Stamp{}, errors.Is(err, journal.ErrConflict), err
	}
	for _, row := range claims {
		if err := d.Slate.Delete(ctx, row.Key, row.Version); err != nil && !errors.Is(err, journal.ErrConflict) {
			return Stamp{}, false, fmt.Errorf("free %s: %w", row.Key, err)
		}
	}
	for _, a := range typed {
		row, err := d.Slate.Get(ctx, autosaveKey(a.Item, a.User, a.Aside))
		if err == nil {
			err = d.Slate.Delete(ctx, row.Key, row.Version)
		}
		if err != nil && !errors.Is(err, journal.ErrConflict) && !errors.Is(err, journal.ErrNotFound) {
			return Stamp{}, false, fmt.Errorf("drop the autosave of %s: %w", id, err)
		}
	}
	return stamp, false, nil
}

// deletion is the stamp of a deletion that the actor made; otherwise the error
// it is given.
func (d *Desk) deletion(ctx context.Context, by By, id string, why error) (Stamp, error) {
	key := journal.Key{Kind: KindItem, ID: id}
	if key.Check() != nil {
		return Stamp{}, why
	}
	record, err := d.Store.Get(ctx, key)
	if err != nil {
		return Stamp{}, err
	}
	entry, err := d.entry(ctx, record.Seq)
	if err != nil {
		return Stamp{}, err
	}
	if record.State != nil || entry.Act != actDelete || entry.Actor != by.ID {
		return Stamp{}, why
	}
	return Stamp{Rev: record.Rev, Seq: record.Seq}, nil
}

// lease makes the item's claims due for FreeSlugs, which frees them should this
// process end between the deletion and freeing them itself.
func (d *Desk) lease(ctx context.Context, item Item) ([]journal.Row, error) {
	var rows []journal.Row
	for _, slug := range item.Slugs {
		row, err := d.Slate.Get(ctx, claimPrefix+slug)
		if errors.Is(err, journal.ErrNotFound) || err == nil && string(row.Value) != item.ID {
			continue
		}
		if err != nil {
			return nil, err
		}
		row.Due = d.now().Add(claimRest)
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	results, err := d.Slate.Put(ctx, rows...)
	if err != nil {
		return nil, err
	}
	kept := rows[:0]
	for i, r := range results {
		if r.Err == nil {
			rows[i].Version = r.Version
			kept = append(kept, rows[i])
		} else if !errors.Is(r.Err, journal.ErrConflict) {
			return nil, r.Err
		}
	}
	return kept, nil
}
