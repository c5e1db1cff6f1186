package journal

import (
	"context"
	"time"
)

// Row is one piece of working state: an autosave, a session, a job, a lease, a
// claim, a counter. Version is drawn anew by each write and never 0 in a row
// that exists.
type Row struct {
	Key     string // 1–512 bytes, no control characters; by convention noun/id/…
	Value   []byte // at most MaxState bytes; JSON by convention, not checked
	Version uint64
	Due     time.Time // when somebody should look at it; zero: never; kept in ms
	Expires time.Time // from when it counts as absent; zero: never; kept in ms
}

// RowResult is what became of one Row of a Put: its new version, or an error
// that wraps ErrConflict (the row changed, exists already, or is gone) or
// *Invalid.
type RowResult struct {
	Version uint64
	Err     error
}

// Slate keeps working state outside the journal: it has no history and nobody
// follows it. Every write compares and sets per row.
type Slate interface {
	// Get gives one row; ErrNotFound where there is none or it expired.
	Get(ctx context.Context, key string) (Row, error)
	// Put writes rows in one durable write, each on its own terms: Version 0
	// creates and fails where an unexpired row is there; otherwise Version must
	// be the current one.
	Put(ctx context.Context, rows ...Row) ([]RowResult, error)
	// Delete removes the row of that version; ErrConflict where it has another,
	// nil where there is none.
	Delete(ctx context.Context, key string, version uint64) error
	// List gives up to limit unexpired rows whose key starts with prefix and
	// follows after, in the order of the keys' bytes; with due not zero only
	// those with a Due not later.
	List(ctx context.Context, prefix, after string, due time.Time, limit int) ([]Row, error)
}
