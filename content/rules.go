package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kepu/journal"
)

// stageForm is the form whose stages count where a form has none of its own.
const stageForm = "default"

// maxDays is the longest time for a stage, in days.
const maxDays = 365

// ReviewRules say through which stages a version goes. They count when it is
// submitted; a review under way keeps its stages.
type ReviewRules struct {
	V      int                 `json:"v"`
	Stages map[string][]string `json:"stages"`         // by form, or "default"; in the order first, scientific, final
	Days   map[string]int      `json:"days,omitempty"` // for a stage; none: no due date
}

// DefaultReview are rules of 0 to 3 stages: 3 all; 2 first and final; 1 final;
// 0 a chief publishes alone. An emergency takes the final one only.
func DefaultReview(stages int) (ReviewRules, error) {
	r := ReviewRules{V: Format, Days: map[string]int{StageFirst: 3, StageScientific: 5, StageFinal: 2}}
	emergency := []string{StageFinal}
	var all []string
	switch stages {
	case 3:
		all = []string{StageFirst, StageScientific, StageFinal}
	case 2:
		all = []string{StageFirst, StageFinal}
	case 1:
		all = []string{StageFinal}
	case 0:
		all, emergency = []string{}, []string{}
	default:
		return ReviewRules{}, fmt.Errorf("a review has 0 to 3 stages, not %d", stages)
	}
	r.Stages = map[string][]string{stageForm: all, "emergency": emergency}
	return r, nil
}

// Check says what is wrong with r.
func (r *ReviewRules) Check() []journal.Problem {
	var p problems
	if r.V > Format {
		p.add("v", "由更新版本的程序写成")
	}
	r.V = Format
	if _, ok := r.Stages[stageForm]; !ok {
		p.add("stages.default", "缺少默认的审稿步骤")
	}
	for form, stages := range r.Stages {
		at := "stages." + shown(form)
		if form != stageForm {
			p.oneOf(at, "体裁", form, "text", "rumour", "steps", "emergency")
		}
		rank := -1
		for _, stage := range stages {
			next := slices.Index(waived(), stage)
			if next <= rank {
				p.add(at, "审稿步骤应是 first、scientific、final 中的几步，按这个次序，不重复")
				break
			}
			rank = next
		}
	}
	for stage, days := range r.Days {
		at := "days." + shown(stage)
		p.oneOf(at, "审稿步骤", stage, waived()...)
		if days < 0 || days > maxDays {
			p.add(at, "期限应在 0 到 %d 天之间", maxDays)
		}
	}
	return p
}

// For are the stages of a form; never nil.
func (r ReviewRules) For(form string) []string {
	stages, ok := r.Stages[form]
	if !ok || form == "" {
		stages = r.Stages[stageForm]
	}
	return append([]string{}, stages...)
}

// due is when a stage that begins now should be done; zero where the rules say
// nothing.
func (r ReviewRules) due(stage string, now time.Time) time.Time {
	if days := r.Days[stage]; days > 0 {
		return now.AddDate(0, 0, days)
	}
	return time.Time{}
}

// rules reads the setting; without one all three stages count.
func (d *Desk) rules(ctx context.Context) (ReviewRules, error) {
	record, err := d.Store.Get(ctx, journal.Key{Kind: KindSetting, ID: SettingReview})
	switch {
	case errors.Is(err, journal.ErrNotFound), err == nil && record.State == nil:
		return DefaultReview(len(waived()))
	case err != nil:
		return ReviewRules{}, fmt.Errorf("rules of review: %w", err)
	}
	return Decode[ReviewRules](record.State)
}

// SeedReview commits DefaultReview(stages) unless the store ever had rules of
// review. It may run at every start and on several nodes at once.
func (d *Desk) SeedReview(ctx context.Context, stages int) error {
	rules, err := DefaultReview(stages)
	if err != nil {
		return fmt.Errorf("seed rules of review: %w", err)
	}
	key := journal.Key{Kind: KindSetting, ID: SettingReview}
	held, err := d.Store.Gets(ctx, key)
	if err != nil {
		return fmt.Errorf("seed rules of review: %w", err)
	}
	if _, ok := held[key]; ok {
		return nil
	}
	state, err := journal.Encode(rules)
	if err != nil {
		return fmt.Errorf("seed rules of review: %w", err)
	}
	_, err = d.commit(ctx, journal.Change{Key: key, State: state, Act: actSeed, Actor: systemActor, Op: "seed/setting/" + SettingReview, At: d.now()})
	switch {
	case err == nil, errors.Is(err, journal.ErrConflict), errors.Is(err, journal.ErrErased), errors.Is(err, journal.ErrOp):
		return nil // new, or another was first, or it is not wanted any more
	}
	return fmt.Errorf("seed rules of review: %w", err)
}
