package page

import (
	"errors"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/shelf"
)

var (
	ErrNotFound = errors.New("no such page")
	ErrStarting = errors.New("not caught up yet")
	ErrLimited  = errors.New("too many requests from one address")
)

// Bad says what is wrong with a request.
type Bad struct{ Problems []journal.Problem }

func (e *Bad) Error() string { return (&journal.Invalid{Problems: e.Problems}).Error() }

// bad is a Bad with one problem.
func bad(field, message string) error {
	return &Bad{Problems: []journal.Problem{{Field: field, Message: message}}}
}

// Moved says where a page stands now: a path of ours.
type Moved struct{ To string }

func (e *Moved) Error() string { return "moved to " + e.To }

// Gone says that an item was withdrawn. Instead is the item to read now.
type Gone struct {
	Title   string
	Gone    *content.Gone
	Instead *shelf.Card
}

func (e *Gone) Error() string { return "withdrawn" }

// Busy says that there is more to do than we take on at once.
type Busy struct{ After time.Duration }

func (e *Busy) Error() string { return "too busy" }
