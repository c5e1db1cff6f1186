package roll

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

func TestUses(t *testing.T) {
	d, r, _ := started(t)
	picture := func(n int) content.Version {
		v := article("图", "字")
		v.Cover = &content.Picture{Asset: media.IDOf(blob(n)), Key: blob(n), Alt: "图"}
		return v
	}
	it := content.Item{ID: id(0), Slugs: []string{"s"}}
	it.Draft = d.text(it.ID, picture(1))
	it.Live = it.Draft
	d.put("publish", it)
	it.Draft = d.text(it.ID, picture(2))
	d.put("save", it)
	d.record(content.KindSeries, "s", content.Series{V: 1, Slug: "s", Title: "系列", Cover: &content.Picture{Asset: media.IDOf(blob(1)), Key: blob(1)}})
	d.record(content.KindSetting, "site", map[string]any{"v": 1, "logo": "/media/" + string(blob(3)) + "/logo.svg"})
	d.record(media.KindAsset, media.IDOf(blob(1)), media.Asset{V: 1, ID: media.IDOf(blob(1)), Key: blob(1), State: media.Stored,
		Rendition: []media.Rendition{{Name: "small", Key: blob(11)}}})
	d.record(media.KindAsset, media.IDOf(blob(4)), media.Asset{V: 1, ID: media.IDOf(blob(4)), Key: blob(4), State: media.Storing})
	seq := d.record(media.KindAsset, media.IDOf(blob(5)), media.Asset{V: 1, ID: media.IDOf(blob(5)), Key: blob(5), State: media.Stored,
		Rendition: []media.Rendition{{Name: "small", Key: blob(15)}}})
	shownUpTo(t, r, seq)
	want := func(target string, want ...Use) {
		t.Helper()
		got, err := r.Uses(within(t), target, Use{})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is used by %+v, want %+v (%v)", target, got, want, err)
		}
	}
	live, draft := Use{Kind: "item", ID: it.ID, Live: true}, Use{Kind: "item", ID: it.ID, Draft: true}
	series := Use{Kind: "series", ID: "s", Live: true}
	want(string(blob(1)), live, series)
	want(media.IDOf(blob(1)), live, series)
	want(string(blob(2)), draft)
	want(string(blob(3)), Use{Kind: "setting", ID: "site", Live: true})
	want(string(blob(11)))
	if got, err := r.Uses(within(t), string(blob(1)), live); err != nil || !slices.Equal(got, []Use{series}) {
		t.Errorf("after the first: %+v, %v", got, err)
	}
	referenced := func(want string) {
		t.Helper()
		var got []string
		for _, n := range []int{1, 2, 3, 4, 5, 11, 15, 99} {
			yes, err := r.Referenced(within(t), blob(n))
			if err != nil {
				t.Fatal(err)
			}
			if yes {
				got = append(got, fmt.Sprint(n))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("referenced are %v, want %s", got, want)
		}
	}
	referenced("1 2 3 4 11")
	it.Live, it.Gone = "", &content.Gone{At: epoch}
	d.put("withdraw", it)
	shownUpTo(t, r, d.remove(content.KindSeries, "s"))
	want(string(blob(1)))
	referenced("2 3 4")
	it.Draft = d.text(it.ID, article("无图", "字"))
	shownUpTo(t, r, d.put("save", it))
	referenced("3 4")
}

func TestComments(t *testing.T) {
	d, r, _ := started(t)
	say := func(n int, parent string, minute int, resolved any) uint64 {
		return d.record(KindComment, id(n), map[string]any{
			"v": 1, "item": "it", "by": "p", "at": epoch.Add(time.Duration(minute) * time.Minute), "parent": parent, "resolved": resolved, "text": fmt.Sprint(n),
		})
	}
	say(1, "", 1, nil)
	say(2, "", 2, true)
	say(3, id(1), 5, false)
	say(4, id(2), 3, map[string]any{"by": "q"})
	say(5, id(3), 4, "")
	say(6, "gone", 0, false)
	d.record(KindComment, id(7), map[string]any{"v": 1, "item": "other", "by": "p"})
	shownUpTo(t, r, say(8, "", 9, nil))
	all, err := r.Comments(within(t), "it")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range all {
		var n int
		for n = range 10 {
			if c.ID == id(n) {
				break
			}
		}
		got = append(got, fmt.Sprint(n, c.Resolved))
		if !strings.Contains(string(c.State), `"text":"`) || c.Rev != 1 {
			t.Errorf("comment %+v", c)
		}
	}
	if want := []string{"6 false", "1 false", "5 false", "3 false", "2 true", "4 true", "8 false"}; !slices.Equal(got, want) {
		t.Errorf("threads %q, want %q", got, want)
	}
	shownUpTo(t, r, d.remove(KindComment, id(1)))
	if all, err = r.Comments(within(t), "it"); err != nil || len(all) != 6 {
		t.Errorf("after one is gone: %d, %v", len(all), err)
	}
}

// Where an asset is used is told of items as lists tell of them.
func TestUsesSeen(t *testing.T) {
	d, r, _ := started(t)
	cover := content.Version{Title: "图", Form: "text", Article: article("图", "字").Article, Cover: &content.Picture{Asset: media.IDOf(blob(1)), Key: blob(1), Alt: "图"}}
	var seq uint64
	for n, region := range []string{"3301", "3302", "3302"} {
		it := content.Item{ID: id(n), Slugs: []string{fmt.Sprint("s", n)}, Placement: content.Placement{Region: region}}
		it.Draft = d.text(it.ID, cover)
		if n == 2 {
			it.Live = it.Draft
		}
		seq = d.put("create", it)
	}
	d.record(content.KindSeries, "s", content.Series{V: 1, Slug: "s", Title: "系列", Cover: cover.Cover})
	shownUpTo(t, r, max(seq, d.record(content.KindSetting, "grey", map[string]any{"v": 1})))
	item := func(n int, live, draft bool) Use { return Use{Kind: "item", ID: id(n), Live: live, Draft: draft} }
	series := Use{Kind: "series", ID: "s", Live: true}
	for name, c := range map[string]struct {
		grants []account.Grant
		want   []Use
		more   bool
	}{
		"editor of all":    {[]account.Grant{{Role: account.Editor}}, []Use{item(0, false, true), item(1, false, true), item(2, true, true), series}, false},
		"editor of one":    {[]account.Grant{{Role: account.Editor, Region: "3301"}}, []Use{item(0, false, true), series}, true},
		"author elsewhere": {[]account.Grant{{Role: account.Author, Region: "3302"}}, []Use{item(2, true, false), series}, true},
		"nobody":           {nil, []Use{series}, true},
	} {
		got, more, err := r.UsesSeen(within(t), See(account.Actor{ID: "p", Grants: c.grants}), media.IDOf(blob(1)))
		slices.SortFunc(c.want, func(a, b Use) int { return strings.Compare(a.Kind+a.ID, b.Kind+b.ID) })
		if err != nil || more != c.more || !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, %v, %v; want %+v, %v", name, got, more, err, c.want, c.more)
		}
	}
}

// Answers that answer each other end.
func TestThreadRing(t *testing.T) {
	all := threads([]Comment{{ID: "a", Parent: "b"}, {ID: "b", Parent: "a"}, {ID: "c", Parent: "c"}})
	if len(all) != 3 {
		t.Errorf("%+v", all)
	}
}

func TestPeople(t *testing.T) {
	d, r, _ := started(t)
	for n := range 5 {
		d.record("user", id(n), map[string]any{
			"v": 1, "name": fmt.Sprintf("name-%d", 4-n), "display": "人", "password": "$argon2id$geheim", "second": map[string]any{"secret": "geheim"},
			"grants": []account.Grant{{Role: account.Editor, Region: "3301"}}, "disabled": []any{nil, epoch, true, false, nil}[n],
		})
	}
	for n := range 3 {
		d.record("token", id(10+n), map[string]any{"v": 1, "user": id(n % 2), "label": "机器", "hash": "geheim", "created": epoch, "ends": epoch})
	}
	shownUpTo(t, r, d.remove("user", id(4)))
	var names []string
	after := ""
	for {
		p, err := r.Users(within(t), after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range p.Users {
			names = append(names, fmt.Sprint(u.Name, u.Disabled))
			if want := []account.Grant{{Role: account.Editor, Region: "3301"}}; u.Display != "人" || !reflect.DeepEqual(u.Grants, want) {
				t.Errorf("user %+v", u)
			}
		}
		if after = p.Next; after == "" {
			break
		}
		if text, err := base64.RawURLEncoding.DecodeString(after); err != nil || strings.Contains(string(text), "name-") {
			t.Errorf("the cursor tells a login name: %s, %v", text, err)
		}
	}
	if want := []string{"name-1false", "name-2true", "name-3true", "name-4false"}; !slices.Equal(names, want) {
		t.Errorf("users %v, want %v", names, want)
	}
	first, err := r.Users(within(t), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	shownUpTo(t, r, d.remove("user", first.Users[0].ID))
	if _, err := r.Users(within(t), first.Next, 1); !errors.Is(err, ErrCursor) {
		t.Errorf("on from somebody who is gone: %v", err)
	}
	if u, err := r.User(within(t), id(0)); err != nil || u.Name != "name-4" {
		t.Errorf("user %+v, %v", u, err)
	}
	if _, err := r.User(within(t), id(4)); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("deleted user: %v", err)
	}
	if tokens, err := r.Tokens(within(t), id(0), ""); err != nil || len(tokens) != 2 || tokens[0].Label != "机器" || !tokens[0].Ends.Equal(epoch) {
		t.Errorf("tokens %+v, %v", tokens, err)
	}
	for _, line := range dump(t, r) {
		if strings.Contains(line, "geheim") {
			t.Errorf("a secret is kept: %s", line)
		}
	}
}

func TestEntries(t *testing.T) {
	d, r, _ := started(t)
	w := &random{desk: d}
	var seq uint64
	for range 200 {
		seq = w.step()
	}
	shownUpTo(t, r, seq)
	all, err := d.store.Entries(within(t), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	one := all[100]
	for _, c := range []struct {
		q    EntryQuery
		keep func(journal.Entry) bool
	}{
		{EntryQuery{}, func(journal.Entry) bool { return true }},
		{EntryQuery{Actor: one.Actor}, func(e journal.Entry) bool { return e.Actor == one.Actor }},
		{EntryQuery{Kind: "user"}, func(e journal.Entry) bool { return e.Kind == "user" }},
		{EntryQuery{Act: one.Act}, func(e journal.Entry) bool { return e.Act == one.Act }},
		{EntryQuery{Kind: one.Kind, ID: one.ID}, func(e journal.Entry) bool { return e.Key() == one.Key() }},
		{EntryQuery{ID: one.ID}, func(e journal.Entry) bool { return e.ID == one.ID }},
		{EntryQuery{Actor: one.Actor, Act: one.Act, Kind: one.Kind}, func(e journal.Entry) bool { return e.Actor == one.Actor && e.Act == one.Act && e.Kind == one.Kind }},
		{EntryQuery{From: one.At}, func(e journal.Entry) bool { return !e.At.Before(one.At) }},
		{EntryQuery{Until: one.At}, func(e journal.Entry) bool { return e.At.Before(one.At) }},
		{EntryQuery{Kind: "item", From: one.At, Until: all[150].At}, func(e journal.Entry) bool {
			return e.Kind == "item" && !e.At.Before(one.At) && e.At.Before(all[150].At)
		}},
		{EntryQuery{Actor: "nobody"}, func(journal.Entry) bool { return false }},
	} {
		var want, got []uint64
		for _, e := range slices.Backward(all) {
			if c.keep(e) {
				want = append(want, e.Seq)
			}
		}
		c.q.Limit = 7
		for {
			p, err := r.Entries(within(t), c.q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Entries {
				got = append(got, e.Seq)
			}
			if c.q.After = p.Next; p.Next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", c.q, got, want)
		}
	}
	acts, err := r.Acts(within(t), one.Kind, one.ID, 0, 100)
	if err != nil || len(acts) == 0 || acts[len(acts)-1].Rev != 1 {
		t.Fatalf("acts %+v, %v", acts, err)
	}
	older, err := r.Acts(within(t), one.Kind, one.ID, acts[0].Rev, 100)
	if err != nil || !reflect.DeepEqual(older, acts[1:]) && len(acts) > 1 {
		t.Errorf("older acts %+v, %v", older, err)
	}
}
