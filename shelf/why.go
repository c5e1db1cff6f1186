package shelf

import (
	"fmt"
	"strings"
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

// why explains a slot's place in the feed of a plan. It names the day of
// publication and no age, so that it stays true on a page that is kept.
func (st *state) why(p *plan, s *slot, pinned bool) *Why {
	w := &Why{Pinned: pinned, Weight: s.best()}
	w.AgeDays = int(max(0, st.at-s.when) / (24 * 60 * 60 * 1000))
	var text []string
	if pinned {
		text = append(text, "编辑置顶")
	}
	if p.audience >= 0 {
		w.Weight = int(s.weights[p.audience])
		text = append(text, fmt.Sprintf("为%s推荐（权重 %d）", content.Audiences[p.audience].Name(), w.Weight))
	} else if w.Weight > 0 {
		text = append(text, fmt.Sprintf("编辑推荐（权重 %d）", w.Weight))
	}
	if p.exact > 0 && s.region == p.exact {
		w.Region = p.Region
		if r, ok := content.FindRegion(p.Region); ok {
			text = append(text, r.Name+"本地内容")
		} else {
			text = append(text, "本地内容")
		}
	}
	if r := st.scenes.strongest(s.scenes & st.scenes.running(st.at)); r != nil {
		w.Scene = r.Slug
		text = append(text, "情景「"+r.Title+"」正在进行")
	}
	day := time.UnixMilli(s.when).In(time.FixedZone("CST", 8*60*60))
	text = append(text, fmt.Sprintf("%d年%d月%d日发布", day.Year(), int(day.Month()), day.Day()))
	w.Text = strings.Join(text, "，")
	return w
}
