package frontend

import "testing"

func TestSpanOf(t *testing.T) {
	for _, c := range []struct {
		header    string
		size      int64
		want      span
		given, ok bool
	}{
		{"", 10, span{}, false, false},
		{"bytes=0-", 10, span{0, 10}, true, true},
		{"bytes=0-0", 10, span{0, 1}, true, true},
		{"bytes=3-5", 10, span{3, 3}, true, true},
		{"bytes=3-500", 10, span{3, 7}, true, true},
		{"bytes=-3", 10, span{7, 3}, true, true},
		{"bytes=-300", 10, span{0, 10}, true, true},
		{"bytes=-0", 10, span{}, true, false},
		{"bytes=10-", 10, span{}, true, false},
		{"bytes=99999999999999999999-", 10, span{}, true, false},
		{"bytes=0-", 0, span{}, true, false},
		{"bytes=-5", 0, span{}, true, false},
		{"bytes=5-3", 10, span{}, false, false},
		{"bytes=0-1,3-4", 10, span{}, false, false},
		{"bytes=-", 10, span{}, false, false},
		{"bytes=a-b", 10, span{}, false, false},
		{"bytes=--3", 10, span{}, false, false},
		{"bytes=+1-3", 10, span{}, false, false},
		{"items=0-1", 10, span{}, false, false},
		{"bytes 0-1", 10, span{}, false, false},
	} {
		got, given, ok := spanOf(c.header, c.size)
		if got != c.want || given != c.given || ok != c.ok {
			t.Errorf("spanOf(%q, %d) = %v %v %v, want %v %v %v", c.header, c.size, got, given, ok, c.want, c.given, c.ok)
		}
	}
}

func FuzzSpanOf(f *testing.F) {
	for _, s := range []string{"bytes=0-", "bytes=-5", "bytes=1-2,3-4", "bytes=9223372036854775807-9223372036854775808"} {
		f.Add(s, int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		s, given, ok := spanOf(header, size)
		if ok && !given {
			t.Fatal("a piece nobody asked for")
		}
		if ok && (s.from < 0 || s.length < 1 || s.from > size-s.length) {
			t.Fatalf("piece %v of %d bytes", s, size)
		}
	})
}
