package content

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CleanText gives the one form in which a text is stored: NFC, white space and
// line ends as single characters " ", without other control characters,
// direction overrides, byte order marks and zero-width spaces, at most
// four combining marks on a character. The problem is Chinese, "" where there is
// none: s must be UTF-8 without NUL.
func CleanText(s string) (clean, problem string) {
	if simple(s) {
		return s, ""
	}
	if wrong := plainProblem(s); wrong != "" {
		return "", wrong
	}
	if strings.ContainsFunc(s, odd) {
		s = cleaned(s)
	}
	if norm.NFC.IsNormalString(s) {
		return s, ""
	}
	return norm.NFC.String(s), ""
}

// simple tells, cheaply, of most texts that they are in their one form: printable
// ASCII, Han and the punctuation written with it.
func simple(s string) bool {
	for _, r := range s {
		switch {
		case r >= 0x4e00 && r <= 0x9fff, r >= 0x20 && r < 0x7f, r >= 0x3000 && r <= 0x3029, r >= 0xff01 && r <= 0xff5e,
			r == '“', r == '”', r == '‘', r == '’', r == '—', r == '…', r == '·', r == '℃':
		default:
			return false
		}
	}
	return true
}

// odd tells whether a text with r in it needs a closer look.
func odd(r rune) bool {
	if r >= 0x3000 && r <= 0x9fff || r >= 0x20 && r < 0x7f {
		return false
	}
	return r < 0xa0 || invisible(r) || r == 0x2028 || r == 0x2029 || unicode.Is(unicode.Mn, r)
}

// invisible tells whether r shows nothing and may mislead: what dropped says, and
// non-characters. Line breaks and tabs are white space here.
func invisible(r rune) bool {
	return dropped(r) && r != '\n' && r != '\t' && r != '\r' && r != 0x85 ||
		r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}

func cleaned(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	accents := 0
	for _, r := range strings.ReplaceAll(s, "\r\n", "\n") {
		if accents++; !unicode.Is(unicode.Mn, r) {
			accents = 0
		}
		switch {
		case r == '\n', r == '\t', r == '\r', r == 0x2028, r == 0x2029, r == 0x85:
			b.WriteByte(' ')
		case invisible(r), accents > maxMarks:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// CleanLink checks where a link may lead: http and https with a host and without
// a name or password, mailto, tel, or a path of this site that begins with one
// "/". The problem is Chinese, "" where there is none.
func CleanLink(href string) (clean, problem string) {
	href = strings.TrimSpace(href)
	if href == "" {
		return "", "链接没有地址"
	}
	if len(href) > 2_000 {
		return "", "链接超过 2000 字节"
	}
	if !utf8.ValidString(href) || strings.ContainsFunc(href, badInLink) {
		return "", "链接“" + shown(href) + "”里有空格或不能用的字符"
	}
	u, err := url.Parse(href)
	if err != nil {
		return "", "链接“" + shown(href) + "”写错了"
	}
	switch strings.ToLower(u.Scheme) {
	case "":
		if href[0] == '/' && !strings.HasPrefix(href, "//") {
			return norm.NFC.String(href), ""
		}
	case "http", "https":
		if u.User != nil {
			return "", "链接“" + shown(href) + "”不能带用户名或密码"
		}
		if u.Hostname() != "" && strings.HasPrefix(href[len(u.Scheme):], "://") {
			return norm.NFC.String(href), ""
		}
	case "mailto":
		if strings.Contains(u.Opaque, "@") {
			return norm.NFC.String(href), ""
		}
	case "tel":
		if u.Opaque != "" && strings.Trim(u.Opaque, "0123456789+-().") == "" {
			return href, ""
		}
	}
	return "", "链接“" + shown(href) + "”只能以 http://、https://、mailto:、tel: 或本站的 / 开头"
}

func badInLink(r rune) bool {
	return r <= 0x20 || r >= 0x7f && r <= 0xa0 || strings.ContainsRune("\\\"<>`{}|^", r) ||
		invisible(r) || unicode.IsSpace(r)
}
