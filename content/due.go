package content

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kepu/account"
	"kepu/journal"
)

// Acts that nobody does but the clock.
const (
	actScheduled = "scheduled" // what was scheduled is live
	actEnd       = "end"       // the time to show it is over
	actMissed    = "missed"    // what was scheduled may not be live; the remark says why
)

const (
	// dueBatch is how many items are committed in one piece.
	dueBatch = 100
	// dueTries is how often an item is looked at again because another writer
	// was first.
	dueTries = 5
)

// Due is an item and the next instant at which the clock does something to it.
type Due struct {
	ID string
	At time.Time
}

// Fired is what RunDue did to one item: act "scheduled" made its draft live,
// "end" took it from the readers, "missed" ended a schedule that could not be
// kept.
type Fired struct {
	ID    string
	Act   string
	Stamp Stamp
}

// Next is the next instant at which the clock does something to the item; zero
// where there is none.
func (it Item) Next() time.Time {
	var at time.Time
	if it.Schedule != nil {
		at = it.Schedule.At
	}
	if it.Until != nil && (it.Live != "" || it.Schedule != nil) && (at.IsZero() || it.Until.Before(at)) {
		at = *it.Until
	}
	return at
}

// DueScan reads every item and gives those the clock will do something to,
// soonest first, whether that is due already or not. It is for the start:
// afterwards whoever follows the journal knows.
func (d *Desk) DueScan(ctx context.Context) ([]Due, error) {
	var all []Due
	_, err := d.Store.Scan(ctx, []string{KindItem}, func(r journal.Record) error {
		if !bytes.Contains(r.State, []byte(`"schedule":`)) && !bytes.Contains(r.State, []byte(`"until":`)) {
			return nil // decoding a hundred thousand items for a few takes seconds
		}
		item, err := Decode[Item](r.State)
		if errors.Is(err, journal.ErrNewer) {
			return nil // the program that wrote it will see to it
		}
		if at := item.Next(); err == nil && !at.IsZero() {
			all = append(all, Due{ID: item.ID, At: at})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is due: %w", err)
	}
	slices.SortFunc(all, func(a, b Due) int { return a.At.Compare(b.At) })
	return all, nil
}

// RunDue does what the clock asks of those of the items that are due now, and
// leaves the others alone; it gives what it did. Each is decided over what
// stands: a draft goes live only where it is the one that was scheduled, is
// approved and passes the gate; where no stage was asked for, only while who
// scheduled it is a chief there. Where the end has passed too, it ends without
// having been shown. Several nodes may run it at once: (id, revision) is done
// once. An item that can't be read is passed over and told of in the error;
// after any error what was done stays done, and the call may be repeated.
func (d *Desk) RunDue(ctx context.Context, ids []string) (all []Fired, err error) {
	var unread error
	for batch := range slices.Chunk(ids, dueBatch) {
		for try := 0; len(batch) > 0 && try < dueTries; try++ {
			b, err := d.decideDue(ctx, batch)
			if err == nil {
				err = b.commit(ctx, d.Store)
			}
			all, unread = append(all, b.fired...), errors.Join(unread, b.unread)
			if err != nil {
				return all, fmt.Errorf("run what is due: %w", errors.Join(err, unread))
			}
			batch = b.again
		}
	}
	if unread != nil {
		return all, fmt.Errorf("run what is due: %w", unread)
	}
	return all, nil
}

// dues are what the clock does to some items, in one commit.
type dues struct {
	changes []journal.Change
	fired   []Fired
	again   []string // another writer was faster with them
	unread  error    // of items that the others must not wait for
}

// decideDue says what is due of some items. Its error is of the store.
func (d *Desk) decideDue(ctx context.Context, ids []string) (b dues, err error) {
	var keys []journal.Key
	for _, id := range ids {
		if key := (journal.Key{Kind: KindItem, ID: id}); key.Check() == nil && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	held, err := d.Store.Gets(ctx, keys...)
	if err != nil {
		return b, err
	}
	for _, key := range keys {
		record := held[key]
		if record.State == nil {
			continue
		}
		var act string
		item, err := Decode[Item](record.State)
		if err == nil {
			act, err = d.fire(ctx, &item)
		}
		if ctx.Err() != nil {
			return b, err
		}
		if err != nil && !errors.Is(err, journal.ErrNewer) { // that one is for the program that wrote it
			b.unread = errors.Join(b.unread, fmt.Errorf("item %s: %w", key.ID, err))
		}
		if err != nil || act == "" {
			continue
		}
		state, err := journal.Encode(item)
		if err != nil {
			return b, err
		}
		b.changes = append(b.changes, journal.Change{
			Key: key, Rev: record.Rev, State: state, Act: act, Actor: systemActor, At: d.now(),
			Op: fmt.Sprintf("due/%s/%d", key.ID, record.Rev),
		})
	}
	return b, nil
}

// commit does what was decided.
func (b *dues) commit(ctx context.Context, store journal.Store) error {
	if len(b.changes) == 0 {
		return nil
	}
	results, err := store.Commit(ctx, b.changes...)
	if err != nil {
		return err
	}
	for i, r := range results {
		switch {
		case r.Err == nil:
			b.fired = append(b.fired, Fired{ID: r.Entry.ID, Act: r.Entry.Act, Stamp: Stamp{Rev: r.Entry.Rev, Seq: r.Entry.Seq}})
		case errors.Is(r.Err, journal.ErrConflict):
			b.again = append(b.again, b.changes[i].ID)
		case errors.Is(r.Err, journal.ErrOp), errors.Is(r.Err, journal.ErrErased), errors.Is(r.Err, journal.ErrNewer):
			// another node did it, or it is not ours any more
		default:
			b.unread = errors.Join(b.unread, r.Err)
		}
	}
	return nil
}

// fire does what is due to an item and names the act; "" where nothing is.
func (d *Desk) fire(ctx context.Context, it *Item) (string, error) {
	now := d.now()
	s := it.Schedule
	starts := s != nil && !s.At.After(now)
	it.Remark = ""
	switch {
	case it.ended(now) && (it.Live != "" || s != nil):
		it.end()
		return actEnd, nil
	case !starts:
		return "", nil
	}
	advice, err := d.fit(ctx, *it)
	var late *Untimely
	var blocked *journal.Invalid
	switch {
	case err == nil:
		it.publish(now, s.By, advice)
		return actScheduled, nil
	case errors.As(err, &late), errors.As(err, &blocked):
		it.Schedule, it.Remark = nil, "没有按时发布："+err.Error()
		return actMissed, nil
	}
	return "", err
}

// fit asks again, when the time has come, whether what was scheduled may go
// live.
func (d *Desk) fit(ctx context.Context, it Item) ([]Advice, error) {
	if it.Schedule.Version != it.Draft {
		return nil, &Untimely{CodeStale, "定时之后稿子改过"}
	}
	if err := it.approved(); err != nil {
		return nil, err
	}
	if err := d.stands(ctx, it); err != nil {
		return nil, err
	}
	v, err := d.version(ctx, it.ID, it.Draft)
	if err != nil {
		return nil, err
	}
	// The checker outside was asked of this very text when it was scheduled; ten
	// thousand that are due at once do not wait for it again.
	c, err := d.criteria(ctx)
	if err != nil {
		return nil, err
	}
	advice := c.judge(v, it.Placement)
	return advice, stopped(advice)
}

// stands is *Untimely where a text that nobody reviewed rests on the word of
// somebody who is no chief of its region any more. Where there was a review,
// those who passed it answer for the text, not who named the hour.
func (d *Desk) stands(ctx context.Context, it Item) error {
	by := it.Schedule.By
	if len(it.Review.Stages) > 0 || by == operatorID {
		return nil
	}
	if d.People == nil {
		return errors.New("publish what a chief scheduled alone: the desk was given no People")
	}
	actor, err := d.People.Actor(ctx, by)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return fmt.Errorf("whether %s may still publish: %w", by, err)
	}
	if err != nil || !actor.May(it.region(), account.Chief) {
		return &Untimely{CodeStages, "定时的人已不是本地区的主编，不经审稿的发布要由现在的主编来定"}
	}
	return nil
}

// end takes an item from the readers because its time is over. Until stays, so
// that nothing shows it again unless somebody sets another. What was never
// shown leaves no gone address behind.
func (it *Item) end() {
	if it.Live != "" {
		it.leave(&Gone{At: *it.Until})
	}
	if it.Schedule != nil {
		it.Review, it.Schedule = nil, nil // start and end are both missed
	}
}
