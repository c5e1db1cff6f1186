package content_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

func (r *room) bulk(t testing.TB, who content.By, ids []string, b content.Bulk) (string, []content.Done) {
	t.Helper()
	token, done, err := r.Bulk(t.Context(), who, ids, b)
	if err != nil {
		t.Fatal(err)
	}
	if len(done) != len(ids) {
		t.Fatalf("%d results for %d items", len(done), len(ids))
	}
	return token, done
}

func TestBulkPlaceAndUndo(t *testing.T) {
	r := newsroom(t, 3)
	var ids []string
	for i := range 4 {
		id, _ := r.draft(t, fmt.Sprint("第", i))
		ids = append(ids, id)
	}
	ok(r.Place(t.Context(), by("editor"), ids[1], 1, content.Placement{Tags: []string{"旧"}, Region: "330203"}, ""))(t)
	before := make([]content.Item, len(ids))
	for i, id := range ids {
		before[i], _ = r.item(t, id)
	}
	tag := content.Bulk{Place: &content.Arrangement{Tag: []string{"#防汛"}, Untag: []string{"旧"}}}
	token, done := r.bulk(t, named("editor", "b1"), append(slices.Clone(ids), "none"), tag)
	if token == "" || done[0].Err != nil || done[1].Err != nil || !errors.Is(done[4].Err, journal.ErrNotFound) {
		t.Fatalf("done: %v", done)
	}
	if item, _ := r.item(t, ids[1]); !slices.Equal(item.Placement.Tags, []string{"防汛"}) || item.Placement.Region != "330203" {
		t.Errorf("tagged: %+v", item.Placement)
	}
	head := r.head(t)
	if again, twice := r.bulk(t, named("editor", "b1"), append(slices.Clone(ids), "none"), tag); again != token || twice[0] != done[0] || r.head(t) != head {
		t.Errorf("again: %s, %v", again, twice)
	}
	_, err := r.Undo(t.Context(), by("chief"), token)
	wantErr(t, err, journal.ErrNotFound)
	// One is placed since, one gets another text, which does not matter.
	item, rev := r.item(t, ids[2])
	ok(r.Place(t.Context(), by("editor2"), ids[2], rev, pinned(item.Placement), ""))(t)
	ok(r.Save(t.Context(), by("author"), ids[3], 1, 0, text("别的"), ""))(t)
	r.pass(content.UndoTime - time.Millisecond)
	undone, err := r.Undo(t.Context(), by("editor"), token)
	if err != nil || len(undone) != 4 {
		t.Fatal(undone, err)
	}
	for i, id := range ids {
		item, _ := r.item(t, id)
		if i == 2 {
			wantErr(t, undone[i].Err, journal.ErrConflict)
			continue
		}
		if undone[i].Err != nil || fmt.Sprint(item.Placement) != fmt.Sprint(before[i].Placement) {
			t.Errorf("%d: %v, %+v, was %+v", i, undone[i].Err, item.Placement, before[i].Placement)
		}
	}
	_, err = r.Undo(t.Context(), by("editor"), token)
	wantErr(t, err, journal.ErrNotFound)
	token, _ = r.bulk(t, by("editor"), ids, tag)
	r.pass(content.UndoTime)
	_, err = r.Undo(t.Context(), by("editor"), token)
	wantErr(t, err, journal.ErrNotFound)
	for _, bad := range []string{"", "x\n", "../lock/" + ids[0], strings.Repeat("x", 1000)} {
		_, err = r.Undo(t.Context(), by("editor"), bad)
		wantErr(t, err, journal.ErrNotFound)
	}
}

func TestBulkSteps(t *testing.T) {
	r := newsroom(t, 3)
	approved, rev := r.draft(t, "审完")
	r.reviewed(t, approved, rev)
	sent, rev := r.draft(t, "在审")
	due := noon.Add(time.Hour)
	ok(r.Submit(t.Context(), by("author"), sent, rev, content.Task{With: "editor2", Due: due}))(t)
	raw, _ := r.draft(t, "草稿")
	ids := []string{approved, sent, raw}

	token, done := r.bulk(t, by("editor"), ids, content.Bulk{Publish: true})
	wantStep(t, done[1].Err, content.CodeStages)
	wantStep(t, done[2].Err, content.CodeStages)
	if item, _ := r.item(t, approved); token != "" || done[0].Err != nil || item.Live == "" {
		t.Errorf("published: %q, %v", token, done)
	}
	token, done = r.bulk(t, by("editor"), ids, content.Bulk{Assign: &content.Task{With: "editor"}})
	wantStep(t, done[0].Err, content.CodeStages)
	if item, _ := r.item(t, sent); token == "" || done[1].Err != nil || item.Review.With != "editor" {
		t.Errorf("assigned: %v", done)
	}
	if undone, err := r.Undo(t.Context(), by("editor"), token); err != nil || len(undone) != 1 || undone[0].Err != nil {
		t.Errorf("undone: %v, %v", undone, err)
	}
	if item, _ := r.item(t, sent); item.Review.With != "editor2" || !item.Review.Due.Equal(due) {
		t.Errorf("undone to %+v", item.Review)
	}
	token, done = r.bulk(t, by("editor"), ids, content.Bulk{Withdraw: &content.Farewell{Reason: "整改"}})
	if item, _ := r.item(t, approved); token != "" || done[0].Err != nil || item.Gone == nil || item.Gone.Reason != "整改" {
		t.Errorf("withdrawn: %v", done)
	}
	wantProblem(t, done[2].Err, "id")
	_, done = r.bulk(t, by("author"), ids, content.Bulk{Withdraw: &content.Farewell{}})
	wantErr(t, done[0].Err, content.ErrForbidden)

	for field, bad := range map[string]content.Bulk{
		"":                {},
		"place.topics[0]": {Place: &content.Arrangement{Topics: &[]string{"none"}}},
		"place.region":    {Place: &content.Arrangement{Region: pointer("110101")}},
		"place.tags[0]":   {Place: &content.Arrangement{Tag: []string{strings.Repeat("长", 21)}}},
	} {
		_, _, err := r.Bulk(t.Context(), by("editor"), ids, bad)
		wantProblem(t, err, field)
	}
	_, _, err := r.Bulk(t.Context(), by("editor"), ids, content.Bulk{Publish: true, Assign: &content.Task{}})
	wantProblem(t, err, "")
	_, _, err = r.Bulk(t.Context(), by("editor"), make([]string, 501), content.Bulk{Publish: true})
	wantProblem(t, err, "ids")
	_, _, err = r.Bulk(t.Context(), by("editor"), nil, content.Bulk{Publish: true})
	wantProblem(t, err, "ids")
	_, done = r.bulk(t, by("editor"), []string{sent}, content.Bulk{Place: &content.Arrangement{Region: pointer("3301"), Series: pointer("chao"), Pin: &content.Pin{On: []string{"all"}}}})
	if item, _ := r.item(t, sent); done[0].Err != nil || item.Placement.Region != "3301" || item.Placement.Series.ID != "chao" || item.Placement.Pin == nil || item.Review == nil {
		t.Errorf("placed: %v, %+v", done, item)
	}
	r.bulk(t, by("editor"), []string{sent}, content.Bulk{Place: &content.Arrangement{Series: pointer(""), Pin: &content.Pin{}}})
	if item, _ := r.item(t, sent); item.Placement.Series != nil || item.Placement.Pin != nil {
		t.Errorf("placed: %+v", item.Placement)
	}
}

func pointer[T any](v T) *T { return &v }

func TestDelete(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "不要了")
	for who, want := range map[string]error{"expert": content.ErrForbidden, "author2": journal.ErrNotFound, "hangzhou": journal.ErrNotFound} {
		_, err := r.Delete(t.Context(), by(who), id, rev)
		wantErr(t, err, want)
	}
	if _, err := r.Autosave(t.Context(), by("editor"), id, rev, 0, []byte("还在写")); err != nil {
		t.Fatal(err)
	}
	_, err := r.Delete(t.Context(), by("author"), id, rev)
	wantStep(t, err, content.CodeUnsaved)
	if err := r.DropAutosave(t.Context(), by("editor"), id, "", 1); err != nil {
		t.Fatal(err)
	}
	stamp := ok(r.Save(t.Context(), by("editor"), id, rev, 0, text("改过"), ""))(t)
	_, err = r.Delete(t.Context(), by("author"), id, rev)
	wantErr(t, err, journal.ErrConflict)
	ok(r.Place(t.Context(), by("editor"), id, stamp.Rev, pinned(forYouth("")), ""))(t)
	gone := ok(r.Delete(t.Context(), by("author"), id, stamp.Rev))(t)
	if again := ok(r.Delete(t.Context(), by("author"), id, stamp.Rev))(t); again != gone {
		t.Errorf("again: %v, %v", again, gone)
	}
	_, err = r.Delete(t.Context(), by("editor"), id, stamp.Rev)
	wantErr(t, err, journal.ErrNotFound)
	_, _, err = r.Read(t.Context(), by("author"), id)
	wantErr(t, err, journal.ErrNotFound)
	// The address is free at once.
	next, _ := r.draft(t, "不要了")
	if item, _ := r.item(t, next); item.Slugs[0] != "bu-yao-le" {
		t.Errorf("the address is %v", item.Slugs)
	}
	shown, rev := r.live(t, "读者看过")
	_, err = r.Delete(t.Context(), by("chief"), shown, rev)
	wantStep(t, err, content.CodePublished)
	down := ok(r.Withdraw(t.Context(), by("chief"), shown, "", ""))(t)
	_, err = r.Delete(t.Context(), by("chief"), shown, down.Rev)
	wantStep(t, err, content.CodePublished)
}

// A deletion that is cut off after its commit leaves claims that the sweep
// frees, though they had been settled.
func TestDeleteCutOff(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "断电")
	r.pass(2 * time.Hour)
	if n, err := r.FreeSlugs(t.Context()); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	r.Slate = noDelete{r.store.Slate()}
	if _, err := r.Delete(t.Context(), by("author"), id, rev); err == nil {
		t.Fatal("the slate was not cut off")
	}
	r.Slate = r.store.Slate()
	ok(r.Delete(t.Context(), by("author"), id, rev))(t)
	r.pass(2 * time.Hour)
	if n, err := r.FreeSlugs(t.Context()); n != 1 || err != nil {
		t.Errorf("freed %d, %v", n, err)
	}
}

// noDelete is a slate whose process ends before it deletes a row.
type noDelete struct{ journal.Slate }

var errCut = errors.New("cut off")

func (noDelete) Delete(context.Context, string, uint64) error { return errCut }
