package site

import (
	"kepu/content"
	"kepu/frontend/page"
	"kepu/shelf"
)

// list is a page about one thing: a topic, a region, a series.
type list struct {
	Shell
	Crumbs   []Link
	Deck     string
	Cover    *shelf.Cover
	Pattern  string // drawn where there is no cover
	Kids     []kid  // parts that hold something
	Empty    []kid  // parts that do not, yet
	Slip     string
	Rows     []Card
	Numbered bool
	Pager    Pager
}

const listRows = 20

// ListKeys are the query keys of every page that lists.
func ListKeys() []page.Key { return []page.Key{{Name: "after", Type: page.Cursor}} }

// fill asks for one page of a feed and puts it on the list.
func (m *list) fill(r page.Request, q shelf.PageQuery) ([]shelf.Dep, error) {
	q.Limit, q.After = listRows, r.Query.Text("after")
	got, err := r.View.Page(q)
	if err != nil {
		return nil, err
	}
	m.Rows = m.cards(got.Cards, "")
	m.Pager = m.pager(got, q.After)
	m.Hidden = q.After != ""
	return got.Deps, nil
}

// part files a child under those that hold something or those that do not.
func (m *list) part(k kid) {
	if k.Count > 0 {
		m.Kids = append(m.Kids, k)
	} else {
		m.Empty = append(m.Empty, k)
	}
}

// Topic is the page of a topic, with its children.
func (s *Site) Topic(r page.Request) (page.Reply, error) {
	t, err := r.View.Topic(r.Arg("topic"))
	if err != nil {
		return page.Reply{}, err
	}
	m := list{Shell: s.shell(r, t.Name, "关于"+t.Name+"的科学内容。", ""), Slip: "值得看", Pattern: s.Assets.PatternOf(t.Key)}
	m.doors("")
	m.feeds("/topic/"+t.Key, t.Name)
	m.Crumbs = []Link{{"首页", m.Link("/")}}
	if parent, err := r.View.Topic(t.Parent); t.Parent != "" && err == nil {
		m.Back = Link{"回" + parent.Name, m.Link("/topic/" + parent.Key)}
		m.Crumbs = append(m.Crumbs, Link{parent.Name, m.Link("/topic/" + parent.Key)})
	}
	deps, err := m.fill(r, shelf.PageQuery{Topic: t.Key})
	if err != nil {
		return page.Reply{}, err
	}
	for _, c := range r.View.Topics() {
		if c.Parent != t.Key {
			continue
		}
		k, used, err := topicKid(r.View, &m.Shell, c)
		if err != nil {
			return page.Reply{}, err
		}
		m.part(k)
		deps = append(deps, used...)
	}
	m.Data = append(m.Data, s.crumbData(m.Shell, m.Crumbs))
	return s.page(r, "list", m, append(deps, shelf.Topics)...)
}

// Region is the page of the province, a city or a county.
func (s *Site) Region(r page.Request) (page.Reply, error) {
	region, ok := content.FindRegion(r.Arg("region"))
	if !ok {
		return page.Reply{}, page.ErrNotFound
	}
	m := list{Shell: s.shell(r, region.Name, "与"+region.Name+"有关的科学内容。", ""), Slip: "值得看"}
	m.doors("")
	m.feeds("/region/"+region.Code, region.Name)
	m.Crumbs = []Link{{"首页", m.Link("/")}}
	if parent, ok := content.FindRegion(region.Parent); ok {
		m.Crumbs = append(m.Crumbs, Link{parent.Name, m.Link("/region/" + parent.Code)})
		m.Back = Link{"回" + parent.Name, m.Link("/region/" + parent.Code)}
	}
	deps, err := m.fill(r, shelf.PageQuery{Region: region.Code})
	if err != nil {
		return page.Reply{}, err
	}
	for _, c := range content.Regions() {
		if c.Parent != region.Code {
			continue
		}
		part, err := r.View.Page(shelf.PageQuery{Region: c.Code, Limit: 1})
		if err != nil {
			return page.Reply{}, err
		}
		deps = append(deps, part.Deps...)
		m.part(kid{Name: c.Name, URL: m.Link("/region/" + c.Code), Count: part.Total})
	}
	m.Data = append(m.Data, s.crumbData(m.Shell, m.Crumbs))
	return s.page(r, "list", m, deps...)
}

// Series is the page of a series, its parts in their order.
func (s *Site) Series(r page.Request) (page.Reply, error) {
	series, err := r.View.Series(r.Arg("series"))
	if err != nil {
		return page.Reply{}, err
	}
	m := list{Shell: s.shell(r, series.Title, series.Summary, ""), Deck: series.Summary, Cover: cover(series.Cover), Slip: "全部", Numbered: true}
	m.doors("")
	m.feeds("/series/"+series.Slug, series.Title)
	m.image(s, m.Cover)
	m.Crumbs = []Link{{"首页", m.Link("/")}}
	deps, err := m.fill(r, shelf.PageQuery{Series: series.Slug})
	if err != nil {
		return page.Reply{}, err
	}
	m.Numbered = !m.Hidden // later pages would count from one again
	m.Data = append(m.Data, s.crumbData(m.Shell, m.Crumbs))
	return s.page(r, "list", m, append(deps, shelf.SeriesDep(series.Slug))...)
}
