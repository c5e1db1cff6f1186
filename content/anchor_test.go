package content_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kepu/content"
)

func TestAnchorFind(t *testing.T) {
	p := func(text string) content.Node {
		return content.Node{Type: content.NodeParagraph, Content: []content.Node{{Type: content.NodeText, Text: text}}}
	}
	doc := func(nodes ...content.Node) content.Body {
		return content.Body{Type: content.NodeDoc, Content: nodes}
	}
	list := func(nodes ...content.Node) content.Node {
		n := content.Node{Type: content.NodeBullets}
		for _, c := range nodes {
			n.Content = append(n.Content, content.Node{Type: content.NodeItem, Content: []content.Node{c}})
		}
		return n
	}
	image := content.Node{Type: content.NodeImage, Attrs: map[string]any{"alt": "", "key": "abcdef0123456789"}}
	quote := "看潮要站在安全线以内"
	at := content.Anchor{Block: []int{1}, Quote: quote, Offset: 0}
	for _, c := range []struct {
		name   string
		anchor content.Anchor
		body   content.Body
		want   string // block offset length, ! where not exact; "" orphaned
	}{
		{"untouched", at, doc(p("潮水来了。"), p(quote+"。")), "[1] 0 10"},
		{"words put before it", at, doc(p("潮水来了。"), p("记住："+quote+"。")), "[1] 3 10"},
		{"of two the nearer", content.Anchor{Block: []int{0}, Quote: "潮", Offset: 5}, doc(p("潮水像潮，大潮")), "[0] 6 1"},
		{"a block put before it", at, doc(p("潮水来了。"), p("天亮了。"), p(quote+"。")), "[2] 0 10"},
		{"moved into a list", at, doc(p("潮水来了。"), list(p("别的事情"), p("二："+quote))), "[1 1 0] 2 10"},
		{"its words changed a little", at, doc(p("潮水来了。"), p("大家看潮要站在安全区域以内。")), "[1] 2 10 !"},
		{"changed and moved", at, doc(p("潮水来了，不要靠近江堤。"), p("天亮了，路上人多。"), p("大家看潮要站在安全线里面。")), "[2] 2 10 !"},
		{"exact elsewhere before alike here", at, doc(p(quote), p("看潮要站在安全线以外")), "[0] 0 10"},
		{"of two alike the nearer", at, doc(p(quote), p("天"), p(quote)), "[0] 0 10"},
		{"gone", at, doc(p("潮水来了。"), p("天亮了。")), ""},
		{"nothing left", at, content.Body{}, ""},
		{"a short one is not looked for elsewhere", content.Anchor{Block: []int{0}, Quote: "潮水"}, doc(p("天亮了"), p("潮水来了")), ""},
		{"a picture by its key", content.Anchor{Block: []int{0}, Quote: "abcdef0123456789"}, doc(p("图"), image), "[1] 0 16"},
		{"of the whole item", content.Anchor{}, doc(p("潮")), ""},
		{"of the title", content.Anchor{Field: "title", Quote: "潮"}, doc(p("潮")), ""},
		{"beyond the first plane", content.Anchor{Block: []int{0}, Quote: "野家", Offset: 1}, doc(p("𠮷野家")), "[0] 1 2"},
	} {
		spot, ok := c.anchor.Find(c.body)
		got := ""
		if ok {
			got = fmt.Sprint(spot.Block, " ", spot.Offset, " ", spot.Length)
			if !spot.Exact {
				got += " !"
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A block's text as the spots of an anchor count it.
func wordsAt(b content.Body, path []int) (string, bool) {
	nodes := b.Content
	var n content.Node
	for _, at := range path {
		if at < 0 || at >= len(nodes) {
			return "", false
		}
		n = nodes[at]
		nodes = n.Content
	}
	if n.Type == content.NodeParagraph || n.Type == content.NodeHeading {
		return n.Inline(), true
	}
	for _, name := range []string{"alt", "key", "tex", "caption", "title"} {
		if s := n.Str(name); s != "" {
			return s, true
		}
	}
	return "", false
}

// Whatever is stored, a spot lies within the body, and an exact one is the quote.
func FuzzAnchorFind(f *testing.F) {
	f.Add(`{"block":[0],"quote":"潮水来了"}`, `{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"大潮水来了"}]}]}`)
	f.Add(`{"block":[9,9],"quote":"abcd","offset":-5}`, `{"type":"doc","content":[{"type":"table","attrs":{"caption":"abxcd"}},{"type":"image","attrs":{"alt":"abcd"}}]}`)
	f.Add(`{"block":[-1],"quote":"\ud800aaaa"}`, `{"type":"doc","content":[{"type":"formula","attrs":{"tex":"aaaaa"}}]}`)
	f.Fuzz(func(t *testing.T, anchor, body string) {
		var a content.Anchor
		var b content.Body
		if json.Unmarshal([]byte(anchor), &a) != nil || json.Unmarshal([]byte(body), &b) != nil || len(a.Quote) > 4000 {
			return
		}
		spot, ok := a.Find(b)
		if !ok {
			return
		}
		text, known := wordsAt(b, spot.Block)
		runes := []rune(text)
		if !known || spot.Offset < 0 || spot.Length <= 0 || spot.Offset+spot.Length > len(runes) {
			t.Fatalf("%s in %s: %+v of %q", anchor, body, spot, text)
		}
		if spot.Exact && !slices.Equal(runes[spot.Offset:spot.Offset+spot.Length], []rune(a.Quote)) {
			t.Fatalf("%s in %s: %+v is not the quote", anchor, body, spot)
		}
	})
}

func BenchmarkAnchorFind(b *testing.B) {
	var body content.Body
	for i := range 300 {
		text := strings.Repeat(string([]rune{rune(0x4e00 + i), rune(0x5e00 + 3*i), rune(0x6e00 + 7*i)}), 20)
		body.Content = append(body.Content, content.Node{Type: content.NodeParagraph, Content: []content.Node{{Type: content.NodeText, Text: text}}})
	}
	a := content.Anchor{Block: []int{5}, Quote: "看潮要站在安全线以内，不要翻越护栏"}
	for b.Loop() {
		a.Find(body)
	}
}
