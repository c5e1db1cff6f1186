package studio

import (
	"errors"
	"strconv"

	"kepu/content"
	"kepu/journal"
)

// Comment is what somebody said of a text, at a revision of its own.
type Comment struct {
	content.Comment
	Rev  uint64        `json:"rev"`
	Seq  uint64        `json:"seq"`
	Spot *content.Spot `json:"spot,omitempty" doc:"现在的稿子里在哪里；没有就是那一段不在了"`
	at   string
}

func (m Comment) tag() string   { return strconv.FormatUint(m.Rev, 10) }
func (m Comment) place() string { return m.at }

// Comments are those of an item by threads.
type Comments struct {
	Comments []Comment         `json:"comments"`
	People   map[string]string `json:"people"`
}

func (s *Studio) comments(c *Call) (Comments, error) {
	if err := s.behind(c); err != nil {
		return Comments{}, err
	}
	it, all, err := s.Desk.Commented(c.Ctx, c.By(), c.Args["item"])
	if err != nil {
		return Comments{}, err
	}
	shown := it.Live
	if all {
		shown = it.Draft
	}
	v, err := s.Desk.ReadVersion(c.Ctx, c.By(), it.ID, shown)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return Comments{}, err
	}
	list, err := s.Roll.Comments(c.Ctx, it.ID)
	if err != nil {
		return Comments{}, err
	}
	out := Comments{Comments: []Comment{}}
	var ids []string
	told := map[string]bool{}
	for _, r := range list {
		kept, err := content.Decode[content.Comment](r.State)
		if err != nil {
			return Comments{}, err
		}
		if !all && (kept.Anchor != nil && kept.Anchor.Version != it.Live || kept.Parent != "" && !told[kept.Parent]) {
			continue // an answer goes with what it answers, also where that was deleted
		}
		told[kept.ID] = true
		one := Comment{Comment: kept, Rev: r.Rev, Seq: r.Seq}
		if kept.Anchor != nil {
			if spot, ok := kept.Anchor.Find(bodyIn(v)); ok {
				one.Spot = &spot
			}
		}
		out.Comments = append(out.Comments, one)
		ids = append(ids, kept.By)
		if kept.Resolved != nil {
			ids = append(ids, kept.Resolved.By)
		}
	}
	out.People, err = s.names(c, ids)
	return out, err
}

// bodyIn is the text of an article, or that below a film.
func bodyIn(v content.Version) content.Body {
	switch {
	case v.Article != nil:
		return v.Article.Body
	case v.Video != nil:
		return v.Video.Body
	}
	return content.Body{}
}

// Said is a comment to be made, on a passage or on the whole.
type Said struct {
	Text   string          `json:"text"`
	Anchor *content.Anchor `json:"anchor,omitempty"`
}

func madeComment(m content.Comment, stamp content.Stamp, err error) (Comment, error) {
	return Comment{Comment: m, Rev: stamp.Rev, Seq: stamp.Seq, at: Base + "/comments/" + m.ID}, err
}

func (s *Studio) say(c *Call, in Said) (Comment, error) {
	return madeComment(s.Desk.Comment(c.Ctx, c.By(), c.Args["item"], in.Anchor, in.Text))
}

// Words are those of an answer, or of a comment put right.
type Words struct {
	Text string `json:"text"`
}

func (s *Studio) reply(c *Call, in Words) (Comment, error) {
	return madeComment(s.Desk.Reply(c.Ctx, c.By(), c.Args["comment"], in.Text))
}

func (s *Studio) comment(c *Call) (Comment, error) {
	m, err := madeComment(s.Desk.ReadComment(c.Ctx, c.By(), c.Args["comment"]))
	m.at = ""
	return m, err
}

func (s *Studio) editComment(c *Call, in Words) (Stamp, error) {
	stamp, err := s.Desk.EditComment(c.Ctx, c.By(), c.Args["comment"], c.Match.Rev, in.Text)
	return stamped("", stamp, err)
}

func (s *Studio) resolve(resolved bool) func(*Call) (Stamp, error) {
	return func(c *Call) (Stamp, error) {
		stamp, err := s.Desk.ResolveComment(c.Ctx, c.By(), c.Args["comment"], resolved)
		return stamped("", stamp, err)
	}
}

func (s *Studio) deleteComment(c *Call) (Stamp, error) {
	stamp, err := s.Desk.DeleteComment(c.Ctx, c.By(), c.Args["comment"])
	return stamped("", stamp, err)
}
