package site

import (
	"slices"
	"time"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/shelf"
)

// home is what the home page shows.
type home struct {
	Shell
	Lead   *Card
	Asks   []Card
	Scene  *band
	Rows   []Card
	Clips  []Card
	Topics []kid
	Pager  Pager
	Today  string
	Easy4  []tile
}

// band is the one scene of the home page.
type band struct {
	URL, Summary, When string
	Phrases            []string
	Cover              *shelf.Cover
	Cards              []Card
}

// tile is one of the easy home's four doors.
type tile struct{ Name, Icon, Colour, URL string }

// kid leads to a part of what a page is about.
type kid struct {
	Name, URL string
	Count     int
	Ask       string // a title that stands there
	Pattern   string // its drawing; "" for none
}

const (
	homeRows = 20
	homeAsks = 6
	homeClip = 5
	leadFrom = 5
)

// Home is the home page of either view.
func (s *Site) Home(r page.Request) (page.Reply, error) {
	after := r.Query.Text("after")
	list, err := r.View.Page(shelf.PageQuery{Limit: homeRows, After: after})
	if err != nil {
		return page.Reply{}, err
	}
	deps := append(list.Deps, shelf.Topics, shelf.Scenes)
	m := home{Shell: s.shell(r, "", "", ""), Today: s.today(r.Now)}
	m.Heading = m.Site.Name + "：今天值得弄明白的事"
	m.About = m.Site.Motto + "给青少年、农民、产业工人、老年人、领导干部和公务员的科学内容。"
	m.doors("")
	m.feeds("", m.Site.Name)
	m.Pager = m.pager(list, after)
	m.Data = append(m.Data, s.website(m.Shell))
	cards := m.cards(list.Cards, "")
	for i := range cards {
		cards[i].Why = "" // the front door explains nothing
	}
	if after != "" {
		m.Rows, m.Hidden = cards, true
		return s.page(r, "home", m, deps...)
	}
	m.arrange(cards, list.Pinned)
	m.Easy4 = tiles(&m.Shell, r.View)
	if !r.Easy {
		if deps, err = s.more(r, &m, deps); err != nil {
			return page.Reply{}, err
		}
	}
	reply, err := s.page(r, "home", m, deps...)
	if r.Easy {
		reply.Until = s.midnight(r.Now)
	}
	if edge := s.edge(r.View, r.Now); !edge.IsZero() && (reply.Until.IsZero() || edge.Before(reply.Until)) {
		reply.Until = edge
	}
	return reply, err
}

// arrange deals the first page out: one lead, some lines, the rest rows. The
// lead is the first pin, or else the best of the first few that has a picture.
func (m *home) arrange(cards []Card, pinned int) {
	if len(cards) == 0 {
		return
	}
	at := 0
	for i := 0; pinned == 0 && i < min(len(cards), leadFrom); i++ {
		if cards[i].Cover != nil {
			at = i
			break
		}
	}
	lead := cards[at]
	lead.Kick = "今日一问"
	m.Lead, cards = &lead, slices.Delete(cards, at, at+1)
	if !m.Easy && len(cards) >= homeAsks+4 {
		m.Asks, cards = cards[:homeAsks], cards[homeAsks:]
	}
	if m.Easy && len(cards) > 6 {
		cards = cards[:6]
	}
	m.Rows = cards
}

// more adds what only the standard home has: the scene, clips and topics.
func (s *Site) more(r page.Request, m *home, deps []shelf.Dep) ([]shelf.Dep, error) {
	clips, err := r.View.Page(shelf.PageQuery{Kind: content.KindVideo, Limit: homeClip})
	if err != nil {
		return nil, err
	}
	if len(clips.Cards) >= 2 {
		m.Clips = m.cards(clips.Cards, "")
	}
	deps = append(deps, clips.Deps...)
	for _, t := range r.View.Topics() {
		if t.Parent != "" {
			continue
		}
		k, used, err := topicKid(r.View, &m.Shell, t)
		if err != nil {
			return nil, err
		}
		deps = append(deps, used...)
		if k.Count > 0 {
			m.Topics = append(m.Topics, k)
		}
	}
	return s.band(r, m, deps)
}

// topicKid counts what a topic holds and takes its first title for a taste.
func topicKid(v *shelf.View, h *Shell, t content.Topic) (kid, []shelf.Dep, error) {
	list, err := v.Page(shelf.PageQuery{Topic: t.Key, Limit: 1})
	k := kid{Name: t.Name, URL: h.Link("/topic/" + t.Key), Count: list.Total, Pattern: h.Assets.PatternOf(t.Key)}
	if len(list.Cards) > 0 {
		k.Ask = list.Cards[0].Title
	}
	return k, list.Deps, err
}

// band puts the scene on the page that holds now and ends first, if any does.
// One without a picture takes the first of its items' that is not the lead's.
func (s *Site) band(r page.Request, m *home, deps []shelf.Dep) ([]shelf.Dep, error) {
	var now *content.Scene
	for _, sc := range r.View.Scenes() {
		if sc.Start.After(r.Now) || !sc.End.After(r.Now) {
			continue
		}
		if now == nil || sc.End.Before(now.End) {
			now = &sc
		}
	}
	if now == nil {
		return deps, nil
	}
	b := band{URL: m.Link("/scene/" + now.Slug), Summary: now.Summary, Phrases: phrases(now.Title), When: s.day(now.Start) + "—" + s.day(now.End.Add(-time.Second)), Cover: cover(now.Cover)}
	cards, used, err := r.View.SceneItems(now.Slug, 3)
	if err != nil {
		return nil, err
	}
	b.Cards = m.cards(cards, "")
	for _, c := range b.Cards {
		if b.Cover == nil && (m.Lead == nil || m.Lead.URL != c.URL) {
			b.Cover = c.Cover
		}
	}
	m.Scene = &b
	return append(deps, used...), nil
}

// edge is when the next scene begins or ends; zero where none is ahead.
func (s *Site) edge(v *shelf.View, now time.Time) (next time.Time) {
	for _, sc := range v.Scenes() {
		for _, t := range []time.Time{sc.Start, sc.End} {
			if t.After(now) && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
	}
	return next
}

// tiles are the four doors of the easy home. Each leads to a topic where the
// tree has it, and to a search for its words where it has not.
func tiles(h *Shell, v *shelf.View) []tile {
	var out []tile
	for _, d := range []struct{ name, icon, colour, topic, words string }{
		{"身体健康", "health", "seniors", "health", "健康"},
		{"防骗辟谣", "rumor", "youth", "digital-fraud", "诈骗"},
		{"学用手机", "digital", "farmers", "digital-phone", "手机"},
		{"遇到急事", "bell", "workers", "emergency", "急救"},
	} {
		to := "/topic/" + d.topic
		if _, err := v.Topic(d.topic); err != nil {
			to = "/search?q=" + d.words
		}
		out = append(out, tile{d.name, d.icon, d.colour, h.Link(to)})
	}
	return out
}
