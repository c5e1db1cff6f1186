package account

import (
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// Errors a caller decides on, beside those of package journal.
var (
	// ErrCredentials is every reason why somebody is not let in: no such name,
	// a wrong password, a disabled person, a session or token that ended. Which
	// it was is not told.
	ErrCredentials = errors.New("not let in")
	// ErrSecondFactor says that the password is right and a code is needed, or
	// that the code given is not (or no longer) right.
	ErrSecondFactor = errors.New("a second factor is needed")
	// ErrDenied says that the actor may not do this.
	ErrDenied = errors.New("not allowed")
)

// Wait says that there were too many guesses. Nothing was tried; after that
// long it may be.
type Wait struct{ After time.Duration }

func (w *Wait) Error() string { return fmt.Sprintf("too many guesses: wait %s", w.After) }

// invalid is one *journal.Invalid.
func invalid(field, format string, args ...any) error {
	return &journal.Invalid{Problems: []journal.Problem{{Field: field, Message: fmt.Sprintf(format, args...)}}}
}
