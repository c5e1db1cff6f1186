package shelf

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

func kinds() []string {
	return []string{content.KindItem, content.KindTopic, content.KindSeries, content.KindScene, content.KindSetting, media.KindAsset}
}

// apply shows what a batch of entries made. It reads heads, which may be newer
// than the entries.
func (s *Shelf) apply(ctx context.Context, store journal.Store, b journal.Batch) error {
	var keys []journal.Key
	seen := map[journal.Key]bool{}
	for _, e := range b.Entries {
		if key := e.Key(); slices.Contains(kinds(), key.Kind) && !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	var todo []work
	if len(keys) > 0 {
		err := s.retry(ctx, "read records", func() (err error) {
			todo, err = s.fetch(ctx, store, keys)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := s.room(ctx); err != nil {
		return err
	}
	return s.change(func(e *edit, d *draft) error {
		e.position = b.Position
		return s.carry(e, d, todo)
	})
}

// fetch reads the heads of some records and their live versions. One that is
// gone from the store comes without a state.
func (s *Shelf) fetch(ctx context.Context, store journal.Store, keys []journal.Key) ([]work, error) {
	heads, err := store.Gets(ctx, keys...)
	if err != nil {
		return nil, err
	}
	records := make([]journal.Record, len(keys))
	for i, key := range keys {
		if r, ok := heads[key]; ok {
			records[i] = r
		} else {
			records[i] = journal.Record{Key: key}
		}
	}
	return s.digest(ctx, store, records)
}

// digest decodes records and fetches the versions they name. One that cannot
// be read is logged and left out, so that what the shelf has of it stays.
func (s *Shelf) digest(ctx context.Context, store journal.Store, records []journal.Record) ([]work, error) {
	todo := make([]work, 0, len(records))
	var parts []journal.PartKey
	for _, r := range records {
		w := work{Record: r}
		if r.Kind == content.KindItem && r.State != nil {
			var err error
			if w.item, err = content.Decode[content.Item](r.State); err == nil {
				err = fits(r.ID, &w.item)
			}
			if err != nil {
				s.skip(r, err)
				continue
			}
			if hash := w.named(); hash != "" {
				parts = append(parts, journal.PartKey{Key: r.Key, Hash: hash})
			}
		}
		todo = append(todo, w)
	}
	if len(parts) == 0 {
		return todo, nil
	}
	found, err := store.Parts(ctx, parts...)
	if err != nil {
		return nil, err
	}
	ready := todo[:0]
	for _, w := range todo {
		if err := w.read(found); err != nil {
			s.skip(w.Record, err)
			continue
		}
		ready = append(ready, w)
	}
	return ready, nil
}

func (s *Shelf) skip(r journal.Record, err error) {
	s.log.Error("shelf keeps the former of a record it cannot read", "kind", r.Kind, "id", r.ID, "rev", r.Rev, "err", err)
}

// fits refuses an item the shelf could not show.
func fits(id string, item *content.Item) error {
	switch {
	case item.ID != id:
		return fmt.Errorf("item says it is %q", item.ID)
	case item.Live != "" && kindByte(item.Kind) == 0:
		return fmt.Errorf("item of unknown kind %q", item.Kind)
	case (item.Live != "" || item.Gone != nil) && len(item.Slugs) == 0:
		return errors.New("item without a slug")
	}
	if _, ok := parseID(id); !ok {
		return errors.New("id is no UUID")
	}
	return nil
}

// named is the version the shelf needs: the live one, or, of what is gone, the
// draft, for its title.
func (w *work) named() journal.Hash {
	switch {
	case w.item.Live != "":
		return w.item.Live
	case w.item.Gone != nil:
		return w.item.Draft
	}
	return ""
}

// read takes the version out of the parts that were found.
func (w *work) read(found map[journal.PartKey][]byte) (err error) {
	hash := w.named()
	if w.Kind != content.KindItem || hash == "" {
		return nil
	}
	w.part = found[journal.PartKey{Key: w.Key, Hash: hash}]
	if w.part == nil {
		if w.item.Live == "" {
			return nil
		}
		return fmt.Errorf("version %s is missing", hash)
	}
	if w.version, err = content.Decode[content.Version](w.part); err != nil && w.item.Live == "" {
		return nil
	}
	return err
}

// carry brings records onto the shelf: first what items are judged by.
func (s *Shelf) carry(e *edit, d *draft, todo []work) error {
	changed := map[string]bool{} // scenes
	for i := range todo {
		if w := &todo[i]; w.Kind != content.KindItem {
			if err := s.carryDoc(e, d, w, changed); err != nil {
				return err
			}
		}
	}
	if len(changed) > 0 {
		var left int
		e.scenes, left = makeScenes(e.docs, e.word())
		s.warnScenes(left)
	}
	for i := range todo {
		if w := &todo[i]; w.Kind == content.KindItem {
			if err := s.carryItem(e, d, w); err != nil {
				return err
			}
		}
	}
	if len(changed) > 0 {
		return e.rejudge(d, changed)
	}
	return nil
}

func (s *Shelf) carryDoc(e *edit, d *draft, w *work, scenes map[string]bool) error {
	if w.Kind == media.KindAsset {
		if w.State == nil {
			return nil // its bytes may still be shown
		}
		a, err := media.Decode(w.State)
		if err != nil {
			s.skip(w.Record, err)
			return nil
		}
		d.setAsset(&a)
		return nil
	}
	next := e.docs.clone()
	changed, err := d.setDoc(next, w, s.version)
	switch {
	case errors.Is(err, errDamaged):
		return err
	case err != nil:
		s.skip(w.Record, err)
		return nil
	case !changed:
		return nil
	}
	e.docs, e.visible = next, true
	if w.Kind == content.KindScene {
		scenes[w.ID] = true
	}
	return nil
}

func (s *Shelf) carryItem(e *edit, d *draft, w *work) error {
	id, ok := parseID(w.ID)
	if !ok {
		return nil // deleted, and never was on the shelf
	}
	h, known := e.find(id)
	if known && w.State != nil && w.Rev <= e.table.at(h).rev {
		return nil
	}
	m, touched, err := d.setItem(id, w)
	if err != nil {
		return err
	}
	e.visible = e.visible || known || m != nil || w.item.Gone != nil
	if m == nil {
		e.remove(id)
		e.setPin(id, pin{}, false)
		return nil
	}
	x := e.lexicon
	if !x.knows(m) {
		x = e.word()
	}
	e.put(m.slot(id, x, e.scenes, e.at), touched)
	p, pinned := m.pin(id)
	e.setPin(id, p, pinned)
	return nil
}

// setPin replaces an item's pin. Feeds whose pins change are other feeds.
func (e *edit) setPin(id uuid, p pin, pinned bool) {
	old := slices.IndexFunc(e.pins, func(q pin) bool { return q.id == id })
	if old < 0 && !pinned || old >= 0 && pinned && e.pins[old] == p {
		return
	}
	pins := slices.Clone(e.pins)
	if old >= 0 {
		e.touchPin(pins[old])
		pins = slices.Delete(pins, old, old+1)
	}
	if pinned {
		e.touchPin(p)
		pins = append(pins, p)
		slices.SortFunc(pins, byPinOrder)
	}
	e.pins = pins
}

func (e *edit) touchPin(p pin) {
	if p.on&1 == 1 {
		e.touched[partAll] = true
	}
	for i := range content.Audiences {
		if p.on>>(i+1)&1 == 1 {
			e.touched[partAudience+uint32(i)] = true
		}
	}
}

// rejudge decides for every item anew which scenes it belongs to. What belongs,
// or belonged, to a changed scene has another card where that says why.
func (e *edit) rejudge(d *draft, changed map[string]bool) error {
	was, is := e.old.scenes.mask(changed), e.scenes.mask(changed)
	r := d.whole()
	return r.each(bucketMark, func(key, value []byte) error {
		m, err := decodeMark(value)
		if err != nil {
			return err
		}
		h, ok := e.find(uuid(key))
		if !ok {
			return errDamaged
		}
		before := *e.table.at(h)
		after := m.slot(before.id, e.lexicon, e.scenes, e.at)
		touch := after.scenes&is != 0 || !e.placed[h] && before.scenes&was != 0
		if touch || before.scenes != 0 || after.scenes != 0 {
			e.put(after, touch)
		}
		return nil
	})
}

// mask gives the bits of some scenes.
func (t *sceneTable) mask(slugs map[string]bool) uint64 {
	var bits uint64
	for i, r := range t.rules {
		if slugs[r.Slug] {
			bits |= 1 << i
		}
	}
	return bits
}
