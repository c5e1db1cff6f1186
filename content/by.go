package content

import (
	"context"
	"errors"
	"slices"

	"kepu/account"
)

// By is who asks for an act at the desk, and the operation's unique name. The
// same Op again gives the first result and does nothing more; with another body
// it is journal.ErrOp. "" makes every call an operation of its own.
type By struct {
	account.Actor
	Op string
}

// operatorID is who acts on the command line.
const operatorID = "operator"

// Operator is whoever runs the program: every role in the whole province. The
// rules of review hold for it too.
func Operator() By {
	grants := make([]account.Grant, len(account.Roles))
	for i, role := range account.Roles {
		grants[i] = account.Grant{Role: role}
	}
	return By{Actor: account.Actor{ID: operatorID, Grants: grants}}
}

// People tell what somebody who is not asking may do; journal.ErrNotFound where
// there is nobody of that id who may act.
type People interface {
	Actor(ctx context.Context, id string) (account.Actor, error)
}

// ErrForbidden is what every *Forbidden is.
var ErrForbidden = errors.New("forbidden")

// Forbidden says that the actor may know of the thing but not do this to it.
type Forbidden struct{ Reason string } // Chinese, fit to show

func (e *Forbidden) Error() string { return e.Reason }

// Is makes errors.Is(err, ErrForbidden) true.
func (e *Forbidden) Is(target error) bool { return target == ErrForbidden }

// ErrStep is what every *Untimely is.
var ErrStep = errors.New("not in this state")

// Codes of an Untimely step.
const (
	CodeUnsaved   = "unsaved"   // there is typed text that was not saved
	CodeStale     = "stale"     // the approvals are of another text
	CodeStages    = "stages"    // stages of review are missing, or there is no review under way
	CodeAssigned  = "assigned"  // somebody else has the stage
	CodeSame      = "same"      // the draft is what readers see already
	CodeEnded     = "ended"     // the time it should be shown until has passed
	CodePublished = "published" // what readers saw is withdrawn, not deleted
)

// Untimely says that the state of the thing does not allow the step.
type Untimely struct {
	Code   string // a stable English word
	Reason string // Chinese, fit to show
}

func (e *Untimely) Error() string { return e.Reason }

// Is makes errors.Is(err, ErrStep) true.
func (e *Untimely) Is(target error) bool { return target == ErrStep }

// forbid is a *Forbidden unless the actor holds one of the roles for what
// stands in region.
func (by By) forbid(region, what string, roles ...account.Role) error {
	if by.ID != "" && by.May(region, roles...) {
		return nil
	}
	names := make([]byte, 0, 32)
	for i, role := range roles {
		if i > 0 {
			names = append(names, "或"...)
		}
		names = append(names, role.Name()...)
	}
	return &Forbidden{Reason: what + "要由本地区的" + string(names) + "来做"}
}

// region is where the item stands.
func (it Item) region() string { return it.Placement.Region }

// wrote tells whether somebody wrote on the draft.
func (it Item) wrote(id string) bool { return slices.Contains(it.Writers, id) }
