package sqlite

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"kepu/journal"
)

var (
	// ErrDamaged says that SQLite found the file's structure broken, or that
	// something is missing in it.
	ErrDamaged = errors.New("the store file is damaged")
	// ErrForeign says that the file belongs to another program.
	ErrForeign = errors.New("not a store of this program")
)

// fault wraps err with the act; nil stays nil.
func (s *Store) fault(err error, act string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(act+": %w", append(args, translate(err))...)
}

// translate turns the driver's errors into the journal's where a caller may
// decide on them.
func translate(err error) error {
	var e *sqlite.Error
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return both(journal.ErrFull, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case !errors.As(err, &e):
		return err
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL:
		return both(journal.ErrFull, err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return both(journal.ErrLocked, err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return both(ErrDamaged, err)
	case lib.SQLITE_IOERR:
		// The room for the shared index of the WAL is asked for separately.
		if e.Code() == lib.SQLITE_IOERR_SHMSIZE {
			return both(journal.ErrFull, err)
		}
	}
	return err
}

func both(known, cause error) error { return fmt.Errorf("%w (%w)", known, cause) }

func busy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == lib.SQLITE_BUSY
}

// toHash and fromHash turn the file's 32 bytes into the journal's text and
// back; NULL is "".
func toHash(b []byte) journal.Hash { return journal.Hash(hex.EncodeToString(b)) }

func fromHash(h journal.Hash) []byte {
	if h == "" {
		return nil
	}
	b, err := hex.DecodeString(string(h))
	if err != nil || len(b) != 32 {
		return []byte{} // fits no row
	}
	return b
}

// settled reports that SQLite had already undone the transaction by itself, as
// it does for a full disk.
func settled(err error) bool {
	return strings.Contains(err.Error(), "no transaction is active")
}
