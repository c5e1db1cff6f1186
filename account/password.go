package account

import (
	_ "embed"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kepu/journal"
)

// Profile is a set of rules for passwords. The two that people are held to
// contradict each other, so an installation chooses.
type Profile string

const (
	// ASVS is OWASP ASVS 5.0, 6.2: at least 8 characters, no composition, no
	// rotation, nothing that everybody uses.
	ASVS Profile = "asvs"
	// MLPS3 is 等保三级 (GB/T 22239-2019, 8.1.4.1) beside that: three of four
	// classes of characters, and a new password every 90 days.
	MLPS3 Profile = "mlps3"
)

// Valid tells whether p is a profile there is.
func (p Profile) Valid() bool { return p == ASVS || p == MLPS3 }

const (
	passwordLeast = 8   // characters
	passwordMost  = 256 // characters; ASVS 6.2.9 asks for 64 at least
	rotation      = 90 * 24 * time.Hour
	classesLeast  = 3
)

// prepare gives a password as it is hashed, after OpaqueString of RFC 8265:
// every kind of space is a space, and NFC, so that the same characters from
// another keyboard are the same password. Nothing is cut off, folded or
// trimmed. Control characters are refused. The error is *journal.Invalid.
func prepare(password string) (string, error) {
	const field = "password"
	if len(password) > passwordMost*maxBytes {
		return "", invalid(field, "密码太长：最多 %d 个字符", passwordMost)
	}
	if !utf8.ValidString(password) {
		return "", invalid(field, "密码不是有效的文字")
	}
	prepared := norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, password))
	if strings.ContainsFunc(prepared, unicode.IsControl) {
		return "", invalid(field, "密码里有控制字符（换行、制表符之类）")
	}
	if utf8.RuneCountInString(prepared) > passwordMost {
		return "", invalid(field, "密码太长：最多 %d 个字符", passwordMost)
	}
	return prepared, nil
}

// Check is nil or the *journal.Invalid that says why a new password of the
// person with that login name won't do.
func (p Profile) Check(password, name string) error {
	prepared, err := prepare(password)
	if err != nil {
		return err
	}
	var problems []journal.Problem
	add := func(message string) {
		problems = append(problems, journal.Problem{Field: "password", Message: message})
	}
	if utf8.RuneCountInString(prepared) < passwordLeast {
		add("密码太短：至少 8 个字符，几个不相干的词连起来就很好记")
	}
	low := strings.ToLower(norm.NFKC.String(prepared))
	if isCommon(low) {
		add("这个密码太常见，一猜就中，请换一个")
	}
	if utf8.RuneCountInString(name) > 2 && strings.Contains(low, name) || low == name {
		add("密码里不要带登录名")
	}
	if p == MLPS3 && classes(prepared) < classesLeast {
		add("按等级保护要求，大写字母、小写字母、数字、其他字符这四类里至少要有三类")
	}
	if len(problems) > 0 {
		return &journal.Invalid{Problems: problems}
	}
	return nil
}

// due tells whether a password set at an instant is to be changed by now.
func (p Profile) due(changed *time.Time, now time.Time) bool {
	return p == MLPS3 && changed != nil && now.Sub(*changed) >= rotation
}

func classes(password string) int {
	var upper, lower, digit, other int
	for _, r := range password {
		switch {
		case r >= 'A' && r <= 'Z':
			upper = 1
		case r >= 'a' && r <= 'z':
			lower = 1
		case r >= '0' && r <= '9':
			digit = 1
		default:
			other = 1
		}
	}
	return upper + lower + digit + other
}

//go:embed common.txt
var commonText string

// common reads the embedded list once; it never changes.
var common = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all[line] = true
		}
	}
	return all
})

// tailMost is how many digits and marks around a common word do not make it
// another: password2026!, 123woaini.
const tailMost = 6

// isCommon tells whether a password in lower case is one that everybody tries
// first: of the list, such a one with a few digits or marks around it, one
// character or a short group repeated, or a run along the alphabet or the
// digits.
func isCommon(low string) bool {
	if common()[low] || repeats(low) || runs(low) {
		return true
	}
	word := strings.TrimFunc(low, func(r rune) bool { return !unicode.IsLetter(r) })
	return word != "" && utf8.RuneCountInString(low)-utf8.RuneCountInString(word) <= tailMost && common()[word]
}

// repeats tells whether s is a group of at most three characters over and over.
func repeats(s string) bool {
	runes := []rune(s)
group:
	for n := 1; n <= 3 && 2*n <= len(runes); n++ {
		for i := n; i < len(runes); i++ {
			if runes[i] != runes[i-n] {
				continue group
			}
		}
		return true
	}
	return false
}

// runs tells whether each character of s follows the one before, up or down.
func runs(s string) bool {
	runes := []rune(s)
	if len(runes) < 3 {
		return false
	}
	step := runes[1] - runes[0]
	if step != 1 && step != -1 {
		return false
	}
	for i := 2; i < len(runes); i++ {
		if runes[i]-runes[i-1] != step {
			return false
		}
	}
	return true
}
