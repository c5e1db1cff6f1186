package content_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
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

// A new address goes before the old ones; one's own comes back, another's gets
// a piece of the id.
func TestPlaceAddress(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "台风")
	other, _ := r.draft(t, "暴雨")
	for _, bad := range []string{"Tai", "a--b", "feed", "..", strings.Repeat("x", 97)} {
		_, err := r.Place(t.Context(), by("editor"), id, rev, forYouth(""), bad)
		wantProblem(t, err, "slug")
	}
	stamp := ok(r.Place(t.Context(), by("editor"), id, rev, forYouth(""), "typhoon"))(t)
	if again := ok(r.Place(t.Context(), by("editor"), id, rev, forYouth(""), "typhoon"))(t); again != stamp {
		t.Errorf("again: %v, %v", again, stamp)
	}
	_, err := r.Place(t.Context(), by("editor2"), id, rev, pinned(forYouth("")), "")
	wantErr(t, err, journal.ErrConflict)
	stamp = ok(r.Place(t.Context(), by("editor"), id, stamp.Rev, forYouth(""), "bao-yu"))(t)
	stamp = ok(r.Place(t.Context(), by("editor"), id, stamp.Rev, forYouth(""), "tai-feng"))(t)
	item, _ := r.item(t, id)
	if !reflect.DeepEqual(item.Slugs, []string{"tai-feng", "bao-yu-" + id[32:], "typhoon"}) {
		t.Errorf("addresses %v", item.Slugs)
	}
	if item, _ = r.item(t, other); !reflect.DeepEqual(item.Slugs, []string{"bao-yu"}) {
		t.Errorf("the other's %v", item.Slugs)
	}
}

// A pin set while somebody types hinders neither the typing nor the save, and
// ends no review.
func TestPinWhileTyping(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "打字")
	n, err := r.Autosave(t.Context(), by("author"), id, rev, 0, []byte("一"))
	if err != nil {
		t.Fatal(err)
	}
	ok(r.Submit(t.Context(), by("editor"), id, rev, content.Task{}))(t)
	ok(r.Place(t.Context(), by("editor"), id, rev, pinned(forYouth("")), ""))(t)
	if n, err = r.Autosave(t.Context(), by("author"), id, rev, n, []byte("一二")); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if item, _ := r.item(t, id); item.Review == nil || item.Placement.Pin == nil {
		t.Errorf("placed: %+v", item)
	}
	ok(r.Save(t.Context(), by("author"), id, rev, n, text("一二三"), ""))(t)
	if item, _ := r.item(t, id); item.Review != nil || item.Placement.Pin == nil {
		t.Errorf("saved: %+v", item)
	}
}

// Items that want one address at once, while a claim on it that nobody holds is
// being swept, never share it.
func TestAddressRace(t *testing.T) {
	r := newsroom(t, 3)
	for round := range 20 {
		slug := fmt.Sprint("wanted-", round)
		rows, err := r.Slate.Put(t.Context(), journal.Row{Key: "slug/" + slug, Value: []byte("nobody"), Due: r.at})
		if err != nil || rows[0].Err != nil {
			t.Fatal(err, rows)
		}
		var ids []string
		for n := range 3 {
			id, _ := r.draft(t, fmt.Sprint("抢", round, n))
			ids = append(ids, id)
		}
		var wait sync.WaitGroup
		errs := make([]error, len(ids)+1)
		for n, id := range ids {
			wait.Go(func() { _, errs[n] = r.Place(t.Context(), by("editor"), id, 1, forYouth(""), slug) })
		}
		wait.Go(func() { _, errs[len(ids)] = r.FreeSlugs(t.Context()) })
		wait.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		holder := map[string]string{}
		for _, id := range ids {
			item, _ := r.item(t, id)
			for _, s := range item.Slugs {
				if holder[s] != "" {
					t.Fatalf("%s is held by %s and %s", s, holder[s], id)
				}
				row, err := r.Slate.Get(t.Context(), "slug/"+s)
				if err != nil || string(row.Value) != id {
					t.Fatalf("%s of %s is claimed by %s, %v", s, id, row.Value, err)
				}
				holder[s] = id
			}
		}
	}
}
