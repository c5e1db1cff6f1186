package roll

import (
	"errors"
	"slices"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

// shelfOf is one item in each state, named by it.
func (d *desk) states() map[string]content.Item {
	all := map[string]content.Item{}
	add := func(name string, change func(it *content.Item)) {
		it := content.Item{ID: id(len(all)), Slugs: []string{name}}
		it.Draft = d.text(it.ID, article(name, "正文"))
		change(&it)
		d.put("save", it)
		all[name] = it
	}
	review := func(it *content.Item, approvals ...string) *content.Review {
		r := &content.Review{Version: it.Draft, Stages: []string{content.StageFirst, content.StageScientific, content.StageFinal}, Due: days(len(approvals))}
		for _, by := range approvals {
			r.Approvals = append(r.Approvals, content.Approval{Stage: r.Stages[len(r.Approvals)], By: by, At: epoch})
		}
		return r
	}
	add("draft", func(*content.Item) {})
	add("review first", func(it *content.Item) { it.Review = review(it) })
	add("review scientific", func(it *content.Item) { it.Review = review(it, "ed") })
	add("review final", func(it *content.Item) { it.Review = review(it, "ed", "ex") })
	add("approved", func(it *content.Item) { it.Review = review(it, "ed", "ex", "ch") })
	add("returned", func(it *content.Item) {
		it.Review = review(it)
		it.Review.Returned = &content.Note{Stage: content.StageFirst, By: "ed", At: epoch, Text: "再改"}
	})
	add("moved on", func(it *content.Item) {
		it.Review = review(it, "ed")
		it.Draft = d.text(it.ID, article("moved on", "又改了"))
	})
	add("scheduled", func(it *content.Item) {
		it.Review = review(it, "ed", "ex", "ch")
		it.Schedule = &content.Schedule{Version: it.Draft, At: *days(9)}
	})
	add("live", func(it *content.Item) { it.Live = it.Draft })
	add("ended", func(it *content.Item) { it.Live, it.Until = it.Draft, days(0) })
	add("ends later", func(it *content.Item) { it.Live, it.Until = it.Draft, days(9) })
	add("changed", func(it *content.Item) {
		it.Live = it.Draft
		it.Draft = d.text(it.ID, article("changed", "改了一稿"))
	})
	add("changed, in review", func(it *content.Item) {
		it.Live = it.Draft
		it.Draft = d.text(it.ID, article("changed, in review", "改了一稿"))
		it.Review = review(it, "ed")
	})
	add("withdrawn", func(it *content.Item) { it.Gone = &content.Gone{At: epoch} })
	add("recheck", func(it *content.Item) {
		v := article("recheck", "正文")
		v.Recheck = "2026-03-01"
		it.Draft = d.text(it.ID, v)
		it.Live = it.Draft
	})
	return all
}

func TestStatus(t *testing.T) {
	d, r, c := started(t)
	d.states()
	head, err := d.store.Head(within(t))
	if err != nil {
		t.Fatal(err)
	}
	shownUpTo(t, r, head.Seq)
	tabs, err := r.Tabs(within(t), Query{Sight: Everything()})
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[Status][]string{
		StatusDraft:     {"moved on", "draft"},
		StatusReview:    {"changed, in review", "review final", "review scientific", "review first"},
		StatusReturned:  {"returned"},
		StatusApproved:  {"approved"},
		StatusScheduled: {"scheduled"},
		StatusLive:      {"recheck", "changed, in review", "changed", "ends later", "live"},
		StatusExpired:   {"ended"},
		StatusChanged:   {"changed, in review", "changed"},
		StatusWithdrawn: {"withdrawn"},
		StatusRecheck:   {"recheck"},
	} {
		rows := items(t, r, Query{Sight: Everything(), Status: status})
		if got := titles(rows); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", status, got, want)
		}
		if tabs[status].N != len(want) || tabs[status].More {
			t.Errorf("%s is counted %+v", status, tabs[status])
		}
	}
	for _, row := range items(t, r, Query{Sight: Everything()}) {
		want := map[string]Status{"draft": StatusDraft, "review final": StatusReview, "changed, in review": StatusReview, "changed": StatusChanged,
			"ends later": StatusLive, "ended": StatusExpired, "recheck": StatusLive, "moved on": StatusDraft, "scheduled": StatusScheduled}
		if w, ok := want[row.Title]; ok && row.Status != w {
			t.Errorf("%s has status %s", row.Title, row.Status)
		}
		if row.Title == "review scientific" && (row.Stage != content.StageScientific || row.Due == nil || !row.Due.Equal(*days(1))) {
			t.Errorf("under review: %+v", row)
		}
	}
	if got := StatusOf(d.states()["ended"], c.now()); got != StatusExpired {
		t.Errorf("status of what ended: %s", got)
	}
}

func actor(id string, grants ...account.Grant) account.Actor {
	return account.Actor{ID: id, Grants: grants}
}

func in33(role account.Role) account.Grant { return account.Grant{Role: role} }

// TestSight: an author sees what is theirs and what is live, of that the live
// text alone; a foreign region is as if it were not there.
func TestSight(t *testing.T) {
	d, r, _ := started(t)
	add := func(name, region, writer string, live bool, newer string) content.Item {
		d.by = writer
		it := content.Item{ID: id(len(d.revs)), Slugs: []string{name}, Placement: content.Placement{Region: region}, Writers: []string{writer}}
		it.Draft = d.text(it.ID, article(name, "文字"))
		if live {
			it.Live, it.Published, it.Updated = it.Draft, days(-3), days(-2)
		}
		if newer != "" {
			it.Draft = d.text(it.ID, article(newer, "机密的新稿"))
		}
		shownUpTo(t, r, d.put("create", it))
		return it
	}
	add("杭州草稿", "3301", "hz", false, "")
	add("西湖草稿", "330106", "xh", false, "")
	add("西湖发布", "330106", "xh", true, "西湖新稿")
	add("宁波草稿", "3302", "nb", false, "")
	add("宁波发布", "3302", "nb", true, "")
	add("全省草稿", "", "zj", false, "")
	add("全省发布", "", "zj", true, "")
	for _, c := range []struct {
		name string
		who  account.Actor
		want []string
	}{
		{"nobody", account.Actor{}, nil},
		{"no role", actor("hz"), nil},
		{"chief", actor("c", in33(account.Chief)), []string{"全省发布", "全省草稿", "宁波发布", "宁波草稿", "西湖新稿", "西湖草稿", "杭州草稿"}},
		{"province by code", actor("c", account.Grant{Role: account.Auditor, Region: "33"}), []string{"全省发布", "全省草稿", "宁波发布", "宁波草稿", "西湖新稿", "西湖草稿", "杭州草稿"}},
		{"editor of Hangzhou", actor("e", account.Grant{Role: account.Editor, Region: "3301"}), []string{"西湖新稿", "西湖草稿", "杭州草稿"}},
		{"expert of Xihu", actor("e", account.Grant{Role: account.Expert, Region: "330106"}), []string{"西湖新稿", "西湖草稿"}},
		{"author", actor("xh", in33(account.Author)), []string{"全省发布", "宁波发布", "西湖新稿", "西湖草稿"}},
		{"another author", actor("hz", in33(account.Author)), []string{"全省发布", "宁波发布", "西湖发布", "杭州草稿"}},
		{"author of Ningbo", actor("xh", account.Grant{Role: account.Author, Region: "3302"}), []string{"宁波发布"}},
		{"author of Xihu, editor of Ningbo", actor("xh", account.Grant{Role: account.Author, Region: "330106"}, account.Grant{Role: account.Editor, Region: "3302"}),
			[]string{"宁波发布", "宁波草稿", "西湖新稿", "西湖草稿"}},
		{"admin", actor("a", in33(account.Admin)), []string{"全省发布", "宁波发布", "西湖发布"}},
	} {
		s := See(c.who)
		if got := titles(items(t, r, Query{Sight: s})); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s sees %q, want %q", c.name, got, c.want)
		}
		for _, row := range items(t, r, Query{Sight: Everything()}) {
			got, err := r.Item(within(t), s, row.ID)
			if err == nil != slices.Contains(c.want, got.Title) || err != nil && !errors.Is(err, journal.ErrNotFound) {
				t.Errorf("%s looks up %s: %+v, %v", c.name, row.Title, got, err)
			}
		}
		var paged []string
		q := Query{Sight: s, Limit: 1}
		for {
			p, err := r.Items(within(t), q)
			if err != nil {
				t.Fatal(err)
			}
			paged = append(paged, titles(p.Rows)...)
			if q.After = p.Next; q.After == "" {
				break
			}
		}
		if !slices.Equal(paged, c.want) && len(paged)+len(c.want) > 0 {
			t.Errorf("%s pages through %q", c.name, paged)
		}
	}
	stranger := See(actor("hz", in33(account.Author)))
	for _, q := range []Query{
		{Text: "机密"}, {Text: "西湖新稿"}, {Status: StatusChanged}, {Status: StatusDraft, Region: "330106"}, {Mine: "xh"},
		{Waiting: WaitingFor(actor("hz", in33(account.Author)))},
	} {
		q.Sight = stranger
		if rows := items(t, r, q); len(rows) != 0 {
			t.Errorf("a stranger finds %q by %+v", titles(rows), q)
		}
	}
	rows := items(t, r, Query{Sight: stranger, Text: "西湖发布"})
	if len(rows) != 1 || rows[0].Creator != "" || rows[0].Writers != nil || rows[0].Draft != rows[0].LiveHash || rows[0].Status != StatusLive || rows[0].ChangedBy != "" || !rows[0].ChangedAt.Equal(*days(-2)) {
		t.Errorf("a stranger sees of what is live: %+v", rows)
	}
	if rows := items(t, r, Query{Sight: See(actor("xh", in33(account.Author))), Text: "机密"}); len(rows) != 1 {
		t.Errorf("the writer finds %q", titles(rows))
	}
	if rows := items(t, r, Query{Sight: Everything(), Text: "西湖"}); len(rows) != 2 {
		t.Errorf("once as live text, once as draft: %q", titles(rows))
	}
}

func TestWaiting(t *testing.T) {
	d, r, _ := started(t)
	add := func(name, region, with string, writers []string, passed ...string) {
		it := content.Item{ID: id(len(d.revs)), Slugs: []string{name}, Writers: writers, Placement: content.Placement{Region: region}}
		it.Draft = d.text(it.ID, article(name, "文字"))
		it.Review = &content.Review{Version: it.Draft, Stages: []string{content.StageFirst, content.StageScientific, content.StageFinal}, With: with}
		for i, by := range passed {
			it.Review.Approvals = append(it.Review.Approvals, content.Approval{Stage: it.Review.Stages[i], By: by})
		}
		shownUpTo(t, r, d.put("submit", it))
	}
	add("one", "3301", "", []string{"w"})
	add("two", "3301", "", []string{"both"})
	add("three", "3301", "other", []string{"w"})
	add("four", "3301", "", []string{"w"}, "ed")
	add("five", "3302", "", []string{"w"}, "both")
	add("six", "3302", "both", []string{"w"}, "ed", "ex")
	add("seven", "", "", []string{"w"}, "both", "ex")
	for _, c := range []struct {
		who  account.Actor
		want []string
	}{
		{actor("ed", account.Grant{Role: account.Editor, Region: "3301"}), []string{"two", "one"}},
		{actor("other", account.Grant{Role: account.Editor, Region: "3301"}), []string{"three", "two", "one"}},
		{actor("both", in33(account.Chief)), []string{"six", "one"}},
		{actor("ch", in33(account.Chief)), []string{"seven", "two", "one"}},
		{actor("ex", in33(account.Expert)), []string{"five", "four"}},
		{actor("ex", account.Grant{Role: account.Expert, Region: "3302"}), []string{"five"}},
		{actor("w", in33(account.Author)), nil},
		{actor("w", in33(account.Auditor)), nil},
	} {
		rows := items(t, r, Query{Sight: See(c.who), Waiting: WaitingFor(c.who)})
		if got := titles(rows); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("for %+v waits %q, want %q", c.who, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	d, r, _ := started(t)
	var seq uint64
	for n, text := range []string{"臺風來時，關好門窗。", "台风的风力等级", "PM2.5 与健康", "新冠 COVID19 疫苗", "水"} {
		it := content.Item{ID: id(n), Slugs: []string{"s"}}
		it.Draft = d.text(it.ID, article(text, "正文里说到喝水要烧开。"+`"AND" OR * NEAR(x)`))
		seq = d.put("save", it)
	}
	shownUpTo(t, r, seq)
	for text, want := range map[string]int{
		"台风": 2, "颱風": 2, "臺風": 2, "风": 2, "水": 5, "烧开": 5, "燒開": 5, "pm2.5": 1, "PM": 1, "ＰＭ２．５": 1, "covid19": 1, "风力 等级": 1,
		"台风 健康": 0, "地震": 0, `"`: 0, `" OR 1`: 0, "AND": 5, "NEAR(x)": 5, "。": 0, "等级 台风 关好": 0,
	} {
		if rows := items(t, r, Query{Sight: Everything(), Text: text}); len(rows) != want {
			t.Errorf("%q finds %q, want %d", text, titles(rows), want)
		}
	}
}

func TestFilters(t *testing.T) {
	d, r, _ := started(t)
	var seq uint64
	for n, it := range []content.Item{
		{Kind: content.KindVideo, Placement: content.Placement{Region: "330106", Topics: []string{"health-mind"}, Tags: []string{"ＡＩ", "台风"}}},
		{Placement: content.Placement{Region: "3302", Topics: []string{"healthy"}, Series: &content.SeriesPart{ID: "deep-sea", Part: 2}}},
		{Placement: content.Placement{Topics: []string{"health"}, Audiences: []content.Placed{{Audience: content.Seniors, Weight: 5}}, Series: &content.SeriesPart{ID: "deep-sea"}}},
		{Placement: content.Placement{Region: "33", Series: &content.SeriesPart{ID: "deep-sea", Part: 1}}, Writers: []string{"w"}},
	} {
		it.ID, it.Slugs = id(n), []string{"now", "then"}
		v := article([]string{"丙", "甲", "乙", "Alpha"}[n], "字")
		v.Form = []string{"text", "steps", "text", "rumour"}[n]
		it.Draft = d.text(it.ID, v)
		it.Review = &content.Review{Version: it.Draft, Stages: []string{content.StageFirst}, Due: [...]*time.Time{days(3), nil, days(1), days(2)}[n]}
		seq = d.put("save", it)
	}
	shownUpTo(t, r, seq)
	for _, c := range []struct {
		q    Query
		want []string
	}{
		{Query{}, []string{"Alpha", "乙", "甲", "丙"}},
		{Query{Sort: SortTitle}, []string{"Alpha", "丙", "甲", "乙"}},
		{Query{Sort: SortDue}, []string{"乙", "Alpha", "丙", "甲"}},
		{Query{Kind: content.KindVideo}, []string{"丙"}},
		{Query{Form: "text"}, []string{"乙", "丙"}},
		{Query{Topic: "health"}, []string{"乙", "丙"}},
		{Query{Topic: "health-mind"}, []string{"丙"}},
		{Query{Region: "3301"}, []string{"丙"}},
		{Query{Region: "33"}, []string{"Alpha", "甲", "丙"}},
		{Query{Tag: "ai"}, []string{"丙"}},
		{Query{Audience: content.Seniors}, []string{"乙"}},
		{Query{Audience: content.Youth}, nil},
		{Query{Series: "deep-sea", Sort: SortTitle}, []string{"Alpha", "甲", "乙"}},
		{Query{Mine: "w"}, []string{"Alpha"}},
		{Query{Mine: "tester", Text: "字", Sort: SortDue}, []string{"乙", "Alpha", "丙", "甲"}},
		{Query{Text: "字", Sort: SortTitle, Form: "text"}, []string{"丙", "乙"}},
	} {
		c.q.Sight = Everything()
		for _, limit := range []int{100, 1} {
			c.q.Limit, c.q.After = limit, ""
			var got []string
			for {
				p, err := r.Items(within(t), c.q)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, titles(p.Rows)...)
				if c.q.After = p.Next; p.Next == "" {
					break
				}
			}
			if !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
				t.Errorf("%+v: %q, want %q", c.q, got, c.want)
			}
		}
	}
	p, err := r.Members(within(t), Everything(), "deep-sea", "", 2)
	if err != nil || !slices.Equal(titles(p.Rows), []string{"Alpha", "甲"}) {
		t.Errorf("members %q, %v", titles(p.Rows), err)
	}
	p, err = r.Members(within(t), Everything(), "deep-sea", p.Next, 2)
	if err != nil || !slices.Equal(titles(p.Rows), []string{"乙"}) || p.Next != "" {
		t.Errorf("more members %q, %v", titles(p.Rows), err)
	}
	if found, err := r.Slug(within(t), "then"); err != nil || len(found) != 4 || found[0].Current {
		t.Errorf("slug: %+v, %v", found, err)
	}
}

func TestBadQueries(t *testing.T) {
	d, r, _ := started(t)
	d.states()
	shownUpTo(t, r, 1)
	for _, q := range []Query{
		{Status: "x"}, {Audience: "x"}, {Kind: "x"}, {Sort: "x"}, {Limit: -1}, {Limit: 101}, {Waiting: &Waiting{By: "a", Stages: []string{"x"}}},
	} {
		q.Sight = Everything()
		if _, err := r.Items(within(t), q); !errors.Is(err, ErrQuery) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	p, err := r.Items(within(t), Query{Sight: Everything(), Limit: 1})
	if err != nil || p.Next == "" {
		t.Fatal(p.Next, err)
	}
	for _, q := range []Query{
		{Sight: Everything(), After: p.Next, Status: StatusDraft}, {Sight: See(actor("x", in33(account.Author))), After: p.Next},
		{Sight: Everything(), After: p.Next + "x"}, {Sight: Everything(), After: "%"},
	} {
		if _, err := r.Items(within(t), q); !errors.Is(err, ErrCursor) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

func TestDue(t *testing.T) {
	d, r, _ := started(t)
	var seq uint64
	for n, it := range []content.Item{
		{Schedule: &content.Schedule{At: *days(2)}}, {Until: days(1), Live: "x"}, {Until: days(1)}, {Until: days(3), Live: "x"},
		{Schedule: &content.Schedule{At: *days(4)}, Until: days(5), Live: "x"},
	} {
		it.ID, it.Slugs = id(n), []string{"s"}
		it.Draft = d.text(it.ID, article("t", "字"))
		if it.Live != "" {
			it.Live = it.Draft
		}
		if it.Schedule != nil {
			it.Schedule.Version = it.Draft
		}
		seq = d.put("save", it)
	}
	shownUpTo(t, r, seq)
	for day, want := range [][]string{nil, {id(1)}, {id(1), id(0)}, {id(1), id(0), id(3)}, {id(1), id(0), id(3), id(4)}, {id(1), id(0), id(3), id(4)}} {
		got, err := r.Due(within(t), *days(day), 10)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("day %d: %v, want %v, %v", day, got, want, err)
		}
		next, err := r.NextDue(within(t), *days(day))
		if err != nil || day < 5 && !next.Equal(*days(day + 1)) || day == 5 && !next.IsZero() {
			t.Errorf("after day %d comes %s, %v", day, next, err)
		}
	}
	if got, err := r.Due(within(t), *days(9), 2); err != nil || len(got) != 2 {
		t.Errorf("two of four: %v, %v", got, err)
	}
}
