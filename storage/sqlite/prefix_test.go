package sqlite

import (
	"strings"
	"testing"
)

// The range List reads is exactly the keys that start with the prefix.
func FuzzBeyond(f *testing.F) {
	for _, seed := range [][2]string{{"", ""}, {"a", "a"}, {"a", "b"}, {"a/", "a0"}, {"é", "é/x"}, {"\xff", "\xff\xff"}, {"a\xff", "b"},
		{"\U0010ffff", "\U0010ffffx"}, {"台", "台风"}, {"slug/", "slug0"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, prefix, key string) {
		end := beyond(prefix)
		inside := key >= prefix && (end == "" || key < end)
		if inside != strings.HasPrefix(key, prefix) {
			t.Errorf("%q in [%q, %q): %v", key, prefix, end, inside)
		}
	})
}
