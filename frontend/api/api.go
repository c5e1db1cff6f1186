// Package api answers the public JSON under /api/v1 and describes it by OpenAPI.
// Its shapes are promises to the outside: fields are added, never changed.
package api

import (
	"encoding/json"
	"fmt"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/search"
	"kepu/shelf"
)

// API answers requests. It is safe for concurrent use.
type API struct {
	Search   *search.Index // nil: search says that it is being built
	Describe []byte        // the OpenAPI document
}

// Route is one address with what it takes and who answers it.
type Route struct {
	Name   string
	Path   string // with {names} for parameters
	Keys   []page.Key
	Make   page.Handler
	Kept   bool // the answer may be kept while the shelf stands
	Search bool // counts as a search
	Docs   Docs
}

// New makes the API of an index. base is the public address of the site; more
// are the operations that others answer, described in the same document.
func New(x *search.Index, base string, more ...Operation) (*API, error) {
	a := &API{Search: x}
	var all []Operation
	for _, r := range a.Routes() {
		all = append(all, r.operation())
	}
	var err error
	a.Describe, err = describe(append(all, more...), base)
	return a, err
}

// Routes are all that the API answers.
func (a *API) Routes() []Route {
	filters := func(more ...page.Key) []page.Key {
		return append([]page.Key{{Name: "audience", Type: page.Audience}, {Name: "kind", Type: page.Kind}, {Name: "topic", Type: page.Topic}, {Name: "region", Type: page.Region}}, more...)
	}
	limit := func(most int) page.Key { return page.Key{Name: "limit", Type: page.Number, Min: 1, Max: most} }
	after := page.Key{Name: "after", Type: page.Cursor}
	return []Route{
		{"api.feed", "/api/v1/feed", filters(limit(100), after), a.feed, true, false, feedDocs()},
		{"api.search", "/api/v1/search", append([]page.Key{{Name: "q"}}, filters(page.Key{Name: "from", Type: page.Day}, page.Key{Name: "to", Type: page.Day}, limit(search.MaxLimit), after)...), a.search, false, true, searchDocs()},
		{"api.suggest", "/api/v1/suggest", []page.Key{{Name: "q"}, limit(20)}, a.suggest, false, true, suggestDocs()},
		{"api.item", "/api/v1/items/{item}", nil, a.item, true, false, itemDocs()},
		{"api.openapi", "/api/openapi.json", nil, a.describe, true, false, describeDocs()},
	}
}

// JSON is the media type of every answer.
const JSON = "application/json; charset=utf-8"

func answer(v any, deps ...shelf.Dep) (page.Reply, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return page.Reply{}, fmt.Errorf("answer: %w", err)
	}
	return page.Reply{Type: JSON, Body: body, Deps: deps}, nil
}

func (a *API) describe(page.Request) (page.Reply, error) {
	return page.Reply{Type: "application/vnd.oai.openapi+json;version=3.1; charset=utf-8", Body: a.Describe}, nil
}

// Feed is one page of a feed.
type Feed struct {
	Items []shelf.Card `json:"items"`
	Next  string       `json:"next,omitempty" doc:"翻页的记号；没有了就没有这一项"`
}

func (a *API) feed(r page.Request) (page.Reply, error) {
	list, err := r.View.Page(shelf.PageQuery{Audience: content.Audience(r.Query.Text("audience")), Topic: r.Query.Text("topic"), Region: r.Query.Text("region"),
		Kind: r.Query.Text("kind"), Limit: r.Query.Number("limit", 20), After: r.Query.Text("after")})
	if err != nil {
		return page.Reply{}, err
	}
	for i := range list.Cards {
		whole(&list.Cards[i])
	}
	if list.Cards == nil {
		list.Cards = []shelf.Card{}
	}
	return answer(Feed{list.Cards, list.Next}, list.Deps...)
}

// whole makes lists that are promised lists, even where they are empty.
func whole(c *shelf.Card) {
	if c.Topics == nil {
		c.Topics = []string{}
	}
	if c.Audiences == nil {
		c.Audiences = []content.Placed{}
	}
}

func (a *API) search(r page.Request) (page.Reply, error) {
	if a.Search == nil {
		return page.Reply{}, search.ErrRebuilding
	}
	q := r.Query
	found, err := a.Search.Query(r.Ctx, search.Query{Text: q.Text("q"), Audience: q.Text("audience"), Kind: q.Text("kind"), Topic: q.Text("topic"),
		Region: q.Text("region"), From: q.From("from"), To: q.To("to"), Limit: q.Number("limit", 20), After: q.Text("after")})
	if err != nil {
		return page.Reply{}, err
	}
	for i := range found.Hits {
		whole(&found.Hits[i].Card)
	}
	if found.Hits == nil {
		found.Hits = []search.Hit{}
	}
	if found.Facets == nil {
		found.Facets = map[string][]search.Count{}
	}
	for _, name := range []string{"audience", "kind", "topic", "region", "year"} {
		if found.Facets[name] == nil {
			found.Facets[name] = []search.Count{}
		}
	}
	return answer(found)
}

// Suggestions complete what is being typed.
type Suggestions struct {
	Suggestions []search.Suggestion `json:"suggestions"`
}

func (a *API) suggest(r page.Request) (page.Reply, error) {
	if a.Search == nil {
		return page.Reply{}, search.ErrRebuilding
	}
	list, err := a.Search.Suggest(r.Ctx, r.Query.Text("q"), r.Query.Number("limit", 8))
	if err != nil {
		return page.Reply{}, err
	}
	if list == nil {
		list = []search.Suggestion{}
	}
	return answer(Suggestions{list})
}
