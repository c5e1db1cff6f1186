// Package shelf is what is public, on this node: live items whole, their cards,
// slugs and redirects, gone ones, media permission, topics, series, scenes and
// settings, and their order for each audience. It follows the journal into one
// local file and memory and can be thrown away at any time. Pages, feeds,
// search results and media permission read nothing else.
//
// The package refuses to show anything that is not live now.
//
// What a reader sees is a state: immutable, taken by one atomic load. Commits
// make the next one, whose changes lie in layers above the file until they are
// written to it behind everybody's back; so a publication is visible at once
// and readers never wait for a disk. The file notes the step it holds; a view
// opens a read transaction and knows by the step whether its layers and that
// transaction are one snapshot.
package shelf

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"kepu/journal"
)

var (
	ErrNotFound = errors.New("not on the shelf")
	ErrCursor   = errors.New("cursor does not fit")
	ErrQuery    = errors.New("query is out of bounds") // a limit below 0 or above 100
	ErrClosed   = errors.New("the shelf is closed")
)

// Options of Open.
type Options struct {
	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: discards
}

// Shelf is safe for concurrent use.
type Shelf struct {
	now   func() time.Time
	log   *slog.Logger
	path  string
	state atomic.Pointer[state]

	write   sync.Mutex // held by whoever makes the next state
	version uint64     // of the newest state; starts at the clock, so none comes twice
	bell    chan struct{}
	closed  bool

	dirty   chan struct{} // there is something to write to the file
	edges   chan struct{} // the next known instant may be another
	damaged chan struct{} // the file must be rebuilt
	stop    chan struct{}
	wg      sync.WaitGroup
}

// Open opens or makes the shelf in one file under dir. A file that does not
// open, or is of another format, is replaced by an empty one: the shelf then
// follows from the start. ErrLocked (journal) where another process has it.
func Open(dir string, o Options) (*Shelf, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open shelf: %w", err)
	}
	s := &Shelf{
		now: o.Now, log: o.Log, path: filepath.Join(dir, fileName), version: uint64(o.Now().UnixNano()),
		bell: make(chan struct{}), dirty: make(chan struct{}, 1), edges: make(chan struct{}, 1),
		damaged: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	st, err := s.open()
	if errors.Is(err, errDamaged) {
		s.log.Warn("shelf file cannot be used and is made anew", "path", s.path, "err", err)
		if err = discard(s.path); err == nil {
			st, err = s.open()
		}
	}
	if err != nil {
		return nil, err
	}
	s.state.Store(st)
	s.wg.Go(s.persist)
	s.wg.Go(s.watch)
	return s, nil
}

// open opens the file and loads what it holds.
func (s *Shelf) open() (*state, error) {
	f, err := openFile(s.path)
	if err != nil {
		return nil, err
	}
	// Only now is the directory ours, and with it what a broken-off rebuild left.
	if err := discard(s.path + ".new"); err != nil {
		return nil, errors.Join(err, f.close())
	}
	st, left, err := f.load(s.now().UnixMilli(), s.version)
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	s.warnScenes(left)
	return st, nil
}

func (s *Shelf) warnScenes(left int) {
	if left > 0 {
		s.log.Warn("shelf: more scenes than can lift; the first to end lift nothing", "most", maxScenes, "left_out", left)
	}
}

// Position is up to where the shelf has applied the journal.
func (s *Shelf) Position() journal.Position { return s.state.Load().position }

// Wait returns nil when the shelf shows everything up to seq, or ctx's error;
// ErrClosed where the shelf is closed first.
func (s *Shelf) Wait(ctx context.Context, seq uint64) error {
	for {
		if s.state.Load().position.Seq >= seq {
			return nil
		}
		s.write.Lock()
		bell, closed := s.bell, s.closed
		s.write.Unlock()
		switch {
		case s.state.Load().position.Seq >= seq:
			return nil
		case closed:
			return ErrClosed
		}
		select {
		case <-bell:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// change makes a new state and shows it.
func (s *Shelf) change(fn func(*edit, *draft) error) error {
	s.write.Lock()
	defer s.write.Unlock()
	if s.closed {
		return ErrClosed
	}
	st := s.state.Load()
	s.version++
	e := st.edit()
	e.advance(s.now().UnixMilli(), s.version)
	err := guard(func() error {
		return st.file.db.View(func(tx *bolt.Tx) error {
			d := newDraft(reader{layers: st.layers, tx: tx})
			if err := fn(e, d); err != nil {
				return err
			}
			if len(d.values) > 0 {
				e.layers = pushLayer(st.layers, d.layer(st.step+1))
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("change shelf: %w", err)
	}
	s.show(e.finish(s.version))
	return nil
}

// show lets readers have a state. write is held.
func (s *Shelf) show(st *state) {
	s.state.Store(st)
	close(s.bell)
	s.bell = make(chan struct{})
	poke(s.dirty)
	poke(s.edges)
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// hurt notes that the file is damaged; Follow rebuilds it.
func (s *Shelf) hurt(err error) {
	if errors.Is(err, errDamaged) {
		s.log.Error("shelf file is damaged and will be rebuilt", "path", s.path, "err", err)
		poke(s.damaged)
	}
}

// Close writes what the file does not hold yet and ends every use. It waits for
// open views that have read something; the others find the shelf closed.
func (s *Shelf) Close() error {
	s.write.Lock()
	if s.closed {
		s.write.Unlock()
		return nil
	}
	s.closed = true
	close(s.bell)
	s.bell = make(chan struct{})
	s.write.Unlock()
	close(s.stop)
	s.wg.Wait()
	st := s.state.Load()
	return errors.Join(s.save(), st.file.close())
}
