package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kepu/content"
	"kepu/journal"
	"kepu/search/analysis"
)

// What was once a query language is plain text here.
func TestLiteralText(t *testing.T) {
	w := open(t)
	w.publish(t, article("1", "标题里的 title: 与 body", "abc * a^2 (x) /re/ 引力波。"))
	for _, text := range []string{
		"*", "*a*", "/.*/", strings.Repeat("?*", 60), "xx~2", `"unbalanced`, ":", "title:", "a^1e999", "/(/", "body:>abc",
		"-abc", "的", "🚀", "   ", "", "+++", "AND OR NOT", "\u200b", "水\u0301", "𠮷", "㛃", "\ue000", "👨‍👩‍👧‍👦", "%F0", "a\tb", "\u202e引力波",
	} {
		r, err := w.index.Query(t.Context(), Query{Text: text})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if r.Hits == nil || r.Facets == nil && len(analysis.Question(text)) > 0 {
			t.Errorf("%q: %+v has null lists", text, r)
		}
		if r.TookMS > 300 {
			t.Errorf("%q took %v ms", text, r.TookMS)
		}
		if _, err := w.index.Suggest(t.Context(), text, 8); err != nil {
			t.Errorf("suggest %q: %v", text, err)
		}
	}
	if got := w.titles(t, "title:"); got == "" {
		t.Error("title: found nothing")
	}
}

func TestRefusedQueries(t *testing.T) {
	w := open(t)
	w.publish(t, numbered(3)...)
	long := strings.Repeat("水", MaxRunes)
	for _, c := range []struct {
		name, field string
		q           Query
	}{
		{"129 runes", "q", Query{Text: long + "火"}},
		{"40 KB in one word", "q", Query{Text: strings.Repeat("a", 40<<10)}},
		{"17 words", "q", Query{Text: strings.Repeat("水 ", 17)}},
		{"invalid UTF-8", "q", Query{Text: "\xf0("}},
		{"NUL", "q", Query{Text: "水\x00"}},
		{"limit below", "limit", Query{Text: "水", Limit: -1}},
		{"limit above", "limit", Query{Text: "水", Limit: 51}},
		{"limit far above", "limit", Query{Text: "水", Limit: 2e9}},
		{"audience", "audience", Query{Text: "水", Audience: "dogs"}},
		{"kind", "kind", Query{Text: "水", Kind: "podcast"}},
		{"topic", "topic", Query{Text: "水", Topic: "nowhere"}},
		{"region", "region", Query{Text: "水", Region: "33'"}},
		{"times turned", "from", Query{Text: "水", From: noon, To: noon.Add(-time.Hour)}},
		{"year 10000", "from", Query{Text: "水", To: time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC)}},
		{"cursor", "after", Query{Text: "水", After: "x"}},
	} {
		_, err := w.index.Query(t.Context(), c.q)
		var invalid *journal.Invalid
		if !errors.Is(err, ErrQuery) || !errors.As(err, &invalid) || invalid.Problems[0].Field != c.field {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if m := invalid.Problems[0].Message; m == "" || m[0] < utf8.RuneSelf {
			t.Errorf("%s: message %q is not Chinese", c.name, m)
		}
	}
	if _, err := w.index.Query(t.Context(), Query{Text: long}); err != nil {
		t.Errorf("128 runes: %v", err)
	}
	if _, err := w.index.Suggest(t.Context(), "\xff", 8); !errors.Is(err, ErrQuery) {
		t.Errorf("suggest: %v", err)
	}
}

// Every way of writing the same finds the same.
func TestFoldedQueries(t *testing.T) {
	w := open(t)
	w.publish(t,
		article("1", "電腦病毒與資料安全", "颱風來襲，臺灣的電腦斷電。ＰＭ２．５ 超標，氣溫 28℃。"),
		article("2", "疫苗接种须知", "mRNA疫苗要低温保存，5G手机与它无关。"))
	for _, c := range [][2]string{
		{"电脑病毒", "電腦病毒與資料安全"}, {"電腦病毒", "電腦病毒與資料安全"}, {"台风", "電腦病毒與資料安全"},
		{"PM2.5", "電腦病毒與資料安全"}, {"pm 2.5", "電腦病毒與資料安全"}, {"２８°C", "電腦病毒與資料安全"},
		{"疫苗接種", "疫苗接种须知"}, {"MRNA", "疫苗接种须知"}, {"5g手機", "疫苗接种须知"}, {"疫\u200d苗", "疫苗接种须知"},
		{"苗", "疫苗接种须知"}, {"温", "疫苗接种须知|電腦病毒與資料安全"}, {"知", "疫苗接种须知"},
	} {
		got := strings.Split(w.titles(t, c[0]), "|")
		slices.Sort(got)
		if strings.Join(got, "|") != c[1] {
			t.Errorf("%s found %q, want %q", c[0], got, c[1])
		}
	}
}

func TestFiltersAndFacets(t *testing.T) {
	w := open(t)
	var subs []content.Submission
	for i := range 24 {
		s := article(fmt.Sprint(i), fmt.Sprintf("潮汐第%d讲", i), "潮汐与月球。")
		s.Placement.Audiences = s.Placement.Audiences[i%5 : i%5+1]
		s.Placement.Topics = []string{[]string{"nature-sea", "nature", "health-chronic"}[i%3]}
		s.Placement.Region = []string{"33", "3301", "330106", "3302"}[i%4]
		s.Published = time.Date(2020+i%3, 6, 1, 0, 0, 0, 0, time.UTC)
		subs = append(subs, s)
	}
	w.publish(t, subs...)
	for _, c := range []struct {
		q    Query
		want int
	}{
		{Query{}, 24},
		{Query{Audience: "youth"}, 5},
		{Query{Kind: "article"}, 24},
		{Query{Kind: "video"}, 0},
		{Query{Topic: "nature"}, 16},
		{Query{Topic: "nature-sea"}, 8},
		{Query{Region: "33"}, 24},
		{Query{Region: "3301"}, 12},
		{Query{Region: "330106"}, 6},
		{Query{Region: "32"}, 0},
		{Query{From: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)}, 16},
		{Query{From: time.Date(2021, 6, 1, 0, 0, 0, 1e6, time.UTC)}, 8},
		{Query{To: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)}, 8},
		{Query{Topic: "nature", Region: "3301", Audience: "youth"}, 1},
	} {
		c.q.Text, c.q.Limit = "潮汐", 50
		r := w.query(t, c.q)
		if r.Total != c.want || len(r.Hits) != c.want {
			t.Errorf("%+v: %d, %d hits; want %d", c.q, r.Total, len(r.Hits), c.want)
		}
	}
	r := w.query(t, Query{Text: "潮汐"})
	for name, want := range map[string]string{
		"audience": "[{farmers 5} {seniors 5} {workers 5} {youth 5} {officials 4}]",
		"kind":     "[{article 24}]",
		"topic":    "[{nature 16} {health 8} {health-chronic 8} {nature-sea 8}]",
		"region":   "[{33 24} {3301 12} {330106 6} {3302 6}]",
		"year":     "[{2020 8} {2021 8} {2022 8}]",
	} {
		if got := fmt.Sprint(r.Facets[name]); got != want {
			t.Errorf("facet %s: %s, want %s", name, got, want)
		}
	}
}

// Walking all pages gives every hit once, in order, also among equal scores.
func TestPaging(t *testing.T) {
	w := open(t)
	subs := numbered(45)
	for i := range 20 { // word for word the same
		subs = append(subs, article(fmt.Sprint("same", i), "潮汐复读", "涨潮。"))
	}
	w.publish(t, subs...)
	whole := w.query(t, Query{Text: "潮汐", Limit: 50})
	if whole.Total != 65 || whole.Next == "" {
		t.Fatalf("%d in all, next %q", whole.Total, whole.Next)
	}
	for _, limit := range []int{1, 7, 50} {
		var ids []string
		last := 0.0
		q := Query{Text: "潮汐", Limit: limit}
		for n := 0; ; n++ {
			r := w.query(t, q)
			for _, h := range r.Hits {
				if len(ids) > 0 && h.Score > last {
					t.Fatalf("score rises from %v to %v", last, h.Score)
				}
				last = h.Score
				ids = append(ids, h.ID)
			}
			if r.Next == "" || n > 70 {
				break
			}
			q.After = r.Next
		}
		slices.Sort(ids)
		if len(ids) != 65 || len(slices.Compact(ids)) != 65 {
			t.Errorf("limit %d: %d hits, %d distinct", limit, len(ids), len(slices.Compact(ids)))
		}
	}
	other := Query{Text: "潮汐", Audience: "youth", After: whole.Next}
	if _, err := w.index.Query(t.Context(), other); !errors.Is(err, ErrQuery) {
		t.Errorf("the cursor of another query: %v", err)
	}
	torn := []byte(whole.Next)
	torn[len(torn)/2] ^= 1
	if _, err := w.index.Query(t.Context(), Query{Text: "潮汐", After: string(torn)}); !errors.Is(err, ErrQuery) {
		t.Errorf("a torn cursor: %v", err)
	}
}

func TestHighlight(t *testing.T) {
	text := "序言一句。" + strings.Repeat("无关的话很多。", 40) + "其中引力波👨‍👩‍👧‍👦是时空的涟漪，引力波由黑洞并合产生。" + strings.Repeat("后面也很多。", 40)
	m := newMarker(analysis.Question("引力波是什麼"))
	got := m.passage(text, "")
	shown, marked := "", ""
	for _, r := range got {
		shown += r.Text
		if r.Mark {
			marked += "[" + r.Text + "]"
		}
	}
	if marked != "[引力波][引力波]" {
		t.Errorf("marked %s in %s", marked, shown)
	}
	if n := utf8.RuneCountInString(shown); n > passageRunes+12 || n < passageRunes-10 {
		t.Errorf("a passage of %d runes: %s", n, shown)
	}
	if !strings.HasPrefix(shown, "…") || !strings.HasSuffix(shown, "…") || !strings.Contains(text, strings.Trim(shown, "…")) {
		t.Errorf("passage %q", shown)
	}
	if got := fmt.Sprint(m.title("引力波与黑洞")); got != "[{引力波 true} {与黑洞 false}]" {
		t.Errorf("title %s", got)
	}
	if got := fmt.Sprint(newMarker(analysis.Question("中国的地震")).title("中国的地震带")); got != "[{中国 true} {的 false} {地震 true} {带 false}]" {
		t.Errorf("binding words: %s", got)
	}
	if got := m.title("台风"); got != nil {
		t.Errorf("title without a term: %v", got)
	}
	if got := fmt.Sprint(newMarker(analysis.Question("颱風")).passage("台风来了。")); got != "[{台风 true} {来了。 false}]" {
		t.Errorf("folded: %s", got)
	}
	if got := fmt.Sprint(m.passage("", "  摘要。")); got != "[{摘要。 false}]" {
		t.Errorf("without a term: %s", got)
	}
	if got := m.passage("", ""); got == nil || len(got) != 0 {
		t.Errorf("without text: %v", got)
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add("引力波", "引力波👨‍👩‍👧‍👦是e\u0301\u0301时空\n的涟漪")
	f.Add("水", "水\ufe0f\u200d火")
	f.Add("pm2.5", strings.Repeat("ＰＭ２．５", 80))
	f.Add("a", "\xffa\xff")
	f.Fuzz(func(t *testing.T, query, text string) {
		m := newMarker(analysis.Question(query))
		for _, runs := range [][]Run{m.title(text), m.passage(text)} {
			s := ""
			for _, r := range runs {
				s += r.Text
			}
			if s = strings.TrimSuffix(strings.TrimPrefix(s, "…"), "…"); !strings.Contains("…"+text+"…", s) {
				t.Fatalf("%q is not in %q", s, text)
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	q := Query{Text: "水"}
	f.Add(q.cursor(mark{1.5, "0190"}))
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		q.After = s
		m, ok := q.place()
		if ok && q.cursor(m) != s {
			t.Fatalf("%q reads as %+v, which writes %q", s, m, q.cursor(m))
		}
	})
}

func FuzzQueryText(f *testing.F) {
	for _, s := range []string{"水", "*", "a^2", strings.Repeat("字", 130), "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var p problems
		p.text(s)
		if len(p) == 0 && (!utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxRunes) {
			t.Fatalf("%q was let in", s)
		}
	})
}

func TestSuggest(t *testing.T) {
	w := open(t)
	a := article("1", "高血压患者怎么吃：少盐三招", "少吃盐。")
	a.Placement.Tags = []string{"高血压", "控盐"}
	b := article("2", "高血壓的十個誤區", "别信。")
	b.Placement.Tags = []string{"高血压"}
	b.Published = noon.Add(-time.Hour)
	c := article("3", "5G 手机安全吗", "安全。")
	out := w.publish(t, a, b, c)
	for _, s := range []struct{ in, want string }{
		{"高", "高血压 tag|高血壓的十個誤區 title|高血压患者怎么吃：少盐三招 title"},
		{"高血壓", "高血压 tag|高血壓的十個誤區 title|高血压患者怎么吃：少盐三招 title"},
		{"少盐", "高血压患者怎么吃：少盐三招 title"},
		{"５ｇ", "5G 手机安全吗 title"},
		{"手机", "手机使用 topic|5G 手机安全吗 title"},
		{"健", "健康 topic"},
		{"没有这样的", ""},
	} {
		if got := w.suggested(t, s.in, 8); got != s.want {
			t.Errorf("%s: %q, want %q", s.in, got, s.want)
		}
	}
	if got := w.suggested(t, "高", 1); got != "高血压 tag" {
		t.Errorf("one: %q", got)
	}
	for _, o := range out[:2] {
		if _, err := w.Withdraw(t.Context(), content.Operator(), o.ItemID, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	w.head(t)
	if got := w.suggested(t, "高", 8); got != "" {
		t.Errorf("after both were withdrawn: %q", got)
	}
}

func (w *world) suggested(t testing.TB, text string, limit int) string {
	t.Helper()
	list, err := w.index.Suggest(t.Context(), text, limit)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range list {
		all = append(all, s.Text+" "+s.Kind)
	}
	return strings.Join(all, "|")
}

func TestBusy(t *testing.T) {
	g := newGate(1, 0)
	if err := g.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.enter(t.Context()); !errors.Is(err, ErrBusy) {
		t.Errorf("a second search: %v", err)
	}
	g.leave()
	if err := g.enter(t.Context()); err != nil {
		t.Errorf("after it: %v", err)
	}
}
