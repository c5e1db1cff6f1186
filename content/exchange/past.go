package exchange

import (
	"time"

	"kepu/content"
	"kepu/journal"
)

// past is what a line says of an item's time before: the addresses it had, and
// that it was withdrawn.
type past struct {
	Slugs []string  `json:"slugs,omitempty"`
	Gone  *gonePast `json:"gone,omitempty"`
}

// gonePast is a withdrawal; the item to read instead is named as lines name it.
type gonePast struct {
	At      time.Time `json:"at"`
	Reason  string    `json:"reason,omitempty"`
	Instead *origin   `json:"instead,omitempty"`
}

// past of an item. An item to read instead that is not there any more is left out.
func (e *export) past(item content.Item) past {
	var p past
	if len(item.Slugs) > 1 {
		p.Slugs = item.Slugs[1:]
	}
	if g := item.Gone; g != nil && item.Live == "" {
		p.Gone = &gonePast{At: g.At, Reason: g.Reason}
		if o, ok := e.names[g.Instead]; ok {
			p.Gone.Instead = &o
		}
	}
	return p
}

// gone reads {at, reason, instead: {source, id}}; a source that is not named is
// the item's own.
func gone(o *object, source string) *content.Gone {
	g := o.object("gone")
	if g == nil {
		return nil
	}
	defer g.done()
	out := &content.Gone{At: g.time("at"), Reason: g.str("reason")}
	if i := g.object("instead"); i != nil {
		from, id := i.str("source"), i.str("id")
		if from == "" {
			from = source
		}
		if id == "" {
			i.fail("id", "缺少代替内容的 id")
		} else {
			out.Instead = journal.IDFor(from, id)
		}
		i.done()
	}
	return out
}
