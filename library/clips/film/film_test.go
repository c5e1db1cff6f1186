package film

import (
	"strings"
	"testing"
)

func script(say ...string) *Clip {
	c := &Clip{Slug: "t", Question: []string{"问"}, Pace: Brisk, Draw: func(f *Frame, s Show) { f.Dot(100*s.T, 10, 5) }}
	for i, s := range say {
		c.Script = append(c.Script, Beat{Name: string(rune('a' + i)), Say: s, Chapter: "章"})
	}
	return c
}

func TestPlan(t *testing.T) {
	p, err := script("潮水，来了。|一层叠/一层。", "看文章。").Plan()
	if err != nil {
		t.Fatal(err)
	}
	want := "WEBVTT\n\n00:00.200 --> 00:01.400\n潮水 来了\n\n00:01.520 --> 00:02.720\n一层叠\n一层\n\n00:02.840 --> 00:04.040\n看文章\n"
	if got := string(p.VTT()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if p.Transcript[0].Text != "潮水，来了。一层叠一层。" || p.Card != 2.84 {
		t.Errorf("%+v, card %v", p.Transcript, p.Card)
	}
	if _, err := script(strings.Repeat("长", 40)).Plan(); err == nil {
		t.Error("a caption that takes nine seconds is let through")
	}
	c := script("一", "二")
	c.Script[1].Name = "a"
	if _, err := c.Plan(); err == nil {
		t.Error("two beats of one name are let through")
	}
}

func TestRetell(t *testing.T) {
	p, err := script("一").Plan()
	if err != nil {
		t.Fatal(err)
	}
	told, err := p.Retell("---\nid: x\nchapters:\n  - old\n---\nbody\n")
	want := "---\nid: x\nchapters:\n  - {at: \"0:00.200\", text: \"章\"}\ntranscript:\n  - {at: \"0:00.200\", text: \"一\"}\n---\nbody\n"
	if err != nil || told != want {
		t.Errorf("%v\n%s", err, told)
	}
	if again, err := p.Retell(told); err != nil || again != told {
		t.Errorf("told again it differs: %v", err)
	}
	if _, err := p.Retell("---\nid: x\n---\n"); err == nil {
		t.Error("a head without chapters is let through")
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct{ t, a, b, want float64 }{
		{1, 0, 4, 0.25}, {-1, 0, 4, 0}, {9, 0, 4, 1}, {3, 4, 0, 0.25}, {5, 4, 0, 0}, {1, 2, 2, 0}, {2, 2, 2, 1},
	} {
		if got := Span(c.t, c.a, c.b); got != c.want {
			t.Errorf("Span(%v, %v, %v) = %v, want %v", c.t, c.a, c.b, got, c.want)
		}
	}
}
