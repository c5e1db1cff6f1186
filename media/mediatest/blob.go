package mediatest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/media"
)

func putRead(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	for _, n := range []int{0, 1, 511, 4096, 256 << 10, 256<<10 + 1, 3 << 20} {
		for _, known := range []bool{true, false} {
			data := noise(n)
			size := int64(-1)
			if known {
				size = int64(n)
			}
			must(t, b.Put(t.Context(), key(data), size, bytes.NewReader(data)))
			holds(t, b, data)
			in, err := b.Stat(t.Context(), key(data))
			must(t, err)
			if in.Key != key(data) || in.Size != int64(n) {
				t.Fatalf("stat %+v of %d bytes", in, n)
			}
		}
	}
}

func putSum(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data, other := noise(70_000), noise(70_000)
	is(t, b.Put(t.Context(), key(other), int64(len(data)), bytes.NewReader(data)), media.ErrSum)
	is(t, b.Put(t.Context(), key(other), -1, bytes.NewReader(data)), media.ErrSum)
	is(t, b.Put(t.Context(), key(other), 0, bytes.NewReader(nil)), media.ErrSum)
	lost(t, b, key(other))
	lost(t, b, key(data))
	// A blob that stands is not harmed.
	put(t, b, other)
	is(t, b.Put(t.Context(), key(other), -1, bytes.NewReader(data)), media.ErrSum)
	holds(t, b, other)
}

func putSize(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data := noise(1000)
	for _, size := range []int64{0, 1, 999, 1001, 1 << 40} {
		is(t, b.Put(t.Context(), key(data), size, bytes.NewReader(data)), media.ErrSum)
		lost(t, b, key(data))
	}
}

// notKeys are names that only look like keys.
func notKeys() []media.Key {
	sum := sha256.Sum256(nil)
	good := hex.EncodeToString(sum[:])
	return []media.Key{
		"", "ab", ".", "..", "../../../../etc/passwd", "/etc/passwd",
		media.Key(strings.ToUpper(good)), media.Key(good[:63]), media.Key(good + "0"),
		media.Key("../" + good[3:]), media.Key(good[:2] + "/" + good[3:]),
		media.Key(good[:63] + "\x00"), media.Key(good[:61] + "中"),
	}
}

func putKey(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	for _, k := range notKeys() {
		is(t, b.Put(t.Context(), k, -1, bytes.NewReader(nil)), media.ErrSum)
	}
	if got := list(t, b); len(got) != 0 {
		t.Fatalf("kept %q", got)
	}
}

func putBroken(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data := noise(600_000)
	for _, size := range []int64{-1, int64(len(data)), 300_000} {
		is(t, b.Put(t.Context(), key(data), size, broken(data[:300_000])), errBroken)
		lost(t, b, key(data))
	}
}

func putContext(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data := noise(600_000)
	is(t, b.Put(cancelled(t), key(data), -1, bytes.NewReader(data)), context.Canceled)
	ctx, cancel := context.WithCancel(t.Context())
	is(t, b.Put(ctx, key(data), -1, hooked{bytes.NewReader(data), cancel}), context.Canceled)
	lost(t, b, key(data))
}

// hooked calls a function before each read.
type hooked struct {
	io.Reader
	before func()
}

func (h hooked) Read(p []byte) (int, error) {
	h.before()
	return h.Reader.Read(p)
}

func putAgain(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data := noise(100_000)
	put(t, b, data)
	read := 0
	must(t, b.Put(t.Context(), key(data), -1, hooked{bytes.NewReader(data), func() { read++ }}))
	if read == 0 {
		t.Fatal("the second put did not look at the bytes")
	}
	holds(t, b, data)
	if got := list(t, b); len(got) != 1 {
		t.Fatalf("%d blobs after putting one twice", len(got))
	}
}

// stream is n bytes drawn from a seed, made as they are read.
func stream(seed uint64, n int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}), n)
}

func putStream(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	const n = 64 << 20
	k, err := media.Sum(t.Context(), stream(7, n), make([]byte, 1<<16))
	must(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	must(t, b.Put(t.Context(), k, n, stream(7, n)))
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 24<<20 {
		t.Errorf("put of 64 MiB allocated %d bytes", got)
	}
	f, err := b.Open(t.Context(), k)
	must(t, err)
	defer f.Close()
	got, err := media.Sum(t.Context(), f, make([]byte, 1<<16))
	must(t, err)
	if got != k {
		t.Fatal("other bytes came back")
	}
}

func putConcurrent(t *testing.T, open Open) {
	dir := t.TempDir()
	users := []media.Blobs{open(t, dir), open(t, dir)}
	data := noise(300_000)
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wg.Go(func() {
			errs[i] = users[i%2].Put(t.Context(), key(data), -1, bytes.NewReader(data))
		})
	}
	wg.Wait()
	must(t, errors.Join(errs...))
	for _, b := range users {
		holds(t, b, data)
		if got := list(t, b); len(got) != 1 {
			t.Fatalf("%d blobs", len(got))
		}
	}
}

func absent(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	for _, k := range append(notKeys(), key(noise(9))) {
		lost(t, b, k)
		must(t, b.Delete(t.Context(), k))
	}
	n, err := b.Purge(t.Context(), time.Now().Add(time.Hour))
	must(t, err)
	if n != 0 {
		t.Fatalf("purged %d of nothing", n)
	}
}

func sections(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data := noise(1_000_000)
	put(t, b, data)
	f, err := b.Open(t.Context(), key(data))
	must(t, err)
	defer f.Close()
	for range 50 {
		from := rand.IntN(len(data))
		n := rand.IntN(len(data) - from)
		at, err := f.Seek(int64(from), io.SeekStart)
		must(t, err)
		if at != int64(from) {
			t.Fatalf("sought %d, at %d", from, at)
		}
		got := make([]byte, n)
		_, err = io.ReadFull(f, got)
		must(t, err)
		if !bytes.Equal(got, data[from:from+n]) {
			t.Fatalf("bytes %d to %d differ", from, from+n)
		}
	}
	end, err := f.Seek(0, io.SeekEnd)
	must(t, err)
	if end != int64(len(data)) {
		t.Fatalf("end at %d", end)
	}
	if n, err := f.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Fatalf("read %d, %v at the end", n, err)
	}
	_, err = f.Seek(-10, io.SeekCurrent)
	must(t, err)
	tail, err := io.ReadAll(f)
	must(t, err)
	if !bytes.Equal(tail, data[len(data)-10:]) {
		t.Fatal("the tail differs")
	}
}

func trash(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data, stays := noise(5000), noise(10)
	k := put(t, b, data)
	put(t, b, stays)
	must(t, b.Delete(t.Context(), k))
	gone(t, b, k)
	holds(t, b, data) // through the trash
	must(t, b.Delete(t.Context(), k))
	holds(t, b, data)
	must(t, b.Put(t.Context(), k, int64(len(data)), bytes.NewReader(data)))
	if _, err := b.Stat(t.Context(), k); err != nil {
		t.Fatalf("put did not take the key out of the trash: %v", err)
	}
	n, err := b.Purge(t.Context(), time.Now().Add(time.Hour))
	must(t, err)
	if n != 0 {
		t.Fatalf("purged %d, but the trash was empty", n)
	}
	holds(t, b, data)
	holds(t, b, stays)
	// And round again.
	must(t, b.Delete(t.Context(), k))
	gone(t, b, k)
	holds(t, b, data)
}

func purge(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	start := time.Now()
	data, stays := noise(5000), noise(10)
	k := put(t, b, data)
	put(t, b, stays)
	must(t, b.Delete(t.Context(), k))
	n, err := b.Purge(t.Context(), start.Add(-time.Minute))
	must(t, err)
	if n != 0 {
		t.Fatalf("purged %d that were deleted later", n)
	}
	holds(t, b, data)
	n, err = b.Purge(t.Context(), time.Now().Add(time.Minute))
	must(t, err)
	if n != 1 {
		t.Fatalf("purged %d, want 1", n)
	}
	lost(t, b, k)
	holds(t, b, stays)
	put(t, b, data)
	holds(t, b, data)
}

func readWhileDeleting(t *testing.T, open Open) {
	dir := t.TempDir()
	b, other := open(t, dir), open(t, dir)
	data := noise(2 << 20)
	k := put(t, b, data)
	f, err := b.Open(t.Context(), k)
	must(t, err)
	defer f.Close()
	half := make([]byte, len(data)/2)
	_, err = io.ReadFull(f, half)
	must(t, err)
	must(t, other.Delete(t.Context(), k))
	_, err = other.Purge(t.Context(), time.Now().Add(time.Hour))
	must(t, err)
	rest, err := io.ReadAll(f)
	must(t, err)
	if !bytes.Equal(append(half, rest...), data) {
		t.Fatal("a blob changed under its reader")
	}

	// A blob that is only put and deleted, never purged, opens at any moment.
	put(t, b, data)
	done := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < 100 && err == nil; i++ {
			err = errors.Join(other.Delete(t.Context(), k),
				other.Put(t.Context(), k, -1, bytes.NewReader(data)))
		}
		done <- err
	}()
	for opened := 0; ; opened++ {
		select {
		case err := <-done:
			must(t, err)
			if opened == 0 {
				t.Fatal("nothing was read meanwhile")
			}
			return
		default:
			holds(t, b, data)
		}
	}
}

func keys(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	want := map[media.Key]int64{}
	for i := range 300 {
		data := fmt.Appendf(nil, "blob %d", i)
		want[put(t, b, data)] = int64(len(data))
	}
	deleted := key([]byte("blob 7"))
	must(t, b.Delete(t.Context(), deleted))
	delete(want, deleted)
	must(t, b.Keys(t.Context(), func(in media.Info) error {
		if n, ok := want[in.Key]; !ok || n != in.Size || in.ModTime.IsZero() {
			return fmt.Errorf("unexpected or twice: %+v", in)
		}
		delete(want, in.Key)
		return nil
	}))
	if len(want) != 0 {
		t.Fatalf("%d keys missing", len(want))
	}
	calls := 0
	is(t, b.Keys(t.Context(), func(media.Info) error { calls++; return errBroken }), errBroken)
	if calls != 1 {
		t.Fatalf("called %d times after an error", calls)
	}
	is(t, b.Keys(cancelled(t), func(media.Info) error { return nil }), context.Canceled)
}

func trashListed(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	list := func() (all []media.Info) {
		must(t, b.Trash(t.Context(), func(in media.Info) error { all = append(all, in); return nil }))
		return all
	}
	data := noise(5000)
	k := put(t, b, data)
	put(t, b, noise(10))
	if all := list(); len(all) != 0 {
		t.Fatalf("%+v in the trash before anything was deleted", all)
	}
	before := time.Now().Add(-time.Second)
	must(t, b.Delete(t.Context(), k))
	if all := list(); len(all) != 1 || all[0].Key != k || all[0].Size != 5000 || all[0].ModTime.Before(before) {
		t.Fatalf("in the trash: %+v", all)
	}
	is(t, b.Trash(t.Context(), func(media.Info) error { return errBroken }), errBroken)
	is(t, b.Trash(cancelled(t), func(media.Info) error { return nil }), context.Canceled)
	put(t, b, data)
	if all := list(); len(all) != 0 {
		t.Fatalf("%+v in the trash after it was taken out", all)
	}
}

func reopen(t *testing.T, open Open) {
	dir := t.TempDir()
	b := open(t, dir)
	data, trashed := noise(40_000), noise(50_000)
	put(t, b, data)
	must(t, b.Delete(t.Context(), put(t, b, trashed)))
	up, err := b.Begin(t.Context())
	must(t, err)
	_, err = b.Append(t.Context(), up, 0, bytes.NewReader(data[:100]))
	must(t, err)

	b = open(t, dir)
	holds(t, b, data)
	holds(t, b, trashed)
	gone(t, b, key(trashed))
	if got := list(t, b); !slices.Equal(got, []media.Key{key(data)}) {
		t.Fatalf("listed %v", got)
	}
	n, err := b.Append(t.Context(), up, 100, bytes.NewReader(data[100:]))
	must(t, err)
	if n != int64(len(data)) {
		t.Fatalf("length %d after resuming", n)
	}
}
