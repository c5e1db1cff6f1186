// Package relevance measures how well a search ranks: pure functions over
// ranked ids and judgements, and readers of the files both come in. It knows
// nothing of the index.
package relevance

import (
	"math"
	"slices"
)

// Judgements of one query: how relevant a document is, above 0 where it is.
type Judgements map[string]int

// Score of one query, or the mean of many.
type Score struct {
	NDCG   float64 // nDCG@k, gain 2^rel − 1, discount log2(rank + 1)
	MRR    float64 // 1 / rank of the first relevant one within k
	Recall float64 // share of the relevant ones within k
}

// Measure scores the ranked ids of one query at depth k. A document that
// appears twice counts once. A query without relevant documents scores 0.
func Measure(ranked []string, j Judgements, k int) Score {
	var s Score
	var ideal []int
	for _, rel := range j {
		if rel > 0 {
			ideal = append(ideal, rel)
		}
	}
	if len(ideal) == 0 {
		return s
	}
	slices.SortFunc(ideal, func(a, b int) int { return b - a })
	best := 0.0
	for i, rel := range ideal[:min(k, len(ideal))] {
		best += gain(rel, i+1)
	}
	seen := map[string]bool{}
	got, found := 0.0, 0
	for i, id := range ranked[:min(k, len(ranked))] {
		rel := j[id]
		if rel <= 0 || seen[id] {
			continue
		}
		seen[id] = true
		got += gain(rel, i+1)
		if found++; found == 1 {
			s.MRR = 1 / float64(i+1)
		}
	}
	s.NDCG = got / best
	s.Recall = float64(found) / float64(len(ideal))
	return s
}

func gain(rel, rank int) float64 {
	return (math.Exp2(float64(rel)) - 1) / math.Log2(float64(rank)+1)
}

// Mean is the mean of scores; the zero Score of none.
func Mean(scores []Score) Score {
	var m Score
	if len(scores) == 0 {
		return m
	}
	for _, s := range scores {
		m.NDCG += s.NDCG
		m.MRR += s.MRR
		m.Recall += s.Recall
	}
	n := float64(len(scores))
	return Score{m.NDCG / n, m.MRR / n, m.Recall / n}
}

// Quantile gives the value at or below which a share p (0–1) of values lies; 0
// of none. It sorts values.
func Quantile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	i := int(math.Ceil(p*float64(len(values)))) - 1
	return values[min(max(i, 0), len(values)-1)]
}
