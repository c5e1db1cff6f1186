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

// errLost says that another node delivers, or may.
var errLost = errors.New("the lease is not ours")

// lease makes one node out of several deliver. It only saves work and keeps the
// order: a holder that was paused may send once more what it was sending, and
// the slate's versions keep it from undoing what its successor noted. A lease
// that ran out is lost even where nobody has it: somebody may have had it, and
// what was read before may be old.
type lease struct {
	*Deliverer
	node    string
	version uint64

	taking sync.Mutex // one call of take at a time

	mu    sync.Mutex
	until time.Time // the holder relies on it
}

// assure is nil where this node may take itself for the holder. A process that
// was stopped and goes on finds out here, before anything is sent or queued.
func (l *lease) assure(ctx context.Context) error {
	if l.trusted() {
		return nil
	}
	return l.take(ctx)
}

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
	l.version, l.until = 0, time.Time{}
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

// take takes or renews the lease. Where the row is not as it was left it is still
// ours if an answer was lost.
func (l *lease) take(ctx context.Context) error {
	l.taking.Lock()
	defer l.taking.Unlock()
	ctx, cancel := context.WithTimeout(ctx, leaseRenew)
	defer cancel()
	err := l.put(ctx)
	if !errors.Is(err, errLost) || l.version == 0 {
		return err
	}
	standing, version, err := l.Book.holder(ctx)
	if err != nil {
		return err
	}
	if standing.Node != l.node {
		return errLost
	}
	l.version = version
	return l.put(ctx)
}

func (l *lease) put(ctx context.Context) error {
	begun := l.Book.now()
	kept, err := row(leaseKey, l.version, holder{l.node, journal.Milli(begun)}, time.Time{}, begun.Add(leaseTerm))
	if err != nil {
		return err
	}
	results, err := l.Book.Slate.Put(ctx, kept)
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
		if err := l.wait(ctx, l.Book.now().Add(every)); err != nil {
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
	h, _, err := b.holder(ctx)
	return h.Node, err
}

// holder reads the row and its version, 0 where there is none.
func (b *Book) holder(ctx context.Context) (h holder, version uint64, err error) {
	kept, err := b.Slate.Get(ctx, leaseKey)
	if errors.Is(err, journal.ErrNotFound) {
		return h, 0, nil
	}
	if err == nil {
		err = json.Unmarshal(kept.Value, &h)
	}
	if err != nil {
		return h, 0, fmt.Errorf("read %s: %w", leaseKey, err)
	}
	return h, kept.Version, nil
}
