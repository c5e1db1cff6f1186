package shelf

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

func TestPublishShows(t *testing.T) {
	d, s, _ := started(t)
	d.topics("health", "health-mind")
	a := article1(1, placed(content.Youth, 80))
	a.item.Placement.Topics = []string{"health-mind"}
	a.item.Placement.Region = "330106"
	a.item.Slugs = []string{"new", "old"}
	a.item.Origin = &content.Origin{Source: "src", ID: "7"}
	a.version.Cover = &content.Picture{Key: blob(1), Type: "image/jpeg", Width: 4, Height: 3, Alt: "图", Focal: &media.Focal{X: 1, Y: 2}}
	shown(t, s, d.publish(a))
	v := view(t, s)
	it, err := v.Item(a.item.ID)
	if err != nil || it.Version.Title != a.version.Title || it.Rev != 1 || it.Item.Slugs[1] != "old" {
		t.Fatalf("item: %+v, %v", it, err)
	}
	want := Card{
		ID: a.item.ID, Kind: "article", Slug: "new", URL: "/article/new", Title: "第 1 篇", Summary: "摘要",
		Cover:     &Cover{URL: "/media/" + string(blob(1)) + "/cover.jpg", Width: 4, Height: 3, Alt: "图", Focal: &media.Focal{X: 1, Y: 2}},
		Audiences: []content.Placed{{Audience: content.Youth, Weight: 80}}, Topics: []string{"health-mind"},
		Region: "330106", Published: *a.item.Published, Updated: *a.item.Published, Minutes: 1, Origin: &Origin{"src", "7"},
	}
	if card, err := v.Card(a.item.ID); err != nil || !reflect.DeepEqual(card, want) {
		t.Errorf("card\n got %+v\nwant %+v (%v)", card, want, err)
	}
	if f := v.Lookup("new"); f.State != Live || f.ID != a.item.ID || f.Kind != "article" {
		t.Errorf("current slug: %+v", f)
	}
	if f := v.Lookup("old"); f.State != Moved || f.Slug != "new" {
		t.Errorf("old slug: %+v", f)
	}
	if f := v.Lookup("never"); f != (Found{}) {
		t.Errorf("unknown slug: %+v", f)
	}
	for _, q := range []PageQuery{
		{}, {Audience: content.Youth}, {Topic: "health"}, {Topic: "health-mind"}, {Audience: content.Youth, Topic: "health"},
		{Region: "33"}, {Region: "3301"}, {Region: "330106"}, {Kind: "article"}, {Audience: content.Youth, Region: "33", Kind: "article"},
	} {
		if got := slugs(page(t, s, q)); !slices.Equal(got, []string{"new"}) {
			t.Errorf("page %+v: %v", q, got)
		}
	}
	for _, q := range []PageQuery{{Audience: content.Seniors}, {Region: "3302"}, {Kind: "video"}, {Region: "x"}} {
		if got := slugs(page(t, s, q)); len(got) != 0 {
			t.Errorf("page %+v: %v", q, got)
		}
	}
}

func TestPageErrors(t *testing.T) {
	_, s, _ := started(t)
	v := view(t, s)
	for _, c := range []struct {
		q    PageQuery
		want error
	}{
		{PageQuery{Limit: -1}, ErrQuery},
		{PageQuery{Limit: 101}, ErrQuery},
		{PageQuery{Audience: "cats"}, ErrNotFound},
		{PageQuery{Topic: "nope"}, ErrNotFound},
		{PageQuery{Series: "nope"}, ErrNotFound},
		{PageQuery{Kind: "podcast"}, ErrNotFound},
		{PageQuery{After: "x"}, ErrCursor},
	} {
		if _, err := v.Page(c.q); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.q, err, c.want)
		}
	}
	for _, id := range []string{"", "x", id(9)} {
		if _, err := v.Item(id); !errors.Is(err, ErrNotFound) {
			t.Errorf("item %q: %v", id, err)
		}
	}
}

func TestWithdrawEraseDelete(t *testing.T) {
	d, s, _ := started(t)
	a, b, c, e := article1(1, placed(content.Youth, 50)), article1(2, placed(content.Youth, 50)), article1(3, placed(content.Youth, 50)), article1(4, placed(content.Youth, 50))
	shown(t, s, d.publish(a, b, c, e))
	d.withdraw(a)
	key := journal.Key{Kind: content.KindItem, ID: b.item.ID}
	if _, err := d.store.Erase(t.Context(), d.change(key, nil)); err != nil {
		t.Fatal(err)
	}
	seq := d.commit(d.change(journal.Key{Kind: content.KindItem, ID: c.item.ID}, nil))
	shown(t, s, seq)
	v := view(t, s)
	if f := v.Lookup("item-1"); f.State != Gone || f.Title != a.version.Title || f.Gone == nil || f.Gone.Reason != "已过时" || f.Kind != "article" {
		t.Errorf("withdrawn: %+v", f)
	}
	for _, slug := range []string{"item-2", "item-3"} {
		if f := v.Lookup(slug); f != (Found{}) {
			t.Errorf("%s: %+v", slug, f)
		}
	}
	if got := slugs(page(t, s, PageQuery{})); !slices.Equal(got, []string{"item-4"}) || v.Count() != 1 {
		t.Errorf("left: %v, count %d", got, v.Count())
	}
	wantFresh(t, s, d.store)
	shown(t, s, d.publish(a)) // it comes back
	if got := page(t, s, PageQuery{}); len(got.Cards) != 2 {
		t.Errorf("after return: %v", slugs(got))
	}
	wantFresh(t, s, d.store)
}

func TestDraftChangesNoPage(t *testing.T) {
	d, s, _ := started(t)
	a := article1(1, placed(content.Youth, 50))
	shown(t, s, d.publish(a))
	v := view(t, s)
	before, item := v.Version(OrderDep("youth")), v.Version(ItemDep(a.item.ID))
	ch := d.live(a)[0]
	var it content.Item
	it, err := content.Decode[content.Item](ch.State)
	if err != nil {
		t.Fatal(err)
	}
	it.Draft = journal.Hash("00" + string(it.Live[2:]))
	ch.State = encode(t, it)
	shown(t, s, d.commit(ch))
	v = view(t, s)
	if v.Version(OrderDep("youth")) != before {
		t.Error("a draft changed the feed")
	}
	if v.Version(ItemDep(a.item.ID)) == item {
		t.Error("the item's revision went unnoticed")
	}
}

func TestVersions(t *testing.T) {
	d, s, _ := started(t)
	d.topics("health", "space")
	a, b := article1(1, placed(content.Youth, 50)), article1(2, placed(content.Seniors, 50))
	a.item.Placement.Topics, b.item.Placement.Topics = []string{"health"}, []string{"space"}
	shown(t, s, d.publish(a, b))
	deps := []Dep{OrderDep("all"), OrderDep("youth"), OrderDep("seniors"), OrderDep("youth/health"), OrderDep("topic/space"),
		OrderDep("recent"), ItemDep(a.item.ID), ItemDep(b.item.ID), Topics, Scenes, Settings, SeriesDep("x")}
	read := func() map[Dep]uint64 {
		v := s.View()
		defer v.Close()
		all := map[Dep]uint64{"epoch": v.Epoch()}
		for _, dep := range deps {
			all[dep] = v.Version(dep)
		}
		return all
	}
	expect := func(what string, before map[Dep]uint64, want ...Dep) {
		t.Helper()
		after := read()
		for dep := range after {
			changed := before[dep] != after[dep]
			if changed != slices.Contains(want, dep) {
				t.Errorf("%s: %s changed: %t", what, dep, changed)
			}
		}
	}
	before := read()
	a.version.Title = "改了"
	shown(t, s, d.publish(a))
	expect("title", before, "epoch", OrderDep("all"), OrderDep("youth"), OrderDep("youth/health"), OrderDep("recent"), ItemDep(a.item.ID))
	before = read()
	shown(t, s, d.put(content.KindSetting, "site", map[string]string{"name": "浙里科普"}))
	expect("setting", before, "epoch", Settings)
	before = read()
	shown(t, s, d.put(content.KindSeries, "x", content.Series{V: 1, Slug: "x", Title: "系列"}))
	expect("series", before, "epoch", SeriesDep("x"))
	before = read()
	shown(t, s, d.put("user", "someone", map[string]int{"v": 1}))
	expect("another kind", before)
	var setting map[string]string
	if err := view(t, s).Setting("site", &setting); err != nil || setting["name"] != "浙里科普" {
		t.Errorf("setting: %v %v", setting, err)
	}
	if err := view(t, s).Setting("none", &setting); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown setting: %v", err)
	}
}

func TestUndecodableKeepsFormer(t *testing.T) {
	d, s, _ := started(t)
	a := article1(1, placed(content.Youth, 50))
	shown(t, s, d.publish(a))
	bad := d.live(a)[0]
	bad.State = []byte(`{"v":99,"id":"` + a.item.ID + `"}`)
	d.commit(bad)
	missing := article1(2, placed(content.Youth, 50))
	missing.item.Live = journal.Hash(blob(5))
	d.put(content.KindItem, missing.item.ID, missing.item)
	d.put(content.KindItem, "no-uuid", content.Item{V: 1, ID: "no-uuid", Kind: "article", Live: missing.item.Live, Slugs: []string{"s"}})
	shown(t, s, d.put(content.KindScene, "s", map[string]any{"v": 99}))
	if got := slugs(page(t, s, PageQuery{})); !slices.Equal(got, []string{"item-1"}) {
		t.Errorf("page: %v", got)
	}
}

func TestMediaPermission(t *testing.T) {
	d, s, _ := started(t)
	d.put(media.KindAsset, id(100), media.Asset{V: 1, ID: id(100), Key: blob(1), Type: "image/png", Size: 123, Kind: "image", State: "stored",
		Rendition: []media.Rendition{{Name: "small", Key: blob(7), Type: "image/webp", Size: 9}}})
	a, b := article1(1, placed(content.Youth, 50)), article1(2, placed(content.Youth, 50))
	a.version.Cover = &content.Picture{Key: blob(1), Type: "image/png"}
	b.version.Cover = &content.Picture{Key: blob(1), Type: "image/png"}
	d.put(content.KindSeries, "x", content.Series{V: 1, Slug: "x", Title: "系列", Cover: &content.Picture{Key: blob(2)}})
	shown(t, s, d.publish(a, b))
	expect := func(key media.Key, want Medium) {
		t.Helper()
		if got := view(t, s).Media(key); got != want {
			t.Errorf("media %s: %+v, want %+v", key[60:], got, want)
		}
	}
	expect(blob(1), Medium{Live, "image/png", 123})
	expect(blob(7), Medium{Live, "image/webp", 9})
	expect(blob(2), Medium{Live, "", 0})
	expect(blob(3), Medium{})
	expect("not a key", Medium{})
	shown(t, s, d.withdraw(a))
	expect(blob(1), Medium{Live, "image/png", 123})
	shown(t, s, d.withdraw(b))
	expect(blob(1), Medium{Gone, "image/png", 123})
	expect(blob(7), Medium{Gone, "image/webp", 9})
	shown(t, s, d.put(content.KindSeries, "x", content.Series{V: 1, Slug: "x", Title: "系列"}))
	expect(blob(2), Medium{Gone, "", 0})
	wantFresh(t, s, d.store)
}

func TestUntil(t *testing.T) {
	d, s, c := started(t)
	a, b := article1(1, placed(content.Youth, 50)), article1(2, placed(content.Youth, 50))
	end := c.now().Add(time.Hour)
	a.item.Until = &end
	a.version.Cover = &content.Picture{Key: blob(1), Type: "image/png"}
	shown(t, s, d.publish(a, b))
	if got := page(t, s, PageQuery{}); len(got.Cards) != 2 {
		t.Fatalf("before: %v", slugs(got))
	}
	step := func(at time.Time, n int, state string) {
		t.Helper()
		c.set(at)
		if err := s.tick(); err != nil {
			t.Fatal(err)
		}
		v := view(t, s)
		if got := page(t, s, PageQuery{Audience: content.Youth}); len(got.Cards) != n || v.Count() != n {
			t.Errorf("at %s: %v, count %d", at, slugs(got), v.Count())
		}
		if f := v.Lookup("item-1"); f.State != state {
			t.Errorf("at %s: %+v", at, f)
		}
		wantFresh(t, s, d.store)
	}
	step(end.Add(-time.Millisecond), 2, Live)
	step(end, 1, Gone)
	step(end.Add(-time.Minute), 2, Live) // the clock was set back
	step(end.Add(time.Hour), 1, Gone)
	later := end.Add(24 * time.Hour)
	a.item.Until = &later
	shown(t, s, d.publish(a))
	step(end.Add(2*time.Hour), 2, Live)
}

// The watcher itself notices an instant without being asked.
func TestWatch(t *testing.T) {
	d, s, c := started(t)
	a := article1(1, placed(content.Youth, 50))
	end := c.now().Add(time.Hour)
	a.item.Until = &end
	shown(t, s, d.publish(a))
	c.set(end)
	poke(s.edges)
	deadline := time.Now().Add(20 * time.Second)
	for view(t, s).Count() != 0 {
		if time.Now().After(deadline) {
			t.Fatal("the end went unnoticed")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestReopen(t *testing.T) {
	d, c := newDesk(t), &clock{t: epoch.Add(24 * time.Hour)}
	dir := t.TempDir()
	s := openShelf(t, dir, c)
	stop := follow(t, s, d.store)
	d.topics("health")
	a := article1(1, placed(content.Youth, 50))
	a.item.Placement.Topics = []string{"health"}
	a.item.Placement.Pin = &content.Pin{On: []string{"all", "youth"}}
	shown(t, s, d.publish(a, article1(2, placed(content.Seniors, 90))))
	before := dump(t, s)
	stop()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openShelf(t, dir, c)
	if got := dump(t, s); got != before {
		t.Errorf("after reopening:\n%s\nbefore:\n%s", got, before)
	}
	if s.Position().Seq == 0 {
		t.Error("position lost")
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("second opening: %v", err)
	}
}
