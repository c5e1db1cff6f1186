package site

import (
	"kepu/content"
	"kepu/frontend/page"
	"kepu/shelf"
)

// audience is an audience's home, or one topic of it.
type audience struct {
	Shell
	Deck  string
	Tabs  []tab
	Lead  *Card
	Rows  []Card
	Pager Pager
}

type tab struct {
	Link
	Current bool
}

// Audience is the home of one of the five, whole or by topic.
func (s *Site) Audience(r page.Request) (page.Reply, error) {
	a := content.Audience(r.Arg("audience"))
	key := r.Arg("topic")
	var topic content.Topic
	if !a.Valid() {
		return page.Reply{}, page.ErrNotFound
	}
	if key != "" {
		var err error
		if topic, err = r.View.Topic(key); err != nil {
			return page.Reply{}, err
		}
	}
	q := shelf.PageQuery{Audience: a, Topic: key, Limit: listRows, After: r.Query.Text("after")}
	got, err := r.View.Page(q)
	if err != nil {
		return page.Reply{}, err
	}
	m := audience{Deck: deck(a)}
	m.Shell = s.shell(r, a.Name(), "给"+a.Name()+"的科学内容："+m.Deck, "")
	if key != "" {
		m.Shell = s.shell(r, a.Name()+" · "+topic.Name, "给"+a.Name()+"的"+topic.Name+"内容。", "")
		m.Back = Link{"回" + a.Name(), m.Link("/" + string(a))}
	}
	m.Audience = string(a)
	m.doors(a)
	m.feeds(m.Path, m.Heading)
	m.Pager = m.pager(got, q.After)
	m.Hidden = q.After != ""
	m.Rows = m.cards(got.Cards, a)
	if q.After == "" && len(m.Rows) > 0 {
		m.Lead, m.Rows = &m.Rows[0], m.Rows[1:]
	}
	deps, err := m.tabs(r, a, topic)
	if err != nil {
		return page.Reply{}, err
	}
	m.Data = append(m.Data, s.crumbData(m.Shell, []Link{{"首页", m.Link("/")}}))
	return s.page(r, "audience", m, append(append(deps, got.Deps...), shelf.Topics)...)
}

// tabs are the first level of topics that hold something for the audience.
func (m *audience) tabs(r page.Request, a content.Audience, here content.Topic) (deps []shelf.Dep, err error) {
	home := "/" + string(a)
	m.Tabs = []tab{{Link{"推荐", m.Link(home)}, here.Key == ""}}
	for _, t := range r.View.Topics() {
		if t.Parent != "" {
			continue
		}
		part, err := r.View.Page(shelf.PageQuery{Audience: a, Topic: t.Key, Limit: 1})
		if err != nil {
			return nil, err
		}
		deps = append(deps, part.Deps...)
		current := t.Key == here.Key || t.Key == here.Parent
		if part.Total > 0 || current {
			m.Tabs = append(m.Tabs, tab{Link{t.Name, m.Link(home + "/" + t.Key)}, current})
		}
	}
	if len(m.Tabs) == 1 {
		m.Tabs = nil
	}
	return deps, nil
}
