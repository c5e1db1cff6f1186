package proof

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Units that are not legal ones, and what to write.
var wrongUnits = []struct {
	form *regexp.Regexp
	says string
}{
	{regexp.MustCompile(`公分`), "不用“公分”，写厘米"},
	{regexp.MustCompile(`马力`), "不用“马力”，写千瓦"},
	{regexp.MustCompile(`[\d一二三四五六七八九十百千万两半几]平米|每平米`), "不用“平米”，写平方米"},
	{regexp.MustCompile(`°\s?C`), "写 ℃，不写 °C"},
}

const numeral = `[\d一二三四五六七八九十百千万两半几]`

var (
	jin      = regexp.MustCompile(numeral + `斤`)
	mu       = regexp.MustCompile(`亩`)
	muSaid   = regexp.MustCompile(`公顷|平方米|m²|㎡`)
	power    = regexp.MustCompile(numeral + `\s?度电`)
	ppm      = regexp.MustCompile(`(?i)\d\s?ppm`)
	bracket  = regexp.MustCompile(`（[^（）]*）`)
	title    = regexp.MustCompile(`《[^》]*》`)
	measured = regexp.MustCompile(`(^|[^0-9A-Za-z.\-/])\d[\d.,]*([A-Za-zμµΩ‰][A-Za-zμµΩ/·²³]*(?:\(A\))?)`)
	percents = regexp.MustCompile(`从\s?([\d.]+)%[^。；]{0,8}?(?:到|至)\s?([\d.]+)%[^。；]{0,8}?(?:升|降|涨|增|减|跌|高|低|多|少)[^。；\d]{0,4}([\d.]+)%`)
)

// knownUnits may follow a number; of a quotient every part is one. The names at
// the end are no units, but are written like one: 5G, 3D, 4S, 2B, 1080P, 802X.
var knownUnits = strings.Fields(`
	m km cm mm μm µm nm m² m³ cm² cm³ km² hm²
	kg g mg μg µg t L mL ml l s h min d ms
	V kV mV A mA W kW MW GW kWh MWh Wh VA mAh Ah Ω kΩ MΩ F
	Pa kPa MPa hPa N kN J kJ MJ K Hz kHz MHz GHz dB dB(A) lx lm cd
	Sv mSv μSv µSv nSv Gy mGy Bq kBq mol mmol μmol T mT μT
	rpm r bit kbit Mbit B kB KB MB GB TB bps kbps Mbps Gbps mmHg ‰
	G D C S P X`)

// units checks that measures are legal ones and written as such.
func (r *reading) units(p *piece) {
	passages := p.passages()
	r.degrees(p, passages)
	r.fields(p, passages)
	pressure := strings.Contains(p.text().Text()+p.sub.Version.Title, "血压")
	for _, passage := range passages {
		text := title.ReplaceAllString(passage.text, "")
		for _, w := range wrongUnits {
			if found := w.form.FindString(text); found != "" {
				r.fault(p.file, p.near(passage, found), "%s", w.says)
			}
		}
		if unsaid(text, jin, "千克") {
			r.fault(p.file, passage.line, "“斤”只写在千克后面的括号里：5千克（10斤）")
		}
		if unsaid(text, power, "千瓦时") {
			r.fault(p.file, passage.line, "用电写千瓦时，“度”放在后面的括号里")
		}
		if ppm.MatchString(bracket.ReplaceAllString(text, "")) {
			r.fault(p.file, passage.line, "ppm 不是法定单位，写 mg/m³ 或百万分之几")
		}
		if strings.Contains(text, "mmHg") && !pressure {
			r.fault(p.file, passage.line, "mmHg 只用于血压，别处写 kPa")
		}
		for _, m := range measured.FindAllStringSubmatch(text, -1) {
			if unit := m[2]; !legal(unit) && !strings.EqualFold(unit, "ppm") {
				r.fault(p.file, passage.line, "数字后面的单位“%s”不认识，或大小写不对", unit)
			}
		}
		if m := percents.FindStringSubmatch(text); m != nil && points(m[1:]) {
			r.fault(p.file, passage.line, "百分数相减写“%s个百分点”，不写“%s%%”", m[3], m[3])
		}
	}
}

// unsaid finds a unit of the people that its legal one does not stand before, at
// most a few words away.
func unsaid(text string, unit *regexp.Regexp, legal string) bool {
	const near = 16 * 3 // bytes
	for _, m := range unit.FindAllStringIndex(text, -1) {
		if strings.HasSuffix(text[:m[1]], "公斤") {
			continue
		}
		if !strings.Contains(text[max(0, m[0]-near):m[0]], legal) {
			return true
		}
	}
	return false
}

// degrees: a piece writes ℃ or 摄氏度, not both.
func (r *reading) degrees(p *piece, passages []passage) {
	first := ""
	for _, passage := range passages {
		for _, form := range []string{"℃", "摄氏度"} {
			if !strings.Contains(passage.text, form) {
				continue
			}
			if first == "" {
				first = form
			}
			if form != first {
				r.fault(p.file, passage.line, "前面写“%s”，这里写“%s”，一篇里只用一种", first, form)
				return
			}
		}
	}
}

// fields: the first 亩 of a text says how large it is, for everybody who has
// none.
func (r *reading) fields(p *piece, passages []passage) {
	for _, passage := range passages {
		if passage.line < p.below {
			continue // a head has no room for it
		}
		text := title.ReplaceAllString(passage.text, "")
		if !mu.MatchString(text) {
			continue
		}
		if !muSaid.MatchString(text) {
			r.fault(p.file, passage.line, "第一次说“亩”要说明有多大，如 1亩约667平方米、15亩是1公顷")
		}
		return
	}
}

func legal(unit string) bool {
	known := func(u string) bool { return slices.Contains(knownUnits, u) }
	if known(unit) {
		return true
	}
	for part := range strings.FieldsFuncSeq(unit, func(c rune) bool { return c == '/' || c == '·' }) {
		if !known(part) && !known(strings.TrimRight(part, "²³")) {
			return false
		}
	}
	return true
}

// points tells whether the third number is the difference of the first two.
func points(m []string) bool {
	var n [3]float64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseFloat(strings.Trim(m[i], "."), 64); err != nil {
			return false
		}
	}
	return math.Abs(math.Abs(n[1]-n[0])-n[2]) < 1e-6
}
