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

// SceneItems gives up to limit live items of a scene: those it names, in its
// order, then the first that otherwise belong to it, whether it runs or not, and
// what that depends on. Of more than 64 scenes the first to end keep only the
// named ones.
func (v *View) SceneItems(slug string, limit int) ([]Card, []Dep, error) {
	if err := v.pin(); err != nil {
		return nil, nil, err
	}
	scene, ok := v.st.docs.scenes[slug]
	if !ok {
		return nil, nil, ErrNotFound
	}
	deps := []Dep{SceneDep(slug), OrderDep("scene/" + slug)}
	var ids []uuid
	for _, name := range scene.Items {
		deps = append(deps, ItemDep(name))
		if id, ok := parseID(name); ok {
			if _, shown := v.st.slot(id); shown && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	v.st.named("scene/" + slug).tree.all(func(e entry) bool {
		if id := v.st.table.at(e.h).id; len(ids) < limit && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		return len(ids) < limit
	})
	cards, err := v.cards(ids[:min(limit, len(ids))])
	return cards, deps, err
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
