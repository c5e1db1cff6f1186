package roll

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// KindComment is the kind of a comment's record.
const KindComment = "comment"

// MostComments is how many comments of one item are given.
const MostComments = 5000

// Comment is what was said of an item.
type Comment struct {
	ID       string          `json:"id"`
	Item     string          `json:"item"`
	Parent   string          `json:"parent,omitempty"` // id of what it answers
	By       string          `json:"by"`               // id
	At       time.Time       `json:"at"`
	Resolved bool            `json:"resolved,omitempty"`
	Rev      uint64          `json:"rev"`
	Seq      uint64          `json:"seq"`
	State    json.RawMessage `json:"state"` // the record's, whole
}

// Comments gives the comments of an item by threads: each that answers none, in
// order of time, followed by its answers. One whose parent is gone starts a
// thread.
func (r *Roll) Comments(ctx context.Context, item string) ([]Comment, error) {
	var all []Comment
	err := r.view(ctx, "comments", func(ctx context.Context, db *sql.DB) error {
		return rows(ctx, db, `SELECT id, parent, by, at, resolved, rev, seq, json FROM comment
			WHERE item = ? ORDER BY at, id LIMIT ?`, []any{item, MostComments}, func(scan func(...any) error) error {
			c := Comment{Item: item}
			var at int64
			err := scan(&c.ID, &c.Parent, &c.By, &at, &c.Resolved, &c.Rev, &c.Seq, (*[]byte)(&c.State))
			c.At = time.UnixMilli(at).UTC()
			all = append(all, c)
			return err
		})
	})
	return threads(all), err
}

// threads orders comments that are in order of time.
func threads(all []Comment) []Comment {
	known := make(map[string]string, len(all)) // id → parent
	for _, c := range all {
		known[c.ID] = c.Parent
	}
	root := func(id string) string {
		for range len(all) { // a ring of answers ends too
			parent := known[id]
			if _, ok := known[parent]; !ok {
				break
			}
			id = parent
		}
		return id
	}
	began := make(map[string]int, len(all))
	roots := make(map[string]string, len(all))
	for i, c := range all {
		at := root(c.ID)
		roots[c.ID] = at
		if at == c.ID {
			began[at] = i
		}
	}
	slices.SortStableFunc(all, func(a, b Comment) int {
		ra, rb := roots[a.ID], roots[b.ID]
		switch {
		case ra != rb:
			if c := began[ra] - began[rb]; c != 0 {
				return c
			}
			return strings.Compare(ra, rb)
		case a.ID == ra:
			return -1
		case b.ID == rb:
			return 1
		}
		return 0
	})
	return all
}

// remark is what the roll reads of a comment's state.
type remark struct {
	Item     string          `json:"item"`
	Parent   string          `json:"parent"`
	By       string          `json:"by"`
	At       time.Time       `json:"at"`
	Resolved json.RawMessage `json:"resolved"` // true, or who and when
}

func (m remark) resolved() bool {
	switch string(bytes.TrimSpace(m.Resolved)) {
	case "", "null", "false", `""`:
		return false
	}
	return true
}
