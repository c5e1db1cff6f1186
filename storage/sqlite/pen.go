package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"kepu/journal"
)

// pen is the one connection that writes, and its statements.
type pen struct {
	db   *sql.DB
	conn *sql.Conn
	gate chan struct{} // holds one token: whoever has it writes
	all  []*sql.Stmt   // to be closed: a connection of its own does not do it

	head, op, record, state          *sql.Stmt
	addEntry, addState, setHead      *sql.Stmt
	addPart, erased                  *sql.Stmt
	dropStates, dropParts, markGone  *sql.Stmt
	row, setRow, dropRow, dropExpiry *sql.Stmt
}

const (
	// patience is how long a write waits while other processes write.
	patience = 10 * time.Second
	// settle bounds the last statements before closing.
	settle = 30 * time.Second
)

const headQuery = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"

const entryColumns = "seq, kind, id, rev, state, act, actor, at, op, prev, hash"

func newPen(ctx context.Context, path string) (*pen, error) {
	db, err := sql.Open("sqlite", uri(path, "busy_timeout(5000)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-8192)", "wal_autocheckpoint(2000)", "journal_size_limit(67108864)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	p := &pen{db: db, gate: make(chan struct{}, 1)}
	p.gate <- struct{}{}
	if err := p.prepare(ctx); err != nil {
		return nil, errors.Join(translate(err), p.close())
	}
	return p, nil
}

func (p *pen) prepare(ctx context.Context) error {
	var err error
	if p.conn, err = p.db.Conn(ctx); err != nil {
		return err
	}
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&p.head, headQuery},
		{&p.op, "SELECT " + entryColumns + " FROM entry WHERE op = ?"},
		{&p.record, "SELECT rev, seq, hash, v, erased FROM head WHERE kind = ? AND id = ?"},
		{&p.state, "SELECT json FROM state WHERE seq = ?"},
		{&p.addEntry, "INSERT INTO entry (" + entryColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
		{&p.addState, "INSERT INTO state (seq, json) VALUES (?, ?)"},
		{&p.setHead, "INSERT INTO head (kind, id, rev, seq, hash, v) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE" +
			" SET rev = excluded.rev, seq = excluded.seq, hash = excluded.hash, v = excluded.v"},
		{&p.addPart, "INSERT INTO part (kind, id, hash, json) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"},
		{&p.erased, "SELECT 1 FROM head WHERE kind = ? AND id = ? AND erased"},
		{&p.dropStates, "DELETE FROM state WHERE seq IN (SELECT seq FROM entry WHERE kind = ? AND id = ?)"},
		{&p.dropParts, "DELETE FROM part WHERE kind = ? AND id = ?"},
		{&p.markGone, "UPDATE head SET erased = 1 WHERE kind = ? AND id = ?"},
		{&p.row, "SELECT version, expires FROM slate WHERE key = ?"},
		{&p.setRow, "INSERT INTO slate (key, value, version, due, expires) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE" +
			" SET value = excluded.value, version = excluded.version, due = excluded.due, expires = excluded.expires"},
		{&p.dropRow, "DELETE FROM slate WHERE key = ?"},
		{&p.dropExpiry, "DELETE FROM slate WHERE n IN (SELECT n FROM slate WHERE expires <= ? ORDER BY expires LIMIT 500)"},
	} {
		if *s.to, err = p.conn.PrepareContext(ctx, s.text); err != nil {
			return err
		}
		p.all = append(p.all, *s.to)
	}
	_, err = p.conn.ExecContext(ctx, "PRAGMA busy_timeout = 0") // begin does its own waiting
	return err
}

// write runs act in one transaction, durable when nil is returned; else
// nothing of it was kept, except where the error came from its very end.
func (p *pen) write(ctx context.Context, act func(context.Context) error) error {
	return p.hold(ctx, func() error { return p.transact(ctx, act) })
}

// hold runs act while nobody else in this process writes.
func (p *pen) hold(ctx context.Context, act func() error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case token, open := <-p.gate:
		if !open {
			return journal.ErrClosed
		}
		defer func() { p.gate <- token }()
	}
	return act()
}

// transact gives act a context without the caller's deadline: each statement
// is short, and one cut off has an outcome nobody knows. act looks at the
// caller's own between them.
func (p *pen) transact(ctx context.Context, act func(context.Context) error) error {
	if err := p.begin(ctx); err != nil {
		return err
	}
	whole := context.WithoutCancel(ctx)
	err := act(whole)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		if _, err = p.conn.ExecContext(whole, "COMMIT"); err == nil {
			return nil
		}
	}
	if _, undo := p.conn.ExecContext(whole, "ROLLBACK"); undo != nil && !settled(undo) {
		return fmt.Errorf("%w (undo: %w)", err, undo)
	}
	return err
}

// begin takes SQLite's write lock. It asks anew every few milliseconds: its
// own waiting grows to 100 ms and would starve one commit beside an import.
func (p *pen) begin(ctx context.Context) error {
	for until := time.Now().Add(patience); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := p.conn.ExecContext(context.WithoutCancel(ctx), "BEGIN IMMEDIATE")
		if err == nil || !busy(err) || time.Now().After(until) {
			return err
		}
		t := time.NewTimer(time.Millisecond + rand.N(2*time.Millisecond))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}

// close waits for the writer at work and lets no other begin.
func (p *pen) close() error {
	<-p.gate
	close(p.gate)
	var errs []error
	if p.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), settle)
		defer cancel()
		// Only statistics; a file that can't be written now is none the worse.
		_, _ = p.conn.ExecContext(ctx, "PRAGMA optimize")
		for _, s := range p.all {
			errs = append(errs, s.Close())
		}
		errs = append(errs, p.conn.Close())
	}
	return errors.Join(append(errs, p.db.Close())...)
}
