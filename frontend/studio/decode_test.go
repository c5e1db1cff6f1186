package studio

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// sample has a member of every type that bodies hold.
type sample struct {
	Title string            `json:"title"`
	Note  string            `json:"note,omitempty"`
	Rev   uint64            `json:"rev,omitempty"`
	Order int               `json:"order,omitempty"`
	Yes   bool              `json:"yes,omitempty"`
	At    time.Time         `json:"at,omitzero"`
	Tags  []string          `json:"tags,omitempty"`
	Words map[string]string `json:"words,omitempty"`
	Inner *inner            `json:"inner,omitempty"`
	Text  content.Body      `json:"text,omitzero"`
	Any   json.RawMessage   `json:"any,omitempty"`
	Made  string            `json:"made" readOnly:"true"`
	Aside string            `json:"-"`
	embedded
}

type embedded struct {
	Extra string `json:"extra,omitempty"`
}

type inner struct {
	Name string `json:"name"`
}

func TestDecode(t *testing.T) {
	var got sample
	raw := `{"title":"题","rev":9007199254740991,"order":-3,"yes":true,"at":"2026-11-24T08:00:00.123456+08:00","tags":["a","b"],"words":{"a":"b"},
		"inner":{"name":"n"},"text":{"type":"doc","content":[{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"x"}]}]},
		"any":{"b":1,"a":[1.50]},"made":"as it was got","extra":"e"}`
	if err := Decode([]byte(raw), &got); err != nil {
		t.Fatal(err)
	}
	want := sample{Title: "题", Rev: 1<<53 - 1, Order: -3, Yes: true, At: time.Date(2026, 11, 24, 0, 0, 0, 123e6, time.UTC), Tags: []string{"a", "b"},
		Words: map[string]string{"a": "b"}, Inner: &inner{"n"}, Any: json.RawMessage(`{"a":[1.5],"b":1}`), embedded: embedded{"e"},
		Text: content.Body{Type: "doc", Content: []content.Node{{Type: "heading", Attrs: map[string]any{"level": 2.0}, Content: []content.Node{{Type: "text", Text: "x"}}}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestDecodeRefuses: the rows of the catalogue of bad JSON. Status 400 says that
// the form is wrong, 422 that the content is; each names its field.
func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		name, raw, field string
		status           int
	}{
		{"empty", "", "", 400},
		{"white space", " \n", "", 400},
		{"duplicate", `{"title":"a","title":"b"}`, "", 400},
		{"duplicate below", `{"title":"a","inner":{"name":"a","name":"b"}}`, "", 400},
		{"duplicate by escape", `{"title":"a","t\u0069tle":"b"}`, "", 400},
		{"unknown", `{"title":"a","role":"admin"}`, "role", 400},
		{"unknown below", `{"title":"a","inner":{"name":"a","state":1}}`, "inner.state", 400},
		{"left out", `{"title":"a","Aside":"x"}`, "Aside", 400},
		{"case folded", `{"TITLE":"a"}`, "TITLE", 400},
		{"embedded's own name", `{"title":"a","embedded":{}}`, "embedded", 400},
		{"null", `null`, "", 422},
		{"null member", `{"title":null}`, "title", 422},
		{"null optional", `{"title":"a","note":null}`, "note", 422},
		{"null in a list", `{"title":"a","tags":[null]}`, "tags[0]", 422},
		{"missing", `{}`, "title", 422},
		{"missing below", `{"title":"a","inner":{}}`, "inner.name", 422},
		{"deep", strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), "", 400},
		{"deep objects", strings.Repeat(`{"inner":`, 20_000) + "1" + strings.Repeat("}", 20_000), "", 400},
		{"lone surrogate", `{"title":"\ud800"}`, "", 400},
		{"lone surrogate, low", `{"title":"a\udc00b"}`, "", 400},
		{"raw 0xFF", "{\"title\":\"\xff\"}", "", 400},
		{"NUL", `{"title":"\u0000"}`, "", 400},
		{"trailing value", `{"title":"a"}{"title":"b"}`, "", 400},
		{"trailing word", `{"title":"a"} x`, "", 400},
		{"comma", `{"title":"a",}`, "", 400},
		{"1e400", `{"title":"a","order":1e400}`, "", 400},
		{"1.0 for a whole number", `{"title":"a","order":1.0}`, "order", 400},
		{"1e2 for a whole number", `{"title":"a","order":1e2}`, "order", 400},
		{"minus zero", `{"title":"a","order":-0}`, "order", 400},
		{"minus zero in any", `{"title":"a","any":{"x":[-0.0]}}`, "any", 400},
		{"minus zero in a text", `{"title":"a","text":{"type":"doc","content":[{"type":"heading","attrs":{"level":-0}}]}}`, "text", 400},
		{"2^53", `{"title":"a","rev":9007199254740992}`, "rev", 400},
		{"2^53+1", `{"title":"a","rev":9007199254740993}`, "", 400},
		{"negative", `{"title":"a","rev":-1}`, "rev", 400},
		{"number for text", `{"title":1}`, "title", 400},
		{"operator for text", `{"title":{"$ne":null}}`, "title", 400},
		{"list for text", `{"title":["a"]}`, "title", 400},
		{"text for a number", `{"title":"a","rev":"1"}`, "rev", 400},
		{"text for a truth", `{"title":"a","yes":"true"}`, "yes", 400},
		{"object for a list", `{"title":"a","tags":{"0":"a"}}`, "tags", 400},
		{"list for the body", `[{"title":"a"}]`, "", 400},
		{"no such day", `{"title":"a","at":"2026-02-30T00:00:00Z"}`, "at", 422},
		{"no zone", `{"title":"a","at":"2026-02-03T00:00:00"}`, "at", 422},
		{"year 9999", `{"title":"a","at":"9999-02-03T00:00:00Z"}`, "at", 422},
		{"24:00", `{"title":"a","at":"2026-02-03T24:00:00Z"}`, "at", 422},
		{"number for an instant", `{"title":"a","at":1}`, "at", 400},
		{"unknown in a text", `{"title":"a","text":{"type":"doc","html":"<b>"}}`, "text.html", 400},
		{"text of another kind", `{"title":"a","text":"words"}`, "text", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			var to sample
			err := Decode([]byte(c.raw), &to)
			var form *Bad
			var content *journal.Invalid
			switch {
			case errors.As(err, &form):
				wantField(t, 400, c.status, form.Problems, c.field)
			case errors.As(err, &content):
				wantField(t, 422, c.status, content.Problems, c.field)
			default:
				t.Errorf("error %v", err)
			}
		})
	}
}

func wantField(t *testing.T, got, want int, problems []journal.Problem, field string) {
	t.Helper()
	if got != want || problems[0].Field != field || problems[0].Message == "" {
		t.Errorf("%d %+v, want %d and field %q", got, problems, want, field)
	}
}

// FuzzDecode: nothing panics, and what is taken is exactly what was sent: written
// again and read again it is the same, and no member of it was left out.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"title":"a"}`, `{"title":"a","rev":1,"tags":[],"inner":{"name":""},"any":[1,{"a":null}]}`, `null`, `[]`, `{"title":"a","at":"2026-02-03T00:00:00Z"}`,
		`{"title":"a","text":{"type":"doc","content":[{"type":"paragraph"}]}}`, `{"TITLE":"\ud800"}`, `{"title":"a","words":{"":""}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var first, second sample
		if Decode(raw, &first) != nil {
			return
		}
		again, err := journal.Encode(first)
		if err != nil {
			t.Fatalf("what was taken cannot be written: %v", err)
		}
		if err := Decode(again, &second); err != nil {
			t.Fatalf("what was written is not taken: %v in %s", err, again)
		}
		last, err := journal.Encode(second)
		if err != nil || !bytes.Equal(again, last) {
			t.Errorf("%s became %s", again, last)
		}
		var sent, took map[string]any
		if json.Unmarshal(raw, &sent) != nil || json.Unmarshal(again, &took) != nil {
			t.Fatal("no objects")
		}
		for name := range sent {
			if _, ok := took[name]; !ok && name != "made" && !isZero(sent[name]) {
				t.Errorf("%s was lost from %s", name, raw)
			}
		}
	})
}

func isZero(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0 || v["type"] == "doc"
	case []any:
		return len(v) == 0
	}
	return v == nil || v == "" || v == 0.0 || v == false || v == "0001-01-01T00:00:00Z"
}
