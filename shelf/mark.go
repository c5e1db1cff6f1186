package shelf

import (
	"cmp"
	"slices"
	"time"

	"kepu/content"
)

// mark is what the file keeps of a live item for the trees: they are loaded
// from marks alone.
type mark struct {
	rev       uint64
	kind      uint8
	when      int64 // first publication as ordered, ms
	until     int64 // ms; 0 none
	placement content.Placement
}

// makeMark reads an item. Its publication counts at most as the last change of
// what is live, so that a date in the future lifts nothing.
func makeMark(rev uint64, item *content.Item) mark {
	m := mark{rev: rev, kind: kindByte(item.Kind), placement: item.Placement}
	if item.Published != nil {
		m.when = item.Published.UnixMilli()
	}
	if item.Updated != nil && (item.Published == nil || item.Updated.Before(*item.Published)) {
		m.when = item.Updated.UnixMilli()
	}
	if item.Until != nil {
		m.until = item.Until.UnixMilli()
	}
	return m
}

func (m *mark) encode() []byte {
	var e enc
	e.uint(m.rev)
	e.uint(uint64(m.kind))
	e.int(m.when)
	e.int(m.until)
	p := &m.placement
	e.uint(uint64(len(p.Audiences)))
	for _, a := range p.Audiences {
		e.str(string(a.Audience))
		e.uint(uint64(clamp(a.Weight, 0, 100)))
	}
	e.strs(p.Topics)
	e.strs(p.Tags)
	e.str(p.Region)
	if p.Series == nil {
		e.str("")
	} else {
		e.str(p.Series.ID)
		e.uint(uint64(max(p.Series.Part, 0)))
	}
	if p.Pin == nil {
		e.strs(nil)
	} else {
		e.strs(p.Pin.On)
		e.int(pinUntil(p.Pin))
		e.int(int64(p.Pin.Order))
	}
	return e.b
}

func decodeMark(b []byte) (mark, error) {
	d := newDec(b)
	m := mark{rev: d.uint(), kind: uint8(d.small()), when: d.int(), until: d.int()}
	p := &m.placement
	for n := d.small(); n > 0 && !d.bad; n-- {
		p.Audiences = append(p.Audiences, content.Placed{Audience: content.Audience(d.str()), Weight: d.small()})
	}
	p.Topics, p.Tags, p.Region = d.strs(), d.strs(), d.str()
	if id := d.str(); id != "" {
		p.Series = &content.SeriesPart{ID: id, Part: d.small()}
	}
	if on := d.strs(); len(on) > 0 {
		p.Pin = &content.Pin{On: on}
		if until := d.int(); until != 0 {
			p.Pin.Until = time.UnixMilli(until).UTC()
		}
		p.Pin.Order = int(d.int())
	}
	if err := d.err(); err != nil || (m.kind != article && m.kind != video) {
		return m, errDamaged
	}
	return m, nil
}

func pinUntil(p *content.Pin) int64 {
	if p.Until.IsZero() {
		return 0
	}
	return p.Until.UnixMilli()
}

// slot makes the slot of a mark as of an instant.
func (m *mark) slot(id uuid, x *lexicon, scenes *sceneTable, now int64) slot {
	p := &m.placement
	s := slot{
		id: id, rev: m.rev, kind: m.kind, when: m.when, fresh: freshKey(m.when), until: m.until,
		set: x.set(p.Topics), region: x.region(p.Region), shown: m.until == 0 || now < m.until,
	}
	for _, a := range p.Audiences {
		if i := slices.Index(content.Audiences[:], a.Audience); i >= 0 {
			s.weights[i] = uint8(clamp(a.Weight, 0, 100))
		}
	}
	if p.Series != nil && p.Series.ID != "" {
		s.series = x.seriesNumber(p.Series.ID) + 1
		s.part = uint32(max(p.Series.Part, 0))
	}
	if len(scenes.rules) > 0 {
		s.scenes = scenes.bits(id.String(), *p)
		s.lift = scenes.lift(s.scenes & scenes.running(now))
	}
	return s
}

// pin is an item that stands first in some feeds.
type pin struct {
	id    uuid
	on    uint8 // bit 0 the home feed, then the audiences
	until int64 // ms; 0 always
	order int
}

// pin reads an item's pin; ok false where it has none.
func (m *mark) pin(id uuid) (p pin, ok bool) {
	if m.placement.Pin == nil {
		return p, false
	}
	p = pin{id: id, until: pinUntil(m.placement.Pin), order: m.placement.Pin.Order}
	for _, on := range m.placement.Pin.On {
		if on == "all" {
			p.on |= 1
		} else if i := slices.Index(content.Audiences[:], content.Audience(on)); i >= 0 {
			p.on |= 2 << i
		}
	}
	return p, p.on != 0
}

func byPinOrder(a, b pin) int {
	return cmp.Or(cmp.Compare(a.order, b.order), slices.Compare(a.id[:], b.id[:]))
}

func (p pin) holds(now int64) bool { return p.until == 0 || now < p.until }
