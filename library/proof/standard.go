package proof

import (
	"fmt"
	"regexp"
	"strings"
)

// standard is the number of a Chinese standard and what stands behind it.
var standard = regexp.MustCompile(`(^|[^0-9A-Za-z])((?:GBZ?|JGJ|CJJ|HJ|AQ|WS|NY|SC|QX|YY|YD|DL|GA|XF|TSG|LY|SB|SN|JTG?|HG|QB|DB\d{2})(?:/[TZ])?\s?\d+(?:\.\d+)*)(?:(\s?[-–—－―]+\s?)(\d{2,4}))?`)

// standards: a standard is named with its year, after one long dash; later
// mentions of it may leave the year out.
func (r *reading) standards(p *piece) {
	dated := map[string]bool{}
	for i, ref := range p.sub.Version.References {
		at := p.field(fmt.Sprintf("references[%d].number", i))
		r.edition(p, passage{ref.Title, at}, dated)
		r.edition(p, passage{ref.Number, at}, dated)
	}
	for _, passage := range p.passages() {
		r.edition(p, passage, dated)
	}
}

func (r *reading) edition(p *piece, passage passage, dated map[string]bool) {
	for _, m := range standard.FindAllStringSubmatch(passage.text, -1) {
		number, dash, year := m[2], m[3], m[4]
		key := strings.ReplaceAll(number, " ", "")
		switch {
		case dash == "" && !dated[key]:
			r.fault(p.file, passage.line, "标准 %s 没有写年份", number)
		case dash != "" && (dash != "—" || len(year) != 4):
			r.fault(p.file, passage.line, "标准号写成 %s—2024 这样：一字线后面四位年份", number)
		}
		dated[key] = true
	}
}
