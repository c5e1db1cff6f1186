package proof

import (
	"regexp"
	"strings"

	"kepu/content"
)

// Marks that Chinese text does without. A Latin unit may keep its brackets:
// dB(A) is one.
var wrongMarks = []struct {
	form *regexp.Regexp
	says string
}{
	{regexp.MustCompile(`\p{Han}[,;:!?]`), "“%s”里的标点应是全角"},
	{regexp.MustCompile(`\p{Han}\.\p{Han}`), "“%s”里的标点应是全角"},
	{regexp.MustCompile(`\p{Han}\(|\(\p{Han}`), "“%s”里的括号应是全角"},
	{regexp.MustCompile(`\p{Han}"|"\p{Han}`), "“%s”里的引号应是“”"},
	{regexp.MustCompile(`\d\S?[~～]|[~～]\d`), "“%s”：范围写“到”或“—”，不用 ~"},
}

// typedSpace is looked for in the source, because reading it takes such spaces
// out. A page sets the gap itself.
var typedSpace = regexp.MustCompile(`\p{Han} +[0-9A-Za-z]|[0-9A-Za-z] +\p{Han}`)

// worded are the members of a front matter that are prose.
var worded = regexp.MustCompile(`^\s*(title|summary|plain|tags|alt|author|ai):`)

// marks checks punctuation and spaces.
func (r *reading) marks(p *piece) {
	for _, passage := range p.passages() {
		for _, w := range wrongMarks {
			if found := w.form.FindString(passage.text); found != "" {
				r.fault(p.file, p.near(passage, found), w.says, found)
			}
		}
	}
	for i, line := range p.lines {
		if i+1 < p.below && !worded.MatchString(line) || strings.HasPrefix(strings.TrimLeft(line, " "), ":::") {
			continue // an address, a name as it is, or the tone of a note
		}
		if found := typedSpace.FindString(line); found != "" {
			r.fault(p.file, i+1, "“%s”里不用打空格，网页会自己留空", found)
		}
	}
}

// near is the line of words found in a passage, which may run over several.
func (p *piece) near(passage passage, words string) int {
	if strings.Contains(p.lines[passage.line-1], words) || content.Han(words) == 0 {
		return passage.line
	}
	for at := passage.line; at < len(p.lines) && p.lines[at] != ""; at++ {
		if strings.Contains(p.lines[at], words) {
			return at + 1
		}
	}
	return passage.line
}
