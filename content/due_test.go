package content_test

import (
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

func (r *room) run(t testing.TB, ids ...string) []content.Fired {
	t.Helper()
	fired, err := r.RunDue(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return fired
}

// scheduled brings a draft through review and schedules it an hour ahead.
func (r *room) scheduled(t testing.TB, title string, until time.Time) (string, uint64) {
	t.Helper()
	id, rev := r.draft(t, title)
	stamp := ok(r.Schedule(t.Context(), by("editor"), id, r.reviewed(t, id, rev), noon.Add(time.Hour), until))(t)
	return id, stamp.Rev
}

func TestSchedule(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "定时")
	at := noon.Add(time.Hour)
	_, err := r.Schedule(t.Context(), by("editor"), id, rev, at, time.Time{})
	wantStep(t, err, content.CodeStages)
	rev = r.reviewed(t, id, rev)
	for _, c := range []struct {
		at, until time.Time
		field     string
	}{
		{noon, time.Time{}, "at"}, {noon.AddDate(0, 0, -1), time.Time{}, "at"}, {time.Time{}, time.Time{}, "at"},
		{noon.AddDate(8000, 0, 0), time.Time{}, "at"}, {at, at, "until"}, {at, noon, "until"},
	} {
		_, err := r.Schedule(t.Context(), by("editor"), id, rev, c.at, c.until)
		wantProblem(t, err, c.field)
	}
	_, err = r.Schedule(t.Context(), by("expert"), id, rev, at, time.Time{})
	wantErr(t, err, content.ErrForbidden)
	east := time.FixedZone("", 14*60*60)
	stamp := ok(r.Schedule(t.Context(), by("editor"), id, rev, at.In(east), at.Add(time.Hour).In(east)))(t)
	if again := ok(r.Schedule(t.Context(), by("editor"), id, rev, at, at.Add(time.Hour)))(t); again != stamp {
		t.Errorf("scheduled twice: %v, %v", stamp, again)
	}
	if item, _ := r.item(t, id); !item.Schedule.At.Equal(at) || item.Schedule.At.Location() != time.UTC || item.Until == nil {
		t.Errorf("scheduled: %+v", item.Schedule)
	}
	if due, err := r.DueScan(t.Context()); err != nil || len(due) != 1 || due[0] != (content.Due{ID: id, At: at}) {
		t.Errorf("due: %v, %v", due, err)
	}
	// A clock that jumps back, and one that is a millisecond short.
	for _, early := range []time.Time{noon.AddDate(-1, 0, 0), at.Add(-time.Millisecond)} {
		r.at = early
		if fired := r.run(t, id, "none", "a/b", id); len(fired) != 0 {
			t.Errorf("at %v: %v", early, fired)
		}
	}
	r.at = at
	fired := r.run(t, id, id)
	if len(fired) != 1 || fired[0].Act != "scheduled" || fired[0].Stamp.Rev != stamp.Rev+1 {
		t.Fatalf("fired %v", fired)
	}
	item, _ := r.item(t, id)
	if item.Live != item.Draft || item.Schedule != nil || item.Review != nil || !item.Published.Equal(at) || item.Grounds.By != "editor" || len(item.Grounds.Approvals) != 3 {
		t.Errorf("live: %+v", item)
	}
	entries, err := r.store.Entries(t.Context(), fired[0].Stamp.Seq-1, 1)
	if err != nil || entries[0].Actor != "system" || entries[0].Act != "scheduled" {
		t.Errorf("entry %+v, %v", entries, err)
	}
	if fired = r.run(t, id); len(fired) != 0 {
		t.Errorf("again: %v", fired)
	}
	if due, err := r.DueScan(t.Context()); err != nil || len(due) != 1 || due[0].At != at.Add(time.Hour) {
		t.Errorf("due: %v, %v", due, err)
	}
	// Its end takes it from the readers; only another end and a review bring it back.
	r.at = at.Add(2 * time.Hour)
	if fired = r.run(t, id); len(fired) != 1 || fired[0].Act != "end" {
		t.Fatalf("fired %v", fired)
	}
	item, rev = r.item(t, id)
	if item.Live != "" || item.Gone == nil || !item.Gone.At.Equal(at.Add(time.Hour)) || !item.Published.Equal(at) || item.Grounds != nil {
		t.Errorf("ended: %+v", item)
	}
	if fired = r.run(t, id); len(fired) != 0 {
		t.Errorf("ended again: %v", fired)
	}
	rev = r.reviewed(t, id, rev)
	_, err = r.Publish(t.Context(), by("editor"), id, rev)
	wantStep(t, err, content.CodeEnded)
	stamp = ok(r.SetUntil(t.Context(), by("editor"), id, rev, time.Time{}))(t)
	ok(r.Publish(t.Context(), by("editor"), id, stamp.Rev))(t)
	if item, _ = r.item(t, id); item.Gone != nil || !item.Published.Equal(at) || !item.Updated.Equal(r.at) {
		t.Errorf("back: %+v", item)
	}
}

// What stands between a schedule and its time.
func TestScheduleThatIsNotKept(t *testing.T) {
	later := noon.Add(2 * time.Hour)
	for name, c := range map[string]struct {
		until  time.Time
		before func(*testing.T, *room, string, uint64)
		act    string // what the clock does; "" nothing
		live   bool
	}{
		"saved since": {before: func(t *testing.T, r *room, id string, rev uint64) {
			ok(r.Save(t.Context(), by("author"), id, rev, 0, text("改过"), ""))(t)
		}},
		"taken back": {before: func(t *testing.T, r *room, id string, rev uint64) {
			ok(r.Unschedule(t.Context(), by("editor2"), id, rev))(t)
			ok(r.Unschedule(t.Context(), by("editor2"), id, rev))(t)
		}},
		"taken down": {before: func(t *testing.T, r *room, id string, rev uint64) {
			ok(r.Withdraw(t.Context(), by("editor2"), id, "先不发", ""))(t)
			item, now := r.item(t, id)
			if item.Schedule != nil || item.Review != nil || item.Gone != nil {
				t.Errorf("a take-down left %+v", item)
			}
			_, err := r.Publish(t.Context(), by("chief"), id, now)
			wantStep(t, err, content.CodeStages)
		}},
		"start and end missed": {until: later, act: "end", before: func(t *testing.T, r *room, _ string, _ uint64) { r.at = later }},
		"pinned": {act: "scheduled", live: true, before: func(t *testing.T, r *room, id string, rev uint64) {
			ok(r.Place(t.Context(), by("editor"), id, rev, pinned(forYouth("")), ""))(t)
		}},
		"the gate blocks": {act: "missed", before: func(t *testing.T, r *room, id string, rev uint64) {
			ok(r.Place(t.Context(), by("editor"), id, rev, content.Placement{}, ""))(t)
		}},
		"an import": {act: "missed", before: func(t *testing.T, r *room, id string, _ uint64) {
			r.rewrite(t, id, func(it *content.Item) { it.Schedule.Version = journal.Sum([]byte("{}")) })
		}},
		"an approval is missing": {act: "missed", before: func(t *testing.T, r *room, id string, _ uint64) {
			r.rewrite(t, id, func(it *content.Item) { it.Review.Approvals = it.Review.Approvals[:2] })
		}},
		"one approved twice": {act: "missed", before: func(t *testing.T, r *room, id string, _ uint64) {
			r.rewrite(t, id, func(it *content.Item) { it.Review.Approvals[2].By = it.Review.Approvals[0].By })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newsroom(t, 3)
			id, rev := r.scheduled(t, "等着", c.until)
			c.before(t, r, id, rev)
			if r.at == noon {
				r.pass(time.Hour)
			}
			fired := r.run(t, id)
			if got := act(fired); got != c.act {
				t.Errorf("the clock did %q, want %q", got, c.act)
			}
			item, _ := r.item(t, id)
			if (item.Live != "") != c.live || item.Schedule != nil && item.Schedule.At.Before(r.at) || item.Gone != nil {
				t.Errorf("left %+v", item)
			}
			if c.act == "missed" && item.Remark == "" {
				t.Error("nobody is told why")
			}
			if again := r.run(t, id); len(again) != 0 {
				t.Errorf("again: %v", again)
			}
			if due, err := r.DueScan(t.Context()); err != nil || len(due) != 0 {
				t.Errorf("still due: %v, %v", due, err)
			}
		})
	}
}

func act(fired []content.Fired) string {
	if len(fired) == 0 {
		return ""
	}
	return fired[0].Act
}

// A take-down while a new text of a live item is scheduled takes both away.
func TestWithdrawScheduled(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.live(t, "在线")
	stamp := ok(r.Save(t.Context(), by("author"), id, rev, 0, text("新稿"), ""))(t)
	rev = r.reviewed(t, id, stamp.Rev)
	ok(r.Schedule(t.Context(), by("editor"), id, rev, noon.Add(time.Hour), time.Time{}))(t)
	down := ok(r.Withdraw(t.Context(), by("editor"), id, "有误", ""))(t)
	item, _ := r.item(t, id)
	if item.Live != "" || item.Schedule != nil || item.Review != nil || item.Gone == nil {
		t.Errorf("taken down: %+v", item)
	}
	r.pass(2 * time.Hour)
	if fired := r.run(t, id); len(fired) != 0 {
		t.Errorf("the clock did %v", fired)
	}
	// Every step on what is withdrawn needs a new review.
	for name, call := range map[string]func() (content.Stamp, error){
		"publish": func() (content.Stamp, error) { return r.Publish(t.Context(), by("chief"), id, down.Rev) },
		"schedule": func() (content.Stamp, error) {
			return r.Schedule(t.Context(), by("chief"), id, down.Rev, r.at.Add(time.Hour), time.Time{})
		},
		"approve": func() (content.Stamp, error) { return r.Approve(t.Context(), by("chief"), id, down.Rev, "") },
		"return":  func() (content.Stamp, error) { return r.Return(t.Context(), by("chief"), id, down.Rev, "退") },
		"assign":  func() (content.Stamp, error) { return r.Assign(t.Context(), by("chief"), id, down.Rev, content.Task{}) },
	} {
		_, err := call()
		t.Log(name)
		wantStep(t, err, content.CodeStages)
	}
	_, err := r.Publish(t.Context(), by("chief"), id, rev)
	wantErr(t, err, journal.ErrConflict)
	ok(r.Publish(t.Context(), by("editor"), id, r.reviewed(t, id, down.Rev)))(t)
	if item, _ = r.item(t, id); item.Gone != nil || item.Live == "" {
		t.Errorf("back: %+v", item)
	}
}

func TestSetUntil(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.scheduled(t, "到期", time.Time{})
	_, err := r.SetUntil(t.Context(), by("editor"), id, rev, noon)
	wantProblem(t, err, "until")
	_, err = r.SetUntil(t.Context(), by("editor"), id, rev, noon.Add(time.Hour))
	wantProblem(t, err, "until") // no later than it begins
	_, err = r.SetUntil(t.Context(), by("author"), id, rev, noon.Add(3*time.Hour))
	wantErr(t, err, content.ErrForbidden)
	stamp := ok(r.SetUntil(t.Context(), by("editor"), id, rev, noon.Add(3*time.Hour)))(t)
	if again := ok(r.SetUntil(t.Context(), by("editor2"), id, rev, noon.Add(3*time.Hour)))(t); again != stamp {
		t.Errorf("again: %v, %v", again, stamp)
	}
	_, err = r.SetUntil(t.Context(), by("editor2"), id, rev, noon.Add(4*time.Hour))
	wantErr(t, err, journal.ErrConflict)
	r.pass(time.Hour)
	r.run(t, id)
	r.pass(2 * time.Hour)
	if got := act(r.run(t, id)); got != "end" {
		t.Errorf("the clock did %q", got)
	}
}

// An item that can't be read does not keep the others waiting.
func TestRunDuePassesOverTheUnreadable(t *testing.T) {
	r := newsroom(t, 3)
	torn, _ := r.scheduled(t, "坏了", time.Time{})
	whole, _ := r.scheduled(t, "好的", time.Time{})
	r.rewrite(t, torn, func(it *content.Item) {
		missing := journal.Sum([]byte("{}"))
		it.Draft, it.Review.Version, it.Schedule.Version = missing, missing, missing
	})
	r.pass(time.Hour)
	fired, err := r.RunDue(t.Context(), []string{torn, whole})
	if err == nil || len(fired) != 1 || fired[0].ID != whole {
		t.Errorf("fired %v, %v", fired, err)
	}
}

// What nobody reviewed rests on the chief who scheduled it: it does not go live
// once they are none. What was reviewed does, whoever named the hour.
func TestScheduleOutlivesItsChief(t *testing.T) {
	for _, c := range []struct {
		name   string
		stages int
		change func(s staff)
		act    string
	}{
		{"still a chief", 0, func(staff) {}, "scheduled"},
		{"disabled", 0, func(s staff) { delete(s, "both") }, "missed"},
		{"an editor now", 0, func(s staff) { s["both"] = s["editor"] }, "missed"},
		{"a chief elsewhere", 0, func(s staff) { s["both"] = []account.Grant{{Role: account.Chief, Region: "3302"}} }, "missed"},
		{"reviewed, and disabled", 3, func(s staff) { delete(s, "both") }, "scheduled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newsroom(t, c.stages)
			people := everybody()
			r.People = people
			id, rev := r.draft(t, "到点")
			if c.stages > 0 {
				rev = r.reviewed(t, id, rev)
			}
			ok(r.Schedule(t.Context(), by("both"), id, rev, noon.Add(time.Hour), time.Time{}))(t)
			c.change(people)
			r.pass(time.Hour)
			if fired := r.run(t, id); len(fired) != 1 || fired[0].Act != c.act {
				t.Fatalf("fired %+v, want %s", fired, c.act)
			}
			item, _ := r.item(t, id)
			if live := c.act == "scheduled"; (item.Live != "") != live || item.Schedule != nil || (item.Remark == "") != live {
				t.Errorf("left %+v", item)
			}
		})
	}
	r := newsroom(t, 0)
	id, rev := r.draft(t, "运维定的")
	ok(r.Schedule(t.Context(), content.Operator(), id, rev, noon.Add(time.Hour), time.Time{}))(t)
	r.pass(time.Hour)
	if fired := r.run(t, id); len(fired) != 1 || fired[0].Act != "scheduled" {
		t.Errorf("the operator's: %+v", fired)
	}
}
