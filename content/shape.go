package content

import (
	"fmt"
	"slices"

	"kepu/journal"
)

// Longest names of topics, series and scenes, in characters.
const (
	maxTopicName = 20
	maxTopicKey  = 64
	maxItems     = 500 // named by one scene
)

// Check brings t to its regular form and says what is wrong with it. A key is
// one word at the top level and parent-child below.
func (t *Topic) Check() []journal.Problem {
	var p problems
	if t.V > Format {
		p.add("v", "由更新版本的程序写成")
	}
	t.V = Format
	p.needed("name", "主题名称", &t.Name, maxTopicName)
	switch {
	case !isWord(t.Key) || len(t.Key) > maxTopicKey:
		p.add("key", "主题代号只能用小写字母、数字和连字符，最长 %d 字节", maxTopicKey)
	case t.Parent == "" && !isPlain(t.Key):
		p.add("key", "一级主题的代号不能有连字符")
	case t.Parent != "" && (!isPlain(t.Parent) || t.Key == t.Parent || !InTopic(t.Key, t.Parent)):
		p.add("key", "二级主题的代号应是“上级-名称”，如 emergency-weather")
	}
	if t.Order < 0 || t.Order > maxOrder {
		p.add("order", "次序应在 0 到 %d 之间", maxOrder)
	}
	return p
}

// isPlain accepts a word without hyphens.
func isPlain(s string) bool { return isWord(s) && !slices.Contains([]byte(s), '-') }

// Check brings s to its regular form and says what is wrong with it.
func (s *Series) Check() []journal.Problem {
	var p problems
	if s.V > Format {
		p.add("v", "由更新版本的程序写成")
	}
	s.V = Format
	p.slug("slug", s.Slug)
	p.needed("title", "系列名称", &s.Title, maxTitle)
	p.text("summary", "系列简介", &s.Summary, maxSummary)
	s.Cover = p.picture("cover", "封面", s.Cover)
	return p
}

func (p *problems) slug(field, slug string) {
	if !ValidSlug(slug) {
		p.add(field, "网址“%s”只能用小写字母、数字和单个连字符，最长 %d 字节，且不能是站内已用的词", shown(slug), slugMost)
	}
}

// Least and most a scene lifts, in per cent of the weight.
const (
	minBoost = 100
	maxBoost = 400
)

// Check brings s to its regular form and says what is wrong with it. known
// tells whether there is a topic of that key; nil takes every well-formed one.
func (s *Scene) Check(known func(topic string) bool) []journal.Problem {
	var p problems
	if s.V > Format {
		p.add("v", "由更新版本的程序写成")
	}
	s.V = Format
	p.slug("slug", s.Slug)
	p.needed("title", "情景名称", &s.Title, maxTitle)
	p.text("summary", "情景简介", &s.Summary, maxSummary)
	s.Start, s.End = journal.Milli(s.Start), journal.Milli(s.End)
	if p.year("start", "开始时间", s.Start) && p.year("end", "结束时间", s.End) && !s.Start.Before(s.End) {
		p.add("end", "结束时间应在开始时间之后")
	}
	if s.Boost < minBoost || s.Boost > maxBoost {
		p.add("boost", "提升幅度应在百分之 %d 到 %d 之间", minBoost, maxBoost)
	}
	s.Topics = p.topics(s.Topics, known)
	s.Tags = p.tags("tags", s.Tags)
	s.Cover = p.picture("cover", "封面", s.Cover)
	s.checkWhere(&p)
	return p
}

// checkWhere looks at what and where a scene lifts.
func (s *Scene) checkWhere(p *problems) {
	s.Items = unique(s.Items)
	if len(s.Items) > maxItems {
		p.add("items", "一个情景最多点名 %d 条内容", maxItems)
	}
	for i, id := range s.Items {
		if (journal.Key{Kind: KindItem, ID: id}).Check() != nil {
			p.add(fmt.Sprintf("items[%d]", i), "内容编号“%s”不对", shown(id))
		}
	}
	s.Audiences = unique(s.Audiences)
	for i, a := range s.Audiences {
		if !a.Valid() {
			p.add(fmt.Sprintf("audiences[%d]", i), "人群“%s”不认识，可用：%s", shown(string(a)), audienceWords())
		}
	}
	s.Regions = unique(s.Regions)
	for i, code := range s.Regions {
		if _, ok := FindRegion(code); !ok {
			p.add(fmt.Sprintf("regions[%d]", i), "地区代码“%s”不认识", shown(code))
		}
	}
}

// unique gives the words in order without repeats.
func unique[T comparable](words []T) []T {
	var kept []T
	for _, w := range words {
		if !slices.Contains(kept, w) {
			kept = append(kept, w)
		}
	}
	return kept
}
