package shelf

import (
	"errors"
	"syscall"
)

// isFull tells an exhausted disk, which is waited for, from a damaged file,
// which is rebuilt.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isNoMemory(err error) bool { return errors.Is(err, syscall.ENOMEM) }
