// Package mediatest is what every media.Blobs promises, as tests. An adapter
// supplies open and runs Run; it needs to know nothing else.
package mediatest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"kepu/media"
)

// Open opens blobs kept in dir; twice with the same dir gives two users of the
// same blobs. It closes what it opened when the test ends.
type Open func(t *testing.T, dir string) media.Blobs

// Run proves the contract of media.Blobs on what open gives.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"put and read", putRead},
		{"put refuses other bytes", putSum},
		{"put refuses a wrong size", putSize},
		{"put refuses what is no key", putKey},
		{"put leaves nothing of a broken reader", putBroken},
		{"put honours the context", putContext},
		{"put mends and never skips", putAgain},
		{"put streams", putStream},
		{"puts of one key at once", putConcurrent},
		{"absent blobs", absent},
		{"sections", sections},
		{"delete, fall back, take out", trash},
		{"purge by time", purge},
		{"read while deleting", readWhileDeleting},
		{"keys", keys},
		{"trash listed", trashListed},
		{"reopen", reopen},
		{"upload", upload},
		{"upload offsets", uploadOffset},
		{"upload resumes after a broken reader", uploadBroken},
		{"upload commits again", uploadCommitAgain},
		{"upload aborts", uploadAbort},
		{"uploads listed", uploadsListed},
		{"appends at once", uploadConcurrent},
		{"upload of known bytes", uploadKnown},
		{"upload names", uploadNames},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

// key names bytes.
func key(b []byte) media.Key {
	sum := sha256.Sum256(b)
	return media.Key(hex.EncodeToString(sum[:]))
}

// noise makes n bytes nobody has seen before.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// put keeps bytes and fails the test where it cannot.
func put(t *testing.T, b media.Blobs, data []byte) media.Key {
	t.Helper()
	k := key(data)
	must(t, b.Put(t.Context(), k, int64(len(data)), bytes.NewReader(data)))
	return k
}

// holds fails unless the blob opens to exactly these bytes.
func holds(t *testing.T, b media.Blobs, data []byte) {
	t.Helper()
	f, err := b.Open(t.Context(), key(data))
	must(t, err)
	defer f.Close()
	got, err := io.ReadAll(f)
	must(t, err)
	if !bytes.Equal(got, data) {
		t.Fatalf("read %d bytes that are not the %d put", len(got), len(data))
	}
	in := f.Info()
	if in.Key != key(data) || in.Size != int64(len(data)) || in.ModTime.IsZero() || in.ModTime.Location() != time.UTC {
		t.Fatalf("info %+v of %d bytes", in, len(data))
	}
}

// gone fails if the blob can be seen in any way but through the trash.
func gone(t *testing.T, b media.Blobs, k media.Key) {
	t.Helper()
	if in, err := b.Stat(t.Context(), k); !errors.Is(err, media.ErrNotFound) {
		t.Fatalf("stat of an absent blob: %+v, %v", in, err)
	}
	if slices.Contains(list(t, b), k) {
		t.Fatal("an absent blob is listed")
	}
}

// lost fails if the blob can be seen at all.
func lost(t *testing.T, b media.Blobs, k media.Key) {
	t.Helper()
	gone(t, b, k)
	if f, err := b.Open(t.Context(), k); !errors.Is(err, media.ErrNotFound) {
		if err == nil {
			f.Close()
		}
		t.Fatalf("open of an absent blob: %v", err)
	}
}

// list gives the keys of all blobs, sorted.
func list(t *testing.T, b media.Blobs) []media.Key {
	t.Helper()
	var out []media.Key
	must(t, b.Keys(t.Context(), func(in media.Info) error {
		out = append(out, in.Key)
		return nil
	}))
	slices.Sort(out)
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// is fails unless err is want.
func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// errBroken is what a broken reader says.
var errBroken = errors.New("the line broke")

// broken reads data and then fails.
func broken(data []byte) io.Reader {
	return io.MultiReader(bytes.NewReader(data), failing{})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBroken }

// cancelled is a context that is over.
func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
