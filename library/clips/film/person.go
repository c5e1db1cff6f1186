package film

import "math"

// Pose is how a person holds themselves. Angles are in degrees from straight
// down, forward (to the right) positive: 90 is level, 180 is up. Each limb has
// two pieces.
type Pose struct {
	Lean        float64 // of the trunk from straight up, forward positive
	Arm, Fore   float64 // the near arm
	Arm2, Fore2 float64
	Leg, Shin   float64
	Leg2, Shin2 float64
}

// Stand is at rest.
func Stand() Pose {
	return Pose{Arm: 8, Fore: 14, Arm2: -6, Fore2: 2, Leg: 3, Shin: 1, Leg2: -5, Shin2: -7}
}

// Walk is a step's phase, from 0 to 1.
func Walk(phase float64) Pose {
	s, c := math.Sincos(2 * math.Pi * phase)
	return Pose{
		Lean: 5, Arm: -26 * s, Fore: -26*s + 18, Arm2: 26 * s, Fore2: 26*s + 18,
		Leg: 28 * s, Shin: 28*s - 18*(1-c)*0.7 - 4, Leg2: -28 * s, Shin2: -28*s - 18*(1+c)*0.7 - 4,
	}
}

// Between is the pose p of the way from a to b.
func Between(a, b Pose, p float64) Pose {
	return Pose{
		Mix(a.Lean, b.Lean, p), Mix(a.Arm, b.Arm, p), Mix(a.Fore, b.Fore, p), Mix(a.Arm2, b.Arm2, p), Mix(a.Fore2, b.Fore2, p),
		Mix(a.Leg, b.Leg, p), Mix(a.Shin, b.Shin, p), Mix(a.Leg2, b.Leg2, p), Mix(a.Shin2, b.Shin2, p),
	}
}

// Lengths of a person of scale 1, who is about 200 high.
const (
	trunk  = 62.0
	upper  = 36.0
	thigh  = 44.0
	limb   = 17.0
	skull  = 21.0
	hipTop = 2 * thigh
)

// Look is how a person is drawn: from the side, without a face.
type Look struct {
	Body   string // colour of clothes
	Helmet string // colour, "" for none
}

// Person draws a person whose hip is at the origin, looking to the right, and
// gives where the near hand is.
func (f *Frame) Person(p Pose, l Look) Point {
	if l.Body == "" {
		l.Body = Ink
	}
	hip := Point{}
	shoulder := step(hip, 180+p.Lean*-1, trunk)
	head := step(shoulder, 180-p.Lean*1.15, skull+11)
	f.limb(hip, p.Leg2, p.Shin2, thigh, Ink)
	f.limb(shoulder, p.Arm2, p.Fore2, upper, l.Body)
	f.limb(hip, p.Leg, p.Shin, thigh, Ink)
	f.Line(Path("M", hip.X, hip.Y, "L", shoulder.X, shoulder.Y), limb+9, l.Body)
	f.Disc(head.X, head.Y, skull, Ink)
	if l.Helmet != "" {
		f.Group(Place(head.X, head.Y, p.Lean, 1), 1, func() {
			f.Fill("M-24 -4C-24 -34 24 -34 24 -4L31 -4L31 2L-24 2Z", l.Helmet)
		})
	}
	return f.limb(shoulder, p.Arm, p.Fore, upper, l.Body)
}

// limb draws two pieces and gives where they end.
func (f *Frame) limb(from Point, first, second, length float64, colour string) Point {
	joint := step(from, first, length)
	end := step(joint, second, length)
	f.Line(Path("M", from.X, from.Y, "L", joint.X, joint.Y, "L", end.X, end.Y), limb, colour)
	return end
}

func step(from Point, degrees, length float64) Point {
	s, c := math.Sincos(degrees * math.Pi / 180)
	return Point{from.X + s*length, from.Y + c*length}
}

// Standing is the transform of a person whose feet are at (x, y).
func Standing(x, y, scale float64) string { return Place(x, y-(hipTop+limb/2)*scale, 0, scale) }

// Facing is Standing for one who looks to the left.
func Facing(x, y, scale float64) string { return Mirror(x, y-(hipTop+limb/2)*scale, scale) }
