package library

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/content/markdown"
)

// piece is one article as its author wrote it.
type piece struct {
	name string // without .md
	meta map[string]any
	body content.Body
}

func pieces(t *testing.T) []piece {
	t.Helper()
	names, err := fs.Glob(files, "articles/*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no articles: %v", err)
	}
	var all []piece
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		meta, text, err := markdown.FrontMatter(src)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p := piece{name: strings.TrimSuffix(path.Base(name), ".md"), meta: meta}
		if p.body, err = markdown.ParseTitled(text, p.str("title")); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, p)
	}
	return all
}

func (p piece) str(name string) string {
	s, _ := p.meta[name].(string)
	return s
}

func (p piece) strs(name string) (all []string) {
	list, _ := p.meta[name].([]any)
	for _, v := range list {
		s, _ := v.(string)
		all = append(all, s)
	}
	return all
}

func (p piece) maps(name string) (all []map[string]any) {
	list, _ := p.meta[name].([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		all = append(all, m)
	}
	return all
}

func text(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}

// Two pieces for each audience: those that give it their largest weight.
func TestEveryAudienceHasTwo(t *testing.T) {
	counts := map[string]int{}
	for _, p := range pieces(t) {
		main, most := "", 0
		for _, a := range p.maps("audiences") {
			weight, err := strconv.Atoi(toString(a["weight"]))
			if err != nil || weight < 1 || weight > 100 {
				t.Errorf("%s: weight %v", p.name, a["weight"])
			}
			if !content.Audience(text(a, "audience")).Valid() {
				t.Errorf("%s: audience %v", p.name, a["audience"])
			}
			if weight > most {
				main, most = text(a, "audience"), weight
			}
		}
		counts[main]++
	}
	for _, a := range content.Audiences {
		if counts[string(a)] < 2 {
			t.Errorf("%s: %d pieces", a, counts[string(a)])
		}
	}
}

func toString(v any) string {
	if s, ok := v.(interface{ String() string }); ok {
		return s.String()
	}
	s, _ := v.(string)
	return s
}

func TestHeads(t *testing.T) {
	topics := map[string]bool{}
	for _, topic := range content.SeedTopics() {
		topics[topic.Key] = true
	}
	for _, p := range pieces(t) {
		if p.str("id") != p.name || p.str("slug") != p.name {
			t.Errorf("%s: id %q, slug %q", p.name, p.str("id"), p.str("slug"))
		}
		for _, need := range []string{"title", "summary", "plain", "author", "ai"} {
			if p.str(need) == "" {
				t.Errorf("%s: no %s", p.name, need)
			}
		}
		if p.str("licence") != "CC-BY-SA-4.0" {
			t.Errorf("%s: licence %q", p.name, p.str("licence"))
		}
		if !slices.Contains([]string{"text", "rumour", "steps", "emergency"}, p.str("form")) {
			t.Errorf("%s: form %q", p.name, p.str("form"))
		}
		for _, topic := range p.strs("topics") {
			if !topics[topic] {
				t.Errorf("%s: topic %q", p.name, topic)
			}
		}
		if region := p.str("region"); region != "" {
			if _, ok := content.FindRegion(region); !ok {
				t.Errorf("%s: region %q", p.name, region)
			}
		}
		if wrong := content.PlainProblems(p.str("plain")); len(wrong) > 0 {
			t.Errorf("%s: easy summary: %v", p.name, wrong)
		}
		checkDates(t, p)
		references := p.maps("references")
		if len(references) < 2 || len(references) > 6 {
			t.Errorf("%s: %d references", p.name, len(references))
		}
		for _, r := range references {
			if text(r, "org") == "" || text(r, "title") == "" {
				t.Errorf("%s: reference without organisation or title: %v", p.name, r)
			}
		}
	}
}

// Facts are looked at again within a year.
func checkDates(t *testing.T, p piece) {
	t.Helper()
	checked, err := time.Parse(time.DateOnly, p.str("checked"))
	again, err2 := time.Parse(time.DateOnly, p.str("recheck"))
	if err != nil || err2 != nil || !again.After(checked) || again.After(checked.AddDate(1, 0, 0)) {
		t.Errorf("%s: checked %q, again %q", p.name, p.str("checked"), p.str("recheck"))
	}
	if _, err := time.Parse(time.RFC3339, p.str("published_at")); err != nil {
		t.Errorf("%s: %v", p.name, err)
	}
}

func TestReading(t *testing.T) {
	for _, p := range pieces(t) {
		words := p.body.Text()
		if n := content.Han(words); n < 500 || n > 900 {
			t.Errorf("%s: %d Han", p.name, n)
		}
		if n := content.Han(p.body.Content[0].Inline()); n > 120 {
			t.Errorf("%s: the lead has %d Han, at most 120", p.name, n)
		}
		level := text(p.maps("audiences")[0], "level")
		if s := content.Readability(content.Prose(p.body)); s.D > content.LevelLimit(level) {
			t.Errorf("%s: difficulty %.1f, %s is at most %.0f", p.name, s.D, level, content.LevelLimit(level))
		}
		if strings.Count(words, "！") > 1 {
			t.Errorf("%s: more than one exclamation mark", p.name)
		}
		for _, worn := range []string{"众所周知", "随着", "近年来", "专家", "研究表明", "科学证实", "震惊", "千万别", "大爷", "大妈"} {
			if strings.Contains(words, worn) {
				t.Errorf("%s: %s", p.name, worn)
			}
		}
		if spaced := typedSpace.FindString(content.Prose(p.body)); spaced != "" {
			t.Errorf("%s: a space is typed in %q; pages make it", p.name, spaced)
		}
	}
}

var typedSpace = regexp.MustCompile(`\p{Han} +[0-9A-Za-z]|[0-9A-Za-z] +\p{Han}`)

// Every picture says in words what it shows, is in the folder, and every
// drawing in the folder is shown by some piece.
func TestPictures(t *testing.T) {
	shown := map[string]bool{}
	for _, p := range pieces(t) {
		cover, _ := p.meta["cover"].(map[string]any)
		pictures := append(p.body.Pictures(), content.Picture{Src: text(cover, "src"), Alt: text(cover, "alt")})
		for _, pic := range pictures {
			if n := content.Han(pic.Alt); n < 30 || n > 90 {
				t.Errorf("%s: alternative text of %s has %d Han", p.name, pic.Src, n)
			}
			if _, err := fs.Stat(files, path.Join("articles", pic.Src)); err != nil {
				t.Errorf("%s: %v", p.name, err)
			}
			shown[pic.Src] = true
		}
	}
	drawings, err := fs.Glob(files, "articles/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range drawings {
		if !shown[path.Base(name)] {
			t.Errorf("%s is shown nowhere", name)
		}
	}
}

// A label of a drawing that is 800 wide stays at least 14 px high where a phone
// of 360 px gives it 320.
const smallestLabel = 35

func TestDrawings(t *testing.T) {
	names, err := fs.Glob(files, "articles/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		labels, title := 0, ""
		f, err := files.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(f)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			switch start.Name.Local {
			case "title":
				if err := d.DecodeElement(&title, &start); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			case "text":
				var label string
				if err := d.DecodeElement(&label, &start); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if content.Han(label) == 0 {
					continue // a numeral of the drawing's own key
				}
				labels++
				if size, _ := strconv.Atoi(attr(start, "font-size")); size < smallestLabel {
					t.Errorf("%s: label %q is %d high, at least %d", name, label, size, smallestLabel)
				}
			case "svg":
				if attr(start, "viewBox") != "0 0 800 500" {
					t.Errorf("%s: viewBox %q", name, attr(start, "viewBox"))
				}
			}
		}
		if n := content.Han(title); n == 0 || n > 20 {
			t.Errorf("%s: title %q", name, title)
		}
		if labels > mostLabels[path.Base(name)] && labels > 7 {
			t.Errorf("%s: %d labels", name, labels)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// mostLabels are drawings whose labels come in pairs: a place on the line and
// what belongs to it.
var mostLabels = map[string]int{"taifeng.svg": 8, "zaosheng.svg": 10}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func TestDigest(t *testing.T) {
	if first, again := Digest(), Digest(); first != again || len(first) != 64 {
		t.Errorf("%q, then %q", first, again)
	}
}
