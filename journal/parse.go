package journal

import (
	"fmt"
	"unicode/utf8"
)

// maxText bounds what parse looks at: offsets are 32 bits, and a state is at
// most MaxState once canonical.
const maxText = 1 << 28

// parser reads one JSON text into a tree.
type parser struct {
	tree
	at       int
	depth    int
	replaced bool // refuse \ufffd: encoding/json writes it for invalid UTF-8
}

func parse(raw []byte, replaced bool) (*tree, error) {
	if len(raw) > maxText {
		return nil, problem("", "JSON 过大：%d 字节", len(raw))
	}
	if !utf8.Valid(raw) {
		return nil, problem("", "JSON 不是有效的 UTF-8（第 %d 字节）", invalidAt(raw)+1)
	}
	p := &parser{tree: tree{in: raw, nodes: make([]node, 0, 16+len(raw)/24)}, replaced: replaced}
	p.space()
	if _, err := p.value(); err != nil {
		return nil, err
	}
	p.space()
	if p.at < len(p.in) {
		return nil, p.fail("JSON 之后还有多余的内容")
	}
	return &p.tree, nil
}

func invalidAt(raw []byte) int {
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(raw)
}

func problem(field, format string, args ...any) error {
	return &Invalid{Problems: []Problem{{Field: field, Message: fmt.Sprintf(format, args...)}}}
}

func (p *parser) fail(format string, args ...any) error {
	return problem("", "%s（第 %d 字节）", fmt.Sprintf(format, args...), p.at+1)
}

func (p *parser) space() {
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// peek is the byte at hand, 0 at the end (0 itself is never valid JSON).
func (p *parser) peek() byte {
	if p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

func (p *parser) add(n node) int32 {
	n.next = -1
	p.nodes = append(p.nodes, n)
	return int32(len(p.nodes) - 1)
}

func (p *parser) value() (int32, error) {
	switch c := p.peek(); {
	case c == '"':
		from := p.at
		k, a, b, err := p.text()
		if err != nil {
			return 0, err
		}
		if k == verbatim {
			a, b = int32(from), int32(p.at) // with its quotes
		}
		return p.add(node{kind: k, from: a, to: b}), nil
	case c == '{':
		return p.object()
	case c == '[':
		return p.container(array, ']', (*parser).value)
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return p.literal("true")
	case c == 'f':
		return p.literal("false")
	case c == 'n':
		return p.literal("null")
	case p.at >= len(p.in):
		return 0, p.fail("JSON 不完整")
	default:
		return 0, p.fail("JSON 有误")
	}
}

func (p *parser) literal(word string) (int32, error) {
	end := p.at + len(word)
	if end > len(p.in) || string(p.in[p.at:end]) != word {
		return 0, p.fail("JSON 有误")
	}
	n := p.add(node{kind: verbatim, from: int32(p.at), to: int32(end)})
	p.at = end
	return n, nil
}

func (p *parser) enter() error {
	if p.depth++; p.depth > MaxDepth {
		return p.fail("JSON 嵌套超过 %d 层", MaxDepth)
	}
	p.at++
	p.space()
	return nil
}

// container reads an array or object: what is between its brackets, in a list.
func (p *parser) container(k kind, close byte, item func(*parser) (int32, error)) (int32, error) {
	self := p.add(node{kind: k, from: -1})
	if err := p.enter(); err != nil {
		return 0, err
	}
	last := int32(-1)
	for p.peek() != close || last >= 0 { // nothing may follow a comma but an item
		next, err := item(p)
		if err != nil {
			return 0, err
		}
		p.link(self, last, next)
		last = next
		p.space()
		if p.peek() != ',' {
			break
		}
		p.at++
		p.space()
	}
	return self, p.leave(close)
}

func (p *parser) link(parent, last, item int32) {
	if last < 0 {
		p.nodes[parent].from = item
	} else {
		p.nodes[last].next = item
	}
}

func (p *parser) leave(close byte) error {
	if p.peek() != close {
		if p.at >= len(p.in) {
			return p.fail("JSON 不完整")
		}
		return p.fail("JSON 有误")
	}
	p.at++
	p.depth--
	return nil
}

func (p *parser) object() (int32, error) {
	self, err := p.container(object, '}', (*parser).member)
	if err != nil {
		return 0, err
	}
	if first := p.nodes[self].from; first >= 0 {
		head, twice := p.sort(first)
		if twice != nil {
			return 0, p.fail("JSON 对象中“%s”出现了两次", clip(twice))
		}
		p.nodes[self].from = head
	}
	return self, nil
}

func clip(name []byte) string {
	runes := []rune(string(name))
	if len(runes) > 40 {
		runes = append(runes[:40], '…')
	}
	return string(runes)
}

func (p *parser) member() (int32, error) {
	if p.peek() != '"' {
		if p.at >= len(p.in) {
			return 0, p.fail("JSON 不完整")
		}
		return 0, p.fail("JSON 有误")
	}
	keyed, key, end, err := p.text()
	if err != nil {
		return 0, err
	}
	p.space()
	if p.peek() != ':' {
		return 0, p.fail("JSON 有误")
	}
	p.at++
	p.space()
	item, err := p.value()
	if err != nil {
		return 0, err
	}
	n := &p.nodes[item]
	n.keyed, n.key, n.end = keyed, key, end
	return item, nil
}
