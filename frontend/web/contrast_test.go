package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Contrast by WCAG 2.2 of every pair a theme uses for words: 7 wherever the easy
// view may use it, 4.5 for what only the standard view does.
func TestContrast(t *testing.T) {
	for _, theme := range []string{":root {", ":root:not([data-theme]) {", `:root[data-theme="dark"] {`, `:root[data-theme="contrast"] {`} {
		colour := palette(t, theme)
		type pair struct {
			text   string
			ground []string
			least  float64
		}
		pairs := []pair{
			{"ink", []string{"paper", "sheet", "wash", "mark", "good-tint", "warn-tint", "bad-tint"}, 7},
			{"ink-2", []string{"paper", "sheet", "wash"}, 7},
			{"ink-3", []string{"paper", "sheet", "wash"}, 4.5},
			{"brand", []string{"paper", "sheet", "wash"}, 7},
			{"on-brand", []string{"brand", "brand-strong"}, 7},
			{"on-deep", []string{"deep"}, 7},
			{"on-deep-2", []string{"deep"}, 7},
			{"dot", []string{"deep"}, 4.5},
			{"line", []string{"paper", "sheet", "wash"}, 3},
			{"focus", []string{"paper", "sheet", "wash"}, 3},
			{"good", []string{"paper", "sheet", "good-tint"}, 7},
			{"warn", []string{"paper", "sheet", "warn-tint"}, 7},
			{"bad", []string{"paper", "sheet", "bad-tint"}, 7},
		}
		for _, a := range []string{"youth", "farmers", "workers", "seniors", "officials"} {
			pairs = append(pairs, pair{a, []string{"paper", "sheet", a + "-tint"}, 7}, pair{"ink", []string{a + "-tint"}, 7}, pair{"ink-2", []string{a + "-tint"}, 7})
		}
		for _, p := range pairs {
			for _, ground := range p.ground {
				if got := contrast(t, colour, p.text, ground); got < p.least {
					t.Errorf("%s --%s on --%s: %.2f, want %.1f", theme, p.text, ground, got, p.least)
				}
			}
		}
	}
}

// palette reads one theme's colours; what it leaves out is as in the light one.
func palette(t *testing.T, theme string) map[string]string {
	t.Helper()
	css, err := files.ReadFile("styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string]string{}
	for _, from := range []string{":root {", theme} {
		_, rest, found := strings.Cut(string(css), from)
		block, _, closed := strings.Cut(rest, "}")
		if !found || !closed {
			t.Fatalf("no %s in the tokens", from)
		}
		for _, m := range regexp.MustCompile(`--([a-z0-9-]+): (#[0-9A-Fa-f]{3,6}|var\(--[a-z0-9-]+\));`).FindAllStringSubmatch(block, -1) {
			colours[m[1]] = m[2]
		}
	}
	return colours
}

func contrast(t *testing.T, colours map[string]string, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, colours, a), luminance(t, colours, b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(t *testing.T, colours map[string]string, name string) (sum float64) {
	t.Helper()
	value := colours[name]
	for strings.HasPrefix(value, "var(--") {
		value = colours[strings.TrimSuffix(strings.TrimPrefix(value, "var(--"), ")")]
	}
	hex := strings.TrimPrefix(value, "#")
	if len(hex) == 3 {
		hex = strings.Repeat(hex[:1], 2) + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:], 2)
	}
	n, err := strconv.ParseUint(hex, 16, 24)
	if err != nil || len(hex) != 6 {
		t.Fatalf("--%s is %q", name, value)
	}
	for i, weight := range []float64{.2126, .7152, .0722} {
		v := float64(n>>(16-8*i)&0xff) / 255
		if v <= .04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
