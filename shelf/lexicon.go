package shelf

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"kepu/content"
)

// Partitions that are always there. One for each audience follows.
const (
	partAll     = iota // everything placed, by its largest weight
	partRecent         // everything, by first publication
	partArticle        // for gathering only, as the next
	partVideo
	partUntil // what has an end, soonest first
	partIDs   // everything, by id
	partAudience
)

// lexicon numbers partitions, topics and series, so that slots need no strings.
// It only grows; a state's lexicon never changes, an edit clones it before it
// adds a word.
type lexicon struct {
	parts   map[string]uint32 // partition by name
	names   []string
	topics  map[string]uint32
	series  map[string]uint32
	told    []uint32          // partition of a series
	regions map[uint32]uint32 // partition of a region's code
	setIDs  map[string]uint32 // topic set by its keys
	sets    []topicSet
	weights [101]int64 // weightKey
	exact   int64      // lift of regionFactor
}

// topicSet is one combination of topics that items have.
type topicSet struct {
	tops  []uint32                             // level-1 topics
	parts [][1 + len(content.Audiences)]uint32 // of each topic and its parent: the topic's, and with each audience
}

func newLexicon() *lexicon {
	x := &lexicon{
		parts: map[string]uint32{}, topics: map[string]uint32{}, series: map[string]uint32{},
		regions: map[uint32]uint32{}, setIDs: map[string]uint32{}, exact: lift(regionFactor),
	}
	for _, name := range []string{"all", "recent", "article", "video", "until", "ids"} {
		x.partition(name)
	}
	for _, a := range content.Audiences {
		x.partition(string(a))
	}
	for w := range x.weights {
		x.weights[w] = weightKey(w)
	}
	x.set(nil)
	return x
}

func (x *lexicon) clone() *lexicon {
	c := *x
	c.parts, c.topics, c.series = maps.Clone(x.parts), maps.Clone(x.topics), maps.Clone(x.series)
	c.regions, c.setIDs = maps.Clone(x.regions), maps.Clone(x.setIDs)
	return &c // slices are only appended to, by one writer
}

func (x *lexicon) partition(name string) uint32 {
	n, ok := x.parts[name]
	if !ok {
		n = uint32(len(x.names))
		x.parts[name] = n
		x.names = append(x.names, name)
	}
	return n
}

func (x *lexicon) topic(key string) uint32 {
	n, ok := x.topics[key]
	if !ok {
		n = uint32(len(x.topics))
		x.topics[key] = n
	}
	return n
}

// seriesNumber numbers a series and makes its partition.
func (x *lexicon) seriesNumber(slug string) uint32 {
	n, ok := x.series[slug]
	if !ok {
		n = uint32(len(x.series))
		x.series[slug] = n
		x.told = append(x.told, x.partition("series/"+slug))
	}
	return n
}

// region makes the partitions of a code and of those it lies in, and gives the
// code as a number; 0 where it is none.
func (x *lexicon) region(code string) uint32 {
	n, err := strconv.ParseUint(code, 10, 32)
	if err != nil || len(code)%2 != 0 || len(code) > 6 || code[0] == '0' {
		return 0
	}
	for ; len(code) > 0; code = code[:len(code)-2] {
		m, _ := strconv.ParseUint(code, 10, 32)
		x.regions[uint32(m)] = x.partition("region/" + code)
	}
	return uint32(n)
}

// topOf gives the level-1 topic of a key.
func topOf(key string) string {
	top, _, _ := strings.Cut(key, "-")
	return top
}

// set numbers a combination of topics.
func (x *lexicon) set(topics []string) uint32 {
	name := strings.Join(topics, " ")
	n, ok := x.setIDs[name]
	if ok {
		return n
	}
	var s topicSet
	var seen []string
	for _, key := range topics {
		top := topOf(key)
		if t := x.topic(top); !slices.Contains(s.tops, t) {
			s.tops = append(s.tops, t)
		}
		for _, k := range []string{key, top} {
			if slices.Contains(seen, k) {
				continue
			}
			seen = append(seen, k)
			row := [1 + len(content.Audiences)]uint32{x.partition("topic/" + k)}
			for i, a := range content.Audiences {
				row[1+i] = x.partition(string(a) + "/" + k)
			}
			s.parts = append(s.parts, row)
		}
	}
	n = uint32(len(x.sets))
	x.setIDs[name] = n
	x.sets = append(x.sets, s)
	return n
}

// key ranks a slot by a weight, without a region.
func (x *lexicon) key(s *slot, weight int) int64 { return x.weights[weight] + s.lift + s.fresh }

// toldKey orders a series: by part, and what has none at the end by first
// publication.
func (s *slot) toldKey() int64 {
	if s.part > 0 {
		return math.MaxInt64 - int64(s.part)
	}
	return -s.when
}

// places calls fn for every place a slot takes.
func (x *lexicon) places(s *slot, scenes []uint32, fn func(part uint32, key int64)) {
	fn(partIDs, s.id.key())
	if s.until != 0 {
		fn(partUntil, -s.until)
	}
	if !s.shown {
		return
	}
	fn(partRecent, s.when)
	best := x.key(s, s.best())
	fn(partArticle+uint32(s.kind-article), best)
	if s.series > 0 {
		fn(x.told[s.series-1], s.toldKey())
	}
	for bit, part := range scenes {
		if s.scenes>>bit&1 == 1 {
			fn(part, best)
		}
	}
	if s.best() == 0 {
		return // placed for nobody: found by its address and by search only
	}
	fn(partAll, best)
	set := &x.sets[s.set]
	for _, row := range set.parts {
		fn(row[0], best)
	}
	for i, w := range s.weights {
		if w == 0 {
			continue
		}
		key := x.key(s, int(w))
		fn(partAudience+uint32(i), key)
		for _, row := range set.parts {
			fn(row[1+i], key)
		}
	}
	exact := x.exact
	for r := s.region; r > 0; r /= 100 {
		fn(x.regions[r], best+exact)
		exact = 0
	}
}

// knows tells whether an item adds no word.
func (x *lexicon) knows(m *mark) bool {
	p := &m.placement
	if _, ok := x.setIDs[strings.Join(p.Topics, " ")]; !ok {
		return false
	}
	if p.Series != nil && p.Series.ID != "" {
		if _, ok := x.series[p.Series.ID]; !ok {
			return false
		}
	}
	_, ok := x.parts["region/"+p.Region]
	return ok || p.Region == ""
}
