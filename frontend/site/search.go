package site

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/journal"
	"kepu/search"
	"kepu/shelf"
)

// results is the page of a search.
type results struct {
	Shell
	Trouble    string // why nothing is shown, in words
	Hits       []hit
	Total      int
	Facets     []facet
	Applied    int
	Unfiltered string
	Kept       []Field // filters a new search keeps
	Next       string
	Topics     []Link
	Maybe      []Card
}

type hit struct {
	Card
	TitleRuns, TextRuns []search.Run
}

type facet struct {
	Name   string
	Values []choice
}

type choice struct {
	Name, URL string
	Count     int
	On        bool
}

// SearchKeys are the query keys of the search page.
func SearchKeys() []page.Key {
	return []page.Key{{Name: "q"}, {Name: "audience", Type: page.Audience}, {Name: "kind", Type: page.Kind}, {Name: "topic", Type: page.Topic},
		{Name: "region", Type: page.Region}, {Name: "from", Type: page.Day}, {Name: "to", Type: page.Day}, {Name: "after", Type: page.Cursor}}
}

// AskedOf makes a search query of a request.
func AskedOf(q page.Query, limit int) search.Query {
	return search.Query{Text: q.Text("q"), Audience: q.Text("audience"), Kind: q.Text("kind"), Topic: q.Text("topic"), Region: q.Text("region"),
		From: q.From("from"), To: q.To("to"), Limit: limit, After: q.Text("after")}
}

const (
	searchRows = 20
	easyRows   = 5
)

// Search is the search page. It is never kept: what it shows is asked of the
// index each time.
func (s *Site) Search(r page.Request) (page.Reply, error) {
	asked := r.Query.Text("q")
	heading := "搜索"
	if asked != "" {
		heading = "“" + asked + "”的搜索结果"
	}
	m := results{Shell: s.shell(r, heading, "", r.Query.String())}
	m.Other = (Shell{Easy: !r.Easy}).Link("/search" + r.Query.With("size", "").With("theme", "").String())
	m.Hidden, m.Asked = true, asked
	m.doors("")
	for _, t := range r.View.Topics() {
		if t.Parent == "" {
			m.Topics = append(m.Topics, Link{t.Name, m.Link("/topic/" + t.Key)})
		}
	}
	status := http.StatusOK
	if asked != "" {
		limit := searchRows
		if r.Easy {
			limit = easyRows
		}
		found, err := s.ask(r, AskedOf(r.Query, limit))
		switch {
		case errors.Is(err, search.ErrRebuilding):
			m.Trouble = "搜索正在整理内容，请过一会儿再找"
		case errors.Is(err, search.ErrQuery) && r.Query.Text("after") == "":
			m.Trouble, status = trouble(err), http.StatusBadRequest
		case err != nil:
			return page.Reply{}, err
		default:
			m.show(r, found)
		}
	}
	if len(m.Hits) == 0 {
		if err := m.help(r); err != nil {
			return page.Reply{}, err
		}
	}
	reply, err := s.page(r, "search", m)
	reply.Status = status
	return reply, err
}

// trouble is what the index found wrong with a question, for people.
func trouble(err error) string {
	var invalid *journal.Invalid
	if !errors.As(err, &invalid) {
		return "这样写找不了，请换几个字"
	}
	return invalid.Words()
}

func (s *Site) ask(r page.Request, q search.Query) (search.Result, error) {
	if s.Config.Search == nil {
		return search.Result{}, search.ErrRebuilding
	}
	return s.Config.Search.Query(r.Ctx, q)
}

// show puts what was found on the page.
func (m *results) show(r page.Request, found search.Result) {
	m.Total = found.Total
	for _, h := range found.Hits {
		title := h.Highlight.Title
		if len(title) == 0 {
			title = []search.Run{{Text: h.Title}}
		}
		m.Hits = append(m.Hits, hit{m.card(h.Card, ""), title, h.Highlight.Text})
	}
	if found.Next != "" {
		m.Next = r.Path + r.Query.With("after", found.Next).String()
	}
	for _, f := range []struct{ name, key string }{{"适合谁", "audience"}, {"形式", "kind"}, {"主题", "topic"}, {"地区", "region"}, {"年份", "year"}} {
		if values := m.values(r, f.key, found.Facets[f.key]); m.narrows(values) {
			m.Facets = append(m.Facets, facet{f.name, values})
		}
	}
	for _, k := range []string{"audience", "kind", "topic", "region", "from", "to"} {
		if v := r.Query.Text(k); v != "" {
			m.Kept = append(m.Kept, Field{k, v})
			if k != "to" {
				m.Applied++
			}
		}
	}
	m.Kept = append(m.Kept, m.Look.Fields()...)
}

// narrows tells whether any of the values changes what is shown.
func (m *results) narrows(values []choice) bool {
	return slices.ContainsFunc(values, func(v choice) bool { return v.On || v.Count < m.Total })
}

const facetValues = 8

// values are the links of one facet: each narrows the search, the one that is
// on widens it again.
func (m *results) values(r page.Request, key string, counts []search.Count) (out []choice) {
	q := r.Query.With("after", "")
	for _, c := range counts {
		if len(out) == facetValues {
			break
		}
		if c.Count == 0 {
			continue
		}
		v := choice{Name: valueName(r.View, key, c.Value), Count: c.Count}
		if v.Name == "" {
			continue
		}
		to := q
		if key == "year" {
			v.On = q.Text("from") == c.Value+"-01-01" && q.Text("to") == c.Value+"-12-31"
			to = q.With("from", c.Value+"-01-01").With("to", c.Value+"-12-31")
			if v.On {
				to = q.With("from", "").With("to", "")
			}
		} else {
			v.On = q.Text(key) == c.Value
			to = q.With(key, c.Value)
			if v.On {
				to = q.With(key, "")
			}
		}
		v.URL = r.Path + to.String()
		out = append(out, v)
	}
	return out
}

// valueName names a facet's value for people; "" for one not worth showing.
func valueName(v *shelf.View, key, value string) string {
	switch key {
	case "audience":
		return content.Audience(value).Name()
	case "kind":
		return map[string]string{content.KindArticle: "图文", content.KindVideo: "视频"}[value]
	case "topic":
		if t, err := v.Topic(value); err == nil {
			return t.Name
		}
	case "region":
		if r, ok := content.FindRegion(value); ok {
			return r.Name
		}
	case "year":
		if n, err := strconv.Atoi(value); err == nil {
			return strconv.Itoa(n) + "年"
		}
	}
	return ""
}

// help fills the page where nothing was found, or nothing was asked yet.
func (m *results) help(r page.Request) error {
	for _, k := range []string{"audience", "kind", "topic", "region", "from", "to"} {
		if r.Query.Text(k) != "" {
			m.Applied++
		}
	}
	plain := r.Query
	for _, k := range []string{"audience", "kind", "topic", "region", "from", "to", "after"} {
		plain = plain.With(k, "")
	}
	m.Unfiltered = r.Path + plain.String()
	some, err := r.View.Page(shelf.PageQuery{Limit: 3})
	if err != nil {
		return err
	}
	m.Maybe = m.cards(some.Cards, "")
	return nil
}
