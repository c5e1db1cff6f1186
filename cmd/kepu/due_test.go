package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// scheduled makes drafts that are to be published at an instant, by a chief
// alone.
func scheduled(t *testing.T, desk *content.Desk, count int, at time.Time) (ids []string) {
	t.Helper()
	for i := range count {
		id, stamp, err := desk.Create(t.Context(), content.Operator(), content.KindArticle, content.Version{Title: fmt.Sprintf("定时的第%d篇", i),
			Article: &content.Article{Body: content.Body{Type: "doc", Content: []content.Node{{Type: "paragraph", Content: []content.Node{{Type: "text", Text: "正文。"}}}}}}},
			content.Placement{Audiences: []content.Placed{{Audience: content.Youth, Weight: 50}}}, fmt.Sprintf("due-%d", i))
		if err == nil {
			_, err = desk.Schedule(t.Context(), content.Operator(), id, stamp.Rev, at, time.Time{})
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// fired gives for each item the entries by which the clock published it.
func fired(t *testing.T, store journal.Store) map[string][]journal.Entry {
	t.Helper()
	all := map[string][]journal.Entry{}
	for after := uint64(0); ; {
		entries, err := store.Entries(t.Context(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 {
			return all
		}
		for _, e := range entries {
			if after = e.Seq; e.Kind == content.KindItem && e.Act == "scheduled" {
				all[e.ID] = append(all[e.ID], e)
			}
		}
	}
}

// untilFired waits until so many items were published by the clock.
func untilFired(t *testing.T, store journal.Store, count int) map[string][]journal.Entry {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		head, err := store.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if all := fired(t, store); len(all) >= count {
			return all
		}
		if err := store.Wait(ctx, head.Seq); err != nil {
			t.Fatalf("%d of %d were published: %v", len(fired(t, store)), count, err)
		}
	}
}

// TestScheduledIsPublished: a running node publishes what is due, not before, and
// readers see it.
func TestScheduledIsPublished(t *testing.T) {
	s := start(t, Config{})
	at := time.Now().Add(1500 * time.Millisecond)
	ids := scheduled(t, s.Desk(), 3, at)
	if status, _ := s.get(t, "/article/due-0"); status != http.StatusNotFound {
		t.Errorf("before its time: %d", status)
	}
	for id, entries := range untilFired(t, s.stores.journal, len(ids)) {
		if len(entries) != 1 || entries[0].At.Before(journal.Milli(at)) {
			t.Errorf("%s: %+v, due at %v", id, entries, at)
		}
	}
	s.caughtUp(t)
	for i := range ids {
		if status, _ := s.get(t, fmt.Sprintf("/article/due-%d", i)); status != http.StatusOK {
			t.Errorf("due-%d: %d", i, status)
		}
	}
}

// TestScheduledUnderKill: many are due at once while the process is killed again
// and again, with another beside it that cannot have the directory: each is
// published exactly once, none early, all soon after the last start.
func TestScheduledUnderKill(t *testing.T) {
	count, kills := 60, 3
	if os.Getenv("KEPU_SOAK") != "" {
		count, kills = 10_000, 10
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	data := t.TempDir()
	stores, err := openStores(t.Context(), storeConfig{data: data}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, stores.close()) })
	desk := stores.desk()
	if err := desk.SeedReview(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(time.Duration(count)*12*time.Millisecond + time.Second)
	ids := scheduled(t, desk, count, at)
	for range kills {
		p := serving(t, data, "-library=false")
		ctx, cancel := context.WithTimeout(t.Context(), max(0, time.Until(at))+time.Duration(20+random.IntN(400))*time.Millisecond)
		<-ctx.Done()
		cancel()
		working := len(fired(t, stores.journal))
		p.kill(t)
		t.Logf("killed with %d of %d published", working, count)
	}
	p := serving(t, data, "-library=false")
	for id, entries := range untilFired(t, stores.journal, len(ids)) {
		if len(entries) != 1 || entries[0].At.Before(journal.Milli(at)) {
			t.Errorf("%s: %+v, due at %v", id, entries, at)
		}
	}
	p.stop(t)
}

// TestFirstAdministrator: a new store prints who may sign in, once; they can, and
// have to change the password before anything else.
func TestFirstAdministrator(t *testing.T) {
	app, err := New(t.Context(), Config{storeConfig: storeConfig{data: t.TempDir()}, addr: "127.0.0.1:0", log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, app.Close()) })
	first, err := app.first(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if second, err := app.first(t.Context()); err != nil || second != "" {
		t.Errorf("a second start says %q, %v", second, err)
	}
	lines := strings.Split(strings.TrimSpace(first), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "admin") || len([]rune(lines[1])) < 30 {
		t.Errorf("a first start says %q", first)
	}
}

// TestStopBeforeTheStart: a node that is told to stop before it serves does not
// serve for good.
func TestStopBeforeTheStart(t *testing.T) {
	for range 5 {
		app, err := New(t.Context(), Config{storeConfig: storeConfig{data: t.TempDir()}, addr: "127.0.0.1:0", log: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := app.Run(ctx); err != nil {
			t.Error(err)
		}
	}
}
