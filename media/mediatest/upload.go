package mediatest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kepu/media"
)

// begin starts an upload.
func begin(t *testing.T, b media.Blobs) string {
	t.Helper()
	up, err := b.Begin(t.Context())
	must(t, err)
	if up == "" {
		t.Fatal("an upload without a name")
	}
	return up
}

// add appends and fails unless the length is then want.
func add(t *testing.T, b media.Blobs, up string, offset int64, data []byte) int64 {
	t.Helper()
	n, err := b.Append(t.Context(), up, offset, bytes.NewReader(data))
	must(t, err)
	if want := offset + int64(len(data)); n != want {
		t.Fatalf("length %d, want %d", n, want)
	}
	return n
}

// lengths gives the uploads there are.
func lengths(t *testing.T, b media.Blobs) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	must(t, b.Uploads(t.Context(), func(up string, n int64, last time.Time) error {
		if _, twice := out[up]; twice || last.IsZero() || last.Location() != time.UTC {
			return fmt.Errorf("upload %s at %s, twice %v", up, last, twice)
		}
		out[up] = n
		return nil
	}))
	return out
}

func upload(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	for _, parts := range [][]int{{}, {0}, {1}, {100, 0, 200_000, 1}, {20 << 20, 5}} {
		up := begin(t, b)
		var all []byte
		for _, n := range parts {
			part := noise(n)
			add(t, b, up, int64(len(all)), part)
			all = append(all, part...)
			if got := lengths(t, b)[up]; got != int64(len(all)) {
				t.Fatalf("listed with %d of %d bytes", got, len(all))
			}
		}
		lost(t, b, key(all))
		in, err := b.Commit(t.Context(), up)
		must(t, err)
		if in.Key != key(all) || in.Size != int64(len(all)) {
			t.Fatalf("committed %+v", in)
		}
		holds(t, b, all)
		if len(lengths(t, b)) != 0 {
			t.Fatal("a committed upload is still listed")
		}
		must(t, b.Delete(t.Context(), in.Key))
		_, err = b.Purge(t.Context(), time.Now().Add(time.Hour))
		must(t, err)
	}
}

func uploadOffset(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	up := begin(t, b)
	data := noise(1000)
	add(t, b, up, 0, data)
	for _, offset := range []int64{-1, 0, 1, 999, 1001, 1 << 50} {
		n, err := b.Append(t.Context(), up, offset, bytes.NewReader(data))
		is(t, err, media.ErrOffset)
		if n != 1000 {
			t.Fatalf("length %d after a wrong offset", n)
		}
	}
	in, err := b.Commit(t.Context(), up)
	must(t, err)
	if in.Key != key(data) {
		t.Fatal("a refused append left bytes")
	}
}

func uploadBroken(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	up := begin(t, b)
	data := noise(900_000)
	var at int64
	for _, cut := range []int64{1, 100_000, 100_000, 640_001} {
		n, err := b.Append(t.Context(), up, at, broken(data[at:cut]))
		is(t, err, errBroken)
		if n < at || n > cut {
			t.Fatalf("length %d after a line that broke at %d", n, cut)
		}
		at = n
	}
	if at == 0 {
		t.Fatal("nothing of a broken append was kept")
	}
	ctx, cancel := context.WithCancel(t.Context())
	n, err := b.Append(ctx, up, at, hooked{bytes.NewReader(data[at:]), cancel})
	is(t, err, context.Canceled)
	if n < at || n > int64(len(data)) {
		t.Fatalf("length %d after a cancelled append at %d", n, at)
	}
	add(t, b, up, n, data[n:])
	in, err := b.Commit(t.Context(), up)
	must(t, err)
	if in.Key != key(data) {
		t.Fatal("the pieces do not make the whole")
	}
}

func uploadCommitAgain(t *testing.T, open Open) {
	dir := t.TempDir()
	b := open(t, dir)
	up := begin(t, b)
	data := noise(1234)
	add(t, b, up, 0, data)
	first, err := b.Commit(t.Context(), up)
	must(t, err)
	for _, b := range []media.Blobs{b, open(t, dir)} {
		again, err := b.Commit(t.Context(), up)
		must(t, err)
		if again.Key != first.Key || again.Size != first.Size {
			t.Fatalf("first %+v, then %+v", first, again)
		}
	}
	_, err = b.Append(t.Context(), up, 1234, bytes.NewReader(data))
	is(t, err, media.ErrNotFound)
	must(t, b.Abort(t.Context(), up))
	holds(t, b, data)
	_, err = b.Purge(t.Context(), time.Now().Add(time.Hour))
	must(t, err)
	_, err = b.Commit(t.Context(), up)
	is(t, err, media.ErrNotFound)
	holds(t, b, data)
}

func uploadAbort(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	up, other := begin(t, b), begin(t, b)
	add(t, b, up, 0, noise(100))
	must(t, b.Abort(t.Context(), up))
	must(t, b.Abort(t.Context(), up))
	_, err := b.Append(t.Context(), up, 100, bytes.NewReader(nil))
	is(t, err, media.ErrNotFound)
	_, err = b.Commit(t.Context(), up)
	is(t, err, media.ErrNotFound)
	if got := lengths(t, b); len(got) != 1 || got[other] != 0 {
		t.Fatalf("uploads %v", got)
	}
}

func uploadsListed(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	want := map[string]int64{}
	for i := range 20 {
		up := begin(t, b)
		add(t, b, up, 0, noise(i))
		want[up] = int64(i)
	}
	if len(want) != 20 {
		t.Fatal("two uploads got one name")
	}
	got := lengths(t, b)
	for up, n := range want {
		if got[up] != n {
			t.Fatalf("upload %s has %d of %d bytes", up, got[up], n)
		}
	}
	if len(list(t, b)) != 0 {
		t.Fatal("uploads are listed as blobs")
	}
	stop := func(string, int64, time.Time) error { return errBroken }
	is(t, b.Uploads(t.Context(), stop), errBroken)
}

// uploadConcurrent sends the same piece eight times at once: one must win each
// round, and the bytes must stand once.
func uploadConcurrent(t *testing.T, open Open) {
	dir := t.TempDir()
	users := []media.Blobs{open(t, dir), open(t, dir)}
	up := begin(t, users[0])
	data := noise(500_000)
	const round = 100_000
	for at := int64(0); at < int64(len(data)); at += round {
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = users[i%2].Append(t.Context(), up, at, bytes.NewReader(data[at:at+round]))
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, media.ErrOffset) {
				t.Fatal(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d of 8 equal appends were accepted", won)
		}
	}
	in, err := users[1].Commit(t.Context(), up)
	must(t, err)
	if in.Key != key(data) {
		t.Fatal("the bytes were mixed")
	}
}

func uploadKnown(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data := noise(5000)
	put(t, b, data)
	must(t, b.Delete(t.Context(), key(data)))
	up := begin(t, b)
	add(t, b, up, 0, data)
	in, err := b.Commit(t.Context(), up)
	must(t, err)
	if in.Key != key(data) {
		t.Fatalf("committed %+v", in)
	}
	holds(t, b, data)
	n, err := b.Purge(t.Context(), time.Now().Add(time.Hour))
	must(t, err)
	if n != 0 {
		t.Fatal("the key stayed in the trash")
	}
	holds(t, b, data)
}

func uploadNames(t *testing.T, open Open) {
	b := open(t, t.TempDir())
	data := noise(5000)
	put(t, b, data)
	for _, up := range []string{"", ".", "..", "../x", "/etc/passwd", string(key(data)), "a\x00b", "没有"} {
		_, err := b.Append(t.Context(), up, 0, bytes.NewReader(data))
		is(t, err, media.ErrNotFound)
		_, err = b.Commit(t.Context(), up)
		is(t, err, media.ErrNotFound)
		must(t, b.Abort(t.Context(), up))
	}
	holds(t, b, data)
}
