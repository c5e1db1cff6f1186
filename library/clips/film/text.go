package film

import (
	"fmt"
	"math"
	"strings"
)

// VTT is the captions as WebVTT.
func (p *Plan) VTT() []byte {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for _, c := range p.Cues {
		fmt.Fprintf(&b, "\n%s --> %s\n%s\n", clock(c.From), clock(c.To), strings.Join(c.Lines, "\n"))
	}
	return []byte(b.String())
}

// clock is a time as WebVTT writes it.
func clock(t float64) string {
	ms := int(math.Round(t * 1000))
	return fmt.Sprintf("%02d:%02d.%03d", ms/60000, ms/1000%60, ms%1000)
}

// YAML is the chapters and the transcript as a front matter holds them.
func (p *Plan) YAML() string {
	var b strings.Builder
	for _, part := range []struct {
		name string
		list []Moment
	}{{"chapters", p.Chapters}, {"transcript", p.Transcript}} {
		b.WriteString(part.name + ":\n")
		for _, m := range part.list {
			ms := int(math.Round(m.At * 1000))
			fmt.Fprintf(&b, "  - {at: \"%d:%02d.%03d\", text: \"%s\"}\n", ms/60000, ms/1000%60, ms%1000, m.Text)
		}
	}
	return b.String()
}

// Retell gives a piece's Markdown with the chapters and the transcript of the
// plan in place of those that end its front matter.
func (p *Plan) Retell(markdown string) (string, error) {
	head, rest, ok := strings.Cut(markdown, "\nchapters:\n")
	if !ok {
		return "", fmt.Errorf("the front matter has no chapters")
	}
	_, body, ok := strings.Cut(rest, "\n---\n")
	if !ok {
		return "", fmt.Errorf("the front matter does not end after the transcript")
	}
	return head + "\n" + p.YAML() + "---\n" + body, nil
}
