package desktest_test

import (
	"fmt"
	"slices"

	"kepu/content"
	"kepu/journal"
)

// handful is a bulk act that can be taken back: by the act that puts each of its
// items back, if it still is in the revision that the bulk act made.
type handful struct {
	token string
	who   person
	at    int64
	items []call
}

// bulk asks for one act on several items: each ends as the act on it alone
// would over what stands, whatever becomes of the others.
func (w *walk) bulk(n int) {
	first := w.draw()
	act := content.Bulk{Publish: true}
	var change content.Arrangement
	switch first.name = pick(w.rand, []string{"place", "place", "assign", "assign", "withdraw", "publish"}); first.name {
	case "place":
		change = w.change()
		act = content.Bulk{Place: &change}
	case "assign":
		act = content.Bulk{Assign: &content.Task{With: first.to}}
	case "withdraw":
		act = content.Bulk{Withdraw: &content.Farewell{}}
	}
	calls := []call{first}
	for range w.rand.IntN(5) {
		c := first
		c.on = pick(w.rand, w.items)
		if !slices.ContainsFunc(calls, func(other call) bool { return other.on == c.on }) {
			calls = append(calls, c)
		}
	}
	var ids []string
	for _, c := range calls {
		ids = append(ids, c.on.id)
	}
	op := fmt.Sprintf("op%d", n)
	by := content.By{Actor: first.who.actor(), Op: op}
	token, done, err := w.desk.Bulk(w.Context(), by, ids, act)
	if err != nil || len(done) != len(ids) {
		w.Fatalf("act %d: %s of %d items: %v, %v", n, first.name, len(ids), done, err)
	}
	kept := handful{token: token, who: first.who, at: w.clock}
	for i, c := range calls {
		c.rev = c.on.rev()
		var was state
		if c.on.deleted == "" {
			was = c.on.now()
			c.put = changed(was.where, change)
		}
		if w.one(n, c, journal.IDFor(op, c.on.id), done[i]) && (c.name == "place" || c.name == "assign") {
			back := c
			back.rev, back.put, back.to = c.on.rev(), was.where, was.trial.with
			kept.items = append(kept.items, back)
		}
	}
	for _, c := range calls {
		w.compare(c.on)
	}
	if (token != "") != (len(kept.items) > 0) {
		w.Fatalf("act %d: %s of %d items gave %q; %d were changed", n, first.name, len(ids), token, len(kept.items))
	}
	if token != "" {
		w.bulks = append(w.bulks, kept)
	}
	if w.rand.IntN(4) == 0 {
		again, same, err := w.desk.Bulk(w.Context(), by, ids, act)
		if err != nil || again != token {
			w.Fatalf("act %d again: %q for %q, %v", n, again, token, err)
		}
		for i, c := range calls {
			// Who may not reach what he has moved away does not hear of it again.
			if done[i].Err == nil && same[i].Err == nil && c.name != "withdraw" && c.on.deleted == "" && same[i].Stamp != done[i].Stamp {
				w.Fatalf("act %d again: %+v, at first %+v", n, same[i], done[i])
			}
			w.compare(c.on)
		}
	}
}

// change is a part of a placement to change.
func (w *walk) change() (a content.Arrangement) {
	if w.rand.IntN(2) == 0 {
		region := w.somewhere().region
		a.Region = &region
	}
	if w.rand.IntN(2) == 0 {
		a.Untag = []string{"潮", "雨"}
		if tag := w.somewhere().tag; tag != "" {
			a.Tag, a.Untag = []string{tag}, slices.DeleteFunc(a.Untag, func(other string) bool { return other == tag })
		}
	}
	if w.rand.IntN(3) == 0 {
		audiences := []content.Placed{{Audience: content.Youth, Weight: 50}}
		if w.rand.IntN(4) == 0 {
			audiences = []content.Placed{}
		}
		a.Audiences = &audiences
	}
	return a
}

// changed is the place after the change.
func changed(at where, a content.Arrangement) where {
	if a.Region != nil {
		at.region = *a.Region
	}
	if slices.Contains(a.Untag, at.tag) {
		at.tag = ""
	}
	if len(a.Tag) > 0 {
		at.tag = a.Tag[0]
	}
	if a.Audiences != nil {
		at.open = len(*a.Audiences) > 0
	}
	return at
}

// one compares what became of one item with the rules, and books it; true where
// it changed.
func (w *walk) one(n int, c call, op string, done content.Done) bool {
	how, next := w.judgeCall(c)
	w.ends["bulk "+c.name+" "+string(how)]++
	if got := sort(done.Err); got != how || done.ID != c.on.id {
		w.Fatalf("act %d: %s of %s among others by %v: %s (%v), the rules say %s\nof %+v", n, c.name, c.on.id, c.who, got, done.Err, how, w.past(c.on))
	}
	moved := how == accepted && c.on.deleted == "" && next != c.on.now()
	switch {
	case moved:
		c.on.past = append(c.on.past, next)
		w.book(c, op, done.Stamp, c.on.rev())
		w.calls = w.calls[:len(w.calls)-1] // again asks for single acts
	case how == accepted && done.Stamp.Rev != c.on.rev():
		w.Fatalf("act %d: %s changed nothing, but gave %v of %d", n, c.name, done.Stamp, c.on.rev())
	}
	return moved
}

// undo takes a bulk act back, or is told that there is nothing to take back.
func (w *walk) undo(n int) {
	if len(w.bulks) == 0 {
		return
	}
	i := w.rand.IntN(len(w.bulks))
	if w.rand.IntN(2) == 0 {
		i = len(w.bulks) - 1
	}
	b := w.bulks[i]
	who := b.who
	if w.rand.IntN(6) == 0 {
		who = pick(w.rand, w.staff)
	}
	op := fmt.Sprintf("op%d", n)
	done, err := w.desk.Undo(w.Context(), content.By{Actor: who.actor(), Op: op}, b.token)
	how := accepted
	if who.id != b.who.id || w.clock >= b.at+content.UndoTime.Milliseconds() {
		how = unknown
	}
	w.ends["undo "+string(how)]++
	if got := sort(err); got != how {
		w.Fatalf("act %d: undo by %v: %s (%v), the rules say %s", n, who, got, err, how)
	}
	if how != accepted {
		return
	}
	if len(done) != len(b.items) {
		w.Fatalf("act %d: undo of %d items: %v", n, len(b.items), done)
	}
	for k, back := range b.items {
		w.one(n, back, journal.IDFor(op, back.on.id), done[k])
	}
	for _, back := range b.items {
		w.compare(back.on)
	}
	w.bulks = slices.Delete(w.bulks, i, i+1)
	if _, err := w.desk.Undo(w.Context(), content.By{Actor: who.actor(), Op: op + "again"}, b.token); sort(err) != unknown {
		w.Fatalf("act %d: undone twice: %v", n, err)
	}
}
