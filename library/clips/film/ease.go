package film

import (
	"fmt"
	"math"
)

// Span is how far t is on the way from a to b, from 0 to 1; b may be the lesser.
func Span(t, a, b float64) float64 {
	if b == a {
		if t < a {
			return 0
		}
		return 1
	}
	return min(1, max(0, (t-a)/(b-a)))
}

// Ease makes even progress start and end gently.
func Ease(p float64) float64 { return p * p * p * (p*(6*p-15) + 10) }

// Land makes even progress start at once and end gently.
func Land(p float64) float64 { return 1 - (1-p)*(1-p)*(1-p) }

// Mix is what lies p of the way from a to b.
func Mix(a, b, p float64) float64 { return a + (b-a)*p }

// Fade is 1 between two moments, and 0 outside, over a ramp inside them.
func Fade(t, from, to, ramp float64) float64 {
	return Ease(Span(t, from, from+ramp)) * (1 - Ease(Span(t, to-ramp, to)))
}

// Wave swings between −1 and 1.
func Wave(t, period, phase float64) float64 { return math.Sin(2 * math.Pi * (t/period + phase)) }

// Cycle is how far t is into a period, from 0 to 1.
func Cycle(t, period, phase float64) float64 {
	_, p := math.Modf(t/period + phase)
	if p < 0 {
		p++
	}
	return p
}

// Chance is a number from 0 to 1 that looks drawn by lot and is always the same
// for the same n and kind: particles have no memory between frames.
func Chance(n, kind int) float64 {
	x := uint32(n)*2654435761 ^ uint32(kind)*40503*65537
	x ^= x >> 16
	x *= 0x7feb352d
	x ^= x >> 15
	x *= 0x846ca68b
	x ^= x >> 16
	return float64(x) / (1 << 32)
}

// Blend is a colour p of the way from one to another, both #RRGGBB.
func Blend(a, b string, p float64) string {
	var from, to [3]int
	for i, s := range []string{a, b} {
		into := &from
		if i == 1 {
			into = &to
		}
		if _, err := fmt.Sscanf(s, "#%02x%02x%02x", &into[0], &into[1], &into[2]); err != nil {
			return a // not a colour: the drawing shows it, the tests say it
		}
	}
	p = min(1, max(0, p))
	mix := func(i int) int { return int(math.Round(Mix(float64(from[i]), float64(to[i]), p))) }
	return fmt.Sprintf("#%02X%02X%02X", mix(0), mix(1), mix(2))
}
