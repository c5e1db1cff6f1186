package journal

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestReadAnchors(t *testing.T) {
	h, other := Hash(strings.Repeat("a1", 32)), Hash(strings.Repeat("0f", 32))
	for name, c := range map[string]struct {
		text string
		want []Anchor
	}{
		"a log": {`{"time":"2026-11-24T00:00:00Z","level":"INFO","msg":"journal head","seq":7,"hash":"` + string(h) + `"}` + "\n" +
			`{"msg":"request","status":200}` + "\nplain words\n" + `{"seq":9,"hash":"` + string(other) + `"}`, []Anchor{{7, h}, {9, other}}},
		"no last line end": {`{"seq":1,"hash":"` + string(h) + `"}`, []Anchor{{1, h}}},
		"nothing":          {"", nil},
		"seq 0":            {`{"seq":0,"hash":"` + string(h) + `"}`, nil},
		"negative":         {`{"seq":-1,"hash":"` + string(h) + `"}`, nil},
		"short hash":       {`{"seq":1,"hash":"abc"}`, nil},
		"upper case":       {`{"seq":1,"hash":"` + strings.ToUpper(string(h)) + `"}`, nil},
		"a text":           {`{"seq":"1","hash":"` + string(h) + `"}`, nil},
	} {
		got, err := ReadAnchors(strings.NewReader(c.text))
		var invalid *Invalid
		if !reflect.DeepEqual(got, c.want) || (c.want == nil) != errors.As(err, &invalid) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := ReadAnchors(strings.NewReader(strings.Repeat("x", anchorLine+1))); err == nil {
		t.Error("a line without end was read")
	}
}

func FuzzReadAnchors(f *testing.F) {
	f.Add(`{"seq":1,"hash":"` + strings.Repeat("a", 64) + `"}`)
	f.Add("{\"seq\":1e3}\n\n[]")
	f.Fuzz(func(t *testing.T, text string) {
		anchors, err := ReadAnchors(strings.NewReader(text))
		if (err == nil) != (len(anchors) > 0) {
			t.Fatalf("%d anchors, %v", len(anchors), err)
		}
		for _, a := range anchors {
			if a.Seq == 0 || !isHash(a.Hash) {
				t.Fatalf("%+v", a)
			}
		}
	})
}
