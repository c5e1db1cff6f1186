// Package film draws clips: a clip is a script and a function from a moment to
// an SVG frame. It owns the stage (1280 × 720), the house's palette and line,
// the timing of the script, and what is derived from it: captions, transcript
// and chapters, which for that reason cannot disagree.
//
// It refuses clocks, randomness and files: the same moment of the same clip is
// the same bytes, on every machine and in every run.
package film

import "fmt"

// The stage. Nothing that must be seen stands below Foot: players lay the
// captions there.
const (
	Width  = 1280
	Height = 720
	Foot   = 590
	Rate   = 25 // frames a second
)

// Clip is one film.
type Clip struct {
	Slug     string
	Question []string // as the opening asks it, one or two lines
	Script   []Beat   // the first beat is the question
	Pace     float64  // characters a second; see Calm and Brisk
	Specks   bool     // full of small things that move: a drawing stays two frames, and is packed tighter
	Sources  []string // of the end card, one line each
	Ground   string   // colour behind the question
	Poster   Poster
	Draw     func(f *Frame, s Show)
}

// Reading speeds: Calm is for pieces meant for seniors first.
const (
	Brisk = 4.6
	Calm  = 3.7
)

// Poster says which moment of a clip is its cover, and where the 16:10 window
// on the stage begins.
type Poster struct {
	At   string  // beat
	In   float64 // seconds into it
	Left float64 // 0 to 128
}

// Show is a moment of a clip as its drawing sees it.
type Show struct {
	T    float64 // seconds from the start
	plan *Plan
}

// At is when a beat begins.
func (s Show) At(beat string) float64 { return s.plan.beat(beat).from }

// End is when a beat's last caption goes.
func (s Show) End(beat string) float64 { return s.plan.beat(beat).to }

// Cue is when the n-th caption of a beat comes, from 0.
func (s Show) Cue(beat string, n int) float64 { return s.plan.beat(beat).cues[n].From }

// In is how many seconds ago a beat began; less than 0 before it.
func (s Show) In(beat string) float64 { return s.T - s.At(beat) }

// Move goes from 0 to 1 between two moments of a beat, in seconds from its
// start, gently at both ends.
func (s Show) Move(beat string, from, to float64) float64 {
	return Ease(Span(s.In(beat), from, to))
}

// On is 1 while the beats from the first to the last are on, with a fade of a
// third of a second at either end.
func (s Show) On(first, last string) float64 {
	return Fade(s.T, s.At(first), s.End(last), 0.34)
}

// From is On without an end.
func (s Show) From(first string) float64 { return Ease(Span(s.In(first), 0, 0.34)) }

// Still gives the n-th frame of the film.
func (c *Clip) Still(plan *Plan, n int) []byte {
	if c.Specks {
		n -= n % 2
	}
	return c.Frame(plan, float64(n)/Rate)
}

// Frame gives the SVG of a moment of the clip.
func (c *Clip) Frame(plan *Plan, t float64) []byte {
	f := &Frame{}
	s := Show{T: t, plan: plan}
	c.Draw(f, s)
	c.open(f, s)
	c.close(f, s)
	return f.document(`width="1280" height="720" viewBox="0 0 1280 720"`, "")
}

// Cover gives the SVG of the clip's poster: the scene without words.
func (c *Clip) Cover(plan *Plan, title string) []byte {
	f := &Frame{mute: true}
	c.Draw(f, Show{T: plan.beat(c.Poster.At).from + c.Poster.In, plan: plan})
	inner := &Frame{}
	inner.printf(`<g transform="translate(%s 0) scale(%s)">`, num(-c.Poster.Left*coverScale), fmt.Sprintf("%.5f", coverScale))
	inner.raw(f.b.String())
	inner.raw("</g>\n")
	return inner.document(`width="1600" height="1000" viewBox="0 0 800 500"`, title)
}

// coverScale puts the stage's height into a cover's.
const coverScale = 500.0 / Height
