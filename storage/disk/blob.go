package disk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"kepu/media"
)

// Blob is an open blob and a media.Filer.
type Blob struct {
	*file
	info media.Info
}

type file = os.File

var _ media.Filer = (*Blob)(nil)

// Info describes the blob.
func (b *Blob) Info() media.Info { return b.info }

// File gives the file itself, see media.Filer.
func (b *Blob) File() *os.File { return b.file }

// Put implements media.Blobs. It always writes: what lies under the key is
// replaced by bytes just checked, so putting a blob again mends one that the
// disk has damaged.
func (b *Blobs) Put(ctx context.Context, key media.Key, size int64, r io.Reader) error {
	if err := b.put(ctx, key, size, r); err != nil {
		return fmt.Errorf("put blob %s: %w", short(key), full(err))
	}
	return nil
}

func (b *Blobs) put(ctx context.Context, key media.Key, size int64, r io.Reader) (err error) {
	if !key.Valid() {
		return fmt.Errorf("%w: not a key", media.ErrSum)
	}
	f, err := b.temp()
	if err != nil {
		return err
	}
	name := tempDir + "/" + f.Name()
	defer func() {
		f.Close()
		if err != nil {
			b.root.Remove(name)
		}
	}()
	sum, n, err := b.write(ctx, f.File, size, r)
	if err != nil {
		return err
	}
	if size >= 0 && n != size {
		return fmt.Errorf("%w: %d bytes instead of %d", media.ErrSum, n, size)
	}
	if sum != key {
		return media.ErrSum
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return b.place(ctx, name, key)
}

// tempFile is a file in temp whose Name is its own, without folders.
type tempFile struct {
	*os.File
	name string
}

func (t tempFile) Name() string { return t.name }

func (b *Blobs) temp() (tempFile, error) {
	name := random()
	f, err := b.root.OpenFile(tempDir+"/"+name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	return tempFile{f, name}, err
}

// random draws 128 bits, in hexadecimal.
func random() string {
	var raw [16]byte
	rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}

// write copies r to f and hashes it. It stops at the first byte beyond size.
func (b *Blobs) write(ctx context.Context, f *os.File, size int64, r io.Reader) (media.Key, int64, error) {
	if size >= 0 {
		r = io.LimitReader(r, size+1)
	}
	p := b.buffers.Get().(*[]byte)
	defer b.buffers.Put(p)
	sum, err := media.Sum(ctx, io.TeeReader(r, f), *p)
	if err != nil {
		return "", 0, err
	}
	n, err := f.Seek(0, io.SeekCurrent)
	return sum, n, err
}

// place renames a whole, flushed file to the blob's name and takes the key out
// of the trash, all of it durably.
func (b *Blobs) place(ctx context.Context, from string, key media.Key) error {
	dir, err := b.shard(key)
	if err != nil {
		return err
	}
	err = b.moving(ctx, func() error {
		if err := b.root.Rename(from, path(key)); err != nil {
			return err
		}
		return b.untrash(dir, key)
	})
	if err != nil {
		return err
	}
	return b.flush(dir)
}

// untrash removes a key from the trash, but not before its new name in dir is
// durable: until then the trash holds the blob.
func (b *Blobs) untrash(dir string, key media.Key) error {
	if _, err := b.root.Lstat(trash(key)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := b.flush(dir); err != nil {
		return err
	}
	err := b.root.Remove(trash(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// shard makes the folder of a key, durably. Another process may have made it
// and died before flushing, so what this one has not flushed itself it flushes.
func (b *Blobs) shard(key media.Key) (string, error) {
	outer := string(key[:2])
	inner := outer + "/" + string(key[2:4])
	for _, step := range [][2]string{{outer, "."}, {inner, outer}} {
		if _, ok := b.flushed.Load(step[0]); ok {
			continue
		}
		if err := b.root.Mkdir(step[0], 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		if err := b.flush(step[1]); err != nil {
			return "", err
		}
		b.flushed.Store(step[0], struct{}{})
	}
	return inner, nil
}

// Open implements media.Blobs; the Blob is a *Blob.
func (b *Blobs) Open(ctx context.Context, key media.Key) (media.Blob, error) {
	if !key.Valid() {
		return nil, fmt.Errorf("open blob: %w", media.ErrNotFound)
	}
	// The third try is for a key taken out of the trash between the first two.
	for _, name := range []string{path(key), trash(key), path(key)} {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("open blob %s: %w", short(key), err)
		}
		f, err := b.root.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open blob %s: %w", short(key), err)
		}
		fi, err := f.Stat()
		if err == nil && !fi.Mode().IsRegular() {
			err = media.ErrNotFound
		}
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("open blob %s: %w", short(key), err)
		}
		return &Blob{f, info(key, fi)}, nil
	}
	return nil, fmt.Errorf("open blob %s: %w", short(key), media.ErrNotFound)
}

// Stat implements media.Blobs.
func (b *Blobs) Stat(ctx context.Context, key media.Key) (media.Info, error) {
	err := ctx.Err()
	var fi fs.FileInfo
	if err == nil && key.Valid() {
		fi, err = b.root.Lstat(path(key))
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && (fi == nil || !fi.Mode().IsRegular()) {
		err = media.ErrNotFound
	}
	if err != nil {
		return media.Info{}, fmt.Errorf("stat blob %s: %w", short(key), err)
	}
	return info(key, fi), nil
}

func info(key media.Key, fi fs.FileInfo) media.Info {
	return media.Info{Key: key, Size: fi.Size(), ModTime: fi.ModTime().UTC()}
}

func path(key media.Key) string {
	return string(key[:2]) + "/" + string(key[2:4]) + "/" + string(key)
}

func trash(key media.Key) string { return trashDir + "/" + string(key) }

// short is enough of a key for a log line, whatever it holds.
func short(key media.Key) string { return fmt.Sprintf("%.12q", string(key)) }

// endOf hides the end of a folder.
func endOf(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
