package studio

import (
	"kepu/content"
	"kepu/frontend/page"
	"kepu/roll"
)

// limitKey is how much of a list is given at once.
func limitKey() page.Key { return page.Key{Name: "limit", Type: page.Number, Min: 1, Max: 100} }

// seqKey is up to which entry an answer must show the journal.
func seqKey() page.Key { return page.Key{Name: "seq", Type: page.Number, Min: 0, Max: largest} }

func afterKey() page.Key { return page.Key{Name: "after", Type: page.Cursor} }

// listKeys are what a list of items may be narrowed by.
func listKeys() []page.Key {
	var statuses []string
	for _, s := range roll.Statuses {
		statuses = append(statuses, string(s))
	}
	yes := []string{"1", "true"}
	return []page.Key{{Name: "status", Type: page.Word, Words: statuses}, {Name: "audience", Type: page.Audience}, {Name: "kind", Type: page.Kind},
		{Name: "form", Type: page.Word, Words: []string{"text", "rumour", "steps", "emergency"}}, {Name: "topic", Type: page.Topic}, {Name: "region", Type: page.Region}, {Name: "q"},
		{Name: "mine", Type: page.Word, Words: yes}, {Name: "waiting", Type: page.Word, Words: yes}, {Name: "series", Type: page.Topic}, {Name: "tag"},
		{Name: "sort", Type: page.Word, Words: []string{string(roll.SortChanged), string(roll.SortTitle), string(roll.SortDue)}}, afterKey(), limitKey(), seqKey()}
}

// query is what a call asks of the list of items.
func (c *Call) query() roll.Query {
	q := c.Query
	out := roll.Query{Sight: roll.See(c.Actor), Status: roll.Status(q.Text("status")), Audience: content.Audience(q.Text("audience")), Kind: q.Text("kind"),
		Form: q.Text("form"), Topic: q.Text("topic"), Region: q.Text("region"), Text: q.Text("q"), Series: q.Text("series"), Tag: q.Text("tag"),
		Sort: roll.Sort(q.Text("sort")), After: q.Text("after"), Limit: q.Number("limit", 50)}
	if q.Text("mine") != "" {
		out.Mine = c.ID
	}
	if q.Text("waiting") != "" {
		out.Waiting = roll.WaitingFor(c.Actor)
	}
	return out
}

// Items is a page of the list of items.
type Items struct {
	Items  []roll.Row        `json:"items"`
	Next   string            `json:"next,omitempty" doc:"翻页的记号；没有了就没有这一项"`
	Seq    uint64            `json:"seq" doc:"这份名单看到第几号为止"`
	People map[string]string `json:"people" doc:"提到的人叫什么"`
}

func (s *Studio) items(c *Call) (Items, error) {
	if err := s.behind(c); err != nil {
		return Items{}, err
	}
	list, err := s.Roll.Items(c.Ctx, c.query())
	if err != nil {
		return Items{}, err
	}
	var ids []string
	for i := range list.Rows {
		r := &list.Rows[i]
		r.Slugs, r.Audiences = whole(r.Slugs), whole(r.Audiences)
		ids = append(append(ids, r.With, r.Creator, r.ChangedBy), r.Writers...)
	}
	people, err := s.names(c, ids)
	return Items{whole(list.Rows), list.Next, list.Seq, people}, err
}

// Tabs count the items of each status that a list would show.
type Tabs struct {
	Tabs map[roll.Status]roll.Count `json:"tabs"`
}

func (s *Studio) tabs(c *Call) (Tabs, error) {
	if err := s.behind(c); err != nil {
		return Tabs{}, err
	}
	tabs, err := s.Roll.Tabs(c.Ctx, c.query())
	if tabs == nil {
		tabs = map[roll.Status]roll.Count{}
	}
	return Tabs{tabs}, err
}

// names says what people are called.
func (s *Studio) names(c *Call, ids []string) (map[string]string, error) {
	names, err := s.Accounts.Displays(c.Ctx, distinct(ids)...)
	if names == nil {
		names = map[string]string{}
	}
	return names, err
}
