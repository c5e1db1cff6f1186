package desktest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// operator reads what the tests compare.
func operator() content.By { return content.Operator() }

// compare holds an item of the desk against the model's.
func (w *walk) compare(on *story) {
	if head, err := w.store.Head(w.Context()); err != nil || head.Seq != w.seq {
		w.Fatalf("%d entries, %v; %d acts were acknowledged", head.Seq, err, w.seq)
	}
	item, stamp, err := w.desk.Read(w.Context(), operator(), on.id)
	if on.deleted != "" {
		if sort(err) != unknown {
			w.Fatalf("a deleted item: %v", err)
		}
		return
	}
	if err != nil || stamp.Rev != on.rev() {
		w.Fatalf("%s is at %v, %v, want %d", on.id, stamp, err, on.rev())
	}
	if got, want := w.story(item), w.told(on.now()); got != want {
		w.Fatalf("%s is\n%s\nthe rules say\n%s", on.id, got, want)
	}
	w.grounds(item)
	w.compareTyped(on)
}

// told and story put both states into the same words.
func (w *walk) told(s state) string {
	var trial, plan string
	if t := s.trial; t.no > 0 {
		trial = fmt.Sprintf("%s [%s] [%s] by %s with %q due %d returned %q", w.hash(t.text), t.stages, t.passed, t.by, t.with, t.due, t.returned)
		if t.returned != "" {
			trial = fmt.Sprintf("%s [%s] [%s] by %s returned %q", w.hash(t.text), t.stages, t.passed, t.by, t.returned)
		}
	}
	if s.plan.at != 0 {
		plan = fmt.Sprint(w.hash(s.plan.text), s.plan.at, s.plan.by)
	}
	return fmt.Sprintf("draft %s live %s writers %s before %s review (%s) plan (%s) until %d gone %d shown %v %s %s %v",
		w.hash(s.draft), w.hash(s.live), s.writers, s.liveWriters, trial, plan, s.until, s.gone, s.shown, s.where.region, s.where.tag, s.where.open)
}

func (w *walk) story(it content.Item) string {
	var trial, plan, before string
	list := func(all []string) string {
		if len(all) == 0 {
			return ""
		}
		return strings.Join(all, ",") + ","
	}
	ms := func(t *time.Time) int64 {
		if t == nil {
			return 0
		}
		return t.UnixMilli()
	}
	if r := it.Review; r != nil {
		var passed []string
		for i, a := range r.Approvals {
			if a.Stage != r.Stages[i] {
				w.Fatalf("approval %d is of %s, not %s", i, a.Stage, r.Stages[i])
			}
			passed = append(passed, a.By)
		}
		trial = fmt.Sprintf("%s [%s] [%s] by %s with %q due %d returned %q", r.Version, list(r.Stages), list(passed), r.By, r.With, ms(r.Due), "")
		if r.Returned != nil {
			trial = fmt.Sprintf("%s [%s] [%s] by %s returned %q", r.Version, list(r.Stages), list(passed), r.By, r.Returned.By)
		}
	}
	if s := it.Schedule; s != nil {
		plan = fmt.Sprint(s.Version, s.At.UnixMilli(), s.By)
	}
	var gone int64
	if it.Gone != nil {
		gone = it.Gone.At.UnixMilli()
	}
	if it.Grounds != nil {
		before = list(it.Grounds.Writers)
	}
	return fmt.Sprintf("draft %s live %s writers %s before %s review (%s) plan (%s) until %d gone %d shown %v %s %s %v",
		it.Draft, it.Live, list(it.Writers), before, trial, plan, ms(it.Until), gone, it.Published != nil,
		it.Placement.Region, strings.Join(it.Placement.Tags, " "), len(it.Placement.Audiences) > 0)
}

// grounds: what is live was approved in every stage that was not waived, each by
// another person, none a writer of it.
func (w *walk) grounds(it content.Item) {
	g := it.Grounds
	if (it.Live != "") != (g != nil) {
		w.Fatalf("live %q on grounds %+v", it.Live, g)
	}
	if g == nil {
		return
	}
	said := map[string]bool{}
	for _, id := range g.Writers {
		said[id] = true
	}
	stages := map[string]bool{}
	for _, a := range g.Approvals {
		if said[a.By] {
			w.Fatalf("%s wrote or approved twice: %+v", a.By, g)
		}
		stages[a.Stage] = true
		may := slices.ContainsFunc(w.people[a.By].grants, func(g grant) bool { return slices.Contains(roleOf(a.Stage), g.role) })
		if !may { // in whichever region: the item may have been moved since
			w.Fatalf("%s approved %s without the role", a.By, a.Stage)
		}
		said[a.By] = true
	}
	for _, stage := range g.Waived {
		if stages[stage] {
			w.Fatalf("%s is approved and waived: %+v", stage, g)
		}
		stages[stage] = true
	}
	if g.Version != it.Live || len(stages) != 3 {
		w.Fatalf("live %s on grounds %+v", it.Live, g)
	}
	if len(g.Approvals) == 0 && !w.everNoStages {
		w.Fatalf("nobody approved %+v", g)
	}
}

func roleOf(stage string) []string {
	switch stage {
	case "first":
		return []string{"editor", "chief"}
	case "scientific":
		return []string{"expert"}
	}
	return []string{"chief"}
}

// compareTyped: every acknowledged autosave is there until it is saved.
func (w *walk) compareTyped(on *story) {
	all, err := w.desk.Autosaves(w.Context(), operator(), on.id)
	if err != nil {
		w.Fatal(err)
	}
	got := map[string]string{}
	for _, a := range all {
		name := string(a.Text)
		if !strings.HasPrefix(name, "{半句") {
			var v content.Version
			if err := json.Unmarshal(a.Text, &v); err != nil {
				w.Fatalf("autosave %q: %v", name, err)
			}
			name = v.Title
		}
		if a.Aside != "" {
			got[a.User+"/"+name] = name
		} else {
			got[fmt.Sprint(a.User, "/", a.N)] = name
		}
	}
	want := map[string]string{}
	for user, a := range on.typed {
		if a.n > 0 && a.empty == 0 {
			want[fmt.Sprint(user, "/", a.n)] = a.text
		}
	}
	for user, texts := range on.aside {
		for text := range texts {
			want[user+"/"+text] = text
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Fatalf("%s: unsaved are\n%v\nwant\n%v", on.id, got, want)
	}
}

// setRules has somebody change the number of stages.
func (w *walk) setRules() {
	who, stages := pick(w.rand, w.staff), pick(w.rand, []int{0, 1, 2, 3, 3, 3})
	value, err := content.DefaultReview(stages)
	if err != nil {
		w.Fatal(err)
	}
	rev := w.rulesRev
	if w.rand.IntN(4) == 0 {
		rev--
	}
	same := stages == w.stages
	stamp, err := w.desk.PutSetting(w.Context(), content.By{Actor: who.actor(), Op: fmt.Sprint("rules", w.seq, rev)}, rev, content.SettingReview, value)
	how := accepted
	switch {
	case !who.has("33", "chief"):
		how = forbidden
	case !same && rev != w.rulesRev:
		how = conflict
	}
	if got := sort(err); got != how {
		w.Fatalf("rules by %v: %s (%v), want %s", who, got, err, how)
	}
	if how == accepted && !same {
		w.seq++
		w.rulesRev, w.stages = stamp.Rev, stages
		w.everNoStages = w.everNoStages || stages == 0
		w.acked = append(w.acked, journal.Entry{Seq: w.seq, Kind: content.KindSetting, ID: content.SettingReview, Rev: stamp.Rev, Actor: who.id, Op: fmt.Sprint("rules", w.seq-1, rev)})
	}
}

// tickAll moves the clock and has it do what is due.
func (w *walk) tickAll() {
	w.clock += w.rand.Int64N(30_000)
	if w.rand.IntN(200) == 0 {
		w.clock += 3 * day
	}
	var ids []string
	for _, on := range w.items {
		ids = append(ids, on.id)
	}
	fired, err := w.desk.RunDue(w.Context(), ids)
	if err != nil {
		w.Fatal(err)
	}
	did := map[string]content.Fired{}
	for _, f := range fired {
		did[f.ID] = f
	}
	for _, on := range w.items {
		if on.deleted != "" {
			continue
		}
		next := w.tick(on.now())
		f, ok := did[on.id]
		if ok != (next != on.now()) {
			w.Fatalf("%s: the clock did %+v to %+v, want %+v", on.id, f, on.now(), next)
		}
		if !ok {
			continue
		}
		on.past = append(on.past, next)
		w.seq++
		w.ends["clock "+f.Act]++
		if f.Stamp != (content.Stamp{Rev: on.rev(), Seq: w.seq}) {
			w.Fatalf("%+v, want revision %d, entry %d", f, on.rev(), w.seq)
		}
		w.acked = append(w.acked, journal.Entry{Seq: w.seq, Kind: content.KindItem, ID: on.id, Rev: on.rev(), Actor: "system", Op: fmt.Sprintf("due/%s/%d", on.id, on.rev()-1)})
		delete(did, on.id)
	}
	if len(did) > 0 {
		w.Fatalf("the clock did more: %v", did)
	}
	for id := range ids {
		if w.rand.IntN(8) == 0 {
			w.compare(w.items[id])
		}
	}
}

// finish holds the journal against what was acknowledged, and looks for every
// text that was ever saved.
func (w *walk) finish() {
	var entries []journal.Entry
	for after := uint64(1); ; { // the first is the seed
		page, err := w.store.Entries(w.Context(), after, 1000)
		if err != nil {
			w.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		entries = append(entries, page...)
		after = page[len(page)-1].Seq
	}
	if len(entries) != len(w.acked) {
		w.Fatalf("%d entries, %d acts were acknowledged", len(entries), len(w.acked))
	}
	for i, e := range entries {
		got := journal.Entry{Seq: e.Seq, Kind: e.Kind, ID: e.ID, Rev: e.Rev, Actor: e.Actor, Op: e.Op}
		if got != w.acked[i] {
			w.Fatalf("entry %+v, acknowledged %+v", got, w.acked[i])
		}
	}
	saved := 0
	for _, on := range w.items {
		key := journal.Key{Kind: content.KindItem, ID: on.id}
		texts := map[journal.PartKey]bool{}
		for i, s := range on.past {
			record, err := w.store.GetRev(w.Context(), key, uint64(i+1))
			if err != nil {
				w.Fatal(err)
			}
			item, err := content.Decode[content.Item](record.State)
			if err != nil || item.Draft != w.hash(s.draft) {
				w.Fatalf("revision %d of %s has draft %s, %v", i+1, on.id, item.Draft, err)
			}
			texts[journal.PartKey{Key: key, Hash: item.Draft}] = true
		}
		for part := range texts {
			found, err := w.store.Parts(w.Context(), part)
			if err != nil || journal.Sum(found[part]) != part.Hash {
				w.Fatalf("a saved text of %s is lost: %s, %v", on.id, part.Hash, err)
			}
			saved++
		}
	}
	w.Logf("%d entries, %d texts, %v", len(entries), saved, w.ends)
}

// soak is n, or all where KEPU_SOAK asks for it.
func soak(n, all int) int {
	if os.Getenv("KEPU_SOAK") != "" {
		return all
	}
	return n
}

// Twenty actors do what comes into their heads; the desk and the rules agree on
// every answer and on everything that is kept.
func TestRandomWalk(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := newWalk(t, seed)
	acts := soak(10_000, 100_000)
	live := 0
	for n := range acts {
		w.clock++
		alive := 0
		for _, on := range w.items {
			if on.deleted == "" {
				alive++
			}
		}
		switch k := w.rand.IntN(100); {
		case alive == 0, alive < 30 && w.rand.IntN(4) == 0:
			w.create(n)
		case k >= 97 && n%2 == 0:
			w.tickAll()
		case k < 1:
			w.setRules()
		case k < 5:
			w.again()
		case k < 20:
			w.typeOn()
		case k < 23:
			w.bulk(n)
		case k < 25:
			w.undo(n)
		default:
			w.step(n)
		}
		live = max(live, w.ends["publish accepted"])
	}
	for _, on := range w.items {
		w.compare(on)
	}
	w.finish()
	if live < acts/1000 || w.ends["clock scheduled"] == 0 || w.ends["clock end"] == 0 ||
		w.ends["bulk place accepted"] == 0 || w.ends["bulk assign accepted"] == 0 || w.ends["undo accepted"] == 0 {
		t.Errorf("the walk saw too little: %v", w.ends)
	}
}
