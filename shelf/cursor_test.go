package shelf

import (
	"encoding/base64"
	"errors"
	"math"
	"testing"

	"kepu/content"
)

func TestCursorRoundTrip(t *testing.T) {
	for _, c := range []cursor{
		{place: first()},
		{place: place{math.MinInt64, uuid{}}},
		{place: place{42, uuid{1, 2, 3}}, pins: make([]uuid, maxPins)},
	} {
		s := c.String(7)
		if len(s) > cursorMax {
			t.Errorf("%d characters", len(s))
		}
		got, err := parseCursor(s, 7)
		if err != nil || got.place != c.place || len(got.pins) != len(c.pins) {
			t.Errorf("%v → %v, %v", c, got, err)
		}
		if _, err := parseCursor(s, 8); !errors.Is(err, ErrCursor) {
			t.Errorf("of another query: %v", err)
		}
		for i := range s {
			b := []byte(s)
			b[i] ^= 1
			if back, err := parseCursor(string(b), 7); err == nil && back.String(7) != string(b) {
				t.Errorf("changed at %d and taken", i)
			}
		}
	}
}

func TestCursorIsBound(t *testing.T) {
	base := PageQuery{Audience: content.Youth, Topic: "a", Region: "33", Kind: "video", Series: "s"}
	seen := map[uint64]bool{base.number("order"): true, base.number("recent"): true}
	for _, q := range []PageQuery{
		{Audience: content.Seniors, Topic: "a", Region: "33", Kind: "video", Series: "s"},
		{Audience: content.Youth, Topic: "b", Region: "33", Kind: "video", Series: "s"},
		{Audience: content.Youth, Topic: "a", Region: "3301", Kind: "video", Series: "s"},
		{Audience: content.Youth, Topic: "a", Region: "33", Kind: "article", Series: "s"},
		{Audience: content.Youth, Topic: "a", Region: "33", Kind: "video", Series: "t"},
		{Audience: content.Youth, Topic: "a33", Kind: "video", Series: "s"},
	} {
		if seen[q.number("order")] {
			t.Errorf("%+v shares its cursors", q)
		}
		seen[q.number("order")] = true
	}
	limited := base
	limited.Limit, limited.After = 7, "x"
	if limited.number("order") != base.number("order") {
		t.Error("the limit binds a cursor")
	}
}

func FuzzCursor(f *testing.F) {
	c := cursor{place: place{5, uuid{9}}, pins: []uuid{{1}, {2}}}
	f.Add(c.String(1), uint64(1))
	f.Add(c.String(1)[:20]+"\n"+c.String(1)[20:], uint64(1))
	f.Add("", uint64(0))
	f.Add("AQ", uint64(1))
	f.Add(base64.RawURLEncoding.EncodeToString(make([]byte, cursorHead+cursorTail)), uint64(0))
	f.Add(base64.RawURLEncoding.EncodeToString(make([]byte, 4096)), uint64(0))
	f.Fuzz(func(t *testing.T, s string, query uint64) {
		c, err := parseCursor(s, query)
		if err != nil {
			if !errors.Is(err, ErrCursor) {
				t.Errorf("foreign error %v", err)
			}
			return
		}
		if back := c.String(query); back != s {
			t.Errorf("%q came back as %q", s, back)
		}
	})
}
