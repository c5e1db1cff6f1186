package content_test

import (
	"strings"
	"testing"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

// Who may do what, for every role, at home and abroad. The item stands in
// 330106; it is live and has a newer draft by its author.
func TestWhoMay(t *testing.T) {
	const (
		yes     = "yes"
		no      = "no"      // *Forbidden
		unknown = "unknown" // journal.ErrNotFound
	)
	people := map[string]string{ // role and region
		"writer":             "author",
		"author":             "author",
		"editor":             "editor",
		"expert":             "expert",
		"chief":              "chief",
		"admin":              "admin",
		"auditor":            "auditor",
		"author elsewhere":   "author/3302",
		"editor elsewhere":   "editor/3302",
		"chief elsewhere":    "chief/330203",
		"auditor elsewhere":  "auditor/3302",
		"editor of the city": "editor/3301",
		"nobody":             "",
	}
	acts := []struct {
		name string
		call func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, rev uint64) error
		may  map[string]string // no where not named, unknown for those elsewhere
	}{
		{"read", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, _ uint64) error {
			_, _, err := r.Read(t.Context(), who, id)
			return err
		}, map[string]string{"writer": yes, "author": yes, "editor": yes, "expert": yes, "chief": yes, "admin": yes, "auditor": yes}},
		{"read the draft", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, _ uint64) error {
			_, err := r.ReadVersion(t.Context(), who, id, draft)
			return err
		}, map[string]string{"writer": yes, "editor": yes, "expert": yes, "chief": yes, "auditor": yes, "author": unknown, "admin": unknown}},
		{"save", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, rev uint64) error {
			_, err := r.Save(t.Context(), who, id, rev, 0, text("新"), "")
			return err
		}, map[string]string{"writer": yes, "editor": yes, "chief": yes}},
		{"autosave", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, rev uint64) error {
			_, err := r.Autosave(t.Context(), who, id, rev, 0, nil)
			return err
		}, map[string]string{"writer": yes, "editor": yes, "chief": yes}},
		{"lock", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, _ uint64) error {
			_, err := r.Lock(t.Context(), who, id)
			return err
		}, map[string]string{"writer": yes, "editor": yes, "chief": yes}},
		{"submit", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, rev uint64) error {
			_, err := r.Submit(t.Context(), who, id, rev, content.Task{})
			return err
		}, map[string]string{"writer": yes, "editor": yes, "chief": yes}},
		{"place", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, rev uint64) error {
			_, err := r.Place(t.Context(), who, id, rev, pinned(forYouth("330106")), "")
			return err
		}, map[string]string{"editor": yes, "chief": yes}},
		{"place elsewhere", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, rev uint64) error {
			_, err := r.Place(t.Context(), who, id, rev, forYouth("3302"), "")
			return err
		}, map[string]string{"editor": yes, "chief": yes, "editor of the city": no}},
		{"withdraw", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, _ uint64) error {
			_, err := r.Withdraw(t.Context(), who, id, "", "")
			return err
		}, map[string]string{"editor": yes, "chief": yes}},
		{"until", func(t *testing.T, r *room, draft journal.Hash, who content.By, id string, rev uint64) error {
			_, err := r.SetUntil(t.Context(), who, id, rev, noon.AddDate(1, 0, 0))
			return err
		}, map[string]string{"editor": yes, "chief": yes}},
	}
	shared := newOffice(t)
	head := shared.head(t)
	for _, a := range acts {
		for name, grants := range people {
			want := a.may[name]
			if want == "" {
				want = no
				switch name {
				case "nobody", "author elsewhere", "editor elsewhere", "chief elsewhere", "auditor elsewhere":
					want = unknown
				case "editor of the city":
					want = a.may["editor"]
				}
			}
			t.Run(a.name+"/"+name, func(t *testing.T) {
				o := shared
				if want == yes { // what is refused leaves the office as it was
					o = newOffice(t)
				}
				err := a.call(t, o.room, o.draft, person(name, grants), o.id, o.rev)
				switch want {
				case yes:
					if err != nil {
						t.Errorf("refused: %v", err)
					}
				case no:
					wantErr(t, err, content.ErrForbidden)
				default:
					wantErr(t, err, journal.ErrNotFound)
				}
			})
		}
	}
	if shared.head(t) != head {
		t.Errorf("refusals wrote %d entries", shared.head(t)-head)
	}
}

// office is a newsroom with one item in 330106: live, and with a newer draft.
type office struct {
	*room
	id    string
	rev   uint64
	draft journal.Hash
}

func newOffice(t *testing.T) office {
	t.Helper()
	r := newsroom(t, 3)
	id, rev := r.live(t, "在线")
	ok(r.Place(t.Context(), by("editor"), id, rev, forYouth("330106"), ""))(t)
	stamp := ok(r.Save(t.Context(), by("author"), id, rev, 0, text("草稿"), ""))(t)
	item, _ := r.item(t, id)
	return office{r, id, stamp.Rev, item.Draft}
}

// person is somebody with one role; the writer is the author of the rig.
func person(name, grant string) content.By {
	who := content.By{Actor: account.Actor{ID: strings.ReplaceAll(name, " ", "-")}}
	if name == "writer" {
		who.ID = "author"
	} else if name == "author" {
		who.ID = "another"
	}
	if role, region, _ := strings.Cut(grant, "/"); role != "" {
		who.Grants = []account.Grant{{Role: account.Role(role), Region: region}}
	}
	return who
}

// Topics, scenes, series and settings are the whole province's.
func TestWhoMayKeep(t *testing.T) {
	everyone := []string{"author", "editor", "expert", "chief", "admin", "auditor"}
	for name, c := range map[string]struct {
		call func(*testing.T, *room, content.By) error
		may  string
	}{
		"topic": {func(t *testing.T, r *room, who content.By) error {
			_, err := r.PutTopic(t.Context(), who, 0, content.Topic{Key: "sea", Name: "海"})
			return err
		}, "chief"},
		"series": {func(t *testing.T, r *room, who content.By) error {
			_, err := r.PutSeries(t.Context(), who, 0, content.Series{Slug: "chao", Title: "潮"})
			return err
		}, "chief editor"},
		"scene": {func(t *testing.T, r *room, who content.By) error {
			_, err := r.PutScene(t.Context(), who, 0, content.Scene{Slug: "mei-yu", Title: "梅雨", Start: noon, End: noon.AddDate(0, 1, 0), Boost: 200})
			return err
		}, "chief"},
		"gate": {func(t *testing.T, r *room, who content.By) error {
			_, err := r.PutSetting(t.Context(), who, 0, "gate", map[string]any{})
			return err
		}, "chief"},
		"site": {func(t *testing.T, r *room, who content.By) error {
			_, err := r.PutSetting(t.Context(), who, 0, "site", map[string]any{})
			return err
		}, "admin"},
		"drop a setting": {func(t *testing.T, r *room, who content.By) error {
			_, err := r.Drop(t.Context(), who, journal.Key{Kind: content.KindSetting, ID: "review"}, 1)
			return err
		}, "chief"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := newsroom(t, 3)
			for _, role := range everyone {
				wantErr(t, c.call(t, refused, person("city", role+"/3301")), content.ErrForbidden)
				r := refused
				if strings.Contains(c.may, role) {
					r = newsroom(t, 3)
				}
				err := c.call(t, r, person("p", role))
				if !strings.Contains(c.may, role) {
					wantErr(t, err, content.ErrForbidden)
				} else if err != nil {
					t.Errorf("%s: %v", role, err)
				}
			}
		})
	}
}

// What is live tells whoever merely reads it nothing of how it came to be.
func TestReadOfOthers(t *testing.T) {
	o := newOffice(t)
	whole, _ := o.item(t, o.id)
	if len(whole.Grounds.Writers) == 0 || len(whole.Writers) == 0 {
		t.Fatalf("nothing to hide: %+v", whole)
	}
	for name, all := range map[string]bool{"author": false, "admin": false, "writer": true, "expert": true, "auditor": true} {
		role := name
		if name == "writer" {
			role = "author"
		}
		item, stamp, err := o.Read(t.Context(), person(name, role), o.id)
		if err != nil || stamp.Rev != o.rev {
			t.Fatalf("%s: %+v, %v", name, stamp, err)
		}
		if seen := item.Draft == o.draft && item.Writers != nil && item.Grounds != nil; seen != all {
			t.Errorf("%s sees all: %v, want %v: %+v", name, seen, all, item)
		}
		if !all && (item.Draft != whole.Live || item.Writers != nil || item.Review != nil || item.Grounds != nil || item.Remark != "") {
			t.Errorf("%s sees %+v", name, item)
		}
	}
}
