package diff_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"kepu/content"
	"kepu/content/diff"
)

// long is a body of so many Han in paragraphs of about 120, drawn from 3,000
// characters, with a mark after every 12.
func long(random *rand.Rand, han int) content.Body {
	var b content.Body
	for n := 0; n < han; n += 120 {
		var text strings.Builder
		for i := range 120 {
			text.WriteRune(rune(0x4e00 + random.IntN(3000)))
			if i%12 == 11 {
				text.WriteString("，")
			}
		}
		b.Content = append(b.Content, paragraph(text.String()+"。"))
	}
	return b
}

// edited changes one character in every so many, takes a paragraph out and puts
// one in.
func edited(random *rand.Rand, b content.Body, every int) content.Body {
	var out content.Body
	for i, n := range b.Content {
		runes := []rune(n.Content[0].Text)
		for j := range runes {
			if random.IntN(every) == 0 {
				runes[j] = rune(0x4e00 + random.IntN(3000))
			}
		}
		if i%40 == 7 {
			continue
		}
		out.Content = append(out.Content, paragraph(string(runes)))
		if i%40 == 20 {
			out.Content = append(out.Content, long(random, 120).Content...)
		}
	}
	return out
}

func BenchmarkBodies(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	base := long(random, 15_000)
	var one content.Body
	var flat strings.Builder
	for _, n := range base.Content {
		flat.WriteString(n.Content[0].Text)
	}
	one.Content = append(one.Content, paragraph(flat.String()))
	huge := long(random, 600_000)
	repeated, other := content.Body{}, content.Body{}
	for i := range 15_000 {
		repeated.Content = append(repeated.Content, paragraph(string([]rune{rune('潮' + i%2)})))
		other.Content = append(other.Content, paragraph(string([]rune{rune('潮' + i%3)})))
	}
	for _, c := range []struct {
		name     string
		from, to content.Body
	}{
		{"15000Han/few", base, edited(random, base, 500)},
		{"15000Han/many", base, edited(random, base, 10)},
		{"15000Han/other", base, long(random, 15_000)},
		{"15000Han/oneparagraph", one, content.Body{Content: []content.Node{paragraph(strings.Replace(flat.String(), "，", "。", 300))}}},
		{"15000Han/oneparagraph-other", one, content.Body{Content: []content.Node{paragraph(reversed(flat.String()))}}},
		{"600000Han/few", huge, edited(random, huge, 2000)},
		{"600000Han/other", huge, long(random, 600_000)},
		{"15000blocks/repeating", repeated, other},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				diff.Bodies(c.from, c.to)
			}
		})
	}
}

func reversed(s string) string {
	runes := []rune(s)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}
