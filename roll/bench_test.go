package roll

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
	"kepu/library"
)

// sentences are those of our own articles: texts made of them have the words of
// real ones.
func sentences(t testing.TB) []string {
	t.Helper()
	var all []string
	files := library.Files()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".md" {
			return err
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		_, text, _ := strings.Cut(strings.TrimPrefix(string(b), "---"), "---")
		all = append(all, content.Sentences(text)...)
		return nil
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("%d sentences: %v", len(all), err)
	}
	return all
}

// press makes items in bulk.
type press struct {
	*desk
	sentences []string
	runes     int // of a text
	saved     map[int]content.Item
}

func newPress(t testing.TB, store journal.Store) *press {
	return &press{desk: deskOf(t, store, 5), sentences: sentences(t), runes: 500, saved: map[int]content.Item{}}
}

func (p *press) version() content.Version {
	var b strings.Builder
	for n := 0; n < p.runes; {
		s := p.sentences[p.rand.IntN(len(p.sentences))]
		b.WriteString(s)
		n += len([]rune(s))
	}
	title := cut(p.sentences[p.rand.IntN(len(p.sentences))], 24)
	v := article(title, cut(b.String(), p.runes))
	v.Form = []string{"text", "rumour", "steps", "emergency"}[p.rand.IntN(4)]
	v.V = content.Format
	if p.rand.IntN(2) == 0 {
		v.Recheck = epoch.AddDate(0, 0, p.rand.IntN(400)-20).Format(time.DateOnly)
	}
	return v
}

// item is number n in one of the states an item can be in.
func (p *press) item(n int, draft, live journal.Hash) content.Item {
	it := content.Item{ID: journal.IDFor("press", fmt.Sprint(n)), Kind: content.KindArticle, Slugs: []string{fmt.Sprintf("press-%d", n)}, Draft: draft}
	if p.rand.IntN(5) == 0 {
		it.Kind = content.KindVideo
	}
	topics := content.SeedTopics()
	it.Placement.Topics = []string{topics[p.rand.IntN(len(topics))].Key, topics[p.rand.IntN(len(topics))].Key}
	regions := content.Regions()
	it.Placement.Region = regions[p.rand.IntN(len(regions))].Code
	it.Placement.Audiences = []content.Placed{{Audience: content.Audiences[p.rand.IntN(5)], Weight: 50}, {Audience: content.Audiences[p.rand.IntN(5)], Weight: 30}}
	it.Placement.Tags = []string{fmt.Sprintf("标签%d", p.rand.IntN(300))}
	if p.rand.IntN(10) == 0 {
		it.Placement.Series = &content.SeriesPart{ID: fmt.Sprintf("series-%d", p.rand.IntN(50)), Part: p.rand.IntN(20)}
	}
	it.Writers = []string{journal.IDFor("person", fmt.Sprint(p.rand.IntN(500)))}
	switch k := p.rand.IntN(20); {
	case k < 10:
		it.Live, it.Writers = live, nil
		if p.rand.IntN(10) == 0 {
			it.Until = days(p.rand.IntN(100) - 50)
		}
	case k < 13:
	case k < 16:
		it.Review = &content.Review{Version: draft, Stages: []string{content.StageFirst, content.StageScientific, content.StageFinal}, Due: days(p.rand.IntN(90))}
		for _, stage := range it.Review.Stages[:p.rand.IntN(3)] {
			it.Review.Approvals = append(it.Review.Approvals, content.Approval{Stage: stage, By: journal.IDFor("person", fmt.Sprint(p.rand.IntN(500)))})
		}
	case k < 17:
		it.Schedule = &content.Schedule{Version: draft, At: *days(p.rand.IntN(30))}
	default:
		it.Gone = &content.Gone{At: epoch}
	}
	return it
}

// stock commits n items, each with one text.
func (p *press) stock(n int) (seq uint64) {
	p.t.Helper()
	const at = 500
	for from := 0; from < n; from += at {
		parts := make([]journal.Part, min(at, n-from))
		for i := range parts {
			parts[i] = journal.Part{Key: itemKey(journal.IDFor("press", fmt.Sprint(from+i))), State: encode(p.t, p.version())}
		}
		hashes, err := p.store.PutParts(context.Background(), parts...)
		if err != nil {
			p.t.Fatal(err)
		}
		changes := make([]journal.Change, len(parts))
		for i := range parts {
			p.by = journal.IDFor("person", fmt.Sprint(p.rand.IntN(500)))
			changes[i] = p.itemChange("create", p.item(from+i, hashes[i], hashes[i]))
		}
		seq = p.commit(changes...)
	}
	return seq
}

// questions are lists as the studio asks for them, and such as find little or
// nothing after looking at everything.
func questions() map[string]Query {
	person := journal.IDFor("person", "7")
	grant := func(role account.Role, region string) account.Actor {
		return account.Actor{ID: person, Grants: []account.Grant{{Role: role, Region: region}}}
	}
	chief, editor, author := See(grant(account.Chief, "")), See(grant(account.Editor, "3301")), See(grant(account.Author, ""))
	return map[string]Query{
		"all":                   {Sight: chief},
		"draft":                 {Sight: chief, Status: StatusDraft},
		"recheck":               {Sight: chief, Status: StatusRecheck},
		"editor of a city":      {Sight: editor},
		"author":                {Sight: author},
		"author drafts":         {Sight: author, Status: StatusDraft},
		"mine":                  {Sight: chief, Mine: person},
		"waiting":               {Sight: chief, Waiting: WaitingFor(grant(account.Chief, "")), Sort: SortDue},
		"waiting expert county": {Sight: See(grant(account.Expert, "330106")), Waiting: WaitingFor(grant(account.Expert, "330106"))},
		"six filters":           {Sight: editor, Status: StatusLive, Audience: content.Seniors, Kind: content.KindVideo, Form: "steps", Topic: "health", Region: "330106"},
		"nothing": {Sight: chief, Status: StatusScheduled, Audience: content.Youth, Kind: content.KindVideo, Form: "emergency",
			Topic: "space", Region: "331181", Tag: "标签1", Series: "series-1", Mine: person},
		"tag":                 {Sight: chief, Tag: "标签7"},
		"by title":            {Sight: chief, Sort: SortTitle},
		"by title author":     {Sight: author, Sort: SortTitle},
		"by due":              {Sight: chief, Sort: SortDue},
		"text":                {Sight: chief, Text: "台风"},
		"text long":           {Sight: chief, Text: "高血压患者的饮食与用药"},
		"text common":         {Sight: chief, Text: "不要"},
		"text one Han":        {Sight: chief, Text: "水"},
		"text commonest Han":  {Sight: chief, Text: "的"},
		"text none":           {Sight: chief, Text: "不要", Status: StatusScheduled, Region: "331181", Tag: "标签1", Mine: person},
		"text author":         {Sight: author, Text: "不要"},
		"text by title":       {Sight: chief, Text: "不要", Sort: SortTitle},
		"text commonest due":  {Sight: editor, Text: "的", Sort: SortDue, Kind: content.KindVideo},
		"text city six":       {Sight: editor, Text: "水", Status: StatusDraft, Audience: content.Farmers, Form: "text", Topic: "food"},
		"text waiting expert": {Sight: chief, Text: "不要", Waiting: WaitingFor(grant(account.Expert, ""))},
	}
}

// BenchmarkItems fills a roll with 100,000 items and prints how long each list
// takes to its first fifty rows, and where it goes on from.
func BenchmarkItems(b *testing.B) {
	const n = 100_000
	d := newDesk(b)
	p := newPress(b, d.store)
	seq := p.stock(n)
	c := &clock{t: epoch}
	path := filepath.Join(b.TempDir(), fileName)
	r := openRoll(b, path, c.now)
	began, worked := time.Now(), processor(b)
	stop := follow(b, r, d.store)
	shownUpTo(b, r, seq)
	tell(b, "fill", time.Since(began), processor(b)-worked, path)
	for _, name := range sorted(questions()) {
		q := questions()[name]
		b.Run("first/"+strings.ReplaceAll(name, " ", "-"), func(b *testing.B) { lists(b, r, q) })
		page, err := r.Items(within(b), q)
		if err != nil {
			b.Fatal(err)
		}
		if q.After = page.Next; q.After != "" {
			b.Run("next/"+strings.ReplaceAll(name, " ", "-"), func(b *testing.B) { lists(b, r, q) })
		}
	}
	b.Run("tabs", func(b *testing.B) {
		timed(b, func() error {
			_, err := r.Tabs(context.Background(), Query{Sight: Everything()})
			return err
		})
	})
	stop()
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
	began, worked = time.Now(), processor(b)
	r = openRoll(b, path, c.now)
	follow(b, r, d.store)
	shownUpTo(b, r, seq)
	tell(b, "open-again", time.Since(began), processor(b)-worked, path)
}

// tell prints what something took that is done once, and what memory and file it
// left.
func tell(b *testing.B, name string, took, work time.Duration, path string) {
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.Run(name, func(b *testing.B) {
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(work.Seconds(), "cpu-s")
		b.ReportMetric(float64(info.Size()>>20), "file-MB")
		b.ReportMetric(float64(memory.HeapSys>>20), "heap-MB")
	})
}

func sorted(m map[string]Query) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func lists(b *testing.B, r *Roll, q Query) {
	timed(b, func() error {
		_, err := r.Items(context.Background(), q)
		return err
	})
}

// timed prints the middle and the 99th of a hundred of them.
func timed(b *testing.B, act func() error) {
	var took []time.Duration
	for range b.N {
		began := time.Now()
		if err := act(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	ms := func(part float64) float64 { return float64(took[int(part*float64(len(took)-1))].Microseconds()) / 1000 }
	b.ReportMetric(ms(0.5), "p50-ms")
	b.ReportMetric(ms(0.99), "p99-ms")
}

// BenchmarkFollow prints how many commits a second a roll follows: new items of
// 500 characters each, and the acts that bring items through the desk.
func BenchmarkFollow(b *testing.B) {
	for _, what := range []string{"new items", "desk"} {
		b.Run(strings.ReplaceAll(what, " ", "-"), func(b *testing.B) {
			var followed, work time.Duration
			total := 0
			for range b.N {
				took, worked, n := followOnce(b, what == "desk")
				followed += took
				work += worked
				total += n
			}
			b.ReportMetric(float64(total)/followed.Seconds(), "commits/s")
			b.ReportMetric(float64(work.Microseconds())/float64(total), "cpu-µs/commit")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func followOnce(b *testing.B, desk bool) (took, work time.Duration, commits int) {
	b.Helper()
	d := newDesk(b)
	p := newPress(b, d.store)
	r := openRoll(b, filepath.Join(b.TempDir(), "roll.db"), nil)
	stop := follow(b, r, d.store)
	seq := p.stock(1)
	shownUpTo(b, r, seq)
	stop()
	const n = 10_000
	seq = p.stock(n)
	if desk {
		seq = p.through(n)
	}
	commits = int(seq - r.Position().Seq)
	began, worked := time.Now(), processor(b)
	stop = follow(b, r, d.store)
	shownUpTo(b, r, seq)
	took, work = time.Since(began), processor(b)-worked
	stop()
	return took, work, commits
}

// processor is how long this process has kept processors busy.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// through brings n items through the desk: a save of a new text, three more
// acts, a publication.
func (p *press) through(n int) (seq uint64) {
	p.t.Helper()
	for from := 0; from < n; from += 500 {
		for act := range 5 {
			var changes []journal.Change
			if act == 0 {
				p.drafts(from, from+500)
			}
			for i := from; i < from+500; i++ {
				it := p.saved[i]
				switch act {
				case 1:
					it.Review = &content.Review{Version: it.Draft, Stages: []string{content.StageFirst, content.StageFinal}}
				case 2, 3:
					review := *it.Review
					review.Approvals = append(slices.Clone(review.Approvals), content.Approval{Stage: review.Stages[act-2], By: id(act)})
					it.Review = &review
				case 4:
					it.Live, it.Review = it.Draft, nil
				}
				p.saved[i] = it
				changes = append(changes, p.itemChange([]string{"save", "submit", "approve", "approve", "publish"}[act], it))
			}
			seq = p.commit(changes...)
		}
	}
	return seq
}

// drafts keeps a new text for each of some items.
func (p *press) drafts(from, to int) {
	p.t.Helper()
	var parts []journal.Part
	for i := from; i < to; i++ {
		parts = append(parts, journal.Part{Key: itemKey(journal.IDFor("press", fmt.Sprint(i))), State: encode(p.t, p.version())})
	}
	hashes, err := p.store.PutParts(context.Background(), parts...)
	if err != nil {
		p.t.Fatal(err)
	}
	for i, hash := range hashes {
		it := p.item(from+i, hash, "")
		it.Live, it.Review, it.Gone, it.Schedule, it.Until = "", nil, nil, nil, nil
		p.saved[from+i] = it
	}
}
