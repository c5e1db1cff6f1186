package shelf

import (
	"math"
	"slices"
	"strconv"

	"kepu/content"
)

// PageQuery asks for one page of a feed. Empty fields do not filter. A topic
// contains its children and a region what its code is a prefix of.
type PageQuery struct {
	Audience content.Audience
	Topic    string
	Region   string
	Kind     string
	Series   string
	Limit    int    // 1–100; 0 means 20
	After    string // opaque cursor; "" is page one
}

// Page is one page of a feed, pins first on page one.
type Page struct {
	Cards  []Card
	Next   string // "" at the end
	Pinned int    // how many of Cards are pins
	Total  int    // items of the narrowest partition the query names: exact where it names one
	Deps   []Dep  // what the page depended on
}

// plan is how a query is answered. The order is that of one partition, which
// can be walked from any place; where another one that the query names is much
// smaller, its items are gathered and sorted into the same order.
type plan struct {
	PageQuery
	audience int    // index, −1 without
	kind     uint8  // 0 without
	region   uint32 // 0 without
	exact    uint32 // the region whose own items rank higher; 0 without
	place    string // its name
	running  uint64 // scenes that run now
	none     bool   // nothing can match
	feed     string // what a cursor is bound to beside the query
	order    part
	narrow   part
	dep      Dep
}

// plan reads a query. Recent orders by first publication.
func (v *View) plan(q PageQuery, recent bool) (*plan, error) {
	p := &plan{PageQuery: q, audience: -1, feed: "order", running: v.st.scenes.running(v.st.at)}
	switch {
	case q.Limit < 0 || q.Limit > 100:
		return nil, ErrQuery
	case q.Limit == 0:
		p.Limit = 20
	}
	if q.Audience != "" {
		if p.audience = slices.Index(content.Audiences[:], q.Audience); p.audience < 0 {
			return nil, ErrNotFound
		}
	}
	if p.kind = kindByte(q.Kind); q.Kind != "" && p.kind == 0 {
		return nil, ErrNotFound
	}
	if _, known := v.st.docs.topics[q.Topic]; q.Topic != "" && !known && v.st.named("topic/"+q.Topic).tree.n == 0 {
		return nil, ErrNotFound
	}
	if _, known := v.st.docs.series[q.Series]; q.Series != "" && !known && v.st.named("series/"+q.Series).tree.n == 0 {
		return nil, ErrNotFound
	}
	if q.Region != "" {
		n, err := strconv.ParseUint(q.Region, 10, 32)
		p.region, p.none = uint32(n), err != nil || len(q.Region)%2 != 0 || strconv.FormatUint(n, 10) != q.Region
	}
	p.choose(v.st, recent)
	return p, nil
}

// choose names the partitions of a query: the first gives the order.
func (p *plan) choose(st *state, recent bool) {
	var names []string
	if recent {
		p.feed = "recent"
		names = append(names, "recent")
	}
	if p.Series != "" {
		names = append(names, "series/"+p.Series)
	}
	switch {
	case p.Audience != "" && p.Topic != "":
		names = append(names, string(p.Audience)+"/"+p.Topic)
	case p.Audience != "":
		names = append(names, string(p.Audience))
	case p.Topic != "":
		names = append(names, "topic/"+p.Topic)
	}
	if p.Region != "" {
		if len(names) == 0 {
			p.exact = p.region
			if r, ok := content.FindRegion(p.Region); ok {
				p.place = r.Name
			}
		}
		names = append(names, "region/"+p.Region)
	}
	if len(names) == 0 {
		names = append(names, "all")
	}
	if p.Kind != "" {
		names = append(names, p.Kind)
	}
	p.order = st.named(names[0])
	p.narrow, p.dep = p.order, OrderDep(names[0])
	for _, name := range names[1:] {
		if part := st.named(name); part.tree.n < p.narrow.tree.n {
			p.narrow, p.dep = part, OrderDep(name)
		}
	}
}

// key is a slot's place in the plan's order; it equals the key in its tree.
func (p *plan) key(x *lexicon, s *slot) int64 {
	switch {
	case p.feed == "recent":
		return s.when
	case p.Series != "":
		return s.toldKey()
	case p.audience >= 0:
		return x.key(s, int(s.weights[p.audience]))
	}
	key := x.key(s, s.best())
	if p.exact > 0 && p.exact == s.region {
		key += x.exact
	}
	return key
}

// matches tells whether a slot passes every filter.
func (p *plan) matches(st *state, s *slot) bool {
	if p.kind != 0 && s.kind != p.kind || p.audience >= 0 && s.weights[p.audience] == 0 {
		return false
	}
	if s.best() == 0 && (p.Topic != "" || p.region != 0 || p.feed == "order" && p.Series == "") {
		return false // placed for nobody
	}
	if p.region != 0 {
		r := s.region
		for r > p.region {
			r /= 100
		}
		if r != p.region {
			return false
		}
	}
	if p.Series != "" && (s.series == 0 || st.lexicon.names[st.lexicon.told[s.series-1]] != "series/"+p.Series) {
		return false
	}
	if p.Topic == "" {
		return true
	}
	topic := st.lexicon.parts["topic/"+p.Topic]
	return slices.ContainsFunc(st.lexicon.sets[s.set].parts, func(row [1 + len(content.Audiences)]uint32) bool {
		return row[0] == topic
	})
}

// first is the place before everything.
func first() place {
	p := place{key: math.MaxInt64}
	for i := range p.id {
		p.id[i] = 0xff
	}
	return p
}

// spot is a slot at its place in a plan's order.
type spot struct {
	place
	slot *slot
}

// next gives up to n items below a place that match and are not left out.
func (p *plan) next(st *state, after place, n int, out []uuid) []spot {
	if p.none || n == 0 {
		return nil
	}
	if p.gathers(n) {
		return p.gather(st, after, n, out)
	}
	spots := make([]spot, 0, min(n, p.order.tree.n))
	p.order.tree.below(st.table, after, func(e entry) bool {
		if s := st.table.at(e.h); p.matches(st, s) && !slices.Contains(out, s.id) {
			spots = append(spots, spot{place{e.key, s.id}, s})
		}
		return len(spots) < n
	})
	return spots
}

// gathers tells whether sorting the narrowest partition is likely cheaper than
// walking the ordered one until n of it have come by.
func (p *plan) gathers(n int) bool {
	few, all := p.narrow.tree.n, p.order.tree.n
	return few < all && few*few/2 < n*all
}

// gather sorts now and then, so that what is too far down is left out at once.
func (p *plan) gather(st *state, after place, n int, out []uuid) []spot {
	spots := make([]spot, 0, min(4*n, p.narrow.tree.n))
	cut := func() {
		slices.SortFunc(spots, func(a, b spot) int { return byPlace(a.place, b.place) })
		spots = spots[:min(n, len(spots))]
	}
	worst, full := place{}, false
	p.narrow.tree.all(func(e entry) bool {
		s := st.table.at(e.h)
		at := place{p.key(st.lexicon, s), s.id}
		if full && byPlace(worst, at) < 0 || byPlace(after, at) >= 0 || !p.matches(st, s) || slices.Contains(out, s.id) {
			return true
		}
		if spots = append(spots, spot{at, s}); len(spots) >= 4*n {
			cut()
			worst, full = spots[n-1].place, true
		}
		return true
	})
	cut()
	return spots
}

// byPlace puts the larger key first, then the larger id.
func byPlace(a, b place) int {
	switch {
	case a.key > b.key:
		return -1
	case a.key < b.key:
		return 1
	}
	return slices.Compare(b.id[:], a.id[:])
}
