package content

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"kepu/journal"
)

// step is one act on one item. It is decided anew over whatever stands until it
// is committed or refused.
type step struct {
	act    string
	by     By
	id     string
	rev    uint64 // that the actor saw
	latest bool   // any revision will do; rev counts for nothing
	remark string // what the actor says of it

	may     func(ctx context.Context, by By, it Item) error
	depends func(Item) Item                                   // what must not have moved since rev
	done    func(seen, is Item) bool                          // tells a revision in which the act is done
	do      func(ctx context.Context, it *Item) (bool, error) // false: nothing changes
}

const (
	// stepTries is how often a step is decided anew because another writer was
	// first.
	stepTries = 40
	// opDepth is how many revisions back a repeated operation is looked for.
	opDepth = 200
)

// What acts depend on.
func onText(it Item) Item      { return Item{Draft: it.Draft} }
func onPlacement(it Item) Item { return Item{Placement: it.Placement, Slugs: it.Slugs} }
func onEnd(it Item) Item       { return Item{Until: it.Until, Schedule: it.Schedule} }
func onLife(it Item) Item {
	return Item{Draft: it.Draft, Live: it.Live, Review: it.Review, Schedule: it.Schedule, Gone: it.Gone}
}

// take does a step.
func (d *Desk) take(ctx context.Context, s step) (Stamp, error) {
	for try := 1; ; try++ {
		stamp, raced, err := d.attempt(ctx, s)
		if err != nil && (!raced || try == stepTries) {
			return Stamp{}, fmt.Errorf("%s %s: %w", s.act, s.id, err)
		}
		if err == nil {
			return stamp, nil
		}
	}
}

// attempt decides a step over what stands; raced tells that another writer was
// first and that it may be decided anew.
func (d *Desk) attempt(ctx context.Context, s step) (stamp Stamp, raced bool, err error) {
	item, record, err := d.item(ctx, s.id)
	if err != nil {
		return Stamp{}, false, err
	}
	if err := d.known(ctx, s.by, item); err != nil {
		return Stamp{}, false, err
	}
	if err := s.may(ctx, s.by, item); err != nil {
		return Stamp{}, false, err
	}
	if !s.latest && s.rev != record.Rev {
		if stamp, over, err := d.behind(ctx, s, item, record); over || err != nil {
			return stamp, false, err
		}
	}
	switch changed, err := s.do(ctx, &item); {
	case err != nil && s.latest && s.by.Op != "":
		stamp, err := d.repeated(ctx, s, err) // it may be refused for having been done
		return stamp, false, err
	case err != nil:
		return Stamp{}, false, err
	case !changed:
		return Stamp{Rev: record.Rev, Seq: record.Seq}, false, nil
	}
	item.Remark = s.remark
	stamp, err = d.write(ctx, item, record.Rev, s.act, s.by)
	if s.by.Op != "" && errors.Is(err, journal.ErrOp) {
		stamp, err = d.repeated(ctx, s, err)
	}
	return stamp, errors.Is(err, journal.ErrConflict), err
}

// behind looks at a step on an older revision than stands. over tells that
// there is nothing left to do.
func (d *Desk) behind(ctx context.Context, s step, item Item, record journal.Record) (stamp Stamp, over bool, err error) {
	conflict := &journal.Conflict{Current: record}
	if s.rev == 0 || s.rev > record.Rev {
		return Stamp{}, false, conflict
	}
	seen, err := d.itemAt(ctx, s.id, s.rev)
	if errors.Is(err, journal.ErrNotFound) {
		return Stamp{}, false, conflict
	}
	if err != nil {
		return Stamp{}, false, err
	}
	if s.by.Op != "" {
		if stamp, over, err := d.earlier(ctx, s, seen, record.Rev, s.rev); over || err != nil {
			return stamp, over, err
		}
	}
	if s.done(seen, item) {
		return Stamp{Rev: record.Rev, Seq: record.Seq}, true, nil
	}
	if !reflect.DeepEqual(s.depends(seen), s.depends(item)) {
		return Stamp{}, false, conflict
	}
	return Stamp{}, false, nil
}

// repeated gives the first result of an operation that was done before this
// call saw it; otherwise the error it is given.
func (d *Desk) repeated(ctx context.Context, s step, why error) (Stamp, error) {
	var seen Item
	if !s.latest {
		var err error
		if seen, err = d.itemAt(ctx, s.id, s.rev); err != nil {
			return Stamp{}, err
		}
	}
	record, err := d.Store.Get(ctx, journal.Key{Kind: KindItem, ID: s.id})
	if err != nil {
		return Stamp{}, err
	}
	if stamp, over, err := d.earlier(ctx, s, seen, record.Rev, 0); over || err != nil {
		return stamp, err
	}
	return Stamp{}, why
}

// earlier looks for the operation among the revisions after bottom, up to top.
// journal.ErrOp where it was another act.
func (d *Desk) earlier(ctx context.Context, s step, seen Item, top, bottom uint64) (stamp Stamp, found bool, err error) {
	key := journal.Key{Kind: KindItem, ID: s.id}
	for rev := top; rev > bottom && top-rev < opDepth; rev-- {
		record, err := d.Store.GetRev(ctx, key, rev)
		if err != nil {
			return Stamp{}, false, fmt.Errorf("revision %d: %w", rev, err)
		}
		entry, err := d.entry(ctx, record.Seq)
		if err != nil {
			return Stamp{}, false, err
		}
		if entry.Op != s.by.Op {
			continue
		}
		if record.State == nil || entry.Act != s.act || entry.Actor != s.by.ID {
			return Stamp{}, false, journal.ErrOp
		}
		is, err := Decode[Item](record.State)
		if err == nil && !s.done(seen, is) {
			err = journal.ErrOp
		}
		return Stamp{Rev: rev, Seq: record.Seq}, err == nil, err
	}
	return Stamp{}, false, nil
}

// item reads the item that stands.
func (d *Desk) item(ctx context.Context, id string) (Item, journal.Record, error) {
	key := journal.Key{Kind: KindItem, ID: id}
	if key.Check() != nil { // no such id can have been given
		return Item{}, journal.Record{}, fmt.Errorf("item %s: %w", shown(id), journal.ErrNotFound)
	}
	record, err := d.Store.Get(ctx, key)
	if err == nil && record.State == nil {
		err = journal.ErrNotFound
	}
	if err != nil {
		return Item{}, journal.Record{}, fmt.Errorf("item %s: %w", id, err)
	}
	item, err := Decode[Item](record.State)
	if err != nil {
		return Item{}, journal.Record{}, fmt.Errorf("item %s: %w", id, err)
	}
	return item, record, nil
}

// itemAt reads an older revision.
func (d *Desk) itemAt(ctx context.Context, id string, rev uint64) (Item, error) {
	record, err := d.Store.GetRev(ctx, journal.Key{Kind: KindItem, ID: id}, rev)
	if err == nil && record.State == nil {
		err = journal.ErrNotFound
	}
	if err != nil {
		return Item{}, fmt.Errorf("item %s at %d: %w", id, rev, err)
	}
	return Decode[Item](record.State)
}

// write commits an item over revision rev.
func (d *Desk) write(ctx context.Context, item Item, rev uint64, act string, by By) (Stamp, error) {
	state, err := journal.Encode(item)
	if err != nil {
		return Stamp{}, err
	}
	return d.commit(ctx, journal.Change{
		Key: journal.Key{Kind: KindItem, ID: item.ID}, Rev: rev, State: state, Act: act, Actor: by.ID, Op: by.Op, At: d.now(),
	})
}

// commit writes one record over the revision named.
func (d *Desk) commit(ctx context.Context, change journal.Change) (Stamp, error) {
	what := fmt.Sprintf("%s %s/%s", change.Act, change.Kind, change.ID)
	results, err := d.Store.Commit(ctx, change)
	if err != nil {
		return Stamp{}, fmt.Errorf("%s: %w", what, err)
	}
	if err := results[0].Err; err != nil {
		return Stamp{}, fmt.Errorf("%s: %w", what, err)
	}
	return Stamp{Rev: results[0].Entry.Rev, Seq: results[0].Entry.Seq}, nil
}
