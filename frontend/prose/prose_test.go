package prose

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"kepu/content"
)

func medium(key, kind string) string { return "/media/" + key + "/picture" }

func body(t testing.TB, doc string) content.Body {
	var b content.Body
	if err := json.Unmarshal([]byte(doc), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

const key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestWrite(t *testing.T) {
	for name, c := range map[string]struct {
		doc  string
		view View
		want string
	}{
		"text is escaped":  {`[{"type":"paragraph","content":[{"type":"text","text":"a<b>&\"'"}]}]`, Standard, `<p>a&lt;b&gt;&amp;&#34;&#39;</p>`},
		"marks nest":       {`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"sup"},{"type":"bold"},{"type":"blink"}]}]}]`, Standard, `<p><strong><sup>x</sup></strong></p>`},
		"no script link":   {`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"javascript:alert(1)"}}]}]}]`, Standard, `<p>x</p>`},
		"no foreign host":  {`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"//evil.example"}}]}]}]`, Standard, `<p>x</p>`},
		"own link, easy":   {`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"/article/a"}}]}]}]`, Easy, `<p><a class="link" href="/easy/article/a">x</a></p>`},
		"link out":         {`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"https://example.org/a?b=1&c=2"}}]}]}]`, Feed, `<p><a href="https://example.org/a?b=1&amp;c=2" rel="noopener nofollow">x</a></p>`},
		"levels in order":  {`[{"type":"heading","attrs":{"level":4},"content":[{"type":"text","text":"一"}]},{"type":"heading","attrs":{"level":4},"content":[{"type":"text","text":"二"}]}]`, Standard, `<h2 id="p1">一</h2><h3>二</h3>`},
		"term":             {`[{"type":"paragraph","content":[{"type":"text","text":"芽孢","marks":[{"type":"term","attrs":{"text":"休眠体"}}]}]}]`, Standard, `<p><dfn>芽孢</dfn></p><aside class="margin"><b>芽孢</b>休眠体</aside>`},
		"picture":          {`[{"type":"image","attrs":{"key":"` + key + `","alt":"\"><script>","width":8,"height":5,"caption":"图"}}]`, Standard, `<figure class="fig"><img src="/media/` + key + `/picture" width="8" height="5" alt="&#34;&gt;&lt;script&gt;" loading="lazy" decoding="async"><figcaption>图</figcaption></figure>`},
		"no foreign blob":  {`[{"type":"image","attrs":{"key":"http://tracker/x.gif"}}]`, Standard, ``},
		"table in words":   {`[{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[]},{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"数"}]}]}]},{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"一时"}]}]},{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"4"}]}]}]}]}]`, Easy, `<ul class="rows"><li><b>一时</b><span>数：4</span></li></ul>`},
		"colspan is held":  {`[{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","attrs":{"colspan":99999},"content":[]}]}]}]`, Feed, `<table><tbody><tr><td colspan="20"></td></tr></tbody></table>`},
		"unknown is words": {`[{"type":"iframe","content":[{"type":"paragraph","content":[{"type":"text","text":"x"}]}]},{"type":"text","text":"y"}]`, Standard, `<p>x</p><p>y</p>`},
		"bidi is held":     {`[{"type":"paragraph","content":[{"type":"text","text":"a\u202eb"}]}]`, Feed, "<p><bdi>a\u202eb</bdi></p>"},
		"formula, words":   {`[{"type":"formula","attrs":{"tex":"\\def\\x{}","text":"等于"}}]`, Feed, `<div><p>等于</p></div>`},
		"formula":          {`[{"type":"formula","attrs":{"tex":"a"}}]`, Feed, `<div><math display="block"><mi>a</mi></math></div>`},
	} {
		got := Write(body(t, `{"type":"doc","content":`+c.doc+`}`), Options{View: c.view, Medium: medium})
		if string(got.HTML) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got.HTML, c.want)
		}
	}
}

func TestMathML(t *testing.T) {
	for tex, want := range map[string]string{
		`N = N_0 \times 2^{t/T}`: `<mrow><mi>N</mi><mo>=</mo><msub><mi>N</mi><mn>0</mn></msub><mo>×</mo><msup><mn>2</mn><mrow><mi>t</mi><mo>/</mo><mi>T</mi></mrow></msup></mrow>`,
		`\frac{1}{2}`:            `<mfrac><mn>1</mn><mn>2</mn></mfrac>`,
		`\frac12`:                "", // two digits are one number here
		`\sqrt[3]{x}`:            `<mroot><mi>x</mi><mn>3</mn></mroot>`,
		`\sum_{i=1}^n i`:         `<mrow><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi></mrow>`,
		`\left(\alpha\right)^2`:  `<msup><mrow><mo>(</mo><mi>α</mi><mo>)</mo></mrow><mn>2</mn></msup>`,
		`\text{速度} < 3.5`:        `<mrow><mtext>速度</mtext><mo>&lt;</mo><mn>3.5</mn></mrow>`,
		`\vec{v}'`:               `<msup><mover><mi>v</mi><mo stretchy="false">→</mo></mover><mo>′</mo></msup>`,
		`\def\x{\x\x}\x`:         "",
		`\href{javascript:1}{x}`: "",
		`\begin{matrix}`:         "",
		`x}`:                     "",
		`{x`:                     "",
		`x^^2`:                   "",
		`<script>`:               `<mrow><mo>&lt;</mo><mi>s</mi><mi>c</mi><mi>r</mi><mi>i</mi><mi>p</mi><mi>t</mi><mo>&gt;</mo></mrow>`,
		`\text{<b>}`:             `<mtext>&lt;b&gt;</mtext>`,
		"":                       "",
	} {
		got, ok := MathML(tex)
		if want != "" {
			want = `<math display="block">` + want + "</math>"
		}
		if got != want || ok != (want != "") {
			t.Errorf("%s:\n got %s\nwant %s", tex, got, want)
		}
	}
	if _, ok := MathML(strings.Repeat("{", 500) + "x" + strings.Repeat("}", 500)); ok {
		t.Error("five hundred braces deep is too deep")
	}
}

// sound fails unless s is balanced, made of known tags and attributes, and leads
// nowhere but where it may.
func sound(t *testing.T, s string) {
	const void = " br img use mspace "
	z := html.NewTokenizer(strings.NewReader(s))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Fatalf("left open: %v in %s", open, s)
			}
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			tok := z.Token()
			if strings.Contains(" script style iframe object embed form input base link meta ", " "+tok.Data+" ") {
				t.Fatalf("<%s> in %s", tok.Data, s)
			}
			for _, a := range tok.Attr {
				v := strings.ToLower(strings.TrimSpace(a.Val))
				switch {
				case strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc":
					t.Fatalf("attribute %s in %s", a.Key, s)
				case a.Key == "href" || a.Key == "src":
					if !strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "#") && !strings.HasPrefix(v, "http://") &&
						!strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "mailto:") && !strings.HasPrefix(v, "tel:") || strings.HasPrefix(v, "//") {
						t.Fatalf("%s=%q in %s", a.Key, a.Val, s)
					}
				}
			}
			if !strings.Contains(void, " "+tok.Data+" ") {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			tok := z.Token()
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Fatalf("</%s> closes %v in %s", tok.Data, open, s)
			}
			open = open[:len(open)-1]
		}
	}
}

func FuzzWrite(f *testing.F) {
	for _, s := range []string{
		`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"jAvAscript:alert(1)"}},{"type":"term","attrs":{"text":"<b>"}}]}]}]`,
		`[{"type":"table","attrs":{"caption":"\"onload=x"},"content":[{"type":"tableRow","content":[{"type":"tableHeader"},{"type":"tableCell","content":[{"type":"table"}]}]}]}]`,
		`[{"type":"steps","content":[{"type":"step","attrs":{"title":"</li>"},"content":[{"type":"note","attrs":{"tone":"x\"y","title":"z"}}]}]}]`,
		`[{"type":"formula","attrs":{"tex":"\\frac{a}{b}<","text":"</p>"}},{"type":"image","attrs":{"key":"` + key + `","alt":"'\"><"}},{"type":"video","attrs":{"key":"` + key + `"}}]`,
		`[{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"orderedList","attrs":{"start":-3},"content":[{"type":"listItem"}]}]}]},{"type":"heading","attrs":{"level":1e300}}]`,
	} {
		for view := 0; view < 3; view++ {
			f.Add(s, view)
		}
	}
	f.Fuzz(func(t *testing.T, doc string, view int) {
		var b content.Body
		if json.Unmarshal([]byte(`{"type":"doc","content":`+doc+`}`), &b) != nil {
			return
		}
		if view < 0 || view > 2 {
			return
		}
		sound(t, string(Write(b, Options{View: View(view), Medium: medium}).HTML))
	})
}

func FuzzMathML(f *testing.F) {
	for _, s := range []string{`\frac{a}{b}`, `x_1^2`, `\sqrt[3]{x}`, `\left(x\right.`, `\text{<}`, `'`, `\`, `温度 = 5`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, tex string) {
		if math, ok := MathML(tex); ok {
			sound(t, math)
		}
	})
}
