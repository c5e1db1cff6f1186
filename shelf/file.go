package shelf

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"kepu/journal"
)

// The file holds one bucket for each kind of record, named by one letter.
const (
	bucketItem  = 'i' // id → revision, item and version whole
	bucketCard  = 'c' // id → card
	bucketMark  = 'm' // id → what the trees are loaded from
	bucketHold  = 'h' // id → slugs and blobs the item takes up
	bucketSlug  = 's' // slug → id
	bucketGone  = 'g' // id → what a 410 page shows
	bucketBlob  = 'b' // blob key → how many live things show it
	bucketAsset = 'a' // blob key → type, size, source of a known blob
	bucketDoc   = 'd' // kind/id → revision and state of topics, series, scenes, settings
	bucketMeta  = '0' // format, position, step
)

const buckets = "icmhsgbad0"

// fileFormat numbers the form of the file. Another one is rebuilt.
const fileFormat = "kepu shelf 2"

const fileName = "shelf.db"

// mapped is how much address space is set aside for the file. bbolt makes
// readers and writers wait for each other when it must map more.
const mapped = 64 << 30

// file is one bbolt file. Every value carries a sum of bucket, key and value,
// since bbolt itself would hand out whatever a damaged page holds.
type file struct {
	db     *bolt.DB
	path   string
	packed bool // being filled in order: its pages are packed tight
}

// openFile opens or makes a file and checks that its pages are there.
// journal.ErrLocked where another process has it; errDamaged where it cannot
// be used.
func openFile(path string) (f *file, err error) {
	for size := mapped; ; size >>= 2 {
		f, err = openMapped(path, size)
		if err == nil || errors.Is(err, journal.ErrLocked) || size < 1<<28 || !errors.Is(err, errNoMap) {
			return f, err
		}
	}
}

var errNoMap = errors.New("cannot map so much")

func openMapped(path string, size int) (_ *file, err error) {
	var db *bolt.DB
	err = guard(func() error {
		db, err = bolt.Open(path, 0o600, &bolt.Options{
			Timeout: 2 * time.Second, InitialMmapSize: size, FreelistType: bolt.FreelistMapType, NoStatistics: true,
		})
		return err
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("open shelf %s: %w", path, journal.ErrLocked)
	case isNoMemory(err):
		return nil, fmt.Errorf("open shelf %s: %w: %w", path, errNoMap, err)
	case errors.Is(err, os.ErrPermission), isFull(err):
		return nil, fmt.Errorf("open shelf %s: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("open shelf %s: %w: %w", path, errDamaged, err)
	}
	f := &file{db: db, path: path}
	if err := guard(f.check); err != nil {
		return nil, errors.Join(fmt.Errorf("open shelf %s: %w", path, err), f.close())
	}
	return f, nil
}

// check refuses a file that is shorter than its pages or of another format, and
// gives an empty one its buckets.
func (f *file) check() error {
	fresh := false
	err := f.db.View(func(tx *bolt.Tx) error {
		info, err := os.Stat(f.path)
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return fmt.Errorf("%w: %d of %d bytes", errDamaged, info.Size(), tx.Size())
		}
		fresh = tx.Bucket([]byte{bucketMeta}) == nil
		return nil
	})
	if err != nil {
		return err
	}
	if fresh {
		return f.db.Update(func(tx *bolt.Tx) error {
			for _, b := range []byte(buckets) {
				if _, err := tx.CreateBucketIfNotExists([]byte{b}); err != nil {
					return err
				}
			}
			return put(tx, bucketMeta, "format", []byte(fileFormat))
		})
	}
	return f.db.View(func(tx *bolt.Tx) error {
		for _, b := range []byte(buckets) {
			if tx.Bucket([]byte{b}) == nil {
				return fmt.Errorf("%w: no bucket %c", errDamaged, b)
			}
		}
		format, err := get(tx, bucketMeta, "format")
		if err == nil && string(format) != fileFormat {
			err = fmt.Errorf("%w: format %q", errDamaged, format)
		}
		return err
	})
}

// close waits for open views.
func (f *file) close() error {
	return guard(f.db.Close)
}

// write carries out changes (nil values delete) and the meta records in one
// durable transaction.
func (f *file) write(layers []*layer, meta map[string][]byte) error {
	return guard(func() error {
		return f.db.Update(func(tx *bolt.Tx) error {
			for _, key := range layerKeys(layers) {
				value, _ := layersGet(layers, key)
				if b := tx.Bucket([]byte{key[0]}); f.packed && b != nil {
					b.FillPercent = 0.95
				}
				if err := put(tx, key[0], key[1:], value); err != nil {
					return err
				}
			}
			for key, value := range meta {
				if err := put(tx, bucketMeta, key, value); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func put(tx *bolt.Tx, bucket byte, key string, value []byte) error {
	b := tx.Bucket([]byte{bucket})
	if b == nil {
		return errDamaged
	}
	if value == nil {
		return b.Delete([]byte(key))
	}
	sealed := make([]byte, 0, len(value)+4)
	sealed = append(sealed, value...)
	return b.Put([]byte(key), binary.LittleEndian.AppendUint32(sealed, checksum(bucket, []byte(key), value)))
}

// get reads a value, nil where there is none. It is valid while tx is open.
func get(tx *bolt.Tx, bucket byte, key string) ([]byte, error) {
	b := tx.Bucket([]byte{bucket})
	if b == nil {
		return nil, errDamaged
	}
	return unseal(bucket, []byte(key), b.Get([]byte(key)))
}

func unseal(bucket byte, key, sealed []byte) ([]byte, error) {
	if sealed == nil {
		return nil, nil
	}
	n := len(sealed) - 4
	if n < 0 || binary.LittleEndian.Uint32(sealed[n:]) != checksum(bucket, key, sealed[:n]) {
		return nil, fmt.Errorf("%w: %c/%x", errDamaged, bucket, key)
	}
	return sealed[:n:n], nil
}

func checksum(bucket byte, key, value []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Update(uint32(bucket), table, key), table, value)
}

// guard turns what a damaged file does to bbolt, a panic or a fault on mapped
// memory, into errDamaged.
func guard(fn func() error) (err error) {
	defer shield(&err)()
	return fn()
}

// shield begins to guard; what it gives is deferred and ends it.
func shield(err *error) func() {
	old := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(old)
		if r := recover(); r != nil {
			*err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}
}

// discard removes the file at path and what a broken-off rebuild left.
func discard(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("discard shelf: %w", err)
	}
	return nil
}

// install puts a finished file in the place of another.
func install(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("install shelf: %w", err)
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fmt.Errorf("install shelf: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("install shelf: %w", err)
	}
	return nil
}

// pause waits d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
