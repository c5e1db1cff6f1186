package content

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kepu/account"
	"kepu/journal"
)

// Task gives the stage under way to somebody.
type Task struct {
	With string    `json:"with,omitempty"` // id; "" whoever may
	Due  time.Time `json:"due,omitzero"`   // zero: as the rules of review say
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

// assign does a step that assigns; told, unless nil, hears at each attempt what
// stands and whether that changes.
func (d *Desk) assign(ctx context.Context, s step, to Task, told func(was Review, changes bool)) (Stamp, error) {
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
		if told != nil {
			told(was, changed)
		}
		return changed, nil
	}
	return d.take(ctx, s)
}

func sameTime(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}
