// Package shelf is what is public, on this node: live items whole, their cards,
// slugs and redirects, gone ones, media permission, topics, series, scenes and
// settings, and their order for each audience. It follows the journal into one
// local file and memory and can be thrown away at any time. Pages, feeds,
// search results and media permission read nothing else.
//
// The package refuses to show anything that is not live now.
package shelf

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

var (
	ErrNotFound = errors.New("not on the shelf")
	ErrCursor   = errors.New("cursor does not fit")
)

// Options of Open.
type Options struct {
	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: discards
}

// Shelf is safe for concurrent use.
type Shelf struct{}

// Open opens or makes the shelf in one file under dir. A file that does not
// open, or is of another format, is replaced by an empty one: the shelf then
// follows from the start. ErrLocked (journal) where another process has it.
func Open(dir string, o Options) (*Shelf, error) { panic("being written") }

// Follow applies the store's entries until ctx ends, rebuilding where the
// position does not fit. Run it once.
func (s *Shelf) Follow(ctx context.Context, store journal.Store) error { panic("being written") }

// Position is up to where the shelf has applied the journal.
func (s *Shelf) Position() journal.Position { panic("being written") }

// Wait returns nil when the shelf shows everything up to seq, or ctx's error.
func (s *Shelf) Wait(ctx context.Context, seq uint64) error { panic("being written") }

// Close ends every use. Views still open stay readable until they are closed.
func (s *Shelf) Close() error { panic("being written") }

// View is one immutable snapshot. Close it soon; it must not be used after.
func (s *Shelf) View() *View { panic("being written") }

// View is one immutable snapshot of the shelf.
type View struct{}

func (v *View) Close()      { panic("being written") }
func (v *View) Seq() uint64 { panic("being written") }

// Version numbers what a rendered page depended on; see Dep. Equal numbers mean
// that nothing of it changed. It is cheap (some tens of nanoseconds).
func (v *View) Version(d Dep) uint64 { panic("being written") }

// Epoch changes with anything at all: equal epochs mean that every Version is
// equal.
func (v *View) Epoch() uint64 { panic("being written") }

// Dep names something a page may depend on: ItemDep(id), OrderDep(partition),
// Topics, SeriesDep(id), SceneDep(id), Scenes, Settings.
type Dep string

// Item gives a live item whole; ErrNotFound.
func (v *View) Item(id string) (*Item, error) { panic("being written") }

// Lookup says what stands, or stood, under a slug.
func (v *View) Lookup(slug string) Found { panic("being written") }

// Found is the answer of Lookup. State is Live, Moved (Slug is the current
// one), Gone, or Unknown.
type Found struct {
	State string
	ID    string
	Kind  string
	Slug  string
	Gone  *content.Gone
	Title string // of a gone item, as last shown
}

// States of Found and of media.
const (
	Live    = "live"
	Moved   = "moved"
	Gone    = "gone"
	Unknown = ""
)

// Item is a live item with its live version.
type Item struct {
	Rev     uint64
	Item    content.Item
	Version content.Version
}

// Card is what lists show of an item; its JSON is that of the public API.
type Card struct {
	ID        string           `json:"id"`
	Kind      string           `json:"kind"`
	Slug      string           `json:"slug"`
	URL       string           `json:"url"` // path, e.g. /article/<slug>
	Title     string           `json:"title"`
	Summary   string           `json:"summary"`
	Cover     *Cover           `json:"cover,omitempty"`
	Form      string           `json:"form,omitempty"`
	Audiences []content.Placed `json:"audiences"`
	Topics    []string         `json:"topics"`
	Region    string           `json:"region,omitempty"`
	Published time.Time        `json:"published_at"`
	Duration  int64            `json:"duration,omitempty"` // ms of a video
	Minutes   int              `json:"minutes,omitempty"`  // reading time of an article
	Why       *Why             `json:"why,omitempty"`
	Origin    *Origin          `json:"origin,omitempty"`
}

// Cover is a card's picture. URL is a path.
type Cover struct {
	URL    string       `json:"url"`
	Width  int          `json:"width"`
	Height int          `json:"height"`
	Alt    string       `json:"alt"`
	Focal  *media.Focal `json:"focal,omitempty"`
}

// Origin lets a caller find its own document again.
type Origin struct {
	Source string `json:"source"`
	ID     string `json:"id"`
}

// Why names the factors of a card's place in a feed. Text is one Chinese
// sentence fit to show.
type Why struct {
	Text    string `json:"text"`
	Pinned  bool   `json:"pinned,omitempty"`
	Weight  int    `json:"weight,omitempty"`
	Scene   string `json:"scene,omitempty"`  // slug
	Region  string `json:"region,omitempty"` // code it was lifted for
	AgeDays int    `json:"-"`
}

// Card gives one live item's card (without Why); ErrNotFound.
func (v *View) Card(id string) (Card, error) { panic("being written") }

// PageQuery asks for one page of a feed. Empty fields do not filter. A topic
// contains its children and a region what its code is a prefix of.
type PageQuery struct {
	Audience content.Audience
	Topic    string
	Region   string
	Kind     string
	Series   string
	Limit    int    // 1–100; 0 means 20
	After    string // opaque cursor; "" is page one
}

// Page is one page of a feed, pins first on page one.
type Page struct {
	Cards  []Card
	Next   string // "" at the end
	Pinned int    // how many of Cards are pins
	Total  int    // items of the partition walked; exact where Kind is empty
	Deps   []Dep
}

// Page gives exactly the next Limit items below the cursor, re-ordered within
// the page for variety. ErrCursor where After is not one of ours or belongs to
// another query; ErrNotFound where topic, series or audience is unknown.
func (v *View) Page(q PageQuery) (Page, error) { panic("being written") }

// Recent gives up to limit live items by time of first publication, newest
// first, starting after the given cursor ("" the newest): for feeds read by
// machines and for the sitemap.
func (v *View) Recent(q PageQuery) (Page, error) { panic("being written") }

// Related gives up to limit cards near an item: its series, then its topics.
func (v *View) Related(id string, limit int) ([]Card, error) { panic("being written") }

// IDs calls fn for every live item's id and revision until fn returns false:
// what a rebuild of the index is filled from.
func (v *View) IDs(fn func(id string, rev uint64) bool) { panic("being written") }

// Count is the number of live items.
func (v *View) Count() int { panic("being written") }

// Topics are the topics of the tree in order, parents before children.
func (v *View) Topics() []content.Topic                    { panic("being written") }
func (v *View) Topic(key string) (content.Topic, error)    { panic("being written") }
func (v *View) Series(slug string) (content.Series, error) { panic("being written") }
func (v *View) AllSeries() []content.Series                { panic("being written") }
func (v *View) Scene(slug string) (content.Scene, error)   { panic("being written") }
func (v *View) Scenes() []content.Scene                    { panic("being written") } // all, by start
func (v *View) Setting(name string, into any) error        { panic("being written") } // ErrNotFound

// Media says whether a live item shows a blob, and what it is.
func (v *View) Media(key media.Key) Medium { panic("being written") }

// Medium is the answer of Media. State is Live, Gone or Unknown.
type Medium struct {
	State string
	Type  string
	Size  int64
}
