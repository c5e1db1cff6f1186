package hook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"kepu/journal"
)

const (
	leaseKey   = "lease/hook"
	leaseTerm  = 15 * time.Second // the row expires
	leaseRenew = 5 * time.Second
	leaseTrust = 10 * time.Second // the holder relies on it, from before it was last put
)

// errLost says that another node delivers.
var errLost = errors.New("another node holds the lease")

// lease makes one node out of several deliver. It only saves work and keeps the
// order: a holder that was paused may send once more what it was sending, and
// the slate's versions keep it from undoing what its successor noted.
type lease struct {
	*Deliverer
	node    string
	version uint64

	mu    sync.Mutex
	until time.Time // the holder relies on it
}

// trusted tells whether this node may still take itself for the holder. A
// process that was stopped and goes on finds out here, before anything is sent.
func (l *lease) trusted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Book.now().Before(l.until)
}

// holder is the value of the row.
type holder struct {
	Node string    `json:"node"`
	At   time.Time `json:"at"`
}

// hold takes the lease and runs work while it lasts; errLost where another node
// has it or took it. It gives the lease back.
func (l *lease) hold(ctx context.Context, work func(context.Context) error) error {
	l.version = 0
	if err := l.take(ctx); err != nil {
		return err
	}
	defer l.giveBack(ctx)
	held, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var keeping sync.WaitGroup
	keeping.Go(func() { cancel(l.keep(held)) })
	err := work(held)
	cancel(err)
	keeping.Wait()
	return err
}

// take takes or renews the lease. One that expired and that nobody took is taken
// anew: had somebody held it meanwhile, the position would not be as it was left.
func (l *lease) take(ctx context.Context) error {
	err := l.put(ctx)
	if errors.Is(err, errLost) && l.version != 0 {
		l.version = 0
		err = l.put(ctx)
	}
	return err
}

func (l *lease) put(ctx context.Context) error {
	calling, cancel := context.WithTimeout(ctx, leaseRenew)
	defer cancel()
	begun := l.Book.now()
	kept, err := row(leaseKey, l.version, holder{l.node, journal.Milli(begun)}, time.Time{}, begun.Add(leaseTerm))
	if err != nil {
		return err
	}
	results, err := l.Book.Slate.Put(calling, kept)
	if err == nil {
		err = results[0].Err
	}
	switch {
	case errors.Is(err, journal.ErrConflict):
		return errLost
	case err != nil:
		return fmt.Errorf("take %s: %w", leaseKey, err)
	}
	l.version = results[0].Version
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = begun.Add(leaseTrust)
	return nil
}

// keep renews the lease until ctx ends, or gives errLost when it can't be
// relied on any more.
func (l *lease) keep(ctx context.Context) error {
	every := leaseRenew
	for {
		if err := l.wait(ctx, every); err != nil {
			return err
		}
		err := l.take(ctx)
		switch {
		case err == nil:
			every = leaseRenew
			continue
		case errors.Is(err, errLost), errors.Is(err, journal.ErrClosed), ctx.Err() != nil:
			return err
		case !l.trusted():
			return errLost
		}
		l.Book.log().Warn("renew webhook lease: trying again", "err", err)
		every = time.Second
	}
}

// giveBack lets another node start at once.
func (l *lease) giveBack(ctx context.Context) {
	giving, cancel := context.WithTimeout(context.WithoutCancel(ctx), pause)
	defer cancel()
	err := l.Book.Slate.Delete(giving, leaseKey, l.version)
	if err != nil && !errors.Is(err, journal.ErrConflict) && !errors.Is(err, journal.ErrClosed) {
		l.Book.log().Warn("give back webhook lease", "err", err)
	}
}

// Holder tells which node delivers; "" none does.
func (b *Book) Holder(ctx context.Context) (string, error) {
	kept, err := b.Slate.Get(ctx, leaseKey)
	if errors.Is(err, journal.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", leaseKey, err)
	}
	var h holder
	if err := json.Unmarshal(kept.Value, &h); err != nil {
		return "", fmt.Errorf("read %s: %w", leaseKey, err)
	}
	return h.Node, nil
}
