package film

import (
	"html"
	"math"
	"unicode"
)

// Anchors of a word.
const (
	Start  = "start"
	Middle = "middle"
	Tail   = "end"
)

// Smallest is the least height of words on the stage.
const Smallest = 40

// Word writes a label in bold sans. A halo of the colour behind it keeps it
// readable over lines; "" for none.
func (f *Frame) Word(x, y, size float64, anchor, fill, halo, text string) {
	f.word(x, y, size, anchor, fill, halo, "", text)
}

// Song writes in the face of titles.
func (f *Frame) Song(x, y, size float64, anchor, fill, text string) {
	f.word(x, y, size, anchor, fill, "", ` font-family="Noto Serif CJK SC, serif"`, text)
}

func (f *Frame) word(x, y, size float64, anchor, fill, halo, face, text string) {
	if f.mute {
		return
	}
	f.printf(`<text x="%s" y="%s" font-size="%s" text-anchor="%s" font-weight="700"%s fill="%s"`, num(x), num(y), num(size), anchor, face, fill)
	if halo != "" {
		f.printf(` stroke="%s" stroke-width="10" stroke-linejoin="round" paint-order="stroke"`, halo)
	}
	f.printf(">%s</text>\n", html.EscapeString(text))
}

// Slip is the title slip of a step: white, framed, with the dot. It comes in
// from the left as p goes from 0 to 1.
func (f *Frame) Slip(x, y float64, text string, p float64) {
	if f.mute || p <= 0 {
		return
	}
	w := 96 + Broad(text)*46
	f.Group(Place(Mix(-40, 0, Land(p)), 0, 0, 1), p, func() {
		f.Box(x, y, w, 80, 6, White, Ink, 4)
		f.Dot(x+40, y+40, 11)
		f.Word(x+68, y+57, 46, Start, Ink, "", text)
	})
}

// Broad is how many Han wide a text is, about.
func Broad(text string) float64 {
	w := 0.0
	for _, r := range text {
		if r < 0x2000 && !unicode.Is(unicode.Han, r) {
			w += 0.58
		} else {
			w++
		}
	}
	return w
}

// Arrow goes from one point to another; its head grows with the line.
func (f *Frame) Arrow(x1, y1, x2, y2, width float64, stroke string) {
	length := math.Hypot(x2-x1, y2-y1)
	if length < width {
		return
	}
	dx, dy := (x2-x1)/length, (y2-y1)/length
	head := min(width*2.6, length)
	bx, by := x2-dx*head, y2-dy*head
	half := head * 0.56
	f.Line(Path("M", x1, y1, "L", bx, by), width, stroke)
	d := Path("M", x2, y2, "L", bx-dy*half, by+dx*half, "L", bx+dy*half, by-dx*half, "Z")
	f.printf(`<path d="%s" fill="%s" stroke="%s" stroke-width="3" stroke-linejoin="round"/>`+"\n", d, stroke, stroke)
}

// Cross and Tick judge: plum and moss, told apart by their shape.
func (f *Frame) Cross(x, y, r, p float64) {
	f.mark(x, y, r, p, Plum, Path("M", x-r*0.42, y-r*0.42, "L", x+r*0.42, y+r*0.42, "M", x+r*0.42, y-r*0.42, "L", x-r*0.42, y+r*0.42))
}

// Tick is the good mark.
func (f *Frame) Tick(x, y, r, p float64) {
	f.mark(x, y, r, p, Brand, Path("M", x-r*0.46, y+r*0.04, "L", x-r*0.1, y+r*0.38, "L", x+r*0.48, y-r*0.36))
}

func (f *Frame) mark(x, y, r, p float64, colour, d string) {
	if p <= 0 {
		return
	}
	scale := Mix(0.6, 1, Land(p))
	f.Group("translate("+num(x*(1-scale))+" "+num(y*(1-scale))+") scale("+num(scale)+")", p, func() {
		f.Disc(x, y, r, colour)
		f.Ring(x, y, r, 5, White)
		f.Line(d, r*0.2, White)
	})
}
