package content

import (
	"context"
	"slices"
	"time"

	"kepu/account"
	"kepu/journal"
)

// Acts that show or hide.
const (
	actPublishDesk = "publish"
	actSchedule    = "schedule"
	actUnschedule  = "unschedule"
	actUntil       = "until"
)

// passes asks the gate: *journal.Invalid where it blocks, else its advice.
func (d *Desk) passes(ctx context.Context, v Version, p Placement) ([]Advice, error) {
	advice, err := d.gate(ctx, v, p)
	if err != nil {
		return nil, err
	}
	return advice, stopped(advice)
}

// stopped is *journal.Invalid where some of the advice blocks.
func stopped(advice []Advice) error {
	var found problems
	for _, a := range advice {
		if a.Blocking {
			found.add(a.Field, "%s", a.Message)
		}
	}
	return found.invalid()
}

// ready says why the draft may not be made live by the actor, and gives the
// gate's advice where it may.
func (d *Desk) ready(ctx context.Context, by By, it *Item) ([]Advice, error) {
	v, err := d.version(ctx, it.ID, it.Draft)
	if err != nil {
		return nil, err
	}
	if it.Review == nil {
		rules, err := d.rules(ctx)
		if err != nil {
			return nil, err
		}
		if len(rules.For(v.Form)) > 0 {
			return nil, &Untimely{CodeStages, "这一稿还没有送审"}
		}
		it.Review = &Review{Version: it.Draft, Stages: []string{}, By: by.ID, At: d.now()}
	}
	if err := it.approved(); err != nil {
		return nil, err
	}
	if len(it.Review.Stages) == 0 {
		if err := by.forbid(it.region(), "不经审稿的发布", account.Chief); err != nil {
			return nil, err
		}
	}
	return d.passes(ctx, v, it.Placement)
}

// approved is *Untimely unless every stage of exactly the draft is approved, by
// people who are all different and wrote none of it.
func (it Item) approved() error {
	r := it.Review
	switch {
	case r == nil:
		return &Untimely{CodeStages, "这一稿还没有送审"}
	case r.Version != it.Draft:
		return &Untimely{CodeStale, "审过之后稿子改过，请重新送审"}
	case r.Returned != nil:
		return &Untimely{CodeStages, "这一稿已经退回"}
	case !r.Complete():
		return &Untimely{CodeStages, "还没有审完：等" + stageName(r.Stage())}
	}
	for i, a := range r.Approvals {
		// Every approval was checked when it was given. An import may have
		// changed who wrote the text since.
		if it.wrote(a.By) || slices.ContainsFunc(r.Approvals[:i], func(b Approval) bool { return b.By == a.By }) {
			return &Untimely{CodeStages, "审稿人写过这一稿或审了两步，请重新送审"}
		}
	}
	return nil
}

// ended tells whether the time it should be shown until is over.
func (it Item) ended(now time.Time) bool { return it.Until != nil && !it.Until.After(now) }

// publish makes the draft live.
func (it *Item) publish(now time.Time, by string, advice []Advice) {
	var approvals []Approval
	missing := waived()
	if it.Review != nil {
		approvals = it.Review.Approvals
	}
	for _, a := range approvals {
		missing = slices.DeleteFunc(missing, func(stage string) bool { return stage == a.Stage })
	}
	it.Grounds = &Grounds{Version: it.Draft, Writers: it.Writers, Approvals: approvals, Waived: missing, Advice: advice, By: by, At: now}
	it.Live, it.Updated = it.Draft, &now
	if it.Published == nil {
		it.Published = &now
		if o := it.Origin; o != nil && o.Published != nil && o.Version == it.Draft && o.Published.Before(now) {
			it.Published = o.Published
		}
	}
	if o := it.Origin; o != nil && o.Version == it.Draft {
		o.Live, o.Published = "", nil // all of the import is live now
	}
	it.Writers, it.Review, it.Schedule, it.Gone = nil, nil, nil, nil
}

// Publish makes the draft of revision rev live, at once. Editors and chiefs
// publish what is approved in every stage; where the rules name no stage a
// chief does it alone. The gate is asked again (*journal.Invalid where it
// blocks). What is live already changes nothing.
func (d *Desk) Publish(ctx context.Context, by By, id string, rev uint64) (Stamp, error) {
	return d.release(ctx, step{by: by, id: id, rev: rev})
}

func (d *Desk) release(ctx context.Context, s step) (Stamp, error) {
	s.act, s.may, s.depends = actPublishDesk, edits("发布"), onLife
	s.done = func(seen, is Item) bool { return is.Live != "" && (s.latest || is.Live == seen.Draft) }
	s.do = func(ctx context.Context, it *Item) (bool, error) {
		if it.Live != "" && it.Live == it.Draft {
			return false, nil
		}
		advice, err := d.ready(ctx, s.by, it)
		if err != nil {
			return false, err
		}
		if it.ended(d.now()) {
			return false, &Untimely{CodeEnded, "下线时间已过，请先改下线时间"}
		}
		it.publish(d.now(), s.by.ID, advice)
		return true, nil
	}
	return d.take(ctx, s)
}

// Schedule makes the draft of revision rev live at an instant to come, under
// the conditions of Publish; another text, or taking the item down, ends it.
// until, unless zero, is when it should end again.
func (d *Desk) Schedule(ctx context.Context, by By, id string, rev uint64, at, until time.Time) (Stamp, error) {
	at, until = journal.Milli(at), until.Truncate(time.Millisecond).UTC()
	var p problems
	if p.year("at", "发布时间", at) && !at.After(d.now()) {
		p.add("at", "发布时间已经过了")
	}
	if !until.IsZero() && p.year("until", "下线时间", until) && !until.After(at) {
		p.add("until", "下线时间应在发布时间之后")
	}
	return d.take(ctx, step{
		act: actSchedule, by: by, id: id, rev: rev, may: edits("定时发布"), depends: onLife,
		done: func(seen, is Item) bool {
			return is.Schedule != nil && is.Schedule.Version == seen.Draft && is.Schedule.At.Equal(at) && (until.IsZero() || is.Until != nil && is.Until.Equal(until))
		},
		do: func(ctx context.Context, it *Item) (bool, error) {
			if err := p.invalid(); err != nil {
				return false, err
			}
			if it.Live != "" && it.Live == it.Draft {
				return false, &Untimely{CodeSame, "和已发布的一样，不用再发布"}
			}
			if _, err := d.ready(ctx, by, it); err != nil {
				return false, err
			}
			if !until.IsZero() {
				it.Until = &until
			}
			if it.Until != nil && !it.Until.After(at) {
				return false, &Untimely{CodeEnded, "下线时间在发布时间之前，请先改下线时间"}
			}
			if s := it.Schedule; s != nil && s.At.Equal(at) && s.Version == it.Draft && until.IsZero() {
				return false, nil
			}
			it.Schedule = &Schedule{Version: it.Draft, At: at, By: by.ID}
			return true, nil
		},
	})
}

// Unschedule takes a schedule away; the approvals stay. Without one it changes
// nothing.
func (d *Desk) Unschedule(ctx context.Context, by By, id string, rev uint64) (Stamp, error) {
	return d.take(ctx, step{
		act: actUnschedule, by: by, id: id, rev: rev, may: edits("取消定时发布"), depends: onLife,
		done: func(_, is Item) bool { return is.Schedule == nil },
		do: func(_ context.Context, it *Item) (bool, error) {
			had := it.Schedule != nil
			it.Schedule = nil
			return had, nil
		},
	})
}

// SetUntil sets the instant before which the item is shown; zero takes it away.
// To end it at once there is Withdraw.
func (d *Desk) SetUntil(ctx context.Context, by By, id string, rev uint64, until time.Time) (Stamp, error) {
	var end *time.Time
	var p problems
	if !until.IsZero() {
		until = journal.Milli(until)
		if end = &until; p.year("until", "下线时间", until) && !until.After(d.now()) {
			p.add("until", "下线时间已经过了；要马上下线请用“撤下”")
		}
	}
	return d.take(ctx, step{
		act: actUntil, by: by, id: id, rev: rev, may: edits("定下线时间"), depends: onEnd,
		done: func(_, is Item) bool { return sameTime(is.Until, end) },
		do: func(_ context.Context, it *Item) (bool, error) {
			wrong := slices.Clone(p)
			if end != nil && it.Schedule != nil && !end.After(it.Schedule.At) {
				wrong.add("until", "下线时间应在定时发布之后")
			}
			if err := wrong.invalid(); err != nil {
				return false, err
			}
			changed := !sameTime(it.Until, end)
			it.Until = end
			return changed, nil
		},
	})
}
