package studio

import (
	"strconv"

	"kepu/hook"
)

// Hooks are all webhooks.
type Hooks struct {
	Hooks []hook.Hook `json:"hooks"`
}

func (s *Studio) hooks(c *Call) (Hooks, error) {
	all, err := s.Hooks.All(c.Ctx, c.Actor)
	return Hooks{whole(all)}, err
}

// Hook is one webhook at a revision.
type Hook struct {
	hook.Hook
	Rev    uint64 `json:"rev"`
	Seq    uint64 `json:"seq,omitempty"`
	Secret string `json:"secret,omitempty" doc:"签名用的密钥；只在新做和换的时候给看一次"`
	at     string
}

func (h Hook) tag() string   { return strconv.FormatUint(h.Rev, 10) }
func (h Hook) place() string { return h.at }

func madeHook(m hook.Made, err error) (Hook, error) {
	return Hook{Hook: m.Hook, Rev: m.Stamp.Rev, Seq: m.Stamp.Seq, Secret: m.Secret}, err
}

func (s *Studio) hook(c *Call) (Hook, error) {
	h, rev, err := s.Hooks.Get(c.Ctx, c.Actor, c.Args["hook"])
	return Hook{Hook: h, Rev: rev}, err
}

func (s *Studio) addHook(c *Call, in hook.Terms) (Hook, error) {
	h, err := madeHook(s.Hooks.Put(c.Ctx, c.Actor, c.By().Op, "", 0, in))
	h.at = Base + "/hooks/" + h.ID
	return h, err
}

func (s *Studio) putHook(c *Call, in hook.Terms) (Hook, error) {
	return madeHook(s.Hooks.Put(c.Ctx, c.Actor, c.By().Op, c.Args["hook"], c.Match.Rev, in))
}

// Revised names the revision that was seen.
type Revised struct {
	Rev uint64 `json:"rev"`
}

func (s *Studio) rotateHook(c *Call, in Revised) (Hook, error) {
	return madeHook(s.Hooks.Rotate(c.Ctx, c.Actor, c.By().Op, c.Args["hook"], in.Rev))
}

func (s *Studio) dropHook(c *Call) (Stamp, error) {
	stamp, err := s.Hooks.Drop(c.Ctx, c.Actor, c.By().Op, c.Args["hook"], c.Match.Rev)
	return stamped("", stamp, err)
}

// Deliveries are what was sent to a hook, the latest first.
type Deliveries struct {
	Deliveries []hook.Record `json:"deliveries"`
	Next       string        `json:"next,omitempty"`
}

func (s *Studio) deliveries(c *Call) (Deliveries, error) {
	limit := c.Query.Number("limit", 50)
	before, ok := count(c.Query.Text("after"))
	if c.Query.Text("after") != "" && !ok {
		return Deliveries{}, bad("after", "翻页的记号不对")
	}
	list, err := s.Hooks.Records(c.Ctx, c.Actor, c.Args["hook"], before, limit)
	out := Deliveries{Deliveries: whole(list)}
	if len(list) == limit {
		out.Next = strconv.FormatUint(list[limit-1].Seq, 10)
	}
	return out, err
}

func (s *Studio) redeliver(c *Call) (None, error) {
	seq, _ := count(c.Args["seq"]) // argument has judged it
	return None{}, s.Hooks.Redeliver(c.Ctx, c.Actor, c.Args["hook"], seq)
}

func (s *Studio) tryHook(c *Call) (hook.Attempt, error) {
	return s.Hooks.Test(c.Ctx, c.Actor, c.Args["hook"])
}
