package proof

import (
	"strings"
	"unicode/utf8"

	"kepu/content"
)

// Lengths of a text, in Han.
const (
	leastHan = 500
	mostHan  = 1_500
	mostLead = 120
	shown    = 24 // of a sentence, where a fault quotes one

	leastScored = 100 // below that one rare character decides
)

// measure is what the guide asks of a reading level, in Han: the longest
// sentence, twice what is aimed at, and the mean that is not to be passed.
type measure struct {
	name     string
	sentence int
	mean     float64
}

func measureOf(level string) measure {
	switch level {
	case content.LevelEasy:
		return measure{"易读", 28, 20}
	case content.LevelPlain:
		return measure{"普通", 36, 26}
	}
	return measure{"深入", 48, 34}
}

// worn are phrases that the guide does without, and after or before which words
// they are something else.
var worn = []wornPhrase{
	{phrase: "众所周知"},
	{phrase: "随着", before: "跟伴"},
	{phrase: "近年来"},
	{phrase: "日益受到关注"},
	{phrase: "专家", after: "共识"},
	{phrase: "研究表明"},
	{phrase: "科学证实"},
	{phrase: "震惊"},
	{phrase: "速看"},
	{phrase: "千万别"},
	{phrase: "你还不知道吗"},
	{phrase: "你真的了解"},
	{phrase: "大爷"},
	{phrase: "大妈"},
	{phrase: "小朋友们"},
}

// prose checks how long a text and its parts are and how they read.
func (r *reading) prose(p *piece) {
	body := p.text()
	if n := content.Han(body.Text()); !p.clip && (n < leastHan || n > mostHan) {
		r.fault(p.file, p.opening(), "全文 %d 字，应有 %d 到 %d 字", n, leastHan, mostHan)
	}
	lead := ""
	body.Walk(func(n *content.Node) bool {
		if n.Type == content.NodeParagraph && lead == "" {
			lead = n.Inline()
		}
		return lead == ""
	})
	if n := content.Han(lead); n > mostLead {
		r.fault(p.file, p.find(lead), "导语 %d 字，最多 %d 字", n, mostLead)
	}
	r.sentences(p, content.Prose(body))
	r.phrases(p)
}

func (r *reading) sentences(p *piece, prose string) {
	level := p.level()
	want := measureOf(level)
	for _, s := range content.Sentences(prose) {
		if n := content.Han(s); n > want.sentence {
			r.fault(p.file, p.find(s), "这一句 %d 字，“%s”最多 %d 字：“%s”", n, want.name, want.sentence, quote(s))
		}
	}
	score := content.Readability(prose)
	if score.L > want.mean {
		r.fault(p.file, p.opening(), "平均每句 %.1f 字，“%s”最多 %.0f 字", score.L, want.name, want.mean)
	}
	if most := content.LevelLimit(level); score.Han >= leastScored && score.D > most {
		r.fault(p.file, p.opening(), "偏难：难度 %.1f，“%s”最多 %.0f", score.D, want.name, most)
	}
}

// phrases looks for worn words and shouting.
func (r *reading) phrases(p *piece) {
	shouts, at := 0, 0
	for _, passage := range p.passages() {
		for _, w := range worn {
			if w.in(passage.text) {
				r.fault(p.file, passage.line, "套话“%s”", w.phrase)
			}
		}
		if n := strings.Count(passage.text, "！") + strings.Count(passage.text, "!"); n > 0 {
			if shouts += n; shouts > 1 && at == 0 {
				at = passage.line
			}
		}
	}
	if shouts > 1 {
		r.fault(p.file, at, "有 %d 个感叹号，最多一个", shouts)
	}
}

type wornPhrase struct{ phrase, before, after string }

func (w wornPhrase) in(text string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], w.phrase)
		if i < 0 {
			return false
		}
		i += from
		from = i + len(w.phrase)
		if w.after != "" && strings.HasPrefix(text[from:], w.after) {
			continue
		}
		if c, _ := utf8.DecodeLastRuneInString(text[:i]); i > 0 && strings.ContainsRune(w.before, c) {
			continue
		}
		return true
	}
}

// quote is the beginning of a sentence.
func quote(s string) string {
	if head := content.Cut(s, shown); head != s {
		return head + "…"
	}
	return s
}
