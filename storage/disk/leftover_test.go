package disk_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kepu/media"
	"kepu/storage/disk"
)

// files are all regular files below dir but the lock, by relative path.
func files(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if d.Type().IsRegular() && rel != "lock" {
			out = append(out, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func put(t *testing.T, b media.Blobs, data string) media.Key {
	t.Helper()
	key := sum(strings.NewReader(data))
	if err := b.Put(t.Context(), key, int64(len(data)), strings.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestLayout(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "blobs")
	b := open(t, dir)
	key := put(t, b, "hello")
	k := string(key)
	path := filepath.Join(k[:2], k[2:4], k)
	if got := files(t, dir); len(got) != 1 || got[0] != path {
		t.Fatalf("files %v, want %s", got, path)
	}
	for name, want := range map[string]fs.FileMode{
		path: 0o600, k[:2]: 0o700, filepath.Join(k[:2], k[2:4]): 0o700,
		"temp": 0o700, "trash": 0o700, "upload": 0o700, "lock": 0o600, ".": 0o700,
	} {
		fi, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if fi.Mode().Perm() != want {
			t.Errorf("%s is %v, want %v", name, fi.Mode().Perm(), want)
		}
	}
}

// TestFile proves that a server gets a bare file whose offset it shares.
func TestFile(t *testing.T) {
	b := open(t, t.TempDir())
	blob, err := b.Open(t.Context(), put(t, b, "hello, world"))
	if err != nil {
		t.Fatal(err)
	}
	defer blob.Close()
	f, ok := blob.(media.Filer)
	if !ok {
		t.Fatalf("a %T is no media.Filer", blob)
	}
	if _, err := blob.Seek(7, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f.File())
	if err != nil || string(got) != "world" {
		t.Fatalf("read %q, %v", got, err)
	}
}

// TestRefusedLeavesNothing looks at the folder itself after every kind of
// failure.
func TestRefusedLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	key := sum(strings.NewReader("a"))
	for _, err := range []error{
		b.Put(t.Context(), key, -1, strings.NewReader("b")),
		b.Put(t.Context(), key, 5, strings.NewReader("a")),
		b.Put(t.Context(), key, 0, strings.NewReader("a")),
		b.Put(t.Context(), "../x", 1, strings.NewReader("a")),
		b.Put(t.Context(), key, -1, io.MultiReader(strings.NewReader("a"), failing{})),
	} {
		if err == nil {
			t.Error("accepted")
		}
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("left %v", got)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

// TestLeftover plays a writer that died before its rename: nobody sees what it
// left, and Open clears it after a day.
func TestLeftover(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	now := time.Now()
	for name, age := range map[string]time.Duration{"young": time.Hour, "old": 25 * time.Hour} {
		path := filepath.Join(dir, "temp", name)
		if err := os.WriteFile(path, []byte("half a blob"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	// What is no blob is not listed either.
	if err := os.MkdirAll(filepath.Join(dir, "ab", "cd"), 0o700); err != nil {
		t.Fatal(err)
	}
	strange := filepath.Join(dir, "ab", "cd", string(sum(strings.NewReader(""))))
	if err := os.WriteFile(strange, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, b := range []media.Blobs{b, open(t, dir)} {
		if err := b.Keys(t.Context(), func(in media.Info) error { return errors.New(string(in.Key)) }); err != nil {
			t.Errorf("a leftover is listed: %v", err)
		}
	}
	left, err := os.ReadDir(filepath.Join(dir, "temp"))
	if err != nil || len(left) != 1 || left[0].Name() != "young" {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestTrashTime proves that it is the moment of deletion that counts, by the
// clock that was injected.
func TestTrashTime(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	b, err := disk.Open(t.TempDir(), disk.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	key := put(t, b, "hello")
	if err := b.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Time
		want int
	}{{now.Add(-time.Second), 0}, {now, 0}, {now.Add(time.Millisecond), 1}} {
		if n, err := b.Purge(t.Context(), c.at); err != nil || n != c.want {
			t.Errorf("purge %v: %d, %v, want %d", c.at, n, err, c.want)
		}
	}
}

// TestEscape proves that a link out of the folder is not followed.
func TestEscape(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	b := open(t, dir)
	data := "hello"
	key := sum(strings.NewReader(data))
	if err := os.Symlink(outside, filepath.Join(dir, string(key[:2]))); err != nil {
		t.Fatal(err)
	}
	if err := b.Put(t.Context(), key, -1, strings.NewReader(data)); err == nil {
		t.Error("wrote through a link")
	}
	if got := files(t, outside); len(got) != 0 {
		t.Errorf("outside: %v", got)
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("inside: %v", got)
	}
}

// TestFull fills a file system of its own.
func TestFull(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Logf("no tmpfs may be mounted here: %v", err)
		t.Skip()
	}
	var blobs *disk.Blobs
	t.Cleanup(func() {
		if err := errors.Join(blobs.Close(), unix.Unmount(dir, 0)); err != nil {
			t.Error(err)
		}
	})
	blobs, err := disk.Open(dir, disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	small := put(t, blobs, "hello")
	up, err := blobs.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	before := files(t, dir)
	const big = 3 << 20
	key := sum(bytesOf(1, big))
	for _, size := range []int64{big, -1} {
		if err := blobs.Put(t.Context(), key, size, bytesOf(1, big)); !errors.Is(err, media.ErrFull) {
			t.Fatalf("put on a full disk: %v", err)
		}
	}
	if got := files(t, dir); len(got) != len(before) {
		t.Fatalf("left %v, before %v", got, before)
	}

	// What fits of an upload stays, and goes on when there is room.
	n, err := blobs.Append(t.Context(), up, 0, bytesOf(2, big))
	if !errors.Is(err, media.ErrFull) || n <= 0 || n >= big {
		t.Fatalf("append on a full disk: %d, %v", n, err)
	}
	if err := blobs.Put(t.Context(), sum(bytesOf(3, 8192)), -1, bytesOf(3, 8192)); !errors.Is(err, media.ErrFull) {
		t.Fatalf("put on a full disk: %v", err)
	}
	f, err := blobs.Open(t.Context(), small)
	if err != nil {
		t.Fatalf("read on a full disk: %v", err)
	}
	f.Close()
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT, "size=8m"); err != nil {
		t.Fatal(err)
	}
	rest := bytesOf(2, big)
	if _, err := io.CopyN(io.Discard, rest, n); err != nil {
		t.Fatal(err)
	}
	if n, err = blobs.Append(t.Context(), up, n, rest); err != nil || n != big {
		t.Fatalf("append after room was made: %d, %v", n, err)
	}
	in, err := blobs.Commit(t.Context(), up)
	if err != nil || in.Key != sum(bytesOf(2, big)) {
		t.Fatalf("commit: %+v, %v", in, err)
	}
	if err := blobs.Put(t.Context(), key, big, bytesOf(1, big)); err != nil {
		t.Fatal(err)
	}
	whole(t, blobs)
}

func BenchmarkPut(b *testing.B) {
	blobs, err := disk.Open(b.TempDir(), disk.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer blobs.Close()
	data := bytes.Repeat([]byte("x"), 64<<10)
	b.SetBytes(int64(len(data)))
	i := 0
	for b.Loop() {
		i++
		copy(data, time.Duration(i).String())
		if err := blobs.Put(b.Context(), sum(bytes.NewReader(data)), int64(len(data)), bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutParallel(b *testing.B) {
	blobs, err := disk.Open(b.TempDir(), disk.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer blobs.Close()
	var n atomic.Int64
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			seed := uint64(n.Add(1))
			key := sum(bytesOf(seed, 64<<10))
			if err := blobs.Put(b.Context(), key, 64<<10, bytesOf(seed, 64<<10)); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	blobs, err := disk.Open(b.TempDir(), disk.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer blobs.Close()
	key := sum(bytesOf(1, 4096))
	if err := blobs.Put(b.Context(), key, -1, bytesOf(1, 4096)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		f, err := blobs.Open(b.Context(), key)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
