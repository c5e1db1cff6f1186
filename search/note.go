package search

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// note is what is worked out once of a segment, which never changes: who holds
// which keyword, how long its texts are, and which documents end.
type note struct {
	once     sync.Once
	err      error
	length   float64 // of all texts, in units
	keywords []keyword
	ending   []ending

	dated     sync.Once
	datedErr  error
	published []int64 // by document, as numPublish
}

// keyword is one value of a filter and the documents that have it.
type keyword struct {
	word string
	docs *roaring.Bitmap
}

// ending is a document that is shown before an instant only.
type ending struct {
	doc   uint32
	until int64 // as numUntil
}

// docs are the documents with a keyword, or nil. The keywords are in order.
func (n *note) docs(word string) *roaring.Bitmap {
	i, ok := slices.BinarySearchFunc(n.keywords, word, func(k keyword, w string) int { return strings.Compare(k.word, w) })
	if !ok {
		return nil
	}
	return n.keywords[i].docs
}

// notes keeps the notes of the segments in use.
type notes struct {
	mu  sync.Mutex
	all map[uint64]*note
}

// of gives a segment's note.
func (n *notes) of(s *scorch.SegmentSnapshot) (*note, error) {
	n.mu.Lock()
	if n.all == nil {
		n.all = map[uint64]*note{}
	}
	one := n.all[s.Id()]
	if one == nil {
		one = &note{}
		n.all[s.Id()] = one
	}
	n.mu.Unlock()
	one.once.Do(func() { one.err = one.fill(s.Segment()) })
	return one, one.err
}

// prune forgets segments that a snapshot no longer has.
func (n *notes) prune(live []*scorch.SegmentSnapshot) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.all) <= 2*len(live)+8 {
		return
	}
	kept := make(map[uint64]*note, len(live))
	for _, s := range live {
		if one := n.all[s.Id()]; one != nil {
			kept[s.Id()] = one
		}
	}
	n.all = kept
}

func (n *note) fill(s segment.Segment) error {
	err := postings(s, fieldText, everyDoc, func(p segment.Posting) {
		n.length += length(p.Norm())
	})
	if err != nil {
		return err
	}
	err = postings(s, fieldNumber, numUntil, func(p segment.Posting) {
		n.ending = append(n.ending, ending{uint32(p.Number()), int64(p.Frequency())})
	})
	if err != nil {
		return err
	}
	dict, err := s.Dictionary(fieldKeyword)
	if err != nil {
		return fmt.Errorf("read keywords: %w", err)
	}
	words := dict.AutomatonIterator(nil, nil, nil)
	for {
		e, err := words.Next()
		if err != nil {
			return fmt.Errorf("read keywords: %w", err)
		}
		if e == nil {
			return nil
		}
		list, err := dict.PostingsList([]byte(e.Term), nil, nil)
		if err != nil {
			return fmt.Errorf("read keywords: %w", err)
		}
		docs := roaring.New()
		collect(list, docs)
		n.keywords = append(n.keywords, keyword{e.Term, docs})
	}
}

// dates gives the first publication of every document of the segment.
func (n *note) dates(s segment.Segment) ([]int64, error) {
	n.dated.Do(func() {
		n.published = make([]int64, s.Count())
		n.datedErr = numbers(s, numPublish, n.published)
	})
	return n.published, n.datedErr
}

// numbers reads a number of every document; those without it keep 0.
func numbers[T int64 | uint64](s segment.Segment, term string, into []T) error {
	return postings(s, fieldNumber, term, func(p segment.Posting) { into[p.Number()] = T(p.Frequency()) })
}

// postings calls fn for every document of a term, deleted ones included.
func postings(s segment.Segment, field, term string, fn func(segment.Posting)) error {
	dict, err := s.Dictionary(field)
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	list, err := dict.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	it := list.Iterator(true, true, false, nil)
	for {
		p, err := it.Next()
		if err != nil {
			return fmt.Errorf("read index: %w", err)
		}
		if p == nil {
			return nil
		}
		fn(p)
	}
}

// collect adds the documents of a list to a set.
func collect(list segment.PostingsList, into *roaring.Bitmap) {
	if whole, ok := list.(interface{ OrInto(*roaring.Bitmap) }); ok {
		whole.OrInto(into)
		return
	}
	it := list.Iterator(false, false, false, nil)
	for p, err := it.Next(); err == nil && p != nil; p, err = it.Next() {
		into.Add(uint32(p.Number()))
	}
}

// length undoes the norm scorch hands out, 1/√length.
func length(norm float64) float64 {
	if norm <= 0 {
		return 1
	}
	return 1 / (norm * norm)
}
