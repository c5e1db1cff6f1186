package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/journal"
	"kepu/media"
)

func ptr[T any](v T) *T { return &v }

// added is a picture in a collection of its own; its revision is 2.
func added(t *testing.T, n int) (*media.Collection, media.Asset) {
	t.Helper()
	c := collect(t, t.TempDir())
	a, err := c.Add(t.Context(), "author-1", "春天.png", bytes.NewReader(picture(n)))
	if err != nil {
		t.Fatal(err)
	}
	return c, a
}

func unused(context.Context, string) (bool, error) { return false, nil }

func TestEdit(t *testing.T) {
	c, a := added(t, 1)
	r, err := c.Edit(t.Context(), "editor-1", "op-1", a.ID, 2, media.Edits{Name: ptr(`C:\图\夏天.exe.JPG`), Alt: ptr(" 一片\u202e荷叶\n 上有水珠\x00 "), Focal: &media.Focal{X: 0, Y: 1000}})
	if err != nil || r.Rev != 3 {
		t.Fatal(r, err)
	}
	want := a
	want.Name, want.Alt, want.Focal = "夏天.exe.png", "一片荷叶 上有水珠", &media.Focal{X: 0, Y: 1000}
	have, err := c.Get(t.Context(), a.ID)
	if err != nil || fmt.Sprint(have.Name, have.Alt, *have.Focal, have.Key, have.Size) != fmt.Sprint(want.Name, want.Alt, *want.Focal, want.Key, want.Size) {
		t.Fatalf("%+v %v, want %+v", have, err, want)
	}

	// One thing alone; the rest stays.
	if r, err = c.Edit(t.Context(), "editor-2", "", a.ID, 3, media.Edits{Alt: ptr("")}); err != nil || r.Rev != 4 {
		t.Fatal(r, err)
	}
	if have, err = c.Get(t.Context(), a.ID); err != nil || have.Alt != "" || have.Name != want.Name || have.Focal == nil {
		t.Fatalf("%+v %v", have, err)
	}

	// The same operation again is the first; with other edits it is refused.
	again, err := c.Edit(t.Context(), "editor-1", "op-1", a.ID, 2, media.Edits{Name: ptr(`C:\图\夏天.exe.JPG`), Alt: ptr(" 一片\u202e荷叶\n 上有水珠\x00 "), Focal: &media.Focal{X: 0, Y: 1000}})
	if err != nil || again.Rev != 3 {
		t.Fatal(again, err)
	}
	if _, err := c.Edit(t.Context(), "editor-1", "op-1", a.ID, 2, media.Edits{Alt: ptr("别的")}); !errors.Is(err, journal.ErrOp) {
		t.Fatalf("another edit by the same name: %v", err)
	}

	// Nothing changed is no commit.
	if r, err := c.Edit(t.Context(), "editor-1", "", a.ID, 4, media.Edits{Name: ptr("夏天.exe.png")}); err != nil || r.Rev != 4 {
		t.Fatal(r, err)
	}
	var stands *journal.Conflict
	for _, stale := range []uint64{0, 1, 2, 3, 5, 1 << 40} {
		if _, err := c.Edit(t.Context(), "editor-1", "", a.ID, stale, media.Edits{Alt: ptr("过时的")}); !errors.As(err, &stands) || stands.Current.Rev != 4 {
			t.Errorf("over revision %d: %v", stale, err)
		}
	}
	if got := fmt.Sprint(acts(t, c.Store)); got != "[asset-add asset-stored asset-edit asset-edit]" {
		t.Fatalf("acts %s", got)
	}
	for _, id := range []string{"", "无", "none", strings.Repeat("a", 200)} {
		if _, err := c.Edit(t.Context(), "editor-1", "", id, 1, media.Edits{}); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("of %q: %v", id, err)
		}
	}
}

func TestEditRefused(t *testing.T) {
	c, a := added(t, 2)
	captions, err := c.Add(t.Context(), "author-1", "字幕.vtt", strings.NewReader("WEBVTT\n\n00:00.000 --> 00:01.000\n你好\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		id    string
		edits media.Edits
		field string // "": done
	}{
		{a.ID, media.Edits{Name: ptr("")}, "name"},
		{a.ID, media.Edits{Name: ptr(" \u200b\u3164\n")}, "name"},
		{a.ID, media.Edits{Alt: ptr(strings.Repeat("字", 301))}, "alt"},
		{a.ID, media.Edits{Alt: ptr(strings.Repeat(" ", 1<<20))}, "alt"},
		{a.ID, media.Edits{Alt: ptr("  " + strings.Repeat("字", 300) + "\u200b\n")}, ""},
		{a.ID, media.Edits{Focal: &media.Focal{X: -1, Y: 0}}, "focal"},
		{a.ID, media.Edits{Focal: &media.Focal{X: 0, Y: 1001}}, "focal"},
		{a.ID, media.Edits{Focal: &media.Focal{X: 1000, Y: 0}}, ""},
		{captions.ID, media.Edits{Focal: &media.Focal{X: 1, Y: 1}}, "focal"},
		{captions.ID, media.Edits{Name: ptr("字幕 2")}, ""},
	} {
		r, err := c.Store.Get(t.Context(), journal.Key{Kind: media.KindAsset, ID: test.id})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Edit(t.Context(), "editor-1", "", test.id, r.Rev, test.edits)
		var invalid *journal.Invalid
		switch {
		case test.field == "" && err == nil:
		case test.field == "" || !errors.As(err, &invalid) || len(invalid.Problems) != 1 || invalid.Problems[0].Field != test.field:
			t.Errorf("%+v: %v, want a problem of %q", test.edits, err, test.field)
		}
	}
	if have, err := c.Get(t.Context(), captions.ID); err != nil || have.Name != "字幕 2.vtt" {
		t.Errorf("captions are called %q %v", have.Name, err)
	}
	var invalid *journal.Invalid
	if _, err := c.Edit(t.Context(), "editor-1", "", a.ID, 2, media.Edits{Name: ptr(""), Alt: ptr(strings.Repeat("字", 400)), Focal: &media.Focal{X: 2000}}); !errors.As(err, &invalid) || len(invalid.Problems) != 3 {
		t.Errorf("three things wrong: %v", err)
	}
}

func TestDelete(t *testing.T) {
	c, a := added(t, 3)
	if _, err := c.Edit(t.Context(), "editor-1", "", a.ID, 2, media.Edits{Alt: ptr("旧的话")}); err != nil {
		t.Fatal(err)
	}
	asked := ""
	_, err := c.Delete(t.Context(), "editor-1", "", a.ID, 3, func(_ context.Context, id string) (bool, error) { asked = id; return true, nil })
	var invalid *journal.Invalid
	if !errors.As(err, &invalid) || invalid.Problems[0].Field != "id" || asked != a.ID {
		t.Fatalf("while it is used: %v, asked of %q", err, asked)
	}
	lost := errors.New("lost")
	if _, err := c.Delete(t.Context(), "editor-1", "", a.ID, 3, func(context.Context, string) (bool, error) { return false, lost }); !errors.Is(err, lost) {
		t.Fatalf("where nobody knows: %v", err)
	}
	for _, stale := range []uint64{0, 2, 4} {
		var stands *journal.Conflict
		if _, err := c.Delete(t.Context(), "editor-1", "", a.ID, stale, unused); !errors.As(err, &stands) || stands.Current.Rev != 3 {
			t.Fatalf("over revision %d: %v", stale, err)
		}
	}
	stands(t, c, mustGet(t, c, a.ID))

	for range 2 { // the second finds it done
		if r, err := c.Delete(t.Context(), "editor-1", "", a.ID, 3, unused); err != nil || r.Rev != 4 || r.State != nil {
			t.Fatal(r, err)
		}
	}
	if _, err := c.Get(t.Context(), a.ID); !errors.Is(err, journal.ErrNotFound) {
		t.Fatalf("deleted, and %v", err)
	}
	if _, err := c.Delete(t.Context(), "editor-1", "", a.ID, 4, unused); !errors.Is(err, journal.ErrNotFound) {
		t.Fatalf("deleting a deletion: %v", err)
	}
	if _, err := c.Edit(t.Context(), "editor-1", "", a.ID, 4, media.Edits{Alt: ptr("x")}); !errors.Is(err, journal.ErrNotFound) {
		t.Fatalf("editing a deletion: %v", err)
	}

	// The same bytes again are the asset anew.
	again, err := c.Add(t.Context(), "author-2", "秋天.png", bytes.NewReader(picture(3)))
	if err != nil || again.ID != a.ID || again.Name != "秋天.png" || again.Alt != "" {
		t.Fatalf("%+v %v", again, err)
	}
	stands(t, c, again)
	if got := fmt.Sprint(acts(t, c.Store)); got != "[asset-add asset-stored asset-edit asset-delete asset-add asset-stored]" {
		t.Fatalf("acts %s", got)
	}
	var moved *journal.Conflict
	if _, err := c.Delete(t.Context(), "editor-1", "", a.ID, 3, unused); !errors.As(err, &moved) || moved.Current.Rev != 6 {
		t.Fatalf("deleting what is there anew by its old revision: %v", err)
	}
}

func mustGet(t *testing.T, c *media.Collection, id string) media.Asset {
	t.Helper()
	a, err := c.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The bytes of a deleted asset are swept away; added again, before that or after,
// they are there.
func TestDeleteThenSweep(t *testing.T) {
	s := newSwept(t)
	add := func() media.Asset {
		a, err := s.Add(t.Context(), "author-1", "a.png", bytes.NewReader(picture(4)))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	drop := func(a media.Asset, rev uint64) {
		if _, err := s.Delete(t.Context(), "editor-1", "", a.ID, rev, unused); err != nil {
			t.Fatal(err)
		}
	}
	a := add()
	drop(a, 2)
	s.now = s.now.Add(2 * time.Hour)
	s.sweep(t, media.Swept{Trashed: 1})
	stands(t, s.Collection, add()) // out of the trash
	drop(a, 5)
	s.now = s.now.Add(2 * time.Hour)
	s.sweep(t, media.Swept{Trashed: 1})
	s.now = s.now.Add(25 * time.Hour)
	s.sweep(t, media.Swept{Purged: 1})
	if _, err := s.Blobs.Stat(t.Context(), a.Key); !errors.Is(err, media.ErrNotFound) {
		t.Fatalf("swept, and %v", err)
	}
	stands(t, s.Collection, add())
}

// Adding, editing and deleting at once leave an asset whose bytes are there, or
// none; nobody is told of anything but what others did meanwhile.
func TestDeleteAgainstAdd(t *testing.T) {
	dir := t.TempDir()
	c, other := collect(t, dir), collect(t, dir)
	a, err := c.Add(t.Context(), "author-1", "a.png", bytes.NewReader(picture(5)))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	errs := make(chan error, 3*20)
	for i := range 20 {
		all.Go(func() {
			_, err := c.Add(t.Context(), "author-1", "a.png", bytes.NewReader(picture(5)))
			errs <- err
		})
		all.Go(func() {
			r, err := other.Store.Get(t.Context(), journal.Key{Kind: media.KindAsset, ID: a.ID})
			if err == nil {
				_, err = other.Delete(t.Context(), "editor-1", "", a.ID, r.Rev, unused)
			}
			errs <- err
		})
		all.Go(func() {
			r, err := other.Store.Get(t.Context(), journal.Key{Kind: media.KindAsset, ID: a.ID})
			if err == nil {
				_, err = other.Edit(t.Context(), "editor-2", "", a.ID, r.Rev, media.Edits{Alt: ptr(fmt.Sprint("第", i))})
			}
			errs <- err
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil && !errors.Is(err, journal.ErrConflict) && !errors.Is(err, journal.ErrNotFound) {
			t.Error(err)
		}
	}
	last, err := c.Add(t.Context(), "author-1", "a.png", bytes.NewReader(picture(5)))
	if err != nil {
		t.Fatal(err)
	}
	stands(t, c, last)
}
