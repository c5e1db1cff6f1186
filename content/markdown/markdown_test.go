package markdown

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kepu/content"
	"kepu/journal"
)

// outline writes a body in a short form that tests can be read in.
func outline(b content.Body) string {
	var out strings.Builder
	for _, n := range b.Content {
		write(&out, n)
	}
	return out.String()
}

func write(out *strings.Builder, n content.Node) {
	if n.Type == content.NodeText {
		var marks []string
		for _, m := range n.Marks {
			marks = append(marks, m.Type+m.Str("href"))
		}
		if len(marks) > 0 {
			out.WriteString("{" + strings.Join(marks, ",") + " " + n.Text + "}")
			return
		}
		out.WriteString(n.Text)
		return
	}
	out.WriteString("<" + n.Type)
	if len(n.Attrs) > 0 {
		attrs, _ := json.Marshal(n.Attrs)
		out.Write(attrs)
	}
	out.WriteString(" ")
	for _, c := range n.Content {
		write(out, c)
	}
	out.WriteString(">")
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "一段\n\n　　二段\n", `<paragraph 一段><paragraph 二段>`},
		{"soft breaks", "第一行\n第二行 abc\ndef 第三\n行", `<paragraph 第一行第二行abc def第三行>`},
		{"hard breaks", "甲  \n乙\\\n丙", `<paragraph 甲<hardBreak >乙<hardBreak >丙>`},
		{"tighten", "速度 25 km/h，比 5 米快", `<paragraph 速度25 km/h，比5米快>`},
		{"bold by a quote", "**“引力波”**是", `<paragraph {bold “引力波”}是>`},
		{"bold inside", "这就是**“引力波”**，听**《论语》**说", `<paragraph 这就是{bold “引力波”}，听{bold 《论语》}说>`},
		{"bold before full stop", "要**先断电。**再灭火", `<paragraph 要{bold 先断电。}再灭火>`},
		{"bold before bracket", "用**水（H2O）**洗", `<paragraph 用{bold 水（H2O）}洗>`},
		{"italic and bold", "*甲* _乙_ ***丙***", `<paragraph {italic 甲} {italic 乙} {italic,bold 丙}>`},
		{"stars that are not", "2 * 3 * 4 snake_case_name", `<paragraph 2 * 3 * 4 snake_case_name>`},
		{"tilde is a range", "5~6 cm，19.5%~23.5%~好", `<paragraph 5~6 cm，19.5%~23.5%~好>`},
		{"escapes and entities", `\*不是\* &lt;b&gt; &amp;amp; &#8451; \&amp;`, `<paragraph *不是* <b> &amp; ℃ &amp;>`},
		{"headings", "# 大\n\n## 中\n\n##### 小", `<heading{"level":2} 大><heading{"level":3} 中><heading{"level":4} 小>`},
		{"headings without h1", "## 中\n\n### 小", `<heading{"level":2} 中><heading{"level":3} 小>`},
		{"lists", "- 甲\n- 乙\n  1. 子\n\n3. 三\n4. 四", `<bulletList <listItem <paragraph 甲>><listItem <paragraph 乙><orderedList <listItem <paragraph 子>>>>><orderedList{"start":3} <listItem <paragraph 三>><listItem <paragraph 四>>>`},
		{"heading in a list", "- # 题\n  文", `<bulletList <listItem <paragraph {bold 题}><paragraph 文>>>`},
		{"quote", "> 引\n> 文\n>\n> 又", `<blockquote <paragraph 引文><paragraph 又>>`},
		{"picture", `![杯子](img/a%20b.jpg "一只 A 杯")`, `<image{"alt":"杯子","caption":"一只A杯","src":"img/a%20b.jpg"} >`},
		{"picture in text", "看![甲](a.png)这里", `<paragraph 看这里><image{"alt":"甲","src":"a.png"} >`},
		{"picture before text", "![甲](a.png)\n看", `<image{"alt":"甲","src":"a.png"} ><paragraph 看>`},
		{"clip", `![潮水](tide.MP4 "潮")`, `<video{"alt":"潮水","caption":"潮","src":"tide.MP4"} >`},
		{"links", `[甲](https://a.cn/x?y=1) [乙](javascript:alert(1)) [丙](//evil.com) [丁](/topic/x) [戊](b.md) <https://c.cn>`,
			`<paragraph {linkhttps://a.cn/x?y=1 甲} 乙 丙 {link/topic/x 丁} 戊{linkhttps://c.cn https://c.cn}>`},
		{"link hidden by an entity", `[x](javascript&colon;alert(1))`, `<paragraph x>`},
		{"code", "用 `a  b*c` 吧", `<paragraph 用 {code a  b*c} 吧>`},
		{"fenced code", "```\na = 1\n\nb\n```", `<paragraph {code a = 1}<hardBreak ><hardBreak >{code b}>`},
		{"indented is text", "    缩进四格\n", `<paragraph 缩进四格>`},
		{"indented after all", "甲\n\n        乙\n\n# 丙", `<paragraph 甲><paragraph 乙><heading{"level":2} 丙>`},
		{"sub and sup", "H<sub>2</sub>O，m<sup>3</sup>，<span onclick=x>字</span><br>行", `<paragraph H{sub 2}O，m{sup 3}，字<hardBreak >行>`},
		{"html block", "<div onclick=\"x()\"><p>一</p><script>alert(1)</script><p>二 &amp; 三</p></div>\n\n尾", `<paragraph 一><paragraph 二 & 三><paragraph 尾>`},
		{"comment", "<!-- 备注 -->\n\n文<!-- 注 -->字", `<paragraph 文字>`},
		{"note", "::: note warn 小心 5 度\n别动。\n\n- 甲\n:::\n后", `<note{"title":"小心5度","tone":"warn"} <paragraph 别动。><bulletList <listItem <paragraph 甲>>>><paragraph 后>`},
		{"note by its tone", "::: danger\n危\n:::", `<note{"tone":"danger"} <paragraph 危>>`},
		{"note without tone", "::: note 为什么\n因为\n:::", `<note{"title":"为什么","tone":"info"} <paragraph 因为>>`},
		{"note left open", "::: note\n文", `<note{"tone":"info"} <paragraph 文>>`},
		{"steps", "::: steps\n### 开 App\n点开\n\n![屏](a.png)\n\n### 点右上\n:::", `<steps <step{"title":"开App"} <paragraph 点开><image{"alt":"屏","src":"a.png"} >><step{"title":"点右上"} <paragraph >>>`},
		{"steps from a list", "::: steps\n1. 一\n2. 二\n:::", `<steps <step <paragraph 一>><step <paragraph 二>>>`},
		{"note in a step", "::: steps\n### 一\n::: note warn\n慢\n:::\n再\n:::\n外", `<steps <step{"title":"一"} <note{"tone":"warn"} <paragraph 慢>><paragraph 再>>><paragraph 外>`},
		{"colons in code", "::: note\n```\n:::\n```\n内\n:::\n外", `<note{"tone":"info"} <paragraph {code :::}><paragraph 内>><paragraph 外>`},
		{"formula", "$$\nE = mc^2\n$$\n能量等于质量\n乘光速平方\n\n后", `<formula{"tex":"E = mc^2","text":"能量等于质量乘光速平方"} ><paragraph 后>`},
		{"formula on a line", "$$ a \\times b $$ 甲乘乙", `<formula{"tex":"a \\times b","text":"甲乘乙"} >`},
		{"formula fenced", "```math\nx^2\n```", `<formula{"tex":"x^2"} >`},
		{"table", "| 甲 | 乙 |\n|---|:-:|\n| 1 | **2** |\n\n: 表一", `<table{"caption":"表一"} <tableRow <tableHeader <paragraph 甲>><tableHeader <paragraph 乙>>><tableRow <tableCell <paragraph 1>><tableCell <paragraph {bold 2}>>>>`},
		{"caption before", "：表前\n\n|甲|\n|-|\n|1|", `<table{"caption":"表前"} <tableRow <tableHeader <paragraph 甲>>><tableRow <tableCell <paragraph 1>>>>`},
		{"caption close below", "|甲|乙|\n|-|-|\n|1|2|\n: 表下", `<table{"caption":"表下"} <tableRow <tableHeader <paragraph 甲>><tableHeader <paragraph 乙>>><tableRow <tableCell <paragraph 1>><tableCell <paragraph 2>>>>`},
		{"rule is nothing", "甲\n\n---\n\n乙", `<paragraph 甲><paragraph 乙>`},
		{"empty", " \n\n", ``},
		{"windows", "\ufeff一\r\n\r\n二\r\n", `<paragraph 一><paragraph 二>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			body, err := Parse([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := outline(body); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			sound(t, body)
		})
	}
}

// sound resolves what a body shows and checks it.
func sound(t *testing.T, body content.Body) {
	t.Helper()
	body.Walk(func(n *content.Node) bool {
		if n.Type == content.NodeImage || n.Type == content.NodeVideo {
			delete(n.Attrs, "src")
			n.Attrs["asset"], n.Attrs["key"] = "a", strings.Repeat("0", 64)
		}
		return true
	})
	for _, p := range body.Check() {
		if !strings.Contains(p.Message, "超过") && !strings.Contains(p.Message, "不能再放") {
			t.Errorf("%s: %s", p.Field, p.Message)
		}
	}
}

func TestParseTitled(t *testing.T) {
	for _, c := range []struct{ title, in, want string }{
		{"剩饭 A", "# 剩饭A\n\n## 中\n", `<heading{"level":2} 中>`},
		{"别的", "# 剩饭\n\n## 中\n", `<heading{"level":2} 剩饭><heading{"level":3} 中>`},
		{"剩饭", "文\n\n# 剩饭\n", `<paragraph 文><heading{"level":2} 剩饭>`},
		{"剩饭", "# 剩饭\n\n# 剩饭\n", `<heading{"level":2} 剩饭>`},
	} {
		body, err := ParseTitled([]byte(c.in), c.title)
		if err != nil {
			t.Fatal(err)
		}
		if got := outline(body); got != c.want {
			t.Errorf("%q: got %s want %s", c.in, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"not UTF-8":         {"好\n\xff", "第 2 行不是有效的 UTF-8"},
		"NUL":               {"好\n\n\x00", "第 3 行含有空字符"},
		"too large":         {strings.Repeat("长", 700_000), "正文超过 2 MB"},
		"deep quotes":       {strings.Repeat(">", 200) + "深", "第 1 行嵌套超过 64 层"},
		"deep lists":        {"文\n" + strings.Repeat("- ", 200) + "深", "第 2 行嵌套超过 64 层"},
		"unknown container": {"文\n\n::: spoiler 秘密\n内\n:::", "第 3 行：不认识的块“::: spoiler 秘密”"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(c.in))
			var bad *journal.Invalid
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestLongLine(t *testing.T) {
	body, err := Parse([]byte(strings.Repeat("一句话。", 90_000)))
	if err != nil || content.Han(body.Text()) != 270_000 {
		t.Fatalf("%v, %d Han", err, content.Han(body.Text()))
	}
}

// hostile are texts that make naive parsers look through everything again and
// again.
func hostile(size int) map[string]string {
	n := func(s string) string { return strings.Repeat(s, size/len(s)) }
	cells := size / 8
	return map[string]string{
		"stars":       n("*a **b "),
		"openers":     n("_a ") + n("a* "),
		"brackets":    n("["),
		"links":       n("[a]("),
		"destination": n("[a](<b"),
		"titles":      n(`[a](b "`),
		"images":      n("![a]("),
		"comments":    n("a <!-- "),
		"instruction": n("a <?"),
		"tags":        n("a <b c='"),
		"ticks":       n("` `` ```"),
		"entities":    n("&amp"),
		"references":  n("[a]: b\n"),
		"open refs":   n("[a\n"),
		"table":       strings.Repeat("|", cells) + "\n" + strings.Repeat("-|", cells) + "\n" + n("a\n"),
		"tables":      n("|a|b|\n|-|-|\n|c|d|\n\n"),
		"colons":      n("::: note\n"),
		"dollars":     n("$$"),
		"deeper":      deeper(size),
		"numbers":     n("1. "),
		"html":        n("<div>\n"),
		"quotes":      n(">>>>>>>> a\n"),
		"setext":      n("a\n-\n"),
	}
}

// deeper is a list that goes one level deeper with each line.
func deeper(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return b.String()
}

func TestHostile(t *testing.T) {
	size := 200_000
	if os.Getenv("KEPU_SOAK") != "" {
		size = MaxSize - 100_000
	}
	for name, in := range hostile(size) {
		t.Run(name, func(t *testing.T) {
			if body, err := Parse([]byte(in)); err == nil {
				sound(t, body)
			}
		})
	}
}

func TestFrontMatter(t *testing.T) {
	meta, body, err := FrontMatter([]byte("\ufeff---\r\nid: 007\r\ntitle: \"题: 目\"\r\nregion: 330106\r\nchecked: 2026-11-23\r\naudiences:\r\n  - {audience: youth, weight: 80}\r\n  - farmers\r\nplain: |\r\n  一。\r\n  二。\r\nai:\r\n---\r\n正文\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(map[string]any{
		"id": meta["id"].(json.Number).String(), "title": meta["title"], "region": meta["region"], "checked": meta["checked"],
		"audiences": meta["audiences"], "ai": meta["ai"],
	})
	want := `{"ai":null,"audiences":[{"audience":"youth","weight":80},"farmers"],"checked":"2026-11-23","id":"007","region":330106,"title":"题: 目"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if s := meta["plain"].(string); strings.Join(strings.Fields(s), "|") != "一。|二。" {
		t.Errorf("plain %q", s)
	}
	if string(body) != "正文\r\n" {
		t.Errorf("body %q", body)
	}
	if meta, body, err := FrontMatter([]byte("没有头\n")); meta != nil || string(body) != "没有头\n" || err != nil {
		t.Error(meta, body, err)
	}
}

func TestFrontMatterRefuses(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
	for name, c := range map[string]struct{ in, want string }{
		"open":      {"---\nid: a\n", "没有结束"},
		"bomb":      {"---\n" + bomb + "---\n", "不支持锚点和引用"},
		"tag":       {"---\na: !!binary x\n---\n", "不支持标签"},
		"twice":     {"---\nid: a\nid: b\n---\n", "文件头：YAML 第 3 行"},
		"list":      {"---\n- a\n---\n", "名字: 值"},
		"syntax":    {"---\ntitle: \"没完\nid: [\n---\n", "YAML"},
		"deep":      {"---\na: " + strings.Repeat("[", 500) + "\n---\n", "嵌套超过"},
		"not UTF-8": {"---\na: \xff\n---\n", "UTF-8"},
		"large":     {"---\n# " + strings.Repeat("x", maxFront) + "\n---\n", "64 KB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := FrontMatter([]byte(c.in))
			var bad *journal.Invalid
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestLibrary reads our own articles.
func TestLibrary(t *testing.T) {
	files, err := filepath.Glob("../../library/articles/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no articles: %v", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, text, err := FrontMatter(src)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		body, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if han := content.Han(body.Text()); han < 300 {
			t.Errorf("%s: %d Han", file, han)
		}
		sound(t, body)
	}
}

func FuzzParse(f *testing.F) {
	for _, in := range hostile(300) {
		f.Add(in)
	}
	f.Add("# 甲\n\n**“乙”**丙\n\n::: steps\n### 一\n:::\n\n|a|b|\n|-|-|\n|1|2|\n: 表\n\n$$x$$ 词\n\n- ![a](b.png \"c\")\n")
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) > 20_000 {
			return
		}
		body, err := Parse([]byte(in))
		if err != nil {
			var bad *journal.Invalid
			if !errors.As(err, &bad) {
				t.Fatal(err)
			}
			return
		}
		sound(t, body)
	})
}

func FuzzFrontMatter(f *testing.F) {
	f.Add([]byte("---\nid: a\ntitle: [甲, {b: 1}]\nplain: |\n  x\n---\n正文"))
	f.Add([]byte("---\na: &a [*a]\n? b\n: - c\n...\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		meta, body, err := FrontMatter(in)
		if err != nil {
			var bad *journal.Invalid
			if !errors.As(err, &bad) {
				t.Fatal(err)
			}
			return
		}
		if len(body) > len(in) {
			t.Fatal("body grew")
		}
		if _, err := json.Marshal(names(meta)); err != nil {
			t.Fatal(err)
		}
	})
}

func names(meta map[string]any) (list []string) {
	for name := range meta {
		list = append(list, name)
	}
	return list
}

func BenchmarkParse(b *testing.B) {
	in := []byte(strings.Repeat("## 一节\n\n"+strings.Repeat("煮熟的饭在屋里放超过**两小时**，细菌就会大量繁殖。", 6)+"\n\n- 甲 25 度\n- 乙\n\n", 3))
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if _, err := Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}
