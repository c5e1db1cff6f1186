package site

import (
	"strconv"

	"kepu/content"
	"kepu/shelf"
)

// Card is a card as a page shows it.
type Card struct {
	URL      string
	Title    string
	Phrases  []string
	Summary  string
	Kick     string
	Cover    *shelf.Cover
	Video    bool
	Length   string // of a film
	Audience *Door  // whom it is mainly for; nil where that goes without saying
	Meta     []string
	Kindly   string // the same in the easy view's words
	Why      string
}

// card makes a card. With here set, the page is that audience's and need not
// say so on every card.
func (h *Shell) card(c shelf.Card, here content.Audience) Card {
	out := Card{URL: h.Link(c.URL), Title: c.Title, Phrases: phrases(c.Title), Summary: clip(c.Summary, 110), Cover: c.Cover, Video: c.Kind == content.KindVideo}
	kind := form(c.Kind, c.Form)
	switch {
	case out.Video && c.Duration > 0:
		out.Length = length(c.Duration)
		out.Meta = append(out.Meta, kind, out.Length)
		out.Kindly = "视频，" + strconv.FormatInt(max(1, (c.Duration+30_000)/60_000), 10) + "分钟"
	case c.Minutes > 0:
		out.Meta = append(out.Meta, kind, strconv.Itoa(c.Minutes)+"分钟")
		out.Kindly = "文章，看" + strconv.Itoa(c.Minutes) + "分钟"
	default:
		out.Meta = append(out.Meta, kind)
		out.Kindly = map[bool]string{true: "视频", false: "文章"}[out.Video]
	}
	if main := mainly(c.Audiences); here == "" && main != "" {
		d := h.door(main, false)
		out.Audience = &d
	}
	if name := regionName(c.Region); name != "" {
		out.Meta = append(out.Meta, name)
	}
	if c.Why != nil {
		out.Why = c.Why.Text
	}
	return out
}

func (h *Shell) cards(list []shelf.Card, here content.Audience) []Card {
	out := make([]Card, len(list))
	for i, c := range list {
		out[i] = h.card(c, here)
	}
	return out
}

// mainly is the audience an item weighs most for.
func mainly(placed []content.Placed) content.Audience {
	best := content.Placed{}
	for _, p := range placed {
		if p.Weight > best.Weight {
			best = p
		}
	}
	equal := 0
	for _, p := range placed {
		if p.Weight == best.Weight {
			equal++
		}
	}
	if equal == len(content.Audiences) { // for everybody alike
		return ""
	}
	return best.Audience
}

// regionName names a region; "" for none and for the whole province.
func regionName(code string) string {
	if r, ok := content.FindRegion(code); ok && len(code) > 2 {
		return r.Name
	}
	return ""
}

// Pager leads through a list.
type Pager struct {
	First string // "" on page one
	Next  string // "" at the end
	Total int
}

func (h *Shell) pager(p shelf.Page, after string) Pager {
	out := Pager{Total: p.Total}
	if after != "" {
		out.First = h.Link(h.Path)
	}
	if p.Next != "" {
		out.Next = h.Link(h.Path + "?after=" + p.Next)
	}
	return out
}
