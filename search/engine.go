package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"kepu/journal"
)

var errClosed = errors.New("index is closed")

// patience is how long a batch may take before it counts as stuck.
const patience = 60 * time.Second

// engine is one scorch index in one directory. It is safe for concurrent use.
// What fails once, or panics, breaks the engine: it then refuses everything and
// must be closed and opened anew.
type engine struct {
	dir     string
	log     *slog.Logger
	scorch  *scorch.Scorch
	queue   *index.AnalysisQueue
	notes   notes
	limit   time.Duration                    // of one batch
	ahead   atomic.Pointer[journal.Position] // past entries that changed nothing here
	saved   atomic.Uint64                    // seq of the position last written
	retired chan struct{}                    // closed when another engine took over
	broken  chan struct{}                    // closed with the first failure
	once    sync.Once
	cause   atomic.Pointer[error]
	writing sync.Mutex   // held by a batch
	reading sync.RWMutex // held by every reader; closing takes it whole
	closed  bool
}

// openEngine opens or makes the index under dir. A torn one is an error, never
// a panic. merge is asked before files are merged, which needs space.
func openEngine(dir string, log *slog.Logger, merge func() bool) (e *engine, err error) {
	e = &engine{
		dir: dir, log: log, limit: patience,
		queue: index.NewAnalysisQueue(1), broken: make(chan struct{}), retired: make(chan struct{}),
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
		if err != nil {
			e.queue.Close()
			e.unwatch()
			e, err = nil, fmt.Errorf("open index %s: %w", dir, err)
		}
	}()
	opened, err := scorch.NewScorch(scorch.Name, config(dir), e.queue)
	if err != nil {
		return e, err
	}
	e.scorch = opened.(*scorch.Scorch)
	e.watch(merge)
	return e, e.scorch.Open()
}

// config of scorch. A document is merged about once for every tenfold growth of
// its segment beyond the floor; where the floor is above what the index holds,
// each publication would merge all of it.
func config(dir string) map[string]any {
	return map[string]any{
		"path":                   dir,
		"bolt_timeout":           "2s",
		"asyncErrorCallbackName": callbacks,
		"eventCallbackName":      callbacks,
		"numSnapshotsToKeep":     1,
		"scorchMergePlanOptions": map[string]any{
			"MaxSegmentsPerTier":   10,
			"SegmentsPerMergeTask": 10,
			"FloorSegmentSize":     200,
			"TierGrowth":           10.0,
			"MaxSegmentSize":       5_000_000,
			"ReclaimDeletesWeight": 2.0,
		},
	}
}

// fail breaks the engine. Only the first cause counts.
func (e *engine) fail(err error) {
	e.once.Do(func() {
		e.cause.Store(&err)
		close(e.broken)
		e.log.Error("search index broke", "dir", e.dir, "err", err)
	})
}

// err is why the engine broke, or nil.
func (e *engine) err() error {
	if p := e.cause.Load(); p != nil {
		return *p
	}
	return nil
}

// apply writes a batch and returns when it is on disk. A batch that takes too
// long, fails or panics breaks the engine; its goroutine may then wait inside
// scorch for ever, which nothing but the end of the process can change.
func (e *engine) apply(b *index.Batch) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	if err := e.err(); err != nil {
		return err
	}
	if e.closed {
		return errClosed
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("panic: %v", r)
			}
		}()
		background()
		done <- e.scorch.Batch(b)
	}()
	stuck := time.NewTimer(e.limit)
	defer stuck.Stop()
	select {
	case err := <-done:
		if err != nil {
			e.fail(fmt.Errorf("write index batch: %w", err))
		}
	case <-e.broken:
	case <-stuck.C:
		e.fail(fmt.Errorf("write index batch: nothing for %v", e.limit))
	}
	return e.err()
}

// read calls fn with a snapshot that stays as it is until fn returns. A panic
// within breaks the engine.
func (e *engine) read(fn func(*scorch.IndexSnapshot) error) (err error) {
	e.reading.RLock()
	defer e.reading.RUnlock()
	if e.closed {
		return errClosed
	}
	if err := e.err(); err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("read index: panic: %v", r)
			e.fail(err)
		}
	}()
	reader, err := e.scorch.Reader()
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	snapshot, ok := reader.(*scorch.IndexSnapshot)
	if !ok || snapshot == nil {
		return errClosed
	}
	defer func() { _ = snapshot.Close() }()
	return fn(snapshot)
}

// close ends the engine after its readers.
func (e *engine) close() error {
	e.writing.Lock()
	defer e.writing.Unlock()
	e.reading.Lock()
	defer e.reading.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	e.unwatch()
	ended := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				ended <- fmt.Errorf("panic: %v", r)
			}
		}()
		ended <- e.scorch.Close()
	}()
	ctx, cancel := context.WithTimeout(context.Background(), e.limit)
	defer cancel()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = ctx.Err()
	}
	e.queue.Close()
	if err != nil {
		return fmt.Errorf("close index %s: %w", e.dir, err)
	}
	return nil
}
