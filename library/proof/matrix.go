package proof

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// matrix moves points: x' = ax + cy + e, y' = bx + dy + f.
type matrix struct{ a, b, c, d, e, f float64 }

var unmoved = matrix{a: 1, d: 1}

// then moves by n first and by m after it, as nested transforms do.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

// scale is by how much lengths grow, on the mean.
func (m matrix) scale() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

// box gives the box around a moved box.
func (m matrix) box(b box) box {
	out := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, x := range []float64{b.left, b.right} {
		for _, y := range []float64{b.top, b.bottom} {
			mx, my := m.a*x+m.c*y+m.e, m.b*x+m.d*y+m.f
			out = box{min(out.left, mx), min(out.top, my), max(out.right, mx), max(out.bottom, my)}
		}
	}
	return out
}

var transformCall = regexp.MustCompile(`([a-zA-Z]+)\s*\(([^()]*)\)`)

// transform reads a transform attribute. What it does not know moves nothing.
func transform(value string) matrix {
	m := unmoved
	for _, call := range transformCall.FindAllStringSubmatch(value, -1) {
		var n [6]float64
		words := strings.FieldsFunc(call[2], func(c rune) bool { return c == ',' || c == ' ' || c == '\t' || c == '\n' })
		for i, w := range words {
			if i < len(n) {
				n[i] = number(w, 0)
			}
		}
		m = m.then(step(call[1], n, len(words)))
	}
	return m
}

func step(name string, n [6]float64, given int) matrix {
	turn := n[0] * math.Pi / 180
	switch name {
	case "translate":
		return matrix{1, 0, 0, 1, n[0], n[1]}
	case "scale":
		if given < 2 {
			n[1] = n[0]
		}
		return matrix{n[0], 0, 0, n[1], 0, 0}
	case "rotate":
		sin, cos := math.Sincos(turn)
		around := matrix{1, 0, 0, 1, n[1], n[2]}
		return around.then(matrix{cos, sin, -sin, cos, 0, 0}).then(matrix{1, 0, 0, 1, -n[1], -n[2]})
	case "skewX":
		return matrix{1, 0, math.Tan(turn), 1, 0, 0}
	case "skewY":
		return matrix{1, math.Tan(turn), 0, 1, 0, 0}
	case "matrix":
		return matrix{n[0], n[1], n[2], n[3], n[4], n[5]}
	}
	return unmoved
}

// number reads a number of a drawing; otherwise where it is none.
func number(s string, otherwise float64) float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return otherwise
	}
	return f
}
