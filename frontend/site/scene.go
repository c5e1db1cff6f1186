package site

import (
	"strconv"
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
	Mark              int    // where today stands on a rule of 400; 0 outside of it
	Left              string // how long it is until then, in words
	Rows              []Card
	Pager             Pager
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
		m.Left = "再过" + strconv.Itoa(s.days(r.Now, sc.Start)) + "天开始。"
	case r.Now.Before(sc.End):
		m.State, until = "正当时", sc.End
		m.Left = "今天" + s.date(r.Now) + "，还有" + strconv.Itoa(s.days(r.Now, sc.End)) + "天。"
		m.Mark = 8 + int(384*r.Now.Sub(sc.Start).Hours()/sc.End.Sub(sc.Start).Hours())
	default:
		m.State, m.Left = "已过季", "这一阵已经过去，内容照样能看。"
	}
	if next := s.midnight(r.Now); !until.IsZero() && next.Before(until) {
		until = next // what it says of today
	}
	cards, deps, err := r.View.SceneItems(sc.Slug, sceneRows)
	if err != nil {
		return page.Reply{}, err
	}
	m.Rows = m.cards(cards, "")
	m.Pager.Total = len(m.Rows)
	m.Data = append(m.Data, s.crumbData(m.Shell, []Link{{"首页", m.Link("/")}}))
	reply, err := s.page(r, "scene", m, deps...)
	reply.Until = until
	return reply, err
}

// cover makes a card's picture of a placed one.
func cover(p *content.Picture) *shelf.Cover {
	if p == nil || p.Key == "" {
		return nil
	}
	return &shelf.Cover{URL: shelf.MediaURL(p.Key, "cover", p.Type), Width: p.Width, Height: p.Height, Alt: p.Alt, Focal: p.Focal}
}
