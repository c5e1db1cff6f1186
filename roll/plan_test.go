package roll

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
)

// No list sorts all there is: each goes by an index in its own order, or from the
// words asked for to the items that have them.
func TestPlans(t *testing.T) {
	d, r, _ := started(t)
	shownUpTo(t, r, newPress(t, d.store).stock(200))
	for name, q := range questions() {
		for _, after := range []*cursor{nil, {Key: "x", At: 5, Seq: 100}} {
			for _, full := range q.Sight.parts() {
				text, args, err := q.question(full, after, 51)
				if err != nil {
					t.Fatal(err)
				}
				plan := planOf(t, r, text, args)
				sorts := strings.Contains(plan, "FOR ORDER BY") && len(q.Sight.Own) == 0 // of their own there are few
				switch {
				case q.Text != "" && (!strings.Contains(plan, "SCAN w VIRTUAL TABLE INDEX") || !strings.Contains(plan, "SEARCH p USING INTEGER PRIMARY KEY")):
					t.Errorf("%s does not go from the words to the items: %s", name, plan)
				case q.Text == "" && q.Series == "" && (sorts || !strings.Contains(plan, "INDEX place_")):
					t.Errorf("%s does not go by an index in its order: %s", name, plan)
				}
			}
		}
	}
	text, args, err := (&Query{Sight: Everything()}).tally(true)
	if err != nil {
		t.Fatal(err)
	}
	if plan := planOf(t, r, text, args); !strings.Contains(plan, "COVERING INDEX place_status") || strings.Contains(plan, "TEMP B-TREE") {
		t.Errorf("tabs: %s", plan)
	}
	for _, q := range []EntryQuery{{}, {Actor: "a"}, {Kind: "item"}, {Act: "x"}, {From: epoch, Until: *days(1)}, {Actor: "a", Act: "x", From: epoch}} {
		text, args, err := q.question(0)
		if err != nil {
			t.Fatal(err)
		}
		if plan := planOf(t, r, text, args); strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "USING INDEX") {
			t.Errorf("entries %+v: %s", q, plan)
		}
	}
}

func planOf(t *testing.T, r *Roll, text string, args []any) string {
	t.Helper()
	var plan []string
	err := rows(within(t), r.file.read, "EXPLAIN QUERY PLAN "+text, args, func(scan func(...any) error) error {
		var id, parent, unused int
		var detail string
		err := scan(&id, &parent, &unused, &detail)
		plan = append(plan, detail)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return strings.Join(plan, "; ")
}

// Every list, page by page, gives what looking at each item gives.
func TestListsAgree(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	d, c := newDesk(t), &clock{t: epoch.Add(24 * time.Hour)}
	w := &random{desk: deskOf(t, d.store, seed)}
	r := openRoll(t, filepath.Join(t.TempDir(), fileName), c.now)
	follow(t, r, d.store)
	var seq uint64
	for range soak(250, 5000) {
		seq = w.step()
	}
	shownUpTo(t, r, seq)
	all := everyPage(t, r, Query{Sight: Everything()})
	for range soak(40, 2000) {
		q := w.query()
		var want []string
		for _, row := range all {
			if fits(row, q) {
				want = append(want, row.ID)
			}
		}
		var got []string
		for _, row := range everyPage(t, r, q) {
			got = append(got, row.ID)
		}
		slices.Sort(want)
		sorted := slices.Sorted(slices.Values(got))
		if !slices.Equal(sorted, want) {
			t.Errorf("%+v: %d rows, want %d", q, len(got), len(want))
		}
	}
}

func everyPage(t *testing.T, r *Roll, q Query) (all []Row) {
	t.Helper()
	q.Limit = 17
	for {
		p, err := r.Items(within(t), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Rows...)
		if q.After = p.Next; p.Next == "" {
			return all
		}
	}
}

// query limits by a few things at random.
func (w *random) query() Query {
	q := Query{Sight: Everything(), Sort: []Sort{SortChanged, SortTitle, SortDue}[w.rand.IntN(3)]}
	maybe := func(set func()) {
		if w.rand.IntN(3) == 0 {
			set()
		}
	}
	maybe(func() { q.Audience = content.Audiences[w.rand.IntN(5)] })
	maybe(func() { q.Form = []string{"text", "rumour", "steps"}[w.rand.IntN(3)] })
	maybe(func() { q.Topic = []string{"health", "space", "emergency"}[w.rand.IntN(3)] })
	maybe(func() { q.Region = []string{"33", "3301", "330106", "3302"}[w.rand.IntN(4)] })
	maybe(func() { q.Tag = []string{"a", "台风"}[w.rand.IntN(2)] })
	maybe(func() { q.Mine = w.person() })
	maybe(func() { q.Series = fmt.Sprintf("series-%d", w.rand.IntN(3)) })
	return q
}

// fits is what the query says, said again.
func fits(row Row, q Query) bool {
	return (q.Audience == "" || slices.ContainsFunc(row.Audiences, func(p content.Placed) bool { return p.Audience == q.Audience })) &&
		(q.Form == "" || row.Form == q.Form) &&
		(q.Topic == "" || slices.ContainsFunc(row.Topics, func(topic string) bool { return content.InTopic(topic, q.Topic) })) &&
		content.Within(row.Region, q.Region) &&
		(q.Tag == "" || slices.Contains(row.Tags, q.Tag)) &&
		(q.Mine == "" || row.Creator == q.Mine || slices.Contains(row.Writers, q.Mine) || row.With == q.Mine) &&
		(q.Series == "" || row.Series == q.Series)
}

// A search of who sees some items whole and of others what is live gives, in
// every order and however it is paged, what both questions give one by one.
func TestEither(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	d, c := newDesk(t), &clock{t: epoch.Add(24 * time.Hour)}
	w := &random{desk: deskOf(t, d.store, seed)}
	r := openRoll(t, filepath.Join(t.TempDir(), fileName), c.now)
	follow(t, r, d.store)
	var seq uint64
	for range soak(250, 5000) {
		seq = w.step()
	}
	shownUpTo(t, r, seq)
	sights := []Sight{
		See(actor("person-1", in33(account.Author))),
		See(actor("person-2", account.Grant{Role: account.Author, Region: "33"}, account.Grant{Role: account.Editor, Region: "3301"})),
		See(actor("nobody", in33(account.Admin), account.Grant{Role: account.Expert, Region: "3302"})),
	}
	for _, s := range sights {
		for _, text := range []string{"台风", "么", "核电站 辐射", "打伞"} {
			for _, order := range []Sort{SortChanged, SortTitle, SortDue} {
				q := Query{Sight: s, Text: text, Sort: order}
				want := map[string]bool{}
				for _, full := range s.parts() {
					question, args, err := q.question(full, nil, 10_000)
					if err != nil {
						t.Fatal(err)
					}
					err = rows(within(t), r.file.read, "SELECT p.id FROM place p WHERE p.seq IN (SELECT seq FROM ("+question+"))", args, func(scan func(...any) error) error {
						var id string
						err := scan(&id)
						want[id] = true
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				var paged []Row
				for q.Limit = 3; ; {
					p, err := r.Items(within(t), q)
					if err != nil {
						t.Fatal(err)
					}
					paged = append(paged, p.Rows...)
					if q.After = p.Next; p.Next == "" {
						break
					}
				}
				if len(paged) != len(want) || slices.ContainsFunc(paged, func(row Row) bool { return !want[row.ID] }) {
					t.Errorf("%+v: %d rows, want %d", q, len(paged), len(want))
				}
				q.Limit, q.After = 100, ""
				whole := items(t, r, q)
				if n := min(100, len(paged)); len(whole) != n || n > 0 && !reflect.DeepEqual(whole, paged[:n]) {
					t.Errorf("%+v: other rows in pages of three", q)
				}
			}
		}
	}
}
