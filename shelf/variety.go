package shelf

import "slices"

// variety gives an order of a page's items, as indexes, in which no topic comes
// more than twice in any five consecutive ones, keeping as close to the given
// order as it can: at each place the first item that leaves the rest possible.
// Where there is no such order, or none is found in a bounded search, it takes
// the first that fits, and then the first.
func variety(topics [][]uint32) []int {
	s := shuffle{topics: topics, left: map[uint32]int{}, budget: 50 * len(topics), places: make([]int, 0, varietySpan)}
	for _, ts := range topics {
		for _, t := range ts {
			s.left[t]++
		}
	}
	s.used = make([]bool, len(topics))
	s.order = make([]int, 0, len(topics))
	if !s.search() {
		s.greedy()
	}
	return s.order
}

const (
	varietySpan = 5 // any so many consecutive items
	varietyMost = 2 // hold a topic at most so often
)

type shuffle struct {
	topics [][]uint32
	left   map[uint32]int // of each topic, not yet placed
	used   []bool
	order  []int
	budget int
	places []int
}

// search places the rest of the page, or leaves the order as it found it.
func (s *shuffle) search() bool {
	if len(s.order) == len(s.topics) {
		return true
	}
	for i := range s.topics {
		if s.used[i] || !s.fits(i) {
			continue
		}
		if s.budget--; s.budget < 0 {
			return false
		}
		s.take(i)
		if s.possible() && s.search() {
			return true
		}
		s.back()
	}
	return false
}

// greedy places the rest of the page as well as it goes.
func (s *shuffle) greedy() {
	for len(s.order) < len(s.topics) {
		first, fit := -1, -1
		for i := range s.topics {
			if s.used[i] {
				continue
			}
			if first < 0 {
				first = i
			}
			if s.fits(i) {
				fit = i
				break
			}
		}
		if fit < 0 {
			fit = first
		}
		s.take(fit)
	}
}

func (s *shuffle) take(i int) {
	s.used[i] = true
	s.order = append(s.order, i)
	for _, t := range s.topics[i] {
		s.left[t]--
	}
}

func (s *shuffle) back() {
	i := s.order[len(s.order)-1]
	s.order = s.order[:len(s.order)-1]
	s.used[i] = false
	for _, t := range s.topics[i] {
		s.left[t]++
	}
}

// fits tells whether item i may come next.
func (s *shuffle) fits(i int) bool {
	for _, t := range s.topics[i] {
		if len(s.recent(t)) >= varietyMost {
			return false
		}
	}
	return true
}

// recent gives the places of a topic among the last four, in a list that the
// next call uses again.
func (s *shuffle) recent(topic uint32) []int {
	at := s.places[:0]
	for p := max(0, len(s.order)-varietySpan+1); p < len(s.order); p++ {
		if slices.Contains(s.topics[s.order[p]], topic) {
			at = append(at, p)
		}
	}
	return at
}

// possible tells whether each topic taken alone still finds enough places.
func (s *shuffle) possible() bool {
	rest := len(s.topics) - len(s.order)
	for t, n := range s.left {
		if n*varietySpan <= varietyMost*(rest-varietySpan) || n == 0 {
			continue
		}
		if n > s.room(t, rest) {
			return false
		}
	}
	return true
}

// room is how often a topic can come in the next places, taking each as early
// as it may.
func (s *shuffle) room(topic uint32, places int) int {
	at, n := s.recent(topic), 0
	for p := len(s.order); p < len(s.order)+places; p++ {
		for len(at) > 0 && at[0] <= p-varietySpan {
			at = at[:copy(at, at[1:])]
		}
		if len(at) < varietyMost {
			at = append(at, p)
			n++
		}
	}
	return n
}
