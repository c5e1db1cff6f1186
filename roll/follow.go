package roll

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"kepu/journal"
)

// batch is the most entries applied in one transaction: words of many texts at
// once cost the full-text index less.
const batch = 2000

// Follow applies the store's entries until ctx ends, and fills the file anew
// where it does not fit the store or is damaged; any other failure is tried
// again. Run it once. It returns ctx's error, journal.ErrClosed where the store
// was closed, or ErrClosed.
func (r *Roll) Follow(ctx context.Context, store journal.Store) error {
	const first, last = 100 * time.Millisecond, 10 * time.Second
	for wait := first; ; {
		began := time.Now()
		err := guard(func() error { return r.round(ctx, store) })
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case r.isClosed():
			return ErrClosed
		case errors.Is(err, journal.ErrClosed):
			return err
		case errors.Is(err, journal.ErrRebuild), errors.Is(err, errDamaged), errors.Is(err, errSuspect) && r.unsound(ctx):
			r.log.Warn("roll is filled from the journal", "reason", err)
			err = r.renew()
		}
		if time.Since(began) > time.Minute {
			wait = first
		}
		if err != nil {
			r.log.Warn("follow for the roll: trying again", "in", wait, "err", err)
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
		wait = min(2*wait, last)
	}
}

// unsound looks through a file that may be damaged.
func (r *Roll) unsound(ctx context.Context) bool {
	r.use.RLock()
	defer r.use.RUnlock()
	err := guard(func() error { return r.file.sound(ctx) })
	return errors.Is(err, errDamaged) || errors.Is(err, errSuspect)
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// round makes sure of a file that fits and follows until something ends it.
func (r *Roll) round(ctx context.Context, store journal.Store) error {
	ctx, stop := context.WithCancelCause(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop(nil)
	parts.Go(func() {
		select {
		case err := <-r.damaged:
			stop(err)
		case <-r.stop:
			stop(ErrClosed)
		case <-ctx.Done():
		}
	})
	err := r.follow(ctx, store, &parts, stop)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (r *Roll) follow(ctx context.Context, store journal.Store, parts *sync.WaitGroup, stop context.CancelCauseFunc) error {
	target, err := head(ctx, store)
	if err != nil {
		return err
	}
	at := r.Position()
	if at == (journal.Position{}) {
		if err := r.fill(ctx, store); err != nil {
			return err
		}
	} else if err := r.fits(ctx, store, at, target); err != nil {
		return err
	}
	parts.Go(func() {
		if err := r.turning(ctx); err != nil {
			stop(err)
		}
	})
	r.catchUp(target.Seq)
	f := journal.Follower{Store: store, Log: r.log, Limit: batch}
	return f.Run(ctx, r.Position(), func(ctx context.Context, b journal.Batch) error {
		if r.wait != nil {
			r.wait(ctx, b.Position.Seq)
		}
		if err := r.apply(ctx, store, b); err != nil {
			return err
		}
		r.catchUp(target.Seq)
		return nil
	})
}

// fill fills a file that has no position: a new one, or one whose filling was
// broken off.
func (r *Roll) fill(ctx context.Context, store journal.Store) error {
	if err := r.renew(); err != nil {
		return err
	}
	began := time.Now()
	if err := r.build(ctx, store); err != nil {
		return err
	}
	r.log.Info("roll is filled", "seq", r.Position().Seq, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// fits checks a file found against the store, and its structure.
func (r *Roll) fits(ctx context.Context, store journal.Store, at, target journal.Position) error {
	if at.Identity != store.Identity() {
		return fmt.Errorf("roll of another store: %w", journal.ErrRebuild)
	}
	r.use.RLock()
	defer r.use.RUnlock()
	if err := r.file.sound(ctx); err != nil {
		return err
	}
	if at.Seq == 0 || target.Seq < at.Seq { // a head that stays lower is the Follower's business
		return nil
	}
	entries, err := store.Entries(ctx, at.Seq-1, 1)
	if err != nil {
		return fmt.Errorf("read entry %d: %w", at.Seq, err)
	}
	if len(entries) != 1 || entries[0].Seq != at.Seq || entries[0].Hash != at.Hash {
		return fmt.Errorf("another entry at %d: %w", at.Seq, journal.ErrRebuild)
	}
	return nil
}

// head is the store's, which is waited for.
func head(ctx context.Context, store journal.Store) (journal.Position, error) {
	asked, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	p, err := store.Head(asked)
	if err != nil {
		return p, fmt.Errorf("read head: %w", err)
	}
	return p, nil
}

// catchUp lets the roll answer once it holds what stood in the journal when it
// began to follow.
func (r *Roll) catchUp(target uint64) {
	at := r.Position()
	if at.Seq < target || r.ready.Swap(true) {
		return
	}
	r.arrive(at)
}

// turning does at its time what time alone changes, until ctx ends.
func (r *Roll) turning(ctx context.Context) error {
	for {
		next, err := r.turn(ctx)
		if err != nil {
			return err
		}
		wait := time.Minute // the clock may be set
		if !next.IsZero() {
			wait = max(0, min(wait, next.Sub(r.now())))
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-r.turned:
		case <-ctx.Done():
			t.Stop()
			return nil
		}
		t.Stop()
	}
}

// turn changes the states of items whose end or day of checking has come, and
// gives the next instant at which one will.
func (r *Roll) turn(ctx context.Context) (time.Time, error) {
	r.pen.Lock()
	defer r.pen.Unlock()
	if r.isClosed() {
		return time.Time{}, ErrClosed
	}
	f := r.file
	var next *int64
	err := guard(func() error { return f.one(ctx, "SELECT min(turn) FROM place WHERE turn IS NOT NULL", nil, &next) })
	if err != nil || next == nil {
		return time.Time{}, err
	}
	now := r.now().UnixMilli()
	if *next > now {
		return time.UnixMilli(*next), nil
	}
	err = f.transact(ctx, func(ctx context.Context) error {
		const mask = `CASE WHEN until <= ?1 THEN (mask & ~?2) | ?3 WHEN recheck <= ?1 THEN mask | ?4 ELSE mask END`
		return f.do(ctx, `UPDATE place SET mask = `+mask+`, status = (`+mask+`) & ?6,
				turn = CASE WHEN until <= ?1 THEN NULL
					ELSE nullif(min(iif(until > ?1, until, ?5), iif(recheck > ?1, recheck, ?5)), ?5) END
			WHERE n IN (SELECT n FROM place WHERE turn <= ?1 ORDER BY turn LIMIT 1000)`,
			now, StatusLive.bit()|StatusRecheck.bit(), StatusExpired.bit(), StatusRecheck.bit(), int64(never), allStatuses)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("turn items: %w", err)
	}
	return r.now(), nil // there may be more
}
