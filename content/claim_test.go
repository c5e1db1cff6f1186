package content_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

func TestImportSlugs(t *testing.T) {
	r := open(t)
	var subs []content.Submission
	for i := range 20 {
		subs = append(subs, article(fmt.Sprint(i), "同名", fmt.Sprint("文", i)))
	}
	subs = append(subs, article("emoji", "🐸", "呱"), article("wish", "甲", "文"), article("wish2", "乙", "文"), article("bad", "丙", "文"))
	subs[21].Slug, subs[22].Slug, subs[23].Slug = "my-own", "my-own", "Über Ähre/../x"
	out := r.takeAll(t, subs, publish)
	seen := map[string]bool{}
	for i, got := range out {
		wantOutcome(t, got, content.Published)
		if seen[got.Slug] {
			t.Errorf("%s was given twice", got.Slug)
		}
		seen[got.Slug] = true
		item, _ := r.item(t, got.ItemID)
		if item.Slugs[0] != got.Slug {
			t.Errorf("%d: told %s, kept %v", i, got.Slug, item.Slugs)
		}
	}
	if out[0].Slug != "tong-ming" || out[1].Slug != "tong-ming-"+out[1].ItemID[32:] {
		t.Errorf("slugs %s, %s", out[0].Slug, out[1].Slug)
	}
	if out[20].Slug != out[20].ItemID || out[21].Slug != "my-own" || out[22].Slug != "my-own-"+out[22].ItemID[32:] || out[23].Slug != "uber-ahre-x" {
		t.Errorf("slugs %s, %s, %s, %s", out[20].Slug, out[21].Slug, out[22].Slug, out[23].Slug)
	}
	// Another batch, another wish, and one for the id of somebody else.
	subs[0].Slug = "my-own"
	subs[1].Slug = out[2].ItemID
	next := r.takeAll(t, subs[:2], publish)
	if next[0].Slug != "my-own-"+next[0].ItemID[32:] || next[1].Slug != next[1].ItemID {
		t.Errorf("slugs %s, %s", next[0].Slug, next[1].Slug)
	}
	item, _ := r.item(t, next[0].ItemID)
	if !reflect.DeepEqual(item.Slugs, []string{next[0].Slug, "tong-ming"}) {
		t.Errorf("slugs are %v", item.Slugs)
	}
	// An old address of one's own comes to the front again.
	subs[0].Slug = "tong-ming"
	wantOutcome(t, r.take(t, subs[0], publish), content.Published)
	if item, _ = r.item(t, next[0].ItemID); !reflect.DeepEqual(item.Slugs, []string{"tong-ming", next[0].Slug}) {
		t.Errorf("slugs are %v", item.Slugs)
	}
}

// A claim left by a crash before the commit is the item's own.
func TestImportOwnClaim(t *testing.T) {
	r := open(t)
	id := journal.IDFor("test", "1")
	if _, err := r.Slate.Put(t.Context(), journal.Row{Key: "slug/ti", Value: []byte(id), Due: noon}); err != nil {
		t.Fatal(err)
	}
	if got := r.take(t, article("1", "题", "文"), publish); got.Slug != "ti" {
		t.Errorf("slug is %s", got.Slug)
	}
	if n, err := r.FreeSlugs(t.Context()); n != 0 || err != nil {
		t.Errorf("freed %d, %v", n, err)
	}
}

func TestFreeSlugs(t *testing.T) {
	r := open(t)
	r.takeAll(t, []content.Submission{article("1", "有人用", "文"), article("2", "🐸", "文")}, publish)
	for i := range 3 {
		row := journal.Row{Key: fmt.Sprint("slug/left-", i), Value: []byte(journal.IDFor("none", fmt.Sprint(i))), Due: r.at.Add(time.Hour)}
		if _, err := r.Slate.Put(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := r.FreeSlugs(t.Context()); n != 0 || err != nil {
		t.Errorf("freed %d at once, %v", n, err)
	}
	r.at = r.at.Add(time.Hour)
	if n, err := r.FreeSlugs(t.Context()); n != 3 || err != nil {
		t.Errorf("freed %d after an hour, %v; want 3", n, err)
	}
	rows, err := r.Slate.List(t.Context(), "slug/", "", time.Time{}, 10)
	if err != nil || len(rows) != 2 {
		t.Errorf("%d claims are left, %v", len(rows), err)
	}
	if due, err := r.Slate.List(t.Context(), "slug/", "", r.at.AddDate(9, 0, 0), 10); err != nil || len(due) != 0 {
		t.Errorf("%d claims are due again, %v", len(due), err)
	}
	if got := r.take(t, article("3", "有人用", "别的"), publish); got.Slug != "you-ren-yong-"+got.ItemID[32:] {
		t.Errorf("slug is %s", got.Slug)
	}
}
