package media

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxName is the longest file name kept, in runes.
const MaxName = 120

// cleanName makes a file name fit to show and to save under: its last part,
// without controls, direction marks and what some system forbids, never a name
// some system reserves, and with the ending of what the file really is.
func cleanName(name, typ string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if len(name) > 8*MaxName { // no name fit to keep is longer; bounds the work below
		name = name[:8*MaxName]
	}
	name = strings.Map(plainRune, strings.ToValidUTF8(name, ""))
	name = norm.NFC.String(name)
	name = strings.Join(strings.Fields(name), " ")

	ends := extensions(typ)
	stem, end := name, path.Ext(name)
	if fileEnding(strings.ToLower(end)) {
		stem = name[:len(name)-len(end)]
	}
	end = strings.ToLower(end)
	kept := ends[0]
	for _, e := range ends {
		if e == end {
			kept = e
		}
	}
	stem = strings.Trim(stem, ". ")
	if stem == "" {
		stem = "未命名"
	}
	if reservedName(stem) {
		stem = "_" + stem
	}
	return firstRunes(stem, MaxName-len(kept)) + kept
}

// plainRune drops what cannot be seen and replaces what cannot be saved.
func plainRune(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
		return -1
	case r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0', r == '\u034f':
		return -1 // letters nobody can see
	}
	return r
}

// fileEnding says whether an ending is one of a file, and not the rest of a
// sentence with a full stop in it: at most five letters and digits.
func fileEnding(end string) bool {
	if len(end) < 2 || len(end) > 6 {
		return false
	}
	for _, r := range end[1:] {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// reservedName says whether Windows keeps the name for a device.
func reservedName(stem string) bool {
	stem, _, _ = strings.Cut(strings.ToUpper(stem), ".")
	stem = strings.TrimSpace(stem)
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	for _, device := range []string{"COM", "LPT"} {
		rest, ok := strings.CutPrefix(stem, device)
		if ok && utf8.RuneCountInString(rest) == 1 && strings.ContainsAny(rest, "0123456789¹²³") {
			return true
		}
	}
	return false
}

// firstRunes cuts s to n runes, not between a letter and its marks.
func firstRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	for n > 0 && unicode.In(runes[n], unicode.M) {
		n--
	}
	return strings.TrimRight(string(runes[:n]), ". ")
}
