package site

import (
	"strings"
	"testing"
)

// What describes a page is cut at a clause where one ends late enough, and
// between two characters everywhere else.
func TestClip(t *testing.T) {
	nine := strings.Repeat("长", 9)
	for _, c := range []struct{ in, want string }{
		{"短的。", "短的。"},
		{" 空 \n 白 ", "空 白"},
		{nine + "十", nine + "十"},
		{nine + "十一", nine + "十……"},
		{"一二三四五六七，九十十一", "一二三四五六七……"},
		{"一二三四五六，八九十十一", "一二三四五六，八九十……"},
		{nine + "👨‍👩‍👧‍👦", nine + "👨‍👩‍👧‍👦"},
		{nine + "👨‍👩‍👧‍👦又", nine + "👨‍👩‍👧‍👦……"},
		{nine + "🇨🇳🇨🇳", nine + "🇨🇳……"},
		{nine + "e\u0301e\u0301", nine + "e\u0301……"},
		{strings.Repeat("👍🏽", 7) + "，又又又又", strings.Repeat("👍🏽", 7) + "……"},
		{strings.Repeat("👍🏽", 6) + "，又又又又", strings.Repeat("👍🏽", 6) + "，又又又……"},
	} {
		if got := clip(c.in, 10); got != c.want {
			t.Errorf("clip(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
