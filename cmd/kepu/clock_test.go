package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/search"
	"kepu/shelf"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

// clocked is a node all of whose parts go by one clock that a test sets.
func clocked(t *testing.T, data string, now func() time.Time) *node {
	t.Helper()
	secret, err := journal.OpenSecret(filepath.Join(data, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(data, "kepu.db"), sqlite.Options{Secret: secret, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, store.Close()) })
	blobs, err := disk.Open(filepath.Join(data, "blobs"), disk.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	n := &node{stores: &stores{journal: store, slate: store.Slate(), blobs: blobs, secret: secret, temp: t.TempDir(), now: now}}
	if n.shelf, err = shelf.Open(filepath.Join(data, "shelf"), shelf.Options{Now: now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, n.shelf.Close()) })
	if n.index, err = search.Open(filepath.Join(data, "index"), n.shelf, search.Options{Now: now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, n.index.Close()) })
	return n
}

func closed(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// TestClockGoesAnywhere publishes under a clock that jumps an hour and a year
// either way, over a leap day and past 2038. Order in the journal is that of the
// commits, everything is shown once and found, nothing is published later than
// its commit said, and shelf and index equal the journal after every jump.
func TestClockGoesAnywhere(t *testing.T) {
	var at atomic.Int64
	now := func() time.Time { return time.UnixMilli(at.Load()).UTC() }
	data := t.TempDir()
	begin := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	at.Store(begin.UnixMilli())
	clocks := []time.Time{
		begin, begin.Add(time.Hour), begin.Add(-time.Hour), begin.AddDate(1, 0, 0), begin.AddDate(-1, 0, 0),
		time.Date(2028, 2, 29, 23, 59, 59, 999e6, time.UTC), time.Date(2038, 1, 19, 3, 14, 8, 0, time.UTC),
		time.Date(1988, 7, 1, 0, 30, 0, 0, time.FixedZone("CDT", 9*3600)), begin,
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	n := clocked(t, data, now)
	if err := n.stores.desk().Seed(ctx); err != nil {
		t.Fatal(err)
	}
	err := n.caughtUp(ctx, func(ctx context.Context, n *node) error {
		for i, clock := range clocks {
			at.Store(clock.UnixMilli())
			seq, err := publishAt(ctx, n, i)
			if err != nil {
				return err
			}
			if err := errors.Join(n.shelf.Wait(ctx, seq), n.index.Wait(ctx, seq)); err != nil {
				return err
			}
			if err := inspect(ctx, n.stores, n.shelf, n.index, checkRequest{}, func(e event) {
				if e.Finding != "" {
					t.Errorf("clock at %v: %s", clock, e.Finding)
				}
			}); err != nil {
				return err
			}
			onceEach(ctx, t, n, i+1, clock)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := n.stores.journal.Entries(ctx, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	back, jump := 0, 0
	for i, e := range entries {
		if e.Seq != uint64(i+1) {
			t.Fatalf("entry %d has seq %d", i, e.Seq)
		}
		if i > 0 && e.At.Before(entries[i-1].At) {
			back++
		}
		if e.Kind == content.KindItem {
			if want := clocks[jump]; !e.At.Equal(want) {
				t.Errorf("seq %d at %v, want %v", e.Seq, e.At, want)
			}
			jump++
		}
	}
	if jump != len(clocks) || back == 0 {
		t.Errorf("%d publications, %d times back", jump, back)
	}
}

// publishAt publishes one item that says nothing of its date, and one that says
// it is from tomorrow, which is refused.
func publishAt(ctx context.Context, n *node, i int) (uint64, error) {
	item := func(id string) content.Submission {
		var b content.Body
		b.Type = "doc"
		b.Content = []content.Node{{Type: "paragraph", Content: []content.Node{{Type: "text", Text: "正文说的是钟表。"}}}}
		s := content.Submission{Source: "clock", SourceID: id, Kind: content.KindArticle, Version: content.Version{V: content.Format, Title: "钟表第" + id + "条", Article: &content.Article{Body: b}}}
		for _, a := range content.Audiences {
			s.Placement.Audiences = append(s.Placement.Audiences, content.Placed{Audience: a, Weight: 50})
		}
		return s
	}
	early := item(fmt.Sprintf("early%d", i))
	early.Published = n.stores.now().AddDate(0, 0, 1)
	out, err := n.stores.desk().Import(ctx, operator, []content.Submission{item(fmt.Sprint(i)), early}, content.ImportOptions{Publish: true})
	if err != nil {
		return 0, err
	}
	if out[0].Outcome != content.Published || out[1].Outcome != content.Refused {
		return 0, fmt.Errorf("item %d: %+v", i, out)
	}
	return out[0].Seq, nil
}

// onceEach walks the feed and asks search: every item once, none of the future.
func onceEach(ctx context.Context, t *testing.T, n *node, want int, clock time.Time) {
	t.Helper()
	seen := map[string]bool{}
	for after := ""; ; {
		view := n.shelf.View()
		list, err := view.Page(shelf.PageQuery{Audience: content.Youth, Limit: 2, After: after})
		view.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list.Cards {
			if seen[c.ID] {
				t.Errorf("clock at %v: %s twice", clock, c.Title)
			}
			seen[c.ID] = true
		}
		if after = list.Next; after == "" {
			break
		}
	}
	found, err := n.index.Query(ctx, search.Query{Text: "钟表"})
	if err != nil || found.Total != want || len(seen) != want {
		t.Errorf("clock at %v: %d in the feed, %d found, %v; want %d", clock, len(seen), found.Total, err, want)
	}
}
