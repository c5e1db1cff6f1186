package content

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks one character keeps.
const maxMarks = 4

// clean makes a one-line text fit to keep: NFC, one space where any white space
// or line break stood, no bidirectional controls, zero-width spaces or control
// characters, at most maxMarks combining marks on a character. NUL and bytes
// that are not UTF-8 are left for plainProblem to refuse.
func clean(s string) string {
	if tidy(s) {
		return s
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	marks, space := 0, false
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case dropped(r):
			continue
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// tidy tells, cheaply, that clean would change nothing: plain Han, kana, CJK
// punctuation and printable ASCII with single spaces inside.
func tidy(s string) bool {
	last := rune(' ')
	for _, r := range s {
		switch {
		case r == ' ':
			if last == ' ' {
				return false
			}
		case r > ' ' && r < 0x7f, r > 0x3000 && r < 0x3099, r >= 0x4e00 && r <= 0x9fff, r >= 0xff01 && r <= 0xff5e:
		default:
			return false
		}
		last = r
	}
	return s == "" || last != ' '
}

// dropped are characters that show nothing and deceive: controls, bidirectional
// controls, zero-width spaces, word joiners and the byte order mark.
func dropped(r rune) bool {
	switch {
	case unicode.IsControl(r),
		r == 0x061c, r == 0x200b, r == 0x200e, r == 0x200f,
		r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f,
		r == 0xfeff, r >= 0xfff9 && r <= 0xfffb:
		return true
	}
	return false
}

// blank tells that nothing in s can be seen: only white space, fillers, tags,
// selectors, joiners and marks without a base.
func blank(s string) bool {
	for _, r := range s {
		switch {
		case r == 0x115f, r == 0x1160, r == 0x2800, r == 0x3164, r == 0xffa0: // fillers and the empty Braille cell
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.IsMark(r):
		case r >= 0xe0000 && r <= 0xe0fff:
		default:
			return false
		}
	}
	return true
}

// length counts what a reader takes for one character.
func length(s string) int {
	if tidy(s) {
		return utf8.RuneCountInString(s)
	}
	return uniseg.GraphemeClusterCount(s)
}

// Cut is the first n characters of s as a reader counts them: no family, flag or
// accented letter is cut in two. It is s itself where that has no more.
func Cut(s string, n int) string {
	rest, state := s, -1
	for ; rest != "" && n > 0; n-- {
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
	return s[:len(s)-len(rest)]
}

// plainProblem says what no kept text may hold; "" where there is nothing.
func plainProblem(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "不是有效的 UTF-8 文字"
	case strings.IndexByte(s, 0) >= 0:
		return "不能含有空字符（NUL）"
	}
	return ""
}
