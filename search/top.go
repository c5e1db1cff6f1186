package search

import (
	"cmp"
	"slices"
	"sync"
)

// top gives the n best places by score, and all that share the score of the
// last of them. It reorders places.
func top(places []place, n int) []place {
	if len(places) <= n {
		return places
	}
	// A heap with the worst of the best on top.
	heap := make([]float32, 0, n)
	for _, p := range places {
		if len(heap) < n {
			heap = append(heap, p.score)
			if len(heap) == n {
				slices.SortFunc(heap, cmp.Compare)
			}
			continue
		}
		if p.score > heap[0] {
			heap[0] = p.score
			sink(heap)
		}
	}
	kept := places[:0]
	for _, p := range places {
		if p.score >= heap[0] {
			kept = append(kept, p)
		}
	}
	return kept
}

func sink(heap []float32) {
	for i := 0; ; {
		least := i
		for _, child := range [...]int{2*i + 1, 2*i + 2} {
			if child < len(heap) && heap[child] < heap[least] {
				least = child
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
}

// Scores of a segment are as long as it has documents: they are lent out again.
var scores sync.Pool

func borrow(n int) []float32 {
	if p, ok := scores.Get().(*[]float32); ok && cap(*p) >= n {
		s := (*p)[:n]
		clear(s)
		return s
	}
	return make([]float32, n)
}

func release(all []*slice) {
	for _, s := range all {
		if cap(s.score) > 0 {
			scores.Put(&s.score)
			scores.Put(&s.weight)
		}
	}
}
