package roll

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// order is the key by which a list goes, and the index that goes so.
type order struct {
	key   string // SQL; "" where seq alone orders
	index string
}

func (q *Query) order(full bool) (order, error) {
	switch q.Sort {
	case "", SortChanged:
		return order{index: "place_seq"}, nil
	case SortTitle:
		if full {
			return order{"p.title", "place_title"}, nil
		}
		return order{"coalesce(p.live_title, p.title)", "place_live"}, nil
	case SortDue:
		if full {
			return order{"p.due", "place_due"}, nil
		}
		return order{fmt.Sprint(never), "place_seq"}, nil // when it is due is not told
	}
	return order{}, fmt.Errorf("sort: %w", ErrQuery)
}

// question is the SQL that gives the first rows of one part of a query: seq, the
// order's key, and whether all of the item is seen.
func (q *Query) question(full bool, after *cursor, limit int) (string, []any, error) {
	where, err := q.filter(full)
	if err != nil {
		return "", nil, err
	}
	by, err := q.order(full)
	if err != nil {
		return "", nil, err
	}
	key, from := by.key, "place p INDEXED BY "+by.index
	if q.Series != "" {
		from = "place p INDEXED BY place_series"
	}
	if q.Text != "" {
		from = q.searched(&where, full)
	}
	switch {
	case key == "":
		key = "0"
		if after != nil {
			where.and("p.seq < ?", after.Seq)
		}
	case after != nil && q.Sort == SortDue:
		where.and("("+key+", p.seq) > (?, ?)", after.At, after.Seq)
	case after != nil:
		where.and("("+key+", p.seq) > (?, ?)", after.Key, after.Seq)
	}
	text := "SELECT p.seq, " + key + fmt.Sprintf(", %t FROM ", full) + from + " WHERE " + where.text
	switch {
	case by.key == "":
		text += " ORDER BY p.seq DESC"
	case q.Sort == SortDue && !full:
		text += " ORDER BY p.seq"
	default:
		text += " ORDER BY " + key + ", p.seq"
	}
	return text + fmt.Sprintf(" LIMIT %d", limit), where.args, nil
}

// searched limits to the query's text. Each of an item's two texts is a row of
// its own, so that an item may come twice.
func (q *Query) searched(c *clause, full bool) string {
	asked := match(q.Text)
	if asked == "" {
		c.and("0")
		return "place p"
	}
	c.and("word MATCH ?", asked)
	if !full { // the live text alone: it has a row of its own where there are two
		c.and("w.rowid & 1 = (p.mask >> ?) & 1", bitTwo)
	}
	return "word w CROSS JOIN place p NOT INDEXED ON p.n = w.rowid >> 1"
}

// either is as question, of both parts of a query for words: every row that has
// the words is looked at once.
func (q *Query) either(after *cursor, limit int) (string, []any, error) {
	full, err := q.filter(true)
	if err != nil {
		return "", nil, err
	}
	known, err := q.filter(false)
	if err != nil {
		return "", nil, err
	}
	sees := q.Sight.full()
	key, by := "0", "seq DESC"
	var args []any
	switch q.Sort {
	case SortTitle:
		key, by = "iif("+sees.text+", p.title, coalesce(p.live_title, p.title))", "key, seq"
	case SortDue:
		key, by = fmt.Sprintf("iif(%s, p.due, %d)", sees.text, int64(never)), "key, seq"
	}
	if by == "key, seq" {
		args = append(args, sees.args...)
	}
	args = append(args, sees.args...)
	var where clause
	from := q.searched(&where, true)
	where.and("("+full.text+") OR w.rowid & 1 = (p.mask >> ?) & 1 AND "+known.text, slices.Concat(full.args, []any{bitTwo}, known.args)...)
	text := "SELECT * FROM (SELECT p.seq AS seq, " + key + " AS key, (" + sees.text + ") AS whole FROM " + from + " WHERE " + where.text + ")"
	args = append(args, where.args...)
	switch {
	case after == nil:
	case key == "0":
		text, args = text+" WHERE seq < ?", append(args, after.Seq)
	case q.Sort == SortDue:
		text, args = text+" WHERE (key, seq) > (?, ?)", append(args, after.At, after.Seq)
	default:
		text, args = text+" WHERE (key, seq) > (?, ?)", append(args, after.Key, after.Seq)
	}
	return text + " ORDER BY " + by + fmt.Sprintf(" LIMIT %d", limit), args, nil
}

// hit is a row found.
type hit struct {
	seq  int64
	text string // of its key, where that is a text
	at   int64
	full bool
}

// Items gives the items that a person may see and the query asks for, in its
// order. ErrBehind, ErrCursor, ErrQuery.
func (r *Roll) Items(ctx context.Context, q Query) (Page, error) {
	limit, err := limited(q.Limit)
	if err != nil {
		return Page{}, err
	}
	of, err := q.name()
	if err != nil {
		return Page{}, err
	}
	var after *cursor
	if q.After != "" {
		c, err := parseCursor(q.After, of)
		if err != nil {
			return Page{}, err
		}
		after = &c
	}
	page := Page{Seq: r.Position().Seq}
	err = r.view(ctx, "list items", func(ctx context.Context, db *sql.DB) error {
		return readOnly(ctx, db, func(tx *sql.Tx) error {
			hits, err := q.hits(ctx, tx, after, limit)
			if err != nil {
				return err
			}
			if len(hits) > limit {
				hits = hits[:limit]
				last := hits[limit-1]
				page.Next = cursor{Of: of, Key: last.text, At: last.at, Seq: last.seq}.String()
			}
			page.Rows, err = read(ctx, tx, hits)
			return err
		})
	})
	return page, err
}

// name tells the question of a query from others; where it goes on and how far
// is no part of it.
func (q Query) name() (uint32, error) {
	q.After, q.Limit = "", 0
	return nameOf(q)
}

// readOnly reads in one snapshot.
func readOnly(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing was written
	return fn(tx)
}

// hits gives the next limit+1 rows at least, where there are so many.
func (q *Query) hits(ctx context.Context, tx *sql.Tx, after *cursor, limit int) ([]hit, error) {
	parts := q.Sight.parts()
	most := limit + 1
	if q.Text != "" {
		most *= 2 // each may come twice
	}
	if q.Text != "" && len(parts) == 2 {
		text, args, err := q.either(after, most)
		if err != nil {
			return nil, err
		}
		all, err := q.ask(ctx, tx, text, args)
		return distinct(all), err
	}
	var all []hit
	for _, full := range parts {
		text, args, err := q.question(full, after, most)
		if err != nil {
			return nil, err
		}
		found, err := q.ask(ctx, tx, text, args)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, q.compare)
	return distinct(all), nil
}

// distinct leaves out an item that comes again.
func distinct(all []hit) []hit {
	return slices.CompactFunc(all, func(a, b hit) bool { return a.seq == b.seq })
}

// parts of a sight that are asked one by one.
func (s Sight) parts() []bool {
	full := s.full()
	known := in(s.Known)
	var parts []bool
	if !full.is("0") {
		parts = append(parts, true)
	}
	if !full.is("1") && !known.is("0") {
		parts = append(parts, false)
	}
	return parts
}

func (q *Query) compare(a, b hit) int {
	switch q.Sort {
	case SortTitle:
		if c := strings.Compare(a.text, b.text); c != 0 {
			return c
		}
	case SortDue:
		if c := cmpInt(a.at, b.at); c != 0 {
			return c
		}
	default:
		return cmpInt(b.seq, a.seq)
	}
	return cmpInt(a.seq, b.seq)
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (q *Query) ask(ctx context.Context, tx *sql.Tx, text string, args []any) ([]hit, error) {
	found, err := tx.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []hit
	for found.Next() {
		var h hit
		to := any(&h.at)
		if q.Sort == SortTitle {
			to = &h.text
		}
		if err := found.Scan(&h.seq, to, &h.full); err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, found.Err()
}

// read gives the rows of some hits, in their order.
func read(ctx context.Context, tx *sql.Tx, hits []hit) ([]Row, error) {
	rows := make([]Row, 0, len(hits))
	s, err := tx.PrepareContext(ctx, `SELECT p.mask, c.json, e.at, e.actor, e.act FROM place p JOIN card c ON c.n = p.n
		LEFT JOIN entry e ON e.seq = p.seq WHERE p.seq = ?`)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for _, h := range hits {
		var mask int64
		var b []byte
		var at sql.NullInt64
		var actor, act sql.NullString
		switch err := s.QueryRowContext(ctx, h.seq).Scan(&mask, &b, &at, &actor, &act); {
		case errors.Is(err, sql.ErrNoRows):
			return nil, fmt.Errorf("%w: item of entry %d has no card", errDamaged, h.seq)
		case err != nil:
			return nil, err
		}
		var c card
		if err := json.Unmarshal(b, &c); err != nil {
			return nil, fmt.Errorf("%w: card of entry %d: %w", errDamaged, h.seq, err)
		}
		row := c.row(mask, h.full)
		row.Seq, row.ChangedBy, row.Act = uint64(h.seq), actor.String, act.String
		if at.Valid {
			row.ChangedAt = time.UnixMilli(at.Int64).UTC()
		}
		if !h.full { // when the live text changed, not the draft
			row.ChangedAt, row.ChangedBy, row.Act = time.Time{}, "", ""
			for _, t := range []*time.Time{c.Published, c.Updated} {
				if t != nil {
					row.ChangedAt = *t
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Item gives one row; journal.ErrNotFound where the sight does not see it.
func (r *Roll) Item(ctx context.Context, s Sight, id string) (Row, error) {
	var row Row
	err := r.view(ctx, "look up item", func(ctx context.Context, db *sql.DB) error {
		return readOnly(ctx, db, func(tx *sql.Tx) error {
			for _, full := range s.parts() {
				q := Query{Sight: s}
				where, err := q.filter(full)
				if err != nil {
					return err
				}
				where.and("p.id = ?", id)
				h := hit{full: full}
				err = tx.QueryRowContext(ctx, "SELECT p.seq FROM place p WHERE "+where.text, where.args...).Scan(&h.seq)
				if errors.Is(err, sql.ErrNoRows) {
					continue
				}
				if err != nil {
					return err
				}
				rows, err := read(ctx, tx, []hit{h})
				if err == nil {
					row = rows[0]
				}
				return err
			}
			return notFound("item", id)
		})
	})
	return row, err
}
