package content

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"kepu/journal"
)

// waived are the review stages that an import does without.
func waived() []string { return []string{StageFirst, StageScientific, StageFinal} }

// clockSkew is how far ahead a source's clock may be.
const clockSkew = time.Minute

// admit checks an arrival and makes it regular, whatever stands.
func (b *batch) admit(a *arrival) bool {
	var p problems
	source, id := a.Source, a.SourceID // kept as they are: the source finds its own again by them
	p.needed("source", "来源名", &source, maxName)
	p.needed("id", "编号", &id, maxLine)
	p.oneOf("kind", "类型", a.Kind, KindArticle, KindVideo)
	p.under("", a.Version.Check())
	if a.Kind == KindVideo && a.Version.Article != nil || a.Kind == KindArticle && a.Version.Video != nil {
		p.add("kind", "类型与内容不符")
	}
	p.under("", a.Placement.Check(func(topic string) bool {
		return b.held[journal.Key{Kind: KindTopic, ID: topic}].State != nil
	}))
	if a.Slug != "" && !ValidSlug(a.Slug) {
		a.Slug = Slugify(a.Slug)
	}
	if !a.Published.IsZero() {
		a.Published = journal.Milli(a.Published)
		if p.year("published_at", "发布时间", a.Published) && b.options.Publish && a.Published.After(b.now.Add(clockSkew)) {
			p.add("published_at", "发布时间 %s 还没有到：不能现在发布，请改日期，或先导入为草稿",
				a.Published.In(time.FixedZone("CST", 8*60*60)).Format("2006-01-02 15:04"))
		}
	}
	if err := p.invalid(); err != nil {
		a.out.Outcome, a.out.Err = Refused, err
		return false
	}
	return a.encode() && a.seal()
}

// encode makes the version a part.
func (a *arrival) encode() bool {
	text, err := journal.Encode(a.Version)
	if err != nil {
		return a.refuse("", fmt.Sprintf("内容不能保存：%v", err))
	}
	if len(text) > journal.MaxState {
		return a.refuse("", fmt.Sprintf("内容太大：%d 字节，最多 %d 字节", len(text), journal.MaxState))
	}
	a.text, a.hash = text, journal.Sum(text)
	return true
}

// seal takes the digest of all that was submitted, in its regular form.
func (a *arrival) seal() bool {
	rest, err := json.Marshal(struct {
		Kind      string
		Slug      string
		Placement Placement
		Published time.Time
	}{a.Kind, a.Slug, a.Placement, a.Published})
	if err != nil {
		return a.refuse("", fmt.Sprintf("内容不能保存：%v", err))
	}
	a.digest = journal.Sum(bytes.Join([][]byte{a.text, rest}, []byte{'\n'}))
	return true
}

// decide sets what is to be written over what stands, or the outcome where
// nothing is. Its error is of the store.
func (b *batch) decide(a *arrival) (bool, error) {
	a.out.Advice, a.out.Err, a.item, a.wish = nil, nil, Item{}, ""
	a.record = b.held[a.key]
	held := a.record.State != nil
	if held {
		item, err := Decode[Item](a.record.State)
		if errors.Is(err, journal.ErrNewer) {
			return a.refuse("id", "这一条由更新版本的程序写成，不能覆盖"), nil
		}
		if err != nil {
			return false, fmt.Errorf("item %s: %w", a.key.ID, err)
		}
		a.item = item
		a.out.Slug = item.slug()
		if item.Kind != a.Kind {
			return a.refuse("kind", "这一条已是另一种类型，图文和视频不能互换"), nil
		}
	}
	edited := a.record.Rev > 0 && (!held || a.item.edited())
	if a.skip(edited, b.options) {
		return false, nil
	}
	a.place(held)
	a.advice = b.gate.judge(a.Version, a.item.Placement)
	if b.desk.Outside != nil { // it is asked of one text at a time, not of thousands
		a.advice = b.gate.unheard(a.advice, "导入的稿子没有经过外部检查")
	}
	publish := b.options.Publish && !edited && !Stops(a.advice)
	outcome := b.outcome(a, publish, edited)
	if outcome == Blocked && held && a.same() {
		a.out.Outcome, a.out.Advice = Blocked, a.advice // a draft since the last time
		return false, nil
	}
	b.draw(a, publish, edited)
	a.out.Outcome, a.out.Advice, a.out.Slug = outcome, a.advice, cmp.Or(a.wish, a.item.slug())
	return true, nil
}

// same tells that the last import took the same submission.
func (a *arrival) same() bool { return a.item.Origin != nil && a.item.Origin.Digest == a.digest }

// skip sets the outcome of an arrival that changes nothing.
func (a *arrival) skip(edited bool, o ImportOptions) bool {
	same := a.same()
	switch {
	case same && (!o.Publish || a.item.imported() || edited && a.item.Live != ""):
		a.out.Outcome = Unchanged
	case edited && (same || !o.Overwrite):
		a.out.Outcome = Edited
	default:
		return false
	}
	return true
}

// imported tells that all of the last import is live.
func (it Item) imported() bool { return it.Live == it.Origin.Version && it.Origin.Live == "" }

// edited tells whether anybody but an import wrote, published or withdrew
// the item since the last import.
func (it Item) edited() bool {
	o := it.Origin
	return o == nil || it.Gone != nil || it.Draft != o.Version ||
		it.Live != "" && it.Live != o.Version && it.Live != o.Live
}

// slug is the current address; "" where the item has none yet.
func (it Item) slug() string {
	if len(it.Slugs) == 0 {
		return ""
	}
	return it.Slugs[0]
}

func (b *batch) outcome(a *arrival, publish, edited bool) string {
	switch {
	case publish:
		return Published
	case b.options.Publish && !edited:
		return Blocked
	case a.record.Rev == 0:
		return Created
	}
	return Changed
}

// place sets the placement the item would be published with: the desk's where
// it set one.
func (a *arrival) place(held bool) {
	a.shown = a.item.Placement
	if !held || a.item.Origin == nil || !a.item.Origin.Placed {
		a.item.Placement = a.Placement
	}
}

// draw makes the item that is to be. What readers see changes with a publication
// only; an item that nobody saw or touched takes everything at once.
func (b *batch) draw(a *arrival, publish, edited bool) {
	was := a.item
	it := &a.item
	it.V, it.ID, it.Kind, it.Draft = Format, a.key.ID, a.Kind, a.hash
	it.Slugs, it.Remark = slices.Clone(was.Slugs), ""
	if it.Draft != was.Draft {
		it.Review, it.Schedule = nil, nil // they are of another text
	}
	it.Origin = &Origin{Source: a.Source, ID: a.SourceID, Digest: a.digest, Version: a.hash}
	if was.Origin != nil {
		it.Origin.Placed = was.Origin.Placed
	}
	a.act = actImport
	if publish {
		a.act = actPublish
		b.publish(a, was)
	} else {
		if was.Live != "" && !edited {
			it.Origin.Live = was.Live
		}
		if !a.Published.IsZero() {
			it.Origin.Published = &a.Published
		}
	}
	free := publish || a.record.State == nil || was.Live == "" && !edited
	if !free {
		it.Placement = a.shown
	}
	if free || len(it.Slugs) == 0 {
		a.address()
	}
}

func (b *batch) publish(a *arrival, was Item) {
	it := &a.item
	if was.Live != a.hash {
		it.Live, it.Updated = a.hash, &b.now
		it.Grounds = &Grounds{Version: a.hash, Writers: was.Writers, Waived: waived(), Advice: a.advice, By: b.actor, At: b.now}
	}
	it.Writers, it.Review, it.Schedule = nil, nil, nil
	switch {
	case !a.Published.IsZero() && a.Published.Before(b.now):
		it.Published = &a.Published
	case was.Published == nil:
		it.Published = &b.now
	}
}

// address puts the wished address before those the item has, or says that one
// must be claimed.
func (a *arrival) address() {
	switch at := slices.Index(a.item.Slugs, a.Slug); {
	case a.Slug != "" && at >= 0:
		a.item.Slugs = append([]string{a.Slug}, slices.Delete(a.item.Slugs, at, at+1)...)
	case a.Slug != "":
		a.wish = a.Slug
	case len(a.item.Slugs) == 0:
		if a.wish = Slugify(a.Version.Title); a.wish == "" {
			a.wish = a.key.ID
		}
	}
}

// claim claims the wished addresses.
func (b *batch) claim(ctx context.Context, arrivals []*arrival) error {
	var wants []*want
	var owners []*arrival
	for _, a := range arrivals {
		if a.wish != "" {
			wants = append(wants, &want{id: a.key.ID, slug: a.wish})
			owners = append(owners, a)
		}
	}
	if err := b.desk.claim(ctx, wants); err != nil {
		return err
	}
	for i, w := range wants {
		it := &owners[i].item
		it.Slugs = append([]string{w.got}, slices.DeleteFunc(it.Slugs, func(s string) bool { return s == w.got })...)
		owners[i].out.Slug = w.got
	}
	return nil
}
