package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"kepu/media"
)

// syncEvery bounds what is written between two flushes, so that the last one
// does not take minutes.
const syncEvery = 16 << 20

// markEnd ends the name of the file that says under what key an upload is kept.
const markEnd = ".key"

// Begin implements media.Blobs.
func (b *Blobs) Begin(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("begin upload: %w", err)
	}
	id := random()
	f, err := b.root.OpenFile(uploadDir+"/"+id, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		now := b.now()
		err = b.root.Chtimes(uploadDir+"/"+id, now, now)
	}
	if err == nil {
		err = b.flush(uploadDir)
	}
	if err != nil {
		b.root.Remove(uploadDir + "/" + id)
		return "", fmt.Errorf("begin upload: %w", full(err))
	}
	return id, nil
}

// Append implements media.Blobs. Appends to one upload wait for each other as
// long as ctx allows. After a crash the length may be more than was last
// acknowledged, never less, and the bytes are those that were sent.
func (b *Blobs) Append(ctx context.Context, upload string, offset int64, r io.Reader) (int64, error) {
	f, err := b.upload(ctx, upload)
	if err != nil {
		return 0, fmt.Errorf("append to upload: %w", err)
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, fmt.Errorf("append to upload %s: %w", upload, err)
	}
	if offset != size {
		return size, fmt.Errorf("append to upload %s at %d of %d: %w", upload, offset, size, media.ErrOffset)
	}
	n, err := b.grow(ctx, f, size, r)
	if n > size {
		now := b.now()
		if e := b.root.Chtimes(uploadDir+"/"+upload, now, now); err == nil {
			err = e
		}
	}
	if err != nil {
		return n, fmt.Errorf("append to upload %s: %w", upload, full(err))
	}
	return n, nil
}

// grow copies r to the end of f, which is at size, and gives the length that is
// flushed.
func (b *Blobs) grow(ctx context.Context, f *os.File, size int64, r io.Reader) (int64, error) {
	p := b.buffers.Get().(*[]byte)
	defer b.buffers.Put(p)
	length, durable := size, size
	var failed error
	for failed == nil {
		if failed = ctx.Err(); failed != nil {
			break
		}
		k, err := r.Read(*p)
		n, werr := f.Write((*p)[:k])
		length += int64(n)
		failed = err
		if werr != nil {
			failed = werr
		}
		if length-durable >= syncEvery && failed == nil {
			if err := f.Sync(); err != nil {
				return durable, b.cut(f, durable, err)
			}
			durable = length
		}
	}
	if length > durable {
		if err := f.Sync(); err != nil {
			return durable, b.cut(f, durable, err)
		}
	}
	return length, endOf(failed)
}

// cut takes back what could not be flushed: after a failed flush nobody knows
// what of it the disk holds.
func (b *Blobs) cut(f *os.File, length int64, cause error) error {
	return errors.Join(cause, f.Truncate(length))
}

// Commit implements media.Blobs. It reads the upload once to name it.
func (b *Blobs) Commit(ctx context.Context, upload string) (media.Info, error) {
	in, err := b.commit(ctx, upload)
	if err != nil {
		return media.Info{}, fmt.Errorf("commit upload %.32q: %w", upload, full(err))
	}
	return in, nil
}

func (b *Blobs) commit(ctx context.Context, upload string) (media.Info, error) {
	f, err := b.upload(ctx, upload)
	if errors.Is(err, media.ErrNotFound) {
		return b.committed(ctx, upload)
	}
	if err != nil {
		return media.Info{}, err
	}
	defer f.Close()
	key, err := b.hash(ctx, f)
	if err != nil {
		return media.Info{}, err
	}
	if err := f.Sync(); err != nil {
		return media.Info{}, err
	}
	// The mark is durable before the upload leaves, so whoever never heard the
	// answer can ask again.
	if err := b.mark(upload, key); err != nil {
		return media.Info{}, err
	}
	if err := b.place(ctx, uploadDir+"/"+upload, key); err != nil {
		return media.Info{}, err
	}
	return b.Stat(ctx, key)
}

// committed finds the blob of an upload that was committed before.
func (b *Blobs) committed(ctx context.Context, upload string) (media.Info, error) {
	if !isUpload(upload) {
		return media.Info{}, media.ErrNotFound
	}
	raw, err := b.root.ReadFile(uploadDir + "/" + upload + markEnd)
	if errors.Is(err, fs.ErrNotExist) {
		return media.Info{}, media.ErrNotFound
	}
	if err != nil {
		return media.Info{}, err
	}
	return b.Stat(ctx, media.Key(raw))
}

func (b *Blobs) mark(upload string, key media.Key) error {
	f, err := b.temp()
	if err != nil {
		return err
	}
	defer f.Close()
	name := tempDir + "/" + f.Name()
	_, err = f.WriteString(string(key))
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		now := b.now()
		err = b.root.Chtimes(name, now, now)
	}
	if err == nil {
		err = b.root.Rename(name, uploadDir+"/"+upload+markEnd)
	}
	if err != nil {
		b.root.Remove(name)
		return err
	}
	return b.flush(uploadDir)
}

func (b *Blobs) hash(ctx context.Context, f *os.File) (media.Key, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	p := b.buffers.Get().(*[]byte)
	defer b.buffers.Put(p)
	return media.Sum(ctx, f, *p)
}

// Abort implements media.Blobs.
func (b *Blobs) Abort(ctx context.Context, upload string) error {
	f, err := b.upload(ctx, upload)
	if errors.Is(err, media.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("abort upload: %w", err)
	}
	defer f.Close()
	for _, name := range []string{upload, upload + markEnd} {
		if err := b.root.Remove(uploadDir + "/" + name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("abort upload %s: %w", upload, err)
		}
	}
	return nil
}

// Uploads implements media.Blobs.
func (b *Blobs) Uploads(ctx context.Context, fn func(upload string, length int64, last time.Time) error) error {
	err := b.each(uploadDir, func(name string, fi fs.FileInfo) error {
		if !isUpload(name) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return fn(name, fi.Size(), fi.ModTime().UTC())
	})
	if err != nil {
		return fmt.Errorf("list uploads: %w", err)
	}
	return nil
}

// upload opens an upload and holds its lock until the file is closed.
func (b *Blobs) upload(ctx context.Context, id string) (*os.File, error) {
	if !isUpload(id) {
		return nil, media.ErrNotFound
	}
	f, err := b.root.OpenFile(uploadDir+"/"+id, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, media.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if err := lock(ctx, f); err != nil {
		f.Close()
		return nil, err
	}
	// While we waited it may have been committed or aborted.
	here, err := f.Stat()
	if err == nil {
		var there fs.FileInfo
		there, err = b.root.Lstat(uploadDir + "/" + id)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(here, there) {
			err = media.ErrNotFound
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func isUpload(name string) bool { return len(name) == 32 && hexLower(name) }

func isMark(name string) bool {
	id, ok := strings.CutSuffix(name, markEnd)
	return ok && isUpload(id)
}
