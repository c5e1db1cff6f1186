package content_test

import (
	"reflect"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// A draft over what an import made live is no edit of the desk.
func TestImportDraftOverLive(t *testing.T) {
	r := open(t)
	id := r.take(t, article("1", "题", "一"), publish).ItemID
	live, _ := r.item(t, id)
	s := article("1", "题", "二")
	s.Slug, s.Placement.Region = "two", "33"
	wantOutcome(t, r.take(t, s, content.ImportOptions{}), content.Changed)
	item, _ := r.item(t, id)
	if item.Live != live.Live || item.Draft == live.Draft || !reflect.DeepEqual(item.Slugs, live.Slugs) || item.Placement.Region != "" || item.Grounds == nil {
		t.Errorf("a draft changed what readers see: %+v", item)
	}
	wantOutcome(t, r.take(t, article("1", "题", "三"), content.ImportOptions{}), content.Changed)
	wantOutcome(t, r.take(t, s, content.ImportOptions{}), content.Changed)
	wantOutcome(t, r.take(t, s, publish), content.Published)
	if item, _ = r.item(t, id); item.Live != item.Draft || item.Slugs[0] != "two" || len(item.Slugs) != 2 || item.Placement.Region != "33" || item.Origin.Live != "" {
		t.Errorf("published at last: %+v", item)
	}
}

func TestImportEdited(t *testing.T) {
	overwrite := content.ImportOptions{Publish: true, Overwrite: true}
	edit := func(live bool) func(*testing.T, *room, string) {
		return func(t *testing.T, r *room, id string) {
			hash := r.save(t, id, article("1", "编辑改过", "改").Version)
			r.rewrite(t, id, func(it *content.Item) {
				it.Draft = hash
				if live {
					it.Live = hash
				}
			})
		}
	}
	for name, c := range map[string]struct {
		act       func(*testing.T, *room, string)
		same, new string // outcome of the same submission and of a new one
	}{
		"draft saved": {edit(false), content.Unchanged, content.Edited},
		"published":   {edit(true), content.Unchanged, content.Edited},
		"withdrawn": {func(t *testing.T, r *room, id string) {
			if _, err := r.Withdraw(t.Context(), content.Operator(), id, "有误", ""); err != nil {
				t.Fatal(err)
			}
		}, content.Edited, content.Edited},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			old, next := article("1", "题", "一"), article("1", "题", "二")
			id := r.take(t, old, publish).ItemID
			c.act(t, r, id)
			before, rev := r.item(t, id)
			wantOutcome(t, r.take(t, old, publish), c.same)
			wantOutcome(t, r.take(t, next, publish), c.new)
			wantOutcome(t, r.take(t, old, overwrite), c.same)
			if _, now := r.item(t, id); now != rev {
				t.Fatalf("%d revisions were written", now-rev)
			}
			wantOutcome(t, r.take(t, next, overwrite), content.Changed)
			after, _ := r.item(t, id)
			if after.Live != before.Live || !reflect.DeepEqual(after.Gone, before.Gone) || !reflect.DeepEqual(after.Placement, before.Placement) {
				t.Errorf("overwriting touched what readers see:\n%+v\n%+v", before, after)
			}
			if v := r.version(t, id, after.Draft); v.Article.Body.Text() != "二" {
				t.Errorf("the draft is %q", v.Article.Body.Text())
			}
			// What the desk made live stays, however often it is asked.
			again := r.take(t, next, overwrite)
			if again.Outcome == content.Published || again.Seq != 0 {
				t.Errorf("a second time: %+v", again)
			}
			wantOutcome(t, r.take(t, article("1", "题", "四"), publish), content.Edited)
		})
	}
}

// A placement that came with a draft is set with its publication, also where
// the text is the same; the grounds on which the text stands are not touched.
func TestImportPlacementOnly(t *testing.T) {
	r := open(t)
	s := article("1", "题", "文")
	id := r.take(t, s, publish).ItemID
	was, _ := r.item(t, id)
	r.at = noon.Add(time.Hour)
	s.Placement.Tags = []string{"潮"}
	wantOutcome(t, r.take(t, s, content.ImportOptions{}), content.Changed)
	if item, _ := r.item(t, id); len(item.Placement.Tags) != 0 || item.Live != was.Live {
		t.Errorf("a draft changed what readers see: %+v", item)
	}
	wantOutcome(t, r.take(t, s, content.ImportOptions{}), content.Unchanged)
	wantOutcome(t, r.take(t, s, publish), content.Published)
	item, _ := r.item(t, id)
	if len(item.Placement.Tags) != 1 || !item.Updated.Equal(noon) || !reflect.DeepEqual(item.Grounds, was.Grounds) {
		t.Errorf("placed: %+v", item)
	}
	wantOutcome(t, r.take(t, s, publish), content.Unchanged)
}

// An item that the desk placed passes the gate with the desk's placement.
func TestImportGateTakesPlacementOfTheDesk(t *testing.T) {
	r := open(t)
	s := article("1", "题", "文")
	s.Placement.Audiences = nil
	id := r.take(t, s, publish).ItemID
	p := content.Placement{Audiences: []content.Placed{{Audience: content.Seniors, Weight: 1}}}
	if _, err := r.Place(t.Context(), content.Operator(), id, 1, p, ""); err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, r.take(t, s, publish), content.Published)
	if item, _ := r.item(t, id); !reflect.DeepEqual(item.Placement, p) {
		t.Errorf("placement is %+v", item.Placement)
	}
}

// What was deleted comes back only as a draft, and only when asked.
func TestImportDeleted(t *testing.T) {
	r := open(t)
	s := article("1", "题", "文")
	id := r.take(t, s, publish).ItemID
	key := journal.Key{Kind: content.KindItem, ID: id}
	if results, err := r.store.Commit(t.Context(), journal.Change{Key: key, Rev: 1, Act: "delete", Actor: "chief"}); err != nil || results[0].Err != nil {
		t.Fatal(err, results)
	}
	wantOutcome(t, r.take(t, s, publish), content.Edited)
	got := r.take(t, s, content.ImportOptions{Publish: true, Overwrite: true})
	wantOutcome(t, got, content.Changed)
	if item, rev := r.item(t, id); rev != 3 || item.Live != "" || len(item.Placement.Audiences) != 1 || item.Slugs[0] != "ti" {
		t.Errorf("rev %d of %+v", rev, item)
	}
}

// A draft that the desk published unchanged is not an edit.
func TestImportPublishedAtTheDesk(t *testing.T) {
	r := open(t)
	id := r.take(t, article("1", "题", "一"), content.ImportOptions{}).ItemID
	r.rewrite(t, id, func(it *content.Item) { it.Live = it.Draft; it.Published = &noon })
	wantOutcome(t, r.take(t, article("1", "题", "一"), publish), content.Unchanged)
	wantOutcome(t, r.take(t, article("1", "题", "二"), publish), content.Published)
}

func TestImportKeepsPlacementOfTheDesk(t *testing.T) {
	r := open(t)
	id := r.take(t, article("1", "题", "一"), publish).ItemID
	placement := content.Placement{Audiences: []content.Placed{{Audience: content.Seniors, Weight: 90}}}
	if _, err := r.Place(t.Context(), content.Operator(), id, 1, placement, ""); err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, r.take(t, article("1", "题", "二"), publish), content.Published)
	if item, _ := r.item(t, id); !reflect.DeepEqual(item.Placement, placement) || !item.Origin.Placed {
		t.Errorf("placement is %+v", item.Placement)
	}
}

func TestImportErased(t *testing.T) {
	r := open(t)
	id := r.take(t, article("1", "题", "文"), publish).ItemID
	_, err := r.store.Erase(t.Context(), journal.Change{Key: journal.Key{Kind: content.KindItem, ID: id}, Rev: 1, Act: "erase", Actor: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, r.take(t, article("1", "题", "文"), publish), content.Refused)
}
