package content

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pace is how many Han a reader takes in a minute; Minutes reckons with it.
// Adults read running Chinese at about 300 to 500 Han a minute.
const Pace = 400

// Han counts the Chinese characters of s, all extensions and 〇 included.
func Han(s string) int {
	count := 0
	for _, r := range s {
		if isHan(r) {
			count++
		}
	}
	return count
}

// Minutes is the reading time of a text of so many Han, rounded, at least 1.
func Minutes(han int) int { return max(1, (han+Pace/2)/Pace) }

// Sentences cuts text at 。！？；…… and line ends, and at .!?; before a space or
// the end. What closes a sentence, quotes and brackets included, stays with it.
// None is empty or has space around it.
func Sentences(text string) []string {
	var list []string
	from := 0
	cut := func(to int) {
		if s := strings.TrimSpace(text[from:to]); s != "" {
			list = append(list, s)
		}
		from = to
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if r == '\n' {
			cut(i)
			continue
		}
		if !ends(r, text[i:]) {
			continue
		}
		for i < len(text) {
			r, size := utf8.DecodeRuneInString(text[i:])
			if !strings.ContainsRune("。！？；…!?.”’」』）》】)\"'", r) {
				break
			}
			i += size
		}
		cut(i)
	}
	cut(len(text))
	return list
}

// ends tells whether r, followed by rest, ends a sentence.
func ends(r rune, rest string) bool {
	switch r {
	case '。', '！', '？', '；', '…':
		return true
	case '.', '!', '?', ';':
		next, _ := utf8.DecodeRuneInString(rest)
		return rest == "" || unicode.IsSpace(next) || strings.ContainsRune("”’」』）)\"'", next)
	}
	return false
}

// Tighten takes out the spaces typed between Han and Latin letters or figures;
// a page sets that gap itself. No-break spaces stay: they hold a number and its
// unit together.
func Tighten(s string) string {
	at := strings.IndexByte(s, ' ')
	if at < 0 {
		return s
	}
	var out []byte
	kept := 0
	for at < len(s) {
		end := at
		for end < len(s) && s[end] == ' ' {
			end++
		}
		before, _ := utf8.DecodeLastRuneInString(s[:at])
		after, _ := utf8.DecodeRuneInString(s[end:])
		if at > 0 && end < len(s) && loose(before, after) {
			out = append(out, s[kept:at]...)
			kept = end
		}
		next := strings.IndexByte(s[end:], ' ')
		if next < 0 {
			break
		}
		at = end + next
	}
	if out == nil {
		return s
	}
	return string(append(out, s[kept:]...))
}

// loose tells whether no space is stored between a and b.
func loose(a, b rune) bool {
	return isHan(a) && isWestern(b) || isWestern(a) && isHan(b)
}

func isWestern(r rune) bool {
	switch {
	case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return true
	case r < 0x80:
		return false
	}
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) || unicode.IsDigit(r)
}

// Tighten does to b what the function Tighten does to a text, also where the
// two sides are marked differently. Code and attributes stay as they are.
func (b Body) Tighten() {
	b.Walk(func(n *Node) bool {
		if len(n.Content) > 0 && (n.Content[0].Type == NodeText || n.Content[0].Type == NodeBreak) {
			tightenRun(n.Content)
			return false
		}
		return true
	})
}

func tightenRun(nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		if n.Type != NodeText || isCode(*n) {
			continue
		}
		n.Text = Tighten(n.Text)
		if i+1 == len(nodes) || nodes[i+1].Type != NodeText || isCode(nodes[i+1]) {
			continue
		}
		next := &nodes[i+1]
		left, right := strings.TrimRight(n.Text, " "), strings.TrimLeft(next.Text, " ")
		before, _ := utf8.DecodeLastRuneInString(left)
		after, _ := utf8.DecodeRuneInString(right)
		if left != "" && right != "" && loose(before, after) {
			n.Text, next.Text = left, right
		}
	}
}

func isCode(n Node) bool {
	_, code := n.Mark(MarkCode)
	return code
}
