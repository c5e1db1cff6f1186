package roll

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
	"kepu/storage/sqlite"
)

// soak is n, or many where KEPU_SOAK asks for more.
func soak(n, many int) int {
	if os.Getenv("KEPU_SOAK") != "" {
		return many
	}
	return n
}

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

var epoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func days(n int) *time.Time {
	t := epoch.AddDate(0, 0, n)
	return &t
}

// desk writes to a real store what the content desk would.
type desk struct {
	t     testing.TB
	store journal.Store
	revs  map[journal.Key]uint64
	rand  *rand.Rand
	by    string // who acts
	at    time.Time
}

func openStore(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	secret, err := journal.SecretOf(bytes.Repeat([]byte("s"), 32))
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(context.Background(), filepath.Join(dir, "journal.db"), sqlite.Options{Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	store := openStore(t, t.TempDir())
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return deskOf(t, store, 1)
}

func deskOf(t testing.TB, store journal.Store, seed uint64) *desk {
	return &desk{t: t, store: store, revs: map[journal.Key]uint64{}, rand: rand.New(rand.NewPCG(seed, 2)), by: "tester", at: epoch}
}

// id makes the id of thing n.
func id(n int) string { return journal.IDFor("test", fmt.Sprint(n)) }

func itemKey(id string) journal.Key { return journal.Key{Kind: content.KindItem, ID: id} }

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := journal.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (d *desk) change(key journal.Key, act string, state []byte) journal.Change {
	d.at = d.at.Add(time.Second)
	return journal.Change{Key: key, Rev: d.revs[key], State: state, Act: act, Actor: d.by, At: d.at}
}

// commit writes changes and gives the last seq.
func (d *desk) commit(changes ...journal.Change) uint64 {
	d.t.Helper()
	results, err := d.store.Commit(context.Background(), changes...)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			d.t.Fatal(r.Err)
		}
		d.revs[r.Entry.Key()] = r.Entry.Rev
	}
	return results[len(results)-1].Entry.Seq
}

// text keeps a version of an item and gives its hash.
func (d *desk) text(item string, v content.Version) journal.Hash {
	d.t.Helper()
	v.V = content.Format
	hashes, err := d.store.PutParts(context.Background(), journal.Part{Key: itemKey(item), State: encode(d.t, v)})
	if err != nil {
		d.t.Fatal(err)
	}
	return hashes[0]
}

// put writes an item's record.
func (d *desk) put(act string, it content.Item) uint64 {
	d.t.Helper()
	return d.commit(d.itemChange(act, it))
}

func (d *desk) itemChange(act string, it content.Item) journal.Change {
	it.V = content.Format
	if it.Kind == "" {
		it.Kind = content.KindArticle
	}
	if it.Placement.Audiences == nil {
		it.Placement.Audiences = []content.Placed{}
	}
	return d.change(itemKey(it.ID), act, encode(d.t, it))
}

// record writes any other record.
func (d *desk) record(kind, id string, v any) uint64 {
	d.t.Helper()
	return d.commit(d.change(journal.Key{Kind: kind, ID: id}, "put", encode(d.t, v)))
}

func (d *desk) remove(kind, id string) uint64 {
	d.t.Helper()
	return d.commit(d.change(journal.Key{Kind: kind, ID: id}, "delete", nil))
}

func article(title, text string) content.Version {
	return content.Version{Title: title, Form: "text", Article: &content.Article{Body: content.Body{Type: "doc", Content: []content.Node{
		{Type: "paragraph", Content: []content.Node{{Type: "text", Text: text}}},
	}}}}
}

// within gives a context that ends in time.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// openRoll opens a roll; the test ends with it closed.
func openRoll(t testing.TB, path string, now func() time.Time) *Roll {
	t.Helper()
	r, err := Open(path, Options{Now: now, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// follow follows until the returned function is called.
func follow(t testing.TB, r *Roll, store journal.Store) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Follow(ctx, store) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("follow: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// shown waits until the roll shows an entry.
func shownUpTo(t testing.TB, r *Roll, seq uint64) {
	t.Helper()
	if err := r.Wait(within(t), seq); err != nil {
		t.Fatalf("wait for %d: %v", seq, err)
	}
}

// started is a store with a roll that follows it.
func started(t testing.TB) (*desk, *Roll, *clock) {
	t.Helper()
	d, c := newDesk(t), &clock{t: epoch.Add(24 * time.Hour)}
	r := openRoll(t, filepath.Join(t.TempDir(), "roll.db"), c.now)
	follow(t, r, d.store)
	return d, r, c
}

func items(t testing.TB, r *Roll, q Query) []Row {
	t.Helper()
	p, err := r.Items(within(t), q)
	if err != nil {
		t.Fatalf("items %+v: %v", q, err)
	}
	return p.Rows
}

func titles(rows []Row) []string {
	all := make([]string, len(rows))
	for i, row := range rows {
		all[i] = row.Title
	}
	return all
}

// dump is what the file holds, apart from the numbers that items happen to have
// in it.
func dump(t testing.TB, r *Roll) []string {
	t.Helper()
	r.pen.Lock()
	defer r.pen.Unlock()
	ctx := within(t)
	var all []string
	for _, question := range []string{
		`SELECT 'place', p.seq, p.id, mask, status, kind, form, region, people, topics, tags, title, due, series, part, live_form, live_title,
			until, schedule, recheck, turn FROM place p ORDER BY seq`,
		"SELECT 'card', p.id, c.json FROM card c LEFT JOIN place p ON p.n = c.n ORDER BY 2",
		"SELECT 'own', * FROM own ORDER BY 2, 3",
		"SELECT 'slug', * FROM slug ORDER BY 2, 3",
		"SELECT 'uses', * FROM uses ORDER BY 2, 3, 4",
		"SELECT 'asset', * FROM asset ORDER BY 2",
		"SELECT 'comment', * FROM comment ORDER BY 2",
		"SELECT 'user', * FROM user ORDER BY 2",
		"SELECT 'token', * FROM token ORDER BY 2",
		"SELECT 'entry', * FROM entry ORDER BY 2",
		"SELECT 'position', value FROM meta WHERE name = 'position'",
	} {
		all = append(all, lines(t, ctx, r.file.conn, question)...)
	}
	if _, err := r.file.conn.ExecContext(ctx, "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab ('main', 'word', 'instance')"); err != nil {
		t.Fatal(err)
	}
	found := lines(t, ctx, r.file.conn, `SELECT 'word', term, coalesce(p.id, 'stray ' || v.doc), v.doc & 1 FROM temp.vocabulary v
		LEFT JOIN place p ON p.n = v.doc >> 1`)
	sort.Strings(found)
	return append(all, found...)
}

func lines(t testing.TB, ctx context.Context, conn *sql.Conn, question string) []string {
	t.Helper()
	found, err := conn.QueryContext(ctx, question)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for found.Next() {
		values := make([]any, len(columns))
		to := make([]any, len(columns))
		for i := range to {
			to[i] = &values[i]
		}
		if err := found.Scan(to...); err != nil {
			t.Fatal(err)
		}
		var line strings.Builder
		for _, v := range values {
			switch v := v.(type) {
			case []byte, string:
				fmt.Fprintf(&line, "%q ", v)
			default:
				fmt.Fprint(&line, v, " ")
			}
		}
		all = append(all, line.String())
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// wantFresh fails where a roll, which has caught up, holds something else than
// one filled afresh.
func wantFresh(t testing.TB, r *Roll, store journal.Store, now func() time.Time) {
	t.Helper()
	fresh := openRoll(t, filepath.Join(t.TempDir(), "roll.db"), now)
	stop := follow(t, fresh, store)
	head, err := store.Head(within(t))
	if err != nil {
		t.Fatal(err)
	}
	shownUpTo(t, r, head.Seq)
	shownUpTo(t, fresh, head.Seq)
	got, want := dump(t, r), dump(t, fresh)
	stop()
	if slices.Equal(got, want) {
		return
	}
	t.Errorf("followed and filled differ: %d and %d lines", len(got), len(want))
	differ(t, "only followed", got, want)
	differ(t, "only filled", want, got)
}

func differ(t testing.TB, what string, a, b []string) {
	t.Helper()
	in := make(map[string]bool, len(b))
	for _, line := range b {
		in[line] = true
	}
	shown := 0
	for _, line := range a {
		if !in[line] {
			if shown++; shown <= 5 {
				t.Errorf("%s: %s", what, line)
			}
		}
	}
}

func blob(n int) media.Key { return media.Key(fmt.Sprintf("%064x", n+1)) }

// random is a world of things that change at random.
type random struct {
	*desk
	items []content.Item
}

var phrases = strings.Fields("台风来时关好门窗 高血压病人怎样吃药 农药要按说明使用 手机诈骗的三个套路 地震时先保护头部 " +
	"垃圾分类怎么分 核电站的辐射有多大 茶叶怎样保存 PM2.5是什么 疫苗的作用 雷电天气不要打伞 中暑以后怎么办")

func (w *random) phrase() string { return phrases[w.rand.IntN(len(phrases))] }

func (w *random) version() content.Version {
	v := article(w.phrase()+fmt.Sprint(w.rand.IntN(1000)), strings.Repeat(w.phrase()+"。", 1+w.rand.IntN(5)))
	v.Form = []string{"text", "rumour", "steps", "emergency"}[w.rand.IntN(4)]
	if w.rand.IntN(3) == 0 {
		n := w.rand.IntN(20)
		v.Cover = &content.Picture{Asset: media.IDOf(blob(n)), Key: blob(n), Alt: "图"}
	}
	if w.rand.IntN(4) == 0 {
		v.Recheck = epoch.AddDate(0, 0, w.rand.IntN(40)-20).Format(time.DateOnly)
	}
	return v
}

func (w *random) person() string { return fmt.Sprintf("person-%d", w.rand.IntN(12)) }

func (w *random) placement() content.Placement {
	p := content.Placement{Audiences: []content.Placed{}}
	for _, a := range content.Audiences {
		if w.rand.IntN(2) == 0 {
			p.Audiences = append(p.Audiences, content.Placed{Audience: a, Weight: 1 + w.rand.IntN(100)})
		}
	}
	p.Topics = [][]string{nil, {"health"}, {"health-mind", "space"}, {"emergency-weather"}}[w.rand.IntN(4)]
	p.Tags = [][]string{nil, {"台风"}, {"a", "b"}}[w.rand.IntN(3)]
	p.Region = []string{"", "33", "3301", "330106", "3302", "330282"}[w.rand.IntN(6)]
	if w.rand.IntN(5) == 0 {
		p.Series = &content.SeriesPart{ID: fmt.Sprintf("series-%d", w.rand.IntN(3)), Part: w.rand.IntN(4)}
	}
	return p
}

// fresh makes a new draft.
func (w *random) fresh() content.Item {
	n := len(w.items)
	it := content.Item{ID: journal.IDFor("random", fmt.Sprint(n)), Kind: content.KindArticle, Slugs: []string{fmt.Sprintf("item-%d", n)}, Placement: w.placement()}
	it.Draft = w.text(it.ID, w.version())
	it.Writers = []string{w.by}
	return it
}

// step changes some thing at random and gives the seq.
func (w *random) step() uint64 {
	w.by = w.person()
	switch k := w.rand.IntN(20); {
	case k < 5 || len(w.items) < 5:
		it := w.fresh()
		w.items = append(w.items, it)
		return w.put("create", it)
	case k == 5:
		return w.record(KindComment, id(w.rand.IntN(50)), map[string]any{
			"v": 1, "item": w.items[w.rand.IntN(len(w.items))].ID, "by": w.by, "at": w.at, "resolved": w.rand.IntN(2) == 0,
		})
	case k == 6:
		n := w.rand.IntN(12)
		return w.record("user", fmt.Sprintf("person-%d", n), map[string]any{"v": 1, "name": fmt.Sprintf("p%d", n), "display": w.phrase(), "password": "geheim"})
	case k == 7:
		n := w.rand.IntN(20)
		return w.record(media.KindAsset, media.IDOf(blob(n)), media.Asset{V: 1, Key: blob(n), State: media.Stored,
			Rendition: []media.Rendition{{Name: "small", Key: blob(100 + n)}}})
	case k == 8:
		return w.record(content.KindSeries, "series-1", content.Series{V: 1, Slug: "series-1", Title: w.phrase(), Cover: &content.Picture{Key: blob(w.rand.IntN(20))}})
	}
	i := w.rand.IntN(len(w.items))
	it := &w.items[i]
	if w.revs[itemKey(it.ID)] > 0 && w.rand.IntN(40) == 0 {
		seq := w.remove(content.KindItem, it.ID)
		it.Live, it.Draft, it.Review, it.Schedule, it.Gone = "", w.text(it.ID, w.version()), nil, nil, nil
		return seq
	}
	return w.put(w.act(it), *it)
}

// act changes an item as the desk would, or nearly.
func (w *random) act(it *content.Item) string {
	switch w.rand.IntN(8) {
	case 0:
		it.Placement = w.placement()
		return "place"
	case 1:
		it.Draft, it.Review, it.Schedule = w.text(it.ID, w.version()), nil, nil
		it.Writers = append(slices.Clone(it.Writers), w.by)
		return "save"
	case 2:
		it.Review = &content.Review{Version: it.Draft, Stages: []string{content.StageFirst, content.StageFinal}, By: w.by, At: w.at, Due: days(w.rand.IntN(9))}
		return "submit"
	case 3:
		if it.Review != nil && len(it.Review.Approvals) < len(it.Review.Stages) {
			review := *it.Review
			review.Approvals = append(slices.Clone(review.Approvals), content.Approval{Stage: review.Stages[len(review.Approvals)], By: w.by, At: w.at})
			it.Review = &review
		}
		return "approve"
	case 4:
		it.Schedule = &content.Schedule{Version: it.Draft, At: *days(w.rand.IntN(9) - 4), By: w.by}
		return "schedule"
	case 5:
		it.Gone, it.Live = &content.Gone{At: w.at}, ""
		return "withdraw"
	case 6:
		it.Slugs = append([]string{fmt.Sprintf("%s-%d", it.Slugs[0], w.rand.IntN(10))}, it.Slugs[:1]...)
		return "place"
	}
	it.Live, it.Gone, it.Review, it.Schedule, it.Writers = it.Draft, nil, nil, nil, nil
	it.Until = nil
	if w.rand.IntN(3) == 0 {
		it.Until = days(w.rand.IntN(20) - 10)
	}
	return "publish"
}
