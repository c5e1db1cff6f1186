package shelf

import (
	"time"

	"kepu/content"
)

// look is how long the shelf trusts its clock: a changed one is noticed then.
const look = time.Second

// watch makes new states at known instants: an item's or pin's end, a scene's
// or the grey time's start or end.
func (s *Shelf) watch() {
	for {
		if s.due() {
			if err := s.tick(); err != nil {
				s.log.Error("shelf: known instant", "err", err)
				s.hurt(err)
			}
		}
		wait := look
		if edge, ok := s.state.Load().nextEdge(s.now().UnixMilli()); ok {
			wait = min(wait, max(time.UnixMilli(edge).Sub(s.now()), time.Millisecond))
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-s.edges:
		case <-s.stop:
			t.Stop()
			return
		}
		t.Stop()
	}
}

// tick makes a new state of the present instant.
func (s *Shelf) tick() error {
	return s.change(func(*edit, *draft) error { return nil })
}

// due tells whether something known has begun or ended since the state was
// made, or, where the clock was set back, not yet.
func (s *Shelf) due() bool {
	st, now := s.state.Load(), s.now().UnixMilli()
	if st.scenes.running(now) != st.scenes.running(st.at) || st.docs.greyAt(now) != st.docs.greyAt(st.at) {
		return true
	}
	for _, p := range st.pins {
		if p.holds(now) != p.holds(st.at) {
			return true
		}
	}
	due := false
	st.ends(now, func(handle) { due = true })
	return due
}

// ends calls fn for every item whose end lies between the state's instant and
// another.
func (st *state) ends(now int64, fn func(handle)) {
	from, to := min(now, st.at), max(now, st.at)
	last := uuid{} // of the ids the last in order: the place lies behind all ends at from
	st.parts[partUntil].tree.below(st.table, place{-from, last}, func(e entry) bool {
		if -e.key > to {
			return false
		}
		fn(e.h)
		return true
	})
}

// nextEdge gives the first known instant after another.
func (st *state) nextEdge(after int64) (edge int64, ok bool) {
	edge, ok = st.scenes.nextEdge(after)
	for _, at := range st.docs.greyEdges() {
		if at > after && (!ok || at < edge) {
			edge, ok = at, true
		}
	}
	for _, p := range st.pins {
		if p.until > after && (!ok || p.until < edge) {
			edge, ok = p.until, true
		}
	}
	st.parts[partUntil].tree.below(st.table, place{-after, uuid{}}, func(e entry) bool {
		if !ok || -e.key < edge {
			edge, ok = -e.key, true
		}
		return false
	})
	return edge, ok
}

// advance judges everything by another instant.
func (e *edit) advance(now int64, version uint64) {
	if now == e.at {
		return
	}
	var ended []handle
	e.ends(now, func(h handle) { ended = append(ended, h) })
	was, is := e.scenes.running(e.at), e.scenes.running(now)
	for _, p := range e.pins {
		if p.holds(e.at) != p.holds(now) {
			e.touchPin(p)
		}
	}
	if e.docs.greyAt(e.at) != e.docs.greyAt(now) {
		d := e.docs.clone()
		d.versions[Settings] = version
		e.docs, e.visible = d, true
	}
	e.at = now
	for _, h := range ended {
		s := *e.table.at(h)
		s.shown = now < s.until
		e.put(s, true)
	}
	if was != is {
		e.relift(was^is, version)
	}
}

// relift gives the items of scenes that began or ended their new place.
func (e *edit) relift(changed uint64, version uint64) {
	d := e.docs.clone()
	d.versions[Scenes] = version
	for i, r := range e.scenes.rules {
		if changed>>i&1 == 1 {
			d.versions[SceneDep(r.Slug)] = version
		}
	}
	e.docs, e.visible = d, true
	running := e.scenes.running(e.at)
	for h := handle(0); h < e.next; h++ {
		s := *e.table.at(h)
		if s.scenes&changed == 0 {
			continue
		}
		if known, ok := e.find(s.id); !ok || known != h {
			continue // left behind by an item that is no more
		}
		s.lift = e.scenes.lift(s.scenes & running)
		e.put(s, true)
	}
}

// pinned gives the items that stand first in a feed, in order, as far as they
// are shown: on is the audience, "" the home feed.
func (st *state) pinned(on content.Audience) []uuid {
	bit := uint8(1)
	for i, a := range content.Audiences {
		if a == on {
			bit = 2 << i
		}
	}
	var ids []uuid
	for _, p := range st.pins {
		if p.on&bit == 0 || !p.holds(st.at) || len(ids) == maxPins {
			continue
		}
		if _, shown := st.slot(p.id); shown {
			ids = append(ids, p.id)
		}
	}
	return ids
}
