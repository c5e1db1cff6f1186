package search

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kepu/content"
	"kepu/journal"
	"kepu/search/analysis"
	"kepu/shelf"
)

// deadline of a query.
const deadline = 2 * time.Second

// refills is how often a page is filled up again after the shelf dropped hits.
const refills = 4

// Query answers within ctx and its own deadline of 2 s. Errors: ErrQuery,
// ErrRebuilding, ErrBusy (also where the deadline passed), ctx's. A text without
// anything to look for finds nothing.
func (x *Index) Query(ctx context.Context, q Query) (Result, error) {
	own, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	r, err := x.query(own, q)
	if err != nil && own.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return r, err
}

func (x *Index) query(ctx context.Context, q Query) (Result, error) {
	began := time.Now()
	if err := x.gate.enter(ctx); err != nil {
		return Result{}, err
	}
	defer x.gate.leave()
	view := x.shelf.View()
	defer view.Close()
	req, err := x.request(q, view)
	if err != nil {
		return Result{}, err
	}
	r := Result{Query: q.Text, Hits: []Hit{}, Facets: map[string][]Count{}}
	if len(req.terms) > 0 {
		if err := x.fillPage(ctx, q, req, view, &r); err != nil {
			return Result{}, err
		}
	} else if x.current.Load() == nil {
		return Result{}, ErrRebuilding
	}
	r.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return r, nil
}

// fillPage asks for hits until a page is full of ones the shelf shows.
func (x *Index) fillPage(ctx context.Context, q Query, req request, view *shelf.View, r *Result) error {
	limit := req.limit
	marker := newMarker(req.terms)
	for try := 0; ; try++ {
		a, err := x.find(ctx, req)
		if err != nil {
			return err
		}
		if try == 0 {
			r.Total = a.total
			r.Facets = facets(a.counts, view)
		}
		var last mark
		for _, h := range a.hits {
			last = h
			hit, ok, err := hitOf(view, h, q, marker)
			if err != nil {
				return err
			}
			if !ok {
				r.Total--
				continue
			}
			if r.Hits = append(r.Hits, hit); len(r.Hits) == limit {
				break
			}
		}
		r.Total = max(r.Total, len(r.Hits))
		full := len(r.Hits) == limit
		if full && (a.more || last != a.hits[len(a.hits)-1]) {
			r.Next = q.cursor(last)
		}
		if full || !a.more || try == refills {
			return nil
		}
		req.after, req.limit = &last, limit-len(r.Hits)+MaxLimit
	}
}

// find asks the engine in use, once more where it is just being replaced.
func (x *Index) find(ctx context.Context, req request) (answer, error) {
	for {
		e := x.current.Load()
		if e == nil {
			return answer{}, ErrRebuilding
		}
		a, err := e.find(ctx, standard, req)
		switch {
		case err == nil:
			return a, nil
		case ctx.Err() != nil:
			return a, ctx.Err()
		case errors.Is(err, errClosed) && x.current.Load() != e:
			continue
		}
		return a, fmt.Errorf("%w: %w", ErrRebuilding, err)
	}
}

// hitOf makes a hit of what the shelf shows now; false where it shows no such
// item, or not within the filters.
func hitOf(view *shelf.View, m mark, q Query, marker marker) (Hit, bool, error) {
	card, err := view.Card(m.id)
	if errors.Is(err, shelf.ErrNotFound) || err == nil && !fits(card, q) {
		return Hit{}, false, nil
	}
	if err != nil {
		return Hit{}, false, fmt.Errorf("card of %s: %w", m.id, err)
	}
	it, err := view.Item(m.id)
	if errors.Is(err, shelf.ErrNotFound) {
		return Hit{}, false, nil
	}
	if err != nil {
		return Hit{}, false, fmt.Errorf("item %s: %w", m.id, err)
	}
	return Hit{Card: card, Score: float64(m.score), Highlight: Highlight{
		Title: marker.title(card.Title),
		Text:  marker.passage(bodyText(it), it.Version.Summary, it.Version.Plain),
	}}, true, nil
}

// fits rechecks the filters that a commit may have changed since.
func fits(c shelf.Card, q Query) bool {
	placed := q.Audience == ""
	for _, p := range c.Audiences {
		placed = placed || string(p.Audience) == q.Audience
	}
	within := q.Topic == ""
	for _, t := range c.Topics {
		within = within || content.InTopic(t, q.Topic)
	}
	return placed && within && (q.Kind == "" || c.Kind == q.Kind) && strings.HasPrefix(c.Region, q.Region) &&
		(q.From.IsZero() || !c.Published.Before(q.From)) && (q.To.IsZero() || c.Published.Before(q.To))
}

// request checks a query and says it in the engine's terms.
func (x *Index) request(q Query, view *shelf.View) (request, error) {
	req := request{limit: q.Limit, now: millis(x.now())}
	var p problems
	p.text(q.Text)
	if q.Limit < 0 || q.Limit > MaxLimit {
		p.add("limit", fmt.Sprintf("每页条数须在 1 到 %d 之间", MaxLimit))
	}
	if req.limit == 0 {
		req.limit = 20
	}
	if q.Audience != "" {
		if !content.Audience(q.Audience).Valid() {
			p.add("audience", "没有这类人群")
		}
		req.all = append(req.all, audienceWord(q.Audience))
	}
	if q.Kind != "" {
		if q.Kind != content.KindArticle && q.Kind != content.KindVideo {
			p.add("kind", "类型只有 article（文章）和 video（视频）")
		}
		req.all = append(req.all, kindWord(q.Kind))
	}
	if q.Region != "" {
		if !regionCode(q.Region) {
			p.add("region", "地区代码须是 2、4 或 6 位数字")
		}
		req.all = append(req.all, regionWord(q.Region))
	}
	if q.Topic != "" {
		if _, err := view.Topic(q.Topic); err != nil {
			p.add("topic", "没有这个主题")
		}
		req.all = append(req.all, topicWord(q.Topic))
	}
	for _, t := range []time.Time{q.From, q.To} {
		if y := t.UTC().Year(); y < 1 || y > 9999 {
			p.add("from", "时间须在公元 1 年到 9999 年之间")
		}
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		p.add("from", "开始时间须早于结束时间")
	}
	if !q.From.IsZero() {
		req.from = millis(q.From)
	}
	if !q.To.IsZero() {
		req.to = millis(q.To)
	}
	if q.After != "" {
		m, ok := q.place()
		if !ok {
			p.add("after", "翻页标记无效，请从第一页重新检索")
		}
		req.after = &m
	}
	if len(p) > 0 {
		return req, p.err()
	}
	req.terms = analysis.Question(q.Text)
	return req, nil
}

// millis is a time as the index keeps it, at least 1.
func millis(t time.Time) int64 { return max(t.UnixMilli()-epoch, 0) + 2 }

func regionCode(s string) bool {
	if len(s) != 2 && len(s) != 4 && len(s) != 6 {
		return false
	}
	return strings.Trim(s, "0123456789") == ""
}

type problems []journal.Problem

func (p *problems) add(field, message string) {
	*p = append(*p, journal.Problem{Field: field, Message: message})
}

func (p problems) err() error {
	return fmt.Errorf("%w: %w", ErrQuery, &journal.Invalid{Problems: p})
}

// text checks what somebody typed. It is taken literally: no character in it
// has a meaning of its own.
func (p *problems) text(s string) {
	switch {
	case len(s) > 4*MaxRunes || utf8.RuneCountInString(s) > MaxRunes:
		p.add("q", fmt.Sprintf("检索词最多 %d 个字", MaxRunes))
	case !utf8.ValidString(s):
		p.add("q", "检索词不是有效的 UTF-8 文本")
	case strings.ContainsRune(s, 0):
		p.add("q", "检索词含有不能识别的字符")
	case len(strings.FieldsFunc(s, unicode.IsSpace)) > MaxWords:
		p.add("q", fmt.Sprintf("检索词最多 %d 个，请减少一些", MaxWords))
	}
}
