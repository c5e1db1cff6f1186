package page

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func keys() []Key {
	return []Key{{Name: "q"}, {Name: "audience", Type: Audience}, {Name: "kind", Type: Kind}, {Name: "topic", Type: Topic},
		{Name: "region", Type: Region}, {Name: "from", Type: Day}, {Name: "limit", Type: Number, Min: 1, Max: 100}, {Name: "after", Type: Cursor}}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		raw    string
		strict bool
		want   string // canonical form; "!" where refused
	}{
		{"", true, ""},
		{"q=%E8%A1%80%E5%8E%8B&audience=seniors", true, "?q=%E8%A1%80%E5%8E%8B&audience=seniors"},
		{"audience=seniors&q=a+b", true, "?q=a+b&audience=seniors"},
		{"q=&audience=", true, ""},
		{"&&q=x&", true, "?q=x"},
		{"page=-1", true, "!"},
		{"page=-1", false, ""},
		{"limit=-1", true, "!"},
		{"limit=0", true, "!"},
		{"limit=101", true, "!"},
		{"limit=007", true, "?limit=7"},
		{"limit=%2B7", true, "!"},
		{"limit=99999999999999999999", true, "!"},
		{"limit=1&limit=2", true, "!"},
		{"limit=1&limit=2", false, "!"},
		{"tags[999999999]=x", true, "!"},
		{"tags[999999999]=x", false, ""},
		{"page[$gt]=1", true, "!"},
		{"sort=password", true, "!"},
		{"fields=hash", true, "!"},
		{"q=%F0%28", true, "!"},
		{"q=%F0%28", false, "!"},
		{"q=%zz", true, "!"},
		{"q=%00", true, "!"},
		{"%zz=1", true, "!"},
		{"%zz=1", false, ""},
		{"audience=everyone", false, "!"},
		{"kind=podcast", false, "!"},
		{"topic=../../etc", false, "!"},
		{"region=33010", false, "!"},
		{"region=330106", false, "?region=330106"},
		{"from=2026-02-30", false, "!"},
		{"from=2026-02-28", false, "?from=2026-02-28"},
		{"from=2026-02-28T08:00:00%2B08:00", false, "?from=2026-02-28T08%3A00%3A00%2B08%3A00"},
		{"after=abc-_.~9=", false, "?after=abc-_.~9%3D"},
		{"after=%3Cscript%3E", false, "!"},
		{"q=" + strings.Repeat("x", 600), false, "!"},
		{strings.Repeat("a=1&", 40), false, "!"},
		{"q=" + strings.Repeat("%20", 4000), false, "!"},
	} {
		q, err := Parse(c.raw, keys(), c.strict)
		got := q.String()
		var wrong *Bad
		if errors.As(err, &wrong) {
			got = "!"
		}
		if got != c.want {
			t.Errorf("Parse(%.60q, %v) = %q (%v), want %q", c.raw, c.strict, got, err, c.want)
		}
	}
}

func TestDays(t *testing.T) {
	q, err := Parse("from=2026-11-20", keys(), true)
	if err != nil {
		t.Fatal(err)
	}
	if got := q.From("from").UTC().Format("2006-01-02T15:04"); got != "2026-11-19T16:00" {
		t.Errorf("a day begins at %s UTC", got)
	}
	if got := q.To("from").UTC().Format("2006-01-02T15:04"); got != "2026-11-20T16:00" {
		t.Errorf("a day ends at %s UTC", got)
	}
	if !q.From("nothing").IsZero() {
		t.Error("an absent day is not zero")
	}
}

func TestClean(t *testing.T) {
	for path, want := range map[string]string{
		"/": "/", "/seniors": "/seniors", "/seniors/": "/seniors", "/Article/Abc": "/article/abc", "/feed.rss": "/feed.rss", "/easy": "/easy", "/Easy/": "/easy", "/easy/seniors/": "/easy/seniors",
		"//": "", "//evil.com": "", "/a//b": "", "/a/../b": "", "/a/./b": "", "/a/..": "", "/..": "", "/.well-known": "/.well-known",
		"/a/%2e%2e/b": "", "/%61dmin": "", "/a;x": "", `/a\..\b`: "", "/a\x00": "", "/．．／": "", "/a b": "", "": "", "x": "",
	} {
		got, ok := Clean(path)
		if ok != (want != "") || ok && got != want {
			t.Errorf("Clean(%q) = %q %v, want %q", path, got, ok, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "q=1", "limit=5&after=x", "q=%F0%28", "tags[1]=2", "a=b=c&&", "from=2026-01-01"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, raw string, strict bool) {
		q, err := Parse(raw, keys(), strict)
		if err != nil {
			var wrong *Bad
			if !errors.As(err, &wrong) || len(wrong.Problems) == 0 || !utf8.ValidString(wrong.Error()) {
				t.Fatalf("refused without saying why: %v", err)
			}
			return
		}
		form := q.String()
		again, err := Parse(strings.TrimPrefix(form, "?"), keys(), true)
		if err != nil {
			t.Fatalf("own form %q of %q is refused: %v", form, raw, err)
		}
		if again.String() != form {
			t.Fatalf("%q became %q", form, again.String())
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"/", "//", "/a/", "/A/../b", "/%2e", "/a.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		to, ok := Clean(path)
		if !ok {
			return
		}
		if again, ok := Clean(to); !ok || again != to {
			t.Fatalf("%q became %q, then %q %v", path, to, again, ok)
		}
		if strings.HasPrefix(to, "//") || to[0] != '/' {
			t.Fatalf("%q may lead away", to)
		}
	})
}
