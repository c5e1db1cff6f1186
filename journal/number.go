package journal

import (
	"math"
	"strconv"
)

// number reads a number. Whole numbers of up to 15 digits are canonical as
// they stand; longer ones are accepted only where a double gives the same
// digits back, so that no id or count changes silently.
func (p *parser) number() (int32, error) {
	from := p.at
	whole, ok := p.digits()
	if !ok {
		return 0, p.fail("JSON 数字有误")
	}
	text := p.in[from:p.at]
	if whole && len(text) <= 15 && string(text) != "-0" {
		return p.add(node{kind: verbatim, from: int32(from), to: int32(p.at)}), nil
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsInf(f, 0) {
		p.at = from
		return 0, p.fail("JSON 数字超出范围")
	}
	start := len(p.scratch)
	p.scratch = appendNumber(p.scratch, f)
	if whole && f != 0 && string(p.scratch[start:]) != string(text) {
		p.at = from
		return 0, p.fail("JSON 整数超出可精确表示的范围")
	}
	return p.add(node{kind: number, from: int32(start), to: int32(len(p.scratch))}), nil
}

// digits moves over a number and reports whether it is a whole one.
func (p *parser) digits() (whole, ok bool) {
	if p.peek() == '-' {
		p.at++
	}
	switch c := p.peek(); {
	case c == '0':
		p.at++
	case c >= '1' && c <= '9':
		p.run()
	default:
		return false, false
	}
	whole = true
	if p.peek() == '.' {
		whole = false
		if p.at++; !p.run() {
			return false, false
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		whole = false
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.run() {
			return false, false
		}
	}
	return whole, true
}

func (p *parser) run() bool {
	from := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at > from
}

// appendNumber writes a finite number as ECMAScript does (RFC 8785 3.2.2.3).
func appendNumber(out []byte, f float64) []byte {
	if f == 0 {
		return append(out, '0')
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.AppendFloat(out, f, 'f', -1, 64)
	}
	out = strconv.AppendFloat(out, f, 'e', -1, 64)
	// Go pads the exponent to two digits, ECMAScript does not.
	if n := len(out); out[n-2] == '0' && (out[n-3] == '-' || out[n-3] == '+') {
		out[n-2] = out[n-1]
		out = out[:n-1]
	}
	return out
}
