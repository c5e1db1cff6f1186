package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/hook"
	"kepu/journal"
)

func TestDeliver(t *testing.T) {
	r := open(t)
	r.write(t, "old", "从前的一篇")
	rec := r.receiver(t, nil)
	made := r.put(t, rec.URL+"/in?token=a")
	r.deliver(t)

	at := r.write(t, "a", "潮为什么站得起来")
	r.write(t, "b", "草稿", func(i *content.Item) { i.Live = "" })
	r.write(t, "a", "", func(i *content.Item) { i.Draft = journal.Sum([]byte("{}")); i.Writers = []string{"u-2"} })
	r.write(t, "a", "潮为什么站得起来（修订）")
	r.write(t, "a", "", func(i *content.Item) { i.Placement.Region = "33" })
	r.write(t, "old", "", func(i *content.Item) { i.Slugs = []string{"new", "old"} })
	noted := func(n int) {
		t.Helper()
		until(t, "deliveries are noted", func() bool { return len(r.records(t, made.Hook.ID)) == n && r.owed(t, made.Hook.ID) == 0 })
	}
	noted(4)
	if _, err := r.desk.Withdraw(t.Context(), content.Operator(), "a", "数据有误", "old"); err != nil {
		t.Fatal(err)
	}
	noted(5)
	if heard, want := rec.heard(), []string{"publish a", "change a", "change a", "change old", "take-down a"}; !slices.Equal(heard, want) {
		t.Errorf("heard %v, want %v", heard, want)
	}
	for _, g := range rec.got() {
		if err := hook.Verify(made.Secret, g.header.Get(hook.HeaderSignature), g.body, r.Now(), hook.Tolerance); err != nil {
			t.Errorf("%s: %v", g.ID, err)
		}
		if id := fmt.Sprintf("%d/%s", g.Seq, made.Hook.ID); g.ID != id || g.header.Get(hook.HeaderDelivery) != id || g.header.Get(hook.HeaderEvent) != string(g.Event) {
			t.Errorf("delivery %q of seq %d has header %v", g.ID, g.Seq, g.header)
		}
		if g.header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("content type %q", g.header.Get("Content-Type"))
		}
	}
	last := rec.got()[len(rec.got())-1]
	var raw map[string]any
	if err := json.Unmarshal(last.body, &raw); err != nil {
		t.Fatal(err)
	}
	wantItem := map[string]any{
		"id": "a", "kind": "article", "title": "潮为什么站得起来（修订）", "url": "https://kepu.example.cn/article/a", "slug": "a",
		"audiences": []any{map[string]any{"audience": "youth", "weight": 50.0}}, "topics": []any{"nature-sea"}, "region": "33",
		"published_at": "2026-11-24T04:00:00Z", "gone": map[string]any{"at": "2026-11-24T04:00:00Z", "reason": "数据有误", "instead": "old"},
	}
	if got, want := fmt.Sprint(raw["item"]), fmt.Sprint(wantItem); got != want {
		t.Errorf("take-down says\n%s\nwant\n%s", got, want)
	}
	if line := r.record(t, made.Hook.ID, at); line == nil || line.Event != hook.Publish || line.State != hook.Sent || line.Attempts != 1 || line.Status != http.StatusNoContent {
		t.Errorf("the log says %+v", line)
	}
}

// Each hook hears what its terms ask for, an item that left its filter once more.
func TestFilter(t *testing.T) {
	r := open(t)
	if err := r.desk.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	rec := r.receiver(t, nil)
	for path, change := range map[string]func(*hook.Terms){
		"all":      func(*hook.Terms) {},
		"seniors":  func(h *hook.Terms) { h.Audiences = []content.Audience{content.Seniors} },
		"nature":   func(h *hook.Terms) { h.Topics = []string{"nature"} },
		"hangzhou": func(h *hook.Terms) { h.Regions = []string{"3301"} },
		"province": func(h *hook.Terms) { h.Regions = []string{"33"} },
		"gone":     func(h *hook.Terms) { h.Events = []hook.Event{hook.TakeDown} },
		"off":      func(h *hook.Terms) { h.Active = false },
	} {
		r.put(t, rec.URL+"/"+path, change)
	}
	r.deliver(t)
	hearers := func(step func()) []string {
		t.Helper()
		before := len(rec.got())
		step()
		head, err := r.store.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all, err := r.book.All(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		// The hook that hears everything hears last of all that is queued.
		until(t, "delivered", func() bool {
			n := 0
			for _, h := range all {
				n += r.owed(t, h.ID)
				if strings.HasSuffix(h.URL, "/all") && r.record(t, h.ID, head.Seq) == nil {
					return false
				}
			}
			return n == 0
		})
		var names []string
		for _, g := range rec.got()[before:] {
			_, id, _ := strings.Cut(g.ID, "/")
			for _, h := range all {
				if h.ID == id {
					names = append(names, h.URL[strings.LastIndex(h.URL, "/")+1:])
				}
			}
		}
		slices.Sort(names)
		return names
	}
	for _, step := range []struct {
		act  func()
		want string
	}{
		{func() { r.write(t, "a", "一") }, "[all hangzhou nature province]"},
		{func() { r.write(t, "a", "", func(i *content.Item) { i.Placement.Region = "" }) }, "[all hangzhou nature province]"},
		{func() { r.write(t, "a", "二") }, "[all nature province]"},
		{func() {
			r.write(t, "a", "", func(i *content.Item) {
				i.Placement.Audiences = []content.Placed{{Audience: content.Seniors, Weight: 1}}
			})
		}, "[all nature province seniors]"},
		{func() { r.write(t, "a", "", func(i *content.Item) { i.Live = "" }) }, "[all gone nature province seniors]"},
	} {
		if names := fmt.Sprint(hearers(step.act)); names != step.want {
			t.Errorf("heard by %s, want %s", names, step.want)
		}
	}
}

func TestHappened(t *testing.T) {
	end := noon.Add(time.Hour)
	erase := func(r *rig) {
		key := journal.Key{Kind: content.KindItem, ID: "a"}
		record, err := r.store.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.store.Erase(t.Context(), journal.Change{Key: key, Rev: record.Rev, Act: "erase", Actor: "u"}); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		act  func(r *rig)
		want []string
	}{
		"ended by an act": {func(r *rig) {
			r.write(t, "a", "一", func(i *content.Item) { i.Until = &end })
			r.pass(2 * time.Hour)
			r.write(t, "a", "", func(i *content.Item) { i.Live, i.Until = "", nil })
		}, []string{"take-down a"}},
		"ended, told of by the next entry only": {func(r *rig) {
			r.write(t, "a", "一", func(i *content.Item) { i.Until = &end })
			r.pass(2 * time.Hour)
			r.write(t, "a", "", func(i *content.Item) { i.Placement.Tags = []string{"潮"} })
			r.write(t, "a", "", func(i *content.Item) { i.Live = "" })
		}, []string{"take-down a"}},
		"over before it was published": {func(r *rig) {
			r.pass(2 * time.Hour)
			r.write(t, "a", "一", func(i *content.Item) { i.Until = &end })
			r.write(t, "a", "", func(i *content.Item) { i.Live = "" })
			r.write(t, "b", "二")
		}, []string{"publish b"}},
		"deleted": {func(r *rig) {
			r.write(t, "a", "一")
			r.commit(t, journal.Change{Key: journal.Key{Kind: content.KindItem, ID: "a"}, Rev: 1, Act: "delete", Actor: "u"})
		}, []string{"take-down a"}},
		"a draft deleted": {func(r *rig) {
			r.write(t, "a", "一", func(i *content.Item) { i.Live = "" })
			r.commit(t, journal.Change{Key: journal.Key{Kind: content.KindItem, ID: "a"}, Rev: 1, Act: "delete", Actor: "u"})
			r.write(t, "b", "二")
		}, []string{"publish b"}},
		"erased: nobody can tell, so it is told": {func(r *rig) {
			r.write(t, "a", "一")
			erase(r)
		}, []string{"take-down a"}},
		"withdrawn and published again": {func(r *rig) {
			r.write(t, "a", "一")
			r.write(t, "a", "", func(i *content.Item) { i.Live = "" })
			r.write(t, "a", "二")
		}, []string{"publish a", "take-down a", "publish a"}},
		"reviewed, scheduled, granted": {func(r *rig) {
			r.write(t, "a", "一")
			r.write(t, "a", "", func(i *content.Item) {
				i.Review = &content.Review{Version: i.Live, Stages: []string{content.StageFirst}, By: "u", At: noon}
				i.Schedule = &content.Schedule{Version: i.Live, At: end, By: "u"}
				i.Grounds = &content.Grounds{Version: i.Live, By: "u", At: noon}
				i.Until = &end
			})
			r.write(t, "b", "二")
		}, []string{"publish a", "publish b"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			rec := r.receiver(t, nil)
			made := r.put(t, rec.URL)
			c.act(r) // before anybody follows: nothing is lost for that
			r.deliver(t)
			until(t, "noted", func() bool {
				lines := r.records(t, made.Hook.ID)
				return len(lines) > 0 && lines[0].Event == hook.Event(strings.Fields(c.want[len(c.want)-1])[0]) && r.owed(t, made.Hook.ID) == 0
			})
			heard := rec.heard()
			if !slices.Equal(heard, c.want) { // of what is no longer live only the end is told
				t.Errorf("heard %v, want %v", heard, c.want)
			}
			for _, g := range rec.got() {
				if strings.HasPrefix(name, "erased") && (g.Item.Title != "" || g.Item.Slug != "" || g.Item.Gone == nil) {
					t.Errorf("of an erased item came %s", g.body)
				}
			}
		})
	}
}

// What is not live any more is not sent, whatever was queued; a hook made now
// does not hear of what was.
func TestTextThatIsGone(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, func(w http.ResponseWriter, n int) {
		if n == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	made := r.put(t, rec.URL)
	r.deliver(t)
	published := r.write(t, "a", "说错了的话")
	until(t, "a failure", func() bool { l := r.record(t, made.Hook.ID, published); return l != nil && l.State == hook.Waiting })
	if _, err := r.desk.Withdraw(t.Context(), content.Operator(), "a", "", ""); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Minute)
	until(t, "nothing owed", func() bool { return r.owed(t, made.Hook.ID) == 0 && len(r.records(t, made.Hook.ID)) == 2 })
	if heard := rec.heard(); !slices.Equal(heard, []string{"publish a", "take-down a"}) {
		t.Errorf("heard %v", heard)
	}
	if l := r.record(t, made.Hook.ID, published); l.State != hook.Skipped || l.Error == "" {
		t.Errorf("the log says %+v", l)
	}
}

// A store that is restored has another identity; what it held is not told again.
func TestAnotherStore(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, nil)
	made := r.put(t, rec.URL)
	r.write(t, "a", "一")
	old, err := json.Marshal(journal.Position{Identity: "another", Seq: 7, Hash: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.book.Slate.Put(t.Context(), journal.Row{Key: "hook/position", Value: old}); err != nil {
		t.Fatal(err)
	}
	r.deliver(t)
	until(t, "a position in this store", func() bool {
		kept, err := r.book.Slate.Get(t.Context(), "hook/position")
		return err == nil && strings.Contains(string(kept.Value), r.store.Identity())
	})
	r.write(t, "b", "二")
	until(t, "a delivery", func() bool { return len(r.records(t, made.Hook.ID)) == 1 })
	if heard := rec.heard(); !slices.Equal(heard, []string{"publish b"}) {
		t.Errorf("heard %v", heard)
	}
}

func TestRunEndsWithItsStore(t *testing.T) {
	r := open(t)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	d := &hook.Deliverer{Book: r.book, Timer: r.Timer}
	if err := d.Run(t.Context()); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("Run on a closed store: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Run(ctx); err != nil {
		t.Errorf("Run after its end: %v", err)
	}
}
