package hook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// open reads the position to follow from, or makes it, and the hooks.
func (q *queue) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, slateCall)
	defer cancel()
	all, err := q.all(ctx)
	if err != nil {
		return err
	}
	q.hooks = map[string]Hook{}
	for _, h := range all {
		q.hooks[h.ID] = h
	}
	kept, err := q.Slate.Get(ctx, positionKey)
	switch {
	case err == nil:
		q.version = kept.Version
		if err := json.Unmarshal(kept.Value, &q.at); err != nil {
			return fmt.Errorf("read %s: %w", positionKey, err)
		}
		if q.at.Identity == q.Store.Identity() {
			return nil
		}
		q.log().Warn("webhooks: another store; what it held before is not delivered")
		return q.restart(ctx)
	case errors.Is(err, journal.ErrNotFound):
		return q.restart(ctx)
	}
	return fmt.Errorf("read %s: %w", positionKey, err)
}

// restart begins where the first of the hooks that were made on this store
// began, or at the head where there is none: history is not for delivery.
func (q *queue) restart(ctx context.Context) error {
	head, err := q.Store.Head(ctx)
	if err != nil {
		return fmt.Errorf("deliver webhooks: %w", err)
	}
	if q.version == 0 {
		for _, h := range q.hooks {
			if h.Since.Identity == head.Identity && h.Since.Seq < head.Seq {
				head = h.Since
			}
		}
	}
	q.at = head
	return q.save(ctx)
}

// save keeps the position. A conflict says that another node has taken over.
func (q *queue) save(ctx context.Context) error {
	kept, err := row(positionKey, q.version, q.at, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	calling, cancel := context.WithTimeout(ctx, slateCall)
	defer cancel()
	results, err := q.Slate.Put(calling, kept)
	if err == nil {
		err = results[0].Err
	}
	if errors.Is(err, journal.ErrConflict) {
		err = errLost
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", positionKey, err)
	}
	q.version, q.saved, q.dirty, q.due = results[0].Version, q.now(), false, false
	return nil
}

// close keeps the position once more, so that the next run reads little again.
func (q *queue) close(ctx context.Context) error {
	if !q.dirty || errors.Is(context.Cause(ctx), errLost) {
		return nil
	}
	saving, cancel := context.WithTimeout(context.WithoutCancel(ctx), pause)
	defer cancel()
	return q.save(saving)
}
