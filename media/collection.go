package media

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"kepu/journal"
)

// Acts of a Collection in the journal.
const (
	ActAdd    = "asset-add"
	ActStored = "asset-stored"
)

// Collection takes in media: it checks and cleans a file, keeps its bytes and
// records the asset. It is safe for concurrent use, also by several processes
// over one store, and must not be copied.
type Collection struct {
	Blobs Blobs
	Store journal.Store
	Now   func() time.Time // time.Now where nil
	Temp  string           // folder for what is being checked; the system's where ""

	one  sync.Once
	gate chan struct{} // held while pictures are decoded, see check
}

// attempts bounds how often Add begins again because another Add of the same
// bytes got in between; each time that one has made progress.
const attempts = 16

// Add takes in one file. The reader is read to its end or to the limit of its
// kind, whichever comes first. name is for people: it is cleaned and never
// trusted.
//
// What is kept are the cleaned bytes – without places, devices, names, comments
// – so the key, and with it the asset, depends on what the file shows only. The
// asset is recorded as storing, then the bytes are put, then it is recorded as
// stored; a crash between leaves nothing that another Add of the file does not
// complete. Bytes that are a stored asset give that asset, with the name it was
// first added under, and no commit.
//
// A file that is not accepted is a *journal.Invalid of field "file" in Chinese.
// Other errors: ErrFull, journal.ErrErased where the asset was erased,
// journal.ErrNewer, those of r, of the store and of the context.
func (c *Collection) Add(ctx context.Context, actor, name string, r io.Reader) (Asset, error) {
	a, err := c.add(ctx, actor, name, r)
	if err != nil {
		return Asset{}, fmt.Errorf("add media: %w", err)
	}
	return a, nil
}

func (c *Collection) add(ctx context.Context, actor, name string, r io.Reader) (Asset, error) {
	br := bufio.NewReaderSize(&reader{ctx, r}, 64<<10)
	head, err := br.Peek(headSize)
	if err != nil && err != io.EOF {
		return Asset{}, err
	}
	typ, err := sniff(head)
	if err != nil {
		return Asset{}, err
	}
	f, size, err := c.spool(br, typ)
	if err != nil {
		return Asset{}, err
	}
	defer f.Close()
	src := source{f, size}
	found, p, err := c.check(ctx, typ, src)
	if err != nil {
		return Asset{}, err
	}
	key, err := Sum(ctx, p.reader(src), make([]byte, 256<<10))
	if err != nil {
		return Asset{}, fmt.Errorf("hash: %w", err)
	}
	return c.record(ctx, actor, Asset{
		V: Format, ID: IDOf(key), Key: key,
		Kind: found.kind, Type: found.typ, Name: cleanName(name, found.typ), Size: p.size(),
		Width: found.width, Height: found.height, Duration: found.duration,
		State: Storing,
	}, func() io.Reader { return p.reader(src) })
}

// Get gives the asset of that id: journal.ErrNotFound where there is none or it
// was deleted, journal.ErrErased, journal.ErrNewer.
func (c *Collection) Get(ctx context.Context, id string) (Asset, error) {
	rec, err := c.Store.Get(ctx, journal.Key{Kind: KindAsset, ID: id})
	if err == nil && rec.State == nil {
		err = journal.ErrNotFound
	}
	if err != nil {
		return Asset{}, fmt.Errorf("get asset: %w", err)
	}
	return Decode(rec.State)
}

// Decode reads the state of an asset. An older format loads; a newer one is
// journal.ErrNewer.
func Decode(state []byte) (Asset, error) {
	var a Asset
	if err := json.Unmarshal(state, &a); err != nil {
		return a, fmt.Errorf("decode asset: %w", err)
	}
	if a.V > Format {
		return Asset{}, fmt.Errorf("decode asset of format %d: %w", a.V, journal.ErrNewer)
	}
	return a, nil
}

// record brings the asset into the journal and its bytes into the blobs. It
// looks where things stand and does what is missing, until nothing is.
func (c *Collection) record(ctx context.Context, actor string, a Asset, open func() io.Reader) (Asset, error) {
	key := journal.Key{Kind: KindAsset, ID: a.ID}
	for range attempts {
		rec, err := c.Store.Get(ctx, key)
		if err != nil && !errors.Is(err, journal.ErrNotFound) {
			return Asset{}, err
		}
		if rec.State == nil {
			err := c.commit(ctx, journal.Change{Key: key, Rev: rec.Rev, Act: ActAdd, Actor: actor}, a)
			if err != nil && !errors.Is(err, journal.ErrConflict) {
				return Asset{}, err
			}
			continue
		}
		have, err := Decode(rec.State)
		if err != nil {
			return Asset{}, err
		}
		if err := c.keep(ctx, have, open); err != nil {
			return Asset{}, err
		}
		if have.State == Stored {
			return have, nil
		}
		have.State = Stored
		err = c.commit(ctx, journal.Change{Key: key, Rev: rec.Rev, Act: ActStored, Actor: actor}, have)
		if err == nil {
			return have, nil
		}
		if !errors.Is(err, journal.ErrConflict) {
			return Asset{}, err
		}
	}
	return Asset{}, fmt.Errorf("asset %s keeps changing: %w", a.ID, journal.ErrConflict)
}

func (c *Collection) commit(ctx context.Context, ch journal.Change, a Asset) error {
	state, err := json.Marshal(a)
	if err != nil {
		return err
	}
	ch.State = state
	_, err = c.write(ctx, ch)
	return err
}

// keep makes sure that the bytes of an asset are there. Of a stored one it
// believes its own eyes, not the record.
func (c *Collection) keep(ctx context.Context, a Asset, open func() io.Reader) error {
	if a.State == Stored {
		in, err := c.Blobs.Stat(ctx, a.Key)
		if err == nil && in.Size == a.Size {
			return nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	if err := c.Blobs.Put(ctx, a.Key, a.Size, open()); err != nil {
		return err
	}
	in, err := c.Blobs.Stat(ctx, a.Key)
	if err == nil && in.Size != a.Size {
		err = fmt.Errorf("%w: %d bytes kept of %d", ErrSum, in.Size, a.Size)
	}
	return err
}

// check runs the checks of a file, those of pictures one after the other: each
// may need a few hundred megabytes for a second.
func (c *Collection) check(ctx context.Context, typ string, src source) (facts, pieces, error) {
	c.one.Do(func() { c.gate = make(chan struct{}, 1) })
	switch typ {
	case typeJPEG, typePNG, typeGIF, typeWebP:
		select {
		case c.gate <- struct{}{}:
			defer func() { <-c.gate }()
		case <-ctx.Done():
			return facts{}, nil, ctx.Err()
		}
	}
	return check(typ, src)
}

// spool copies r to a file without a name, which vanishes with the process:
// a crash before its name is taken away leaves an empty file, never bytes.
func (c *Collection) spool(r io.Reader, typ string) (*os.File, int64, error) {
	f, err := os.CreateTemp(c.Temp, "kepu-media-*")
	if err != nil {
		return nil, 0, fmt.Errorf("spool: %w", noRoom(err))
	}
	if err := os.Remove(f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.Close()
		return nil, 0, fmt.Errorf("spool: %w", err)
	}
	most, _ := limit(typ)
	n, err := io.Copy(f, io.LimitReader(r, most+1))
	if err == nil && n > most {
		err = tooLarge(typ)
	}
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("spool: %w", noRoom(err))
	}
	return f, n, nil
}

// noRoom turns a full disk into ErrFull.
func noRoom(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// reader reads until the context is over.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
