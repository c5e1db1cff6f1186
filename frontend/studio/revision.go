package studio

import (
	"strconv"

	"kepu/content"
	"kepu/content/diff"
	"kepu/frontend/page"
)

func pageKeys() []page.Key { return []page.Key{afterKey(), limitKey(), seqKey()} }

// Revisions are those of an item in which its text became another, the latest
// first.
type Revisions struct {
	Revisions []content.Revision `json:"revisions"`
	Next      string             `json:"next,omitempty"`
	People    map[string]string  `json:"people"`
}

func (s *Studio) revisions(c *Call) (Revisions, error) {
	before, ok := count(c.Query.Text("after"))
	if c.Query.Text("after") != "" && !ok {
		return Revisions{}, bad("after", "翻页的记号不对")
	}
	list, more, err := s.Desk.Revisions(c.Ctx, c.By(), c.Args["item"], before, c.Query.Number("limit", 50))
	if err != nil {
		return Revisions{}, err
	}
	out := Revisions{Revisions: whole(list)}
	if more > 0 {
		out.Next = strconv.FormatUint(more, 10)
	}
	var ids []string
	for _, r := range list {
		ids = append(ids, r.Actor)
	}
	out.People, err = s.names(c, ids)
	return out, err
}

// Revision is an older text.
type Revision struct {
	Rev  uint64 `json:"rev"`
	Kind string `json:"kind"`
	Text
	Placement
}

func (s *Studio) revision(c *Call) (Revision, error) {
	rev, _ := count(c.Args["n"]) // argument has judged it
	it, v, err := s.Desk.Revision(c.Ctx, c.By(), c.Args["item"], rev)
	return Revision{rev, it.Kind, textOf(v, s.url(c)), placementOf(it)}, err
}

// Restored names the revision that was seen and the one whose text comes back.
type Restored struct {
	Rev  uint64 `json:"rev"`
	From uint64 `json:"from"`
}

func (s *Studio) restore(c *Call, in Restored) (Stamp, error) {
	stamp, err := s.Desk.Restore(c.Ctx, c.By(), c.Args["item"], in.Rev, in.From)
	return stamped("", stamp, err)
}

func diffKeys() []page.Key {
	rev := func(name string) page.Key { return page.Key{Name: name, Type: page.Number, Min: 1, Max: largest} }
	return []page.Key{rev("from"), rev("to")}
}

// Diff is how one revision became another.
type Diff struct {
	From      uint64       `json:"from"`
	To        uint64       `json:"to"`
	Fields    []diff.Field `json:"fields"`
	Blocks    []diff.Block `json:"blocks"`
	Placement []diff.Field `json:"placement"`
}

// diff compares two revisions; without to, with the one that stands.
func (s *Studio) diff(c *Call) (Diff, error) {
	from, to := uint64(c.Query.Number("from", 0)), uint64(c.Query.Number("to", 0))
	if from == 0 {
		return Diff{}, bad("from", "请写从第几版比起")
	}
	if to == 0 {
		_, stamp, err := s.Desk.Read(c.Ctx, c.By(), c.Args["item"])
		if err != nil {
			return Diff{}, err
		}
		to = stamp.Rev
	}
	was, before, err := s.Desk.Revision(c.Ctx, c.By(), c.Args["item"], from)
	if err != nil {
		return Diff{}, err
	}
	is, after, err := s.Desk.Revision(c.Ctx, c.By(), c.Args["item"], to)
	if err != nil {
		return Diff{}, err
	}
	result := diff.Versions(before, after)
	return Diff{from, to, whole(result.Fields), whole(result.Blocks), whole(diff.Placements(was.Placement, is.Placement))}, nil
}

// Check is a text to be looked at as the gate will; without one it is the draft.
type Check struct {
	Text *Text `json:"text,omitempty" doc:"不写就看存着的稿子"`
}

// Checked is what the gate says, and how the text reads.
type Checked struct {
	Advice  []content.Advice `json:"advice"`
	Stops   bool             `json:"stops" doc:"有必须先改的"`
	Measure content.Measured `json:"measure"`
}

func (s *Studio) check(c *Call, in Check) (Checked, error) {
	it, _, err := s.Desk.Read(c.Ctx, c.By(), c.Args["item"])
	if err != nil {
		return Checked{}, err
	}
	var v content.Version
	if in.Text != nil {
		v, err = s.version(c.Ctx, *in.Text, true)
	} else {
		v, err = s.Desk.ReadVersion(c.Ctx, c.By(), it.ID, it.Draft)
	}
	if err != nil {
		return Checked{}, err
	}
	advice, err := s.Desk.Judge(c.Ctx, v, it.Placement, true)
	return Checked{whole(advice), content.Stops(advice), content.Measure(v)}, err
}
