package exchange_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
)

func TestLines(t *testing.T) {
	r := open(t)
	report := r.run(t, lineFile(t, "\ufeff"+strings.Join([]string{
		`{"id":"a","title":"剩饭 A 类","text":"第一段 abc 字。\n\n第二段。"}`,
		``,
		`{"id":"b","title":"台风","markdown":"## 收\n\n**“先”**收","audiences":["farmers"],"topics":["emergency-weather"],"tags":["台风"],"region":"330106","author":"编辑部","source_url":"https://a.cn/x","licence":"CC-BY-SA-4.0","slug":"tf","summary":"要来","plain":"要来。","published_at":"2026-11-01"}` + "\r",
		`{"id":"c","title":"正文树","body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"typed 空格 stays"}]}]},"audiences":[{"audience":"seniors","weight":80,"level":"easy"}],"series":{"id":"s","part":2},"references":["某书",{"org":"某部","title":"某文","year":"2024"}]}`,
	}, "\n")))
	if report.Total != 3 || report.Outcomes[content.Published] != 3 || report.Bad() != 0 {
		t.Fatalf("%+v", report)
	}
	_, a := r.live(t, "a")
	if a.Title != "剩饭A类" || a.Article.Body.Text() != "第一段abc字。\n第二段。" {
		t.Errorf("a: %q %q", a.Title, a.Article.Body.Text())
	}
	item, b := r.live(t, "b")
	if b.Article.Body.Headings()[0].Text != "收" || b.Source.URL != "https://a.cn/x" || b.Licence != "CC-BY-SA-4.0" || item.Slugs[0] != "tf" {
		t.Errorf("b: %+v", b)
	}
	if p := item.Placement; len(p.Audiences) != 1 || p.Audiences[0] != (content.Placed{Audience: content.Farmers, Weight: 50}) || p.Region != "330106" || p.Topics[0] != "emergency-weather" {
		t.Errorf("b: %+v", p)
	}
	if want := time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC); !item.Published.Equal(want) {
		t.Errorf("b published %v, want %v", item.Published, want)
	}
	item, c := r.live(t, "c")
	if c.Article.Body.Text() != "typed 空格 stays" || len(c.References) != 2 || c.References[1].Org != "某部" {
		t.Errorf("c: %+v", c)
	}
	if item.Placement.Audiences[0].Level != content.LevelEasy || *item.Placement.Series != (content.SeriesPart{ID: "s", Part: 2}) {
		t.Errorf("c: %+v", item.Placement)
	}
	item, _ = r.live(t, "a")
	if len(item.Placement.Audiences) != len(content.Audiences) {
		t.Errorf("a: %+v", item.Placement.Audiences)
	}
}

// deep is a body of that many quotes in each other.
func deep(levels int) string {
	return `{"type":"doc","content":[` + strings.Repeat(`{"type":"blockquote","content":[`, levels) +
		`{"type":"paragraph"}` + strings.Repeat(`]}`, levels) + `]}`
}

func TestBadLines(t *testing.T) {
	bad := []struct{ line, where, want string }{
		{`{"id":"x1","title":"题`, "第 1 行", "JSON 不完整"},
		{"{\"id\":\"x2\",\"title\":\"\xb1\xea\",\"text\":\"文\"}", "第 2 行", "UTF-8"},
		{`{"id":"x3","text":"文"}`, "第 3 行", "标题"},
		{`{"title":"题","text":"文"}`, "第 4 行", "缺少 id"},
		{`{"id":"x5","title":"题","text":"文","audiences":["kids"]}`, "第 5 行", "没有“kids”这类人群；可用：youth、farmers"},
		{`{"id":"x6","title":"题","text":"文","audiences":[]}`, "第 6 行", "没有给任何人群"},
		{`{"id":"x7","title":"题","text":"文","state":"live"}`, "第 7 行", "state：不认识的字段"},
		{`{"id":"x8","title":"题","text":"文","TITLE":"别"}`, "第 8 行", "TITLE：不认识的字段"},
		{`{"id":"x9","title":"题","title":"别","text":"文"}`, "第 9 行", "出现了两次"},
		{`{"id":"x10","title":"题"}`, "第 10 行", "缺少正文"},
		{`{"id":"x11","title":"题","text":"文","markdown":"文"}`, "第 11 行", "只能有一个"},
		{`{"id":"x12","title":"题","body":` + deep(200) + `}`, "第 12 行", "嵌套超过 64 层"},
		{`{"id":"x13","title":"题","body":` + deep(5000) + `}`, "第 13 行", "嵌套超过"},
		{`{"id":"x14","title":"题","text":"文","published_at":"2026-02-30"}`, "第 14 行", "没有 2026-02-30 这一天"},
		{`{"id":"x15","title":"题","text":"文","published_at":"9999-01-01"}`, "第 15 行", "不在 1900 年到 2200 年之间"},
		{`{"id":"x16","title":"题","text":"文","published_at":"2026-11-01T08:00:00"}`, "第 16 行", "缺少时区"},
		{`{"id":"x17","title":"题","text":"文","published_at":"昨天"}`, "第 17 行", "应写成"},
		{`{"id":7,"title":"题","text":"文"}`, "第 18 行", "id：应是文字，不是数字"},
		{`{"id":"x19","title":"题\u0000","text":"文"}`, "第 19 行", "NUL"},
		{`{"id":"x20","title":"题","text":"文","cover":"../secret.png"}`, "第 20 行", "“../secret.png”在文件夹之外"},
		{`{"id":"x21","title":"题","text":"文","cover":"/etc/passwd"}`, "第 21 行", "不是相对路径"},
		{`{"id":"x22","title":"题","text":"文","cover":"gone.png"}`, "第 22 行", "找不到“gone.png”"},
		{`{"id":"x23","title":"题","markdown":"![a](http://x.cn/a.gif)"}`, "第 23 行", "外面的地址"},
		{`{"id":"x24","title":"题","text":"文","kind":"poem"}`, "第 24 行", "poem"},
		{`{"id":"x25","title":"题","kind":"video"}`, "第 25 行", "缺少视频文件"},
		{`[1]`, "第 26 行", "应是一个 JSON 对象"},
		{`{"id":"x27","title":"题","text":"文"} {}`, "第 27 行", "多余"},
		{`{"id":"x28","title":"题","text":"文","topics":["no-such"]}`, "第 28 行", "no-such"},
		{`{"id":"x29","title":"` + strings.Repeat("长", 500) + `","text":"文"}`, "第 29 行", "标题太长"},
		{`{"id":"x30","title":"题","text":"文","audiences":[{"audience":"youth","weight":1000}]}`, "第 30 行", "audiences"},
		{`{"id":"x31","title":"题","body":{"type":"doc","content":[{"type":"script"}]}}`, "第 31 行", "不认识的节点“script”"},
		{`null`, "第 32 行", "应是一个 JSON 对象"},
		{`{"id":"x33","title":"题","text":"文","audiences":["youth","youth",3]}`, "第 33 行", "audiences[2]"},
		{`{"id":"x35","title":" ","text":" "}`, "第 34 行", "标题不能为空"},
		{`{"id":"x34","title":"\u200b\u3164","text":"文"}`, "第 35 行", "标题不能为空"},
	}
	var text strings.Builder
	for _, b := range bad {
		text.WriteString(b.line + "\n")
	}
	text.WriteString(`{"id":"good","title":"好的一条","text":"文"}` + "\n")
	text.WriteString(`{"id":"good","title":"又来","text":"文"}` + "\n")
	text.WriteString(`{"id":"twin","title":"好的一条","text":"标题相同"}`)

	r := open(t)
	report := r.run(t, lineFile(t, text.String()))
	for _, b := range bad {
		wantProblem(t, report, b.where, b.want)
	}
	wantProblem(t, report, fmt.Sprintf("第 %d 行", len(bad)+2), "id“good”在前面已经出现过")
	if report.Total != len(bad)+3 || report.Outcomes[content.Refused] != len(bad)+1 || report.Bad() != len(bad)+1 {
		t.Errorf("%d of %d refused: %+v", report.Outcomes[content.Refused], report.Total, report.Outcomes)
	}
	good, _ := r.live(t, "good")
	twin, _ := r.live(t, "twin")
	if good.Slugs[0] == twin.Slugs[0] {
		t.Errorf("two items at %q", good.Slugs[0])
	}
	items := 0
	if _, err := r.store.Scan(t.Context(), []string{content.KindItem}, func(journal.Record) error { items++; return nil }); err != nil || items != 2 {
		t.Errorf("%d items, %v", items, err)
	}
}

// TestNotLines hands over files that are something else.
func TestNotLines(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"utf16.jsonl": {"\xff\xfe{\x00", "UTF-16"},
		"array.jsonl": {`[{"id":"a"}]`, "JSON 数组"},
		"what.bin":    {"x", "认不出格式"},
	} {
		dir := files(t, map[string]string{name: c.text})
		wantProblem(t, open(t).run(t, filepath.Join(dir, name)), name, c.want)
	}
	wantProblem(t, open(t).run(t, filepath.Join(t.TempDir(), "gone.jsonl")), "gone.jsonl", "没有这个文件")
	wantProblem(t, open(t).run(t, t.TempDir()), "", "没有可导入的")
}

// TestHugeLine has a line of 100 MB between two good ones; it is not held.
func TestHugeLine(t *testing.T) {
	name := filepath.Join(t.TempDir(), "huge.jsonl")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	in := io.MultiReader(
		strings.NewReader(`{"id":"a","title":"前","text":"文"}`+"\n"+`{"id":"h","title":"大","text":"`),
		io.LimitReader(xs{}, 100<<20),
		strings.NewReader(`"}`+"\n"+`{"id":"b","title":"后","text":"文"}`+"\n"),
	)
	if _, err := io.Copy(f, in); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	r := open(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	report := r.run(t, name)
	runtime.ReadMemStats(&after)
	wantProblem(t, report, "第 2 行", "超过 16 MB")
	r.live(t, "a")
	r.live(t, "b")
	if used := after.TotalAlloc - before.TotalAlloc; used > 100<<20 { // garbage included
		t.Errorf("%d MB allocated", used>>20)
	}
}

type xs struct{}

func (xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestAgain(t *testing.T) {
	r := open(t)
	file := lineFile(t, `{"id":"a","title":"题","text":"文"}`+"\n"+`{"id":"b","title":"题二","text":"文二","draft":true}`)
	if report := r.run(t, file); report.Outcomes[content.Published] != 1 || report.Outcomes[content.Created] != 1 {
		t.Fatalf("%+v", report)
	}
	head := r.head(t)
	if report := r.run(t, file); report.Outcomes[content.Unchanged] != 2 || report.Bad() != 0 || r.head(t) != head {
		t.Fatalf("%+v, head %d then %d", report, head, r.head(t))
	}
	changed := lineFile(t, `{"id":"a","title":"题","text":"改过"}`)
	if report := r.run(t, changed); report.Outcomes[content.Published] != 1 {
		t.Fatalf("%+v", report)
	}
	if _, v := r.live(t, "a"); v.Article.Body.Text() != "改过" {
		t.Error(v.Article.Body.Text())
	}
}

func TestDryRun(t *testing.T) {
	r := open(t)
	dir := files(t, map[string]string{
		"a.md": "---\ntitle: 题\n---\n文\n\n![点](dot.png)\n", "dot.png": dot,
		"series.yaml": "- {slug: s, title: 系列}\n",
	})
	head := r.head(t)
	r.Options.DryRun = true
	report := r.run(t, dir)
	if report.Outcomes[content.Published] != 1 || report.Resources != 1 || r.head(t) != head {
		t.Fatalf("%+v, head %d then %d", report, head, r.head(t))
	}
	r.Options.DryRun = false
	r.run(t, dir)
	head = r.head(t)
	r.Options.DryRun = true
	if report := r.run(t, dir); report.Outcomes[content.Unchanged] != 1 || report.Resources != 0 || r.head(t) != head {
		t.Fatalf("%+v", report)
	}
}

func TestDefaultAudiences(t *testing.T) {
	r := open(t)
	r.Audiences = []content.Placed{{Audience: content.Seniors, Weight: 70}}
	r.run(t, lineFile(t, `{"id":"a","title":"题","text":"文"}`+"\n"+`{"id":"b","title":"题二","text":"文","audiences":["youth"]}`))
	if item, _ := r.live(t, "a"); len(item.Placement.Audiences) != 1 || item.Placement.Audiences[0].Audience != content.Seniors {
		t.Error(item.Placement)
	}
	if item, _ := r.live(t, "b"); len(item.Placement.Audiences) != 1 || item.Placement.Audiences[0].Audience != content.Youth {
		t.Error(item.Placement)
	}
}

// TestEmptyTitle gives a text whose title is there but empty its first words.
func TestEmptyTitle(t *testing.T) {
	r := open(t)
	report := r.run(t, lineFile(t, `{"id":"a","title":"","text":"卫斯理·昂塞尔德（），是一名篮球运动员。"}`))
	if _, v := r.live(t, "a"); v.Title != "卫斯理·昂塞尔德" || report.Bad() != 0 || len(report.Notes) != 1 {
		t.Errorf("%q, %+v", v.Title, report)
	}
}

// TestCorpus imports real passages, where they are at hand.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("KEPU_TEST_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	file := filepath.Join(dir, "search/cmrc/docs.jsonl")
	if _, err := os.Stat(file); err != nil {
		t.Log("no test data:", err)
		t.Skip()
	}
	r := open(t)
	report := r.run(t, file)
	if report.Outcomes[content.Published] != report.Total || report.Total != 1104 || len(report.Notes) != 2 {
		t.Errorf("%+v", report)
	}
	head := r.head(t)
	if report := r.run(t, file); report.Outcomes[content.Unchanged] != 1104 || r.head(t) != head {
		t.Errorf("%+v", report)
	}
}

// BenchmarkRead turns lines of 1.5 KB into submissions; nothing is written.
func BenchmarkRead(b *testing.B) {
	for name, member := range map[string]string{
		"text":     `"text":"` + strings.Repeat(`煮熟的饭在屋里放超过两小时，细菌就会大量繁殖。\n`, 21) + `"`,
		"markdown": `"markdown":"` + strings.Repeat(`煮熟的饭在屋里放超过**两小时**，细菌就会大量繁殖。\n\n`, 20) + `"`,
	} {
		b.Run(name, func(b *testing.B) {
			line := []byte(`{"id":"a","title":"剩饭放多久就不能吃了","audiences":["farmers"],"topics":["food-storage"],` + member + `}`)
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				sub, err := exchange.ReadLine(line)
				if err != nil || len(sub.Version.Check()) > 0 {
					b.Fatal(err)
				}
			}
		})
	}
}

// A title taken from the text ends between two characters, as a reader counts
// them.
func TestDerivedTitleIsCutBetweenCharacters(t *testing.T) {
	long := strings.Repeat("长", 29)
	for name, c := range map[string]struct{ text, want string }{
		"family":  {long + "👨‍👩‍👧‍👦以后", long + "👨‍👩‍👧‍👦"},
		"flag":    {long + "🇨🇳以后", long + "🇨🇳"},
		"accent":  {long + "Z\u0334\u0334以后", long + "Z\u0334\u0334"},
		"skin":    {long + "👍🏽以后", long + "👍🏽"},
		"letters": {long + "两以后", long + "两"},
		"whole":   {long + "👨‍👩‍👧‍👦，以后", long + "👨‍👩‍👧‍👦"},
		"short":   {"🇨🇳，以后", "🇨🇳"},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			r.run(t, lineFile(t, `{"id":"a","title":"","text":"`+c.text+`"}`))
			if _, v := r.live(t, "a"); v.Title != c.want {
				t.Errorf("title %q, want %q", v.Title, c.want)
			}
		})
	}
}

func FuzzLine(f *testing.F) {
	f.Add([]byte(`{"id":"a","title":"题","text":"文","audiences":[{"audience":"youth","weight":5}],"series":{"id":"s","part":1},"cover":{"src":"a","focal":{"x":1,"y":2}}}`))
	f.Add([]byte(`{"id":"a","title":"题","kind":"video","video":{"src":"a.mp4","captions":[{"src":"a.vtt","lang":"zh"}],"transcript":[{"at":"1:02","text":"x"}],"chapters":[{"at":5,"text":"y"}]},"markdown":"# x"}`))
	f.Add([]byte(`{"id":"a","source":"b","title":"t","text":"x","slugs":["was"],"gone":{"at":"2026-02-03","reason":"r","instead":{"source":"b","id":"c"}}}`))
	f.Add([]byte(`{"id":"a","title":"","body":{"type":"doc","content":[{"type":"paragraph"}]},"pin":{"on":["all"],"until":"2027-01-01","order":1},"references":["a",{"title":"b"}],"seo":{"title":"c"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		sub, err := exchange.ReadLine(line)
		if err != nil {
			var bad *journal.Invalid
			if !errors.As(err, &bad) || bad.Error() == "" {
				t.Fatal(err)
			}
			return
		}
		if sub.SourceID == "" || (sub.Version.Article == nil) == (sub.Version.Video == nil) || len(sub.Placement.Audiences) == 0 {
			t.Fatalf("%+v", sub)
		}
		sub.Version.Check() // must bear anything
	})
}
