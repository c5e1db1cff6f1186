package roll

import (
	"context"
	"database/sql"
	"fmt"

	"kepu/journal"
)

// Tabs counts the items of a query for each status, whatever its own Status,
// Sort, After and Limit. ErrBehind, ErrQuery.
func (r *Roll) Tabs(ctx context.Context, q Query) (map[Status]Count, error) {
	counts := make(map[Status]Count, len(Statuses))
	q.Status = ""
	err := r.view(ctx, "count items", func(ctx context.Context, db *sql.DB) error {
		return readOnly(ctx, db, func(tx *sql.Tx) error {
			for _, full := range q.Sight.parts() {
				text, args, err := q.tally(full)
				if err != nil {
					return err
				}
				if err := count(ctx, tx, text, args, full, counts); err != nil {
					return err
				}
			}
			return nil
		})
	})
	for s, c := range counts {
		if c.N > CountMost {
			counts[s] = Count{N: CountMost, More: true}
		}
	}
	return counts, err
}

// count adds up how many items there are of each set of statuses.
func count(ctx context.Context, tx *sql.Tx, text string, args []any, full bool, counts map[Status]Count) error {
	found, err := tx.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var mask int64
		var n int
		if err := found.Scan(&mask, &n); err != nil {
			return err
		}
		for _, s := range Statuses {
			if mask&s.bit() != 0 && (full || s == StatusLive) {
				counts[s] = Count{N: counts[s].N + n}
			}
		}
	}
	return found.Err()
}

// tally asks how many items there are of each set of statuses.
func (q *Query) tally(full bool) (string, []any, error) {
	where, err := q.filter(full)
	if err != nil {
		return "", nil, err
	}
	// What lists of all statuses pass by is counted in the index's own order.
	from, group := "place p INDEXED BY place_status", "p.status"
	if q.Text != "" {
		from = q.searched(&where, full)
		return "SELECT statuses, count(*) FROM (SELECT DISTINCT p.seq, " + group + " AS statuses FROM " + from +
			" WHERE " + where.text + ") GROUP BY 1", where.args, nil
	}
	return "SELECT " + group + ", count(*) FROM " + from + " WHERE " + where.text + " GROUP BY " + group, where.args, nil
}

// notFound says that a record is not there for who asked.
func notFound(kind, id string) error {
	return fmt.Errorf("%s %s: %w", kind, cut(id, 64), journal.ErrNotFound)
}
