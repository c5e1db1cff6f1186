package roll

import (
	"strings"

	"kepu/search/analysis"
)

// Bounds of what somebody typed, as the site's search has them.
const (
	mostRunes = 128
	mostWords = 16
)

// match turns what somebody typed into a full-text question: every word, and
// every pair of neighbouring Han; a single Han stands for every pair that
// begins with it. "" where there is nothing to look for. What lies beyond the
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
		if analysis.SingleHan(t.Term) {
			b.WriteString(" *")
		}
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
// between. A term holds no space.
func words(texts ...string) string {
	var b strings.Builder
	seen := map[string]struct{}{}
	for _, text := range texts {
		analysis.Tokens(text, func(t analysis.Token) {
			if _, ok := seen[t.Term]; ok {
				return
			}
			seen[t.Term] = struct{}{}
			b.WriteString(t.Term)
			b.WriteByte(' ')
		})
	}
	return b.String()
}
