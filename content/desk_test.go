package content_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
	"kepu/storage/sqlite"
)

// room is a desk over a real store whose clock stands still until it is moved.
type room struct {
	*content.Desk
	store *sqlite.Store
	at    time.Time
}

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func open(t testing.TB) *room {
	t.Helper()
	r := &room{at: noon}
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"), sqlite.Options{
		Secret: journal.NewSecret(), Now: func() time.Time { return r.at },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	r.store = store
	r.Desk = &content.Desk{Store: store, Slate: store.Slate(), Now: func() time.Time { return r.at }}
	return r
}

func (r *room) seeded(t testing.TB) *room {
	t.Helper()
	if err := r.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// item reads an item and its revision.
func (r *room) item(t testing.TB, id string) (content.Item, uint64) {
	t.Helper()
	record, err := r.store.Get(t.Context(), journal.Key{Kind: content.KindItem, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	item, err := content.Decode[content.Item](record.State)
	if err != nil {
		t.Fatal(err)
	}
	return item, record.Rev
}

// version reads a version of an item.
func (r *room) version(t testing.TB, id string, hash journal.Hash) content.Version {
	t.Helper()
	key := journal.PartKey{Key: journal.Key{Kind: content.KindItem, ID: id}, Hash: hash}
	parts, err := r.store.Parts(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	version, err := content.Decode[content.Version](parts[key])
	if err != nil {
		t.Fatalf("version %s: %v", hash, err)
	}
	return version
}

func (r *room) head(t testing.TB) uint64 {
	t.Helper()
	head, err := r.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head.Seq
}

// rewrite stands for an act of the desk that this package has no call for yet:
// it changes an item and commits it.
func (r *room) rewrite(t testing.TB, id string, change func(*content.Item)) {
	t.Helper()
	item, rev := r.item(t, id)
	change(&item)
	state, err := journal.Encode(item)
	if err != nil {
		t.Fatal(err)
	}
	results, err := r.store.Commit(t.Context(), journal.Change{
		Key: journal.Key{Kind: content.KindItem, ID: id}, Rev: rev, State: state, Act: "save", Actor: "editor",
	})
	if err != nil || results[0].Err != nil {
		t.Fatal(err, results[0].Err)
	}
}

// save keeps a text as an editor's and gives its hash.
func (r *room) save(t testing.TB, id string, version content.Version) journal.Hash {
	t.Helper()
	if problems := version.Check(); len(problems) > 0 {
		t.Fatal(problems)
	}
	state, err := journal.Encode(version)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := r.store.PutParts(t.Context(), journal.Part{Key: journal.Key{Kind: content.KindItem, ID: id}, State: state})
	if err != nil {
		t.Fatal(err)
	}
	return hashes[0]
}

func TestSeed(t *testing.T) {
	r := open(t)
	r.seeded(t)
	head := r.head(t)
	if want := uint64(len(content.SeedTopics())); head != want {
		t.Fatalf("%d entries after seeding, want %d", head, want)
	}
	// An editor renames one and deletes another; a second start leaves both.
	if _, err := r.PutTopic(t.Context(), content.Operator(), 1, content.Topic{Key: "city-waste", Name: "垃圾", Parent: "city", Order: 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Drop(t.Context(), content.Operator(), journal.Key{Kind: content.KindTopic, ID: "city-water"}, 1); err != nil {
		t.Fatal(err)
	}
	r.seeded(t)
	if got := r.head(t); got != head+2 {
		t.Errorf("seeding again wrote %d entries", got-head-2)
	}
	entries, err := r.store.Entries(t.Context(), 0, 1)
	if err != nil || entries[0].Act != "seed" || entries[0].Actor != "system" || entries[0].Op != "seed/topic/health" {
		t.Errorf("first entry is %+v, %v", entries, err)
	}
}

// Nodes that start together seed the tree once.
func TestSeedAtOnce(t *testing.T) {
	r := open(t)
	var wait sync.WaitGroup
	errs := make([]error, 4)
	for n := range errs {
		wait.Go(func() { errs[n] = r.Seed(t.Context()) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got, want := r.head(t), uint64(len(content.SeedTopics())); got != want {
		t.Errorf("%d entries, want %d", got, want)
	}
}

func TestPutTopic(t *testing.T) {
	r := open(t).seeded(t)
	for _, c := range []struct {
		topic content.Topic
		field string
	}{
		{content.Topic{Key: "Sea", Name: "海"}, "key"},
		{content.Topic{Key: "deep-sea", Name: "深海"}, "key"},
		{content.Topic{Key: "nature-", Name: "海", Parent: "nature"}, "key"},
		{content.Topic{Key: "emergency-sea", Name: "海", Parent: "nature"}, "key"},
		{content.Topic{Key: "ocean-deep", Name: "深海", Parent: "ocean"}, "parent"},
		{content.Topic{Key: "nature-sea-deep", Name: "深海", Parent: "nature-sea"}, "key"},
		{content.Topic{Key: "sea", Name: "\u200b　"}, "name"},
		{content.Topic{Key: "sea", Name: "海", Order: -1}, "order"},
	} {
		_, err := r.PutTopic(t.Context(), content.Operator(), 0, c.topic)
		wantProblem(t, err, c.field)
	}
	topic := content.Topic{Key: "nature-sky", Name: " 天空 ", Parent: "nature", Order: 4}
	made, err := r.PutTopic(t.Context(), content.Operator(), 0, topic)
	if err != nil || made.Rev != 1 {
		t.Fatal(made, err)
	}
	again, err := r.PutTopic(t.Context(), content.Operator(), 0, topic)
	if err != nil || again != made {
		t.Errorf("the same topic again: %v, %v; want %v", again, err, made)
	}
	topic.Name = "天空与云"
	if _, err := r.PutTopic(t.Context(), content.Operator(), 0, topic); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("a stale write: %v", err)
	}
	if next, err := r.PutTopic(t.Context(), content.Operator(), 1, topic); err != nil || next.Rev != 2 {
		t.Errorf("the next revision: %v, %v", next, err)
	}
}

func TestDrop(t *testing.T) {
	r := open(t).seeded(t)
	key := journal.Key{Kind: content.KindTopic, ID: "city"}
	_, err := r.Drop(t.Context(), content.Operator(), key, 1)
	wantProblem(t, err, "key")
	leaf := journal.Key{Kind: content.KindTopic, ID: "city-waste"}
	if _, err := r.Drop(t.Context(), content.Operator(), leaf, 9); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("a stale deletion: %v", err)
	}
	gone, err := r.Drop(t.Context(), content.Operator(), leaf, 1)
	if err != nil || gone.Rev != 2 {
		t.Fatal(gone, err)
	}
	if again, err := r.Drop(t.Context(), content.Operator(), leaf, 1); err != nil || again != gone {
		t.Errorf("deleting again: %v, %v", again, err)
	}
	if _, err := r.Drop(t.Context(), content.Operator(), journal.Key{Kind: content.KindTopic, ID: "none"}, 1); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("deleting what never was: %v", err)
	}
	if _, err := r.Drop(t.Context(), content.Operator(), journal.Key{Kind: content.KindItem, ID: "x"}, 1); err == nil {
		t.Error("an item was dropped")
	}
}

func TestPutSeriesAndScene(t *testing.T) {
	r := open(t).seeded(t)
	for _, s := range []content.Series{{Slug: "台风", Title: "台风"}, {Slug: "admin", Title: "台风"}, {Slug: "tai-feng"}} {
		if _, err := r.PutSeries(t.Context(), content.Operator(), 0, s); err == nil {
			t.Errorf("series %+v was taken", s)
		}
	}
	if _, err := r.PutSeries(t.Context(), content.Operator(), 0, content.Series{Slug: "tai-feng", Title: "台风十问"}); err != nil {
		t.Error(err)
	}
	good := content.Scene{
		Slug: "an-quan-yue", Title: "安全生产月", Start: noon, End: noon.AddDate(0, 1, 0), Boost: 200,
		Topics: []string{"work", "work"}, Audiences: []content.Audience{content.Workers}, Regions: []string{"33"},
	}
	for field, spoil := range map[string]func(*content.Scene){
		"end":          func(s *content.Scene) { s.End = s.Start },
		"start":        func(s *content.Scene) { s.Start = time.Time{} },
		"boost":        func(s *content.Scene) { s.Boost = 401 },
		"topics[0]":    func(s *content.Scene) { s.Topics = []string{"none"} },
		"audiences[0]": func(s *content.Scene) { s.Audiences = []content.Audience{"cats"} },
		"regions[0]":   func(s *content.Scene) { s.Regions = []string{"110101"} },
		"items[0]":     func(s *content.Scene) { s.Items = []string{"a/b"} },
		"slug":         func(s *content.Scene) { s.Slug = "feed" },
	} {
		bad := good
		spoil(&bad)
		_, err := r.PutScene(t.Context(), content.Operator(), 0, bad)
		wantProblem(t, err, field)
	}
	made, err := r.PutScene(t.Context(), content.Operator(), 0, good)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.PutScene(t.Context(), content.Operator(), 1, good); err != nil || again != made {
		t.Errorf("the same scene again: %v, %v", again, err)
	}
}

// wantProblem fails unless err is Invalid and names the field.
func wantProblem(t testing.TB, err error, field string) {
	t.Helper()
	var invalid *journal.Invalid
	if !errors.As(err, &invalid) {
		t.Errorf("error is %v, want a problem with %s", err, field)
		return
	}
	for _, p := range invalid.Problems {
		if p.Field == field {
			return
		}
	}
	t.Errorf("problems are %v, want one with %s", invalid.Problems, field)
}

// blob is the key of some blob.
func blob(n byte) media.Key { return media.Key(fmt.Sprintf("%064x", n)) }
