package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Batch is what a follower applies in one step, together with the position it
// has then reached. Entries is never empty.
type Batch struct {
	Entries  []Entry
	Position Position
}

// Follower follows a store's entries. Only Store is required.
type Follower struct {
	Store    Store
	Log      *slog.Logger  // of errors that are retried; nil keeps silent
	Limit    int           // most entries in a batch; 0 means 500
	Patience time.Duration // how long a head below ours may be a lagging server; 0 means 10 s
}

// Follow is Follower{Store: store}.Run.
func Follow(ctx context.Context, store Store, from Position, apply func(context.Context, Batch) error) error {
	return Follower{Store: store}.Run(ctx, from, apply)
}

// Run gives apply every entry after from, in order, each once, in batches, and
// waits for more. It returns
//   - apply's error, as it is;
//   - ErrRebuild where from does not fit the store: another identity, another
//     hash at its seq, or a head that stays lower;
//   - ErrClosed when the store was closed;
//   - ctx's error when ctx ends.
//
// Any other error of the store is tried again until ctx ends. The zero
// Position fits any store.
func (f Follower) Run(ctx context.Context, from Position, apply func(context.Context, Batch) error) error {
	if f.Limit <= 0 {
		f.Limit = 500
	}
	if f.Patience <= 0 {
		f.Patience = 10 * time.Second
	}
	if f.Log == nil {
		f.Log = slog.New(slog.DiscardHandler)
	}
	r := run{Follower: f, at: from, pause: firstPause}
	if err := r.retry(ctx, r.fits); err != nil {
		return err
	}
	for {
		var entries []Entry
		err := r.retry(ctx, func(ctx context.Context) (err error) {
			entries, err = r.next(ctx)
			return err
		})
		if err != nil {
			return err
		}
		last := entries[len(entries)-1]
		r.at.Seq, r.at.Hash = last.Seq, last.Hash
		if err := apply(ctx, Batch{Entries: entries, Position: r.at}); err != nil {
			return err
		}
	}
}

const (
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
	call       = 30 * time.Second // one call of the store
	look       = 5 * time.Second  // between looks at the head while nothing comes
)

type run struct {
	Follower
	at    Position
	pause time.Duration
	low   time.Time // since when the head is below at; zero: it is not
}

// retry repeats step until it succeeds or its error is final.
func (r *run) retry(ctx context.Context, step func(context.Context) error) error {
	for {
		err := step(ctx)
		switch {
		case err == nil:
			r.pause = firstPause
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrRebuild), errors.Is(err, ErrClosed):
			return err
		}
		r.Log.Warn("follow journal: trying again", "after_seq", r.at.Seq, "in", r.pause, "err", err)
		if err := sleep(ctx, r.pause); err != nil {
			return err
		}
		r.pause = min(2*r.pause, lastPause)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fits checks the position against the store and takes on its identity.
func (r *run) fits(ctx context.Context) error {
	identity := r.Store.Identity()
	if r.at == (Position{}) {
		r.at.Identity = identity
		return nil
	}
	if r.at.Identity != identity {
		return fmt.Errorf("follow journal: another store: %w", ErrRebuild)
	}
	if r.at.Seq == 0 {
		return nil
	}
	for {
		entries, err := r.entries(ctx, r.at.Seq-1, 1)
		if err != nil {
			return err
		}
		if len(entries) == 1 {
			if e := entries[0]; e.Seq != r.at.Seq || e.Hash != r.at.Hash {
				return fmt.Errorf("follow journal: another entry at %d: %w", r.at.Seq, ErrRebuild)
			}
			r.low = time.Time{}
			return nil
		}
		if err := r.lower(ctx); err != nil {
			return err
		}
	}
}

// lower bears a head below ours for as long as it may be a lagging server.
func (r *run) lower(ctx context.Context) error {
	if r.low.IsZero() {
		r.low = time.Now()
	}
	if time.Since(r.low) >= r.Patience {
		return fmt.Errorf("follow journal: the head is below %d: %w", r.at.Seq, ErrRebuild)
	}
	return sleep(ctx, min(r.Patience/10, 250*time.Millisecond))
}

// next waits for entries after the position and checks that they follow it.
func (r *run) next(ctx context.Context) ([]Entry, error) {
	for idle := 0; ; idle++ {
		if err := r.wait(ctx); err != nil {
			return nil, err
		}
		entries, err := r.entries(ctx, r.at.Seq, r.Limit)
		if err != nil {
			return nil, err
		}
		if len(entries) > 0 {
			r.low = time.Time{}
			return entries, r.joins(entries)
		}
		if err := r.quiet(ctx, idle); err != nil {
			return nil, err
		}
	}
}

func (r *run) wait(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, min(look, max(r.Patience/4, time.Millisecond)))
	defer cancel()
	err := r.Store.Wait(waiting, r.at.Seq)
	if err != nil && ctx.Err() == nil && waiting.Err() != nil {
		return nil // time for a look
	}
	return err
}

// quiet looks at the head when nothing came.
func (r *run) quiet(ctx context.Context, idle int) error {
	calling, cancel := context.WithTimeout(ctx, call)
	defer cancel()
	head, err := r.Store.Head(calling)
	if err != nil {
		return err
	}
	if head.Seq < r.at.Seq {
		return r.lower(ctx)
	}
	r.low = time.Time{}
	if head.Seq == r.at.Seq && head.Hash != r.at.Hash {
		return fmt.Errorf("follow journal: another entry at %d: %w", r.at.Seq, ErrRebuild)
	}
	if idle > 2 { // a store whose Wait returns early must not make us spin
		return sleep(ctx, 10*time.Millisecond)
	}
	return nil
}

func (r *run) entries(ctx context.Context, after uint64, limit int) ([]Entry, error) {
	calling, cancel := context.WithTimeout(ctx, call)
	defer cancel()
	return r.Store.Entries(calling, after, limit)
}

// joins checks that entries follow the position and each other.
func (r *run) joins(entries []Entry) error {
	at := r.at
	for _, e := range entries {
		if e.Seq != at.Seq+1 || e.Prev != at.Hash {
			return fmt.Errorf("follow journal: entry %d does not follow %d: %w", e.Seq, at.Seq, ErrRebuild)
		}
		at.Seq, at.Hash = e.Seq, e.Hash
	}
	return nil
}
