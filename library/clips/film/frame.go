package film

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Frame is a picture being drawn, back to front.
type Frame struct {
	b    strings.Builder
	mute bool // words are left out
	clip int  // clip paths so far
}

func (f *Frame) raw(s string) { f.b.WriteString(s) }

func (f *Frame) printf(format string, args ...any) { fmt.Fprintf(&f.b, format, args...) }

// document is the whole SVG. Every frame has the same head, so that two frames
// differ only where the picture does.
func (f *Frame) document(size, title string) []byte {
	head := `<svg xmlns="http://www.w3.org/2000/svg" ` + size + ` font-family="Noto Sans CJK SC, sans-serif">` + "\n"
	if title != "" { // a cover, which has no words and is shown by any browser
		head = `<svg xmlns="http://www.w3.org/2000/svg" ` + size + ">\n"
	}
	if title != "" {
		head += "<title>" + html.EscapeString(title) + "</title>\n"
	}
	return []byte(head + f.b.String() + "</svg>\n")
}

// num writes a length with two decimals at most.
func num(v float64) string {
	v = math.Round(v*100) / 100
	if v == 0 {
		v = 0 // not -0
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// Path joins commands and numbers into path data.
func Path(parts ...any) string {
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case float64:
			b.WriteString(num(p) + " ")
		case int:
			b.WriteString(strconv.Itoa(p) + " ")
		default:
			b.WriteString("?") // no such command: the well-formedness test sees it
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// Rect is a filled rectangle with round corners of radius r.
func (f *Frame) Rect(x, y, w, h, r float64, fill string) {
	if w <= 0 || h <= 0 {
		return
	}
	f.printf(`<rect x="%s" y="%s" width="%s" height="%s" rx="%s" fill="%s"/>`+"\n", num(x), num(y), num(w), num(h), num(r), fill)
}

// Box is an outlined rectangle; fill may be "none".
func (f *Frame) Box(x, y, w, h, r float64, fill, stroke string, width float64) {
	f.printf(`<rect x="%s" y="%s" width="%s" height="%s" rx="%s" fill="%s" stroke="%s" stroke-width="%s"/>`+"\n",
		num(x), num(y), num(w), num(h), num(r), fill, stroke, num(width))
}

// Disc is a filled circle.
func (f *Frame) Disc(x, y, r float64, fill string) {
	if r <= 0 {
		return
	}
	f.printf(`<circle cx="%s" cy="%s" r="%s" fill="%s"/>`+"\n", num(x), num(y), num(r), fill)
}

// Oval is a filled ellipse.
func (f *Frame) Oval(x, y, rx, ry float64, fill string) {
	f.printf(`<ellipse cx="%s" cy="%s" rx="%s" ry="%s" fill="%s"/>`+"\n", num(x), num(y), num(rx), num(ry), fill)
}

// Ring is a circle's line.
func (f *Frame) Ring(x, y, r, width float64, stroke string) {
	f.printf(`<circle cx="%s" cy="%s" r="%s" fill="none" stroke="%s" stroke-width="%s"/>`+"\n", num(x), num(y), num(max(r, 0)), stroke, num(width))
}

// Dot is the house's one dot: loquat with a ring of ink.
func (f *Frame) Dot(x, y, r float64) {
	f.printf(`<circle cx="%s" cy="%s" r="%s" fill="%s" stroke="%s" stroke-width="%s"/>`+"\n", num(x), num(y), num(r), Loquat, Ink, num(max(3, r*0.36)))
}

// Fill is a filled path.
func (f *Frame) Fill(d, fill string) { f.printf(`<path d="%s" fill="%s"/>`+"\n", d, fill) }

// Line is a path's line with round caps.
func (f *Frame) Line(d string, width float64, stroke string) {
	f.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linecap="round" stroke-linejoin="round"/>`+"\n", d, stroke, num(width))
}

// Shape is a filled path with a line of ink.
func (f *Frame) Shape(d, fill string, width float64) {
	f.printf(`<path d="%s" fill="%s" stroke="%s" stroke-width="%s" stroke-linecap="round" stroke-linejoin="round"/>`+"\n", d, fill, Ink, num(width))
}

// Dash is a broken line; shift moves the breaks along it.
func (f *Frame) Dash(d string, width float64, stroke string, on, off, shift float64) {
	f.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linecap="round" stroke-dasharray="%s %s" stroke-dashoffset="%s"/>`+"\n",
		d, stroke, num(width), num(on), num(off), num(-shift))
}

// Part draws the first p of a line whose whole length is about so long.
func (f *Frame) Part(d string, width float64, stroke string, p, length float64) {
	switch {
	case p <= 0:
	case p >= 1:
		f.Line(d, width, stroke)
	default:
		f.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linecap="round" stroke-linejoin="round" stroke-dasharray="%s %s"/>`+"\n",
			d, stroke, num(width), num(p*length), num(length*2))
	}
}

// Group draws with an opacity and a transform ("" for none); what cannot be
// seen is not drawn.
func (f *Frame) Group(transform string, opacity float64, draw func()) {
	if opacity <= 0.004 {
		return
	}
	f.raw("<g")
	if transform != "" {
		f.printf(` transform="%s"`, transform)
	}
	if opacity < 0.996 {
		f.printf(` opacity="%s"`, num(opacity))
	}
	f.raw(">\n")
	draw()
	f.raw("</g>\n")
}

// Inside draws only within a path.
func (f *Frame) Inside(d string, draw func()) {
	f.clip++
	id := "c" + strconv.Itoa(f.clip)
	f.printf(`<clipPath id="%s"><path d="%s"/></clipPath><g clip-path="url(#%s)">`+"\n", id, d, id)
	draw()
	f.raw("</g>\n")
}

// Place is a transform that puts a drawing's origin at (x, y), turned by
// degrees and scaled.
func Place(x, y, degrees, scale float64) string {
	t := "translate(" + num(x) + " " + num(y) + ")"
	if degrees != 0 {
		t += " rotate(" + num(degrees) + ")"
	}
	if scale != 1 {
		t += " scale(" + strconv.FormatFloat(math.Round(scale*1e4)/1e4, 'f', -1, 64) + ")"
	}
	return t
}

// Mirror is Place for a drawing that looks the other way.
func Mirror(x, y, scale float64) string {
	return "translate(" + num(x) + " " + num(y) + ") scale(" + num(-scale) + " " + num(scale) + ")"
}
