package content_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

func named(who, op string) content.By {
	b := by(who)
	b.Op = op
	return b
}

func TestCreate(t *testing.T) {
	r := newsroom(t, 3)
	id, stamp, err := r.Create(t.Context(), named("author", "c1"), content.KindArticle, text("台风来了"), forYouth(""), "")
	if err != nil || stamp.Rev != 1 || id != journal.IDFor("create", "c1") {
		t.Fatal(id, stamp, err)
	}
	item, _ := r.item(t, id)
	if item.Live != "" || item.Slugs[0] != "tai-feng-lai-le" || !reflect.DeepEqual(item.Writers, []string{"author"}) {
		t.Errorf("created %+v", item)
	}
	again, twice, err := r.Create(t.Context(), named("author", "c1"), content.KindArticle, text("台风来了"), forYouth(""), "")
	if err != nil || again != id || twice != stamp {
		t.Errorf("again: %s, %v, %v", again, twice, err)
	}
	_, _, err = r.Create(t.Context(), named("author", "c1"), content.KindArticle, text("另一篇"), forYouth(""), "")
	wantErr(t, err, journal.ErrOp)
	head := r.head(t)
	for _, c := range []struct {
		who   string
		kind  string
		v     content.Version
		p     content.Placement
		slug  string
		field string // "": forbidden
	}{
		{"author", "essay", text("题"), forYouth(""), "", "kind"},
		{"author", content.KindVideo, text("题"), forYouth(""), "", "kind"},
		{"author", content.KindArticle, text(""), forYouth(""), "", "title"},
		{"author", content.KindArticle, text(strings.Repeat("长", 1<<20)), forYouth(""), "", "title"},
		{"author", content.KindArticle, text("题"), forYouth("110101"), "", "region"},
		{"author", content.KindArticle, text("题"), forYouth(""), "Admin/..", "slug"},
		{"author", content.KindArticle, text("题"), forYouth(""), "admin", "slug"},
		{"author", content.KindArticle, text("题"), pinned(forYouth("")), "", ""},
		{"hangzhou", content.KindArticle, text("题"), forYouth("3302"), "", ""},
		{"hangzhou", content.KindArticle, text("题"), forYouth(""), "", ""},
		{"expert", content.KindArticle, text("题"), forYouth(""), "", ""},
		{"admin", content.KindArticle, text("题"), forYouth(""), "", ""},
		{"auditor", content.KindArticle, text("题"), forYouth(""), "", ""},
		{"nobody", content.KindArticle, text("题"), forYouth(""), "", ""},
		{"", content.KindArticle, text("题"), forYouth(""), "", ""},
	} {
		_, _, err := r.Create(t.Context(), by(c.who), c.kind, c.v, c.p, c.slug)
		if c.field == "" {
			wantErr(t, err, content.ErrForbidden)
		} else {
			wantProblem(t, err, c.field)
		}
	}
	if r.head(t) != head {
		t.Errorf("refusals wrote %d entries", r.head(t)-head)
	}
	if _, _, err := r.Create(t.Context(), by("hangzhou"), content.KindArticle, text("西湖"), pinned(forYouth("330106")), "my-own"); err != nil {
		t.Error(err)
	}
}

func TestSave(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "一")
	second := ok(r.Save(t.Context(), by("editor"), id, rev, 0, text("二"), "改了标题"))(t)
	item, _ := r.item(t, id)
	if item.Remark != "改了标题" || !reflect.DeepEqual(item.Writers, []string{"author", "editor"}) {
		t.Errorf("saved %+v", item)
	}
	if same := ok(r.Save(t.Context(), by("chief"), id, rev, 0, text("二"), ""))(t); same != second {
		t.Errorf("the same text: %v, want %v", same, second)
	}
	// A pin in between does not matter, another text does.
	ok(r.Place(t.Context(), by("editor"), id, second.Rev, pinned(forYouth("")), ""))(t)
	third := ok(r.Save(t.Context(), by("author"), id, second.Rev, 0, text("三"), ""))(t)
	if item, _ = r.item(t, id); third.Rev != second.Rev+2 || item.Placement.Pin == nil || item.Remark != "" {
		t.Errorf("over a pin: %v, %+v", third, item)
	}
	_, err := r.Save(t.Context(), by("editor"), id, second.Rev, 0, text("四"), "")
	var conflict *journal.Conflict
	if !errors.As(err, &conflict) || conflict.Current.Rev != third.Rev || conflict.Current.State == nil {
		t.Fatalf("a stale save: %v", err)
	}
	kept, err := r.Autosaved(t.Context(), by("editor"), id)
	if err != nil || kept.Rev != second.Rev || !strings.Contains(string(kept.Text), `"四"`) {
		t.Errorf("what was sent: %s, %v", kept.Text, err)
	}
	for _, c := range []struct {
		who  string
		want error
	}{
		{"expert", content.ErrForbidden}, {"auditor", content.ErrForbidden}, {"admin", journal.ErrNotFound},
		{"author2", journal.ErrNotFound}, {"hangzhou", journal.ErrNotFound}, {"nobody", journal.ErrNotFound}, {"", journal.ErrNotFound},
	} {
		_, err := r.Save(t.Context(), by(c.who), id, third.Rev, 0, text("五"), "")
		wantErr(t, err, c.want)
	}
	_, err = r.Save(t.Context(), by("author"), id, third.Rev, 0, text(strings.Repeat("题", 1<<20)), "")
	wantProblem(t, err, "title")
	_, err = r.Save(t.Context(), by("author"), id, third.Rev, 0, text("题"), strings.Repeat("说", 301))
	wantProblem(t, err, "remark")
	film := content.Version{Title: "片", Video: &content.Video{Asset: content.Clip{Asset: "a", Key: blob(1), Type: "video/mp4"}}}
	_, err = r.Save(t.Context(), by("author"), id, third.Rev, 0, film, "")
	wantProblem(t, err, "kind")
	_, err = r.Save(t.Context(), by("author"), "a/b", 1, 0, text("题"), "")
	wantErr(t, err, journal.ErrNotFound)
}

// Of one operation there is one result, however often it is asked for.
func TestOperationOnce(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "一")
	one := ok(r.Save(t.Context(), named("author", "s1"), id, rev, 0, text("二"), ""))(t)
	two := ok(r.Save(t.Context(), named("chief2", "s2"), id, one.Rev, 0, text("三"), ""))(t)
	if again := ok(r.Save(t.Context(), named("author", "s1"), id, rev, 0, text("二"), ""))(t); again != one {
		t.Errorf("the save again: %v, want %v", again, one)
	}
	_, err := r.Save(t.Context(), named("author", "s1"), id, rev, 0, text("四"), "")
	wantErr(t, err, journal.ErrOp)
	_, err = r.Save(t.Context(), named("chief2", "s2"), id, two.Rev, 0, text("四"), "")
	wantErr(t, err, journal.ErrOp)
	rev = r.reviewed(t, id, two.Rev)
	live := ok(r.Publish(t.Context(), named("editor", "p"), id, rev))(t)
	r.pass(time.Second)
	down := ok(r.Withdraw(t.Context(), named("editor", "w"), id, "有误", ""))(t)
	r.pass(time.Second)
	if again := ok(r.Publish(t.Context(), named("editor", "p"), id, rev))(t); again != live {
		t.Errorf("the publication again: %v, want %v", again, live)
	}
	if item, _ := r.item(t, id); item.Live != "" {
		t.Error("a repeated publication brought a withdrawn item back")
	}
	_, err = r.Withdraw(t.Context(), named("editor", "p"), id, "另有", "")
	wantErr(t, err, journal.ErrOp)
	if again := ok(r.Withdraw(t.Context(), named("editor", "w"), id, "有误", ""))(t); again != down {
		t.Errorf("the take-down again: %v, want %v", again, down)
	}
}

func TestAutosave(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "一")
	head := r.head(t)
	n, err := r.Autosave(t.Context(), by("author"), id, rev, 0, []byte(`{"title":"半`))
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if n, err = r.Autosave(t.Context(), by("author"), id, rev, n, []byte("半句")); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	// A second tab that saw the first.
	for _, stale := range []uint64{0, 1, 3} {
		_, err = r.Autosave(t.Context(), by("author"), id, rev, stale, []byte("另一页"))
		var overtaken *content.Overtaken
		if !errors.As(err, &overtaken) || overtaken.Current.N != 2 || string(overtaken.Current.Text) != "半句" || !errors.Is(err, journal.ErrConflict) {
			t.Errorf("autosave over %d: %v", stale, err)
		}
	}
	_, err = r.Submit(t.Context(), by("author"), id, rev, content.Task{})
	wantStep(t, err, content.CodeUnsaved)
	mine, err := r.Autosaved(t.Context(), by("author"), id)
	if err != nil || string(mine.Text) != "半句" || mine.N != 2 || mine.Rev != rev || !mine.At.Equal(noon) {
		t.Errorf("own: %+v, %v", mine, err)
	}
	// Editors may rescue it; they have none of their own.
	all, err := r.Autosaves(t.Context(), by("editor"), id)
	if err != nil || len(all) != 1 || all[0].User != "author" || string(all[0].Text) != "半句" {
		t.Errorf("the editor sees %+v, %v", all, err)
	}
	_, err = r.Autosaved(t.Context(), by("editor"), id)
	wantErr(t, err, journal.ErrNotFound)
	if _, err := r.Autosave(t.Context(), by("editor"), id, rev, 0, []byte("编辑的")); err != nil {
		t.Fatal(err)
	}
	if all, err = r.Autosaves(t.Context(), by("author"), id); err != nil || len(all) != 2 || all[1].User != "editor" || all[1].Text != nil {
		t.Errorf("the author sees %+v, %v", all, err)
	}
	_, err = r.Autosave(t.Context(), by("expert"), id, rev, 0, nil)
	wantErr(t, err, content.ErrForbidden)
	_, err = r.Autosave(t.Context(), by("author2"), id, rev, 0, nil)
	wantErr(t, err, journal.ErrNotFound)
	_, err = r.Autosave(t.Context(), by("author"), id, rev, n, make([]byte, journal.MaxState))
	wantProblem(t, err, "")
	if r.head(t) != head {
		t.Error("an autosave is in the journal")
	}
}

// A save takes away the autosave it knows of and no other; the numbers go on.
func TestSaveSupersedesAutosave(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "一")
	typed := func(n uint64, s string) uint64 {
		t.Helper()
		n, err := r.Autosave(t.Context(), by("author"), id, rev, n, []byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := typed(0, "甲")
	stamp := ok(r.Save(t.Context(), by("author"), id, rev, n, text("甲甲"), ""))(t)
	_, err := r.Autosaved(t.Context(), by("author"), id)
	wantErr(t, err, journal.ErrNotFound)
	rev = stamp.Rev
	if again := typed(0, "乙"); again != n+1 {
		t.Errorf("numbered %d after %d", again, n)
	}
	_, err = r.Autosave(t.Context(), by("author"), id, rev, n, []byte("醒来的旧页"))
	wantErr(t, err, journal.ErrConflict)
	// A tab that knows nothing of what is typed elsewhere leaves it.
	stamp = ok(r.Save(t.Context(), by("author"), id, rev, n, text("丙"), ""))(t)
	if a, err := r.Autosaved(t.Context(), by("author"), id); err != nil || string(a.Text) != "乙" {
		t.Errorf("the other tab's: %+v, %v", a, err)
	}
	// A refused save does not write over it either, and is there all the same.
	_, err = r.Save(t.Context(), by("author"), id, 1, 0, text("丁"), "")
	wantErr(t, err, journal.ErrConflict)
	_, err = r.Save(t.Context(), by("author"), id, 1, 0, text("丁"), "")
	wantErr(t, err, journal.ErrConflict)
	all, err := r.Autosaves(t.Context(), by("author"), id)
	if err != nil || len(all) != 2 || string(all[0].Text) != "乙" || !strings.Contains(string(all[1].Text), `"丁"`) || all[1].Aside == "" {
		t.Fatalf("unsaved: %+v, %v", all, err)
	}
	wantErr(t, r.DropAutosave(t.Context(), by("author"), id, all[1].Aside, all[1].N+1), journal.ErrConflict)
	for range 2 {
		if err := r.DropAutosave(t.Context(), by("author"), id, all[1].Aside, all[1].N); err != nil {
			t.Fatal(err)
		}
	}
	_, err = r.Save(t.Context(), by("author"), id, 1, 0, text("丁"), "")
	wantErr(t, err, journal.ErrConflict)
	if all, err = r.Autosaves(t.Context(), by("author"), id); err != nil || len(all) != 2 {
		t.Errorf("set aside anew: %+v, %v", all, err)
	}
	if err := r.DropAutosave(t.Context(), by("author"), id, "", all[0].N); err != nil {
		t.Fatal(err)
	}
	// What is typed but says what is saved is no unsaved text.
	state, err := journal.Encode(text("丙"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Autosave(t.Context(), by("author"), id, stamp.Rev, 0, state); err != nil {
		t.Fatal(err)
	}
	ok(r.Submit(t.Context(), by("author"), id, stamp.Rev, content.Task{}))(t)
}

func TestLock(t *testing.T) {
	r := newsroom(t, 3)
	id, rev := r.draft(t, "锁")
	mine, err := r.Lock(t.Context(), by("author"), id)
	if err != nil || mine.Holder != "author" || !mine.Until.Equal(noon.Add(content.LockLife)) {
		t.Fatal(mine, err)
	}
	r.pass(content.LockBeat)
	if seen, err := r.Lock(t.Context(), by("editor"), id); err != nil || seen != mine {
		t.Errorf("the editor finds %+v, %v", seen, err)
	}
	if again, err := r.Lock(t.Context(), by("author"), id); err != nil || !again.Since.Equal(noon) || !again.Until.Equal(r.at.Add(content.LockLife)) {
		t.Errorf("a heartbeat: %+v, %v", again, err)
	}
	_, err = r.Lock(t.Context(), by("expert"), id)
	wantErr(t, err, content.ErrForbidden)
	if seen, err := r.Locked(t.Context(), by("expert"), id); err != nil || seen.Holder != "author" {
		t.Errorf("the expert sees %+v, %v", seen, err)
	}
	_, err = r.Locked(t.Context(), by("author2"), id)
	wantErr(t, err, journal.ErrNotFound)
	ok(r.Save(t.Context(), by("editor"), id, rev, 0, text("锁不住"), ""))(t)
	if over, err := r.TakeOver(t.Context(), by("editor"), id); err != nil || over.Holder != "editor" || over.From != "author" {
		t.Errorf("taken over: %+v, %v", over, err)
	}
	if told, err := r.Lock(t.Context(), by("author"), id); err != nil || told.Holder != "editor" || told.From != "author" {
		t.Errorf("the author is told %+v, %v", told, err)
	}
	if err := r.Unlock(t.Context(), by("author"), id); err != nil {
		t.Fatal(err)
	}
	if seen, err := r.Locked(t.Context(), by("author"), id); err != nil || seen.Holder != "editor" {
		t.Errorf("another's lock was given up: %+v, %v", seen, err)
	}
	r.pass(content.LockLife)
	if seen, err := r.Lock(t.Context(), by("author"), id); err != nil || seen.Holder != "author" || seen.From != "" {
		t.Errorf("after it ended: %+v, %v", seen, err)
	}
	if err := r.Unlock(t.Context(), by("author"), id); err != nil {
		t.Fatal(err)
	}
	if seen, err := r.Locked(t.Context(), by("author"), id); err != nil || seen.Holder != "" {
		t.Errorf("given up: %+v, %v", seen, err)
	}
}

// Taking down what was only scheduled can't be done twice, but asked twice.
func TestWithdrawScheduleOnce(t *testing.T) {
	r := newsroom(t, 3)
	id, _ := r.scheduled(t, "只定了时", time.Time{})
	down := ok(r.Withdraw(t.Context(), named("editor", "w"), id, "", ""))(t)
	if again := ok(r.Withdraw(t.Context(), named("editor", "w"), id, "", ""))(t); again != down {
		t.Errorf("again: %v, want %v", again, down)
	}
	_, err := r.Withdraw(t.Context(), named("editor", "w2"), id, "", "")
	wantProblem(t, err, "id")
}
