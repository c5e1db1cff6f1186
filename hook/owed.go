package hook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// debt is a delivery that is owed, as it stood when it was read.
type debt struct {
	journal.Row
	delivery
	seq    uint64
	logged uint64 // version of its line in the log; 0: it was not tried
}

// first is the earliest delivery that a hook is owed, nil where there is none.
// What was queued before the hook last became active is let go, and what was
// queued a second time: by a node that did not get to save the position, or that
// was paused before it wrote.
func (q *queue) first(ctx context.Context, h Hook) (*debt, error) {
	calling, cancel := context.WithTimeout(ctx, slateCall)
	defer cancel()
	for {
		rows, err := q.Slate.List(calling, deliveryPrefix+h.ID+"/", "", time.Time{}, 1)
		if err != nil {
			return nil, fmt.Errorf("read what hook %s is owed: %w", h.ID, err)
		}
		if len(rows) == 0 {
			return nil, nil
		}
		d := debt{Row: rows[0]}
		if d.delivery, err = read[delivery](d.Row); err != nil {
			return nil, err
		}
		if _, d.seq, err = owner(d.Key); err != nil {
			return nil, fmt.Errorf("read %s: %w", d.Key, err)
		}
		// After the row: with its successor's line a paused node would take on
		// the right to write over it.
		over, err := q.over(calling, h.ID, &d)
		if err != nil {
			return nil, err
		}
		if d.Again || !over && h.hears(q.Store.Identity(), d.seq) {
			return &d, nil
		}
		if err := q.Slate.Delete(calling, d.Key, d.Version); err != nil && !errors.Is(err, journal.ErrConflict) {
			return nil, fmt.Errorf("let go %s: %w", d.Key, err)
		}
	}
}

// over tells whether the log knows that the delivery came to its end, and notes
// the version of its line. A line of another store's entry tells nothing.
func (q *queue) over(ctx context.Context, hook string, d *debt) (bool, error) {
	kept, err := q.Slate.Get(ctx, logKey(hook, d.seq))
	if errors.Is(err, journal.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read log of hook %s: %w", hook, err)
	}
	d.logged = kept.Version
	line, err := read[Record](kept)
	same := line.Item == d.Item && line.Rev == d.Rev && line.At.Equal(d.At)
	return same && line.State != Waiting, err
}

// letGo forgets what is owed to hooks that are not there or not active.
func (q *queue) letGo(ctx context.Context, hooks map[string]Hook) error {
	calling, cancel := context.WithTimeout(ctx, slateCall)
	defer cancel()
	for after := ""; ; {
		rows, err := q.Slate.List(calling, deliveryPrefix, after, time.Time{}, queueAtOnce)
		if err != nil {
			return fmt.Errorf("let deliveries go: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		var unheard []journal.Row
		for _, r := range rows {
			hook, _, err := owner(r.Key)
			if err != nil {
				return fmt.Errorf("let deliveries go: %w", err)
			}
			after = r.Key
			if hooks[hook].Active {
				after = deliveryPrefix + hook + "/~" // on to the next hook
				break
			}
			unheard = append(unheard, q.gone(r))
		}
		if len(unheard) == 0 {
			continue
		}
		if _, err := q.Slate.Put(calling, unheard...); err != nil {
			return fmt.Errorf("let deliveries go: %w", err)
		}
	}
}

// stop makes a hook inactive whose receiver said that it is gone, unless it was
// pointed elsewhere meanwhile.
func (b *Book) stop(ctx context.Context, was Hook) error {
	for try := 1; ; try++ {
		h, record, err := b.hook(ctx, was.ID)
		if errors.Is(err, journal.ErrNotFound) || err == nil && (!h.Active || h.URL != was.URL) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("stop: %w", err)
		}
		h.Active, h.Off = false, OffGone
		_, err = b.commit(ctx, h, record.Rev, actStop, "system", "", "")
		if err == nil {
			b.log().Warn("webhook made inactive: its receiver is gone", "hook", h.ID)
			return nil
		}
		if !errors.Is(err, journal.ErrConflict) || try == 5 {
			return fmt.Errorf("stop: %w", err)
		}
	}
}
