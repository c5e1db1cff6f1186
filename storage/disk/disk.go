// Package disk keeps blobs in a folder of the local file system.
//
//	DIR/ab/cd/abcd…   blobs, by the first bytes of their key
//	DIR/trash/abcd…   deleted ones; their file time says since when
//	DIR/upload/…      uploads, and under what key committed ones are kept
//	DIR/temp/…        what is being written
//	DIR/lock          held while a name moves
//
// A blob is written to temp, hashed on the way, flushed, renamed into place and
// its folder flushed, so a blob that can be seen is whole, and one that was
// acknowledged survives a loss of power. Several processes may use one folder.
//
// The package refuses names that are not keys, and it never follows a path out
// of its folder. It needs a file system with atomic rename and flock: a local
// one.
package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"kepu/media"
)

// Names of the folders and of the lock file beside the blobs.
const (
	tempDir   = "temp"
	trashDir  = "trash"
	uploadDir = "upload"
	lockName  = "lock"
)

// stale is the age from which a leftover in temp belongs to nobody.
const stale = 24 * time.Hour

// chunk is how much is read, hashed and written at a time.
const chunk = 256 << 10

// Options are what Open may be told; the zero value will do.
type Options struct {
	Now func() time.Time // time.Now where nil
	Log *slog.Logger     // silent where nil
}

// Blobs is a media.Blobs in a folder. It is safe for concurrent use.
type Blobs struct {
	root *os.Root
	now  func() time.Time
	log  *slog.Logger

	buffers sync.Pool // *[]byte of chunk bytes
	flushed sync.Map  // shard folder → struct{}: known to survive a loss of power
}

var _ media.Blobs = (*Blobs)(nil)

// Open opens dir, making it where it is missing, and clears what writers that
// died more than a day ago left behind.
func Open(dir string, o Options) (*Blobs, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open blobs: %w", full(err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	b := &Blobs{root: root, now: o.Now, log: o.Log}
	if b.now == nil {
		b.now = time.Now
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.buffers.New = func() any { p := make([]byte, chunk); return &p }
	if err := b.prepare(dir); err != nil {
		root.Close()
		return nil, fmt.Errorf("open blobs: %w", full(err))
	}
	return b, nil
}

// Close releases the folder. Blobs that are open stay readable.
func (b *Blobs) Close() error { return b.root.Close() }

func (b *Blobs) prepare(dir string) error {
	for _, d := range []string{tempDir, trashDir, uploadDir} {
		if err := b.root.Mkdir(d, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	f, err := b.root.OpenFile(lockName, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	f.Close()
	if err := b.flush("."); err != nil {
		return err
	}
	if err := flushParent(dir); err != nil {
		return err
	}
	return b.sweepTemp()
}

// sweepTemp removes what dead writers left. A living writer's file is younger:
// every write renews its time.
func (b *Blobs) sweepTemp() error {
	before := b.now().Add(-stale)
	removed := 0
	err := b.each(tempDir, func(name string, fi fs.FileInfo) error {
		if fi.ModTime().After(before) {
			return nil
		}
		if err := b.root.Remove(tempDir + "/" + name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		removed++
		return nil
	})
	if removed > 0 {
		b.log.Info("cleared unfinished blobs", "files", removed)
	}
	return err
}

// each calls fn for every regular file of a folder, reading it in pieces; files
// that vanish meanwhile are left out.
func (b *Blobs) each(dir string, fn func(name string, fi fs.FileInfo) error) error {
	d, err := b.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(256)
		for _, e := range entries {
			fi, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) || err == nil && !fi.Mode().IsRegular() {
				continue
			}
			if err != nil {
				return err
			}
			if err := fn(e.Name(), fi); err != nil {
				return err
			}
		}
		if len(entries) == 0 || err != nil {
			return endOf(err)
		}
	}
}

// flush makes the names in a folder durable.
func (b *Blobs) flush(dir string) error {
	d, err := b.root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func flushParent(dir string) error {
	d, err := os.Open(filepath.Dir(filepath.Clean(dir)))
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder we may use in one we may not read
	}
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// moving holds the lock under which names move between folders, so that another
// process never sees, or undoes, half of a step.
func (b *Blobs) moving(ctx context.Context, fn func() error) error {
	f, err := b.root.OpenFile(lockName, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := lock(ctx, f); err != nil {
		return err
	}
	return fn()
}

// patience is how long a lock is waited for where the context has no deadline:
// far above what a step under it takes.
const patience = 30 * time.Second

// lock takes f's exclusive lock; closing f gives it back, and so does dying.
func lock(ctx context.Context, f *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pause := time.Millisecond
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return fmt.Errorf("lock %s: %w", f.Name(), ctx.Err())
		}
		pause = min(2*pause, 20*time.Millisecond)
	}
}

// full turns the ways a file system says that it has no room into
// media.ErrFull.
func full(err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return fmt.Errorf("%w: %w", media.ErrFull, err)
	}
	return err
}
