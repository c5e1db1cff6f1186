package roll

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"kepu/content"
)

// A cursor that somebody made up is refused, or is one that we would have given.
func FuzzCursor(f *testing.F) {
	f.Add(cursor{Of: 7, Key: "a", At: 1, Seq: 2, ID: "x"}.String(), uint32(7))
	f.Add("", uint32(0))
	f.Add("e30", uint32(0))
	f.Add("bnVsbA", uint32(1))
	f.Add(strings.Repeat("A", 4000), uint32(0))
	f.Fuzz(func(t *testing.T, text string, of uint32) {
		c, err := parseCursor(text, of)
		if err != nil {
			if !errors.Is(err, ErrCursor) {
				t.Fatal(err)
			}
			return
		}
		again, err := parseCursor(c.String(), of)
		if err != nil || again != c || c.Of != of {
			t.Errorf("%q: %+v, again %+v, %v", text, c, again, err)
		}
	})
}

// Whatever is typed, the question that is made of it is one that SQLite answers.
func FuzzText(f *testing.F) {
	for _, text := range []string{"台风", "水", `"`, `a" OR b`, "*", "NEAR(a b)", "text:x", "pm2.5", "\x00", "\xff", "的 * 的", "𠮷野家", "١٢٣", "a\u0301", "^x", "-x", "ｶﾞ"} {
		f.Add(text)
	}
	d := newDesk(f)
	it := content.Item{ID: id(0), Slugs: []string{"s"}}
	it.Draft = d.text(it.ID, article("台风", "字"))
	seq := d.put("save", it)
	r := openRoll(f, filepath.Join(f.TempDir(), fileName), nil)
	follow(f, r, d.store)
	shownUpTo(f, r, seq)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := r.Items(t.Context(), Query{Sight: Everything(), Text: text}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if utf8.ValidString(text) && strings.Count(match(text), " AND ") >= mostWords {
			t.Errorf("%q asks for %s", text, match(text))
		}
	})
}
