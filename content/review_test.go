package content_test

import (
	"reflect"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// Three people pass the exact text, none of whom wrote it; then it is live.
func TestReviewToLive(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "台风")
	stamp := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{With: "editor"}))(t)
	item, _ := r.item(t, id)
	if due := item.Review.Due; item.Review.With != "editor" || due == nil || !due.Equal(noon.AddDate(0, 0, 3)) {
		t.Errorf("review is %+v", item.Review)
	}
	for _, c := range []struct {
		who  string
		want error
	}{
		{"chief", content.ErrStep}, // it is with the editor
		{"expert", content.ErrForbidden},
		{"author", content.ErrForbidden},
		{"auditor", content.ErrForbidden},
		{"admin", journal.ErrNotFound},
		{"nobody", journal.ErrNotFound},
		{"author2", journal.ErrNotFound},
		{"hangzhou", journal.ErrNotFound}, // the item is the whole province's
	} {
		_, err := r.Approve(t.Context(), by(c.who), id, stamp.Rev, "")
		wantErr(t, err, c.want)
	}
	_, err := r.Publish(t.Context(), by("chief"), id, stamp.Rev)
	wantStep(t, err, content.CodeStages)
	for i, who := range []string{"editor", "expert", "chief"} {
		r.pass(time.Hour)
		stamp = ok(r.Approve(t.Context(), by(who), id, stamp.Rev, "可以"))(t)
		_, err := r.Approve(t.Context(), by(who), id, stamp.Rev, "")
		if i < 2 {
			wantErr(t, err, content.ErrForbidden)
		} else {
			wantStep(t, err, content.CodeStages)
		}
	}
	for _, who := range []string{"author", "expert", "auditor"} {
		_, err := r.Publish(t.Context(), by(who), id, stamp.Rev)
		wantErr(t, err, content.ErrForbidden)
	}
	stamp = ok(r.Publish(t.Context(), by("editor"), id, stamp.Rev))(t)
	item, _ = r.item(t, id)
	g := item.Grounds
	if item.Live != item.Draft || item.Review != nil || item.Writers != nil || !item.Published.Equal(r.at) || !item.Updated.Equal(r.at) {
		t.Errorf("published: %+v", item)
	}
	if g.Version != item.Live || len(g.Approvals) != 3 || len(g.Waived) != 0 || g.By != "editor" || !reflect.DeepEqual(g.Writers, []string{"author"}) || len(g.Advice) == 0 {
		t.Errorf("grounds: %+v", g)
	}
	again := ok(r.Publish(t.Context(), by("editor"), id, stamp.Rev))(t)
	twice := ok(r.Publish(t.Context(), by("editor"), id, stamp.Rev-1))(t)
	if again != stamp || twice != stamp {
		t.Errorf("publishing twice: %v, %v, want %v", again, twice, stamp)
	}
}

// Whoever holds two roles still has one say.
func TestReviewByOnePersonTwice(t *testing.T) {
	r := newsroom(t, 2)
	id, rev := r.draft(t, "一人两审")
	stamp := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{}))(t)
	stamp = ok(r.Approve(t.Context(), by("both"), id, stamp.Rev, ""))(t)
	_, err := r.Approve(t.Context(), by("both"), id, stamp.Rev, "")
	wantErr(t, err, content.ErrForbidden)
	_, err = r.Assign(t.Context(), by("editor"), id, stamp.Rev, content.Task{With: "both"})
	wantProblem(t, err, "with")
	ok(r.Approve(t.Context(), by("chief"), id, stamp.Rev, ""))(t)
}

// A writer of any part of the text approves nothing of it.
func TestReviewByWriter(t *testing.T) {
	r := newsroom(t, 1)
	id, rev := r.draft(t, "谁写的")
	stamp := ok(r.Save(t.Context(), by("chief"), id, rev, 0, text("主编改过"), "改标题"))(t)
	stamp = ok(r.Save(t.Context(), by("author"), id, stamp.Rev, 0, text("作者又改"), ""))(t)
	stamp = ok(r.Submit(t.Context(), by("author"), id, stamp.Rev, content.Task{}))(t)
	_, err := r.Approve(t.Context(), by("chief"), id, stamp.Rev, "")
	wantErr(t, err, content.ErrForbidden)
	_, err = r.Assign(t.Context(), by("editor"), id, stamp.Rev, content.Task{With: "chief"})
	wantProblem(t, err, "with")
	stamp = ok(r.Approve(t.Context(), by("chief2"), id, stamp.Rev, ""))(t)
	stamp = ok(r.Publish(t.Context(), by("editor"), id, stamp.Rev))(t)
	// Taken down, it is its writers' text again.
	stamp = ok(r.Withdraw(t.Context(), by("editor"), id, "", ""))(t)
	stamp = ok(r.Submit(t.Context(), by("editor"), id, stamp.Rev, content.Task{}))(t)
	_, err = r.Approve(t.Context(), by("chief"), id, stamp.Rev, "")
	wantErr(t, err, content.ErrForbidden)
	ok(r.Approve(t.Context(), by("chief2"), id, stamp.Rev, ""))(t)
}

// Another text ends the review; approving what has moved on is a conflict.
func TestReviewOfTextThatMoved(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "一稿")
	sent := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{}))(t)
	// A pin does not disturb it, nor does a note of another's revision.
	placed := ok(r.Place(t.Context(), by("editor"), id, sent.Rev, pinned(forYouth("")), ""))(t)
	first := ok(r.Approve(t.Context(), by("editor"), id, sent.Rev, ""))(t)
	if first.Rev != placed.Rev+1 {
		t.Errorf("approved at %v", first)
	}
	_, err := r.Approve(t.Context(), by("expert"), id, sent.Rev, "")
	wantErr(t, err, journal.ErrConflict) // it saw the first stage only
	saved := ok(r.Save(t.Context(), by("author"), id, first.Rev, 0, text("二稿"), ""))(t)
	_, err = r.Approve(t.Context(), by("expert"), id, first.Rev, "")
	wantErr(t, err, journal.ErrConflict)
	_, err = r.Approve(t.Context(), by("expert"), id, saved.Rev, "")
	wantStep(t, err, content.CodeStages)
	_, err = r.Publish(t.Context(), by("chief"), id, first.Rev)
	wantErr(t, err, journal.ErrConflict)
	if item, _ := r.item(t, id); item.Review != nil || item.Placement.Pin == nil {
		t.Errorf("after a save: %+v", item)
	}
	for _, rev := range []uint64{0, saved.Rev + 1, 1 << 62} {
		_, err = r.Submit(t.Context(), by("author"), id, rev, content.Task{})
		wantErr(t, err, journal.ErrConflict)
	}
}

func TestReturn(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "退回")
	stamp := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{}))(t)
	_, err := r.Return(t.Context(), by("editor"), id, stamp.Rev, " ")
	wantProblem(t, err, "note")
	_, err = r.Return(t.Context(), by("expert"), id, stamp.Rev, "数据")
	wantErr(t, err, content.ErrForbidden)
	back := ok(r.Return(t.Context(), by("editor"), id, stamp.Rev, "数据要核对"))(t)
	if again := ok(r.Return(t.Context(), by("editor"), id, stamp.Rev, "数据要核对"))(t); again != back {
		t.Errorf("sent back twice: %v, %v", back, again)
	}
	item, _ := r.item(t, id)
	if n := item.Review.Returned; n == nil || n.Stage != content.StageFirst || n.By != "editor" || n.Text != "数据要核对" {
		t.Errorf("sent back: %+v", item.Review)
	}
	_, err = r.Approve(t.Context(), by("editor2"), id, back.Rev, "")
	wantStep(t, err, content.CodeStages)
	_, err = r.Publish(t.Context(), by("chief"), id, back.Rev)
	wantStep(t, err, content.CodeStages)
	stamp = ok(r.Submit(t.Context(), by("author"), id, back.Rev, content.Task{}))(t)
	ok(r.Return(t.Context(), by("chief"), id, stamp.Rev, "主编也可退"))(t)
}

func TestAssign(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "转交")
	_, err := r.Assign(t.Context(), by("editor"), id, rev, content.Task{With: "editor"})
	wantStep(t, err, content.CodeStages)
	stamp := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{}))(t)
	for _, who := range []string{"author", "expert", "none", "hangzhou", "nobody"} {
		_, err := r.Assign(t.Context(), by("editor"), id, stamp.Rev, content.Task{With: who})
		wantProblem(t, err, "with")
	}
	_, err = r.Assign(t.Context(), by("editor"), id, stamp.Rev, content.Task{With: "editor2", Due: noon.Add(-time.Hour)})
	wantProblem(t, err, "due")
	_, err = r.Assign(t.Context(), by("author"), id, stamp.Rev, content.Task{With: "editor2"})
	wantErr(t, err, content.ErrForbidden)
	due := noon.Add(48 * time.Hour)
	stamp = ok(r.Assign(t.Context(), by("editor"), id, stamp.Rev, content.Task{With: "editor2", Due: due}))(t)
	_, err = r.Approve(t.Context(), by("editor"), id, stamp.Rev, "")
	wantStep(t, err, content.CodeAssigned)
	// Who has it passes it on; the due date stays.
	stamp = ok(r.Assign(t.Context(), by("editor2"), id, stamp.Rev, content.Task{With: "editor"}))(t)
	if item, _ := r.item(t, id); item.Review.With != "editor" || !item.Review.Due.Equal(due) {
		t.Errorf("passed on: %+v", item.Review)
	}
	stamp = ok(r.Approve(t.Context(), by("editor"), id, stamp.Rev, ""))(t)
	if item, _ := r.item(t, id); item.Review.With != "" || !item.Review.Due.Equal(noon.AddDate(0, 0, 5)) {
		t.Errorf("the next stage: %+v", item.Review)
	}
	stamp = ok(r.Assign(t.Context(), by("chief"), id, stamp.Rev, content.Task{With: "expert"}))(t)
	// The expert has no role that assigns, but has the stage.
	ok(r.Assign(t.Context(), by("expert"), id, stamp.Rev, content.Task{}))(t)
}

// A setting changed in the middle of a review counts for the next one.
func TestReviewKeepsItsStages(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "改设置")
	stamp := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{}))(t)
	one, err := content.DefaultReview(1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.PutSetting(t.Context(), by("admin"), 1, content.SettingReview, one)
	wantErr(t, err, content.ErrForbidden)
	ok(r.PutSetting(t.Context(), by("chief"), 1, content.SettingReview, one))(t)
	stamp = ok(r.Approve(t.Context(), by("editor"), id, stamp.Rev, ""))(t)
	_, err = r.Publish(t.Context(), by("chief"), id, stamp.Rev)
	wantStep(t, err, content.CodeStages)
	none, err := content.DefaultReview(0)
	if err != nil {
		t.Fatal(err)
	}
	ok(r.PutSetting(t.Context(), by("chief"), 2, content.SettingReview, none))(t)
	_, err = r.Publish(t.Context(), by("chief"), id, stamp.Rev)
	wantStep(t, err, content.CodeStages)
}

func TestReviewRules(t *testing.T) {
	r := newsroom(t, 3)
	for field, bad := range map[string]map[string]any{
		"stages.default": {"stages": map[string]any{}},
		"stages.text":    {"stages": map[string]any{"default": []string{}, "text": []string{"final", "first"}}},
		"stages.steps":   {"stages": map[string]any{"default": []string{}, "steps": []string{"first", "first"}}},
		"stages.rumour":  {"stages": map[string]any{"default": []string{}, "rumour": []string{"second"}}},
		"stages.story":   {"stages": map[string]any{"default": []string{}, "story": []string{}}},
		"days.first":     {"stages": map[string]any{"default": []string{}}, "days": map[string]int{"first": -1}},
		"days.second":    {"stages": map[string]any{"default": []string{}}, "days": map[string]int{"second": 1}},
		"value":          {"stages": 3},
	} {
		_, err := r.PutSetting(t.Context(), by("chief"), 1, content.SettingReview, bad)
		wantProblem(t, err, field)
	}
	// An emergency takes the final stage only; with no stage a chief does it alone.
	id, rev := r.draft(t, "暴雨")
	v := text("暴雨红色预警")
	v.Form = "emergency"
	stamp := ok(r.Save(t.Context(), by("author"), id, rev, 0, v, ""))(t)
	stamp = ok(r.Submit(t.Context(), by("author"), id, stamp.Rev, content.Task{}))(t)
	stamp = ok(r.Approve(t.Context(), by("chief"), id, stamp.Rev, ""))(t)
	ok(r.Publish(t.Context(), by("chief"), id, stamp.Rev))(t)
	if item, _ := r.item(t, id); !reflect.DeepEqual(item.Grounds.Waived, []string{content.StageFirst, content.StageScientific}) {
		t.Errorf("grounds %+v", item.Grounds)
	}
	if _, err := content.DefaultReview(4); err == nil {
		t.Error("four stages")
	}
	if err := r.SeedReview(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	_, err := r.Publish(t.Context(), by("chief"), first(r.draft(t, "三审不因重启变")), 1)
	wantStep(t, err, content.CodeStages)
}

func TestNoStages(t *testing.T) {
	r := newsroom(t, 0)
	id, rev := r.draft(t, "小站")
	_, err := r.Publish(t.Context(), by("editor"), id, rev)
	wantErr(t, err, content.ErrForbidden)
	stamp := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{}))(t)
	_, err = r.Publish(t.Context(), by("editor"), id, stamp.Rev)
	wantErr(t, err, content.ErrForbidden)
	stamp = ok(r.Publish(t.Context(), by("chief"), id, stamp.Rev))(t)
	item, _ := r.item(t, id)
	if len(item.Grounds.Approvals) != 0 || len(item.Grounds.Waived) != 3 || item.Grounds.By != "chief" {
		t.Errorf("grounds %+v", item.Grounds)
	}
	stamp = ok(r.Save(t.Context(), by("chief"), id, stamp.Rev, 0, text("再改"), ""))(t)
	stamp = ok(r.Schedule(t.Context(), by("chief"), id, stamp.Rev, noon.Add(time.Hour), time.Time{}))(t)
	r.pass(time.Hour)
	if fired, err := r.RunDue(t.Context(), []string{id}); err != nil || len(fired) != 1 || fired[0].Act != "scheduled" || fired[0].Stamp.Rev != stamp.Rev+1 {
		t.Errorf("fired %+v, %v", fired, err)
	}
}

func first[A, B any](a A, _ B) A { return a }

func pinned(p content.Placement) content.Placement {
	p.Pin = &content.Pin{On: []string{"all"}}
	return p
}

// Whoever wrote a text does not approve it when another brings it back, be it
// from before a publication or what readers saw.
func TestRestoredTextKeepsItsWriters(t *testing.T) {
	for name, shown := range map[string]bool{"never published": false, "live once": true} {
		t.Run(name, func(t *testing.T) {
			r := newsroom(t, 3)
			id, stamp, err := r.Create(t.Context(), by("both"), content.KindArticle, text("主编自己写的"), forYouth(""), "")
			stamp = ok(stamp, err)(t)
			publish := func(writer string) {
				t.Helper()
				stamp = ok(r.Submit(t.Context(), by(writer), id, stamp.Rev, content.Task{}))(t)
				for _, who := range []string{"editor", "expert", "chief"} {
					stamp = ok(r.Approve(t.Context(), by(who), id, stamp.Rev, ""))(t)
				}
				stamp = ok(r.Publish(t.Context(), by("editor"), id, stamp.Rev))(t)
			}
			from := stamp.Rev
			if shown {
				publish("both")
				from = stamp.Rev
			}
			stamp = ok(r.Save(t.Context(), by("editor2"), id, stamp.Rev, 0, text("另一版"), ""))(t)
			publish("editor2")
			stamp = ok(r.Restore(t.Context(), by("editor2"), id, stamp.Rev, from))(t)
			stamp = ok(r.Submit(t.Context(), by("editor2"), id, stamp.Rev, content.Task{}))(t)
			for _, who := range []string{"editor", "expert", "chief"} {
				for _, writer := range []string{"both", "editor2"} {
					_, err := r.Approve(t.Context(), by(writer), id, stamp.Rev, "")
					wantErr(t, err, content.ErrForbidden)
				}
				stamp = ok(r.Approve(t.Context(), by(who), id, stamp.Rev, ""))(t)
			}
			ok(r.Publish(t.Context(), by("editor"), id, stamp.Rev))(t)
		})
	}
}
