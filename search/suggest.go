package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"kepu/search/analysis"
	"kepu/shelf"
)

// Kinds of suggestion, in the order they are given.
const (
	suggestTopic = "topic"
	suggestTag   = "tag"
	suggestTitle = "title"
)

const (
	completionRunes = 24  // of a title are kept for completing
	completionParts = 4   // beginnings of a title: its own and those of its clauses
	scanned         = 400 // terms looked at for one suggestion
)

// completions keeps the folded tags and the beginnings of the title's clauses.
// A letter tells them apart: "g" tag, "t" title.
func (e *entry) completions(tags []string) {
	for _, t := range tags {
		if f := strings.TrimSpace(analysis.FoldString(t)); f != "" {
			e.complete = append(e.complete, "g"+clip(f))
		}
	}
	for _, c := range clauses(analysis.FoldString(e.title)) {
		e.complete = append(e.complete, "t"+clip(c))
	}
}

// clauses are the parts of a folded title from each place where somebody might
// begin to type it.
func clauses(title string) []string {
	var all []string
	fresh := true
	for i, r := range title {
		begins := unicode.IsLetter(r) || unicode.IsNumber(r)
		if begins && fresh {
			if all = append(all, title[i:]); len(all) == completionParts {
				break
			}
		}
		fresh = !begins
	}
	if len(all) == 0 && strings.TrimSpace(title) != "" {
		all = append(all, strings.TrimSpace(title))
	}
	return all
}

func clip(s string) string {
	n := 0
	for i := range s {
		if n++; n > completionRunes {
			return s[:i]
		}
	}
	return s
}

// Suggest gives up to limit (1–20) completions of text, best first: topics,
// then tags by use, then titles, newest first. Only what a live item or the
// topic tree holds now is given. Errors as Query.
func (x *Index) Suggest(ctx context.Context, text string, limit int) ([]Suggestion, error) {
	var p problems
	p.text(text)
	if len(p) > 0 {
		return nil, p.err()
	}
	limit = min(max(limit, 1), 20)
	prefix := clip(strings.TrimLeftFunc(analysis.FoldString(text), unicode.IsSpace))
	if strings.TrimSpace(prefix) == "" {
		return []Suggestion{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	if err := x.gate.enter(ctx); err != nil {
		return nil, err
	}
	defer x.gate.leave()
	e := x.current.Load()
	if e == nil {
		return nil, ErrRebuilding
	}
	view := x.shelf.View()
	defer view.Close()
	list := suggestions{view: view, limit: limit, prefix: prefix, seen: map[string]bool{}}
	list.topics()
	err := e.read(func(s *scorch.IndexSnapshot) error {
		if err := list.tags(ctx, e, s); err != nil {
			return err
		}
		return list.titles(ctx, e, s)
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %w", ErrRebuilding, err)
	}
	return list.all, nil
}

// suggestions gathers completions of a prefix.
type suggestions struct {
	view   *shelf.View
	limit  int
	prefix string
	seen   map[string]bool // folded
	all    []Suggestion
}

func (l *suggestions) full() bool { return len(l.all) >= l.limit }

func (l *suggestions) add(text, kind string) {
	if f := analysis.FoldString(text); !l.seen[f] && !l.full() {
		l.seen[f] = true
		l.all = append(l.all, Suggestion{text, kind})
	}
}

func (l *suggestions) topics() {
	for _, t := range l.view.Topics() {
		if strings.HasPrefix(analysis.FoldString(t.Name), l.prefix) {
			l.add(t.Name, suggestTopic)
		}
	}
}

// completion is a term that begins with the prefix and a document that has it.
type completion struct {
	term  string
	id    string
	docs  int
	dated int64 // first publication of the document
}

// tags adds tags by how many items have them, each as a live item spells it.
func (l *suggestions) tags(ctx context.Context, e *engine, s *scorch.IndexSnapshot) error {
	found, err := l.complete(ctx, e, s, "g")
	if err != nil {
		return err
	}
	sum := map[string]int{}
	for _, c := range found {
		sum[c.term] += c.docs
	}
	slices.SortFunc(found, func(x, y completion) int {
		return cmp.Or(sum[y.term]-sum[x.term], strings.Compare(x.term, y.term))
	})
	for _, c := range found {
		if l.full() {
			break
		}
		it, err := l.view.Item(c.id)
		if err != nil {
			continue // no longer live
		}
		for _, tag := range it.Item.Placement.Tags {
			if "g"+clip(strings.TrimSpace(analysis.FoldString(tag))) == c.term {
				l.add(tag, suggestTag)
			}
		}
	}
	return nil
}

// titles adds titles, newest first.
func (l *suggestions) titles(ctx context.Context, e *engine, s *scorch.IndexSnapshot) error {
	if l.full() {
		return nil
	}
	found, err := l.complete(ctx, e, s, "t")
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(x, y completion) int {
		return cmp.Or(cmp.Compare(y.dated, x.dated), strings.Compare(x.id, y.id))
	})
	for _, c := range found {
		if l.full() {
			break
		}
		card, err := l.view.Card(c.id)
		if err != nil {
			continue // no longer live
		}
		for _, clause := range clauses(analysis.FoldString(card.Title)) {
			if strings.HasPrefix(clause, l.prefix) {
				l.add(card.Title, suggestTitle)
			}
		}
	}
	return nil
}

// complete finds terms of a kind that begin with the prefix, each with the
// newest document of every segment. At most so many are looked at.
func (l *suggestions) complete(ctx context.Context, e *engine, s *scorch.IndexSnapshot, kind string) ([]completion, error) {
	first := []byte(kind + l.prefix)
	after := next(first)
	var all []completion
	for _, one := range s.Segments() {
		dict, err := one.Segment().Dictionary(fieldSuggest)
		if err != nil {
			return nil, fmt.Errorf("read suggestions: %w", err)
		}
		n, err := e.notes.of(one)
		if err != nil {
			return nil, err
		}
		dates, err := n.dates(one.Segment())
		if err != nil {
			return nil, err
		}
		words := dict.AutomatonIterator(nil, first, after)
		for range scanned {
			w, err := words.Next()
			if err != nil {
				return nil, fmt.Errorf("read suggestions: %w", err)
			}
			if w == nil || ctx.Err() != nil {
				break
			}
			c := completion{term: w.Term}
			if c.docs, c.id, c.dated, err = newest(one, w.Term, dates); err != nil {
				return nil, err
			}
			if c.docs > 0 {
				all = append(all, c)
			}
		}
	}
	return all, ctx.Err()
}

// newest counts the documents with a term in a segment and names the one
// published last.
func newest(one *scorch.SegmentSnapshot, term string, dates []int64) (docs int, id string, dated int64, err error) {
	best := uint64(0)
	dict, err := one.Segment().Dictionary(fieldSuggest)
	if err != nil {
		return 0, "", 0, fmt.Errorf("read suggestions: %w", err)
	}
	list, err := dict.PostingsList([]byte(term), one.Deleted(), nil)
	if err != nil {
		return 0, "", 0, fmt.Errorf("read suggestions: %w", err)
	}
	it := list.Iterator(false, false, false, nil)
	for {
		p, err := it.Next()
		if err != nil {
			return 0, "", 0, fmt.Errorf("read suggestions: %w", err)
		}
		if p == nil {
			break
		}
		if at := dates[p.Number()]; docs == 0 || at > dated {
			best, dated = p.Number(), at
		}
		docs++
	}
	if docs == 0 {
		return 0, "", 0, nil
	}
	raw, err := one.DocID(best)
	if err != nil {
		return 0, "", 0, fmt.Errorf("read id: %w", err)
	}
	return docs, string(raw), dated, nil
}

// next is the first string after all that begin with s, nil for none.
func next(s []byte) []byte {
	s = slices.Clone(s)
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] < 0xFF {
			s[i]++
			return s[:i+1]
		}
	}
	return nil
}
