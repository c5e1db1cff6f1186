package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"kepu/search/analysis"
)

// request is a query as the engine understands it.
type request struct {
	terms    []analysis.Term
	all      []string // filters: keywords a document must have
	from, to int64    // of first publication, ms since year 1; 0: open
	now      int64    // ms since year 1: what ended by now is not found
	limit    int
	after    *mark // only what comes after it
}

// mark is a place in the order of results: by score, falling, then by id.
type mark struct {
	score float32
	id    string
}

// answer is what the engine knows of a query.
type answer struct {
	total  int
	hits   []mark
	counts map[string]int // keyword → documents
	more   bool           // whether there is anything after hits
}

// place is a document that matched.
type place struct {
	score float32
	slice int
	doc   uint32
}

// find answers a request from one snapshot.
func (e *engine) find(ctx context.Context, r ranking, q request) (a answer, err error) {
	err = e.read(func(snapshot *scorch.IndexSnapshot) error {
		all, err := e.slices(snapshot, q)
		if err != nil {
			return err
		}
		defer release(all)
		lists, err := r.rank(ctx, all, q.terms)
		if err != nil {
			return err
		}
		a, err = settle(all, r.enough(all, lists, len(q.terms)), q)
		return err
	})
	return a, err
}

// slices prepares every segment.
func (e *engine) slices(snapshot *scorch.IndexSnapshot, q request) ([]*slice, error) {
	segments := snapshot.Segments()
	e.notes.prune(segments)
	all := make([]*slice, 0, len(segments))
	for _, s := range segments {
		n, err := e.notes.of(s)
		if err != nil {
			return nil, err
		}
		dict, err := s.Segment().Dictionary(fieldText)
		if err != nil {
			return nil, fmt.Errorf("read index: %w", err)
		}
		one := &slice{snapshot: s, note: n, dict: dict}
		if one.keep, err = one.filter(q); err != nil {
			return nil, err
		}
		count := int(s.Segment().Count())
		one.score, one.weight = borrow(count), borrow(count)
		all = append(all, one)
	}
	return all, nil
}

// filter gives the documents the filters leave, nil for all.
func (s *slice) filter(q request) (*roaring.Bitmap, error) {
	var keep *roaring.Bitmap
	for _, word := range q.all {
		docs := s.note.docs(word)
		switch {
		case docs == nil:
			keep = roaring.New()
		case keep == nil:
			keep = docs.Clone()
		default:
			keep.And(docs)
		}
	}
	if q.from != 0 || q.to != 0 {
		dates, err := s.note.dates(s.snapshot.Segment())
		if err != nil {
			return nil, err
		}
		between := roaring.New()
		for doc, at := range dates {
			if (q.from == 0 || at >= q.from) && (q.to == 0 || at < q.to) {
				between.Add(uint32(doc))
			}
		}
		if keep == nil {
			keep = between
		} else {
			keep.And(between)
		}
	}
	for _, e := range s.note.ending {
		if e.until <= q.now {
			if keep == nil {
				keep = roaring.New()
				keep.AddRange(0, s.snapshot.Segment().Count())
			}
			keep.Remove(e.doc)
		}
	}
	return keep, nil
}

// enough is the weight of found terms a document must have. Of a short query
// everything, where any document has it; else a share of what the best one has.
func (r ranking) enough(all []*slice, lists []*list, terms int) float32 {
	var whole, best float32
	for _, l := range lists {
		whole += float32(l.idf)
	}
	whole *= 0.9999 // sums of floats differ in their last digits
	for _, s := range all {
		for doc, w := range s.weight {
			if w > best && (s.keep == nil || s.keep.Contains(uint32(doc))) {
				best = w
			}
		}
	}
	if terms <= r.few && len(lists) >= terms && best >= whole {
		return whole
	}
	return best * float32(r.near)
}

// settle collects what matched, counts it, and picks the best.
func settle(all []*slice, enough float32, q request) (answer, error) {
	a := answer{counts: map[string]int{}}
	var places []place
	for i, s := range all {
		matched := s.matched(enough)
		a.total += len(matched)
		if len(matched) == 0 {
			continue
		}
		a.count(s, roaring.BitmapOf(matched...))
		for _, doc := range matched {
			ok, err := s.after(doc, q.after)
			if err != nil {
				return a, err
			}
			if ok {
				places = append(places, place{s.score[doc], i, doc})
			}
		}
	}
	return a, a.pick(all, places, q)
}

// after tells whether a document comes after m.
func (s *slice) after(doc uint32, m *mark) (bool, error) {
	if m == nil || s.score[doc] != m.score {
		return m == nil || s.score[doc] < m.score, nil
	}
	id, err := s.snapshot.DocID(uint64(doc))
	if err != nil {
		return false, fmt.Errorf("read id: %w", err)
	}
	return string(id) > m.id, nil
}

// matched are the documents with enough, in order.
func (s *slice) matched(enough float32) []uint32 {
	var matched []uint32
	for doc, score := range s.score {
		if score > 0 && s.weight[doc] >= enough && (s.keep == nil || s.keep.Contains(uint32(doc))) {
			matched = append(matched, uint32(doc))
		}
	}
	return matched
}

// pick orders the best and names them. Documents of the same score as the last
// one are all named, since their ids decide.
func (a *answer) pick(all []*slice, places []place, q request) error {
	best := top(places, q.limit+1)
	a.hits = make([]mark, 0, len(best))
	for _, p := range best {
		id, err := all[p.slice].snapshot.DocID(uint64(p.doc))
		if err != nil {
			return fmt.Errorf("read id: %w", err)
		}
		a.hits = append(a.hits, mark{p.score, string(id)})
	}
	slices.SortFunc(a.hits, compare)
	if len(a.hits) > q.limit {
		a.hits, a.more = a.hits[:q.limit], true
	}
	return nil
}

func compare(x, y mark) int {
	switch {
	case x.score > y.score:
		return -1
	case x.score < y.score:
		return 1
	}
	return strings.Compare(x.id, y.id)
}
