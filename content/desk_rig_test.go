package content_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

// staff are the people of the tests, and the roles they hold.
type staff map[string][]account.Grant

func (s staff) Actor(_ context.Context, id string) (account.Actor, error) {
	grants, ok := s[id]
	if !ok {
		return account.Actor{}, journal.ErrNotFound
	}
	return account.Actor{ID: id, Grants: grants}, nil
}

func everybody() staff {
	one := func(role account.Role, region string) []account.Grant {
		return []account.Grant{{Role: role, Region: region}}
	}
	return staff{
		"author": one(account.Author, ""), "author2": one(account.Author, "33"),
		"editor": one(account.Editor, ""), "editor2": one(account.Editor, ""),
		"expert": one(account.Expert, ""), "chief": one(account.Chief, ""), "chief2": one(account.Chief, ""),
		"admin": one(account.Admin, ""), "auditor": one(account.Auditor, ""),
		"hangzhou": one(account.Editor, "3301"), "ningbo": one(account.Editor, "3302"), "nobody": nil,
		"both": {{Role: account.Editor}, {Role: account.Chief}},
	}
}

// by is one of everybody.
func by(id string) content.By {
	return content.By{Actor: account.Actor{ID: id, Grants: everybody()[id]}}
}

// newsroom is a room with people and rules of review.
func newsroom(t testing.TB, stages int) *room {
	t.Helper()
	r := open(t)
	r.People = everybody()
	if err := r.SeedReview(t.Context(), stages); err != nil {
		t.Fatal(err)
	}
	return r
}

func text(title string) content.Version { return article("", title, "正文："+title).Version }

func forYouth(region string) content.Placement {
	return content.Placement{Audiences: []content.Placed{{Audience: content.Youth, Weight: 50}}, Region: region}
}

// draft creates an item by the author.
func (r *room) draft(t testing.TB, title string) (string, uint64) {
	t.Helper()
	id, stamp, err := r.Create(t.Context(), by("author"), content.KindArticle, text(title), forYouth(""), "")
	if err != nil {
		t.Fatal(err)
	}
	return id, stamp.Rev
}

// reviewed brings a draft through all three stages.
func (r *room) reviewed(t testing.TB, id string, rev uint64) uint64 {
	t.Helper()
	stamp := ok(r.Submit(t.Context(), by("author"), id, rev, content.Task{}))(t)
	for _, who := range []string{"editor", "expert", "chief"} {
		stamp = ok(r.Approve(t.Context(), by(who), id, stamp.Rev, ""))(t)
	}
	return stamp.Rev
}

// live creates an item and publishes it.
func (r *room) live(t testing.TB, title string) (string, uint64) {
	t.Helper()
	id, rev := r.draft(t, title)
	stamp := ok(r.Publish(t.Context(), by("editor"), id, r.reviewed(t, id, rev)))(t)
	return id, stamp.Rev
}

func ok(stamp content.Stamp, err error) func(testing.TB) content.Stamp {
	return func(t testing.TB) content.Stamp {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return stamp
	}
}

// wantStep fails unless err is the Untimely of that code.
func wantStep(t testing.TB, err error, code string) {
	t.Helper()
	var untimely *content.Untimely
	if !errors.As(err, &untimely) || untimely.Code != code || untimely.Reason == "" {
		t.Errorf("error is %v, want a step refused as %s", err, code)
	}
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
	}
}

func (r *room) pass(d time.Duration) { r.at = r.at.Add(d) }
