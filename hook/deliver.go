package hook

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"kepu/journal"
)

// Deliverer follows the journal and delivers. Any number of nodes may run one on
// the same stores: whoever holds the lease delivers, the others wait for it.
type Deliverer struct {
	Book *Book
	Node string // names this node and no other in the lease; "" draws a name

	// Timer is the clock that waits go by, the companion of Book.Now; nil: the
	// system's. It gives a channel that fires once, at that time or at once where
	// it has passed, and what stops it.
	Timer func(at time.Time) (fire <-chan time.Time, stop func())
}

const (
	positionKey = "hook/position"
	pause       = 5 * time.Second  // before a failed run is taken up again
	poll        = 5 * time.Second  // between looks at the slate, which wakes nobody
	saveEvery   = 30 * time.Second // the position, while nothing is queued
	slateCall   = 30 * time.Second // one call of a store
	queueAtOnce = 200              // entries read, and rows written, in one step
	queueStep   = 2 * time.Minute  // such a step
)

// Run delivers until ctx ends, gives requests under way three seconds, and returns
// nil when everything it started has ended. What was cut off is sent again, under
// the same id, by whoever delivers next. Failures of the stores are logged and
// waited for; only journal.ErrClosed is returned.
func (d *Deliverer) Run(ctx context.Context) error {
	held := &lease{Deliverer: d, node: d.Node}
	if held.node == "" {
		held.node = journal.NewID()
	}
	for {
		err := held.hold(ctx, func(ctx context.Context) error { return d.tend(ctx, held) })
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, journal.ErrClosed):
			return fmt.Errorf("deliver webhooks: %w", err)
		case errors.Is(err, errLost) && held.version != 0:
			continue // it was ours: unless another has it, it can be had at once
		case err != nil && !errors.Is(err, errLost):
			d.Book.log().Warn("deliver webhooks: trying again", "in", pause, "err", err)
		}
		if d.wait(ctx, d.Book.now().Add(pause)) != nil {
			return nil
		}
	}
}

// tend delivers while ctx, which ends with the lease, lasts.
func (d *Deliverer) tend(ctx context.Context, held *lease) error {
	q := &queue{Book: d.Book, held: held, sweep: true, nudge: make(chan struct{}, 1)}
	if err := q.open(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var parts sync.WaitGroup
	parts.Go(func() { cancel(q.follow(ctx, d)) })
	parts.Go(func() { cancel((&counter{Deliverer: d, queue: q}).run(ctx)) })
	parts.Wait()
	return errors.Join(context.Cause(ctx), q.close(ctx))
}

// timer starts the injected or the system's timer.
func (d *Deliverer) timer(at time.Time) (<-chan time.Time, func()) {
	if d.Timer != nil {
		return d.Timer(at)
	}
	t := time.NewTimer(at.Sub(d.Book.now()))
	return t.C, func() { t.Stop() }
}

func (d *Deliverer) wait(ctx context.Context, at time.Time) error {
	fire, stop := d.timer(at)
	defer stop()
	select {
	case <-fire:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
