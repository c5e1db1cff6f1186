// Package media owns pictures, sound and video: the bytes (Blobs), and what is
// known of them (Asset). Bytes are immutable and named by their SHA-256. The
// package refuses what it cannot recognise by content and what is too large to
// decode; it never trusts a name or a declared type.
package media

import (
	"context"
	"errors"
	"io"
	"time"
)

// Key is the lower-case hexadecimal SHA-256 of a blob's bytes.
type Key string

// Info describes a stored blob.
type Info struct {
	Key     Key
	Size    int64
	ModTime time.Time
}

// Blob is an open blob. On local disk it is a *DiskFile, whose File may be sent
// by the operating system.
type Blob interface {
	io.ReadSeekCloser
	Info() Info
}

// Blobs keeps immutable bytes. Errors: ErrNotFound, ErrSum, ErrFull.
type Blobs interface {
	// Put stores size bytes (−1: unknown) of r under key. It never skips: it
	// writes, or takes the key out of the trash. ErrSum where the bytes are not
	// those the key names; then nothing is kept.
	Put(ctx context.Context, key Key, size int64, r io.Reader) error
	// Open opens a blob, falling back to the trash.
	Open(ctx context.Context, key Key) (Blob, error)
	// Stat describes a blob that is not in the trash.
	Stat(ctx context.Context, key Key) (Info, error)
	// Delete moves a blob to the trash; nil where there is none.
	Delete(ctx context.Context, key Key) error
	// Purge removes for good what has been in the trash since before t.
	Purge(ctx context.Context, t time.Time) (removed int, err error)
	// Keys calls fn for every blob not in the trash, in no order.
	Keys(ctx context.Context, fn func(Info) error) error

	// Begin starts an upload and names it.
	Begin(ctx context.Context) (upload string, err error)
	// Append adds r at offset, which must be the current length (ErrOffset), and
	// gives the length that is durable, also where r ends in an error.
	Append(ctx context.Context, upload string, offset int64, r io.Reader) (int64, error)
	// Commit makes the upload a blob.
	Commit(ctx context.Context, upload string) (Info, error)
	// Abort forgets the upload; nil where there is none.
	Abort(ctx context.Context, upload string) error
	// Uploads calls fn for every upload that is neither committed nor aborted,
	// with its length and the time of its last write.
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
