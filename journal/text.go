package journal

import (
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string. Without escapes it gives the range in the input between
// the quotes, else the range in scratch that holds the text itself.
func (p *parser) text() (k kind, from, to int32, err error) {
	p.at++
	start := p.at
	for ; p.at < len(p.in); p.at++ {
		switch c := p.in[p.at]; {
		case c == '"':
			p.at++
			return verbatim, int32(start), int32(p.at - 1), nil
		case c == '\\':
			return p.unescape(start)
		case c < 0x20:
			return 0, 0, 0, p.fail("JSON 字符串中有未转义的控制字符")
		}
	}
	return 0, 0, 0, p.fail("JSON 不完整")
}

func (p *parser) unescape(start int) (k kind, from, to int32, err error) {
	from = int32(len(p.scratch))
	p.scratch = append(p.scratch, p.in[start:p.at]...)
	for p.at < len(p.in) {
		c := p.in[p.at]
		switch {
		case c == '"':
			p.at++
			return escaped, from, int32(len(p.scratch)), nil
		case c < 0x20:
			return 0, 0, 0, p.fail("JSON 字符串中有未转义的控制字符")
		case c != '\\':
			p.scratch = append(p.scratch, c)
			p.at++
			continue
		}
		if err := p.escape(); err != nil {
			return 0, 0, 0, err
		}
	}
	return 0, 0, 0, p.fail("JSON 不完整")
}

func (p *parser) escape() error {
	if p.at+1 >= len(p.in) {
		return p.fail("JSON 不完整")
	}
	c := p.in[p.at+1]
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return p.codepoint()
	default:
		return p.fail("JSON 有误")
	}
	p.scratch = append(p.scratch, c)
	p.at += 2
	return nil
}

// codepoint reads \uXXXX, or two of them that make a surrogate pair.
func (p *parser) codepoint() error {
	r, ok := p.unit(p.at)
	if !ok {
		return p.fail("JSON 有误")
	}
	size := 6
	if utf16.IsSurrogate(r) {
		low, ok := p.unit(p.at + 6)
		if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
			return p.fail("JSON 字符串中有不成对的代理项")
		}
		size = 12
	}
	if r == 0 {
		return p.fail("JSON 字符串中有 NUL 字符")
	}
	if r == utf8.RuneError && p.replaced {
		return p.fail("文字不是有效的 UTF-8")
	}
	p.scratch = utf8.AppendRune(p.scratch, r)
	p.at += size
	return nil
}

func (p *parser) unit(at int) (rune, bool) {
	if at+6 > len(p.in) || p.in[at] != '\\' || p.in[at+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range p.in[at+2 : at+6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
