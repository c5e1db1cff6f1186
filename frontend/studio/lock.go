package studio

import (
	"errors"

	"kepu/content"
	"kepu/journal"
)

func (s *Studio) lock(c *Call) (content.Lock, error) {
	return s.Desk.Lock(c.Ctx, c.By(), c.Args["item"])
}

func (s *Studio) takeOver(c *Call) (content.Lock, error) {
	return s.Desk.TakeOver(c.Ctx, c.By(), c.Args["item"])
}

func (s *Studio) unlock(c *Call) (None, error) {
	return None{}, s.Desk.Unlock(c.Ctx, c.By(), c.Args["item"])
}

// Many is one act on many items; exactly one of the acts is there.
type Many struct {
	IDs []string `json:"ids"`
	content.Bulk
}

// ManyDone is what became of each, in their order.
type ManyDone struct {
	Undo  string `json:"undo,omitempty" doc:"十分钟内用它撤销"`
	Items []Done `json:"items"`
}

// Done is what became of one item.
type Done struct {
	ID       string            `json:"id"`
	Rev      uint64            `json:"rev,omitempty"`
	Seq      uint64            `json:"seq,omitempty"`
	Code     string            `json:"code,omitempty" doc:"没有做成时：为什么"`
	Detail   string            `json:"detail,omitempty"`
	Problems []journal.Problem `json:"problems,omitempty"`
}

func (s *Studio) bulk(c *Call, in Many) (ManyDone, error) {
	token, all, err := s.Desk.Bulk(c.Ctx, c.By(), in.IDs, in.Bulk)
	if err == nil && in.Withdraw != nil {
		for _, d := range all {
			if d.Err == nil {
				s.endPreviews(c.Ctx, d.ID)
			}
		}
	}
	return ManyDone{token, s.done(all)}, err
}

func (s *Studio) undo(c *Call) (ManyDone, error) {
	all, err := s.Desk.Undo(c.Ctx, c.By(), c.Args["undo"])
	return ManyDone{Items: s.done(all)}, err
}

// done says of each item what became of it. What no person can put right is told
// by one word, and logged.
func (s *Studio) done(all []content.Done) []Done {
	out := make([]Done, 0, len(all))
	for _, d := range all {
		one := Done{ID: d.ID, Rev: d.Stamp.Rev, Seq: d.Stamp.Seq}
		var forbidden *content.Forbidden
		var untimely *content.Untimely
		switch {
		case d.Err == nil:
		case errors.As(d.Err, &forbidden):
			one.Code, one.Detail = "forbidden", forbidden.Reason
		case errors.As(d.Err, &untimely):
			one.Code, one.Detail = untimely.Code, untimely.Reason
		case problemsOf(d.Err) != nil:
			one.Code, one.Detail, one.Problems = "invalid", d.Err.Error(), problemsOf(d.Err)
			one.Detail = (&journal.Invalid{Problems: one.Problems}).Error()
		case errors.Is(d.Err, journal.ErrNotFound):
			one.Code, one.Detail = "not_found", "没有这一条"
		case errors.Is(d.Err, journal.ErrConflict):
			one.Code, one.Detail = "conflict", "别人刚刚改过"
		case errors.Is(d.Err, journal.ErrErased):
			one.Code, one.Detail = "erased", "这一条已经抹去"
		case errors.Is(d.Err, journal.ErrFull):
			one.Code, one.Detail = "STORAGE_FULL", "服务器的磁盘满了"
		default:
			one.Code, one.Detail = "internal", "没有做成，请再试一次"
			s.Log.Error("one of many", "item", d.ID, "err", d.Err)
		}
		out = append(out, one)
	}
	return out
}
