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

// slate is the table beside the journal, in the same file.
type slate struct{ *Store }

// Slate gives the slate kept in the same file. It closes with the store.
func (s *Store) Slate() journal.Slate { return slate{s} }

// Get gives one unexpired row.
func (s slate) Get(ctx context.Context, key string) (journal.Row, error) {
	if err := s.enter(); err != nil {
		return journal.Row{}, err
	}
	defer s.leave()
	var r journal.Row
	err := s.read.one(ctx, s.read.row, func(row *sql.Row) (err error) {
		r, err = scanRow(row)
		return err
	}, key, s.now().UnixMilli())
	if errors.Is(err, sql.ErrNoRows) {
		err = journal.ErrNotFound
	}
	return r, s.fault(err, "get row %q", key)
}

func scanRow(row scanner) (journal.Row, error) {
	var r journal.Row
	var due, expires sql.NullInt64
	if err := row.Scan(&r.Key, &r.Value, &r.Version, &due, &expires); err != nil {
		return journal.Row{}, err
	}
	r.Due, r.Expires = toTime(due), toTime(expires)
	return r, nil
}

func toTime(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}

func fromTime(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

// Put writes the rows in one transaction.
func (s slate) Put(ctx context.Context, rows ...journal.Row) ([]journal.RowResult, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	results := make([]journal.RowResult, len(rows))
	if len(rows) == 0 {
		return results, ctx.Err()
	}
	for i, r := range rows {
		if err := r.Check(); err != nil {
			results[i].Err = fmt.Errorf("put row %q: %w", r.Key, err)
		}
	}
	err := s.pen.write(ctx, func(whole context.Context) error {
		now := s.now().UnixMilli()
		if _, err := s.pen.dropExpiry.ExecContext(whole, now); err != nil {
			return err
		}
		for i, r := range rows {
			if results[i].Err != nil {
				continue
			}
			err := ctx.Err()
			if err == nil {
				results[i], err = s.put(whole, now, r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.fault(err, "put %d rows", len(rows))
	}
	return results, nil
}

func (s slate) put(ctx context.Context, now int64, r journal.Row) (journal.RowResult, error) {
	standing, err := s.version(ctx, now, r.Key)
	if err != nil {
		return journal.RowResult{}, err
	}
	if standing != r.Version {
		return journal.RowResult{Err: fmt.Errorf("put row %q: %w", r.Key, journal.ErrConflict)}, nil
	}
	value := r.Value
	if value == nil {
		value = []byte{}
	}
	// Drawn, not counted: a row made again must not meet its old versions.
	version := 1 + uint64(rand.Int64N(1<<63-1))
	_, err = s.pen.setRow.ExecContext(ctx, r.Key, value, version, fromTime(r.Due), fromTime(r.Expires))
	return journal.RowResult{Version: version}, err
}

// version is that of the unexpired row, 0 where there is none.
func (s slate) version(ctx context.Context, now int64, key string) (uint64, error) {
	var version uint64
	var expires sql.NullInt64
	err := s.pen.row.QueryRowContext(ctx, key).Scan(&version, &expires)
	if errors.Is(err, sql.ErrNoRows) || err == nil && expires.Valid && expires.Int64 <= now {
		return 0, nil
	}
	return version, err
}

// Delete removes the row of that version.
func (s slate) Delete(ctx context.Context, key string, version uint64) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	conflict := false
	err := s.pen.write(ctx, func(ctx context.Context) error {
		standing, err := s.version(ctx, s.now().UnixMilli(), key)
		if conflict = standing != 0 && standing != version; err != nil || conflict {
			return err
		}
		_, err = s.pen.dropRow.ExecContext(ctx, key)
		return err
	})
	if err == nil && conflict {
		err = journal.ErrConflict
	}
	return s.fault(err, "delete row %q", key)
}

// List gives unexpired rows by key, in the order of their bytes.
func (s slate) List(ctx context.Context, prefix, after string, due time.Time, limit int) ([]journal.Row, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if limit <= 0 {
		return nil, ctx.Err()
	}
	query := "SELECT key, value, version, due, expires FROM slate"
	if !due.IsZero() {
		query += " INDEXED BY slate_due"
	}
	query += " WHERE key >= ? AND key > ? AND (expires IS NULL OR expires > ?)"
	args := []any{prefix, after, s.now().UnixMilli()}
	if end := beyond(prefix); end != "" {
		query, args = query+" AND key < ?", append(args, end)
	}
	if !due.IsZero() {
		query, args = query+" AND due <= ?", append(args, due.UnixMilli())
	}
	var rows []journal.Row
	err := s.read.take(ctx, func() (err error) {
		rows, err = collect(scanRow)(s.read.db.QueryContext(ctx, query+" ORDER BY key LIMIT ?", append(args, limit)...))
		return err
	})
	return rows, s.fault(err, "list rows %q", prefix)
}

// beyond is the first text after all that start with prefix; "" where there is
// none.
func beyond(prefix string) string {
	b := []byte(prefix)
	for len(b) > 0 {
		if b[len(b)-1]++; b[len(b)-1] != 0 {
			return string(b)
		}
		b = b[:len(b)-1]
	}
	return ""
}
