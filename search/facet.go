package search

import (
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"kepu/shelf"
)

// facetNames are the counts of a result by the letter of their keywords.
var facetNames = map[string]string{"a": "audience", "k": "kind", "t": "topic", "r": "region", "y": "year"}

// count adds how many of a segment's matches have each keyword.
func (a *answer) count(s *slice, matched *roaring.Bitmap) {
	for _, k := range s.note.keywords {
		if n := k.docs.AndCardinality(matched); n > 0 {
			a.counts[k.word] += int(n)
		}
	}
}

// facets orders counts for showing: most first. Topics that the shelf does not
// know are left out.
func facets(counts map[string]int, view *shelf.View) map[string][]Count {
	known := map[string]bool{}
	for _, t := range view.Topics() {
		known[t.Key] = true
	}
	all := map[string][]Count{}
	for _, name := range facetNames {
		all[name] = []Count{}
	}
	for word, n := range counts {
		letter, value, _ := strings.Cut(word, ":")
		name := facetNames[letter]
		if name == "" || name == "topic" && !known[value] {
			continue
		}
		all[name] = append(all[name], Count{value, n})
	}
	for _, list := range all {
		slices.SortFunc(list, func(x, y Count) int {
			if x.Count != y.Count {
				return y.Count - x.Count
			}
			return strings.Compare(x.Value, y.Value)
		})
	}
	return all
}
