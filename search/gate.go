package search

import (
	"context"
	"sync/atomic"
	"time"
)

// gate lets so many searches run at once and a few more wait, shortly.
type gate struct {
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
}

// patient is how long a search waits for its turn.
const patient = 500 * time.Millisecond

func newGate(running, queue int) *gate {
	return &gate{slots: make(chan struct{}, running), queue: int64(queue)}
}

// enter waits for a turn; ErrBusy where the queue is full or too slow. leave
// must follow.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue {
		return ErrBusy
	}
	t := time.NewTimer(patient)
	defer t.Stop()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-t.C:
		return ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) leave() { <-g.slots }
