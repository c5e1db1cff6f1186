// Package diff says how one text became another, so that an editor can read it:
// by characters as readers count them, for Chinese as for anything else, and
// for a body first by blocks. It owns comparing, and is pure: it reads nothing
// and keeps nothing. It refuses to guess what was meant; a moved passage is one
// taken out and one put in, both marked as moved.
//
// The work is bounded: texts that have little in common are compared more
// coarsely, by clauses and at last as wholes, never in the square of their
// length.
package diff

import "kepu/content"

// Op is what became of a piece of text.
type Op string

// Ops. Change is of blocks only.
const (
	Equal  Op = "equal"
	Insert Op = "insert"
	Delete Op = "delete"
	Change Op = "change"
)

// Run is a piece of text that was kept, put in or taken out. Runs in order:
// those that are not Insert are the old text, those that are not Delete the
// new one. A Delete stands before the Insert that takes its place, none is
// empty, no two neighbours have the same Op, and no character is split.
type Run struct {
	Op   Op     `json:"op"`
	Text string `json:"text"`
}

// Field is one text that is not the same on both sides, by its path into the
// version or placement.
type Field struct {
	Field string `json:"field"`
	Runs  []Run  `json:"runs"`
}

// Block is one block of a body. The blocks in order: those that are not Insert
// are the old body, those that are not Delete the new one. A container (list,
// quote, note, steps, table) is the blocks inside it, after one of its own
// where it has words or properties.
type Block struct {
	Op     Op       `json:"op"`
	Type   string   `json:"type"`             // a content.Node's; of the new side where it changed
	In     []string `json:"in,omitempty"`     // types of what it stands in, from the outside
	Text   string   `json:"text,omitempty"`   // where Op is not Change
	Runs   []Run    `json:"runs,omitempty"`   // where Op is Change: its text
	Fields []Field  `json:"fields,omitempty"` // where Op is Change: its properties that changed
	Moved  bool     `json:"moved,omitempty"`  // taken out here and put in, the same, elsewhere
}

// Result is how one version became another: only the fields that changed, and
// all blocks of the body.
type Result struct {
	Fields []Field `json:"fields"`
	Blocks []Block `json:"blocks"`
}

// Same tells that nothing changed.
func (r Result) Same() bool {
	for _, b := range r.Blocks {
		if b.Op != Equal {
			return false
		}
	}
	return len(r.Fields) == 0
}

// Versions compares two versions of an item.
func Versions(from, to content.Version) Result {
	w := newWork()
	r := Result{Fields: []Field{}, Blocks: w.bodies(bodyOf(from), bodyOf(to))}
	if fields := w.fields(versionFields(from), versionFields(to)); fields != nil {
		r.Fields = fields
	}
	return r
}

// Placements compares two placements; none of the fields is nil only where
// nothing changed.
func Placements(from, to content.Placement) []Field {
	return newWork().fields(placementFields(from), placementFields(to))
}

// Text compares two texts.
func Text(from, to string) []Run { return newWork().text(from, to) }

// Bodies compares two bodies.
func Bodies(from, to content.Body) []Block { return newWork().bodies(from, to) }

// Old is the text before, New the text after.
func Old(runs []Run) string { return side(runs, Insert) }

// New is the text after.
func New(runs []Run) string { return side(runs, Delete) }

func side(runs []Run, without Op) string {
	var b []byte
	for _, r := range runs {
		if r.Op != without {
			b = append(b, r.Text...)
		}
	}
	return string(b)
}

func bodyOf(v content.Version) content.Body {
	switch {
	case v.Article != nil:
		return v.Article.Body
	case v.Video != nil:
		return v.Video.Body
	}
	return content.Body{}
}
