package shelf

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// varied tells whether no topic comes more than twice in any five.
func varied(topics [][]uint32, order []int) bool {
	for end := range order {
		n := map[uint32]int{}
		for _, i := range order[max(0, end-varietySpan+1) : end+1] {
			for _, t := range topics[i] {
				if n[t]++; n[t] > varietyMost {
					return false
				}
			}
		}
	}
	return true
}

// can tells by trying everything whether a page can be varied.
func can(topics [][]uint32, order []int) bool {
	if !varied(topics, order) {
		return false
	}
	if len(order) == len(topics) {
		return true
	}
	for i := range topics {
		if !slices.Contains(order, i) && can(topics, append(slices.Clone(order), i)) {
			return true
		}
	}
	return false
}

func TestVarietyTable(t *testing.T) {
	a, b, c, none := []uint32{1}, []uint32{2}, []uint32{3}, []uint32(nil)
	for _, tc := range []struct {
		what   string
		topics [][]uint32
		want   []int
	}{
		{"nothing", nil, []int{}},
		{"already varied", [][]uint32{a, b, a, b, c}, []int{0, 1, 2, 3, 4}},
		{"the third waits", [][]uint32{a, a, a, b, b, c}, []int{0, 1, 3, 4, 5, 2}},
		{"without topics", [][]uint32{none, none, none, none, none, none}, []int{0, 1, 2, 3, 4, 5}},
		{"one topic only", [][]uint32{a, a, a, a}, []int{0, 1, 2, 3}},
		{"the crowd is at the end", [][]uint32{b, c, none, none, a, a, a, a}, []int{4, 5, 0, 1, 2, 6, 7, 3}},
	} {
		got := variety(tc.topics)
		if tc.what == "the crowd is at the end" {
			if !varied(tc.topics, got) {
				t.Errorf("%s: %v", tc.what, got)
			}
			continue
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
	}
}

func TestVarietyWherePossible(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		topics := make([][]uint32, rapid.IntRange(0, 7).Draw(rt, "items"))
		for i := range topics {
			for topic := range uint32(3) {
				if rapid.IntRange(0, 2).Draw(rt, "in") == 0 {
					topics[i] = append(topics[i], topic)
				}
			}
		}
		order := variety(topics)
		sorted := slices.Sorted(slices.Values(order))
		for i, n := range sorted {
			if i != n {
				rt.Fatalf("not a permutation: %v", order)
			}
		}
		if len(order) != len(topics) || !slices.Equal(order, variety(topics)) {
			rt.Fatalf("not the same twice, or not all: %v", order)
		}
		if !varied(topics, order) && can(topics, nil) {
			rt.Fatalf("%v could be varied, got %v", topics, order)
		}
	})
}

func BenchmarkVariety(b *testing.B) {
	topics := make([][]uint32, 100)
	for i := range topics {
		topics[i] = []uint32{uint32(i * i % 7)}
	}
	for b.Loop() {
		variety(topics)
	}
}
