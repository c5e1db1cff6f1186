package content

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"钱江潮", "钱江潮"},
		{"  题　 目\t\r\n二 ", "题 目 二"},
		{"e\u0301", "é"},
		{"a\u202eb\u2066c\u2069\u200f", "abc"},
		{"零\u200b宽\ufeff\u2060", "零宽"},
		{"响\a铃\u0085下\u009f", "响铃 下"},
		{"Z" + strings.Repeat("\u0334", 50), "Z" + strings.Repeat("\u0334", 4)},
		{"a" + strings.Repeat("\u0301", 50), "á" + strings.Repeat("\u0301", 4)},
		{"👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"},
		{"𠮷㛃\ue000", "𠮷㛃\ue000"},
		{"«\u00a0", "«"},
		{"", ""},
		{" ", ""},
	} {
		if got := clean(c.in); got != c.want {
			t.Errorf("clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// Nobody's family, flag, accent or skin is cut in two, whatever stands before.
func TestCut(t *testing.T) {
	for _, whole := range []string{"👨‍👩‍👧‍👦", "🇨🇳", "e\u0301", "Z\u0334\u0334\u0334\u0334", "👍🏽", "1\ufe0f\u20e3", "नि", "각", "❤️‍🔥", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"} {
		for n := range 5 {
			before, after := strings.Repeat("潮", n), "水"
			for more, want := range []string{before, before + whole, before + whole + after, before + whole + after} {
				if got := Cut(before+whole+after, n+more); got != want {
					t.Errorf("the first %d of %q are %q, want %q", n+more, before+whole+after, got, want)
				}
			}
		}
	}
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"", 3, ""}, {"潮", 0, ""}, {"潮水", 9, "潮水"}, {"🇨🇳🇨🇳🇨🇳", 2, "🇨🇳🇨🇳"}, {"a\r\nb", 2, "a\r\n"}, {"\xff\xfe", 1, "\xff"}} {
		if got := Cut(c.in, c.n); got != c.want {
			t.Errorf("the first %d of %q are %q, want %q", c.n, c.in, got, c.want)
		}
	}
	if got := shown(strings.Repeat("👨‍👩‍👧‍👦", 21)); got != strings.Repeat("👨‍👩‍👧‍👦", 20)+"…" {
		t.Errorf("a problem shows %q", got)
	}
}

func TestBlank(t *testing.T) {
	for s, want := range map[string]bool{
		"": true, " \t\u00a0\u3000": true, "\u200b\u200d\ufeff": true, "\u3164\u115f\u1160\uffa0\u2800": true,
		"\U000e0041\U000e0042\U000e007f": true, "\u0301\ufe0f": true, "\u202e\u2066": true, "\x00": true,
		"a": false, "。": false, "🐸": false, "𠮷": false, "\ue000": false, "0": false,
	} {
		if blank(s) != want {
			t.Errorf("blank(%q) is not %v", s, want)
		}
	}
}

func TestLength(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "钱江潮 abc": 7, "👨‍👩‍👧‍👦": 1, "👍🏽👍🏿": 2, "e\u0301": 1, "🏴\U000e0067\U000e0062\U000e007f": 1, "𠮷野": 2,
	} {
		if got := length(s); got != want {
			t.Errorf("length(%q) = %d, want %d", s, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"钱江潮", " a\u0301\u0301 b ", "\u202e\u200b", "\xff", "\x00", "가ᄀ", "\u0344\u0f71\u0f72", "①　②", "👨‍👩‍👧‍👦"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if plainProblem(s) != "" {
			if got != s {
				t.Errorf("clean(%q) = %q, which is refused anyway", s, got)
			}
			return
		}
		if !utf8.ValidString(got) || strings.ContainsFunc(got, dropped) || strings.Contains(got, "  ") || strings.TrimSpace(got) != got {
			t.Errorf("clean(%q) = %q", s, got)
		}
		if again := clean(got); again != got {
			t.Errorf("clean(%q) = %q, of which it is %q", s, got, again)
		}
		if len(s) < 1000 && length(got) > utf8.RuneCountInString(got) {
			t.Errorf("length(%q) = %d", got, length(got))
		}
	})
}
