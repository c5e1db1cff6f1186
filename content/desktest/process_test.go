package desktest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

// Two editors in two processes save one item ten times at once: one wins, nine
// are told what stands, and all ten texts are there.
func TestSavesOfTwoProcesses(t *testing.T) {
	t.Parallel()
	d, path := desk(t, 3)
	item, stamp, err := d.Create(t.Context(), editor("e0"), content.KindArticle, version("起稿"), where{open: true}.placement(), "")
	must(t, err)
	children := []child{
		task{Path: path, What: "save", User: "e1", Item: item, Many: 5}.spawn(t),
		task{Path: path, What: "save", User: "e2", Item: item, Many: 5}.spawn(t),
	}
	rounds := soak(50, 1000)
	for round := range rounds {
		for _, c := range children {
			_, err := fmt.Fprintln(c.to, stamp.Rev)
			must(t, err)
		}
		var all []outcome
		for _, c := range children {
			if !c.from.Scan() {
				t.Fatalf("round %d: a child ended: %v", round, c.from.Err())
			}
			var some []outcome
			must(t, json.Unmarshal(c.from.Bytes(), &some))
			all = append(all, some...)
		}
		stamp = judgeRound(t, d, item, stamp, all)
	}
	for _, c := range children {
		must(t, c.to.Close())
		must(t, c.Wait())
	}
	head, err := d.Store.Head(t.Context())
	must(t, err)
	if want := uint64(rounds + 2); head.Seq != want {
		t.Errorf("%d entries, want %d", head.Seq, want)
	}
}

// judgeRound checks what became of ten saves over a revision and gives the one
// that stands. What lost is dropped, so that rounds stay short.
func judgeRound(t *testing.T, d *content.Desk, id string, before content.Stamp, all []outcome) content.Stamp {
	t.Helper()
	item, stamp, err := d.Read(t.Context(), editor("e0"), id)
	must(t, err)
	if stamp.Rev != before.Rev+1 {
		t.Fatalf("%d revisions in one round", stamp.Rev-before.Rev)
	}
	v, err := d.ReadVersion(t.Context(), editor("e0"), id, item.Draft)
	must(t, err)
	unsaved, err := d.Autosaves(t.Context(), editor("e0"), id)
	must(t, err)
	kept := map[string]content.Autosave{}
	for _, a := range unsaved {
		var v content.Version
		must(t, json.Unmarshal(a.Text, &v))
		kept[v.Title] = a
	}
	won := 0
	for _, o := range all {
		switch {
		case o.Err != "":
			t.Fatalf("%s: %s", o.Text, o.Err)
		case o.Rev > 0:
			if won++; o.Rev != stamp.Rev || v.Title != o.Text {
				t.Fatalf("%s won revision %d; revision %d is %s", o.Text, o.Rev, stamp.Rev, v.Title)
			}
		case o.Current != stamp.Rev:
			t.Fatalf("%s was told revision %d, it is %d", o.Text, o.Current, stamp.Rev)
		case kept[o.Text].User == "" || !strings.HasPrefix(o.Text, kept[o.Text].User):
			t.Fatalf("%s is lost; there are %v", o.Text, kept)
		}
	}
	if won != 1 || len(all) != 10 {
		t.Fatalf("%d of %d won", won, len(all))
	}
	for _, a := range unsaved {
		must(t, d.DropAutosave(t.Context(), editor(a.User), id, a.Aside, a.N))
	}
	return stamp
}

// Many publications come due at once while the processes that see to them are
// killed and started again: each is done once, none early, all soon.
func TestDueWhileKilled(t *testing.T) {
	t.Parallel()
	d, path := desk(t, 1)
	items := soak(500, 10_000)
	chief := content.By{Actor: account.Actor{ID: "c", Grants: []account.Grant{{Role: account.Chief}}}}
	at := journal.Milli(time.Now().Add(24 * time.Hour))
	for i := range items {
		id, stamp, err := d.Create(t.Context(), editor("e"), content.KindArticle, version(fmt.Sprint("到点", i)), where{open: true}.placement(), "")
		must(t, err)
		stamp, err = d.Submit(t.Context(), editor("e"), id, stamp.Rev, content.Task{})
		must(t, err)
		stamp, err = d.Approve(t.Context(), chief, id, stamp.Rev, "")
		must(t, err)
		_, err = d.Schedule(t.Context(), editor("e"), id, stamp.Rev, at, time.Time{})
		must(t, err)
	}
	before, err := d.Store.Head(t.Context())
	must(t, err)
	// By the clock of the nodes the hour comes when they have looked for it a
	// few times.
	run := task{Path: path, What: "due", Ahead: time.Until(at) - 500*time.Millisecond}
	nodes := []child{run.spawn(t), run.spawn(t)}
	var restarted time.Time
	for n := range min(10, items/100) {
		waitFor(t, d, before.Seq+uint64(1+n*items/10))
		c := &nodes[n%2]
		must(t, c.Process.Kill())
		_ = c.Wait() // it was killed
		*c = run.spawn(t)
		restarted = time.Now().Add(run.Ahead)
	}
	waitFor(t, d, before.Seq+uint64(items))
	for _, c := range nodes {
		must(t, c.Wait())
	}
	published := map[string]int{}
	for after := before.Seq; ; {
		page, err := d.Store.Entries(t.Context(), after, 1000)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if published[e.ID]++; e.Act != "scheduled" || e.Actor != "system" || e.At.Before(at) || e.At.After(restarted.Add(time.Minute)) {
				t.Errorf("entry %+v of what is due at %v", e, at)
			}
		}
		after = page[len(page)-1].Seq
	}
	for id, times := range published {
		if item, _, err := d.Read(t.Context(), chief, id); err != nil || times != 1 || item.Live == "" || item.Schedule != nil {
			t.Errorf("%s was published %d times: %+v, %v", id, times, item, err)
		}
	}
	if len(published) != items {
		t.Errorf("%d of %d are published", len(published), items)
	}
}

// waitFor waits until the journal has an entry of that number.
func waitFor(t *testing.T, d *content.Desk, seq uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		head, err := d.Store.Head(ctx)
		must(t, err)
		if head.Seq >= seq {
			return
		}
		must(t, d.Store.Wait(ctx, head.Seq))
	}
}
