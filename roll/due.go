package roll

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Due gives the ids of items whose publication or end has come at an instant,
// the earliest first: those that are scheduled, and those that hold a live text
// past its end. An item stays due until the desk has acted on it.
func (r *Roll) Due(ctx context.Context, now time.Time, limit int) ([]string, error) {
	if limit <= 0 || limit > 1000 {
		return nil, fmt.Errorf("due: limit: %w", ErrQuery)
	}
	var ids []string
	err := r.view(ctx, "due items", func(ctx context.Context, db *sql.DB) error {
		at := now.UnixMilli()
		return rows(ctx, db, `SELECT id, min(at) FROM (
				SELECT id, schedule AS at FROM place WHERE schedule IS NOT NULL AND schedule <= ?
				UNION ALL
				SELECT id, until AS at FROM place WHERE until IS NOT NULL AND until <= ? AND mask & ? != 0
			) GROUP BY id ORDER BY 2, 1 LIMIT ?`, []any{at, at, 1 << bitHeld, limit}, func(scan func(...any) error) error {
			var id string
			var at int64
			err := scan(&id, &at)
			ids = append(ids, id)
			return err
		})
	})
	return ids, err
}

// NextDue is the earliest instant after now at which something will be due; zero
// where nothing will.
func (r *Roll) NextDue(ctx context.Context, now time.Time) (time.Time, error) {
	var at sql.NullInt64
	err := r.view(ctx, "next due item", func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT min(at) FROM (
				SELECT min(schedule) AS at FROM place WHERE schedule > ?
				UNION ALL
				SELECT min(until) AS at FROM place WHERE until > ? AND mask & ? != 0)`,
			now.UnixMilli(), now.UnixMilli(), 1<<bitHeld).Scan(&at)
	})
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return time.UnixMilli(at.Int64).UTC(), nil
}

// Slugged is an item that holds a slug.
type Slugged struct {
	ID      string
	Current bool // its address; else one that leads there
}

// Slug gives the items that hold a slug: one, but where two were given the same
// at once.
func (r *Roll) Slug(ctx context.Context, slug string) ([]Slugged, error) {
	var all []Slugged
	err := r.view(ctx, "look up slug", func(ctx context.Context, db *sql.DB) error {
		return rows(ctx, db, "SELECT id, current FROM slug WHERE slug = ? ORDER BY current DESC, id LIMIT 100", []any{slug},
			func(scan func(...any) error) error {
				var s Slugged
				err := scan(&s.ID, &s.Current)
				all = append(all, s)
				return err
			})
	})
	return all, err
}

// Members gives the items of a series that the sight sees, by their part, those
// without one last by id, from where a page before ended (its Next; "": the
// start). ErrBehind, ErrCursor, ErrQuery.
func (r *Roll) Members(ctx context.Context, s Sight, series, after string, limit int) (Page, error) {
	limit, err := limited(limit)
	if err != nil {
		return Page{}, err
	}
	of, err := nameOf([]any{"members", s, series})
	if err != nil {
		return Page{}, err
	}
	var at cursor
	if after != "" {
		if at, err = parseCursor(after, of); err != nil {
			return Page{}, err
		}
	}
	page := Page{Seq: r.Position().Seq}
	err = r.view(ctx, "members of series", func(ctx context.Context, db *sql.DB) error {
		return readOnly(ctx, db, func(tx *sql.Tx) error {
			hits, err := members(ctx, tx, s, series, at, limit+1)
			if err != nil {
				return err
			}
			if len(hits) > limit {
				hits = hits[:limit]
				last := hits[limit-1]
				page.Next = cursor{Of: of, At: last.at, ID: last.text}.String()
			}
			page.Rows, err = read(ctx, tx, hits)
			return err
		})
	})
	return page, err
}

// atEnd is the part of what has none.
const atEnd = 1 << 31

func members(ctx context.Context, tx *sql.Tx, s Sight, series string, at cursor, limit int) ([]hit, error) {
	full, known := s.full(), in(s.Known)
	text := fmt.Sprintf(`SELECT p.seq, iif(p.part = 0, %d, p.part) AS part, p.id, (%s) AS whole FROM place p
		WHERE p.series = ? AND (whole OR (%s) AND p.mask & ? != 0) AND (iif(p.part = 0, %d, p.part), p.id) > (?, ?)
		ORDER BY 2, 3 LIMIT ?`, atEnd, full.text, known.text, atEnd)
	args := append(append(append([]any{}, full.args...), series), known.args...)
	found, err := tx.QueryContext(ctx, text, append(args, StatusLive.bit(), at.At, at.ID, limit)...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []hit
	for found.Next() {
		var h hit
		if err := found.Scan(&h.seq, &h.at, &h.text, &h.full); err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, found.Err()
}
