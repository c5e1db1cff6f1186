package media_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kepu/journal"
	"kepu/media"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

// swept is a collection whose clock the test turns.
type swept struct {
	*media.Collection
	slate journal.Slate
	now   time.Time
}

func newSwept(t *testing.T) *swept {
	t.Helper()
	dir := t.TempDir()
	s := &swept{now: time.Now()} // files are dated by the system: a test only goes on from here
	clock := func() time.Time { return s.now }
	blobs, err := disk.Open(filepath.Join(dir, "blobs"), disk.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "journal.db"), sqlite.Options{Secret: secret(t), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s.slate = store.Slate()
	s.Collection = &media.Collection{Blobs: blobs, Store: store, Now: clock, Temp: dir}
	return s
}

// put keeps a blob that no asset names.
func (s *swept) put(t *testing.T, n int) media.Key {
	t.Helper()
	data := picture(n)
	key, err := media.Sum(t.Context(), bytes.NewReader(data), make([]byte, 4096))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Blobs.Put(t.Context(), key, int64(len(data)), bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return key
}

func (s *swept) commit(t *testing.T, kind, id string, rev uint64, state string) {
	t.Helper()
	c := journal.Change{Key: journal.Key{Kind: kind, ID: id}, Rev: rev, Act: "save", Actor: "tester"}
	if state != "" {
		c.State = []byte(state)
	}
	results, err := s.Store.Commit(t.Context(), c)
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (s *swept) sweep(t *testing.T, want media.Swept) {
	t.Helper()
	got, err := s.Sweep(t.Context(), s.slate, nil)
	if err != nil || got != want {
		t.Fatalf("%+v, %v; want %+v", got, err, want)
	}
}

// where a blob is: kept, trash or gone.
func (s *swept) where(t *testing.T, key media.Key) string {
	t.Helper()
	_, err := s.Blobs.Stat(t.Context(), key)
	if err == nil {
		return "kept"
	}
	blob, err := s.Blobs.Open(t.Context(), key)
	if errors.Is(err, media.ErrNotFound) {
		return "gone"
	}
	if err != nil {
		t.Fatal(err)
	}
	blob.Close()
	return "trash"
}

func TestSweep(t *testing.T) {
	s := newSwept(t)
	asset, err := s.Add(t.Context(), "tester", "a.png", bytes.NewReader(picture(1)))
	if err != nil {
		t.Fatal(err)
	}
	dropped, err := s.Add(t.Context(), "tester", "b.png", bytes.NewReader(picture(2)))
	if err != nil {
		t.Fatal(err)
	}
	s.commit(t, media.KindAsset, dropped.ID, 2, "")
	keys := map[string]media.Key{"asset": asset.Key, "dropped asset": dropped.Key}
	for i, name := range []string{"part", "old part", "part of a deleted item", "part of an erased item", "cover of a series", "autosave", "nothing"} {
		keys[name] = s.put(t, 10+i)
	}
	part := func(id string, key media.Key) string {
		hashes, err := s.Store.PutParts(t.Context(), journal.Part{Key: journal.Key{Kind: "item", ID: id}, State: fmt.Appendf(nil, `{"cover":{"key":%q}}`, key)})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`{"live":%q}`, hashes[0])
	}
	s.commit(t, "item", "i1", 0, part("i1", keys["old part"]))
	s.commit(t, "item", "i1", 1, part("i1", keys["part"]))
	s.commit(t, "item", "i2", 0, part("i2", keys["part of a deleted item"]))
	s.commit(t, "item", "i2", 1, "")
	s.commit(t, "item", "i3", 0, part("i3", keys["part of an erased item"]))
	if _, err := s.Store.Erase(t.Context(), journal.Change{Key: journal.Key{Kind: "item", ID: "i3"}, Rev: 1, Act: "erase", Actor: "tester"}); err != nil {
		t.Fatal(err)
	}
	s.commit(t, "series", "s", 0, fmt.Sprintf(`{"cover":{"key":%q}}`, keys["cover of a series"]))
	if _, err := s.slate.Put(t.Context(), journal.Row{Key: "draft/i1/u", Value: fmt.Appendf(nil, `{"v":1}`+"\n"+`{"cover":{"key":%q`, keys["autosave"])}); err != nil {
		t.Fatal(err)
	}

	s.sweep(t, media.Swept{}) // all are young
	s.now = s.now.Add(2 * time.Hour)
	s.sweep(t, media.Swept{Trashed: 3})
	want := map[string]string{"dropped asset": "trash", "part of an erased item": "trash", "nothing": "trash"}
	for name, key := range keys {
		if got := s.where(t, key); got != want[name] && (want[name] != "" || got != "kept") {
			t.Errorf("%s: %s", name, got)
		}
	}

	// Named again within the day it comes back; the others go after it.
	s.commit(t, "item", "i4", 0, part("i4", keys["nothing"]))
	s.now = s.now.Add(25 * time.Hour)
	s.sweep(t, media.Swept{Restored: 1, Purged: 2})
	for name, want := range map[string]string{"nothing": "kept", "dropped asset": "gone", "part of an erased item": "gone"} {
		if got := s.where(t, keys[name]); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestSweepTellsItsProgress(t *testing.T) {
	s := newSwept(t)
	for i := range 1200 {
		s.commit(t, "topic", fmt.Sprint("t", i), 0, `{"v":1}`)
	}
	last, calls := 0, 0
	_, err := s.Sweep(t.Context(), s.slate, func(done, total int) {
		if done <= last || total != 1200 {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
		calls++
	})
	if err != nil || last != 1200 || calls != 3 {
		t.Errorf("%d after %d calls, %v", last, calls, err)
	}
}

// Only a whole key counts: a longer run of digits is something else.
func TestSweepKnowsAKeyWhenItSeesOne(t *testing.T) {
	s := newSwept(t)
	key := s.put(t, 1)
	s.commit(t, "topic", "t", 0, fmt.Sprintf(`{"long":"%sa","short":%q,"upper":%q}`, key, key[:63], strings.ToUpper(string(key))))
	s.now = s.now.Add(2 * time.Hour)
	s.sweep(t, media.Swept{Trashed: 1})
}
