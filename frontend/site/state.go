package site

import (
	"net/http"
	"strconv"

	"kepu/frontend/page"
	"kepu/shelf"
)

// state is a page that says what happened and what to do.
type state struct {
	Shell
	Status  string
	Phrases []string
	Say     string
	Facts   []fact
	Number  string // to quote; "" where nothing of ours went wrong
	Find    bool
	Instead *Card
	Art     string // a drawing; "" where nothing may need the server
}

type fact struct{ Name, Value string }

// Notice is what a state page says. View may be nil: then the page needs
// nothing of the shelf.
type Notice struct {
	Status  int
	Title   string
	Say     string
	Number  string // request id, where it helps to quote it
	Find    bool   // offer a search
	Gone    *page.Gone
	Request page.Request
}

// State renders a notice; it must not fail for want of anything.
func (s *Site) State(n Notice) ([]byte, error) {
	m := state{Shell: s.shell(n.Request, n.Title, "", ""), Phrases: phrases(n.Title), Say: n.Say, Number: n.Number, Find: n.Find, Status: strconv.Itoa(n.Status)}
	m.Hidden = true
	if n.Status == http.StatusNotFound {
		m.Art = s.Assets.Lost
	}
	if m.Bare = n.Status >= http.StatusInternalServerError; m.Bare {
		m.Status = "" // the number to quote says more
	}
	m.Other = (Shell{Easy: !n.Request.Easy}).Link("/")
	m.Sizes = nil // the address may not be one to come back to
	if !m.Bare {
		m.doors("")
	}
	if n.Gone != nil {
		m.gone(s, n.Gone)
	}
	return s.render("state", n.Request.Easy, m)
}

// gone tells what was withdrawn, when and why.
func (m *state) gone(s *Site, g *page.Gone) {
	if g.Title != "" {
		m.Facts = append(m.Facts, fact{"标题", g.Title})
	}
	if g.Gone != nil {
		if !g.Gone.At.IsZero() {
			m.Facts = append(m.Facts, fact{"撤下", s.day(g.Gone.At)})
		}
		if g.Gone.Reason != "" {
			m.Facts = append(m.Facts, fact{"原因", g.Gone.Reason})
		}
	}
	if g.Instead != nil {
		c := m.card(shelf.Card(*g.Instead), "")
		m.Instead = &c
	}
}
