package content

import (
	"context"
	"slices"

	"kepu/account"
)

// Acts of a review.
const (
	actSubmit  = "submit"
	actAssign  = "assign"
	actApprove = "approve"
	actReturn  = "return"
)

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
