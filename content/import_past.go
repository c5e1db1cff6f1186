package content

import (
	"fmt"
	"slices"

	"kepu/journal"
)

// maxFormer is how many former addresses a submission may bring.
const maxFormer = 100

// former refuses what cannot be an address here. An address is kept as it is: one
// made regular would be another one.
func (p *problems) former(slugs []string) {
	if len(slugs) > maxFormer {
		p.add("slugs", "以前的地址太多：最多 %d 个", maxFormer)
		return
	}
	for i, s := range slugs {
		if !ValidSlug(s) && !isID(s) {
			p.add(fmt.Sprintf("slugs[%d]", i), "“%s”不能作地址：只能用小写字母、数字和连字符", shown(s))
		}
	}
}

// gone checks a withdrawal and gives it in its regular form; id is the item's.
func (p *problems) gone(g *Gone, id string) *Gone {
	if g == nil {
		return nil
	}
	g = &Gone{At: journal.Milli(g.At), Reason: g.Reason, Instead: g.Instead}
	p.year("gone.at", "撤下的时间", g.At)
	p.text("gone.reason", "撤下的原因", &g.Reason, maxNote)
	if g.Instead == id {
		p.add("gone.instead", "不能用它自己代替")
	} else if key := (journal.Key{Kind: KindItem, ID: g.Instead}); g.Instead != "" && key.Check() != nil {
		p.add("gone.instead", "没有指明代替的内容")
	}
	return g
}

// former notes which former addresses the item has yet to get.
func (a *arrival) former() {
	for _, s := range a.Former {
		if s != a.wish && !slices.Contains(a.item.Slugs, s) && !slices.Contains(a.wishes, s) {
			a.wishes = append(a.wishes, s)
		}
	}
}
