package shelf

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"kepu/content"
)

// maxScenes is how many scenes lift items: the ones that end last. A slot has
// one bit for each.
const maxScenes = 64

// sceneTable is those scenes by start, each with its bit. It depends on the
// scenes alone, not on the clock, and never changes.
type sceneTable struct {
	rules []sceneRule
	parts []uint32 // partition of each one's items
}

type sceneRule struct {
	content.Scene
	items map[string]bool
}

// makeScenes gives the table of all scenes; left is how many found no bit.
func makeScenes(d *docs, x *lexicon) (t *sceneTable, left int) {
	all := slices.SortedFunc(maps.Values(d.scenes), func(a, b content.Scene) int {
		return cmp.Or(b.End.Compare(a.End), bySceneStart(a, b))
	})
	left = max(0, len(all)-maxScenes)
	all = all[:len(all)-left]
	slices.SortFunc(all, bySceneStart)
	t = &sceneTable{}
	for _, s := range all {
		r := sceneRule{Scene: s, items: map[string]bool{}}
		for _, id := range s.Items {
			r.items[id] = true
		}
		t.rules = append(t.rules, r)
		t.parts = append(t.parts, x.partition("scene/"+s.Slug))
	}
	return t, left
}

func bySceneStart(a, b content.Scene) int {
	return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Slug, b.Slug))
}

// holds tells whether an item belongs to a scene: it is named, or shares a
// topic or tag; and it stands in one of the regions and audiences, where any
// are given.
func (r *sceneRule) holds(id string, p content.Placement) bool {
	if !r.items[id] && !sharesTopic(p.Topics, r.Topics) && !shares(p.Tags, r.Tags) {
		return false
	}
	if len(r.Regions) > 0 && !slices.ContainsFunc(r.Regions, func(code string) bool {
		return p.Region != "" && content.Within(p.Region, code)
	}) {
		return false
	}
	return len(r.Audiences) == 0 || slices.ContainsFunc(p.Audiences, func(a content.Placed) bool {
		return a.Weight > 0 && slices.Contains(r.Audiences, a.Audience)
	})
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// sharesTopic lets a scene's topic stand for its children.
func sharesTopic(keys, above []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		return slices.ContainsFunc(above, func(a string) bool { return a != "" && content.InTopic(key, a) })
	})
}

// bits gives the scenes an item belongs to.
func (t *sceneTable) bits(id string, p content.Placement) uint64 {
	var bits uint64
	for i := range t.rules {
		if t.rules[i].holds(id, p) {
			bits |= 1 << i
		}
	}
	return bits
}

// running gives the scenes that run at an instant.
func (t *sceneTable) running(now int64) uint64 {
	var bits uint64
	for i, r := range t.rules {
		if r.Start.UnixMilli() <= now && now < r.End.UnixMilli() {
			bits |= 1 << i
		}
	}
	return bits
}

// strongest gives the scene that lifts most among those of bits, the earliest
// started among equals; nil where none does.
func (t *sceneTable) strongest(bits uint64) *sceneRule {
	var best *sceneRule
	for i := range t.rules {
		if r := &t.rules[i]; bits>>i&1 == 1 && r.Boost > 100 && (best == nil || r.Boost > best.Boost) {
			best = r
		}
	}
	return best
}

// lift is what the strongest of some scenes adds to a key.
func (t *sceneTable) lift(bits uint64) int64 {
	if r := t.strongest(bits); r != nil {
		return lift(clamp(r.Boost, 100, 400))
	}
	return 0
}

// nextEdge gives the first start or end after an instant; ok false where there
// is none.
func (t *sceneTable) nextEdge(after int64) (edge int64, ok bool) {
	for _, r := range t.rules {
		for _, at := range []time.Time{r.Start, r.End} {
			if ms := at.UnixMilli(); ms > after && (!ok || ms < edge) {
				edge, ok = ms, true
			}
		}
	}
	return edge, ok
}
