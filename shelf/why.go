package shelf

import (
	"strconv"
	"time"

	"kepu/content"
)

// Why names the factors of a card's place in a feed. Text is one Chinese
// sentence fit to show.
type Why struct {
	Text    string `json:"text"`
	Pinned  bool   `json:"pinned,omitempty"`
	Weight  int    `json:"weight,omitempty"`
	Scene   string `json:"scene,omitempty"`  // slug
	Region  string `json:"region,omitempty"` // code it was lifted for
	AgeDays int    `json:"-"`
}

// beijing is how far China's clocks are ahead, in ms.
const beijing = 8 * 60 * 60 * 1000

// why explains a slot's place in the feed of a plan. It names the day of
// publication and no age, so that it stays true on a page that is kept.
func (st *state) why(p *plan, s *slot, pinned bool) *Why {
	w := &Why{Pinned: pinned, Weight: s.best()}
	w.AgeDays = int(max(0, st.at-s.when) / (24 * 60 * 60 * 1000))
	text := make([]byte, 0, 160)
	add := func(parts ...string) {
		if len(text) > 0 {
			text = append(text, "，"...)
		}
		for _, part := range parts {
			text = append(text, part...)
		}
	}
	if pinned {
		add("编辑置顶")
	}
	if p.audience >= 0 {
		w.Weight = int(s.weights[p.audience])
		add("为", content.Audiences[p.audience].Name(), "推荐（权重 ", strconv.Itoa(w.Weight), "）")
	} else if w.Weight > 0 {
		add("编辑推荐（权重 ", strconv.Itoa(w.Weight), "）")
	}
	if p.exact > 0 && s.region == p.exact {
		w.Region = p.Region
		add(p.place, "本地内容")
	}
	if r := st.scenes.strongest(s.scenes & p.running); r != nil {
		w.Scene = r.Slug
		add("情景「", r.Title, "」正在进行")
	}
	day := time.UnixMilli(s.when + beijing).UTC()
	add(strconv.Itoa(day.Year()), "年", strconv.Itoa(int(day.Month())), "月", strconv.Itoa(day.Day()), "日发布")
	w.Text = string(text)
	return w
}
