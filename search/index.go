package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"kepu/journal"
	"kepu/shelf"
)

// Index is safe for concurrent use. It lives in directories DIR/search-<n>; the
// one in use has the highest number of those that are whole.
type Index struct {
	dir   string
	shelf *shelf.Shelf
	now   func() time.Time
	log   *slog.Logger
	lock  *os.File
	gate  *gate

	current  atomic.Pointer[engine] // nil: nothing answers
	ctx      context.Context        // ends with Close
	cancel   context.CancelFunc
	booted   chan struct{} // closed when what was there was opened or found torn
	work     sync.WaitGroup
	building sync.Mutex // held by whoever makes a new index

	mu      sync.Mutex
	store   journal.Store // of Follow
	said    string        // what is being done, Chinese; "" nothing special
	breaks  []time.Time   // of engines that broke for no reason outside
	holding time.Duration // how long writing waits after it failed
	until   time.Time     // until when it waits
}

// Open opens the index under dir without waiting for it: an index that is
// missing, torn, of another mapping or does not fit is rebuilt in the
// background by Follow, while an old one that still answers goes on answering.
// The only error is journal.ErrLocked.
func Open(dir string, s *shelf.Shelf, o Options) (*Index, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	x := &Index{dir: dir, shelf: s, now: o.Now, log: o.Log, booted: make(chan struct{})}
	x.gate = newGate(2*runtime.GOMAXPROCS(0), 64)
	if err := x.take(); errors.Is(err, journal.ErrLocked) {
		return nil, err
	} else if err != nil {
		// Not locked out, but not able to write either: Follow tries again.
		x.log.Error("open search index", "dir", dir, "err", err)
	}
	x.ctx, x.cancel = context.WithCancel(context.Background())
	x.say("正在打开检索索引")
	x.work.Go(func() {
		defer close(x.booted)
		if err := x.open(); err != nil && !errors.Is(err, errTorn) { // none left: Follow makes one
			x.log.Warn("search index not usable yet", "dir", dir, "err", err)
		}
	})
	return x, nil
}

// take locks the directory, waiting up to two seconds for another process.
func (x *Index) take() error {
	if x.lock != nil {
		return nil
	}
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", x.dir, err)
	}
	f, err := os.OpenFile(filepath.Join(x.dir, "search.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("lock search index: %w", err)
	}
	for end := time.Now().Add(2 * time.Second); ; {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			x.lock = f
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(end) {
			break
		}
		pause(context.Background(), 50*time.Millisecond)
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("search index %s: %w", x.dir, journal.ErrLocked)
	}
	return fmt.Errorf("lock search index: %w", err)
}

// pause waits for d or until ctx ends, and tells whether it waited.
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

// generations are the numbers n of DIR/search-<n>, rising.
func (x *Index) generations() ([]int, error) {
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return nil, fmt.Errorf("list search index: %w", err)
	}
	var all []int
	for _, e := range entries {
		if n, err := strconv.Atoi(strings.TrimPrefix(e.Name(), "search-")); err == nil && e.Name() == generation(n) {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all, nil
}

func generation(n int) string { return "search-" + strconv.Itoa(n) }

func (x *Index) path(n int) string { return filepath.Join(x.dir, generation(n)) }

// Position is up to where the index has applied the journal; zero while nothing
// answers.
func (x *Index) Position() journal.Position {
	e := x.current.Load()
	if e == nil {
		return journal.Position{}
	}
	at, err := e.position()
	if err != nil {
		return journal.Position{}
	}
	return at
}

// Ready tells whether queries are answered, and in (Chinese) words what it is
// doing.
func (x *Index) Ready() (ready bool, state string) {
	e := x.current.Load()
	ready = e != nil && e.err() == nil
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.said == "" && ready {
		return true, "检索正常"
	}
	if x.said == "" {
		return false, "检索索引不可用，正在恢复"
	}
	return ready, x.said
}

func (x *Index) say(what string) {
	x.mu.Lock()
	x.said = what
	x.mu.Unlock()
}

// Wait returns nil when the index answers with everything up to seq.
func (x *Index) Wait(ctx context.Context, seq uint64) error {
	for gap := time.Millisecond / 2; ; gap = min(2*gap, 20*time.Millisecond) {
		if x.current.Load() != nil && x.Position().Seq >= seq {
			return nil
		}
		if x.ctx.Err() != nil {
			return errClosed
		}
		if !pause(ctx, gap) {
			return ctx.Err()
		}
	}
}

// Close ends Follow and every query and releases the directory.
func (x *Index) Close() error {
	x.cancel()
	x.work.Wait()
	x.building.Lock()
	defer x.building.Unlock()
	var err error
	if e := x.current.Swap(nil); e != nil {
		err = e.close()
	}
	if x.lock != nil {
		err = errors.Join(err, x.lock.Close())
		x.lock = nil
	}
	return err
}
