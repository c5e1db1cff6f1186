package library

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"math"
	"path"
	"strings"
	"testing"

	"kepu/content"
	"kepu/content/markdown"
	"kepu/library/clips/film"
	"kepu/library/clips/reel"
)

// largestClip is what a clip may weigh: every first start carries all of them.
const largestClip = 2_500_000

// clip is the piece that shows a clip.
type clip struct {
	piece
	source string
}

func clips(t *testing.T) []clip {
	t.Helper()
	names, err := fs.Glob(files, "clips/*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no clips: %v", err)
	}
	var all []clip
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		meta, text, err := markdown.FrontMatter(src)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c := clip{piece: piece{name: strings.TrimSuffix(path.Base(name), ".md"), meta: meta}, source: string(src)}
		if c.body, err = markdown.ParseTitled(text, c.str("title")); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, c)
	}
	return all
}

// What the files say is what the script of the film says.
func TestClipsTellTheirScript(t *testing.T) {
	scripts := map[string]*film.Clip{}
	for _, c := range reel.All() {
		scripts[c.Slug] = c
	}
	for _, c := range clips(t) {
		script := scripts[c.name]
		if script == nil {
			t.Errorf("%s has no script", c.name)
			continue
		}
		delete(scripts, c.name)
		plan, err := script.Plan()
		if err != nil {
			t.Fatal(err)
		}
		if told, err := plan.Retell(c.source); err != nil || told != c.source {
			t.Errorf("%s.md: chapters or transcript are not the script's (%v); run render -words", c.name, err)
		}
		for name, want := range map[string][]byte{
			c.name + ".vtt": plan.VTT(), c.name + ".svg": script.Cover(plan, strings.Join(script.Question, "")),
		} {
			if have, err := fs.ReadFile(files, "clips/"+name); err != nil || !bytes.Equal(have, want) {
				t.Errorf("%s is not the script's (%v); run render -words", name, err)
			}
		}
	}
	for slug := range scripts {
		t.Errorf("%s has no piece", slug)
	}
}

func TestClipHeads(t *testing.T) {
	topics := map[string]bool{}
	for _, topic := range content.SeedTopics() {
		topics[topic.Key] = true
	}
	for _, c := range clips(t) {
		if c.str("id") != "clip-"+c.name || c.str("slug") != c.name+"-duanpian" || c.str("kind") != content.KindVideo {
			t.Errorf("%s: id %q, slug %q, kind %q", c.name, c.str("id"), c.str("slug"), c.str("kind"))
		}
		if c.str("ai") == "" || c.str("licence") != "CC-BY-SA-4.0" {
			t.Errorf("%s: ai %q, licence %q", c.name, c.str("ai"), c.str("licence"))
		}
		for _, topic := range c.strs("topics") {
			if !topics[topic] {
				t.Errorf("%s: topic %q", c.name, topic)
			}
		}
		if wrong := content.PlainProblems(c.str("plain")); len(wrong) > 0 {
			t.Errorf("%s: easy summary: %v", c.name, wrong)
		}
		if len(c.maps("chapters")) < 3 {
			t.Errorf("%s: fewer than three chapters", c.name)
		}
		if n := len(c.maps("references")); n < 2 || n > 6 {
			t.Errorf("%s: %d references", c.name, n)
		}
		cover, _ := c.meta["cover"].(map[string]any)
		if n := content.Han(text(cover, "alt")); n < 30 || n > 90 {
			t.Errorf("%s: alternative text has %d Han", c.name, n)
		}
		if !strings.Contains(c.source, "(/article/"+c.name+")") {
			t.Errorf("%s: no way to the article", c.name)
		}
		if spaced := typedSpace.FindString(content.Prose(c.body)); spaced != "" {
			t.Errorf("%s: a space is typed in %q; pages make it", c.name, spaced)
		}
		checkDates(t, c.piece)
	}
}

// A film is small, names no date, and ends when its script does.
func TestClipFilms(t *testing.T) {
	for _, script := range reel.All() {
		plan, err := script.Plan()
		if err != nil {
			t.Fatal(err)
		}
		f, err := fs.ReadFile(files, "clips/"+script.Slug+".mp4")
		if err != nil {
			t.Error(err)
			continue
		}
		if len(f) > largestClip {
			t.Errorf("%s.mp4 has %d bytes", script.Slug, len(f))
		}
		// The movie header: version and flags, made, changed, units a second, length.
		_, head, ok := bytes.Cut(f, []byte("mvhd"))
		if !ok || len(head) < 20 {
			t.Errorf("%s.mp4 has no movie header", script.Slug)
			continue
		}
		word := func(i int) uint32 { return binary.BigEndian.Uint32(head[4*i:]) }
		if word(1) != 0 || word(2) != 0 {
			t.Errorf("%s.mp4 names a date", script.Slug)
		}
		if length := float64(word(4)) / float64(word(3)); math.Abs(length-plan.Length) > 0.05 {
			t.Errorf("%s.mp4 is %.2f s long, its script %.2f s; run render", script.Slug, length, plan.Length)
		}
	}
}
