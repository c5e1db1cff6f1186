package hook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// first is the earliest delivery that a hook is owed, nil where there is none.
// What was queued before the hook last became active is let go.
func (q *queue) first(ctx context.Context, h Hook) (*journal.Row, *delivery, error) {
	calling, cancel := context.WithTimeout(ctx, slateCall)
	defer cancel()
	for {
		rows, err := q.Slate.List(calling, deliveryPrefix+h.ID+"/", "", time.Time{}, 1)
		if err != nil {
			return nil, nil, fmt.Errorf("read what hook %s is owed: %w", h.ID, err)
		}
		if len(rows) == 0 {
			return nil, nil, nil
		}
		owed, err := read[delivery](rows[0])
		if err != nil {
			return nil, nil, err
		}
		_, seq, err := owner(rows[0].Key)
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", rows[0].Key, err)
		}
		if owed.Again || h.hears(q.Store.Identity(), seq) {
			return &rows[0], &owed, nil
		}
		if err := q.Slate.Delete(calling, rows[0].Key, rows[0].Version); err != nil && !errors.Is(err, journal.ErrConflict) {
			return nil, nil, fmt.Errorf("let go %s: %w", rows[0].Key, err)
		}
	}
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
