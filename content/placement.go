package content

import (
	"fmt"
	"slices"
	"strings"

	"kepu/journal"
)

// Limits of a placement.
const (
	maxTopics = 20
	maxTags   = 20
	maxTag    = 20 // characters
	maxOrder  = 10_000
)

// Check makes p regular in place and says what is wrong with it: audiences in
// the order of Audiences without those of weight 0, topics and tags cleaned and
// without repeats. known tells whether there is a topic of that key; nil takes
// every well-formed one. No audience at all is the gate's business. Check
// never writes through a slice or pointer that p shares with a copy.
func (p *Placement) Check(known func(topic string) bool) []journal.Problem {
	var found problems
	p.Audiences = found.audiences(p.Audiences)
	p.Topics = found.topics(p.Topics, known)
	p.Tags = found.tags("tags", p.Tags)
	p.Region = strings.TrimSpace(p.Region)
	if _, ok := FindRegion(p.Region); p.Region != "" && !ok {
		found.add("region", "地区代码“%s”不认识：应是浙江省内的 2、4 或 6 位国标代码，如 33、3301、330106", shown(p.Region))
	}
	if p.Series != nil {
		if !ValidSlug(p.Series.ID) {
			found.add("series.id", "系列“%s”不认识", shown(p.Series.ID))
		}
		if p.Series.Part < 0 || p.Series.Part > maxOrder {
			found.add("series.part", "系列中的次序应在 0 到 %d 之间", maxOrder)
		}
	}
	p.Pin = found.pin(p.Pin)
	return found
}

func (p *problems) audiences(placed []Placed) []Placed {
	kept := make([]Placed, 0, len(placed))
	seen := map[Audience]bool{}
	for i, a := range placed {
		at := fmt.Sprintf("audiences[%d]", i)
		switch {
		case !a.Audience.Valid():
			p.add(at, "人群“%s”不认识，可用：%s", shown(string(a.Audience)), audienceWords())
		case seen[a.Audience]:
			p.add(at, "人群“%s”重复", a.Audience.Name())
		case a.Weight < 0 || a.Weight > 100:
			p.add(at+".weight", "权重应在 0 到 100 之间，现在是 %d", a.Weight)
		}
		if a.Level != "" {
			p.oneOf(at+".level", "阅读难度", a.Level, LevelEasy, LevelPlain, LevelFull)
		}
		seen[a.Audience] = true
		if a.Weight != 0 {
			kept = append(kept, a)
		}
	}
	slices.SortStableFunc(kept, func(a, b Placed) int { return a.Audience.rank() - b.Audience.rank() })
	return kept
}

// rank is the audience's place in Audiences.
func (a Audience) rank() int { return slices.Index(Audiences[:], a) }

func audienceWords() string {
	words := make([]string, len(Audiences))
	for i, a := range Audiences {
		words[i] = string(a)
	}
	return strings.Join(words, "、")
}

func (p *problems) topics(topics []string, known func(string) bool) []string {
	var kept []string
	for i, key := range topics {
		if key = strings.TrimSpace(key); key == "" || slices.Contains(kept, key) {
			continue
		}
		if !isWord(key) || known != nil && !known(key) {
			p.add(fmt.Sprintf("topics[%d]", i), "主题“%s”不认识", shown(key))
		}
		kept = append(kept, key)
	}
	if len(kept) > maxTopics {
		p.add("topics", "主题最多 %d 个", maxTopics)
	}
	return kept
}

func (p *problems) tags(field string, tags []string) []string {
	var kept []string
	for i, tag := range tags {
		tag = strings.TrimLeft(tag, "#＃ ")
		p.text(fmt.Sprintf("%s[%d]", field, i), "标签", &tag, maxTag)
		if tag != "" && !slices.Contains(kept, tag) {
			kept = append(kept, tag)
		}
	}
	if len(kept) > maxTags {
		p.add(field, "标签最多 %d 个，现在有 %d 个", maxTags, len(kept))
	}
	return kept
}

// pinEverywhere is what Pin.On names the home feed.
const pinEverywhere = "all"

func (p *problems) pin(pin *Pin) *Pin {
	if pin == nil {
		return nil
	}
	c := *pin
	c.On = nil
	for i, on := range pin.On {
		if on != pinEverywhere && !Audience(on).Valid() {
			p.add(fmt.Sprintf("pin.on[%d]", i), "置顶位置“%s”不认识，可用：%s、%s", shown(on), pinEverywhere, audienceWords())
		} else if !slices.Contains(c.On, on) {
			c.On = append(c.On, on)
		}
	}
	if !c.Until.IsZero() {
		c.Until = journal.Milli(c.Until)
		p.year("pin.until", "置顶截止时间", c.Until)
	}
	if c.Order < -maxOrder || c.Order > maxOrder {
		p.add("pin.order", "置顶次序应在 %d 到 %d 之间", -maxOrder, maxOrder)
	}
	if len(c.On) == 0 {
		return nil
	}
	return &c
}
