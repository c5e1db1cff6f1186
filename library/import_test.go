package library

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
	"kepu/media"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

// The library goes the way of anybody's folder, is published whole, and the
// gate has nothing to say against it. Loading it again changes nothing.
func TestImport(t *testing.T) {
	ctx := t.Context()
	im, store := shop(t)
	report, err := im.FS(ctx, Files(), "library")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Errorf("%s: %s", p.Where, p.Message)
	}
	want := len(pieces(t)) + len(clips(t))
	if report.Outcomes[content.Published] != want {
		t.Errorf("outcomes %v, want %d published", report.Outcomes, want)
	}
	kinds := map[string]int{}
	_, err = store.Scan(ctx, nil, func(r journal.Record) error {
		kinds[r.Kind]++
		if r.Kind == content.KindItem {
			checkItem(t, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if kinds[content.KindItem] != want || kinds[content.KindSeries] != 1 || kinds[content.KindScene] != 2 {
		t.Errorf("records %v", kinds)
	}

	before, err := store.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if report, err = im.FS(ctx, Files(), "library"); err != nil || report.Bad() > 0 {
		t.Fatalf("again: %v, %v", report.Problems, err)
	}
	if after, err := store.Head(ctx); err != nil || after != before {
		t.Errorf("loading it again moved the journal from %v to %v (%v)", before, after, err)
	}
}

func checkItem(t *testing.T, r journal.Record) {
	t.Helper()
	item, err := content.Decode[content.Item](r.State)
	if err != nil {
		t.Fatal(err)
	}
	if item.Live == "" || item.Grounds == nil {
		t.Errorf("%s is not live", item.Slugs)
		return
	}
	for _, a := range item.Grounds.Advice {
		if a.Code == "reviewer" {
			continue // no scientist has read them yet, and the pages say so
		}
		t.Errorf("%s: the gate says of %s: %s", item.Slugs, a.Field, a.Message)
	}
}

// shop is an import into a fresh store that knows the topics.
func shop(t *testing.T) (exchange.Import, journal.Store) {
	t.Helper()
	dir := t.TempDir()
	secret, err := journal.OpenSecret(filepath.Join(dir, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(context.Background(), filepath.Join(dir, "kepu.db"), sqlite.Options{Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	blobs, err := disk.Open(filepath.Join(dir, "blobs"), disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	desk := &content.Desk{Store: store, Slate: store.Slate(), Now: time.Now}
	if err := desk.Seed(context.Background()); err != nil {
		t.Fatal(err)
	}
	return exchange.Import{
		Desk: desk, Media: &media.Collection{Blobs: blobs, Store: store, Now: time.Now, Temp: dir},
		Actor: "system", Source: "library", Options: content.ImportOptions{Publish: true},
	}, store
}
