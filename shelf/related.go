package shelf

import (
	"slices"
	"strings"
)

// Related gives up to limit cards near an item: what follows and precedes it in
// its series, then what ranks just below it in its topics, then their first. It
// hardly changes when something is published.
func (v *View) Related(id string, limit int) ([]Card, error) {
	raw, ok := parseID(id)
	if !ok {
		return nil, ErrNotFound
	}
	if err := v.pin(); err != nil {
		return nil, err
	}
	s, ok := v.st.slot(raw)
	if !ok {
		return nil, ErrNotFound
	}
	seen := []uuid{raw}
	for _, near := range v.near(s) {
		for _, from := range []place{{near.key, raw}, first()} {
			if len(seen) > limit {
				break
			}
			near.tree.below(v.st.table, from, func(e entry) bool {
				if other := v.st.table.at(e.h).id; len(seen) <= limit && !slices.Contains(seen, other) {
					seen = append(seen, other)
				}
				return len(seen) <= limit
			})
		}
	}
	return v.cards(seen[1:])
}

// RelatedDeps are what Related depends on.
func (v *View) RelatedDeps(id string) []Dep {
	v.steady()
	raw, _ := parseID(id)
	s, ok := v.st.slot(raw)
	if !ok {
		return []Dep{ItemDep(id)}
	}
	deps := []Dep{ItemDep(id)}
	for _, near := range v.near(s) {
		deps = append(deps, OrderDep(near.name))
	}
	return deps
}

// near is a partition an item stands in, and where.
type near struct {
	part
	name string
	key  int64
}

// near gives an item's series and its topics, the narrower first.
func (v *View) near(s *slot) []near {
	var all []near
	x := v.st.lexicon
	if s.series > 0 {
		n := x.told[s.series-1]
		all = append(all, near{v.st.part(n), x.names[n], s.toldKey()})
	}
	topics := len(all)
	if s.best() > 0 {
		for _, row := range x.sets[s.set].parts {
			all = append(all, near{v.st.part(row[0]), x.names[row[0]], x.key(s, s.best())})
		}
	}
	slices.SortStableFunc(all[topics:], func(a, b near) int { return strings.Count(b.name, "-") - strings.Count(a.name, "-") })
	return all
}

// SeriesItems gives a series' live items in told order: by part, and what has
// none at the end by first publication. It depends on
// OrderDep("series/<slug>").
func (v *View) SeriesItems(slug string) ([]Card, error) {
	if err := v.pin(); err != nil {
		return nil, err
	}
	return v.cards(v.st.members("series/"+slug, -1))
}

// sceneMost is how many items a scene's page shows beside those it names.
const sceneMost = 100

// SceneItems gives the live items of a scene: those it names, in its order,
// then the first hundred that otherwise belong to it, whether it runs or not. Of
// more than 64 scenes the first to end keep only the named ones. It depends on
// SceneDep(slug), OrderDep("scene/<slug>") and the items named.
func (v *View) SceneItems(slug string) ([]Card, error) {
	if err := v.pin(); err != nil {
		return nil, err
	}
	scene, ok := v.st.docs.scenes[slug]
	if !ok {
		return nil, ErrNotFound
	}
	var ids []uuid
	for _, name := range scene.Items {
		if id, ok := parseID(name); ok {
			if _, shown := v.st.slot(id); shown && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	for _, id := range v.st.members("scene/"+slug, sceneMost+len(ids)) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return v.cards(ids)
}

// members gives the first items of a partition; −1 all of them.
func (st *state) members(name string, most int) []uuid {
	var ids []uuid
	st.named(name).tree.all(func(e entry) bool {
		ids = append(ids, st.table.at(e.h).id)
		return len(ids) != most
	})
	return ids
}

func (v *View) cards(ids []uuid) ([]Card, error) {
	cards := make([]Card, 0, len(ids))
	for _, id := range ids {
		card, err := v.card(id)
		if err != nil {
			return nil, err
		}
		cards = append(cards, card)
	}
	return cards, nil
}
