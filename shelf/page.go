package shelf

// Page gives exactly the next Limit items below the cursor. In the feeds of
// everything, of an audience and of a region they are re-ordered within the
// page for variety: no level-1 topic more than twice in any five consecutive
// where that can be had; pins stand aside. A series comes in its told order.
// Errors: ErrCursor where After is not one of ours or belongs to another query;
// ErrNotFound where topic, series, kind or audience is unknown; ErrQuery.
//
// What is published between two pages neither repeats nor leaves out anything;
// an item whose own key changed may come twice.
func (v *View) Page(q PageQuery) (Page, error) { return v.page(q, false) }

// Recent gives live items by time of first publication, newest first: for feeds
// read by machines and for the sitemap. Nothing is pinned or re-ordered. Errors
// as Page.
func (v *View) Recent(q PageQuery) (Page, error) { return v.page(q, true) }

func (v *View) page(q PageQuery, recent bool) (Page, error) {
	if err := v.pin(); err != nil {
		return Page{}, err
	}
	p, err := v.plan(q, recent)
	if err != nil {
		return Page{}, err
	}
	at := cursor{place: first()}
	var pins []spot
	number := p.number(p.feed)
	if q.After != "" {
		if at, err = parseCursor(q.After, number); err != nil {
			return Page{}, err
		}
	} else if pins = p.pins(v.st); len(pins) > 0 {
		for _, pin := range pins {
			at.pins = append(at.pins, pin.id)
		}
	}
	need := p.Limit - len(pins)
	rest := p.next(v.st, at.place, need+1, at.pins)
	page := Page{Pinned: len(pins), Total: p.narrow.tree.n, Deps: []Dep{p.dep}}
	if more := len(rest) > need; more {
		rest = rest[:need]
		if need > 0 {
			at.place = rest[need-1].place
		}
		page.Next = at.String(number)
	}
	if !recent && p.Topic == "" && p.Series == "" {
		rest = v.vary(rest)
	}
	page.Cards = make([]Card, 0, len(pins)+len(rest))
	for i, s := range append(pins, rest...) {
		card, err := v.card(s.id)
		if err != nil {
			return Page{}, err
		}
		if !recent && p.Series == "" {
			card.Why = v.st.why(p, s.slot, i < len(pins))
		}
		page.Cards = append(page.Cards, card)
	}
	return page, nil
}

// pins are the items that stand first on page one: of the home feed and of the
// audiences' own, as many as fit.
func (p *plan) pins(st *state) []spot {
	if p.feed == "recent" || p.Topic != "" || p.Region != "" || p.Kind != "" || p.Series != "" {
		return nil
	}
	ids := st.pinned(p.Audience)
	pins := make([]spot, 0, len(ids))
	for _, id := range ids[:min(len(ids), p.Limit)] {
		s, _ := st.slot(id)
		pins = append(pins, spot{place{id: id}, s})
	}
	return pins
}

// vary re-orders a page.
func (v *View) vary(page []spot) []spot {
	topics := make([][]uint32, len(page))
	for i, s := range page {
		topics[i] = v.st.lexicon.sets[s.slot.set].tops
	}
	varied := make([]spot, len(page))
	for i, from := range variety(topics) {
		varied[i] = page[from]
	}
	return varied
}
