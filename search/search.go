// Package search is the Bleve index over the shelf. It follows the journal
// behind the shelf, can be thrown away at any time, and proposes only: every
// hit, passage, suggestion and correction comes from a live item that the shelf
// holds now. analysis/ holds the Chinese analysis as pure functions.
package search

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kepu/journal"
	"kepu/shelf"
)

var (
	ErrQuery      = errors.New("query not understood") // too long, bad cursor …
	ErrRebuilding = errors.New("the index is being built")
	ErrBusy       = errors.New("too many searches at once")
)

// Limits of a query.
const (
	MaxRunes = 128
	MaxWords = 16
	MaxLimit = 50
)

// Options of Open.
type Options struct {
	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: discards
}

// Index is safe for concurrent use.
type Index struct{}

// Open opens the index under dir without waiting for it: an index that is
// missing, torn, of another mapping or does not fit is rebuilt in the
// background by Follow, while an old one that still answers goes on answering.
// The only error is journal.ErrLocked.
func Open(dir string, s *shelf.Shelf, o Options) (*Index, error) { panic("being written") }

// Follow applies the store's entries, each once the shelf shows it, until ctx
// ends. Run it once.
func (x *Index) Follow(ctx context.Context, store journal.Store) error { panic("being written") }

// Rebuild makes a fresh index from the shelf and swaps it in; progress gets
// done and total. It returns when the new one answers.
func (x *Index) Rebuild(ctx context.Context, progress func(done, total int)) error {
	panic("being written")
}

// Position is up to where the index has applied the journal.
func (x *Index) Position() journal.Position { panic("being written") }

// Ready tells whether queries are answered, and in words what it is doing.
func (x *Index) Ready() (ready bool, state string) { panic("being written") }

// Wait returns nil when the index answers with everything up to seq.
func (x *Index) Wait(ctx context.Context, seq uint64) error { panic("being written") }

func (x *Index) Close() error { panic("being written") }

// Query is one search. Filters are as in shelf.PageQuery; From is inclusive,
// To exclusive, both of the first publication.
type Query struct {
	Text     string
	Audience string
	Kind     string
	Topic    string
	Region   string
	From, To time.Time
	Limit    int    // 1–50; 0 means 20
	After    string // opaque cursor
}

// Result of a query. Its JSON is that of the public API.
type Result struct {
	Query     string             `json:"query"`
	Corrected string             `json:"corrected,omitempty"`
	Total     int                `json:"total"`
	TookMS    float64            `json:"took_ms"`
	Hits      []Hit              `json:"hits"`
	Facets    map[string][]Count `json:"facets"` // audience, kind, topic, region, year
	Next      string             `json:"next,omitempty"`
}

// Hit is one found item.
type Hit struct {
	shelf.Card
	Score     float64   `json:"score"`
	Highlight Highlight `json:"highlight"`
}

// Highlight is text as runs, never HTML. No run splits a character.
type Highlight struct {
	Title []Run `json:"title,omitempty"`
	Text  []Run `json:"text"`
}

// Run is a piece of text that matched or did not.
type Run struct {
	Text string `json:"text"`
	Mark bool   `json:"mark"`
}

// Count is one value of a facet.
type Count struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Suggestion completes what is being typed. Kind is title, topic or tag.
type Suggestion struct {
	Text string `json:"text"`
	Kind string `json:"kind"`
}

// Query answers within ctx and its own deadline of 2 s. Errors: ErrQuery,
// ErrRebuilding, ErrBusy.
func (x *Index) Query(ctx context.Context, q Query) (Result, error) { panic("being written") }

// Suggest gives up to limit completions of text, best first.
func (x *Index) Suggest(ctx context.Context, text string, limit int) ([]Suggestion, error) {
	panic("being written")
}
