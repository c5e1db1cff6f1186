package roll

import (
	"strings"
	"unicode/utf8"

	"kepu/search/analysis"
)

// Bounds of what somebody typed, as the site's search has them.
const (
	mostRunes = 128
	mostWords = 16
)

// match turns what somebody typed into a full-text question: every word, and
// every pair of neighbouring Han, or a single Han that stands alone. "" where there is nothing to look for. What lies beyond the
// bounds is left out.
func match(text string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, t := range analysis.Terms(cut(text, mostRunes)) {
		if seen[t.Term] {
			continue
		}
		if seen[t.Term] = true; len(seen) > mostWords {
			break
		}
		if b.Len() > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString(`"` + strings.ReplaceAll(t.Term, `"`, `""`) + `"`)
	}
	return b.String()
}

// cut gives at most n runes.
func cut(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}

// words gives what is indexed of some texts: each term once, with a space
// between, and each Han by itself: looking for all pairs that begin with a
// common one would take longer than a list may. A term holds no space.
func words(texts ...string) string {
	var b strings.Builder
	seen := map[string]struct{}{}
	add := func(term string) {
		if _, ok := seen[term]; !ok {
			seen[term] = struct{}{}
			b.WriteString(term)
			b.WriteByte(' ')
		}
	}
	for _, text := range texts {
		analysis.Tokens(text, func(t analysis.Token) {
			add(t.Term)
			if _, size := utf8.DecodeRuneInString(t.Term); size < len(t.Term) && analysis.SingleHan(t.Term[:size]) {
				add(t.Term[:size]) // the other of the pair begins the next one, or ends the run
			}
		})
	}
	return b.String()
}
