package roll

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Entry is one line of the audit trail: this act made that revision. The
// journal's own entry, with its place in the chain, is at Seq.
type Entry struct {
	Seq   uint64    `json:"seq"`
	Kind  string    `json:"kind"`
	ID    string    `json:"id"`
	Rev   uint64    `json:"rev"`
	Act   string    `json:"act"`
	Actor string    `json:"actor"` // id
	At    time.Time `json:"at"`
	Gone  bool      `json:"gone,omitempty"` // the revision deletes the record
}

// EntryQuery asks for lines. What is empty does not limit.
type EntryQuery struct {
	Actor, Kind, ID, Act string
	From, Until          time.Time // from ≤ at < until
	After                string    // Next of the page before
	Limit                int       // 1–100; 0: 50
}

// EntryPage is some lines and where to go on.
type EntryPage struct {
	Entries []Entry
	Next    string // cursor; "" at the end
	Seq     uint64
}

// Entries gives what was done, the newest first. ErrBehind, ErrCursor, ErrQuery.
func (r *Roll) Entries(ctx context.Context, q EntryQuery) (EntryPage, error) {
	limit, err := limited(q.Limit)
	if err != nil {
		return EntryPage{}, err
	}
	named := q
	named.After, named.Limit = "", 0
	of, err := nameOf(named)
	if err != nil {
		return EntryPage{}, err
	}
	text, args, err := q.question(of)
	if err != nil {
		return EntryPage{}, err
	}
	page := EntryPage{Seq: r.Position().Seq}
	err = r.view(ctx, "list entries", func(ctx context.Context, db *sql.DB) error {
		return rows(ctx, db, text+fmt.Sprintf(" LIMIT %d", limit+1), args, func(scan func(...any) error) error {
			e, err := scanEntry(scan)
			page.Entries = append(page.Entries, e)
			return err
		})
	})
	if len(page.Entries) > limit {
		page.Entries = page.Entries[:limit]
		last := page.Entries[limit-1]
		page.Next = cursor{Of: of, At: last.At.UnixMilli(), Seq: int64(last.Seq)}.String()
	}
	return page, err
}

const entryColumns = "p.seq, p.kind, p.id, p.rev, p.act, p.actor, p.at, p.gone"

func (q *EntryQuery) question(of uint32) (string, []any, error) {
	var where clause
	where.and("1")
	for _, w := range []struct{ column, value string }{{"actor", q.Actor}, {"kind", q.Kind}, {"id", q.ID}, {"act", q.Act}} {
		if w.value != "" {
			where.and("p."+w.column+" = ?", w.value)
		}
	}
	if !q.From.IsZero() {
		where.and("p.at >= ?", q.From.UnixMilli())
	}
	if !q.Until.IsZero() {
		where.and("p.at < ?", q.Until.UnixMilli())
	}
	if q.After != "" {
		after, err := parseCursor(q.After, of)
		if err != nil {
			return "", nil, err
		}
		where.and("(p.at, p.seq) < (?, ?)", after.At, after.Seq)
	}
	// What a record is, or who acted, narrows more than when.
	index := "entry_at"
	switch {
	case q.Kind != "" && q.ID != "":
		index = "entry_record"
	case q.Actor != "":
		index = "entry_actor"
	case q.Act != "":
		index = "entry_act"
	case q.Kind != "":
		index = "entry_kind"
	}
	return "SELECT " + entryColumns + " FROM entry p INDEXED BY " + index + " WHERE " + where.text +
		" ORDER BY p.at DESC, p.seq DESC", where.args, nil
}

func scanEntry(scan func(...any) error) (Entry, error) {
	var e Entry
	var at int64
	err := scan(&e.Seq, &e.Kind, &e.ID, &e.Rev, &e.Act, &e.Actor, &at, &e.Gone)
	e.At = time.UnixMilli(at).UTC()
	return e, err
}

// Acts gives what was done to one record, the newest first, below revision
// before (0: from the newest).
func (r *Roll) Acts(ctx context.Context, kind, id string, before uint64, limit int) ([]Entry, error) {
	limit, err := limited(limit)
	if err != nil {
		return nil, err
	}
	if before == 0 || before > 1<<62 {
		before = 1 << 62
	}
	var all []Entry
	err = r.view(ctx, "acts", func(ctx context.Context, db *sql.DB) error {
		return rows(ctx, db, "SELECT "+entryColumns+" FROM entry p WHERE p.kind = ? AND p.id = ? AND p.rev < ? ORDER BY p.rev DESC LIMIT ?",
			[]any{kind, id, before, limit}, func(scan func(...any) error) error {
				e, err := scanEntry(scan)
				all = append(all, e)
				return err
			})
	})
	return all, err
}
