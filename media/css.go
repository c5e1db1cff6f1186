package media

import (
	"fmt"
	"regexp"
	"strings"
)

// checkCSS says what in a style could fetch or run something. It is an
// allow-list: functions and rules it does not know are refused, and so are
// escapes and comments, which could hide one. The error completes a sentence
// that begins with 不允许.
func checkCSS(css string) error {
	low := strings.ToLower(css)
	for _, c := range []string{`\`, "/*", "<"} {
		if strings.Contains(low, c) {
			return fmt.Errorf("出现“%s”", c)
		}
	}
	for rest := low; ; {
		i := strings.IndexByte(rest, '@')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		name := identifier(rest)
		switch name {
		case "media", "keyframes", "-webkit-keyframes":
		default:
			return fmt.Errorf("使用 @%.20s", name)
		}
	}
	for i := range low {
		if low[i] != '(' {
			continue
		}
		name := lastIdentifier(low[:i])
		if name == "url" {
			if !local.MatchString(low[i:]) {
				return fmt.Errorf("引用外部内容 url(…)")
			}
		} else if !harmless(name) {
			return fmt.Errorf("使用 %.20s(…)", name)
		}
	}
	for _, word := range []string{"javascript:", "vbscript:", "data:", "behavior", "-moz-binding", "expression"} {
		if strings.Contains(low, word) {
			return fmt.Errorf("使用 %s", word)
		}
	}
	return nil
}

// local matches a reference to a part of the same file.
var local = regexp.MustCompile(`^\(\s*["']?#[^"'()\s]+["']?\s*\)`)

func identifier(s string) string {
	for i := range len(s) {
		if !identifierByte(s[i]) {
			return s[:i]
		}
	}
	return s
}

func lastIdentifier(s string) string {
	i := len(s)
	for i > 0 && identifierByte(s[i-1]) {
		i--
	}
	return s[i:]
}

func identifierByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c >= 0x80
}

// harmless says whether a CSS function only computes.
func harmless(name string) bool {
	switch name {
	case "", "rgb", "rgba", "hsl", "hsla", "calc", "var", "min", "max", "clamp",
		"translate", "translatex", "translatey", "translate3d", "rotate", "rotatez",
		"scale", "scalex", "scaley", "skew", "skewx", "skewy", "matrix", "matrix3d",
		"cubic-bezier", "steps", "blur", "brightness", "contrast", "drop-shadow",
		"grayscale", "hue-rotate", "invert", "opacity", "saturate", "sepia",
		"circle", "ellipse", "inset", "polygon", "path", "not", "nth-child",
		"nth-of-type", "nth-last-child", "lang", "cue", "and", "or", "min-width", "max-width":
		return true
	}
	return false
}
