package studio

import (
	"time"

	"kepu/content"
)

// Step is what a step in an item's life takes. Each looks at what concerns it.
type Step struct {
	Rev     uint64    `json:"rev" doc:"看到的是第几版"`
	Note    string    `json:"note,omitempty" doc:"批语；撤下时写给读者看的原因"`
	At      time.Time `json:"at,omitzero" doc:"定时发布的时刻"`
	Until   time.Time `json:"until,omitzero" doc:"到这时下线"`
	With    string    `json:"with,omitempty" doc:"交给谁审"`
	Due     time.Time `json:"due,omitzero" doc:"最晚什么时候审完"`
	Instead string    `json:"instead,omitempty" doc:"撤下以后请读者看哪一条"`
}

// steps are the steps by the last part of their address.
func (s *Studio) step(do func(*Call, Step, string) (content.Stamp, error)) Handler {
	return acts(func(c *Call, in Step) (Stamp, error) {
		stamp, err := do(c, in, c.Args["item"])
		return stamped("", stamp, err)
	})
}

func (s *Studio) submit(c *Call, in Step, id string) (content.Stamp, error) {
	return s.Desk.Submit(c.Ctx, c.By(), id, in.Rev, content.Task{With: in.With, Due: in.Due})
}

func (s *Studio) assign(c *Call, in Step, id string) (content.Stamp, error) {
	return s.Desk.Assign(c.Ctx, c.By(), id, in.Rev, content.Task{With: in.With, Due: in.Due})
}

func (s *Studio) approve(c *Call, in Step, id string) (content.Stamp, error) {
	return s.Desk.Approve(c.Ctx, c.By(), id, in.Rev, in.Note)
}

func (s *Studio) sendBack(c *Call, in Step, id string) (content.Stamp, error) {
	return s.Desk.Return(c.Ctx, c.By(), id, in.Rev, in.Note)
}

func (s *Studio) schedule(c *Call, in Step, id string) (content.Stamp, error) {
	if in.At.IsZero() {
		return content.Stamp{}, invalid("at", "请写什么时候发布")
	}
	return s.Desk.Schedule(c.Ctx, c.By(), id, in.Rev, in.At, in.Until)
}

func (s *Studio) unschedule(c *Call, in Step, id string) (content.Stamp, error) {
	return s.Desk.Unschedule(c.Ctx, c.By(), id, in.Rev)
}

func (s *Studio) until(c *Call, in Step, id string) (content.Stamp, error) {
	return s.Desk.SetUntil(c.Ctx, c.By(), id, in.Rev, in.Until)
}

func (s *Studio) publish(c *Call, in Step, id string) (content.Stamp, error) {
	if !in.At.IsZero() {
		return content.Stamp{}, invalid("at", "到时候再发布请用“定时发布”")
	}
	return s.Desk.Publish(c.Ctx, c.By(), id, in.Rev)
}

// TakeDown is what taking an item down takes: it acts on whatever stands.
type TakeDown struct {
	Rev     uint64 `json:"rev,omitempty" doc:"不看第几版：撤下总是撤现在的"`
	Note    string `json:"note,omitempty" doc:"写给读者看的原因"`
	Instead string `json:"instead,omitempty" doc:"请读者改看哪一条"`
}

func (s *Studio) withdraw(c *Call, in TakeDown) (Stamp, error) {
	stamp, err := s.Desk.Withdraw(c.Ctx, c.By(), c.Args["item"], in.Note, in.Instead)
	if err == nil {
		s.endPreviews(c.Ctx, c.Args["item"])
	}
	return stamped("", stamp, err)
}

func (s *Studio) delete(c *Call) (Stamp, error) {
	stamp, err := s.Desk.Delete(c.Ctx, c.By(), c.Args["item"], c.Match.Rev)
	if err == nil {
		s.endPreviews(c.Ctx, c.Args["item"])
	}
	return stamped("", stamp, err)
}
