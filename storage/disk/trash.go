package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"kepu/media"
)

// Delete implements media.Blobs.
func (b *Blobs) Delete(ctx context.Context, key media.Key) error {
	if !key.Valid() {
		return nil
	}
	err := b.moving(ctx, func() error {
		// The time comes first: a crash between leaves a blob with a young
		// time, never a trash that looks old enough to be purged.
		now := b.now()
		if err := b.root.Chtimes(path(key), now, now); err != nil {
			return err
		}
		if err := b.root.Rename(path(key), trash(key)); err != nil {
			return err
		}
		if err := b.flush(trashDir); err != nil {
			return err
		}
		return b.flush(string(key[:2]) + "/" + string(key[2:4]))
	})
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("delete blob %s: %w", short(key), full(err))
}

// Purge implements media.Blobs. It also forgets under what key uploads that
// were committed before t are kept.
func (b *Blobs) Purge(ctx context.Context, t time.Time) (removed int, err error) {
	purge := func(dir, name string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return b.moving(ctx, func() error {
			// Looked at again under the lock: it may have been put or deleted
			// anew since it was listed.
			fi, err := b.root.Lstat(dir + "/" + name)
			if errors.Is(err, fs.ErrNotExist) || err == nil && !fi.ModTime().Before(t) {
				return nil
			}
			if err == nil {
				err = b.root.Remove(dir + "/" + name)
			}
			if err == nil && dir == trashDir {
				removed++
			}
			return err
		})
	}
	err = b.each(trashDir, func(name string, fi fs.FileInfo) error {
		if !media.Key(name).Valid() || !fi.ModTime().Before(t) {
			return nil
		}
		return purge(trashDir, name)
	})
	if err == nil {
		err = b.each(uploadDir, func(name string, fi fs.FileInfo) error {
			if !isMark(name) || !fi.ModTime().Before(t) {
				return nil
			}
			return purge(uploadDir, name)
		})
	}
	if removed > 0 {
		if e := b.flush(trashDir); err == nil {
			err = e
		}
	}
	if err != nil {
		return removed, fmt.Errorf("purge blobs: %w", err)
	}
	return removed, nil
}

// Trash implements media.Blobs.
func (b *Blobs) Trash(ctx context.Context, fn func(media.Info) error) error {
	err := b.each(trashDir, func(name string, fi fs.FileInfo) error {
		key := media.Key(name)
		if !key.Valid() {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return fn(info(key, fi))
	})
	if err != nil {
		return fmt.Errorf("list trash: %w", err)
	}
	return nil
}

// Keys implements media.Blobs.
func (b *Blobs) Keys(ctx context.Context, fn func(media.Info) error) error {
	err := b.shards(".", func(outer string) error {
		return b.shards(outer, func(inner string) error {
			dir := outer + "/" + inner
			return b.each(dir, func(name string, fi fs.FileInfo) error {
				key := media.Key(name)
				if !key.Valid() || path(key) != dir+"/"+name {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				return fn(info(key, fi))
			})
		})
	})
	if err != nil {
		return fmt.Errorf("list blobs: %w", err)
	}
	return nil
}

// shards calls fn with the name of every folder in dir that may hold blobs.
func (b *Blobs) shards(dir string, fn func(name string) error) error {
	d, err := b.root.Open(dir)
	if err != nil {
		return err
	}
	names, err := d.Readdirnames(-1)
	d.Close()
	if err != nil {
		return err
	}
	for _, name := range names {
		if len(name) != 2 || !hexLower(name) {
			continue
		}
		if err := fn(name); err != nil {
			return err
		}
	}
	return nil
}

func hexLower(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
