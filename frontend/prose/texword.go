package prose

import (
	"html/template"
	"strings"
)

// command reads what begins with a backslash.
func (p *texParser) command(depth int) (element string, limits bool, err error) {
	p.i++
	start := p.i
	for letter(p.at(p.i)) {
		p.i++
	}
	name := p.s[start:p.i]
	if name == "" {
		return p.symbol()
	}
	if s, ok := letters[name]; ok {
		return "<mi>" + s + "</mi>", false, nil
	}
	if s, ok := signs[name]; ok {
		return "<mo>" + s + "</mo>", false, nil
	}
	if s, ok := large[name]; ok {
		return "<mo>" + s + "</mo>", name != "int", nil
	}
	if strings.Contains(functions, " "+name+" ") {
		return "<mi>" + name + "</mi>", name == "lim" || name == "max" || name == "min", nil
	}
	if s, ok := spaces[name]; ok {
		return s, false, nil
	}
	element, err = p.structure(name, depth+1)
	return element, false, err
}

// symbol reads a backslash before something that is no letter.
func (p *texParser) symbol() (string, bool, error) {
	c := p.at(p.i)
	p.i++
	switch c {
	case '%', '#', '&', '_', '$', '{', '}':
		return "<mo>" + template.HTMLEscapeString(string(c)) + "</mo>", false, nil
	case ',', ';', ':', ' ', '!':
		return spaces[string(c)], false, nil
	}
	return "", false, errTeX
}

// structure reads a command with arguments.
func (p *texParser) structure(name string, depth int) (string, error) {
	if depth > maxTeXDepth {
		return "", errTeX
	}
	switch name {
	case "frac", "dfrac", "tfrac":
		above, err := p.argument(depth)
		if err != nil {
			return "", err
		}
		below, err := p.argument(depth)
		return wrap("mfrac", above+below), err
	case "sqrt":
		return p.root(depth)
	case "text", "mathrm", "operatorname", "mbox":
		said, err := p.words()
		return wrap("mtext", template.HTMLEscapeString(said)), err
	case "left":
		return p.fence(depth)
	}
	if mark, ok := accents[name]; ok {
		under, err := p.argument(depth)
		return wrap("mover", under+`<mo stretchy="false">`+mark+"</mo>"), err
	}
	return "", errTeX
}

func (p *texParser) root(depth int) (string, error) {
	p.space()
	index := ""
	if p.at(p.i) == '[' {
		end := strings.IndexByte(p.s[p.i:], ']')
		if end < 2 || end > 8 || strings.Trim(p.s[p.i+1:p.i+end], "0123456789n") != "" {
			return "", errTeX
		}
		index = wrap("mn", p.s[p.i+1:p.i+end])
		p.i += end + 1
	}
	under, err := p.argument(depth)
	if index != "" {
		return wrap("mroot", under+index), err
	}
	return wrap("msqrt", under), err
}

// fence reads \left( … \right).
func (p *texParser) fence(depth int) (string, error) {
	open, err := p.delimiter()
	if err != nil {
		return "", err
	}
	inner, err := p.row(depth)
	if err != nil || !strings.HasPrefix(p.s[p.i:], `\right`) {
		return "", errTeX
	}
	p.i += len(`\right`)
	end, err := p.delimiter()
	return wrap("mrow", open+inner+end), err
}

func (p *texParser) delimiter() (string, error) {
	p.space()
	c := p.at(p.i)
	p.i++
	switch {
	case c == '.':
		return "", nil
	case c == '\\' && (p.at(p.i) == '{' || p.at(p.i) == '}'):
		p.i++
		return "<mo>" + p.s[p.i-1:p.i] + "</mo>", nil
	case c != 0 && strings.IndexByte("()[]|/", c) >= 0:
		return "<mo>" + string(c) + "</mo>", nil
	}
	return "", errTeX
}

var letters = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
	"theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
	"rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
	"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
	"Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "infty": "∞", "partial": "∂", "nabla": "∇", "hbar": "ℏ", "ell": "ℓ", "emptyset": "∅",
}

var signs = map[string]string{
	"times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "ast": "∗", "circ": "∘", "degree": "°",
	"le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡", "sim": "∼", "propto": "∝",
	"ll": "≪", "gg": "≫", "to": "→", "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒", "Leftrightarrow": "⇔",
	"rightleftharpoons": "⇌", "uparrow": "↑", "downarrow": "↓", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩",
	"forall": "∀", "exists": "∃", "angle": "∠", "perp": "⊥", "parallel": "∥", "prime": "′", "ldots": "…", "dots": "…",
	"cdots": "⋯", "mid": "|", "lt": "&lt;", "gt": "&gt;", "land": "∧", "lor": "∨",
}

var large = map[string]string{"sum": "∑", "prod": "∏", "int": "∫"}

var accents = map[string]string{"bar": "¯", "overline": "¯", "vec": "→", "hat": "^", "dot": "˙", "ddot": "¨", "tilde": "˜"}

const functions = " sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp lim max min det "

var spaces = map[string]string{
	",": `<mspace width=".17em"/>`, ":": `<mspace width=".22em"/>`, ";": `<mspace width=".28em"/>`, " ": `<mspace width=".33em"/>`,
	"!": "", "quad": `<mspace width="1em"/>`, "qquad": `<mspace width="2em"/>`,
}
