package content

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMeasure(t *testing.T) {
	v := someArticle()
	v.Article.Body.Content[0].Content[0].Text = strings.Repeat("潮水来了，快走。", 200)
	v.Plain = "潮水很快。离它远一点（十米）。"
	m := Measure(v)
	if m.Han < 1200 || m.Minutes != Minutes(m.Han) || m.D <= 0 {
		t.Errorf("measured %+v", m)
	}
	if p := m.Plain; p.Sentences != 2 || p.Han != 11 || p.D <= 0 || len(p.Problems) != 1 {
		t.Errorf("easy summary measured %+v", p)
	}
	film := someVideo()
	film.Video.Asset.Duration = 95_000
	if m := Measure(film); m.Minutes != 2 {
		t.Errorf("a film of 95 s takes %d minutes", m.Minutes)
	}
	raw, err := json.Marshal(Measure(Version{}))
	if err != nil || string(raw) != `{"han":0,"minutes":0,"difficulty":0,"plain":{"han":0,"sentences":0,"difficulty":0,"problems":[]}}` {
		t.Errorf("nothing measures %s, %v", raw, err)
	}
}

func TestCorrections(t *testing.T) {
	v := someArticle()
	v.Corrections = []Correction{{"2026-11-01", " 潮高应为9米 "}, {"2026-11-24", "单位有误"}, {"2026-11-01", "第二处"}}
	kept := v.Corrections
	if problems := v.Check(); len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := v.Corrections; got[0].Text != "单位有误" || got[1].Text != "潮高应为9米" || got[2].Text != "第二处" {
		t.Errorf("newest first: %+v", got)
	}
	if kept[0].Text != " 潮高应为9米 " {
		t.Error("Check wrote through to the caller's")
	}
	for field, bad := range map[string]Correction{
		"corrections[0].on":   {Text: "单位有误"},
		"corrections[0].text": {On: "2026-11-24"},
	} {
		v.Corrections = []Correction{bad}
		problems := v.Check()
		if len(problems) != 1 || problems[0].Field != field {
			t.Errorf("%+v: %v", bad, problems)
		}
	}
	v.Corrections = []Correction{{"2026-02-30", "单位有误"}}
	if problems := v.Check(); len(problems) != 1 {
		t.Errorf("30 February: %v", problems)
	}
	v.Corrections = make([]Correction, maxCorrections+1)
	if problems := v.Check(); len(problems) != 1 || problems[0].Field != "corrections" {
		t.Errorf("too many: %v", problems)
	}
}
