package desktest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
	"kepu/storage/sqlite"
)

// walk is a random walk of many actors over a few items, on the real desk and
// on the model at once.
type walk struct {
	*testing.T
	*rules
	rand  *rand.Rand
	desk  *content.Desk
	store *sqlite.Store

	staff  []person
	items  []*story
	texts  int // how many different ones were written
	hashes map[string]journal.Hash
	seq    uint64 // entries there should be
	acked  []journal.Entry
	calls  []repeat // that may be asked again
	bulks  []handful
	ends   map[string]int

	rulesRev     uint64 // of the setting
	everNoStages bool
}

// repeat is an acknowledged call and the stamp it gave.
type repeat struct {
	call
	op    string
	stamp content.Stamp
}

func newWalk(t *testing.T, seed uint64) *walk {
	w := &walk{
		T: t, rand: rand.New(rand.NewPCG(seed, 4)), hashes: map[string]journal.Hash{}, ends: map[string]int{},
		rules: &rules{stages: 3, clock: time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC).UnixMilli(), people: map[string]person{}},
	}
	now := func() time.Time { return time.UnixMilli(w.clock).UTC() }
	var err error
	if w.store, err = sqlite.Open(t.Context(), filepath.Join(memory(t), "store.db"), sqlite.Options{Secret: journal.NewSecret(), Now: now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.desk = &content.Desk{Store: w.store, Slate: w.store.Slate(), Now: now, People: w}
	for i, roles := range []string{
		"author", "author", "author/3301", "author/3302", "author expert", "author editor/3301",
		"editor", "editor", "editor/3301", "editor/3302", "editor expert",
		"expert", "expert", "expert/3301", "chief", "chief", "chief/3301", "editor chief", "admin", "auditor",
	} {
		p := person{id: fmt.Sprintf("p%02d", i)}
		for _, role := range strings.Fields(roles) {
			name, region, _ := strings.Cut(role, "/")
			p.grants = append(p.grants, grant{name, region})
		}
		w.staff = append(w.staff, p)
		w.people[p.id] = p
	}
	if err := w.desk.SeedReview(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	w.seq, w.rulesRev = 1, 1
	return w
}

// memory is a directory that is not on a disk, where the system has one: the
// walk asks about rules, and would wait for the disk most of its time.
func memory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "walk-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// Actor makes the walk the People of its desk.
func (w *walk) Actor(_ context.Context, id string) (account.Actor, error) {
	p, ok := w.people[id]
	if !ok {
		return account.Actor{}, journal.ErrNotFound
	}
	return p.actor(), nil
}

func (p person) actor() account.Actor {
	a := account.Actor{ID: p.id}
	for _, g := range p.grants {
		a.Grants = append(a.Grants, account.Grant{Role: account.Role(g.role), Region: g.region})
	}
	return a
}

func isEmergency(text string) bool { return strings.HasSuffix(text, "急") }

// version is the text of that name.
func version(text string) content.Version {
	v := content.Version{Title: text, Article: &content.Article{Body: content.Body{
		Type: "doc", Content: []content.Node{{Type: "paragraph", Content: []content.Node{{Type: "text", Text: "正文" + text}}}},
	}}}
	if isEmergency(text) {
		v.Form = "emergency"
	}
	return v
}

func (p where) placement() content.Placement {
	at := content.Placement{Region: p.region, Audiences: []content.Placed{}}
	if p.open {
		at.Audiences = []content.Placed{{Audience: content.Youth, Weight: 50}}
	}
	if p.tag != "" {
		at.Tags = []string{p.tag}
	}
	return at
}

// sort is how the desk ended a call.
func sort(err error) class {
	var bad *journal.Invalid
	switch {
	case err == nil:
		return accepted
	case errors.Is(err, journal.ErrNotFound):
		return unknown
	case errors.Is(err, content.ErrForbidden):
		return forbidden
	case errors.Is(err, content.ErrStep):
		return untimely
	case errors.Is(err, journal.ErrConflict):
		return conflict
	case errors.As(err, &bad):
		return invalid
	}
	return class("error: " + err.Error())
}

// step asks both and compares.
func (w *walk) step(n int) {
	c := w.draw()
	op := fmt.Sprintf("op%d", n)
	how, next := w.judgeCall(c)
	stamp, err := w.ask(c, op)
	w.ends[c.name+" "+string(how)]++
	if got := sort(err); got != how {
		w.Fatalf("act %d: %s of %s by %v at revision %d of %d: %s (%v), the rules say %s\nof %+v", n, c.name, c.on.id, c.who, c.rev, c.on.rev(), got, err, how, w.past(c.on))
	}
	if c.name == "save" {
		w.saved(c, how)
	}
	switch {
	case how != accepted || c.on.deleted != "":
	case c.name == "delete":
		c.on.deleted = c.who.id
		w.book(c, op, stamp, c.on.rev()+1)
	case next != c.on.now():
		c.on.past = append(c.on.past, next)
		w.hash(next.draft)
		w.book(c, op, stamp, c.on.rev())
	case stamp.Rev != c.on.rev():
		w.Fatalf("act %d: %s changed nothing, but gave %v of %d", n, c.name, stamp, c.on.rev())
	}
	w.compare(c.on)
}

func (w *walk) past(s *story) []state { return s.past[max(0, len(s.past)-3):] }

// hash is that of a text, as the journal names it.
func (w *walk) hash(text string) journal.Hash {
	if h, ok := w.hashes[text]; ok || text == "" {
		return h
	}
	v := version(text)
	if problems := v.Check(); len(problems) > 0 {
		w.Fatal(problems)
	}
	state, err := journal.Encode(v)
	if err != nil {
		w.Fatal(err)
	}
	w.hashes[text] = journal.Sum(state)
	return w.hashes[text]
}

// book notes an acknowledged act: it has the next entry, and the next revision.
func (w *walk) book(c call, op string, stamp content.Stamp, rev uint64) {
	w.seq++
	if stamp != (content.Stamp{Rev: rev, Seq: w.seq}) {
		w.Fatalf("%s gave %+v, want revision %d, entry %d", c.name, stamp, rev, w.seq)
	}
	w.acked = append(w.acked, journal.Entry{Seq: w.seq, Kind: content.KindItem, ID: c.on.id, Rev: rev, Actor: c.who.id, Op: op})
	w.calls = append(w.calls, repeat{c, op, stamp})
	if len(w.calls) > 200 {
		w.calls = slices.Clone(w.calls[100:])
	}
}

// again asks an acknowledged call once more: it gives what it gave.
func (w *walk) again() {
	if len(w.calls) == 0 {
		return
	}
	r := pick(w.rand, w.calls)
	stamp, err := w.ask(r.call, r.op)
	switch s := r.on.now(); {
	case r.on.deleted != "" && r.name != "delete", r.on.deleted == "" && !r.knows(s):
		if sort(err) != unknown {
			w.Fatalf("%s again: %v", r.name, err)
		}
		return
	case r.on.deleted == "" && !r.allowed(s):
		if sort(err) != forbidden {
			w.Fatalf("%s again: %v", r.name, err)
		}
		return
	case err != nil, stamp != r.stamp && r.name != "withdraw":
		w.Fatalf("%s at %d again: %+v, %v; at first %+v\nnow %+v", r.name, r.rev, stamp, err, r.stamp, w.past(r.on))
	}
	if r.name == "save" {
		w.saved(r.call, accepted)
	}
	w.compare(r.on)
}

func (w *walk) create(n int) {
	c := call{name: "create", who: pick(w.rand, w.staff), text: w.newText(), put: w.somewhere()}
	op := fmt.Sprintf("op%d", n)
	id, stamp, err := w.desk.Create(w.Context(), content.By{Actor: c.who.actor(), Op: op}, content.KindArticle, version(c.text), c.put.placement(), "")
	how := forbidden
	if c.who.has(c.put.region, "author", "editor", "chief") {
		how = accepted
	}
	if got := sort(err); got != how {
		w.Fatalf("act %d: create by %v: %s, the rules say %s", n, c.who, got, how)
	}
	if how != accepted {
		return
	}
	c.on = &story{id: id, creator: c.who.id, typed: map[string]typed{}, aside: map[string]map[string]bool{}}
	c.on.past = []state{{draft: c.text, writers: c.who.id + ",", where: c.put}}
	w.hash(c.text)
	w.items = append(w.items, c.on)
	w.book(c, op, stamp, 1)
	w.calls = w.calls[:len(w.calls)-1] // ask does not create
	w.compare(c.on)
}

// text of an autosave: half a sentence, or all of a version.
func (w *walk) typeOn() {
	c := w.draw()
	c.name, c.text = "autosave", fmt.Sprintf("{半句%d", w.rand.IntN(1e9))
	sent := []byte(c.text)
	if w.rand.IntN(2) == 0 && c.on.deleted == "" {
		c.text = c.on.now().draft
		var err error
		if sent, err = json.Marshal(version(c.text)); err != nil {
			w.Fatal(err)
		}
	}
	if w.rand.IntN(6) == 0 {
		c.n = uint64(w.rand.IntN(4))
	}
	how := w.typing(c)
	n, err := w.desk.Autosave(w.Context(), content.By{Actor: c.who.actor()}, c.on.id, c.rev, c.n, sent)
	if got := sort(err); got != how {
		w.Fatalf("an autosave by %v over %d: %s (%v), the rules say %s", c.who, c.n, got, err, how)
	}
	w.ends["autosave "+string(how)]++
	if how == accepted && n != c.on.typed[c.who.id].n {
		w.Fatalf("an autosave is number %d, want %d", n, c.on.typed[c.who.id].n)
	}
	w.compare(c.on)
}
