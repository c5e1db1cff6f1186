package roll

import (
	"time"

	"kepu/account"
	"kepu/content"
)

// Bits of place.mask. What time alone changes is changed by turn.
const (
	bitStatus   = 0  // one for each of Statuses
	bitAudience = 10 // one for each of content.Audiences
	bitStage    = 15 // one for each of stages: under way
	bitTwo      = 18 // the live text is another than the draft's
	bitHeld     = 19 // there is a live text, be it past its end
)

// allStatuses are the bits of all Statuses.
const allStatuses = 1<<len(Statuses) - 1

func stages() [3]string {
	return [3]string{content.StageFirst, content.StageScientific, content.StageFinal}
}

// stageRoles is who passes which stage.
func stageRoles() map[string][]account.Role {
	return map[string][]account.Role{
		content.StageFirst:      {account.Editor, account.Chief},
		content.StageScientific: {account.Expert},
		content.StageFinal:      {account.Chief},
	}
}

func (s Status) bit() int64 {
	for i, known := range Statuses {
		if s == known {
			return 1 << (bitStatus + i)
		}
	}
	return 0
}

func audienceBit(a content.Audience) int64 {
	for i, known := range content.Audiences {
		if a == known {
			return 1 << (bitAudience + i)
		}
	}
	return 0
}

func stageBit(stage string) int64 {
	for i, known := range stages() {
		if stage == known {
			return 1 << (bitStage + i)
		}
	}
	return 0
}

// first is the status of a row.
func first(mask int64) Status {
	for _, s := range Statuses {
		if s != StatusRecheck && mask&s.bit() != 0 {
			return s
		}
	}
	return StatusDraft
}

// underWay is the stage that waits for somebody; "" none.
func underWay(it *content.Item) string {
	if v := it.Review; reviewed(it) && v.Returned == nil && len(v.Approvals) < len(v.Stages) {
		return v.Stages[len(v.Approvals)]
	}
	return ""
}

// reviewed tells whether the review is of what would be published.
func reviewed(it *content.Item) bool {
	return it.Review != nil && it.Review.Version == it.Draft && it.Draft != it.Live
}

// maskOf gives the mask of an item at an instant, and the instant at which time
// alone will change it; zero: never.
func maskOf(it *content.Item, recheck, now time.Time) (mask int64, turn time.Time) {
	later := func(t time.Time) {
		if t.After(now) && (turn.IsZero() || t.Before(turn)) {
			turn = t
		}
	}
	for _, p := range it.Placement.Audiences {
		mask |= audienceBit(p.Audience)
	}
	work := workOf(it)
	if work != "" {
		mask |= work.bit() | stageBit(underWay(it))
	}
	switch {
	case it.Live != "":
		mask |= 1 << bitHeld
		if it.Draft != "" && it.Draft != it.Live {
			mask |= StatusChanged.bit() | 1<<bitTwo
		}
		if it.Until != nil && !it.Until.After(now) {
			mask |= StatusExpired.bit()
			break
		}
		mask |= StatusLive.bit()
		if it.Until != nil {
			later(*it.Until)
		}
		if !recheck.IsZero() && !recheck.After(now) {
			mask |= StatusRecheck.bit()
		}
		later(recheck)
	case it.Gone != nil:
		mask |= StatusWithdrawn.bit()
	case work == "":
		mask |= StatusDraft.bit()
	}
	return mask, turn
}

// workOf is where an item's draft stands; "" where nothing is under way.
func workOf(it *content.Item) Status {
	switch {
	case it.Schedule != nil:
		return StatusScheduled
	case !reviewed(it):
		return ""
	case it.Review.Returned != nil:
		return StatusReturned
	case underWay(it) != "":
		return StatusReview
	}
	return StatusApproved
}

// recheckAt is when a date YYYY-MM-DD begins here; zero where it is none.
func recheckAt(date string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, date, time.FixedZone("Asia/Shanghai", 8*60*60))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
