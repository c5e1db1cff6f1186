package hook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"kepu/content"
	"kepu/journal"
)

// queue follows the journal and owes deliveries: rows on the slate, one for
// every hook and event. The position is saved after them, so a crash in between
// queues again what may have been delivered, under the same ids.
type queue struct {
	*Book
	held  *lease
	nudge chan struct{} // something is owed, or a hook changed

	// Of the follower alone.
	at      journal.Position
	version uint64 // of the row that keeps it
	saved   time.Time
	dirty   bool // at is not saved
	due     bool // and something was queued since

	mu    sync.Mutex
	hooks map[string]Hook
	owed  map[string]bool // hooks that something was queued for since the last look
	sweep bool            // rows of hooks that hear of nothing are to be let go
}

// follow queues what happens until ctx ends, the store is closed or the lease is
// lost. The position is never applied past what could not be read or queued.
func (q *queue) follow(ctx context.Context, d *Deliverer) error {
	for {
		err := q.run(ctx)
		if ctx.Err() != nil || errors.Is(err, errLost) || errors.Is(err, journal.ErrClosed) {
			return err
		}
		if errors.Is(err, journal.ErrRebuild) {
			q.log().Warn("webhooks: the journal is another; what it held before is not delivered")
			err = q.restart(ctx)
		}
		if err == nil {
			continue
		}
		q.log().Warn("queue webhooks: trying again", "after_seq", q.at.Seq, "in", pause, "err", err)
		if err := d.wait(ctx, q.now().Add(pause)); err != nil {
			return err
		}
	}
}

func (q *queue) run(ctx context.Context) error {
	if q.due {
		if err := q.save(ctx); err != nil {
			return err
		}
	}
	return journal.Follower{Store: q.Store, Log: q.Log, Limit: queueAtOnce}.Run(ctx, q.at, q.apply)
}

func (q *queue) apply(ctx context.Context, batch journal.Batch) error {
	calling, cancel := context.WithTimeout(ctx, queueStep)
	defer cancel()
	for _, e := range batch.Entries {
		if e.Kind == KindHook {
			if err := q.reload(calling, e.ID); err != nil {
				return err
			}
		}
	}
	var rows []journal.Row
	for _, e := range batch.Entries {
		more, err := q.rows(calling, e)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	for some := range slices.Chunk(rows, queueAtOnce) {
		if err := q.put(calling, some); err != nil {
			return err
		}
	}
	q.at, q.dirty = batch.Position, true
	if len(rows) == 0 && q.now().Sub(q.saved) < saveEvery {
		// Reading these again after a crash would queue nothing either: no write
		// for every commit of a desk that no hook hears of.
		return nil
	}
	q.due = true
	return q.save(calling)
}

// reload takes on a hook that changed.
func (q *queue) reload(ctx context.Context, id string) error {
	h, _, err := q.hook(ctx, id)
	if err != nil && !errors.Is(err, journal.ErrNotFound) && !errors.Is(err, journal.ErrErased) {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil {
		delete(q.hooks, id)
	} else {
		q.hooks[id] = h
	}
	q.sweep = true
	q.wake()
	return nil
}

func (q *queue) wake() {
	select {
	case q.nudge <- struct{}{}:
	default:
	}
}

// rows are the deliveries that an entry makes owed.
func (q *queue) rows(ctx context.Context, e journal.Entry) ([]journal.Row, error) {
	if e.Kind != content.KindItem {
		return nil, nil
	}
	hearing := q.hearing(e.Seq)
	if len(hearing) == 0 {
		return nil, nil
	}
	h, err := q.happened(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("entry %d: %w", e.Seq, err)
	}
	if h == nil {
		return nil, nil
	}
	now := journal.Milli(q.now())
	owed := delivery{V: Format, Event: h.event, Item: e.ID, Rev: e.Rev, At: e.At, Queued: now}
	var rows []journal.Row
	for _, hook := range hearing {
		if !h.concerns(hook.Terms) {
			continue
		}
		r, err := row(deliveryKey(hook.ID, e.Seq), 0, owed, now, time.Time{})
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (q *queue) hearing(seq uint64) []Hook {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []Hook
	for _, h := range q.hooks {
		if h.hears(q.at.Identity, seq) {
			all = append(all, h)
		}
	}
	return all
}

// put keeps what is owed; what is kept already stays as it is.
func (q *queue) put(ctx context.Context, rows []journal.Row) error {
	if err := q.held.assure(ctx); err != nil {
		return err
	}
	results, err := q.Slate.Put(ctx, rows...)
	if err != nil {
		return fmt.Errorf("queue %d deliveries: %w", len(rows), err)
	}
	for i, r := range results {
		if r.Err != nil && !errors.Is(r.Err, journal.ErrConflict) {
			return fmt.Errorf("queue %s: %w", rows[i].Key, r.Err)
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.owed == nil {
		q.owed = map[string]bool{}
	}
	for _, r := range rows {
		hook, _, err := owner(r.Key)
		if err != nil {
			return err
		}
		q.owed[hook] = true
	}
	q.wake()
	return nil
}

// concerns tells whether the terms ask for what happened. Where nobody can tell
// how the item was placed, whoever hears of take-downs at all hears of it.
func (h *happening) concerns(t Terms) bool {
	if len(h.placed) == 0 {
		t.Audiences, t.Topics, t.Regions = nil, nil, nil
		return t.wants(h.event, content.Placement{})
	}
	return t.wants(h.event, h.placed...)
}
