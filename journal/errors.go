package journal

import (
	"errors"
	"fmt"
	"strings"
)

// Errors a caller may decide on. Adapters translate their own into these.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict")                   // the record or row has moved on
	ErrErased   = errors.New("erased")                     // its entries stay, its states are gone
	ErrNewer    = errors.New("written by a newer version") // of this program
	ErrOp       = errors.New("operation name used for something else")
	ErrSecret   = errors.New("the store was made with another secret")
	ErrRebuild  = errors.New("position does not fit the store") // a follower must start afresh
	ErrFull     = errors.New("no space left")                   // nothing was written
	ErrLocked   = errors.New("in use by another process")
	ErrClosed   = errors.New("the store is closed")
)

// Conflict is the ErrConflict of a Commit; Current is the revision that stands.
type Conflict struct{ Current Record }

func (c *Conflict) Error() string {
	return fmt.Sprintf("conflict: %s/%s is at revision %d", c.Current.Kind, c.Current.ID, c.Current.Rev)
}

// Is makes errors.Is(err, ErrConflict) true.
func (c *Conflict) Is(target error) bool { return target == ErrConflict }

// Problem is one thing wrong with an input. Message is Chinese and fit to show.
type Problem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Invalid says what is wrong with an input.
type Invalid struct{ Problems []Problem }

// Words are the messages alone, for people who see the fields before them.
func (e *Invalid) Words() string {
	words := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		words[i] = p.Message
	}
	return strings.Join(words, "；")
}

func (e *Invalid) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("；")
		}
		if p.Field != "" {
			b.WriteString(p.Field + "：")
		}
		b.WriteString(p.Message)
	}
	return b.String()
}
