package diff_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"kepu/content"
	"kepu/content/diff"
)

// shown writes runs as a reader of a plain diff would: [-out-]{+in+}.
func shown(runs []diff.Run) string {
	var b strings.Builder
	for _, r := range runs {
		switch r.Op {
		case diff.Insert:
			b.WriteString("{+" + r.Text + "+}")
		case diff.Delete:
			b.WriteString("[-" + r.Text + "-]")
		default:
			b.WriteString(r.Text)
		}
	}
	return b.String()
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"nothing", "", "", ""},
		{"same", "潮水", "潮水", "潮水"},
		{"all new", "", "潮水", "{+潮水+}"},
		{"all gone", "潮水", "", "[-潮水-]"},
		{"one character", "每年农历八月十八", "每年农历八月十六", "每年农历八月十[-八-]{+六+}"},
		{"a word in the middle", "喝水要少量多次", "喝温水要少量多次", "喝{+温+}水要少量多次"},
		{"confetti becomes one change", "我喜欢吃苹果吧", "我讨厌吃香蕉吧", "我[-喜欢吃苹果-]{+讨厌吃香蕉+}吧"},
		{"a phrase that was kept stays", "大风里不要靠近广告牌和树木", "暴雨里不要靠近广告牌和水面", "[-大风-]{+暴雨+}里不要靠近广告牌和[-树木-]{+水面+}"},
		{"a sentence goes in whole", "先断电。再灭火。", "先断电。再报警。再灭火。", "先断电。{+再报警。+}再灭火。"},
		{"a sentence goes out whole", "他说好。我也说好。你呢？", "他说好。你呢？", "他说好。[-我也说好。-]你呢？"},
		{"a family is one character", "一家👨‍👩‍👧人", "一家👨‍👩‍👦人", "一家[-👨‍👩‍👧-]{+👨‍👩‍👦+}人"},
		{"skin tones", "👍🏻好", "👍🏿好", "[-👍🏻-]{+👍🏿+}好"},
		{"flags", "🇨🇳🇫🇷", "🇨🇳🇩🇪", "🇨🇳[-🇫🇷-]{+🇩🇪+}"},
		{"marks stay on their letter", "cafe\u0301好", "cafe好", "caf[-e\u0301-]{+e+}好"},
		{"beyond the first plane", "𠮷野家", "𠮶野家", "[-𠮷-]{+𠮶+}野家"},
		{"figures", "约30分钟", "约45分钟", "约[-30-]{+45+}分钟"},
		{"broken bytes", "a\xff", "a\xfe", "a[-\xff-]{+\xfe+}"},
	} {
		if got := shown(diff.Text(c.from, c.to)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// sound fails where runs are not what Run promises.
func sound(t rapid.TB, from, to string, runs []diff.Run) {
	t.Helper()
	if diff.Old(runs) != from || diff.New(runs) != to {
		t.Fatalf("%.200q → %.200q: %.400v gives %.200q and %.200q", from, to, runs, diff.Old(runs), diff.New(runs))
	}
	a, b := edges(from), edges(to)
	old, fresh := 0, 0
	for i, r := range runs {
		if r.Text == "" || i > 0 && (runs[i-1].Op == r.Op || runs[i-1].Op == diff.Insert && r.Op == diff.Delete) {
			t.Fatalf("%.200q → %.200q: run %d of %.400v", from, to, i, runs)
		}
		if r.Op != diff.Insert {
			if old += len(r.Text); !a[old] {
				t.Fatalf("%.200q → %.200q: %.400v splits a character of the old text", from, to, runs)
			}
		}
		if r.Op != diff.Delete {
			if fresh += len(r.Text); !b[fresh] {
				t.Fatalf("%.200q → %.200q: %.400v splits a character of the new text", from, to, runs)
			}
		}
	}
}

// edges are where characters end.
func edges(s string) map[int]bool {
	at, all := 0, map[int]bool{0: true}
	for g := uniseg.NewGraphemes(s); g.Next(); {
		at += len(g.Str())
		all[at] = true
	}
	return all
}

// letter draws one character of few, so that texts have much in common.
func letter() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"潮", "水", "的", "，", "。", "a", " ", "1", "👨‍👩‍👧", "👍🏻", "e\u0301", "🇨🇳", "\n", "\r\n", "\u0301", "\u200d", "क", "्", "가", "𠮷", "\xff"})
}

func text(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(letter(), 0, most).Draw(t, "text"), "") })
}

// Both sides can be had back from the runs, whatever the texts.
func TestTextProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := text(60).Draw(t, "from")
		to := text(60).Draw(t, "to")
		if rapid.Bool().Draw(t, "edited") { // near the first
			cut := rapid.IntRange(0, len(from)).Draw(t, "cut")
			to = from[:cut] + text(5).Draw(t, "in") + from[cut:]
		}
		sound(t, from, to, diff.Text(from, to))
	})
}

// Long texts go by clauses first, and are as sound.
func TestLongTextProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := []string{"潮水来了，", "快走。", "不要靠近堤岸；", "雷声", "👨‍👩‍👧", "十分钟", "！", "e\u0301x "}
		draw := func(name string, least int) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), least, least+200).Draw(t, name), "")
		}
		from := draw("from", 900)
		cut := rapid.IntRange(0, len(from)).Draw(t, "cut")
		for _, to := range []string{from[:cut] + draw("in", 0) + from[cut:], draw("to", 900)} {
			sound(t, from, to, diff.Text(from, to))
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("潮水来了", "潮水走了")
	f.Add("👨‍👩‍👧", "👨‍👩‍👦")
	f.Add("\r\n", "\n\r")
	f.Fuzz(func(t *testing.T, from, to string) {
		sound(t, from, to, diff.Text(from, to))
	})
}

func paragraph(text string, marks ...content.Mark) content.Node {
	return content.Node{Type: content.NodeParagraph, Content: []content.Node{{Type: content.NodeText, Text: text, Marks: marks}}}
}

func within(kind string, nodes ...content.Node) content.Node {
	return content.Node{Type: kind, Content: nodes}
}

func body(nodes ...content.Node) content.Body {
	return content.Body{Type: content.NodeDoc, Content: nodes}
}

// told writes blocks a line each.
func told(blocks []diff.Block) string {
	var lines []string
	for _, b := range blocks {
		sign := map[diff.Op]string{diff.Equal: "=", diff.Insert: "+", diff.Delete: "-", diff.Change: "~"}[b.Op]
		if b.Moved {
			sign += "^"
		}
		line := sign + " " + strings.Join(append(slices.Clone(b.In), b.Type), "/") + " " + b.Text + shown(b.Runs)
		for _, f := range b.Fields {
			line += " ; " + f.Field + " " + shown(f.Runs)
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n")
}

func TestBodies(t *testing.T) {
	one, two, three := paragraph("潮水从江口涌进来，越走越窄。"), paragraph("到了这里，水就站了起来。"), paragraph("看潮要站在安全线以内。")
	image := func(alt, key string) content.Node {
		return content.Node{Type: content.NodeImage, Attrs: map[string]any{"alt": alt, "asset": "a", "key": key, "width": 10.0}}
	}
	cell := func(text string) content.Node { return within(content.NodeCell, paragraph(text)) }
	heading := func(level float64) content.Node {
		return content.Node{Type: content.NodeHeading, Attrs: map[string]any{"level": level}, Content: []content.Node{{Type: content.NodeText, Text: "为什么"}}}
	}
	list := func(items ...content.Node) content.Node {
		var l content.Node
		l.Type = content.NodeBullets
		for _, n := range items {
			l.Content = append(l.Content, within(content.NodeItem, n))
		}
		return l
	}
	for _, c := range []struct {
		name     string
		from, to content.Body
		want     string
	}{
		{"nothing", body(), body(), ""},
		{"same", body(one), body(one), "= paragraph 潮水从江口涌进来，越走越窄。"},
		{"a word", body(one, two), body(one, paragraph("到了这里，潮就站了起来。")), "= paragraph 潮水从江口涌进来，越走越窄。\n~ paragraph 到了这里，[-水-]{+潮+}就站了起来。"},
		{"one more", body(one, three), body(one, two, three), "= paragraph 潮水从江口涌进来，越走越窄。\n+ paragraph 到了这里，水就站了起来。\n= paragraph 看潮要站在安全线以内。"},
		{"one replaced", body(one), body(three), "- paragraph 潮水从江口涌进来，越走越窄。\n+ paragraph 看潮要站在安全线以内。"},
		{"moved", body(one, two, three), body(two, three, one), "-^ paragraph 潮水从江口涌进来，越走越窄。\n= paragraph 到了这里，水就站了起来。\n= paragraph 看潮要站在安全线以内。\n+^ paragraph 潮水从江口涌进来，越走越窄。"},
		{"another level", body(heading(2)), body(heading(3)), "~ heading 为什么 ; level [-2-]{+3+}"},
		{"another type", body(paragraph("为什么")), body(heading(2)), "~ heading 为什么 ; type [-paragraph-]{+heading+} ; level {+2+}"},
		{"another link", body(paragraph("看图", content.Mark{Type: "link", Attrs: map[string]any{"href": "/a"}})), body(paragraph("看图", content.Mark{Type: "link", Attrs: map[string]any{"href": "/b"}})), "~ paragraph 看图 ; marks “看图” link /[-a-]{+b+}"},
		{"another picture", body(image("江口", "aa")), body(image("江口", "bb")), "~ image 江口 ; key [-aa-]{+bb+}"},
		{"another alt", body(image("江口的剖面图", "aa")), body(image("江口的平面图", "aa")), "~ image 江口的[-剖-]{+平+}面图"},
		{"into a list", body(one), body(list(one)), "~ bulletList/listItem/paragraph 潮水从江口涌进来，越走越窄。 ; in {+bulletList/listItem+}"},
		{"one list becomes two", body(list(one, two)), body(list(one), list(two)), "= bulletList/listItem/paragraph 潮水从江口涌进来，越走越窄。\n~ bulletList/listItem/paragraph 到了这里，水就站了起来。 ; in bulletList[-+-]/listItem"},
		{"a list's first goes", body(list(one, two)), body(list(two)), "- bulletList/listItem/paragraph 潮水从江口涌进来，越走越窄。\n= bulletList/listItem/paragraph 到了这里，水就站了起来。"},
		{"a table's cell", body(within(content.NodeTable, within(content.NodeRow, cell("高潮位"), cell("5米")))), body(within(content.NodeTable, within(content.NodeRow, cell("高潮位"), cell("6米")))), "~ table/tableRow 高潮位 | [-5-]{+6+}米"},
		{"a note's tone", body(content.Node{Type: content.NodeNote, Attrs: map[string]any{"tone": "info", "title": "注意"}, Content: []content.Node{one}}), body(content.Node{Type: content.NodeNote, Attrs: map[string]any{"tone": "danger", "title": "注意"}, Content: []content.Node{one}}), "~ note 注意 ; tone [-info-]{+danger+}\n= note/paragraph 潮水从江口涌进来，越走越窄。"},
	} {
		if got := told(diff.Bodies(c.from, c.to)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// drawn is a body of a few kinds of block with texts that recur.
func drawn(t *rapid.T, name string) content.Body {
	var b content.Body
	for range rapid.IntRange(0, 12).Draw(t, name) {
		p := paragraph(text(12).Draw(t, "p"))
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			p.Type, p.Attrs = content.NodeHeading, map[string]any{"level": float64(rapid.IntRange(2, 4).Draw(t, "level"))}
		case 1:
			p = within(content.NodeBullets, within(content.NodeItem, p, paragraph("潮")), within(content.NodeItem, p))
		case 2:
			p = content.Node{Type: content.NodeImage, Attrs: map[string]any{"alt": text(5).Draw(t, "alt"), "key": "k"}}
		case 3:
			p = within(content.NodeTable, within(content.NodeRow, within(content.NodeCell, p), within(content.NodeCell, p)))
		}
		b.Content = append(b.Content, p)
	}
	return b
}

// The old and the new body can be read back from the blocks.
func TestBodiesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := drawn(t, "from"), drawn(t, "to")
		if rapid.Bool().Draw(t, "near") {
			to.Content = append(slices.Clone(from.Content), to.Content[:min(2, len(to.Content))]...)
		}
		blocks := diff.Bodies(from, to)
		var old, fresh []string
		for _, b := range blocks {
			switch b.Op {
			case diff.Equal:
				old, fresh = append(old, b.Text), append(fresh, b.Text)
			case diff.Delete:
				old = append(old, b.Text)
			case diff.Insert:
				fresh = append(fresh, b.Text)
			case diff.Change:
				if b.Text != "" || len(b.Fields) == 0 && diff.Old(b.Runs) == diff.New(b.Runs) {
					t.Fatalf("a change without one: %+v", b)
				}
				sound(t, diff.Old(b.Runs), diff.New(b.Runs), b.Runs)
				old, fresh = append(old, diff.Old(b.Runs)), append(fresh, diff.New(b.Runs))
			}
		}
		if want := all(from); !slices.Equal(old, want) {
			t.Fatalf("old body is %q, want %q", old, want)
		}
		if want := all(to); !slices.Equal(fresh, want) {
			t.Fatalf("new body is %q, want %q", fresh, want)
		}
		if !(diff.Result{Blocks: diff.Bodies(from, from)}).Same() {
			t.Fatal("a body differs from itself")
		}
	})
}

// all are the texts of a body's blocks as it compares with nothing.
func all(b content.Body) (texts []string) {
	for _, block := range diff.Bodies(content.Body{}, b) {
		texts = append(texts, block.Text)
	}
	return texts
}

func TestVersions(t *testing.T) {
	from := content.Version{Title: "钱江潮", Summary: "一年一度", Cover: &content.Picture{Asset: "a", Key: "0123456789abcdef", Alt: "潮"}, Article: &content.Article{Body: body(paragraph("潮水"))}}
	to := from
	to.Title, to.Cover = "钱塘江潮", &content.Picture{Asset: "a", Key: "0123456789abcdef", Alt: "大潮"}
	to.References = []content.Reference{{Org: "国家标准", Title: "术语", Year: "2024"}}
	raw, err := json.Marshal(diff.Versions(from, to))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"fields":[{"field":"title","runs":[{"op":"equal","text":"钱"},{"op":"insert","text":"塘"},{"op":"equal","text":"江潮"}]},` +
		`{"field":"references","runs":[{"op":"insert","text":"国家标准 《术语》 2024"}]},` +
		`{"field":"cover.alt","runs":[{"op":"insert","text":"大"},{"op":"equal","text":"潮"}]}],` +
		`"blocks":[{"op":"equal","type":"paragraph","text":"潮水"}]}`
	if string(raw) != want {
		t.Errorf("%s\nwant\n%s", raw, want)
	}
	if raw, err := json.Marshal(diff.Versions(content.Version{}, content.Version{})); err != nil || string(raw) != `{"fields":[],"blocks":[]}` {
		t.Errorf("nothing against nothing: %s, %v", raw, err)
	}
	if r := diff.Versions(to, to); !r.Same() {
		t.Errorf("a version differs from itself: %+v", r)
	}
}

func TestPlacements(t *testing.T) {
	from := content.Placement{Audiences: []content.Placed{{Audience: content.Youth, Weight: 50}}, Topics: []string{"nature-sea"}}
	to := from
	to.Audiences = []content.Placed{{Audience: content.Youth, Weight: 80}}
	to.Region, to.Series = "3301", &content.SeriesPart{ID: "chao", Part: 2}
	got := diff.Placements(from, to)
	var lines []string
	for _, f := range got {
		lines = append(lines, f.Field+" "+shown(f.Runs))
	}
	if s, want := strings.Join(lines, "; "), "audiences youth [-5-]{+8+}0; region {+3301+}; series {+chao 2+}"; s != want {
		t.Errorf("%s, want %s", s, want)
	}
	if diff.Placements(to, to) != nil {
		t.Error("a placement differs from itself")
	}
}
