package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"
)

func TestCanonical(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"space":            {" { \"b\" : [ 1 , 2 ] ,\n\t\"a\" : null }\r\n", `{"a":null,"b":[1,2]}`},
		"scalars":          {`[true,false,null,"",0,-0,1.0,-1]`, `[true,false,null,"",0,0,1,-1]`},
		"empty":            {`[{},[],{"a":{}}]`, `[{},[],{"a":{}}]`},
		"escapes":          {`"\u0061\/\b\f\n\r\t\"\\\u001F\u007f"`, "\"a/\\b\\f\\n\\r\\t\\\"\\\\\\u001f\u007f\""},
		"escaped name":     {`{"\u0062":1,"a":2}`, `{"a":2,"b":1}`},
		"surrogate pair":   {`"\ud83d\ude00"`, `"😀"`},
		"line separator":   {"\"\\u2028\u2029\"", "\"\u2028\u2029\""},
		"replacement":      {`"\ufffd"`, "\"\ufffd\""},
		"utf-16 order":     {"{\"\ufb33\":1,\"😀\":2,\"\u20ac\":3,\"\\r\":4,\"1\":5,\"\u0080\":6,\"ö\":7}", "{\"\\r\":4,\"1\":5,\"\u0080\":6,\"ö\":7,\"\u20ac\":3,\"😀\":2,\"\ufb33\":1}"},
		"prefix names":     {`{"ab":1,"a":2,"":3,"abc":4}`, `{"":3,"a":2,"ab":1,"abc":4}`},
		"nested order":     {`{"b":{"z":1,"y":[{"d":1,"c":2}]},"a":0}`, `{"a":0,"b":{"y":[{"c":2,"d":1}],"z":1}}`},
		"number forms":     {`[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,1e21,1e20,1E-6,1e-7,-1e-400]`, `[333333333.3333333,1e+30,4.5,0.002,1e-27,1e+21,100000000000000000000,0.000001,1e-7,0]`},
		"largest":          {`[1.7976931348623157e308,5e-324,9007199254740992,-9007199254740991]`, `[1.7976931348623157e+308,5e-324,9007199254740992,-9007199254740991]`},
		"exact past 2^53":  {`[100000000000000000000,1700000000000000000]`, `[100000000000000000000,1700000000000000000]`},
		"changed integer":  {`9007199254740993`, ""},
		"long integer":     {`1000000000000000000000`, ""},
		"too large":        {`[1e400]`, ""},
		"nothing":          {``, ""},
		"only space":       {" \n", ""},
		"two values":       {`{} {}`, ""},
		"trailing":         {`{}x`, ""},
		"duplicate":        {`{"a":1,"a":1}`, ""},
		"hidden duplicate": {`{"a":1,"b":2,"\u0061":3}`, ""},
		"bad utf-8":        {"\"\xff\"", ""},
		"surrogate bytes":  {"\"\xed\xa0\x80\"", ""},
		"lone high":        {`"\ud800"`, ""},
		"lone low":         {`"\udc00"`, ""},
		"high high":        {`"\ud800\ud800"`, ""},
		"high then text":   {`"\ud800a"`, ""},
		"NUL escape":       {`"a\u0000"`, ""},
		"NUL name":         {`{"\u0000":1}`, ""},
		"NUL byte":         {"\"\x00\"", ""},
		"control":          {"\"a\nb\"", ""},
		"bom":              {"\ufeff{}", ""},
		"leading zero":     {`01`, ""},
		"plus":             {`+1`, ""},
		"bare point":       {`1.`, ""},
		"no whole":         {`.5`, ""},
		"bare exponent":    {`1e`, ""},
		"minus":            {`-`, ""},
		"NaN":              {`NaN`, ""},
		"hex":              {`0x1`, ""},
		"single quotes":    {`{'a':1}`, ""},
		"comment":          {`{}//`, ""},
		"trailing comma":   {`[1,]`, ""},
		"trailing comma 2": {`{"a":1,}`, ""},
		"only comma":       {`[,]`, ""},
		"missing comma":    {`[1 2]`, ""},
		"missing colon":    {`{"a" 1}`, ""},
		"missing value":    {`{"a":}`, ""},
		"name not string":  {`{1:2}`, ""},
		"open array":       {`[1`, ""},
		"open object":      {`{"a":1`, ""},
		"open name":        {`{"a`, ""},
		"open string":      {`"a`, ""},
		"open escape":      {`"a\`, ""},
		"open unicode":     {`"\u00`, ""},
		"bad escape":       {`"\x"`, ""},
		"bad unicode":      {`"\u00g0"`, ""},
		"wrong close":      {`[1}`, ""},
		"literal":          {`nul`, ""},
		"literal case":     {`True`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Canonical([]byte(c.in))
			if c.want == "" {
				var invalid *Invalid
				if !errors.As(err, &invalid) || len(invalid.Problems) != 1 || invalid.Problems[0].Message == "" {
					t.Fatalf("got %q and %v, want *Invalid", got, err)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Fatalf("got %q and %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestCanonicalDepth(t *testing.T) {
	nest := func(n int) []byte {
		return []byte(strings.Repeat(`[{"a":`, n/2) + "0" + strings.Repeat("}]", n/2))
	}
	if _, err := Canonical(nest(MaxDepth)); err != nil {
		t.Errorf("depth %d: %v", MaxDepth, err)
	}
	for _, depth := range []int{MaxDepth + 2, 2_000_000} {
		var invalid *Invalid
		if _, err := Canonical(nest(depth)); !errors.As(err, &invalid) {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

// A text built to sort badly at every level must still take linear work.
func TestCanonicalDeepAndWide(t *testing.T) {
	const levels, pad = 500, 20_000
	text := strings.Repeat(`{"b":"`+strings.Repeat("x", pad)+`","a":`, levels) + "0" + strings.Repeat("}", levels)
	out, err := Canonical([]byte(text))
	if err != nil || len(out) != len(text) || !bytes.HasPrefix(out, []byte(`{"a":{"a":`)) {
		t.Fatal(len(out), err)
	}
}

func TestEncode(t *testing.T) {
	got, err := Encode(struct {
		B string  `json:"b"`
		A float64 `json:"a"`
		C string  `json:"c"`
	}{"<a href='x'>&</a>", 1e21, "\u2028\ufffd\\ufffd"})
	want := "{\"a\":1e+21,\"b\":\"<a href='x'>&</a>\",\"c\":\"\u2028\ufffd\\\\ufffd\"}"
	if err != nil || string(got) != want {
		t.Fatalf("%s, %v", got, err)
	}
	for name, v := range map[string]any{"utf-8": "a\xffb", "utf-8 name": map[string]int{"\xff": 1}, "NUL": "a\x00"} {
		var invalid *Invalid
		if got, err := Encode(v); !errors.As(err, &invalid) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := Encode(math.Inf(1)); err == nil {
		t.Error("infinity was encoded")
	}
	if _, err := Encode(make(chan int)); err == nil {
		t.Error("a channel was encoded")
	}
}

func TestSum(t *testing.T) {
	if got := Sum([]byte("{}")); got != "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" {
		t.Error(got)
	}
	if got := Sum(nil); got != "" {
		t.Error(got)
	}
}

func TestFormat(t *testing.T) {
	for in, want := range map[string]int{
		`{"a":{"v":9},"v":3,"w":4}`: 3, `{"v":0}`: 0, `{"v":1000000}`: 1_000_000, `{"v":1000001}`: 0,
		`{"v":-1}`: 0, `{"v":1.5}`: 0, `{"v":"2"}`: 0, `{"v":null}`: 0, `{"v":[1]}`: 0, `{"V":2}`: 0,
		`{}`: 0, `[1]`: 0, `3`: 0, `{"\u0076":7}`: 7, `{`: 0, ``: 0, `{"v":2e0}`: 0, `{"v":999999999999999}`: 0,
	} {
		if got := Format([]byte(in)); got != want {
			t.Errorf("Format(%s) = %d, want %d", in, got, want)
		}
	}
}

func TestNumberLikeReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(f float64) {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return
		}
		want, err := jcs.NumberToJSON(f)
		if got := string(appendNumber(nil, f)); err != nil || got != want {
			t.Fatalf("%g: %s, reference %s, %v", f, got, want, err)
		}
	}
	for range 200_000 {
		check(math.Float64frombits(r.Uint64()))
		check(math.Round(r.NormFloat64()*1e6) / 100)
		check(float64(r.Int64()))
	}
	for e := -330; e < 310; e++ {
		check(math.Pow(10, float64(e)))
		check(-math.Pow(10, float64(e)))
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `-1.5e-7`, `{"b":[1,{"z":"\ud83d\ude00","y":"\u0007"}],"a":{"c":1e21,"b":-0}}`,
		"{\"\ufb33\":1,\"😀\":2}", `{"a":1,"\u0061":2}`, `[9007199254740993]`, `"\u0000"`, `"\ud800"`, ` [ 1 , 2 ] `,
		`{"v":1,"title":"台风来临前","tags":["防灾"]}`, "\"\xff\"", `[1.0,1e5,100000000000000000000]`, `{"a":{"a":{"a":[]}}}x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		before := bytes.Clone(in)
		out, err := Canonical(in)
		if !bytes.Equal(in, before) {
			t.Fatal("input modified")
		}
		reference, refused := jcs.Transform(in)
		if err != nil {
			var invalid *Invalid
			if !errors.As(err, &invalid) {
				t.Fatalf("%q: %v is not *Invalid", in, err)
			}
			if refused == nil && !stricter(reference) {
				t.Fatalf("%q: refused (%v), the reference gives %q", in, err, reference)
			}
			return
		}
		if refused != nil || !bytes.Equal(out, reference) {
			t.Fatalf("%q: got %q, reference %q (%v)", in, out, reference, refused)
		}
		if !json.Valid(out) {
			t.Fatalf("%q: %q is no JSON", in, out)
		}
		again, err := Canonical(out)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("%q: %q became %q (%v)", in, out, again, err)
		}
		if Format(in) != Format(out) {
			t.Fatalf("%q: format %d, then %d", in, Format(in), Format(out))
		}
	})
}

// stricter reports that the reference's output may come from a text that only
// Canonical refuses: a NUL, great depth, an integer that changed.
func stricter(reference []byte) bool {
	if bytes.Contains(reference, []byte(`\u0000`)) || bytes.Count(reference, []byte("[")) > MaxDepth/2 ||
		bytes.Count(reference, []byte("{")) > MaxDepth/2 {
		return true
	}
	digits := 0
	for _, c := range reference {
		if c >= '0' && c <= '9' || c == '.' {
			if digits++; digits > 15 {
				return true
			}
		} else {
			digits = 0
		}
	}
	return bytes.Contains(reference, []byte("e+"))
}

func benchText() []byte {
	b, _ := json.Marshal(map[string]any{
		"v": 1, "title": "台风来临前要做什么", "blocks": func() (all []any) {
			for i := range 20 {
				all = append(all, map[string]any{"type": "paragraph", "text": strings.Repeat("检查门窗。", 10), "n": i, "align": "left"})
			}
			return all
		}(),
		"tags": []string{"防灾", "台风", "沿海"},
	})
	return b
}

func BenchmarkCanonical(b *testing.B) {
	text := benchText()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Canonical(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReference(b *testing.B) {
	text := benchText()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jcs.Transform(text); err != nil {
			b.Fatal(err)
		}
	}
}
