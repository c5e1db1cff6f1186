package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kepu/journal"
	"kepu/journal/journaltest"
	"kepu/storage/sqlite"
)

// A full disk: writes say so and keep nothing, reads go on, and with room again
// so do writes, without opening anew.
func TestFull(t *testing.T) {
	t.Run("disk", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "small")
		must(t, os.Mkdir(dir, 0o700))
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
			t.Logf("no small disk can be mounted here (%v); the limit on pages below stands in for it", err)
			return
		}
		t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
		ballast := filepath.Join(dir, "ballast")
		write(t, ballast, make([]byte, 1<<20))
		s := open(t, filepath.Join(dir, "kepu.db"))
		overflow(t, s, func() { must(t, os.Remove(ballast)) })
	})
	t.Run("pages", func(t *testing.T) {
		s := open(t, filepath.Join(t.TempDir(), "kepu.db"))
		must(t, s.Confine(context.Background(), 60))
		overflow(t, s, func() { must(t, s.Confine(context.Background(), 1<<20)) })
	})
}

func overflow(t *testing.T, s *sqlite.Store, room func()) {
	ctx, kept := context.Background(), uint64(0)
	next := func() journal.Change {
		return journal.Change{Key: journal.Key{Kind: "item", ID: fmt.Sprint("r", kept)}, Act: "save", Actor: "tester",
			Op: fmt.Sprint("op", kept), State: []byte(`{"v":1,"text":"` + strings.Repeat("满", 4000) + `"}`)}
	}
	for {
		results, err := s.Commit(ctx, next())
		if err != nil {
			if !errors.Is(err, journal.ErrFull) {
				t.Fatalf("after %d: %v", kept, err)
			}
			break
		}
		must(t, results[0].Err)
		if kept++; kept > 1000 {
			t.Fatal("it never got full")
		}
	}
	if kept == 0 {
		t.Fatal("it was full at once")
	}
	for range 20 { // and it stays so, without damage
		if _, err := s.Commit(ctx, next()); !errors.Is(err, journal.ErrFull) {
			t.Fatalf("full, commit: %v", err)
		}
	}
	large := []byte(`{"v":1,"text":"` + strings.Repeat("满", 400_000) + `"}`)
	if _, err := s.PutParts(ctx, journal.Part{Key: journal.Key{Kind: "item", ID: "r0"}, State: large}); !errors.Is(err, journal.ErrFull) {
		t.Errorf("full, parts: %v", err)
	}
	if _, err := s.Slate().Put(ctx, journal.Row{Key: "k", Value: large}); !errors.Is(err, journal.ErrFull) {
		t.Errorf("full, slate: %v", err)
	}
	whole := func() {
		t.Helper()
		head, err := s.Head(ctx)
		if err != nil || head.Seq != kept {
			t.Errorf("head %+v, %v, want %d", head, err, kept)
		}
		count := uint64(0)
		if _, err := s.Scan(ctx, nil, func(journal.Record) error { count++; return nil }); err != nil || count != kept {
			t.Errorf("scan gave %d records, %v, want %d", count, err, kept)
		}
		if faults, err := check(s, nil); err != nil || len(faults) != 0 {
			t.Error(faults, err)
		}
	}
	whole()
	room()
	for range 5 {
		commit(t, s, next())
		kept++
	}
	whole()
}

// Opening on a full disk says so, or works; with room again it works.
func TestOpenFull(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "small")
	must(t, os.Mkdir(dir, 0o700))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Logf("no small disk can be mounted here: %v", err)
		return
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
	path, ballast := filepath.Join(dir, "kepu.db"), filepath.Join(dir, "ballast")
	brim := func() {
		t.Helper()
		f, err := os.OpenFile(ballast, os.O_CREATE|os.O_WRONLY, 0o600)
		must(t, err)
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		must(t, f.Close())
	}
	for _, made := range []bool{false, true} {
		brim()
		s, err := sqlite.Open(context.Background(), path, sqlite.Options{Secret: journaltest.Secret()})
		switch {
		case err == nil && made:
			must(t, s.Close())
		case !errors.Is(err, journal.ErrFull):
			t.Errorf("made %v: %v", made, err)
		}
		must(t, os.Remove(ballast))
		s, err = sqlite.Open(context.Background(), path, sqlite.Options{Secret: journaltest.Secret()})
		must(t, err)
		must(t, s.Close())
	}
}
