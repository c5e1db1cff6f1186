package prose

import (
	"errors"
	"html/template"
	"strings"
	"unicode/utf8"
)

// Limits of a formula.
const (
	maxTeX      = 2000
	maxTeXDepth = 30
	maxTeXNodes = 600
)

var errTeX = errors.New("formula not understood")

// MathML writes a formula of the TeX subset that school books need: fractions,
// roots, sub- and superscripts, Greek, operators, functions, accents, text. ok
// is false where it meets anything else; then the words must do.
func MathML(tex string) (math string, ok bool) {
	if tex = strings.TrimSpace(tex); tex == "" || len(tex) > maxTeX || !utf8.ValidString(tex) {
		return "", false
	}
	p := texParser{s: tex}
	row, err := p.row(0)
	if err != nil || p.i != len(p.s) {
		return "", false
	}
	return `<math display="block">` + row + "</math>", true
}

type texParser struct {
	s     string
	i     int
	nodes int
}

// row reads up to a closing brace, \right, ] of a root, or the end.
func (p *texParser) row(depth int) (string, error) {
	if depth > maxTeXDepth {
		return "", errTeX
	}
	var b strings.Builder
	count := 0
	for {
		p.space()
		if p.i == len(p.s) || p.s[p.i] == '}' || strings.HasPrefix(p.s[p.i:], `\right`) && !letter(p.at(p.i+6)) {
			break
		}
		atom, err := p.scripted(depth)
		if err != nil {
			return "", err
		}
		b.WriteString(atom)
		count++
	}
	if count == 1 {
		return b.String(), nil
	}
	return "<mrow>" + b.String() + "</mrow>", nil
}

func (p *texParser) at(i int) byte {
	if i < len(p.s) {
		return p.s[i]
	}
	return 0
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func (p *texParser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\n~", p.s[p.i]) >= 0 {
		p.i++
	}
}

// scripted reads an atom with what stands above and below it.
func (p *texParser) scripted(depth int) (string, error) {
	if p.nodes++; p.nodes > maxTeXNodes {
		return "", errTeX
	}
	base, limits, err := p.atom(depth)
	if err != nil {
		return "", err
	}
	var sub, sup string
	for {
		p.space()
		switch p.at(p.i) {
		case '_':
			if sub != "" {
				return "", errTeX
			}
			p.i++
			if sub, err = p.argument(depth); err != nil {
				return "", err
			}
		case '^':
			if sup != "" {
				return "", errTeX
			}
			p.i++
			if sup, err = p.argument(depth); err != nil {
				return "", err
			}
		case '\'':
			if sup != "" {
				return "", errTeX
			}
			p.i++
			sup = "<mo>′</mo>"
		default:
			return script(base, sub, sup, limits), nil
		}
	}
}

func script(base, sub, sup string, limits bool) string {
	names := [3]string{"msub", "msup", "msubsup"}
	if limits {
		names = [3]string{"munder", "mover", "munderover"}
	}
	switch {
	case sub == "" && sup == "":
		return base
	case sup == "":
		return wrap(names[0], base+sub)
	case sub == "":
		return wrap(names[1], base+sup)
	}
	return wrap(names[2], base+sub+sup)
}

func wrap(tag, inner string) string { return "<" + tag + ">" + inner + "</" + tag + ">" }

// argument reads a braced group or one atom, as one element.
func (p *texParser) argument(depth int) (string, error) {
	if depth > maxTeXDepth {
		return "", errTeX
	}
	p.space()
	if p.at(p.i) == '{' {
		return p.group(depth)
	}
	if c := p.at(p.i); c == 0 || c == '}' || c == '^' || c == '_' {
		return "", errTeX
	}
	atom, _, err := p.atom(depth + 1)
	return atom, err
}

func (p *texParser) group(depth int) (string, error) {
	p.i++
	row, err := p.row(depth + 1)
	if err != nil {
		return "", err
	}
	if p.at(p.i) != '}' {
		return "", errTeX
	}
	p.i++
	return row, nil
}

// atom reads one element; limits says that its scripts stand above and below.
func (p *texParser) atom(depth int) (element string, limits bool, err error) {
	c := p.at(p.i)
	switch {
	case c == '{':
		element, err = p.group(depth)
		return element, false, err
	case c == '\\':
		return p.command(depth)
	case c >= '0' && c <= '9':
		start := p.i
		for d := p.at(p.i); d >= '0' && d <= '9' || (d == '.' || d == ',') && digit(p.at(p.i+1)); d = p.at(p.i) {
			p.i++
		}
		return "<mn>" + p.s[start:p.i] + "</mn>", false, nil
	case letter(c):
		p.i++
		return "<mi>" + string(c) + "</mi>", false, nil
	case strings.IndexByte("+-*/=<>()[]|!,.:;?", c) >= 0:
		p.i++
		return operator(string(c)), false, nil
	case c >= utf8.RuneSelf:
		r, size := utf8.DecodeRuneInString(p.s[p.i:])
		if r < 0xa0 || strings.ContainsRune("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", r) {
			return "", false, errTeX
		}
		p.i += size
		if strings.ContainsRune("×÷±·≈≤≥≠→⇌∞°℃%", r) {
			return "<mo>" + string(r) + "</mo>", false, nil
		}
		return "<mtext>" + string(r) + "</mtext>", false, nil
	}
	return "", false, errTeX
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func operator(s string) string {
	if s == "-" {
		s = "−"
	}
	return "<mo>" + template.HTMLEscapeString(s) + "</mo>"
}

// words reads a braced text that is not mathematics.
func (p *texParser) words() (string, error) {
	p.space()
	if p.at(p.i) != '{' {
		return "", errTeX
	}
	end := strings.IndexAny(p.s[p.i+1:], "{}\\$")
	if end < 0 || p.s[p.i+1+end] != '}' {
		return "", errTeX
	}
	said := p.s[p.i+1 : p.i+1+end]
	p.i += end + 2
	return said, nil
}
