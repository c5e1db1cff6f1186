package content

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestGate(t *testing.T) {
	ready := func() (Version, Placement) {
		v := someArticle()
		v.Summary, v.Plain, v.Reviewer, v.Source = "简介", "潮水很快。离它远一点。", "审核人", Source{Name: "来源"}
		v.References = []Reference{{Title: "题名"}}
		v.Cover = &Picture{Asset: "a", Key: blobKey(1), Alt: "图"}
		return v, Placement{Audiences: []Placed{{Youth, 50, ""}}, Topics: []string{"city"}}
	}
	image := Node{Type: "image", Attrs: map[string]any{"asset": "a", "key": string(blobKey(2)), "alt": ""}}
	hard := strings.Repeat("臌胀的囊腔因渗出而壅塞致痉挛", 12)
	for _, c := range []struct {
		name  string
		spoil func(*Version, *Placement)
		codes string // of what is said; those that stop with !
	}{
		{"ready", func(*Version, *Placement) {}, ""},
		{"title", func(v *Version, _ *Placement) { v.Title = "\u3164" }, "title!"},
		{"audience", func(_ *Version, p *Placement) { p.Audiences = nil }, "audience!"},
		{"body", func(v *Version, _ *Placement) { v.Article.Body = Body{} }, "body!"},
		{"blank body", func(v *Version, _ *Placement) { v.Article.Body.Content[0].Content[0].Text = " " }, "body!"},
		{"cover without alt", func(v *Version, _ *Placement) { v.Cover.Alt = "" }, "alt!"},
		{"pictures without alt", func(v *Version, _ *Placement) { v.Article.Body.Content = append(v.Article.Body.Content, image, image) }, "alt! alt!"},
		{"film", func(v *Version, _ *Placement) { v.Article, v.Video = nil, someVideo().Video }, ""},
		{"film without captions", func(v *Version, _ *Placement) { v.Article, v.Video = nil, &Video{} }, "captions!"},
		{"source", func(v *Version, _ *Placement) { v.Source = Source{} }, "source"},
		{"source's address only", func(v *Version, _ *Placement) { v.Source = Source{URL: "https://example.org"} }, "source"},
		{"health, never to be looked at again", func(_ *Version, p *Placement) { p.Topics = []string{"health-mind"} }, "recheck"},
		{"emergency by its topic", func(_ *Version, p *Placement) { p.Topics = []string{"emergency"} }, "recheck"},
		{"emergency by its form", func(v *Version, _ *Placement) { v.Form = "emergency" }, "recheck"},
		{"health, to be looked at again", func(v *Version, p *Placement) { p.Topics, v.Recheck = []string{"health"}, "2027-01-01" }, ""},
		{"too long", func(v *Version, _ *Placement) {
			v.Article.Body.Content[0].Content[0].Text = strings.Repeat("潮", 6_201)
		}, "length"},
		{"reviewer", func(v *Version, _ *Placement) { v.Reviewer = "" }, "reviewer"},
		{"no plain", func(v *Version, _ *Placement) { v.Plain = "" }, "plain"},
		{"plain too long", func(v *Version, _ *Placement) { v.Plain = strings.Repeat("长", 25) + "。" }, "plain"},
		{"summary", func(v *Version, _ *Placement) { v.Summary = "" }, "summary"},
		{"references", func(v *Version, _ *Placement) { v.References = nil }, "references"},
		{"topic", func(_ *Version, p *Placement) { p.Topics = nil }, "topic"},
		{"cover", func(v *Version, _ *Placement) { v.Cover = nil }, "cover"},
		{"hard to read", func(v *Version, p *Placement) {
			v.Article.Body.Content[0].Content[0].Text = hard
			p.Audiences = []Placed{{Youth, 10, LevelFull}, {Seniors, 90, LevelEasy}}
		}, "level"},
		{"hard, no level named", func(v *Version, _ *Placement) { v.Article.Body.Content[0].Content[0].Text = hard }, ""},
	} {
		v, p := ready()
		c.spoil(&v, &p)
		var codes []string
		advice := Gate(v, p)
		for _, a := range advice {
			code := a.Code
			if a.Blocking {
				code += "!"
			}
			codes = append(codes, code)
			if a.Message == "" || a.Field == "" {
				t.Errorf("%s: says %+v", c.name, a)
			}
		}
		if got := strings.Join(codes, " "); got != c.codes {
			t.Errorf("%s: %q, want %q", c.name, got, c.codes)
		}
		if Stops(advice) != strings.Contains(c.codes, "!") {
			t.Errorf("%s: Stops is %v", c.name, Stops(advice))
		}
	}
}

func TestReadability(t *testing.T) {
	for _, c := range []struct {
		name, text string
		terms      []string
		want       Score
	}{
		{"nothing", "ABC, 123.", nil, Score{}},
		{"two sentences", "潮水来了。快走！", nil, Score{Han: 6, L: 3, P: 3, D: 0.75}},
		{"clauses", "潮水来了，快走：别回头——真的。", nil, Score{Han: 11, L: 11, P: 2.75, D: 2.75}},
		{"lines", "来之前\n来的时候\n\n过后", nil, Score{Han: 9, L: 3, P: 3, D: 0.75}},
		{"quotes do not cut", "他说“快走”（马上）了。", nil, Score{Han: 7, L: 7, P: 7, D: 1.75}},
		{"rare", "蜱虫咬人", nil, Score{Han: 4, L: 4, P: 4, R: 25, D: 51}},
		{"names of places are not rare", "衢州鄞州缙云", nil, Score{Han: 6, L: 6, P: 6, D: 1.5}},
		{"terms", "近视（看不清远处）与眼轴有关。眼轴会变长", []string{"近视", "眼轴", "散光", ""}, Score{Han: 17, L: 8.5, P: 8.5, J: 150.0 / 17, D: 8.5/4 + 450.0/17}},
	} {
		got := Readability(c.text, c.terms...)
		for _, pair := range [][2]float64{{got.L, c.want.L}, {got.P, c.want.P}, {got.R, c.want.R}, {got.J, c.want.J}, {got.D, c.want.D}, {float64(got.Han), float64(c.want.Han)}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 {
				t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
				break
			}
		}
	}
}

func TestLevels(t *testing.T) {
	last := 0.0
	for _, level := range []string{LevelEasy, LevelPlain, LevelFull} {
		if most := LevelLimit(level); most <= last || levelName(level) == "" {
			t.Errorf("%s: at most %v, %q", level, most, levelName(level))
		}
		last = LevelLimit(level)
	}
}

func TestLevelOne(t *testing.T) {
	if n := len(levelOne()); n != 3755 {
		t.Errorf("%d characters, want 3,755", n)
	}
	for _, r := range "啊的一座" {
		if !levelOne()[r] {
			t.Errorf("%c is of level one", r)
		}
	}
	for _, r := range "亍蜱衢A。" {
		if levelOne()[r] {
			t.Errorf("%c is not of level one", r)
		}
	}
}

func TestPlainProblems(t *testing.T) {
	for text, want := range map[string]int{
		"中风来得急，脸歪、手垂、说不清都是信号。马上打 120，记下发病时间。不要自己吃药，也不要等它好转。": 0,
		"一句。两句。三句。四句。":                                 1,
		strings.Repeat("长", 24) + "。":                  0,
		strings.Repeat("长", 25) + "。":                  1,
		strings.Repeat(strings.Repeat("长", 21)+"。", 3): 1,
		"约三成（30%）的人。":                                  1,
		"":                                             0,
	} {
		if got := PlainProblems(text); len(got) != want {
			t.Errorf("PlainProblems(%q) = %v, want %d", text, got, want)
		}
	}
}

func TestProse(t *testing.T) {
	text := func(s string) []Node { return []Node{{Type: "text", Text: s}} }
	body := Body{Type: "doc", Content: []Node{
		{Type: "heading", Content: text("标题")},
		{Type: "paragraph", Content: []Node{{Type: "text", Text: "一"}, {Type: "hardBreak"}, {Type: "text", Text: "二"}}},
		{Type: "bulletList", Content: []Node{{Type: "listItem", Content: []Node{{Type: "paragraph", Content: text("三")}}}}},
		{Type: "table", Content: []Node{{Type: "tableRow", Content: []Node{{Type: "tableCell", Content: []Node{{Type: "paragraph", Content: text("表")}}}}}}},
		{Type: "formula", Attrs: map[string]any{"tex": "x"}},
	}}
	if got, want := strings.Fields(Prose(body)), []string{"一", "二", "三"}; !slices.Equal(got, want) {
		t.Errorf("Prose is %q", got)
	}
}
