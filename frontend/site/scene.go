package site

import (
	"time"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/shelf"
)

// scene is the page of a scene.
type scene struct {
	Shell
	Phrases           []string
	Deck              string
	Cover             *shelf.Cover
	Start, End, State string
	Rows              []Card
}

const sceneRows = 40

// Scene is the page of a scene, before, in and after its time.
func (s *Site) Scene(r page.Request) (page.Reply, error) {
	sc, err := r.View.Scene(r.Arg("scene"))
	if err != nil {
		return page.Reply{}, err
	}
	m := scene{Shell: s.shell(r, sc.Title, sc.Summary, ""), Phrases: phrases(sc.Title), Deck: sc.Summary, Cover: cover(sc.Cover)}
	m.doors("")
	m.image(s, m.Cover)
	m.Start, m.End = s.day(sc.Start), s.day(sc.End.Add(-time.Second))
	var until time.Time
	switch {
	case r.Now.Before(sc.Start):
		m.State, until = "还没到时候", sc.Start
	case r.Now.Before(sc.End):
		m.State, until = "正当时", sc.End
	default:
		m.State = "已过季"
	}
	cards, deps := sceneCards(r.View, sc, sceneRows)
	m.Rows = m.cards(cards, "")
	m.Data = append(m.Data, s.crumbData(m.Shell, []Link{{"首页", m.Link("/")}}))
	reply, err := s.page(r, "scene", m, append(deps, shelf.SceneDep(sc.Slug))...)
	reply.Until = until
	return reply, err
}

// sceneCards are a scene's named items in their order, then what its topics
// hold, each once.
func sceneCards(v *shelf.View, sc content.Scene, limit int) (cards []shelf.Card, deps []shelf.Dep) {
	seen := map[string]bool{}
	for _, id := range sc.Items {
		deps = append(deps, shelf.ItemDep(id))
		if c, err := v.Card(id); err == nil && !seen[id] && len(cards) < limit {
			seen[id] = true
			cards = append(cards, c)
		}
	}
	for _, t := range sc.Topics {
		list, err := v.Page(shelf.PageQuery{Topic: t, Limit: min(limit, 20)})
		if err != nil {
			continue // a topic that is no more
		}
		deps = append(deps, list.Deps...)
		for _, c := range list.Cards {
			if !seen[c.ID] && len(cards) < limit {
				seen[c.ID] = true
				cards = append(cards, c)
			}
		}
	}
	return cards, deps
}

// cover makes a card's picture of a placed one.
func cover(p *content.Picture) *shelf.Cover {
	if p == nil || p.Key == "" {
		return nil
	}
	return &shelf.Cover{URL: shelf.MediaURL(p.Key, "cover", p.Type), Width: p.Width, Height: p.Height, Alt: p.Alt, Focal: p.Focal}
}
