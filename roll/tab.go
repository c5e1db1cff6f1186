package roll

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

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
				n := make([]int, len(Statuses))
				to := make([]any, len(n))
				for i := range n {
					to[i] = &n[i]
				}
				if err := tx.QueryRowContext(ctx, text, args...).Scan(to...); err != nil {
					return err
				}
				for i, s := range Statuses {
					if !full && s != StatusLive {
						continue
					}
					c := counts[s]
					c.N += n[i]
					counts[s] = c
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

// tally is one walk that counts every status, up to where each is known to
// exceed what is told.
func (q *Query) tally(full bool) (string, []any, error) {
	where, err := q.filter(full)
	if err != nil {
		return "", nil, err
	}
	from := "place p"
	if q.Text != "" {
		from = q.searched(&where, full)
	}
	inner := "SELECT p.mask AS mask FROM " + from + " WHERE " + where.text
	if q.Text != "" {
		inner = "SELECT DISTINCT p.seq, p.mask AS mask FROM " + from + " WHERE " + where.text
	}
	var sums strings.Builder
	for i := range Statuses {
		if i > 0 {
			sums.WriteString(", ")
		}
		sums.WriteString("coalesce(sum((mask >> " + strconv.Itoa(bitStatus+i) + ") & 1), 0)")
	}
	return "SELECT " + sums.String() + " FROM (" + inner + ")", where.args, nil
}

// notFound says that a record is not there for who asked.
func notFound(kind, id string) error {
	return fmt.Errorf("%s %s: %w", kind, cut(id, 64), journal.ErrNotFound)
}
