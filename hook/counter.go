package hook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"kepu/journal"
)

const (
	atOnce    = 4                  // requests under way
	retrying  = atOnce - 1         // of them, such that failed before: one is kept for hooks that work
	patience  = 3 * 24 * time.Hour // from queueing to giving up
	jitter    = 0.2                // of a pause, added at most
	trimEvery = 100                // deliveries
	grace     = 3 * time.Second    // for what is under way at a stop
)

// backoff is the pause after that many failed attempts, without jitter.
func backoff(attempts int) time.Duration {
	pauses := [...]time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}
	return pauses[min(max(attempts, 1), len(pauses))-1]
}

// counter hands deliveries out: of each hook the first that is owed, when it is
// due, so that a hook hears in the order of the journal and none waits for
// another.
type counter struct {
	*Deliverer
	queue *queue

	busy  map[string]bool // hooks with a request under way: whether it is a repeated one
	rest  map[string]time.Time
	last  string         // hook served last: the next look starts behind it
	sent  map[string]int // deliveries since the log was trimmed
	done  chan outcome
	parts sync.WaitGroup

	sending context.Context // of what is under way: it outlasts run's by the grace
}

type outcome struct {
	hook string
	err  error
}

// run delivers until ctx ends or the slate is closed; nothing is under way when
// it returns.
func (c *counter) run(ctx context.Context) (err error) {
	c.busy, c.rest, c.sent = map[string]bool{}, map[string]time.Time{}, map[string]int{}
	c.done = make(chan outcome, atOnce)
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	c.sending = sending
	defer func() {
		c.drain(errors.Is(err, errLost) || errors.Is(context.Cause(ctx), errLost), cut)
	}()
	for {
		next, err := c.look(ctx)
		if err != nil {
			return err
		}
		if err := c.sleep(ctx, next); err != nil {
			return err
		}
	}
}

// drain lets what is under way come to its end for a moment, so that a receiver
// need not hear it twice, unless another node may be sending it already.
func (c *counter) drain(lost bool, cut func()) {
	ended := make(chan struct{})
	go func() { c.parts.Wait(); close(ended) }()
	if !lost {
		late := time.NewTimer(grace)
		defer late.Stop()
		select {
		case <-ended:
		case <-late.C:
		}
	}
	cut()
	<-ended
}

// sleep waits until something may have to be done.
func (c *counter) sleep(ctx context.Context, next time.Time) error {
	fire, stop := c.timer(next)
	defer stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-fire:
	case <-c.queue.nudge:
	case o := <-c.done:
		delete(c.busy, o.hook)
		delete(c.rest, o.hook)
		return c.bear(ctx, o.hook, o.err)
	}
	return nil
}

// bear lets one hook rest that could not be read or noted, so that the others
// go on; it gives the error back where all are concerned.
func (c *counter) bear(ctx context.Context, hook string, err error) error {
	if err == nil || ctx.Err() != nil || errors.Is(err, errLost) || errors.Is(err, journal.ErrClosed) {
		return err
	}
	c.Book.log().Warn("deliver webhook: trying again", "hook", hook, "in", poll, "err", err)
	c.rest[hook] = c.Book.now().Add(poll)
	return nil
}

// look starts what is due and gives when to look again.
func (c *counter) look(ctx context.Context) (next time.Time, err error) {
	hooks, sweep := c.news()
	if sweep {
		if err := c.queue.letGo(ctx, hooks); err != nil {
			return next, err
		}
	}
	now := c.Book.now()
	next = now.Add(poll)
	for _, id := range c.turn(hooks) {
		if _, is := c.busy[id]; is || len(c.busy) == atOnce {
			continue
		}
		if until := c.rest[id]; until.After(now) {
			next = sooner(next, until)
			continue
		}
		due, err := c.start(ctx, hooks[id], now)
		if err := c.bear(ctx, id, err); err != nil {
			return next, err
		}
		if !due.IsZero() {
			c.rest[id] = due
			next = sooner(next, due)
		}
	}
	return next, nil
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// news takes on what the follower noted.
func (c *counter) news() (hooks map[string]Hook, sweep bool) {
	q := c.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	for id := range q.owed {
		delete(c.rest, id)
	}
	sweep = q.sweep
	q.owed, q.sweep = nil, false
	return maps.Clone(q.hooks), sweep
}

// turn is the order in which hooks are looked at: round robin.
func (c *counter) turn(hooks map[string]Hook) []string {
	var ids []string
	for id, h := range hooks {
		if h.Active {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	at, found := slices.BinarySearch(ids, c.last)
	if found {
		at++
	}
	return slices.Concat(ids[at:], ids[:at])
}

// start sends the first delivery the hook is owed, or tells when to look again.
func (c *counter) start(ctx context.Context, h Hook, now time.Time) (again time.Time, err error) {
	first, err := c.queue.first(ctx, h)
	if err != nil {
		return again, err
	}
	if first == nil {
		return now.Add(poll), nil
	}
	if first.Due.After(now) {
		return sooner(first.Due, now.Add(poll)), nil
	}
	repeated := first.Attempts > 0
	if repeated && c.repeating() == retrying {
		return again, nil // the end of one of those under way wakes us
	}
	c.last = h.ID
	if c.sent[h.ID]%trimEvery == 0 {
		if err := c.Book.trim(ctx, h.ID); err != nil {
			return again, err
		}
	}
	if err := c.queue.held.assure(ctx); err != nil {
		return again, err
	}
	c.sent[h.ID]++
	c.busy[h.ID] = repeated
	c.parts.Go(func() { c.done <- outcome{h.ID, c.deliver(c.sending, h, *first)} })
	return again, nil
}

func (c *counter) repeating() (n int) {
	for _, is := range c.busy {
		if is {
			n++
		}
	}
	return n
}

// deliver tries one delivery and notes what came of it. Its error is the
// slate's or journal's.
func (c *counter) deliver(ctx context.Context, h Hook, d debt) error {
	begun := c.Book.now()
	line := Record{
		V: Format, Seq: d.seq, Event: d.Event, Item: d.Item, Rev: d.Rev, At: d.At, Attempts: d.Attempts, Last: journal.Milli(begun),
	}
	body, err := c.read(ctx, h.ID, d)
	if err != nil {
		return err
	}
	if body == nil {
		line.State, line.Error = Skipped, "内容已下线，没有发送"
		return c.note(ctx, h, d, line)
	}
	a, err := c.Book.post(ctx, h, deliveryID(h.ID, d.seq), d.Event, body)
	if err != nil {
		return err
	}
	line.Attempts++
	line.Status, line.MS, line.Error = a.Status, a.MS, a.Error
	end := d.Queued.Add(patience)
	switch now := c.Book.now(); {
	case a.OK():
		line.State = Sent
	case a.Status == http.StatusGone, !now.Before(end):
		line.State = Failed
	default:
		line.State = Waiting
		pause := backoff(line.Attempts)
		next := now.Add(pause + time.Duration(rand.Float64()*jitter*float64(pause)))
		if next.After(end) {
			next = end
		}
		next = journal.Milli(next)
		line.Next = &next
	}
	if err := c.note(ctx, h, d, line); err != nil {
		return err
	}
	if a.Status == http.StatusGone {
		return c.Book.stop(ctx, h)
	}
	return nil
}

func (c *counter) read(ctx context.Context, hook string, d debt) ([]byte, error) {
	calling, cancel := context.WithTimeout(ctx, slateCall)
	defer cancel()
	body, err := c.Book.body(calling, hook, d.seq, d.delivery)
	if err != nil {
		return nil, fmt.Errorf("deliver %s: %w", deliveryID(hook, d.seq), err)
	}
	return body, nil
}

// note writes the log and, in the same write, either lets the delivery go or
// says when it is due again. Of both, what has changed since the debt was read
// (asked for again by hand, noted by the next holder of the lease) is left as it
// is.
func (c *counter) note(ctx context.Context, h Hook, d debt, line Record) error {
	calling, cancel := context.WithTimeout(context.WithoutCancel(ctx), pause)
	defer cancel()
	if line.State == Failed {
		c.Book.log().Warn("webhook given up", "delivery", deliveryID(h.ID, line.Seq), "attempts", line.Attempts, "status", line.Status)
	}
	next := c.Book.gone(d.Row)
	if line.Next != nil {
		d.Attempts = line.Attempts
		var err error
		if next, err = row(d.Key, d.Version, d.delivery, *line.Next, time.Time{}); err != nil {
			return err
		}
	}
	key := logKey(h.ID, line.Seq)
	logged, err := row(key, d.logged, line, time.Time{}, line.Last.Add(keptFor))
	if err != nil {
		return err
	}
	results, err := c.Book.Slate.Put(calling, logged, next)
	if err != nil {
		return fmt.Errorf("note %s: %w", key, err)
	}
	for _, result := range results {
		if result.Err != nil && !errors.Is(result.Err, journal.ErrConflict) {
			return fmt.Errorf("note %s: %w", key, result.Err)
		}
	}
	return nil
}
