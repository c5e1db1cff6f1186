// Package journal is how anything kept changes.
//
// Everything kept and audited is a record {kind, id, rev, state}. A record
// changes in one way only: a commit, which names the revision it replaces and
// leaves one Entry in an unbroken, chained sequence. The entries are the audit
// trail and the order in which every follower sees the world; they are never
// trimmed. The package knows nothing of articles or media: a state is opaque
// canonical JSON.
//
// The package refuses states over MaxState, keys that are not plain, and
// writing over a state of a newer format.
package journal

import (
	"context"
	"time"
)

// MaxState is the largest state, in bytes of canonical JSON, that any adapter
// accepts. It leaves room below MongoDB's 16 MiB document limit.
const MaxState = 15_000_000

// Hash is the lower-case hexadecimal SHA-256 of some bytes; "" means none.
type Hash string

// Key names a record. Kind is 1–32 of [a-z-]; ID is 1–128 of [A-Za-z0-9._~-].
type Key struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// Record is one revision of something kept. State is nil where the record is
// deleted at that revision.
type Record struct {
	Key
	Rev   uint64
	Seq   uint64 // of the entry that made this revision
	Hash  Hash   // of State; "" where deleted
	State []byte // canonical JSON; not to be modified
}

// Change asks for one new revision of one record.
type Change struct {
	Key
	Rev   uint64    // the revision it replaces, be it a deletion; 0 creates
	State []byte    // a JSON object, made canonical by the store; nil deletes
	Act   string    // what was done, 1–64 of [a-z0-9.-]
	Actor string    // id of who did it, never a name or address; 1–128 bytes
	Op    string    // unique name of this operation, at most 200 bytes; "" lets the store draw one
	At    time.Time // zero means the store's clock
}

// Entry says that an act made a revision; the entry is the commit. Seq counts
// from 1 without a gap, in commit order.
type Entry struct {
	Seq   uint64    `json:"seq"`
	Kind  string    `json:"kind"`
	ID    string    `json:"id"`
	Rev   uint64    `json:"rev"`
	State Hash      `json:"state,omitempty"` // "" where the revision deletes
	Act   string    `json:"act"`
	Actor string    `json:"actor"`
	At    time.Time `json:"at"` // UTC, whole milliseconds
	Op    string    `json:"op"`
	Prev  Hash      `json:"prev,omitempty"` // Hash of the entry before
	Hash  Hash      `json:"hash"`           // see Chain
}

// Key returns the key of the record the entry is about.
func (e Entry) Key() Key { return Key{e.Kind, e.ID} }

// Result is what became of one Change. Err is nil, or wraps one of *Conflict
// (errors.Is ErrConflict), ErrOp, ErrNewer, ErrErased or *Invalid; then nothing
// of that change was kept. A Change{Rev: 0} of a deleted record is a conflict:
// revisions count on, so making it again replaces the deletion. A deletion may
// replace a newer format or another deletion; it may not create.
type Result struct {
	Entry Entry
	Err   error
}

// Part is an immutable state kept for a record, addressed by its hash. Parts
// are written before the commit that first names them.
type Part struct {
	Key
	State []byte // a JSON object, made canonical by the store
}

// PartKey addresses a part.
type PartKey struct {
	Key
	Hash Hash
}

// Position says up to where a follower has applied the entries of which store.
// The zero Position is before everything, on any store.
type Position struct {
	Identity string `json:"identity"`
	Seq      uint64 `json:"seq"`
	Hash     Hash   `json:"hash"` // of the entry at Seq
}

// Store keeps records of every kind. It answers no questions but these.
//
// Every method honours the context's deadline and is safe to call from many
// goroutines. An error that is none of the package's own means that the store
// could not be reached or the outcome is unknown; repeating the call with the
// same Op is then safe. After Close everything is ErrClosed.
type Store interface {
	// Identity is drawn once when the store is made and never changes. A
	// restored copy has another.
	Identity() string
	// Head is the position of the last entry; Seq 0 in an empty store.
	Head(ctx context.Context) (Position, error)
	// Commit applies changes in order and answers only when they are durable.
	// It is a batch, not a transaction: each change stands or falls alone, and
	// results are in the order of the changes. A change whose Op was committed
	// before returns the first result where Key, State, Act and Actor are the
	// same, and ErrOp where they are not.
	Commit(ctx context.Context, changes ...Change) ([]Result, error)
	// Entries gives up to limit entries with Seq > after, in order.
	Entries(ctx context.Context, after uint64, limit int) ([]Entry, error)
	// Wait returns nil when there is an entry with Seq > after, or ctx's error.
	// It may return early without one.
	Wait(ctx context.Context, after uint64) error
	// Get gives the current revision; ErrNotFound where there was never one,
	// ErrErased where it was erased. A deleted record has a nil State.
	Get(ctx context.Context, key Key) (Record, error)
	// GetRev gives an older revision; ErrNotFound, ErrErased as Get.
	GetRev(ctx context.Context, key Key, rev uint64) (Record, error)
	// Gets gives the current revisions, deletions among them, of those keys
	// that have one and are not erased.
	Gets(ctx context.Context, keys ...Key) (map[Key]Record, error)
	// PutParts keeps parts durably and gives their hashes in order. Where one
	// is *Invalid that is the error and none is kept. Keeping one again changes
	// nothing; one of an erased record is let go silently.
	PutParts(ctx context.Context, parts ...Part) ([]Hash, error)
	// Parts gives those parts that are kept.
	Parts(ctx context.Context, keys ...PartKey) (map[PartKey][]byte, error)
	// Scan calls fn with the current revision of every record of the kinds (all
	// kinds where none is named) that is neither deleted nor erased, in order
	// of kind and id, and gives a position: every revision made up to it was
	// given, newer ones may have been. fn's error ends the scan.
	Scan(ctx context.Context, kinds []string, fn func(Record) error) (Position, error)
	// Erase commits a deletion (State must be nil, else *Invalid) and then
	// removes every state and part the record ever had. Its entries stay.
	// Repeating it with the same Op finishes an interrupted one and gives the
	// first result, a *Conflict where the record was made again in between. The
	// Result tells of the deletion as Commit's does; ErrErased where another
	// operation erased it before.
	Erase(ctx context.Context, change Change) (Result, error)
	// Close releases what the store holds and ends every Wait.
	Close() error
}
