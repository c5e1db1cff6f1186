package content_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"kepu/content"
	"kepu/journal"
)

// doc parses a body from the blocks given as JSON.
func doc(t testing.TB, blocks string) content.Body {
	t.Helper()
	b, err := parseBody([]byte(`{"type":"doc","content":[` + blocks + `]}`))
	if err != nil {
		t.Fatalf("%s: %v", blocks, err)
	}
	return b
}

// parseBody reads a body as an import does: strictly, from JSON.
func parseBody(raw []byte) (content.Body, error) {
	canonical, err := journal.Canonical(raw)
	if err != nil {
		return content.Body{}, err
	}
	var v any
	if err := json.Unmarshal(canonical, &v); err != nil {
		return content.Body{}, err
	}
	return content.BodyOf(v)
}

func p(inline string) string { return `{"type":"paragraph","content":[` + inline + `]}` }

func words(s string) string { return `{"type":"text","text":"` + s + `"}` }

var someKey = strings.Repeat("ab", 32)

func TestBodyNormalForm(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"equal neighbours merge", p(words("甲") + `,{"type":"text","text":"乙","marks":[]}`), p(words("甲乙"))},
		{"marks in order, once", p(`{"type":"text","text":"甲","marks":[{"type":"bold"},{"type":"link","attrs":{"href":"/a"}},{"type":"bold"}]}`),
			p(`{"marks":[{"attrs":{"href":"/a"},"type":"link"},{"type":"bold"}],"text":"甲","type":"text"}`)},
		{"nulls and defaults go", `{"type":"orderedList","attrs":{"start":1,"type":null},"content":[{"type":"listItem"}]}`,
			`{"type":"orderedList","content":[{"type":"listItem","content":[{"type":"paragraph"}]}]}`},
		{"an item begins with a paragraph", `{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"formula","attrs":{"tex":"x"}}]}]}`,
			`{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph"},{"type":"formula","attrs":{"tex":"x"}}]}]}`},
		{"empty paragraphs go", `{"type":"paragraph"},` + p(words("")) + `,` + p(words("甲")), p(words("甲"))},
		{"text is cleaned", p(words(`a\u202eb\ufeffc\u200bd\u0001\te\u0301`)), p(words("abcd é"))},
		{"accents are bounded", p(words("a" + strings.Repeat("̖", 9))), p(words("a" + strings.Repeat("̖", 4)))},
		{"a picture has an alt", `{"type":"image","attrs":{"asset":"x","key":"` + someKey + `","caption":"  "}}`,
			`{"type":"image","attrs":{"alt":"","asset":"x","key":"` + someKey + `"}}`},
		{"spans", `{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","attrs":{"colspan":1,"rowspan":2}}]}]}`,
			`{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","attrs":{"rowspan":2},"content":[{"type":"paragraph"}]}]}]}`},
		{"a heading without words goes", `{"type":"heading","attrs":{"level":2}},` + p(words("甲")), p(words("甲"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := doc(t, c.in)
			if problems := b.Check(); len(problems) > 0 {
				t.Fatal(problems)
			}
			got, err := journal.Encode(b)
			if err != nil {
				t.Fatal(err)
			}
			want, err := journal.Canonical([]byte(`{"type":"doc","content":[` + c.want + `]}`))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestBodyProblems(t *testing.T) {
	link := func(href string) string {
		return p(`{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"` + href + `"}}]}`)
	}
	for _, c := range []struct{ name, in, field, want string }{
		{"unknown node", `{"type":"iframe"}`, "content[0].type", "不认识的节点“iframe”"},
		{"doc in doc", `{"type":"doc"}`, "content[0].type", "不认识的节点"},
		{"unknown attribute", `{"type":"paragraph","attrs":{"style":"x"},"content":[` + words("a") + `]}`, "content[0].attrs.style", "不认识的属性"},
		{"unknown mark", p(`{"type":"text","text":"x","marks":[{"type":"textStyle"}]}`), "content[0].content[0].marks", "不认识的标记“textStyle”"},
		{"text at the top", words("x"), "content[0].type", "文字不能放在正文里"},
		{"heading in a list", `{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"heading","attrs":{"level":2},"content":[` + words("x") + `]}]}]}`, "content[0].content[0].content[0].type", "小标题不能放在列表项里"},
		{"level 1", `{"type":"heading","attrs":{"level":1},"content":[` + words("x") + `]}`, "content[0].attrs.level", "2 到 4"},
		{"no level", `{"type":"heading","content":[` + words("x") + `]}`, "content[0].attrs.level", "级别"},
		{"level and a half", `{"type":"heading","attrs":{"level":2.5},"content":[` + words("x") + `]}`, "content[0].attrs.level", "整数"},
		{"wide cell", `{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","attrs":{"colspan":99999}}]}]}`, "content[0].content[0].content[0].attrs.colspan", "1 到 20"},
		{"empty list", `{"type":"bulletList"}`, "content[0].content", "不能是空的"},
		{"foreign picture", `{"type":"image","attrs":{"src":"http://t/x.gif"}}`, "content[0].attrs.src", "不放外面的地址"},
		{"picture without asset", `{"type":"image","attrs":{"key":"` + someKey + `","alt":"x"}}`, "content[0].attrs.asset", "还没有存入媒体库"},
		{"bad key", `{"type":"image","attrs":{"asset":"a","key":"../x"}}`, "content[0].attrs.key", "十六进制"},
		{"bad focal", `{"type":"image","attrs":{"asset":"a","key":"` + someKey + `","focal":{"x":1,"y":2000}}}`, "content[0].attrs.focal.y", "0 到 1000"},
		{"tone", `{"type":"note","attrs":{"tone":"loud"}}`, "content[0].attrs.tone", "info、warn、danger"},
		{"note in a note", `{"type":"note","attrs":{"tone":"info"},"content":[{"type":"note","attrs":{"tone":"info"}}]}`, "content[0].content[0].type", "不能再放提示框"},
		{"formula without tex", `{"type":"formula","attrs":{"text":"x"}}`, "content[0].attrs.tex", "tex"},
		{"term without words", p(`{"type":"text","text":"x","marks":[{"type":"term"}]}`), "content[0].content[0].marks.term.text", "解释"},
		{"marks on a block", `{"type":"paragraph","marks":[{"type":"bold"}],"content":[` + words("x") + `]}`, "content[0].marks", "不能有标记"},
		{"javascript", link("javascript:alert(1)"), "content[0].content[0].marks.link.href", "只能以"},
		{"javascript with a tab", link(`java\tscript:alert(1)`), "content[0].content[0].marks.link.href", "不能用的字符"},
		{"data", link("data:text/html,x"), "content[0].content[0].marks.link.href", "只能以"},
		{"two slashes", link("//evil.com"), "content[0].content[0].marks.link.href", "只能以"},
		{"backslash", link(`/\\evil.com`), "content[0].content[0].marks.link.href", "不能用的字符"},
		{"no host", link("https:evil"), "content[0].content[0].marks.link.href", "只能以"},
		{"password", link("https://a:b@c.cn"), "content[0].content[0].marks.link.href", "用户名或密码"},
		{"fragment", link("#x"), "content[0].content[0].marks.link.href", "只能以"},
		{"relative", link("a/b"), "content[0].content[0].marks.link.href", "只能以"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := doc(t, c.in)
			for _, problem := range b.Check() {
				if strings.Contains(problem.Message, c.want) && (c.field == "" || problem.Field == c.field) {
					return
				}
			}
			b = doc(t, c.in)
			t.Errorf("want %s: %s, got %v", c.field, c.want, b.Check())
		})
	}
}

func TestBodyLimits(t *testing.T) {
	for name, c := range map[string]struct {
		body content.Body
		want string
	}{
		"nodes": {content.Body{Type: "doc", Content: many(content.MaxBodyNodes+1, "x")}, "20000 个节点"},
		"bytes": {content.Body{Type: "doc", Content: many(2, strings.Repeat("x", 1_000_001))}, "2000000 字节"},
	} {
		if problems := c.body.Check(); len(problems) != 1 || !strings.Contains(problems[0].Message, c.want) {
			t.Errorf("%s: %v", name, problems)
		}
	}
	for levels, fits := range map[int]bool{62: true, 63: true, 64: false, 200: false} {
		b := content.Body{Type: "doc", Content: []content.Node{{Type: "blockquote"}}}
		for range levels - 1 {
			b.Content = []content.Node{{Type: "blockquote", Content: b.Content}}
		}
		// The innermost quote is given a paragraph, which is a level too.
		if problems := b.Check(); (len(problems) == 0) != fits || !fits && !strings.Contains(problems[0].Message, "嵌套超过 64 层") {
			t.Errorf("%d levels: %v", levels, problems)
		}
	}
}

func many(n int, text string) []content.Node {
	nodes := make([]content.Node, n)
	for i := range nodes {
		nodes[i] = content.Node{Type: "paragraph", Content: []content.Node{{Type: "text", Text: text}}}
	}
	if n > 100 {
		nodes = []content.Node{{Type: "blockquote", Content: nodes}}
	}
	return nodes
}

func TestGoodLinks(t *testing.T) {
	for _, href := range []string{
		"http://a.cn", "https://浙江.中国/路径?q=浙#a", "HTTPS://A.CN/", "mailto:a@b.cn", "tel:+86-571-12345", "/", "/topic/health#s-1", "/a:b",
	} {
		if clean, problem := content.CleanLink(" " + href); clean != href {
			t.Errorf("%s: %q %s", href, clean, problem)
		}
	}
}

func TestBodyOfRefuses(t *testing.T) {
	for in, want := range map[string]string{
		``:                              "JSON",
		`null`:                          "不是空值",
		`[]`:                            "不是列表",
		`{"type":"paragraph"}`:          "应是 doc",
		`{"type":"doc","content":{}}`:   "应是一个列表",
		`{"type":"doc","content":[1]}`:  "不是数字",
		`{"type":"doc","Content":[]}`:   "不认识的字段",
		`{"type":"doc","role":"admin"}`: "不认识的字段",
		`{"type":"doc","type":"doc"}`:   "两次",
		`{"type":"doc"}{}`:              "多余",
		`{"type":{"$ne":null}}`:         "应是文字",
		`{"type":"doc","content":[{"type":"text","text":"\ud800"}]}`:             "代理项",
		`{"type":"doc","content":[{"type":"text","text":"\u0000"}]}`:             "NUL",
		`{"type":"doc","content":[{"type":"text","marks":["bold"]}]}`:            "marks",
		`{"type":"doc","content":[{"type":"text","attrs":"x"}]}`:                 "应是一个对象",
		`{"type":"doc","attrs":{"x":1}}`:                                         "只能有",
		"{\"type\":\"doc\",\"content\":[{\"type\":\"text\",\"text\":\"\xff\"}]}": "UTF-8",
	} {
		_, err := parseBody([]byte(in))
		var bad *journal.Invalid
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
	deep := `{"type":"doc","content":[` + strings.Repeat(`{"type":"blockquote","content":[`, 200) + strings.Repeat(`]}`, 200) + `]}`
	if _, err := parseBody([]byte(deep)); err == nil || !strings.Contains(err.Error(), "content[0].content[0].content[0].content[0].….content[0].content[0]：嵌套超过 64 层") {
		t.Error(err)
	}
}

const sample = `{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"题"}]},
{"type":"paragraph","content":[{"type":"text","text":"甲"},{"type":"hardBreak"},{"type":"text","text":"乙","marks":[{"type":"bold"}]}]},
{"type":"heading","attrs":{"level":3},"content":[{"type":"text","text":"题"}]},
{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"项"}]}]}]},
{"type":"image","attrs":{"asset":"a1","key":"KEY1","alt":"替代","caption":"图注","width":4,"height":3,"focal":{"x":10,"y":20}}},
{"type":"video","attrs":{"asset":"a2","key":"KEY2","alt":"片","size":9,"duration":1500}},
{"type":"table","attrs":{"caption":"表"},"content":[{"type":"tableRow","content":[
 {"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"一"}]}]},
 {"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"二"}]}]}]}]},
{"type":"note","attrs":{"tone":"warn","title":"小心"},"content":[{"type":"paragraph","content":[{"type":"text","text":"慢"}]}]},
{"type":"steps","content":[{"type":"step","attrs":{"title":"先"},"content":[{"type":"image","attrs":{"asset":"a1","key":"KEY1","alt":"图"}}]}]},
{"type":"formula","attrs":{"tex":"E","text":"能量"}}`

func TestBodyReads(t *testing.T) {
	text := strings.NewReplacer("KEY1", strings.Repeat("1", 64), "KEY2", strings.Repeat("2", 64)).Replace(sample)
	b := doc(t, text)
	if problems := b.Check(); len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := strings.Join(b.Passages(), "|"); got != "题|甲 乙|题|项|替代|图注|片|表|一 二|小心|慢|先|图|能量" {
		t.Error(got)
	}
	h := b.Headings()
	if len(h) != 2 || h[0].Level != 2 || h[1].Text != "题" || h[1].ID != h[0].ID+"-2" {
		t.Error(h)
	}
	pics := b.Pictures()
	if len(pics) != 2 || pics[0].Alt != "替代" || pics[0].Width != 4 || pics[0].Focal == nil || pics[0].Focal.Y != 20 {
		t.Errorf("%+v", pics)
	}
	clips := b.Clips()
	if len(clips) != 1 || clips[0].Duration != 1500 || clips[0].Size != 9 {
		t.Errorf("%+v", clips)
	}
	if keys := b.MediaKeys(); len(keys) != 2 {
		t.Error(keys)
	}
	if b.Empty() || !(content.Body{}).Empty() || doc(t, p(words("甲"))).Empty() {
		t.Error("Empty")
	}
	for _, n := range b.Content {
		if n.Type == content.NodeImage {
			again := content.Node{}
			if again.SetPicture(n.Picture()); !reflect.DeepEqual(again, n) {
				t.Errorf("%v is not %v", again, n)
			}
		}
	}
}

// TestBodyStored reads a checked body back as the store gives it.
func TestBodyStored(t *testing.T) {
	b := doc(t, strings.NewReplacer("KEY1", strings.Repeat("1", 64), "KEY2", strings.Repeat("2", 64)).Replace(sample))
	if problems := b.Check(); len(problems) > 0 {
		t.Fatal(problems)
	}
	raw, err := journal.Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	var again content.Body
	if err := json.Unmarshal(raw, &again); err != nil || !reflect.DeepEqual(again, b) {
		t.Errorf("%v: %+v\nis not %+v", err, again, b)
	}
}

func FuzzBodyOf(f *testing.F) {
	f.Add([]byte(`{"type":"doc","content":[` + strings.NewReplacer("KEY1", strings.Repeat("1", 64), "KEY2", strings.Repeat("2", 64)).Replace(sample) + `]}`))
	f.Add([]byte(`{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"link","attrs":{"href":"//x"}},{"type":"code"}]}]}]}`))
	f.Add([]byte(`{"type":"doc","content":[{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","attrs":{"colspan":20}}]}]}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := parseBody(in)
		if err != nil {
			var bad *journal.Invalid
			if !errors.As(err, &bad) {
				t.Fatal(err)
			}
			return
		}
		if len(b.Check()) > 0 {
			return
		}
		once, err := journal.Encode(b)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseBody(once)
		if err != nil && len(b.Content) > 0 {
			t.Fatalf("%s: %v", once, err)
		}
		if problems := again.Check(); len(problems) > 0 {
			t.Fatalf("%s: %v", once, problems)
		}
		if twice, err := journal.Encode(again); err != nil || string(twice) != string(once) {
			t.Fatalf("%v: %s\nthen %s", err, once, twice)
		}
		for _, passage := range b.Passages() {
			if passage == "" || strings.Contains(passage, "\n") {
				t.Fatalf("passage %q", passage)
			}
		}
		b.Headings()
		b.Tighten()
		if problems := b.Check(); len(problems) > 0 {
			t.Fatal(problems)
		}
	})
}
