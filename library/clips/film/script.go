package film

import (
	"fmt"
	"math"
	"strings"
	"unicode"
)

// Beat is one sentence or two of a script with what is seen meanwhile. In Say
// a bar parts captions and a slash parts the lines of one; neither is read.
type Beat struct {
	Name    string
	Say     string
	Hold    float64 // seconds the picture stays after the words, beside the gap
	Chapter string  // begins here; "" for none
}

// Cue is one caption. Times are seconds on the grid of frames.
type Cue struct {
	From, To float64
	Lines    []string
}

// Moment is a sentence of the transcript or a chapter.
type Moment struct {
	At   float64
	Text string
}

// Plan is a script with its times.
type Plan struct {
	Cues       []Cue
	Transcript []Moment
	Chapters   []Moment
	Length     float64 // of the film
	Card       float64 // when the end card comes
	beats      map[string]timed
}

type timed struct {
	from, to float64
	cues     []Cue
}

// Times of the captions, in seconds.
const (
	lead     = 0.2  // before the first
	gap      = 0.12 // between two
	shortest = 1.2
	longest  = 6.0
	endCard  = 3.6 // what is left of the end card after the last words began, at least
)

// Plan times the script: each caption stays as long as its words take to read
// at the clip's pace.
func (c *Clip) Plan() (*Plan, error) {
	p := &Plan{beats: map[string]timed{}}
	t := lead
	for i, b := range c.Script {
		if _, twice := p.beats[b.Name]; twice || b.Name == "" {
			return nil, fmt.Errorf("plan %s: beat %d is called %q, as another is", c.Slug, i, b.Name)
		}
		now := timed{from: t}
		for _, part := range strings.Split(b.Say, "|") {
			cue := Cue{From: t, Lines: captionLines(part)}
			stay := max(shortest, float64(Signs(part))/c.Pace)
			cue.To = grid(t + stay)
			if cue.To-cue.From > longest {
				return nil, fmt.Errorf("plan %s: %q takes %.1f s to read", c.Slug, part, cue.To-cue.From)
			}
			now.cues = append(now.cues, cue)
			t = grid(cue.To + gap)
		}
		now.to = grid(t - gap + b.Hold)
		t = grid(now.to + gap)
		p.beats[b.Name] = now
		p.Cues = append(p.Cues, now.cues...)
		p.Transcript = append(p.Transcript, Moment{At: now.from, Text: spoken(b.Say)})
		if b.Chapter != "" {
			p.Chapters = append(p.Chapters, Moment{At: now.from, Text: b.Chapter})
		}
		if i == len(c.Script)-1 {
			p.Card = now.from
			p.Length = max(now.to+0.4, p.Card+endCard)
		}
	}
	p.Length = grid(p.Length)
	return p, nil
}

// grid puts a time on the next frame.
func grid(t float64) float64 { return math.Ceil(t*Rate-1e-6) / Rate }

// Frames is how many frames the film has.
func (p *Plan) Frames() int { return int(math.Round(p.Length * Rate)) }

func (p *Plan) beat(name string) timed {
	b, ok := p.beats[name]
	if !ok {
		panic("film: the script has no beat " + name) // the tests draw every clip
	}
	return b
}

// spoken is what a beat says, as sentences.
func spoken(say string) string { return strings.NewReplacer("|", "", "/", "").Replace(say) }

// captionLines is a caption's text: commas and stops become spaces, and none
// ends a line.
func captionLines(part string) []string {
	var lines []string
	for line := range strings.SplitSeq(part, "/") {
		line = strings.NewReplacer("，", " ", "。", " ", "；", " ").Replace(line)
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

// Signs counts what has to be read: letters, digits and Han.
func Signs(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
