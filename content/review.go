package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kepu/account"
	"kepu/journal"
)

// Acts of a review.
const (
	actSubmit  = "submit"
	actAssign  = "assign"
	actApprove = "approve"
	actReturn  = "return"
)

// Task gives the stage under way to somebody.
type Task struct {
	With string    `json:"with,omitempty"` // id; "" whoever may
	Due  time.Time `json:"due,omitzero"`   // zero: as the rules of review say
}

// Over tells that no stage is under way: all are approved, or it was sent back.
func (r *Review) Over() bool { return r.Returned != nil || r.Complete() }

// Complete tells that every stage is approved.
func (r *Review) Complete() bool { return r.Returned == nil && len(r.Approvals) >= len(r.Stages) }

// Stage is the one under way; "" where none is.
func (r *Review) Stage() string {
	if r.Over() {
		return ""
	}
	return r.Stages[len(r.Approvals)]
}

// judges are the roles that may pass a stage.
func judges(stage string) []account.Role {
	switch stage {
	case StageFirst:
		return []account.Role{account.Editor, account.Chief}
	case StageScientific:
		return []account.Role{account.Expert}
	}
	return []account.Role{account.Chief}
}

// stageName is what people call a stage.
func stageName(stage string) string {
	switch stage {
	case StageFirst:
		return "初审"
	case StageScientific:
		return "复审"
	}
	return "终审"
}

// mayJudge says why the actor may not pass the stage under way.
func mayJudge(by By, it Item) error {
	stage := it.Review.Stage()
	switch {
	case by.forbid(it.region(), stageName(stage), judges(stage)...) != nil:
		return by.forbid(it.region(), stageName(stage), judges(stage)...)
	case it.wrote(by.ID):
		return &Forbidden{Reason: "自己写的稿子不能自己审"}
	case slices.ContainsFunc(it.Review.Approvals, func(a Approval) bool { return a.By == by.ID }):
		return &Forbidden{Reason: "一个人不能审两步"}
	}
	return nil
}

// underWay is *Untimely unless a stage of the draft is under way.
func (it Item) underWay() error {
	switch {
	case it.Review == nil:
		return &Untimely{CodeStages, "这一稿没有在审：还没有送审，或改过之后还没有再送"}
	case it.Review.Version != it.Draft:
		return &Untimely{CodeStale, "送审之后稿子改过，请重新送审"}
	case it.Review.Returned != nil:
		return &Untimely{CodeStages, "这一稿已经退回"}
	case it.Review.Complete():
		return &Untimely{CodeStages, "这一稿已经审完"}
	}
	return nil
}

// Submit sends the draft of revision rev into review, through the stages that
// the rules name now; with none it is ready for a chief to publish. The gate
// must not block it (*journal.Invalid). It is *Untimely where the actor has
// unsaved text, a review is under way or complete, or nothing is new.
func (d *Desk) Submit(ctx context.Context, by By, id string, rev uint64, to Task) (Stamp, error) {
	return d.take(ctx, step{
		act: actSubmit, by: by, id: id, rev: rev, may: d.writes, depends: onLife,
		done: func(seen, is Item) bool {
			return is.Review != nil && is.Review.By == by.ID && is.Review.Version == seen.Draft && is.Review.Returned == nil &&
				len(is.Review.Approvals) == 0 && (seen.Review == nil || seen.Review.Returned != nil)
		},
		do: func(ctx context.Context, it *Item) (bool, error) {
			if it.Review != nil && it.Review.Version == it.Draft && it.Review.Returned == nil {
				return false, &Untimely{CodeStages, "这一稿已经送审"}
			}
			if it.Live != "" && it.Draft == it.Live {
				return false, &Untimely{CodeSame, "和已发布的一样，不用送审"}
			}
			if err := d.allSaved(ctx, by, *it); err != nil {
				return false, err
			}
			v, err := d.version(ctx, it.ID, it.Draft)
			if err != nil {
				return false, err
			}
			if _, err := d.passes(ctx, v, it.Placement); err != nil {
				return false, err
			}
			rules, err := d.rules(ctx)
			if err != nil {
				return false, err
			}
			it.Schedule = nil
			it.Review = &Review{Version: it.Draft, Stages: rules.For(v.Form), By: by.ID, At: d.now()}
			return true, d.give(ctx, it, to, rules)
		},
	})
}

// allSaved is *Untimely where the actor typed something else than the draft.
func (d *Desk) allSaved(ctx context.Context, by By, it Item) error {
	a, _, err := d.autosave(ctx, it.ID, by.ID, "")
	if err != nil || a.N == 0 || a.Empty || a.hash() == it.Draft {
		return err
	}
	return &Untimely{CodeUnsaved, "您还有没保存的修改，请先保存或放弃"}
}

// give sets who has the stage under way, and until when.
func (d *Desk) give(ctx context.Context, it *Item, to Task, rules ReviewRules) error {
	r := it.Review
	r.With, r.Due = "", nil
	if r.Over() {
		return nil
	}
	var p problems
	if to.Due.IsZero() {
		to.Due = rules.due(r.Stage(), d.now())
	} else if p.year("due", "期限", to.Due) && !to.Due.After(d.now()) {
		p.add("due", "期限已经过了")
	}
	if to.With != "" {
		if err := d.suits(ctx, &p, to.With, *it); err != nil {
			return err
		}
	}
	if !to.Due.IsZero() {
		due := journal.Milli(to.Due)
		r.Due = &due
	}
	r.With = to.With
	return p.invalid()
}

// suits adds why somebody may not be given the stage under way.
func (d *Desk) suits(ctx context.Context, p *problems, user string, it Item) error {
	if d.People == nil {
		return errors.New("give a stage: the desk was given no People")
	}
	actor, err := d.People.Actor(ctx, user)
	if errors.Is(err, journal.ErrNotFound) {
		p.add("with", "没有这个人，或账号已停用")
		return nil
	}
	if err != nil {
		return fmt.Errorf("whether %s may judge: %w", user, err)
	}
	var forbidden *Forbidden
	if errors.As(mayJudge(By{Actor: actor}, it), &forbidden) {
		p.add("with", "不能交给这个人：%s", forbidden.Reason)
	}
	return nil
}

// Assign gives the stage under way to somebody who may pass it, or with an
// empty Task to whoever may. Editors and chiefs do it, and who has it passes it
// on.
func (d *Desk) Assign(ctx context.Context, by By, id string, rev uint64, to Task) (Stamp, error) {
	return d.assign(ctx, step{by: by, id: id, rev: rev}, to, nil)
}

// assign does a step that assigns; told, unless nil, hears what a change
// replaces.
func (d *Desk) assign(ctx context.Context, s step, to Task, told func(Review)) (Stamp, error) {
	s.act, s.depends = actAssign, onLife
	s.may = func(_ context.Context, by By, it Item) error {
		if it.Review != nil && it.Review.With == by.ID && !it.Review.Over() {
			return nil
		}
		return by.forbid(it.region(), "转交审稿", account.Editor, account.Chief)
	}
	s.done = func(seen, is Item) bool {
		return is.Review != nil && is.Review.With == to.With && seen.Review != nil && is.Review.Version == seen.Review.Version &&
			len(is.Review.Approvals) == len(seen.Review.Approvals) && (to.Due.IsZero() || is.Review.Due != nil && is.Review.Due.Equal(journal.Milli(to.Due)))
	}
	s.do = func(ctx context.Context, it *Item) (bool, error) {
		if err := it.underWay(); err != nil {
			return false, err
		}
		was, to := *it.Review, to
		if to.Due.IsZero() && was.Due != nil && was.Due.After(d.now()) {
			to.Due = *was.Due
		}
		rules, err := d.rules(ctx)
		if err != nil {
			return false, err
		}
		review := was
		it.Review = &review
		if err := d.give(ctx, it, to, rules); err != nil {
			return false, err
		}
		changed := review.With != was.With || !sameTime(review.Due, was.Due)
		if changed && told != nil {
			told(was)
		}
		return changed, nil
	}
	return d.take(ctx, s)
}

func sameTime(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// Approve passes the stage under way of exactly the text of revision rev. The
// actor holds the stage's role, wrote nothing of it, approved no other stage,
// and it is not with somebody else (*Untimely assigned).
func (d *Desk) Approve(ctx context.Context, by By, id string, rev uint64, note string) (Stamp, error) {
	var p problems
	p.text("note", "意见", &note, maxNote)
	if err := p.invalid(); err != nil {
		return Stamp{}, err
	}
	return d.take(ctx, step{
		act: actApprove, by: by, id: id, rev: rev, remark: note, may: judging, depends: onLife,
		done: func(seen, is Item) bool {
			return seen.Review != nil && is.Review != nil && is.Review.Version == seen.Review.Version && is.Review.At.Equal(seen.Review.At) &&
				len(is.Review.Approvals) > len(seen.Review.Approvals) && is.Review.Approvals[len(seen.Review.Approvals)].By == by.ID
		},
		do: func(ctx context.Context, it *Item) (bool, error) {
			if err := it.underWay(); err != nil {
				return false, err
			}
			if err := mayJudge(by, *it); err != nil {
				return false, err
			}
			if with := it.Review.With; with != "" && with != by.ID {
				return false, &Untimely{CodeAssigned, "这一步已交给别人，请先转交给自己"}
			}
			rules, err := d.rules(ctx)
			if err != nil {
				return false, err
			}
			review := *it.Review
			review.Approvals = append(slices.Clone(review.Approvals), Approval{Stage: review.Stage(), By: by.ID, At: d.now(), Note: note})
			it.Review = &review
			return true, d.give(ctx, it, Task{}, rules)
		},
	})
}

// Return sends the draft back, with a reason; the review is over. Whoever may
// pass the stage under way does it, or a chief.
func (d *Desk) Return(ctx context.Context, by By, id string, rev uint64, note string) (Stamp, error) {
	var p problems
	p.needed("note", "退回的理由", &note, maxNote)
	if err := p.invalid(); err != nil {
		return Stamp{}, err
	}
	return d.take(ctx, step{
		act: actReturn, by: by, id: id, rev: rev, remark: note, may: judging, depends: onLife,
		done: func(seen, is Item) bool {
			return seen.Review != nil && is.Review != nil && is.Review.Version == seen.Review.Version && is.Review.At.Equal(seen.Review.At) &&
				is.Review.Returned != nil && is.Review.Returned.By == by.ID && is.Review.Returned.Text == note
		},
		do: func(_ context.Context, it *Item) (bool, error) {
			if err := it.underWay(); err != nil {
				return false, err
			}
			err := mayJudge(by, *it)
			if with := it.Review.With; err == nil && with != "" && with != by.ID {
				err = &Untimely{CodeAssigned, "这一步已交给别人，请先转交给自己"}
			}
			if err != nil && !by.May(it.region(), account.Chief) {
				return false, err
			}
			review := *it.Review
			review.Returned = &Note{Stage: review.Stage(), By: by.ID, At: d.now(), Text: note}
			review.With, review.Due = "", nil
			it.Review, it.Schedule = &review, nil
			return true, nil
		},
	})
}

// judging is *Forbidden for who can pass no stage at all.
func judging(_ context.Context, by By, it Item) error {
	return by.forbid(it.region(), "审稿", account.Editor, account.Expert, account.Chief)
}
