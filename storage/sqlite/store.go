// Package sqlite keeps the journal and the slate in one SQLite file.
//
// The file may be open in several processes at once. Every answer to a write
// waits for the disk (WAL, synchronous FULL). The package owns the file's
// schema and refuses files of another program, of a newer schema and of
// another secret. It must lie on a local file system.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"kepu/journal"
)

// Options of Open. Secret is required.
type Options struct {
	Secret journal.Secret
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: silent
}

// Store is a journal.Store in a file. Slate gives the slate beside it.
type Store struct {
	identity string
	chain    journal.Chain
	now      func() time.Time
	log      *slog.Logger

	read *reader
	pen  *pen
	bell *bell

	mu     sync.Mutex
	calls  sync.WaitGroup
	closed bool
	gone   chan struct{} // closed when all is
	failed error         // of closing, once gone
}

var _ journal.Store = (*Store)(nil)

// Open opens the store in the file at path, or makes it. The errors are
// journal.ErrSecret where it was made with another secret, journal.ErrNewer
// where its schema is newer, journal.ErrFull, journal.ErrLocked where another
// process holds it for seconds on end, ErrDamaged and ErrForeign.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if o.Secret.IsZero() {
		return nil, fmt.Errorf("open store %s: no secret", path)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{chain: journal.NewChain(o.Secret), now: o.Now, log: o.Log, gone: make(chan struct{})}
	if err := s.open(ctx, path, o.Secret.Fingerprint()); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, path, fingerprint string) error {
	ears, identity, err := setUp(ctx, path, fingerprint)
	if err != nil {
		return err
	}
	s.identity = identity
	if s.bell, err = hang(ctx, ears, s.log); err != nil {
		return errors.Join(err, ears.Close())
	}
	if s.pen, err = newPen(ctx, path); err != nil {
		return err
	}
	s.read, err = newReader(ctx, path)
	return err
}

// Identity is drawn when the file is made.
func (s *Store) Identity() string { return s.identity }

// enter counts a call in, unless the store is closing; leave counts it out.
func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return journal.ErrClosed
	}
	s.calls.Add(1)
	return nil
}

func (s *Store) leave() { s.calls.Done() }

// Close ends every Wait, lets running calls finish and closes the file. Calls
// that come later get journal.ErrClosed. It may be called again.
func (s *Store) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if !first {
		<-s.gone
		return s.failed
	}
	defer close(s.gone)
	if s.bell != nil {
		s.bell.silence()
	}
	s.calls.Wait()
	var errs []error
	if s.pen != nil {
		errs = append(errs, s.pen.close())
	}
	if s.read != nil {
		errs = append(errs, s.read.close())
	}
	if s.bell != nil {
		errs = append(errs, s.bell.close())
	}
	if err := errors.Join(errs...); err != nil {
		s.failed = fmt.Errorf("close store: %w", err)
	}
	return s.failed
}

// Head is the position of the last entry.
func (s *Store) Head(ctx context.Context) (journal.Position, error) {
	p := journal.Position{Identity: s.identity}
	if err := s.enter(); err != nil {
		return p, err
	}
	defer s.leave()
	err := s.read.one(ctx, s.read.head, func(row *sql.Row) error { return scanHead(row, &p) })
	return p, s.fault(err, "read head")
}

// Wait returns when there is an entry after that one. What another process
// commits is heard within 100 ms.
func (s *Store) Wait(ctx context.Context, after uint64) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	return s.bell.wait(ctx, after)
}

func scanHead(row *sql.Row, p *journal.Position) error {
	var hash []byte
	switch err := row.Scan(&p.Seq, &hash); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	p.Hash = toHash(hash)
	return nil
}
