package content

import (
	"time"

	"kepu/content/words"
	"kepu/journal"
)

// Desk is the only writer of items, topics, series, scenes and settings. Every
// call takes who asks; the rules live here once. Errors a caller may decide on:
// *journal.Invalid; journal.ErrConflict (a *journal.Conflict with what stands);
// journal.ErrNotFound, also for what the actor may not know of; *Forbidden;
// *Untimely; journal.ErrOp, journal.ErrErased, journal.ErrNewer. Any other is of
// the store, and the call may then be repeated.
//
// A rev names the revision the actor saw. An act on an older one is done over
// the one that stands if nothing the act depends on moved in between (the text
// for a save, the placement for placing, text and review for a step), and is a
// conflict otherwise.
type Desk struct {
	Store  journal.Store
	Slate  journal.Slate
	People People           // asked about whom a stage is given to, and whose word alone a schedule rests on
	Now    func() time.Time // nil: time.Now

	// Outside is the operator's checker of words, asked by the gate; nil: none.
	Outside *words.Outside

	book book // of the gate
}

// now is the time of what is being written.
func (d *Desk) now() time.Time {
	if d.Now == nil {
		return journal.Milli(time.Now())
	}
	return journal.Milli(d.Now())
}

// Stamp is what a write gave: the revision that stands, and the seq of the
// entry that made it. A write that would change nothing gives the stamp of what
// stood already.
type Stamp struct {
	Rev uint64
	Seq uint64
}

// Advice is one remark of the gate. A blocking one stops publication.
type Advice struct {
	Code     string `json:"code"`            // title, audience, body, alt, captions, source, reviewer, plain …
	Field    string `json:"field"`           // path into the version or placement
	Block    []int  `json:"block,omitempty"` // within a body: as an Anchor's
	Quote    string `json:"quote,omitempty"` // the passage it is about
	Message  string `json:"message"`         // Chinese
	Blocking bool   `json:"blocking,omitempty"`
}

// Submission is one item as an import brings it, its pictures resolved.
type Submission struct {
	Source    string // name of the importing source
	SourceID  string // the source's own id
	Kind      string
	Slug      string   // wished; "" takes one from the title
	Former    []string // addresses it had: they lead to it where no other item has them
	Gone      *Gone    // it was withdrawn where it comes from: it stays a draft, and its address is gone here too
	Version   Version
	Placement Placement
	Published time.Time // zero: when it is committed
}

// ImportOptions are the operator's choices.
type ImportOptions struct {
	Publish   bool
	Overwrite bool // write a draft over what was edited since; never over Live
	DryRun    bool // say what would happen, write nothing
}

// Outcome of one submission.
const (
	Created   = "created"   // a new draft
	Published = "published" // live, newly or in a new revision
	Changed   = "changed"   // a new revision of a draft
	Unchanged = "unchanged" // nothing was written
	Blocked   = "blocked"   // published was asked, the gate blocked: kept as a draft
	Edited    = "edited"    // edited at the desk since the last import: skipped
	Refused   = "refused"   // not valid: nothing was written
)

// Imported is what became of one submission.
type Imported struct {
	ItemID  string
	Slug    string
	Outcome string
	Advice  []Advice // what the gate said
	Taken   []string // of the former addresses, what other items have
	Err     error    // *journal.Invalid where Refused
	Seq     uint64
}
