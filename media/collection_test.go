package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"kepu/journal"
	"kepu/media"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

// picture is a PNG nobody else has: n is in its pixels.
func picture(n int) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 24, 16))
	for i := range 24 * 16 {
		m.Set(i%24, i/24, color.NRGBA{byte(n), byte(n >> 8), byte(n >> 16), byte(i)})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// secret is the same for every process of a test.
func secret(t testing.TB) journal.Secret {
	t.Helper()
	s, err := journal.SecretOf(bytes.Repeat([]byte("0123456789abcdef"), 4))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// collect opens a collection in dir; several may share one.
func collect(t testing.TB, dir string) *media.Collection {
	t.Helper()
	blobs, err := disk.Open(filepath.Join(dir, "blobs"), disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(context.Background(), filepath.Join(dir, "journal.db"), sqlite.Options{Secret: secret(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(store.Close(), blobs.Close()); err != nil {
			t.Error(err)
		}
	})
	return &media.Collection{Blobs: blobs, Store: store, Temp: t.TempDir()}
}

// acts are those of the journal, in order.
func acts(t testing.TB, s journal.Store) (out []string) {
	t.Helper()
	entries, err := s.Entries(context.Background(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Act)
	}
	return out
}

// stands fails unless the asset is stored with exactly its bytes.
func stands(t testing.TB, c *media.Collection, a media.Asset) {
	t.Helper()
	have, err := c.Get(context.Background(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(have) != fmt.Sprint(a) || a.State != media.Stored {
		t.Fatalf("recorded %+v, answered %+v", have, a)
	}
	f, err := c.Blobs.Open(context.Background(), a.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	key, err := media.Sum(context.Background(), f, make([]byte, 1<<16))
	if err != nil {
		t.Fatal(err)
	}
	if key != a.Key || f.Info().Size != a.Size || a.ID != media.IDOf(key) {
		t.Fatalf("asset %+v has bytes %s, %d", a, key, f.Info().Size)
	}
}

func TestAdd(t *testing.T) {
	c := collect(t, t.TempDir())
	a, err := c.Add(t.Context(), "editor-1", "../照片/春天.JPG", bytes.NewReader(picture(1)))
	if err != nil {
		t.Fatal(err)
	}
	if a.Kind != media.Image || a.Type != "image/png" || a.Name != "春天.png" || a.Width != 24 || a.Height != 16 || a.V != media.Format {
		t.Fatalf("asset %+v", a)
	}
	stands(t, c, a)
	if got := acts(t, c.Store); fmt.Sprint(got) != "[asset-add asset-stored]" {
		t.Fatalf("acts %v", got)
	}

	again, err := c.Add(t.Context(), "editor-2", "another.png", bytes.NewReader(picture(1)))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(again) != fmt.Sprint(a) || len(acts(t, c.Store)) != 2 {
		t.Fatalf("again %+v, acts %v", again, acts(t, c.Store))
	}

	other, err := c.Add(t.Context(), "editor-2", "春天.png", bytes.NewReader(picture(2)))
	if err != nil {
		t.Fatal(err)
	}
	if other.ID == a.ID || other.Key == a.Key {
		t.Fatal("two pictures are one asset")
	}
	stands(t, c, other)
	stands(t, c, a)
}

func TestAddMendsMissingBytes(t *testing.T) {
	c := collect(t, t.TempDir())
	a, err := c.Add(t.Context(), "e", "a.png", bytes.NewReader(picture(1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Blobs.Delete(t.Context(), a.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(t.Context(), "e", "a.png", bytes.NewReader(picture(1))); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Blobs.Stat(t.Context(), a.Key); err != nil {
		t.Fatalf("the bytes of a stored asset are still in the trash: %v", err)
	}
	if got := acts(t, c.Store); len(got) != 2 {
		t.Fatalf("acts %v", got)
	}
}

func TestAddCompletesStoring(t *testing.T) {
	dir := t.TempDir()
	c := collect(t, dir)
	// A disk that takes no file, after the asset was recorded.
	temp := filepath.Join(dir, "blobs", "temp")
	if err := os.Remove(temp); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(t.Context(), "e", "a.png", bytes.NewReader(picture(1))); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("error %v", err)
	}
	if got := acts(t, c.Store); fmt.Sprint(got) != "[asset-add]" {
		t.Fatalf("acts %v", got)
	}
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	a, err := c.Add(t.Context(), "e", "b.png", bytes.NewReader(picture(1)))
	if err != nil {
		t.Fatal(err)
	}
	stands(t, c, a)
	if a.Name != "a.png" {
		t.Fatalf("renamed to %s", a.Name)
	}
}

// TestAddFull fills the folder files are checked in, and then the blobs.
func TestAddFull(t *testing.T) {
	dir, small := t.TempDir(), t.TempDir()
	if err := unix.Mount("tmpfs", small, "tmpfs", 0, "size=256k"); err != nil {
		t.Logf("no tmpfs may be mounted here: %v", err)
		t.Skip()
	}
	t.Cleanup(func() {
		if err := unix.Unmount(small, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	sound := func() io.Reader {
		frame := "\xff\xfb\x90\x00" + string(make([]byte, 413))
		return strings.NewReader(strings.Repeat(frame, 1000))
	}
	c := collect(t, dir)
	c.Temp = small
	if _, err := c.Add(t.Context(), "e", "a.mp3", sound()); !errors.Is(err, media.ErrFull) {
		t.Fatalf("a full temp: %v", err)
	}
	if got := acts(t, c.Store); len(got) != 0 {
		t.Fatalf("acts %v", got)
	}
	blobs, err := disk.Open(small, disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	full := &media.Collection{Blobs: blobs, Store: c.Store, Temp: dir}
	if _, err := full.Add(t.Context(), "e", "a.mp3", sound()); !errors.Is(err, media.ErrFull) {
		t.Fatalf("full blobs: %v", err)
	}
	c.Temp = dir
	a, err := c.Add(t.Context(), "e", "a.mp3", sound())
	if err != nil {
		t.Fatal(err)
	}
	stands(t, c, a)
	if got := acts(t, c.Store); fmt.Sprint(got) != "[asset-add asset-stored]" {
		t.Fatalf("acts %v", got)
	}
}

func TestAddDeletedAndErased(t *testing.T) {
	c := collect(t, t.TempDir())
	a, err := c.Add(t.Context(), "e", "a.png", bytes.NewReader(picture(1)))
	if err != nil {
		t.Fatal(err)
	}
	key := journal.Key{Kind: media.KindAsset, ID: a.ID}
	results, err := c.Store.Commit(t.Context(), journal.Change{Key: key, Rev: 2, Act: "asset-delete", Actor: "e"})
	if err != nil || results[0].Err != nil {
		t.Fatal(err, results)
	}
	if _, err := c.Get(t.Context(), a.ID); !errors.Is(err, journal.ErrNotFound) {
		t.Fatalf("get of a deleted asset: %v", err)
	}
	if a, err = c.Add(t.Context(), "e", "a.png", bytes.NewReader(picture(1))); err != nil {
		t.Fatal(err)
	}
	stands(t, c, a)

	if _, err := c.Store.Erase(t.Context(), journal.Change{Key: key, Rev: 5, Act: "asset-erase", Actor: "e"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(t.Context(), "e", "a.png", bytes.NewReader(picture(1))); !errors.Is(err, journal.ErrErased) {
		t.Fatalf("add of an erased asset: %v", err)
	}
	if _, err := c.Get(t.Context(), a.ID); !errors.Is(err, journal.ErrErased) {
		t.Fatalf("get of an erased asset: %v", err)
	}
}

func TestAddAtOnce(t *testing.T) {
	dir := t.TempDir()
	users := []*media.Collection{collect(t, dir), collect(t, dir)}
	got := make([]media.Asset, 12)
	errs := make([]error, len(got))
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			got[i], errs[i] = users[i%2].Add(t.Context(), "e", "a.png", bytes.NewReader(picture(i/4)))
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for i, a := range got {
		if fmt.Sprint(a) != fmt.Sprint(got[i/4*4]) {
			t.Fatalf("%+v and %+v of the same bytes", a, got[i/4*4])
		}
		stands(t, users[0], a)
	}
	if n := len(acts(t, users[0].Store)); n != 6 {
		t.Fatalf("%d entries for 3 assets: %v", n, acts(t, users[0].Store))
	}
}

func TestAddRefuses(t *testing.T) {
	c := collect(t, t.TempDir())
	for _, x := range []struct {
		name string
		r    io.Reader
		want string
	}{
		{"a.jpg", strings.NewReader(""), "空的"},
		{"a.jpg", strings.NewReader("<!DOCTYPE html><html><script>alert(1)</script></html>"), "text/html"},
		{"a.png", bytes.NewReader(picture(1)[:100]), "不完整"},
		{"a.pdf", strings.NewReader("%PDF-1.7\n"), "application/pdf"},
		{"a.vtt", io.MultiReader(strings.NewReader("WEBVTT\n\n"), zeros(media.MaxText)), "最多 1 MB"},
		{"a.svg", io.MultiReader(strings.NewReader("<svg xmlns=\"http://www.w3.org/2000/svg\">"), zeros(media.MaxSVG)), "最多 2 MB"},
		{"a.png", io.MultiReader(bytes.NewReader(picture(1)), zeros(media.MaxImage)), "最多 20 MB"},
		{"a.mp3", io.MultiReader(strings.NewReader("ID3\x04\x00\x00\x00\x00\x00\x00"), zeros(media.MaxAudio)), "最多 200 MB"},
	} {
		_, err := c.Add(t.Context(), "e", x.name, x.r)
		var invalid *journal.Invalid
		if !errors.As(err, &invalid) || len(invalid.Problems) == 0 || invalid.Problems[0].Field != "file" ||
			!strings.Contains(invalid.Problems[0].Message, x.want) {
			t.Errorf("%s: %v, want a problem with %q", x.name, err, x.want)
		}
	}
	if got := acts(t, c.Store); len(got) != 0 {
		t.Errorf("refused files left %v", got)
	}
	left, err := os.ReadDir(c.Temp)
	if err != nil || len(left) != 0 {
		t.Errorf("left in temp: %v, %v", left, err)
	}
}

// zeros is n+1 bytes.
func zeros(n int64) io.Reader { return io.LimitReader(zero{}, n+1) }

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestAddReaderAndContext(t *testing.T) {
	c := collect(t, t.TempDir())
	lost := errors.New("the line broke")
	_, err := c.Add(t.Context(), "e", "a.png", io.MultiReader(bytes.NewReader(picture(1)), failing{lost}))
	if !errors.Is(err, lost) {
		t.Errorf("error of a broken reader: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Add(ctx, "e", "a.png", bytes.NewReader(picture(1))); !errors.Is(err, context.Canceled) {
		t.Errorf("error of a context that is over: %v", err)
	}
	if got := acts(t, c.Store); len(got) != 0 {
		t.Errorf("acts %v", got)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestDecodeNewer(t *testing.T) {
	if _, err := media.Decode([]byte(`{"v":2,"id":"x"}`)); !errors.Is(err, journal.ErrNewer) {
		t.Errorf("error %v", err)
	}
	if _, err := media.Decode([]byte(`{"v":`)); err == nil {
		t.Error("half a state was read")
	}
}
