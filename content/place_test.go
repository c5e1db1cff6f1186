package content_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

func TestWithdraw(t *testing.T) {
	r := open(t)
	out := r.takeAll(t, []content.Submission{article("1", "题", "文"), article("2", "新题", "文")}, publish)
	draft := r.take(t, article("3", "草稿", "文"), content.ImportOptions{})
	id, other := out[0].ItemID, out[1].ItemID
	for _, c := range []struct{ id, instead, field string }{{draft.ItemID, "", "id"}, {id, id, "instead"}, {id, "none", "instead"}} {
		_, err := r.Withdraw(t.Context(), content.Operator(), c.id, "", c.instead)
		wantProblem(t, err, c.field)
	}
	if _, err := r.Withdraw(t.Context(), content.Operator(), "none", "", ""); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("withdrawing what is not there: %v", err)
	}
	stamp, err := r.Withdraw(t.Context(), content.Operator(), id, "数据有误", other)
	if err != nil || stamp.Rev != 2 {
		t.Fatal(stamp, err)
	}
	item, _ := r.item(t, id)
	if item.Live != "" || item.Draft == "" || item.Grounds != nil || !reflect.DeepEqual(item.Gone, &content.Gone{At: noon, Reason: "数据有误", Instead: other}) {
		t.Errorf("withdrawn: %+v", item)
	}
	if again, err := r.Withdraw(t.Context(), content.Operator(), id, "数据有误", other); err != nil || again != stamp {
		t.Errorf("again: %v, %v", again, err)
	}
	r.at = noon.Add(time.Hour)
	if _, err := r.Withdraw(t.Context(), content.Operator(), id, "另有原因", ""); err != nil {
		t.Fatal(err)
	}
	if item, _ := r.item(t, id); !item.Gone.At.Equal(noon) || item.Gone.Reason != "另有原因" {
		t.Errorf("gone is %+v", item.Gone)
	}
}

func TestPlace(t *testing.T) {
	r := open(t).seeded(t)
	id := r.take(t, article("1", "题", "文"), publish).ItemID
	_, err := r.Place(t.Context(), content.Operator(), id, 1, content.Placement{Topics: []string{"none"}}, "")
	wantProblem(t, err, "topics[0]")
	p := content.Placement{
		Audiences: []content.Placed{{Audience: content.Seniors, Weight: 80, Level: content.LevelEasy}, {Audience: content.Youth, Weight: 10}},
		Topics:    []string{"emergency-weather"}, Region: "331127",
		Pin: &content.Pin{On: []string{"all", "seniors"}, Until: noon.AddDate(0, 0, 7)},
	}
	if _, err := r.Place(t.Context(), content.Operator(), id, 7, p, ""); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("a stale placement: %v", err)
	}
	stamp, err := r.Place(t.Context(), content.Operator(), id, 1, p, "")
	if err != nil || stamp.Rev != 2 {
		t.Fatal(stamp, err)
	}
	item, _ := r.item(t, id)
	if item.Placement.Audiences[0].Audience != content.Youth || item.Placement.Pin == nil || item.Live == "" {
		t.Errorf("placed: %+v", item)
	}
	if again, err := r.Place(t.Context(), content.Operator(), id, 2, p, ""); err != nil || again != stamp {
		t.Errorf("the same placement: %v, %v", again, err)
	}
}
