package content_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// A take-down never loses to a publication that falls due at that moment.
func TestWithdrawRacesTheClock(t *testing.T) {
	r := newsroom(t, 0)
	for round := range 30 {
		id, rev := r.draft(t, fmt.Sprint("争", round))
		ok(r.Schedule(t.Context(), by("chief"), id, rev, r.at.Add(time.Second), time.Time{}))(t)
		r.pass(time.Second)
		var wait sync.WaitGroup
		var down, due, clock error
		wait.Go(func() { _, down = r.Withdraw(t.Context(), by("editor"), id, "先不发", "") })
		wait.Go(func() { _, due = r.RunDue(t.Context(), []string{id}) })
		wait.Go(func() { _, clock = r.RunDue(t.Context(), []string{id}) })
		wait.Wait()
		if err := errors.Join(down, due, clock); err != nil {
			t.Fatal(err)
		}
		if item, _ := r.item(t, id); item.Live != "" || item.Schedule != nil || item.Review != nil {
			t.Fatalf("round %d left %+v", round, item)
		}
	}
}

// However often and from wherever it is clicked, there is one event.
func TestPublishClickedManyTimes(t *testing.T) {
	for name, op := range map[string]func(int) string{
		"one operation":   func(int) string { return "p" },
		"many operations": func(n int) string { return fmt.Sprint("p", n) },
		"none":            func(int) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			r := newsroom(t, 3)
			id, rev := r.draft(t, "连点")
			rev = r.reviewed(t, id, rev)
			head := r.head(t)
			var wait sync.WaitGroup
			stamps, errs := make([]content.Stamp, 8), make([]error, 8)
			for n := range stamps {
				wait.Go(func() { stamps[n], errs[n] = r.Publish(t.Context(), named("editor", op(n)), id, rev) })
			}
			wait.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			for _, s := range stamps {
				if s != (content.Stamp{Rev: rev + 1, Seq: head + 1}) {
					t.Errorf("published as %v, want revision %d", s, rev+1)
				}
			}
			if r.head(t) != head+1 {
				t.Errorf("%d events", r.head(t)-head)
			}
		})
	}
}

// Of approvals that two people give one stage at once, one counts.
func TestApproveAtOnce(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "同时审")
	stamp := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{}))(t)
	people := []string{"editor", "editor2", "both", "chief"}
	var wait sync.WaitGroup
	errs := make([]error, len(people))
	for n, who := range people {
		wait.Go(func() { _, errs[n] = r.Approve(t.Context(), by(who), id, stamp.Rev, "") })
	}
	wait.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantErr(t, err, journal.ErrConflict)
		}
	}
	if item, _ := r.item(t, id); won != 1 || len(item.Review.Approvals) != 1 {
		t.Errorf("%d won: %+v", won, item.Review)
	}
}

// What an import writes over a draft ends its review and schedule.
func TestImportEndsReview(t *testing.T) {
	r := newsroom(t, 3)
	got := r.take(t, article("1", "题", "一"), content.ImportOptions{})
	stamp := ok(r.Submit(t.Context(), by("editor"), got.ItemID, 1, content.Task{}))(t)
	stamp = ok(r.Approve(t.Context(), by("editor2"), got.ItemID, stamp.Rev, ""))(t)
	wantOutcome(t, r.take(t, article("1", "题", "二"), content.ImportOptions{}), content.Changed)
	item, _ := r.item(t, got.ItemID)
	if item.Review != nil || item.Remark != "" {
		t.Errorf("after an import: %+v", item)
	}
	_, err := r.Approve(t.Context(), by("expert"), got.ItemID, stamp.Rev, "")
	wantErr(t, err, journal.ErrConflict)
	// What a source published long ago keeps its date when the desk publishes it.
	old := article("2", "旧文", "文")
	old.Published = noon.AddDate(-3, 0, 0)
	id := r.take(t, old, content.ImportOptions{}).ItemID
	stamp = ok(r.Submit(t.Context(), by("editor"), id, 1, content.Task{}))(t)
	for _, who := range []string{"editor2", "expert", "chief"} {
		stamp = ok(r.Approve(t.Context(), by(who), id, stamp.Rev, ""))(t)
	}
	ok(r.Publish(t.Context(), by("editor"), id, stamp.Rev))(t)
	if item, _ = r.item(t, id); !item.Published.Equal(old.Published) || !item.Updated.Equal(noon) {
		t.Errorf("published %v, updated %v", item.Published, item.Updated)
	}
	wantOutcome(t, r.take(t, old, publish), content.Unchanged)
}
