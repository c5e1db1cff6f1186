package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// MaxDepth is how deep arrays and objects may nest in a state.
const MaxDepth = 512

// Canonical gives the one form (RFC 8785) of a JSON text: members sorted by
// UTF-16 code units, no white space, shortest numbers. It is strict where JSON
// libraries are lenient, so that what was checked is what is kept: duplicate
// members, bytes that are not UTF-8, lone surrogates, NUL characters, nesting
// beyond MaxDepth, numbers a double does not hold and anything after the value
// are *Invalid. raw is not kept and not modified.
func Canonical(raw []byte) ([]byte, error) {
	t, err := parse(raw, false)
	if err != nil {
		return nil, err
	}
	return t.write(), nil
}

// Encode marshals v and gives its canonical form. A string in v that is not
// UTF-8 is *Invalid; encoding/json alone would replace it silently.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	t, err := parse(b.Bytes(), true)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return t.write(), nil
}

// Sum is the hash of a canonical state; "" for nil, the state of a deletion.
func Sum(canonical []byte) Hash {
	if canonical == nil {
		return ""
	}
	sum := sha256.Sum256(canonical)
	return Hash(hex.EncodeToString(sum[:]))
}

// Format is the member v of a state, the format it was written in; 0 where
// there is none or it is no whole number from 0 to 1,000,000.
func Format(state []byte) int {
	if state == nil {
		return 0
	}
	t, err := parse(state, false)
	if err != nil {
		return 0
	}
	return t.format()
}

// tree is a parsed JSON text. Parsing and writing are two passes over flat
// slices, so that the work is linear in the text however it nests.
type tree struct {
	in      []byte  // the text
	scratch []byte  // what needed rewriting: unescaped strings, numbers
	nodes   []node  // nodes[0] is the whole value
	order   []int32 // of the members being sorted
}

type kind uint8

const (
	verbatim kind = iota // in[from:to] is already canonical
	number               // scratch[from:to] is canonical
	escaped              // scratch[from:to] is a string's text, to be escaped
	array                // from: first child or -1
	object
)

type node struct {
	kind     kind
	keyed    kind // of the member's name: verbatim (without quotes) or escaped
	key, end int32
	from, to int32
	next     int32 // sibling or -1
}

// name is the text of a member's name, without escapes.
func (t *tree) name(n *node) []byte {
	if n.keyed == escaped {
		return t.scratch[n.key:n.end]
	}
	return t.in[n.key:n.end]
}

func (t *tree) format() int {
	root := &t.nodes[0]
	if root.kind != object {
		return 0
	}
	for i := root.from; i >= 0; i = t.nodes[i].next {
		n := &t.nodes[i]
		if string(t.name(n)) != "v" || n.kind != verbatim {
			continue
		}
		v := 0
		for _, c := range t.in[n.from:n.to] {
			if c < '0' || c > '9' || v > 100_000 {
				return 0
			}
			v = v*10 + int(c-'0')
		}
		if v > 1_000_000 {
			return 0
		}
		return v
	}
	return 0
}

func (t *tree) write() []byte {
	return t.append(make([]byte, 0, len(t.in)), 0)
}

func (t *tree) append(out []byte, at int32) []byte {
	n := &t.nodes[at]
	switch n.kind {
	case verbatim:
		return append(out, t.in[n.from:n.to]...)
	case number:
		return append(out, t.scratch[n.from:n.to]...)
	case escaped:
		return quote(out, t.scratch[n.from:n.to])
	case array:
		out = append(out, '[')
		for i := n.from; i >= 0; i = t.nodes[i].next {
			if i != n.from {
				out = append(out, ',')
			}
			out = t.append(out, i)
		}
		return append(out, ']')
	default:
		return t.members(out, n)
	}
}

// members writes an object, whose members were linked in order when it was read.
func (t *tree) members(out []byte, n *node) []byte {
	out = append(out, '{')
	for i := n.from; i >= 0; i = t.nodes[i].next {
		m := &t.nodes[i]
		if i != n.from {
			out = append(out, ',')
		}
		out = quote(out, t.name(m))
		out = append(out, ':')
		out = t.append(out, i)
	}
	return append(out, '}')
}

// sort relinks the members that follow first by name and reports a name that
// comes twice.
func (t *tree) sort(first int32) (head int32, twice []byte) {
	sorted := true
	for i, next := first, t.nodes[first].next; next >= 0; i, next = next, t.nodes[next].next {
		if compare(t.name(&t.nodes[i]), t.name(&t.nodes[next])) >= 0 {
			sorted = false
			break
		}
	}
	if sorted {
		return first, nil
	}
	t.order = t.order[:0]
	for i := first; i >= 0; i = t.nodes[i].next {
		t.order = append(t.order, i)
	}
	slices.SortFunc(t.order, func(a, b int32) int {
		return compare(t.name(&t.nodes[a]), t.name(&t.nodes[b]))
	})
	for i, at := range t.order {
		next := int32(-1)
		if i+1 < len(t.order) {
			next = t.order[i+1]
			if name := t.name(&t.nodes[at]); bytes.Equal(name, t.name(&t.nodes[next])) {
				return 0, name
			}
		}
		t.nodes[at].next = next
	}
	return t.order[0], nil
}

// compare orders UTF-8 names by UTF-16 code units, as RFC 8785 3.2.3 asks. The
// two orders differ only between U+E000…U+FFFF (lead bytes EE, EF) and what
// lies beyond (F0 and up, surrogates in UTF-16, which come first).
func compare(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0) {
			x, y = y, x
		}
		return int(x) - int(y)
	}
	return len(a) - len(b)
}

const lowerHex = "0123456789abcdef"

// quote writes a string as RFC 8785 3.2.2.2 does.
func quote(out, text []byte) []byte {
	out = append(out, '"')
	from := 0
	for i, c := range text {
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		out = append(out, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\b':
			out = append(out, '\\', 'b')
		case '\f':
			out = append(out, '\\', 'f')
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			out = append(out, '\\', 'u', '0', '0', lowerHex[c>>4], lowerHex[c&15])
		}
	}
	out = append(out, text[from:]...)
	return append(out, '"')
}
