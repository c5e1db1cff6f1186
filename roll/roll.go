// Package roll is what editors look up, on this node: lists of items with the
// words of their drafts, what waits for whom, what is due, what shows an asset,
// comments, people, and a line for every entry of the journal. It follows all
// records into one SQLite file that can be thrown away at any time.
//
// The package refuses to answer before it has caught up with the journal
// (ErrBehind), to show a person what the rules hide from them (Sight), and to
// keep anything secret of a person: no password, no token's hash. It changes
// nothing: the desk alone writes.
package roll

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"kepu/journal"
)

var (
	// ErrBehind says that the roll has not caught up with the journal yet:
	// after a start, or while it is made anew. Asking again later helps.
	ErrBehind = errors.New("roll: catching up")
	// ErrCursor says that a cursor is none, or of another query.
	ErrCursor = errors.New("roll: cursor does not fit")
	// ErrQuery says that a query is out of bounds: a limit below 0 or above
	// 100, or a word for a status, stage, sort, audience, kind that is none.
	ErrQuery  = errors.New("roll: query is out of bounds")
	ErrClosed = errors.New("the roll is closed")
)

var (
	// errDamaged says that the file cannot be used: it is made anew.
	errDamaged = errors.New("roll file is damaged")
	// errSuspect says that something failed as it may where the file is damaged,
	// or where we are wrong: the file is looked through first, so that a mistake
	// of ours does not make it anew over and over.
	errSuspect = errors.New("roll file may be damaged")
)

// Options of Open.
type Options struct {
	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: discards
	// After, unless nil, is waited for before the roll takes up entries to seq,
	// so that what readers see has the processor first. It must end soon.
	After func(ctx context.Context, seq uint64)
}

// Roll is safe for concurrent use.
type Roll struct {
	now  func() time.Time
	log  *slog.Logger
	path string
	wait func(ctx context.Context, seq uint64) // nil: for nothing

	use  sync.RWMutex // held for reading by whoever uses file, for writing by who replaces it
	file *file
	pen  sync.Mutex // held by whoever writes to file

	mu       sync.Mutex
	position journal.Position
	bell     chan struct{}
	closed   bool

	ready   atomic.Bool
	turned  chan struct{} // the next instant at which something turns may be another
	damaged chan error    // what makes the file look damaged
	stop    chan struct{}
}

// Open opens or makes the roll in the file at path. A file that cannot be used,
// or is of another form, is replaced by an empty one, which Follow fills. It
// reads no more than a few pages, so that no start waits for it.
func Open(path string, o Options) (*Roll, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open roll: %w", err)
	}
	r := &Roll{
		now: o.Now, log: o.Log, path: path, wait: o.After, bell: make(chan struct{}),
		turned: make(chan struct{}, 1), damaged: make(chan error, 1), stop: make(chan struct{}),
	}
	f, err := openFile(path)
	if errors.Is(err, errDamaged) || errors.Is(err, errSuspect) {
		r.log.Warn("roll file cannot be used and is made anew", "path", path, "err", err)
		if err = discard(path); err == nil {
			f, err = openFile(path)
		}
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, err
	case err != nil: // a full disk, say: Follow tries again, and the site starts
		r.log.Error("roll file cannot be opened; lists have to wait", "path", path, "err", err)
		f = &file{}
	}
	r.file, r.position = f, f.position
	return r, nil
}

// Position is up to where the roll has applied the journal.
func (r *Roll) Position() journal.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.position
}

// Ready tells whether the roll answers: it has caught up with what stood in the
// journal when it began to follow.
func (r *Roll) Ready() bool { return r.ready.Load() }

// Wait returns nil when the roll shows everything up to seq, or ctx's error;
// ErrClosed where the roll is closed first.
func (r *Roll) Wait(ctx context.Context, seq uint64) error {
	for {
		r.mu.Lock()
		bell, closed, at := r.bell, r.closed, r.position.Seq
		r.mu.Unlock()
		switch {
		case closed:
			return ErrClosed
		case at >= seq && r.ready.Load():
			return nil
		}
		select {
		case <-bell:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// arrive notes how far the roll has come and wakes who waits.
func (r *Roll) arrive(at journal.Position) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.position = at
	close(r.bell)
	r.bell = make(chan struct{})
}

// Close ends every use and waits for those under way.
func (r *Roll) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	close(r.bell)
	r.bell = make(chan struct{})
	close(r.stop)
	r.mu.Unlock()
	r.pen.Lock()
	defer r.pen.Unlock()
	r.use.Lock()
	defer r.use.Unlock()
	if err := r.file.close(); err != nil {
		return fmt.Errorf("close roll: %w", err)
	}
	return nil
}

func (r *Roll) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// hurt notes that the file is, or may be, damaged; Follow sees to it.
func (r *Roll) hurt(err error) {
	if errors.Is(err, errDamaged) {
		r.ready.Store(false)
	}
	select {
	case r.damaged <- err:
	default:
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
