package content_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

func told(list []content.Revision) string {
	var lines []string
	for _, r := range list {
		lines = append(lines, fmt.Sprintf("%d %s %s %s", r.Rev, r.Act, r.Actor, r.Note))
	}
	return strings.Join(lines, "; ")
}

func TestRevisions(t *testing.T) {
	r := open(t)
	id := r.drafted(t, spoken("第一稿"))
	step := func(stamp content.Stamp, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	step(r.Save(t.Context(), writer, id, 1, 0, spoken("第二稿"), "补了数据"))
	step(r.Place(t.Context(), editor, id, 2, content.Placement{Region: "330481", Tags: []string{"潮"}}, ""))
	step(r.Save(t.Context(), editor, id, 3, 0, spoken("第三稿"), ""))
	step(r.Place(t.Context(), editor, id, 4, content.Placement{Region: "330481"}, ""))

	list, more, err := r.Revisions(t.Context(), expert, id, 0, 0)
	if got, want := told(list), "4 save editor ; 2 save writer 补了数据; 1 create writer "; err != nil || more != 0 || got != want {
		t.Errorf("%q, %d, %v; want %q", got, more, err, want)
	}
	if list[0].Version == list[1].Version || list[0].Live || !list[0].At.Equal(noon) || list[0].Seq == 0 {
		t.Errorf("newest is %+v", list[0])
	}
	var all []content.Revision
	for before, calls := uint64(0), 0; ; calls++ {
		list, more, err := r.Revisions(t.Context(), expert, id, before, 1)
		if err != nil || len(list) > 1 || calls > 5 {
			t.Fatal(list, err)
		}
		all = append(all, list...)
		if before = more; more == 0 {
			break
		}
	}
	if told(all) != told(list) {
		t.Errorf("one at a time: %q", told(all))
	}
	if list, more, err := r.Revisions(t.Context(), expert, id, 1, 5); err != nil || len(list) != 0 || more != 0 {
		t.Errorf("before the first: %v, %d, %v", list, more, err)
	}
	for _, by := range []content.By{other, abroad, admin, {}} {
		if _, _, err := r.Revisions(t.Context(), by, id, 0, 0); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("%s lists them: %v", by.ID, err)
		}
		if _, _, err := r.Revision(t.Context(), by, id, 1); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("%s reads one: %v", by.ID, err)
		}
	}
	item, v, err := r.Revision(t.Context(), auditor, id, 3)
	if err != nil || v.Article.Body.Text() != "第二稿" || len(item.Placement.Tags) != 1 {
		t.Errorf("revision 3 is %+v, %+v, %v", item, v, err)
	}
	if _, _, err := r.Revision(t.Context(), auditor, id, 99); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("one there never was: %v", err)
	}
}

// An item that was pinned for years is listed in pieces, none of them long.
func TestRevisionsLong(t *testing.T) {
	r := open(t)
	id := r.drafted(t, spoken("第一稿"))
	for i := range 310 {
		r.rewrite(t, id, func(it *content.Item) { it.Placement.Tags = []string{fmt.Sprint(i)} })
	}
	calls, found := 0, 0
	for before := uint64(0); ; calls++ {
		list, more, err := r.Revisions(t.Context(), editor, id, before, 10)
		if err != nil || calls > 10 {
			t.Fatal(err)
		}
		found += len(list)
		if before = more; more == 0 {
			break
		}
	}
	if found != 1 || calls != 1 {
		t.Errorf("%d found in %d more calls", found, calls)
	}
}

func TestRestore(t *testing.T) {
	r := open(t)
	id := r.drafted(t, spoken("第一稿"))
	if _, err := r.Save(t.Context(), writer, id, 1, 0, spoken("第二稿"), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Restore(t.Context(), editor, id, 1, 1); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("over a text that moved: %v", err)
	}
	stamp, err := r.Restore(t.Context(), editor, id, 2, 1)
	if err != nil || stamp.Rev != 3 {
		t.Fatal(stamp, err)
	}
	item, _ := r.item(t, id)
	if v := r.version(t, id, item.Draft); v.Article.Body.Text() != "第一稿" || item.Remark != "恢复到第 1 次修订" {
		t.Errorf("restored %q, %q", v.Article.Body.Text(), item.Remark)
	}
	_, err = r.Restore(t.Context(), editor, id, 3, 99)
	wantProblem(t, err, "from")
	if _, err := r.Restore(t.Context(), other, id, 3, 1); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("by who may not know of it: %v", err)
	}
	if _, err := r.Restore(t.Context(), who("e", account.Expert, ""), id, 3, 2); !errors.Is(err, content.ErrForbidden) {
		t.Errorf("by an expert: %v", err)
	}
}
