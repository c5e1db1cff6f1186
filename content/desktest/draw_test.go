package desktest_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"kepu/content"
)

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

func (w *walk) newText() string {
	w.texts++
	if w.texts%9 == 0 {
		return fmt.Sprintf("文%d急", w.texts)
	}
	return fmt.Sprintf("文%d", w.texts)
}

func (w *walk) somewhere() where {
	return where{
		region: pick(w.rand, []string{"", "", "3301", "330106", "3302"}), tag: pick(w.rand, []string{"", "潮", "雨"}), open: w.rand.IntN(8) > 0,
	}
}

// draw draws a call, more often than not one that is accepted: a walk that only
// bumps into walls sees little.
func (w *walk) draw() call {
	c := call{on: pick(w.rand, w.items)}
	for range 4 {
		if c.on.deleted != "" {
			c.on = pick(w.rand, w.items)
		}
	}
	c.name = pick(w.rand, []string{
		"save", "save", "save", "submit", "submit", "approve", "approve", "return", "assign", "assign",
		"publish", "publish", "schedule", "schedule", "unschedule", "withdraw", "place", "place", "until", "delete",
	})
	if c.on.deleted == "" && w.rand.IntN(2) == 0 {
		switch s := c.on.now(); {
		case s.trial.running():
			c.name = "approve"
		case s.trial.won():
			c.name = pick(w.rand, []string{"publish", "schedule"})
		default:
			c.name = pick(w.rand, []string{"save", "submit"})
		}
	}
	if c.on.deleted == "" {
		c.rev = c.on.rev()
		if n := w.rand.IntN(20); n == 0 {
			c.rev = w.rand.Uint64N(c.rev + 2)
		} else if n < 6 && c.rev > 1 {
			c.rev--
		}
	} else {
		c.rev = c.on.rev()
	}
	c.text, c.put = w.newText(), w.somewhere()
	if c.on.deleted == "" && w.rand.IntN(8) == 0 {
		c.text = c.on.now().draft
	}
	if w.rand.IntN(3) > 0 {
		c.to = pick(w.rand, w.staff).id
	}
	if w.rand.IntN(20) == 0 {
		c.to = "ghost"
	}
	if c.name == "schedule" || c.name == "until" && w.rand.IntN(3) > 0 {
		c.at = w.clock + w.rand.Int64N(40_000) - 2_000
		if c.name == "until" {
			c.at += w.rand.Int64N(200_000)
		}
	}
	for range 1 + w.rand.IntN(12) {
		c.who = pick(w.rand, w.staff)
		trials := w.trials
		how, _ := w.judgeCall(c)
		w.trials = trials
		if how == accepted {
			break
		}
	}
	c.n = w.typed(c.on, c.who.id).n
	if w.rand.IntN(6) == 0 {
		c.n = 0
	}
	return c
}

// ask asks the desk.
func (w *walk) ask(c call, op string) (content.Stamp, error) {
	ctx, by, id := w.Context(), content.By{Actor: c.who.actor(), Op: op}, c.on.id
	var at time.Time
	if c.at != 0 {
		at = time.UnixMilli(c.at)
	}
	switch c.name {
	case "save":
		return w.desk.Save(ctx, by, id, c.rev, c.n, version(c.text), "")
	case "submit":
		return w.desk.Submit(ctx, by, id, c.rev, content.Task{})
	case "approve":
		return w.desk.Approve(ctx, by, id, c.rev, "")
	case "return":
		return w.desk.Return(ctx, by, id, c.rev, "退")
	case "assign":
		return w.desk.Assign(ctx, by, id, c.rev, content.Task{With: c.to})
	case "publish":
		return w.desk.Publish(ctx, by, id, c.rev)
	case "schedule":
		return w.desk.Schedule(ctx, by, id, c.rev, at, time.Time{})
	case "unschedule":
		return w.desk.Unschedule(ctx, by, id, c.rev)
	case "withdraw":
		return w.desk.Withdraw(ctx, by, id, "", "")
	case "place":
		return w.desk.Place(ctx, by, id, c.rev, c.put.placement(), "")
	case "until":
		return w.desk.SetUntil(ctx, by, id, c.rev, at)
	case "delete":
		return w.desk.Delete(ctx, by, id, c.rev)
	}
	panic("no such act: " + c.name)
}
