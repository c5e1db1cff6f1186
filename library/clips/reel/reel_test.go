package reel

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"kepu/library/clips/film"
)

func plans(t *testing.T) map[*film.Clip]*film.Plan {
	t.Helper()
	all := map[*film.Clip]*film.Plan{}
	for _, c := range All() {
		p, err := c.Plan()
		if err != nil {
			t.Fatal(err)
		}
		all[c] = p
	}
	return all
}

// The limits of captions are the editorial guide's; a digit counts as a Han.
func TestCaptions(t *testing.T) {
	for c, p := range plans(t) {
		if p.Length < 20 || p.Length > 75 {
			t.Errorf("%s is %.1f s long", c.Slug, p.Length)
		}
		if p.Length-p.Card < 3 {
			t.Errorf("%s: the end card stays %.1f s", c.Slug, p.Length-p.Card)
		}
		last := 0.0
		for _, cue := range p.Cues {
			text := strings.Join(cue.Lines, " ")
			stay := cue.To - cue.From
			if stay < 1.2-1e-9 || stay > 6+1e-9 || cue.From-last < 0.08 || cue.To > p.Length {
				t.Errorf("%s: %q from %.2f to %.2f, after %.2f", c.Slug, text, cue.From, cue.To, last)
			}
			last = cue.To
			most := 5.0
			if c.Pace == film.Calm {
				most = 4
			}
			if speed := float64(film.Signs(text)) / stay; speed > most {
				t.Errorf("%s: %q is %.1f signs a second", c.Slug, text, speed)
			}
			if len(cue.Lines) > 2 {
				t.Errorf("%s: %q has %d lines", c.Slug, text, len(cue.Lines))
			}
			for _, line := range cue.Lines {
				if n := utf8.RuneCountInString(line); n > 16 || n == 0 {
					t.Errorf("%s: line %q has %d signs", c.Slug, line, n)
				}
				if strings.ContainsAny(line, "，。；") || strings.ContainsAny(line[len(line)-3:], "、") {
					t.Errorf("%s: line %q has a stop that a caption does not", c.Slug, line)
				}
			}
		}
	}
}

// moments are three a second, the first and the last frame with them.
func moments(p *film.Plan) (all []float64) {
	for i := 0; i < p.Frames(); i += 8 {
		all = append(all, float64(i)/film.Rate)
	}
	return append(all, float64(p.Frames()-1)/film.Rate)
}

var broken = regexp.MustCompile(`NaN|Inf|\?[ "]`)

func TestFrames(t *testing.T) {
	for c, p := range plans(t) {
		for _, at := range moments(p) {
			svg := c.Frame(p, at)
			if !bytes.Equal(svg, c.Frame(p, at)) {
				t.Fatalf("%s: the frame at %.2f s is not always the same", c.Slug, at)
			}
			if found := broken.Find(svg); found != nil {
				t.Errorf("%s: %q at %.2f s", c.Slug, found, at)
			}
			wellFormed(t, c.Slug, at, svg)
		}
	}
}

// wellFormed reads a frame and measures its words.
func wellFormed(t *testing.T, slug string, at float64, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s at %.2f s: %v", slug, at, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "text" {
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Local != "font-size" {
				continue
			}
			if size, err := strconv.ParseFloat(a.Value, 64); err != nil || size < film.Smallest {
				t.Errorf("%s at %.2f s: words %s high", slug, at, a.Value)
			}
		}
	}
}

// A cover has no words but its title, for screen readers.
func TestCovers(t *testing.T) {
	for c, p := range plans(t) {
		svg := string(c.Cover(p, "题"))
		if strings.Contains(svg, "<text") || !strings.Contains(svg, `viewBox="0 0 800 500"`) {
			t.Errorf("%s: the cover has words or another size", c.Slug)
		}
		for _, line := range c.Question {
			if !strings.ContainsFunc(line, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s asks nothing", c.Slug)
			}
		}
	}
}

// The sums of the fact sheet: 45 and 125 kilogrammes.
func TestWeight(t *testing.T) {
	if weight(0.3) != 45 || weight(0.5) != 125 {
		t.Errorf("%v, %v", weight(0.3), weight(0.5))
	}
}

// One push is one cycle of 110 a minute, within 100 to 120.
func TestBeat(t *testing.T) {
	if a, b := beatOf(0.2), beatOf(0.2+60.0/110); a-b > 1e-9 || b-a > 1e-9 || beatOf(30.0/110) < 0.999 {
		t.Errorf("%v, %v", a, b)
	}
}
