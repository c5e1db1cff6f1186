package account

import (
	"sync"
	"time"

	"kepu/journal"
)

// Accounts is the only writer of users and tokens, and the only judge of who is
// let in. It is safe for many goroutines and must not be copied.
type Accounts struct {
	Store   journal.Store
	Slate   journal.Slate
	Secret  journal.Secret
	Profile Profile          // rules for passwords; "" is ASVS
	Cost    Cost             // of a password's hash; zero is OWASP's: CostMemory, CostTime, CostThreads
	Outside *Provider        // who else may vouch for people; nil: nobody
	Now     func() time.Time // nil: time.Now

	start sync.Once
	slots chan struct{} // one for each hash that may be computed at a time
	dummy hidden        // what a password is compared with where there is none
}

// OperatorID stands in the journal where the operator acted on the command line.
const OperatorID = "operator"

// Operator is whoever holds the machine: an administrator of the whole province.
func Operator() Actor {
	return Actor{ID: OperatorID, Grants: []Grant{{Role: Admin}}}
}

// now is the time of what is being written.
func (a *Accounts) now() time.Time {
	if a.Now == nil {
		return journal.Milli(time.Now())
	}
	return journal.Milli(a.Now())
}
