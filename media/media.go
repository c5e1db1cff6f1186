// Package media owns pictures, sound and video: the bytes (Blobs), and what is
// known of them (Asset). Bytes are immutable and named by their SHA-256. The
// package refuses what it cannot recognise by content and what is too large to
// decode; it never trusts a name or a declared type.
package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"

	"kepu/journal"
)

// Key is the lower-case hexadecimal SHA-256 of a blob's bytes.
type Key string

// Valid says whether k has the form of a key.
func (k Key) Valid() bool {
	if len(k) != 64 {
		return false
	}
	for i := range len(k) {
		if c := k[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Sum reads r to its end and gives the key of its bytes. It reads by buf, which
// must not be empty, and stops with ctx.
func Sum(ctx context.Context, r io.Reader, buf []byte) (Key, error) {
	h := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := r.Read(buf)
		h.Write(buf[:n])
		if err == io.EOF {
			return Key(hex.EncodeToString(h.Sum(nil))), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// Info describes a stored blob.
type Info struct {
	Key     Key
	Size    int64
	ModTime time.Time
}

// Blob is an open blob, at its start. It stays readable when the blob is deleted
// or replaced meanwhile. It may also be a Filer.
type Blob interface {
	io.ReadSeekCloser
	Info() Info
}

// Filer is a Blob that is a file of the operating system, as on local disk.
// File gives that very file, so that a server can hand it to sendfile, which
// wants an *os.File and nothing around it: Seek to the first byte wanted, give
// the file away (a limit around it for the end of a range) and close it once,
// by either name. The two share one offset.
type Filer interface {
	Blob
	File() *os.File
}

// Blobs keeps immutable bytes. Errors: ErrNotFound, ErrSum, ErrOffset, ErrFull,
// each perhaps wrapped; the error of a reader and the context's come back
// wrapped too. A key that has not the form of one is ErrSum in Put and is
// absent everywhere else. Safe for concurrent use, also by several processes.
type Blobs interface {
	// Put stores size bytes (−1: unknown) of r under key, durably. It never
	// skips: it writes, or takes the key out of the trash. ErrSum where the
	// bytes are not those the key names, or not size many. On any error nothing
	// new is kept.
	Put(ctx context.Context, key Key, size int64, r io.Reader) error
	// Open opens a blob, falling back to the trash.
	Open(ctx context.Context, key Key) (Blob, error)
	// Stat describes a blob that is not in the trash.
	Stat(ctx context.Context, key Key) (Info, error)
	// Delete moves a blob to the trash; nil where there is none.
	Delete(ctx context.Context, key Key) error
	// Purge removes for good what has been in the trash since before t.
	Purge(ctx context.Context, t time.Time) (removed int, err error)
	// Trash calls fn for every blob in the trash, as Keys does; ModTime is when
	// it was deleted.
	Trash(ctx context.Context, fn func(Info) error) error
	// Keys calls fn for every blob not in the trash, in no order; one put or
	// deleted meanwhile may be there or not. fn's error ends it.
	Keys(ctx context.Context, fn func(Info) error) error

	// Begin starts an upload and names it.
	Begin(ctx context.Context) (upload string, err error)
	// Append adds r at offset, which must be the current length, and gives the
	// length that is durable, also where r ends in an error and with ErrOffset.
	Append(ctx context.Context, upload string, offset int64, r io.Reader) (int64, error)
	// Commit makes the upload a blob. Commit again gives the same Info, until
	// the blob is deleted or a Purge with a t after the first Commit.
	Commit(ctx context.Context, upload string) (Info, error)
	// Abort forgets the upload; nil where there is none.
	Abort(ctx context.Context, upload string) error
	// Uploads calls fn for every upload that is neither committed nor aborted,
	// with its length and the time of its last write. fn's error ends it.
	Uploads(ctx context.Context, fn func(upload string, length int64, last time.Time) error) error
}

var (
	ErrNotFound = errors.New("no such blob")
	ErrSum      = errors.New("bytes do not match their key")
	ErrOffset   = errors.New("wrong upload offset")
	ErrFull     = errors.New("no space left")
)

// KindAsset is the kind of an Asset's record in the journal.
const KindAsset = "asset"

// Format is the newest format of Asset this program writes and reads.
const Format = 1

// States of an asset.
const (
	Storing = "storing" // its bytes may not be there yet
	Stored  = "stored"
)

// Kinds of asset.
const (
	Image = "image"
	Video = "video"
	Audio = "audio"
	Text  = "text" // captions
)

// Asset is what is known of one source blob. Its record's id is ID.
type Asset struct {
	V         int         `json:"v"`
	ID        string      `json:"id"` // UUIDv8 of Key: the same bytes are one asset
	Key       Key         `json:"key"`
	Kind      string      `json:"kind"`
	Type      string      `json:"type"` // media type found in the bytes
	Name      string      `json:"name"` // cleaned file name, for people
	Size      int64       `json:"size"`
	Width     int         `json:"width,omitempty"`
	Height    int         `json:"height,omitempty"`
	Duration  int64       `json:"duration,omitempty"` // milliseconds
	Focal     *Focal      `json:"focal,omitempty"`
	Alt       string      `json:"alt,omitempty"`
	Rendition []Rendition `json:"renditions,omitempty"`
	State     string      `json:"state"` // storing, stored
}

// Focal is the point a crop keeps, in thousandths of width and height.
type Focal struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Rendition is a derived blob of an asset.
type Rendition struct {
	Name   string `json:"name"`
	Key    Key    `json:"key"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// IDOf is the id of the asset that has these bytes.
func IDOf(key Key) string { return journal.IDFor(KindAsset, string(key)) }
