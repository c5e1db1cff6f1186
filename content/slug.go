package content

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Lengths of a slug in bytes: what Slugify gives, and what ValidSlug takes (a
// slug that was taken grows by a piece of the item's id).
const (
	slugLength = 60
	slugMost   = 96
	slugReads  = 2048 // of a title, more than any slug needs
)

// Slugify makes an address of a title: the syllables of Han without tones,
// other words in lower-case Latin and digits, joined by hyphens, cut at a
// syllable. It gives "" where the title has nothing to spell (only emoji, say),
// and otherwise a ValidSlug. The same title gives the same slug.
func Slugify(title string) string {
	var b strings.Builder
	for _, word := range syllables(title) {
		if len(word) > slugLength {
			word = word[:slugLength]
		}
		if b.Len() > 0 {
			if b.Len()+1+len(word) > slugLength {
				break
			}
			b.WriteByte('-')
		}
		b.WriteString(word)
	}
	slug := b.String()
	if isReserved(slug) {
		slug += "-1"
	}
	return slug
}

// syllables spells a title: one word for each Han character and for each run
// of letters and digits.
func syllables(title string) []string {
	var words []string
	var latin []byte
	flush := func() {
		if len(latin) > 0 {
			words = append(words, string(latin))
			latin = latin[:0]
		}
	}
	title = title[:min(len(title), slugReads)]
	runes := []rune(norm.NFKC.String(strings.ToValidUTF8(title, " ")))
	for i := 0; i < len(runes); {
		r := runes[i]
		if isHan(r) {
			flush()
			read := reading(runes[i:])
			words = append(words, read...)
			i += max(1, len(read))
			continue
		}
		i++
		switch base := baseLetter(r); {
		case base != 0:
			latin = append(latin, base)
		case r == '\'' || r == '’' || unicode.IsMark(r) || unicode.Is(unicode.Cf, r):
			// part of the word it stands in: it's, e + accent
		default:
			flush()
		}
	}
	flush()
	return words
}

// baseLetter is a Latin letter without accents in lower case, or a digit; 0 for
// anything else.
func baseLetter(r rune) byte {
	if r > unicode.MaxASCII {
		for _, d := range norm.NFKD.String(string(r)) { // a letter and its accents
			r = d
			break
		}
	}
	switch {
	case r >= 'A' && r <= 'Z':
		return byte(r) + 'a' - 'A'
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		return byte(r)
	}
	return 0
}

// ValidSlug tells whether s may stand in an address: lower-case letters and
// digits in groups joined by single hyphens, at most 96 bytes, and not one of
// the words that addresses of the site's own begin with.
func ValidSlug(s string) bool { return len(s) <= slugMost && isWord(s) && !isReserved(s) }

// isWord accepts groups of lower-case letters and digits joined by hyphens.
func isWord(s string) bool {
	last := byte('-')
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && (c != '-' || last == '-') {
			return false
		}
		last = c
	}
	return last != '-'
}

// isReserved holds the first words of the site's own addresses, and some that
// others guess at or that mean "nothing".
func isReserved(s string) bool {
	switch s {
	case "admin", "api", "article", "articles", "assets", "audience", "create", "delete", "draft", "drafts",
		"easy", "edit", "embed", "events", "favicon", "feed", "feeds", "files", "healthz", "home", "index",
		"items", "login", "logout", "map", "media", "metrics", "new", "null", "page", "position", "preview",
		"readyz", "region", "regions", "robots", "rss", "scene", "scenes", "search", "series", "session",
		"setting", "settings", "share", "sitemap", "start", "static", "studio", "suggest", "tag", "tags",
		"topic", "topics", "undefined", "upload", "uploads", "user", "users", "video", "videos", "well-known",
		"www", "all", "youth", "farmers", "workers", "seniors", "officials":
		return true
	}
	return false
}
