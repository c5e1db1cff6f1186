package shelf

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kepu/content"
)

func TestOrderOfFeeds(t *testing.T) {
	d, s, _ := started(t)
	heavy := article1(1, placed(content.Youth, 100), placed(content.Seniors, 10))
	light := article1(2, placed(content.Youth, 20), placed(content.Seniors, 60))
	local := article1(3, placed(content.Youth, 70))
	wide := article1(4, placed(content.Youth, 72))
	local.item.Placement.Region, wide.item.Placement.Region = "3301", "330106"
	future := article1(5, placed(content.Officials, 1))
	far := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	future.item.Published = &far
	shown(t, s, d.publish(heavy, light, local, wide, future))
	for _, c := range []struct {
		q    PageQuery
		want []string
	}{
		{PageQuery{Audience: content.Youth}, []string{"item-1", "item-4", "item-3", "item-2"}},
		{PageQuery{Audience: content.Seniors}, []string{"item-2", "item-1"}},
		{PageQuery{}, []string{"item-1", "item-4", "item-3", "item-2", "item-5"}},
		{PageQuery{Region: "3301"}, []string{"item-3", "item-4"}}, // its own before its county's
		{PageQuery{Region: "33"}, []string{"item-4", "item-3"}},
		{PageQuery{Audience: content.Youth, Region: "3301"}, []string{"item-4", "item-3"}},
	} {
		if got := slugs(page(t, s, c.q)); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.q, got, c.want)
		}
	}
	v := view(t, s)
	recent, err := v.Recent(PageQuery{})
	if want := []string{"item-5", "item-4", "item-3", "item-2", "item-1"}; err != nil || !slices.Equal(slugs(recent), want) {
		t.Errorf("recent: %v, %v", slugs(recent), err)
	}
	recent, err = v.Recent(PageQuery{Audience: content.Seniors, Limit: 1})
	if err != nil || !slices.Equal(slugs(recent), []string{"item-2"}) || recent.Next == "" {
		t.Errorf("recent for seniors: %v, %v", slugs(recent), err)
	}
	if _, err := v.Page(PageQuery{Audience: content.Seniors, After: recent.Next}); err != ErrCursor {
		t.Errorf("a cursor of Recent in Page: %v", err)
	}
}

func TestWhy(t *testing.T) {
	d, s, c := started(t)
	d.topics("emergency", "emergency-weather")
	a := article1(1, placed(content.Youth, 95))
	a.item.Placement.Topics, a.item.Placement.Region = []string{"emergency-weather"}, "3301"
	a.item.Placement.Pin = &content.Pin{On: []string{"youth"}}
	d.publish(a)
	shown(t, s, d.put(content.KindScene, "typhoon", content.Scene{
		V: 1, Slug: "typhoon", Title: "台风季", Start: c.now().Add(-time.Hour), End: c.now().Add(time.Hour), Boost: 200, Topics: []string{"emergency"},
	}))
	for _, tc := range []struct {
		q    PageQuery
		want Why
	}{
		{PageQuery{Audience: content.Youth}, Why{"编辑置顶，为青少年推荐（权重 95），情景「台风季」正在进行，2026年3月1日发布", true, 95, "typhoon", "", 0}},
		{PageQuery{}, Why{"编辑推荐（权重 95），情景「台风季」正在进行，2026年3月1日发布", false, 95, "typhoon", "", 0}},
		{PageQuery{Region: "3301"}, Why{"编辑推荐（权重 95），杭州市本地内容，情景「台风季」正在进行，2026年3月1日发布", false, 95, "typhoon", "3301", 0}},
	} {
		if got := page(t, s, tc.q).Cards[0].Why; got == nil || *got != tc.want {
			t.Errorf("%+v: %+v, want %+v", tc.q, got, tc.want)
		}
	}
}

func TestPins(t *testing.T) {
	d, s, c := started(t)
	var all []sample
	for n := range 6 {
		all = append(all, article1(n, placed(content.Youth, 50)))
	}
	until := c.now().Add(time.Hour)
	all[0].item.Placement.Pin = &content.Pin{On: []string{"all"}, Order: 2}
	all[1].item.Placement.Pin = &content.Pin{On: []string{"all", "youth"}, Order: 1, Until: until}
	shown(t, s, d.publish(all...))
	first := page(t, s, PageQuery{Limit: 3})
	if want := []string{"item-1", "item-0", "item-5"}; !slices.Equal(slugs(first), want) || first.Pinned != 2 {
		t.Errorf("page one: %v, %d pinned", slugs(first), first.Pinned)
	}
	second := page(t, s, PageQuery{Limit: 10, After: first.Next})
	if want := []string{"item-4", "item-3", "item-2"}; !slices.Equal(slugs(second), want) || second.Pinned != 0 || second.Next != "" {
		t.Errorf("page two: %v", slugs(second))
	}
	if got := page(t, s, PageQuery{Audience: content.Youth, Limit: 1}); !slices.Equal(slugs(got), []string{"item-1"}) || got.Next == "" {
		t.Errorf("a page of pins only: %v", slugs(got))
	} else if rest := page(t, s, PageQuery{Audience: content.Youth, Limit: 10, After: got.Next}); len(rest.Cards) != 5 {
		t.Errorf("after it: %v", slugs(rest))
	}
	if got := page(t, s, PageQuery{Kind: "article"}); got.Pinned != 0 || len(got.Cards) != 6 {
		t.Errorf("a filtered feed: %v, %d pinned", slugs(got), got.Pinned)
	}
	v := view(t, s)
	home, youth, seniors := v.Version(OrderDep("all")), v.Version(OrderDep("youth")), v.Version(OrderDep("seniors"))
	c.set(until)
	if err := s.tick(); err != nil {
		t.Fatal(err)
	}
	if got := page(t, s, PageQuery{Audience: content.Youth, Limit: 2}); got.Pinned != 0 || slugs(got)[0] != "item-5" {
		t.Errorf("after the pin's end: %v", slugs(got))
	}
	v = view(t, s)
	if v.Version(OrderDep("all")) == home || v.Version(OrderDep("youth")) == youth || v.Version(OrderDep("seniors")) != seniors {
		t.Error("the end of a pin is a change of its feeds and of no other")
	}
	wantFresh(t, s, d.store)
}

func TestScenes(t *testing.T) {
	d, s, c := started(t)
	d.topics("emergency", "emergency-weather", "space")
	weather := article1(1, placed(content.Youth, 50), placed(content.Farmers, 50))
	tagged := article1(2, placed(content.Youth, 50))
	other := article1(900, placed(content.Youth, 50))
	named := article1(4, placed(content.Seniors, 50))
	weather.item.Placement.Topics, weather.item.Placement.Region = []string{"emergency-weather"}, "330106"
	tagged.item.Placement.Tags, tagged.item.Placement.Region = []string{"台风"}, "3302"
	other.item.Placement.Topics = []string{"space"}
	d.publish(weather, tagged, other, named)
	start, end := c.now().Add(time.Hour), c.now().Add(2*time.Hour)
	scene := content.Scene{V: 1, Slug: "typhoon", Title: "台风季", Start: start, End: end, Boost: 300, Topics: []string{"emergency"}, Tags: []string{"台风"}, Items: []string{named.item.ID}}
	shown(t, s, d.put(content.KindScene, "typhoon", scene))
	order := func(what string, want ...string) {
		t.Helper()
		if err := s.tick(); err != nil {
			t.Fatal(err)
		}
		if got := slugs(page(t, s, PageQuery{})); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
		wantFresh(t, s, d.store)
	}
	plain := []string{"item-900", "item-4", "item-2", "item-1"}
	lifted := []string{"item-4", "item-2", "item-1", "item-900"}
	order("before", plain...)
	deps := func() [3]uint64 {
		v := s.View()
		defer v.Close()
		return [3]uint64{v.Version(Scenes), v.Version(SceneDep("typhoon")), v.Version(OrderDep("youth"))}
	}
	before := deps()
	c.set(start)
	order("running", lifted...)
	for i, now := range deps() {
		if now == before[i] {
			t.Errorf("version %d did not notice the start", i)
		}
	}
	v := view(t, s)
	cards, err := v.SceneItems("typhoon")
	if got := slugs(Page{Cards: cards}); err != nil || !slices.Equal(got, []string{"item-4", "item-2", "item-1"}) {
		t.Errorf("items: %v, %v", got, err)
	}
	if w := page(t, s, PageQuery{Audience: content.Farmers}).Cards[0].Why; w.Scene != "typhoon" {
		t.Errorf("why: %+v", w)
	}
	scene.Regions = []string{"3301"}
	shown(t, s, d.put(content.KindScene, "typhoon", scene))
	order("one region", "item-1", "item-900", "item-4", "item-2")
	scene.Regions, scene.Audiences = nil, []content.Audience{content.Seniors}
	shown(t, s, d.put(content.KindScene, "typhoon", scene))
	order("one audience", "item-4", "item-900", "item-2", "item-1")
	scene.Audiences = nil
	shown(t, s, d.put(content.KindScene, "typhoon", scene))
	shown(t, s, d.put(content.KindScene, "stronger", content.Scene{V: 1, Slug: "stronger", Title: "更强", Start: start, End: end, Boost: 400, Items: []string{tagged.item.ID}}))
	order("two", "item-2", "item-4", "item-1", "item-900")
	title := deps()
	scene.Title = "强台风"
	shown(t, s, d.put(content.KindScene, "typhoon", scene))
	if deps()[2] == title[2] {
		t.Error("a scene's new title stands in no card")
	}
	c.set(end)
	order("over", plain...)
	c.set(start)
	order("set back", "item-2", "item-4", "item-1", "item-900")
	shown(t, s, d.commit(d.change(journalKey(content.KindScene, "stronger"), nil)))
	order("one deleted", lifted...)
	if got := view(t, s).Scenes(); len(got) != 1 || got[0].Title != "强台风" {
		t.Errorf("scenes: %+v", got)
	}
}

func TestTooManyScenes(t *testing.T) {
	d, s, c := started(t)
	a := article1(1, placed(content.Youth, 50))
	seq := d.publish(a)
	for n := range maxScenes + 3 {
		seq = d.put(content.KindScene, fmt.Sprintf("s%02d", n), content.Scene{V: 1, Slug: fmt.Sprintf("s%02d", n), Title: "情景",
			Start: c.now().Add(time.Duration(n) * time.Minute), End: c.now().Add(time.Duration(100-n) * time.Hour), Boost: 100 + n, Items: []string{a.item.ID}})
	}
	shown(t, s, seq)
	c.set(c.now().Add(10 * time.Hour))
	if err := s.tick(); err != nil {
		t.Fatal(err)
	}
	if got := page(t, s, PageQuery{}).Cards[0].Why.Scene; got != fmt.Sprintf("s%02d", maxScenes-1) {
		t.Errorf("lifted by %s", got)
	}
	wantFresh(t, s, d.store)
}

func TestSeriesAndRelated(t *testing.T) {
	d, s, _ := started(t)
	d.topics("health", "health-mind", "space")
	var all []sample
	for n := range 8 {
		a := article1(n, placed(content.Youth, 50))
		switch {
		case n < 4:
			a.item.Placement.Series = &content.SeriesPart{ID: "told", Part: []int{3, 0, 1, 0}[n]}
		case n < 6:
			a.item.Placement.Topics = []string{"health-mind"}
		default:
			a.item.Placement.Topics = []string{"health"}
		}
		all = append(all, a)
	}
	all[2].item.Placement.Topics = []string{"health-mind"}
	d.publish(all...)
	shown(t, s, d.put(content.KindSeries, "told", content.Series{V: 1, Slug: "told", Title: "讲故事"}))
	v := view(t, s)
	cards, err := v.SeriesItems("told")
	told := []string{"item-2", "item-0", "item-1", "item-3"}
	if got := slugs(Page{Cards: cards}); err != nil || !slices.Equal(got, told) {
		t.Errorf("told: %v, %v", got, err)
	}
	var paged []string
	for q := (PageQuery{Series: "told", Limit: 3}); ; {
		p := page(t, s, q)
		paged = append(paged, slugs(p)...)
		if q.After = p.Next; q.After == "" {
			break
		}
	}
	if !slices.Equal(paged, told) {
		t.Errorf("paged: %v", paged)
	}
	near, err := v.Related(all[2].item.ID, 5)
	if got := slugs(Page{Cards: near}); err != nil || !slices.Equal(got, []string{"item-0", "item-1", "item-3", "item-5", "item-4"}) {
		t.Errorf("related: %v, %v", got, err)
	}
	if near, err = v.Related(all[5].item.ID, 2); err != nil || !slices.Equal(slugs(Page{Cards: near}), []string{"item-4", "item-2"}) {
		t.Errorf("related in its topic: %v, %v", slugs(Page{Cards: near}), err)
	}
	if series, err := v.Series("told"); err != nil || series.Title != "讲故事" || len(v.AllSeries()) != 1 {
		t.Errorf("series: %+v, %v", series, err)
	}
	if deps := v.RelatedDeps(all[2].item.ID); !slices.Contains(deps, OrderDep("series/told")) || !slices.Contains(deps, OrderDep("topic/health-mind")) {
		t.Errorf("deps: %v", deps)
	}
}

func TestTopicTree(t *testing.T) {
	d, s, _ := started(t)
	put := func(key, parent string, order int) {
		shown(t, s, d.put(content.KindTopic, key, content.Topic{V: 1, Key: key, Name: key, Parent: parent, Order: order}))
	}
	put("b-two", "b", 2)
	put("b-one", "b", 1)
	put("a", "", 2)
	put("b", "", 1)
	put("a-x", "a", 1)
	var keys []string
	for _, topic := range view(t, s).Topics() {
		keys = append(keys, topic.Key)
	}
	if want := []string{"b", "b-one", "b-two", "a", "a-x"}; !slices.Equal(keys, want) {
		t.Errorf("%v, want %v", keys, want)
	}
	shown(t, s, d.commit(d.change(journalKey(content.KindTopic, "a-x"), nil)))
	if _, err := view(t, s).Topic("a-x"); err != ErrNotFound {
		t.Errorf("deleted: %v", err)
	}
}

// Grey begins and ends at the instants the setting names, and every page that
// depends on settings knows; a setting of nonsense is none.
func TestGrey(t *testing.T) {
	d, s, c := started(t)
	from := c.now().Add(time.Hour)
	look := func() (bool, uint64, uint64) {
		t.Helper()
		if s.due() {
			if err := s.tick(); err != nil {
				t.Fatal(err)
			}
		}
		v := view(t, s)
		return v.Grey(), v.Version(Settings), v.Epoch()
	}
	shown(t, s, d.put(content.KindSetting, content.SettingGrey, content.Grey{From: from, Until: from.Add(time.Hour)}))
	if edge, ok := s.state.Load().nextEdge(c.now().UnixMilli()); !ok || edge != from.UnixMilli() {
		t.Errorf("next known instant is %d, %t", edge, ok)
	}
	grey, version, epoch := look()
	if grey {
		t.Error("grey before its time")
	}
	for _, step := range []struct {
		at   time.Time
		grey bool
	}{{from, true}, {from.Add(time.Hour), false}, {from.Add(time.Minute), true}} {
		c.set(step.at)
		g, v, e := look()
		if g != step.grey || v == version || e == epoch {
			t.Errorf("at %v: grey %t, version %d after %d, epoch %d after %d", step.at, g, v, version, e, epoch)
		}
		if again, same, _ := look(); again != g || same != v {
			t.Error("it changes by itself")
		}
		version, epoch = v, e
	}
	wantFresh(t, s, d.store)
	for _, wrong := range []any{map[string]int{"from": 1}, map[string]string{"from": "soon"}, content.Grey{}} {
		shown(t, s, d.put(content.KindSetting, content.SettingGrey, wrong))
		if grey, _, _ := look(); grey {
			t.Errorf("%v is grey", wrong)
		}
	}
}
