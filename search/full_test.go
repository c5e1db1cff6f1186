package search

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"kepu/content"
)

// TestDiskFull fills the index's disk, once to the mark where writing stops and
// once within it, so that the library itself runs out of space. Reading goes on;
// with space the index catches up by itself.
func TestDiskFull(t *testing.T) {
	mount := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(mount, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=32m"); err != nil {
		t.Logf("a small disk can't be mounted here: %v", err)
		t.Skip("no right to mount")
	}
	t.Cleanup(func() { _ = syscall.Unmount(mount, syscall.MNT_DETACH) })
	for _, left := range []int64{256 << 10, 2 << 20} {
		t.Run(fmt.Sprintf("%d KB left", left>>10), func(t *testing.T) {
			w := open(t)
			w.stopIndex(t)
			disk := filepath.Join(mount, fmt.Sprint(left))
			if err := errors.Join(os.RemoveAll(w.indexDir()), os.Mkdir(disk, 0o700), os.Symlink(disk, w.indexDir())); err != nil {
				t.Fatal(err)
			}
			w.startIndex(t)
			w.publish(t, numbered(20)...)
			filler := filepath.Join(mount, "filler")
			fill(t, filler, left)
			var subs []content.Submission
			for i := range 400 {
				subs = append(subs, article(fmt.Sprint("big", i), fmt.Sprintf("大潮 %d", i), words(i)))
			}
			if _, err := w.Import(t.Context(), "operator", subs, content.ImportOptions{Publish: true}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "writing stops", func() bool {
				_, state := w.index.Ready()
				return strings.Contains(state, "磁盘")
			})
			for range 20 { // reading goes on
				eventually(t, "an answer", func() bool {
					r, err := w.index.Query(t.Context(), Query{Text: "潮汐小常识"})
					if err != nil && !errors.Is(err, ErrRebuilding) {
						t.Fatalf("query: %v", err)
					}
					return err == nil && r.Total >= 20
				})
				pause(t.Context(), 10*time.Millisecond)
			}
			if err := os.Remove(filler); err != nil {
				t.Fatal(err)
			}
			w.equal(t)
			if r := w.query(t, Query{Text: "大潮"}); r.Total < 400 {
				t.Errorf("%d found", r.Total)
			}
		})
	}
}

// words are some kilobytes of text like no other.
func words(seed int) string {
	var b strings.Builder
	r := uint32(seed + 1)
	for range 250 {
		r = r*1664525 + 1013904223
		b.WriteRune(rune(0x4E00 + r>>8%0x5000))
	}
	return b.String()
}

// fill leaves so many bytes of the disk the file is on.
func fill(t *testing.T, path string, left int64) {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &s); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, make([]byte, int64(s.Bavail)*int64(s.Bsize)-left), 0o600); err != nil {
		t.Fatal(err)
	}
}
