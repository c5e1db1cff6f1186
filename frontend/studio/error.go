package studio

import (
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// What is wrong with a call before anybody looks at what it wants.
var (
	ErrSignedOut  = errors.New("nobody is signed in")
	ErrForbidden  = errors.New("not for this role")
	ErrMustChange = errors.New("the password must be changed first")
	ErrReadOnly   = errors.New("a token that only reads")
	ErrCrossSite  = errors.New("sent by another site")
	ErrMedia      = errors.New("body of another media type")
	ErrMatch      = errors.New("If-Match is missing")
	ErrOnce       = errors.New("Idempotency-Key used for something else")
	ErrUnderWay   = errors.New("the same call is under way")
	ErrTooLarge   = errors.New("body too large")
	ErrNotYet     = errors.New("this node does not show it yet")
)

// Bad says what is wrong with the form of a body or header.
type Bad struct{ Problems []journal.Problem }

func (e *Bad) Error() string { return (&journal.Invalid{Problems: e.Problems}).Error() }

func bad(field, message string) error {
	return &Bad{[]journal.Problem{{Field: field, Message: message}}}
}

func invalid(field, format string, args ...any) error {
	return &journal.Invalid{Problems: []journal.Problem{{Field: field, Message: fmt.Sprintf(format, args...)}}}
}

// Limited says that one person, or one address, asked too often.
type Limited struct{ After time.Duration }

func (e *Limited) Error() string { return "too many calls" }
