package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"kepu/journal"
)

// reader is the connections that only read. A Scan lasts as long as its
// caller likes and the caller may read meanwhile, so scans have their own.
type reader struct {
	db, scans *sql.DB
	slots     chan struct{} // one for each connection of db, so that waiting for one heeds the caller's context

	head, entries, get, getRev, part, row *sql.Stmt
}

func newReader(ctx context.Context, path string) (*reader, error) {
	source := uri(path, "busy_timeout(5000)", "query_only(1)", "cache_size(-2048)")
	const connections = 4
	r := &reader{slots: make(chan struct{}, connections)}
	var err error
	if r.db, err = sql.Open("sqlite", source); err != nil {
		return nil, err
	}
	if r.scans, err = sql.Open("sqlite", source); err != nil {
		return nil, errors.Join(err, r.db.Close())
	}
	r.db.SetMaxOpenConns(connections)
	r.db.SetMaxIdleConns(connections)
	r.scans.SetMaxIdleConns(1)
	if err := r.prepare(ctx); err != nil {
		return nil, errors.Join(translate(err), r.close())
	}
	return r, nil
}

func (r *reader) prepare(ctx context.Context) (err error) {
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&r.head, headQuery},
		{&r.entries, "SELECT " + entryColumns + " FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"},
		{&r.get, "SELECT h.rev, h.seq, h.hash, h.erased, s.json FROM head h LEFT JOIN state s ON s.seq = h.seq" +
			" WHERE h.kind = ? AND h.id = ?"},
		{&r.getRev, "SELECT e.rev, e.seq, e.state, h.erased, s.json FROM entry e" +
			" JOIN head h ON h.kind = e.kind AND h.id = e.id" +
			" LEFT JOIN state s ON s.seq = e.seq WHERE e.kind = ? AND e.id = ? AND e.rev = ?"},
		{&r.part, "SELECT json FROM part WHERE kind = ? AND id = ? AND hash = ?"},
		{&r.row, "SELECT key, value, version, due, expires FROM slate WHERE key = ? AND (expires IS NULL OR expires > ?)"},
	} {
		if *s.to, err = r.db.PrepareContext(ctx, s.text); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) close() error { return errors.Join(r.db.Close(), r.scans.Close()) }

// Entries gives up to limit entries after that one.
func (s *Store) Entries(ctx context.Context, after uint64, limit int) ([]journal.Entry, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if limit <= 0 || after > maxSeq {
		return nil, ctx.Err()
	}
	var entries []journal.Entry
	err := s.read.take(ctx, func() (err error) {
		entries, err = collect(scanEntry)(s.read.entries.QueryContext(ctx, after, limit))
		return err
	})
	return entries, s.fault(err, "read entries after %d", after)
}

// maxSeq is the largest number the file can hold.
const maxSeq = 1<<63 - 1

// collect reads all rows with scan.
func collect[T any](scan func(scanner) (T, error)) func(*sql.Rows, error) ([]T, error) {
	return func(rows *sql.Rows, err error) ([]T, error) {
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var all []T
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		return all, rows.Err()
	}
}

// Get gives the current revision.
func (s *Store) Get(ctx context.Context, key journal.Key) (journal.Record, error) {
	if err := s.enter(); err != nil {
		return journal.Record{}, err
	}
	defer s.leave()
	r, err := s.record(ctx, s.read.get, key, key.Kind, key.ID)
	return r, s.fault(err, "get %s/%s", key.Kind, key.ID)
}

// GetRev gives the revision of that number.
func (s *Store) GetRev(ctx context.Context, key journal.Key, rev uint64) (journal.Record, error) {
	if err := s.enter(); err != nil {
		return journal.Record{}, err
	}
	defer s.leave()
	if rev > maxSeq {
		rev = 0 // which nothing has
	}
	r, err := s.record(ctx, s.read.getRev, key, key.Kind, key.ID, rev)
	return r, s.fault(err, "get %s/%s revision %d", key.Kind, key.ID, rev)
}

func (s *Store) record(ctx context.Context, stmt *sql.Stmt, key journal.Key, args ...any) (r journal.Record, err error) {
	err = s.read.one(ctx, stmt, func(row *sql.Row) (err error) {
		r, err = scanRecord(row, key)
		return err
	}, args...)
	return r, err
}

func scanRecord(row scanner, key journal.Key) (journal.Record, error) {
	r := journal.Record{Key: key}
	var hash []byte
	var erased bool
	switch err := row.Scan(&r.Rev, &r.Seq, &hash, &erased, &r.State); {
	case errors.Is(err, sql.ErrNoRows):
		return journal.Record{}, journal.ErrNotFound
	case err != nil:
		return journal.Record{}, err
	case erased:
		return journal.Record{}, journal.ErrErased
	}
	r.Hash = toHash(hash)
	if (r.Hash == "") != (r.State == nil) {
		return journal.Record{}, lost(r)
	}
	return r, nil
}

// Gets gives the current revisions of those keys that have one.
func (s *Store) Gets(ctx context.Context, keys ...journal.Key) (map[journal.Key]journal.Record, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	found := make(map[journal.Key]journal.Record, len(keys))
	err := s.read.each(ctx, s.read.get, func(whole context.Context, get *sql.Stmt) error {
		for _, key := range keys {
			if err := ctx.Err(); err != nil {
				return err
			}
			switch r, err := scanRecord(get.QueryRowContext(whole, key.Kind, key.ID), key); {
			case err == nil:
				found[key] = r
			case !errors.Is(err, journal.ErrNotFound) && !errors.Is(err, journal.ErrErased):
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.fault(err, "get %d records", len(keys))
	}
	return found, nil
}

// each runs many queries of one statement on one connection, in one snapshot.
// Watching ctx costs two goroutines a query, many times what a look-up does, so
// act's statements run without it and act looks at it in between.
func (r *reader) each(ctx context.Context, stmt *sql.Stmt, act func(context.Context, *sql.Stmt) error) error {
	return r.take(ctx, func() error {
		whole := context.WithoutCancel(ctx)
		tx, err := r.db.BeginTx(whole, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		return act(whole, tx.StmtContext(whole, stmt))
	})
}

// take runs act when a connection of db is free for it.
func (r *reader) take(ctx context.Context, act func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
		return act()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// one runs a query of one row the same way.
func (r *reader) one(ctx context.Context, stmt *sql.Stmt, scan func(*sql.Row) error, args ...any) error {
	return r.take(ctx, func() error {
		return scan(stmt.QueryRowContext(context.WithoutCancel(ctx), args...))
	})
}

// Scan reads from one snapshot of the file.
func (s *Store) Scan(ctx context.Context, kinds []string, fn func(journal.Record) error) (journal.Position, error) {
	p := journal.Position{Identity: s.identity}
	if err := s.enter(); err != nil {
		return p, err
	}
	defer s.leave()
	var given error
	err := s.scan(ctx, kinds, &p, func(r journal.Record) error {
		given = fn(r)
		return given
	})
	if given != nil {
		return p, given
	}
	return p, s.fault(err, "scan")
}

func (s *Store) scan(ctx context.Context, kinds []string, p *journal.Position, fn func(journal.Record) error) error {
	tx, err := s.read.scans.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	// The first read opens the snapshot, so both see the same.
	if err := scanHead(tx.QueryRowContext(ctx, headQuery), p); err != nil {
		return err
	}
	query, args := "SELECT h.kind, h.id, h.rev, h.seq, h.hash, s.json FROM head h LEFT JOIN state s ON s.seq = h.seq"+
		" WHERE h.hash IS NOT NULL AND NOT h.erased", []any(nil)
	if len(kinds) > 0 {
		query += " AND h.kind IN (?" + strings.Repeat(", ?", len(kinds)-1) + ")"
		for _, k := range kinds {
			args = append(args, k)
		}
	}
	rows, err := tx.QueryContext(ctx, query+" ORDER BY h.kind, h.id", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r journal.Record
		var hash []byte
		if err := rows.Scan(&r.Kind, &r.ID, &r.Rev, &r.Seq, &hash, &r.State); err != nil {
			return err
		}
		if r.Hash = toHash(hash); r.State == nil {
			return lost(r)
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return rows.Err()
}
