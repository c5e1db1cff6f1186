package shelf

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kepu/content"
	"kepu/journal"
)

func journalKey(kind, id string) journal.Key { return journal.Key{Kind: kind, ID: id} }

// world is a shelf under random change, and what it should hold.
type world struct {
	*desk
	shelf *Shelf
	live  map[int]sample
	next  int
}

func (w *world) draw(rt *rapid.T, n int) sample {
	var audiences []content.Placed
	for _, a := range content.Audiences {
		if rapid.Bool().Draw(rt, "for") {
			audiences = append(audiences, placed(a, rapid.SampledFrom([]int{20, 50, 50, 90}).Draw(rt, "weight")))
		}
	}
	s := article1(n, audiences...)
	at := epoch.AddDate(0, 0, rapid.IntRange(0, 3).Draw(rt, "day")) // many ties
	s.item.Published, s.item.Updated = &at, &at
	s.item.Placement.Topics = rapid.SampledFrom([][]string{nil, {"health"}, {"health-mind"}, {"space", "health"}}).Draw(rt, "topics")
	s.item.Placement.Region = rapid.SampledFrom([]string{"", "33", "3301", "330106"}).Draw(rt, "region")
	if rapid.IntRange(0, 5).Draw(rt, "pin") == 0 {
		s.item.Placement.Pin = &content.Pin{On: []string{"all", "youth"}, Order: n % 3}
	}
	if rapid.IntRange(0, 3).Draw(rt, "video") == 0 {
		s.item.Kind = content.KindVideo
	}
	return s
}

// disturb publishes and withdraws something and tells which items it touched
// that were there before.
func (w *world) disturb(rt *rapid.T) (gone []int) {
	var fresh []sample
	most := 4
	if len(w.live) > 60 {
		most = 0
	}
	for range rapid.IntRange(0, most).Draw(rt, "publish") {
		s := w.draw(rt, w.next)
		w.live[w.next] = s
		w.next++
		fresh = append(fresh, s)
	}
	var seq uint64
	if len(fresh) > 0 {
		seq = w.publish(fresh...)
	}
	if len(w.live) > 25 && rapid.IntRange(0, 2).Draw(rt, "withdraw") == 0 {
		all := make([]int, 0, len(w.live))
		for n := range w.live {
			all = append(all, n)
		}
		slices.Sort(all)
		n := rapid.SampledFrom(all).Draw(rt, "which")
		seq = w.withdraw(w.live[n])
		delete(w.live, n)
		gone = append(gone, n)
	}
	if seq > 0 {
		shown(w.t, w.shelf, seq)
	}
	return gone
}

func (w *world) matches(q PageQuery, s sample) bool {
	p := s.item.Placement
	if len(p.Audiences) == 0 {
		return false
	}
	if q.Audience != "" && !slices.ContainsFunc(p.Audiences, func(a content.Placed) bool { return a.Audience == q.Audience }) {
		return false
	}
	if q.Topic != "" && !slices.ContainsFunc(p.Topics, func(k string) bool { return content.InTopic(k, q.Topic) }) {
		return false
	}
	return (q.Kind == "" || s.item.Kind == q.Kind) && (q.Region == "" || p.Region != "" && content.Within(p.Region, q.Region))
}

// While things are published and withdrawn between pages, what was there from
// the first page to the last comes exactly once, nothing comes twice, every
// page but the last is full, and pins come on page one only.
func TestPagingUnderChange(t *testing.T) {
	d, s, _ := started(t)
	shown(t, s, d.topics("health", "health-mind", "space"))
	w := &world{desk: d, shelf: s, live: map[int]sample{}}
	rapid.Check(t, func(rt *rapid.T) {
		for len(w.live) < 30 {
			w.disturb(rt)
		}
		q := PageQuery{
			Audience: rapid.SampledFrom([]content.Audience{"", content.Youth, content.Officials}).Draw(rt, "audience"),
			Topic:    rapid.SampledFrom([]string{"", "", "health", "health-mind"}).Draw(rt, "topic"),
			Region:   rapid.SampledFrom([]string{"", "", "33", "3301"}).Draw(rt, "region"),
			Kind:     rapid.SampledFrom([]string{"", "", "video", "article"}).Draw(rt, "kind"),
			Limit:    rapid.IntRange(1, 9).Draw(rt, "limit"),
		}
		whole := map[string]bool{}
		for _, sample := range w.live {
			if w.matches(q, sample) {
				whole[sample.item.ID] = true
			}
		}
		seen := map[string]bool{}
		for n := 0; ; n++ {
			p := page(t, s, q)
			if n > 0 && p.Pinned > 0 {
				rt.Fatal("pins after page one")
			}
			if p.Next != "" && len(p.Cards) != q.Limit {
				rt.Fatalf("page %d has %d of %d", n, len(p.Cards), q.Limit)
			}
			for _, c := range p.Cards {
				if seen[c.ID] {
					rt.Fatalf("%s twice in %+v", c.Slug, q)
				}
				seen[c.ID] = true
			}
			if q.After = p.Next; p.Next == "" {
				break
			}
			if n < 5 {
				for _, gone := range w.disturb(rt) {
					delete(whole, id(gone))
				}
			}
		}
		for item := range whole {
			if !seen[item] {
				rt.Fatalf("%s left out of %+v", item, q)
			}
		}
	})
	wantFresh(t, s, d.store)
}

// However a query is answered, the order is the same.
func TestGatherEqualsWalk(t *testing.T) {
	d, s, _ := started(t)
	shown(t, s, d.topics("health", "health-mind", "space"))
	w := &world{desk: d, shelf: s, live: map[int]sample{}}
	rapid.Check(t, func(rt *rapid.T) {
		if w.next < 300 {
			w.disturb(rt)
		}
		v := s.View()
		defer v.Close()
		q := PageQuery{
			Audience: rapid.SampledFrom([]content.Audience{"", content.Youth}).Draw(rt, "audience"),
			Topic:    rapid.SampledFrom([]string{"", "health"}).Draw(rt, "topic"),
			Region:   rapid.SampledFrom([]string{"", "33", "3301", "3302"}).Draw(rt, "region"),
			Kind:     rapid.SampledFrom([]string{"", "video", "article"}).Draw(rt, "kind"),
		}
		p, err := v.plan(q, rapid.Bool().Draw(rt, "recent"))
		if err != nil {
			rt.Fatal(err)
		}
		whole := p.gather(v.st, first(), 1000, nil)
		walk := *p
		walk.narrow = walk.order
		after := first()
		if len(whole) > 0 {
			after = whole[rapid.IntRange(0, len(whole)-1).Draw(rt, "after")].place
		}
		a, b := p.gather(v.st, after, 7, nil), walk.next(v.st, after, 7, nil)
		if fmt.Sprint(places(a)) != fmt.Sprint(places(b)) {
			rt.Fatalf("%+v: gathered %v, walked %v", q, places(a), places(b))
		}
	})
}

func places(spots []spot) (all []place) {
	for _, s := range spots {
		all = append(all, s.place)
	}
	return all
}
