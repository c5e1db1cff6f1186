package search

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// errTorn says that an index must be made anew.
var errTorn = errors.New("the index is torn")

// opening is how long opening an index may take.
const opening = 60 * time.Second

// open puts the newest whole index to use. What is unfinished or torn is
// removed; what can't be read for a reason outside (rights, a lock, a full
// disk) stays and is an error. errTorn where no index is left.
func (x *Index) open() error {
	all, err := x.generations()
	if err != nil {
		return err
	}
	for i := len(all) - 1; i >= 0; i-- {
		dir := x.path(all[i])
		e, err := openWhole(dir, x)
		if err == nil {
			x.current.Store(e)
			x.say("")
			return x.discard(all[:i])
		}
		if outside(err) {
			return err
		}
		x.log.Warn("search index is made anew", "dir", dir, "why", err)
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove torn index: %w", err)
		}
	}
	return errTorn
}

// discard removes generations that are no longer used.
func (x *Index) discard(old []int) error {
	for _, n := range old {
		if err := os.RemoveAll(x.path(n)); err != nil {
			return fmt.Errorf("remove old index: %w", err)
		}
	}
	return nil
}

// openWhole opens an index after checking every sum in it. Damaged files may
// make the libraries panic, fault or loop: all of that ends here.
func openWhole(dir string, x *Index) (*engine, error) {
	type opened struct {
		e   *engine
		err error
	}
	done := make(chan opened, 1)
	go func() {
		debug.SetPanicOnFault(true)
		defer func() {
			if r := recover(); r != nil {
				done <- opened{nil, fmt.Errorf("%w: panic: %v", errTorn, r)}
			}
		}()
		if err := check(dir); err != nil {
			done <- opened{nil, err}
			return
		}
		e, err := openEngine(dir, x.log, x.mergeable)
		if err != nil {
			done <- opened{nil, err}
			return
		}
		at, err := e.position()
		if err == nil {
			e.saved.Store(at.Seq)
			err = e.probe()
		}
		if err != nil {
			_ = e.close()
			e = nil
		}
		done <- opened{e, err}
	}()
	limit := time.NewTimer(opening)
	defer limit.Stop()
	select {
	case o := <-done:
		return o.e, o.err
	case <-limit.C:
		return nil, fmt.Errorf("%w: opening took over %v", errTorn, opening)
	}
}

// outside tells whether an error has a cause that making the index anew would
// not mend: rights, a lock, a full or failing disk, too many files.
func outside(err error) bool {
	for _, no := range []syscall.Errno{
		syscall.EACCES, syscall.EPERM, syscall.EROFS, syscall.ENOSPC, syscall.EDQUOT,
		syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EIO, syscall.EBUSY,
	} {
		if errors.Is(err, no) {
			return true
		}
	}
	if errors.Is(err, errTorn) || errors.Is(err, errUnfinished) || errors.Is(err, errMapping) {
		return false
	}
	// scorch gives background errors, and bbolt its time-out, as text only.
	text := err.Error()
	return strings.HasSuffix(text, "timeout") ||
		strings.Contains(text, syscall.ENOSPC.Error()) || strings.Contains(text, syscall.EDQUOT.Error())
}
