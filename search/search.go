// Package search is the Bleve index over the shelf. It follows the journal
// behind the shelf, can be thrown away at any time, and proposes only: every
// hit, passage and suggestion comes from a live item that the shelf holds now.
// analysis/ holds the Chinese analysis as pure functions.
package search

import (
	"errors"
	"log/slog"
	"time"

	"kepu/shelf"
)

var (
	// ErrQuery: too long, a bad cursor, an unknown filter. It comes wrapped
	// together with a *journal.Invalid that says what, in Chinese.
	ErrQuery      = errors.New("query not understood")
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
	Query  string             `json:"query"`
	Total  int                `json:"total"`
	TookMS float64            `json:"took_ms"`
	Hits   []Hit              `json:"hits"`
	Facets map[string][]Count `json:"facets"` // audience, kind, topic, region, year
	Next   string             `json:"next,omitempty"`
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
