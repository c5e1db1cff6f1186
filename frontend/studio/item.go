package studio

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/roll"
	"kepu/shelf"
)

// Item is one item as its editors see it: the public item's shape with the text
// of the draft, and what the desk knows of it.
type Item struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	URL  string `json:"url"`
	Text
	Placement
	Slugs     []string          `json:"slugs" doc:"现在的在最前，其余的会转到它"`
	Rev       uint64            `json:"rev"`
	Seq       uint64            `json:"seq"`
	Status    roll.Status       `json:"status"`
	Draft     journal.Hash      `json:"draft"`
	Live      journal.Hash      `json:"live,omitempty"`
	Writers   []string          `json:"writers"`
	Review    *content.Review   `json:"review,omitempty"`
	Stage     string            `json:"stage,omitempty" doc:"正在审的一步"`
	Grounds   *content.Grounds  `json:"grounds,omitempty"`
	Schedule  *content.Schedule `json:"schedule,omitempty"`
	Until     *time.Time        `json:"until,omitempty"`
	Published *time.Time        `json:"published_at,omitempty"`
	Updated   *time.Time        `json:"updated_at,omitempty"`
	Gone      *content.Gone     `json:"gone,omitempty"`
	Origin    *shelf.Origin     `json:"origin,omitempty"`
	Remark    string            `json:"remark,omitempty"`
	Advice    []content.Advice  `json:"advice" doc:"发布前要改的和建议改的"`
	Autosave  *Autosaved        `json:"autosave,omitempty" doc:"自己写了还没存的"`
	Aside     []Autosaved       `json:"aside,omitempty" doc:"没存上、另放着的，和别人写了还没存的"`
	Lock      *content.Lock     `json:"lock,omitempty" doc:"谁正在改"`
	Media     map[string]string `json:"media" doc:"稿子里每个文件现在能看的地址"`
	People    map[string]string `json:"people" doc:"提到的人叫什么"`
}

func (i Item) tag() string { return strconv.FormatUint(i.Rev, 10) }

// Placement is for whom and where an item stands.
type Placement struct {
	Audiences []content.Placed `json:"audiences"`
	Topics    []string         `json:"topics,omitempty"`
	Tags      []string         `json:"tags,omitempty"`
	Region    string           `json:"region,omitempty"`
	Series    *Part            `json:"series,omitempty"`
	Pin       *content.Pin     `json:"pin,omitempty"`
	Slug      string           `json:"slug,omitempty" doc:"网址名；不写就不改"`
}

// Part is a place in a series.
type Part struct {
	Slug string `json:"slug"`
	Part int    `json:"part,omitempty"`
}

func (p Placement) placement() content.Placement {
	out := content.Placement{Audiences: p.Audiences, Topics: p.Topics, Tags: p.Tags, Region: p.Region, Pin: p.Pin}
	if p.Series != nil {
		out.Series = &content.SeriesPart{ID: p.Series.Slug, Part: p.Series.Part}
	}
	return out
}

func placementOf(it content.Item) Placement {
	p := it.Placement
	out := Placement{Audiences: whole(p.Audiences), Topics: p.Topics, Tags: p.Tags, Region: p.Region, Pin: p.Pin, Slug: slug(it)}
	if p.Series != nil {
		out.Series = &Part{p.Series.ID, p.Series.Part}
	}
	return out
}

func slug(it content.Item) string {
	if len(it.Slugs) == 0 {
		return ""
	}
	return it.Slugs[0]
}

// Autosaved is what somebody typed and did not save.
type Autosaved struct {
	User  string    `json:"user"`
	Aside string    `json:"aside,omitempty"`
	Rev   uint64    `json:"rev"`
	N     uint64    `json:"n"`
	At    time.Time `json:"at"`
	Text  *Text     `json:"text,omitempty" doc:"自己的，或者有权接手的"`
}

func (s *Studio) item(c *Call) (Item, error) {
	it, stamp, err := s.Desk.Read(c.Ctx, c.By(), c.Args["item"])
	if err != nil {
		return Item{}, err
	}
	v, err := s.Desk.ReadVersion(c.Ctx, c.By(), it.ID, it.Draft)
	if err != nil {
		return Item{}, err
	}
	url := s.url(c)
	out := Item{ID: it.ID, Kind: it.Kind, URL: "/" + it.Kind + "/" + slug(it), Text: textOf(v, url), Placement: placementOf(it), Slugs: whole(it.Slugs),
		Rev: stamp.Rev, Seq: stamp.Seq, Status: roll.StatusOf(it, c.Now), Draft: it.Draft, Live: it.Live, Writers: whole(it.Writers), Review: it.Review, Grounds: it.Grounds,
		Schedule: it.Schedule, Until: it.Until, Published: it.Published, Updated: it.Updated, Gone: it.Gone, Remark: it.Remark, Media: map[string]string{}}
	if it.Origin != nil {
		out.Origin = &shelf.Origin{Source: it.Origin.Source, ID: it.Origin.ID}
	}
	if it.Review != nil {
		out.Stage = it.Review.Stage()
	}
	for _, key := range v.MediaKeys() {
		out.Media[string(key)] = url(key, "")
	}
	if out.Advice, err = s.Desk.Judge(c.Ctx, v, it.Placement, false); err != nil {
		return Item{}, err
	}
	out.Advice = whole(out.Advice)
	if err := s.typed(c, &out); err != nil {
		return Item{}, err
	}
	out.People, err = s.names(c, out.ids())
	return out, err
}

// typed adds what was typed and not saved, and who is at it, for who may write.
func (s *Studio) typed(c *Call, out *Item) error {
	all, err := s.Desk.Autosaves(c.Ctx, c.By(), out.ID)
	if errors.Is(err, content.ErrForbidden) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range all {
		one := s.autosaved(c, a)
		if a.User == c.ID && a.Aside == "" {
			out.Autosave = &one
		} else {
			out.Aside = append(out.Aside, one)
		}
	}
	lock, err := s.Desk.Locked(c.Ctx, c.By(), out.ID)
	if err == nil && lock.Holder != "" {
		out.Lock = &lock
	}
	return err
}

func (s *Studio) autosaved(c *Call, a content.Autosave) Autosaved {
	out := Autosaved{User: a.User, Aside: a.Aside, Rev: a.Rev, N: a.N, At: a.At}
	if v, ok := decodeText(a.Text); ok && len(a.Text) > 0 {
		text := textOf(v, s.url(c))
		out.Text = &text
	}
	return out
}

// ids are those of all people that the item names.
func (i Item) ids() (ids []string) {
	ids = append(ids, i.Writers...)
	if r := i.Review; r != nil {
		ids = append(ids, r.By, r.With)
		for _, a := range r.Approvals {
			ids = append(ids, a.By)
		}
		if r.Returned != nil {
			ids = append(ids, r.Returned.By)
		}
	}
	if g := i.Grounds; g != nil {
		ids = append(ids, g.By)
		for _, a := range g.Approvals {
			ids = append(ids, a.By)
		}
	}
	if i.Schedule != nil {
		ids = append(ids, i.Schedule.By)
	}
	for _, a := range i.Aside {
		ids = append(ids, a.User)
	}
	if i.Lock != nil {
		ids = append(ids, i.Lock.Holder)
	}
	return distinct(ids)
}

func distinct(ids []string) []string {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// Stamp is what a write gave: the revision that stands and the number of the
// entry that made it, for GET /position.
type Stamp struct {
	ID  string `json:"id,omitempty"`
	Rev uint64 `json:"rev"`
	Seq uint64 `json:"seq"`
}

func (s Stamp) tag() string { return strconv.FormatUint(s.Rev, 10) }

func stamped(id string, s content.Stamp, err error) (Stamp, error) {
	return Stamp{id, s.Rev, s.Seq}, err
}

// NewItem is a draft to be made.
type NewItem struct {
	Kind string `json:"kind"`
	Text
	Audiences []content.Placed `json:"audiences,omitempty"`
	Topics    []string         `json:"topics,omitempty"`
	Tags      []string         `json:"tags,omitempty"`
	Region    string           `json:"region,omitempty"`
	Series    *Part            `json:"series,omitempty"`
	Pin       *content.Pin     `json:"pin,omitempty"`
	Slug      string           `json:"slug,omitempty" doc:"网址名；不写就用标题的拼音"`
}

// MadeItem is a new draft.
type MadeItem struct {
	Stamp
	at string
}

func (m MadeItem) place() string { return m.at }

func (s *Studio) create(c *Call, in NewItem) (MadeItem, error) {
	v, err := s.version(c.Ctx, in.Text, false)
	if err != nil {
		return MadeItem{}, err
	}
	p := Placement{in.Audiences, in.Topics, in.Tags, in.Region, in.Series, in.Pin, ""}.placement()
	id, stamp, err := s.Desk.Create(c.Ctx, c.By(), in.Kind, v, p, in.Slug)
	return MadeItem{Stamp{id, stamp.Rev, stamp.Seq}, Base + "/items/" + id}, err
}

// Save is a text to be saved, with what there is to say of it.
type Save struct {
	Text
	Remark string `json:"remark,omitempty" doc:"这一版改了什么"`
	N      uint64 `json:"n,omitempty" doc:"由它存成的那份自动存稿；存好以后就不留了"`
}

func (s *Studio) save(c *Call, in Save) (Stamp, error) {
	v, err := s.version(c.Ctx, in.Text, false)
	if err != nil {
		return Stamp{}, err
	}
	stamp, err := s.Desk.Save(c.Ctx, c.By(), c.Args["item"], c.Match.Rev, max(in.N, c.Match.N), v, in.Remark)
	return stamped("", stamp, err)
}

// Kept is an autosave's number.
type Kept struct {
	N   uint64 `json:"n"`
	rev uint64
}

func (k Kept) tag() string { return strconv.FormatUint(k.rev, 10) + "." + strconv.FormatUint(k.N, 10) }

func (s *Studio) autosave(c *Call, in Text) (Kept, error) {
	if !c.Match.Dot {
		return Kept{}, bad("If-Match", `要写成 "3.12"：第几版，和上一次自动存的是第几份（没有就写0）`)
	}
	v, err := s.version(c.Ctx, in, true)
	if err != nil {
		return Kept{}, err
	}
	text, err := journal.Encode(v)
	if err != nil {
		return Kept{}, err
	}
	n, err := s.Desk.Autosave(c.Ctx, c.By(), c.Args["item"], c.Match.Rev, c.Match.N, text)
	return Kept{n, c.Match.Rev}, err
}

func (s *Studio) autosaveOf(c *Call) (Answer, error) {
	a, err := s.Desk.Autosaved(c.Ctx, c.By(), c.Args["item"])
	return Answer{Body: s.autosaved(c, a), Tag: Kept{a.N, a.Rev}.tag()}, err
}

func (s *Studio) dropAutosave(c *Call) (None, error) {
	return None{}, s.Desk.DropAutosave(c.Ctx, c.By(), c.Args["item"], c.Query.Text("aside"), c.Match.N)
}

func (s *Studio) place(c *Call, in Placement) (Stamp, error) {
	stamp, err := s.Desk.Place(c.Ctx, c.By(), c.Args["item"], c.Match.Rev, in.placement(), in.Slug)
	return stamped("", stamp, err)
}
