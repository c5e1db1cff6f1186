package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
	"kepu/library"
)

// A new store has a few pieces on the desk in different stages of review, so
// that an editor sees the desk at work. They are told from others by their
// origin and their tag 样稿, and taken away by kepu sample remove.
const (
	sampleSource = "sample"
	sampleWanted = "samples/wanted" // on the slate: the store was new
	sampleLaid   = "samples/laid"   // and they were laid out
)

// sample is how far one of the pieces is brought.
type sample struct {
	id       string
	passed   int    // stages it has passed, of those the rules name; drafts are not submitted
	draft    bool   // it was never submitted
	note     string // it was sent back with it
	question string // somebody asked this beside it
	schedule bool   // it passed all stages and has its time
}

func samples() []sample {
	return []sample{
		{id: "maicai-shunxu", draft: true, question: "路上多久算太久，我去查出处，查到写在这里。"},
		{id: "yueliang-wan-chulai"},
		{id: "shu-miao-ting-lei", passed: 1, question: "“差一两千米很平常”这句再核一下：数的是最近那一截，还是整条闪电？"},
		{id: "ganmao-haishi-liugan", note: "“这一季能不能补打”请写明看哪一年的指南，再写上核对的日期。"},
		{id: "tingdian-bingxiang", schedule: true},
	}
}

// sampler is one of the people who handled the samples. They have no accounts:
// nobody signs in as them.
func sampler(name string, role account.Role) content.By {
	return content.By{Actor: account.Actor{ID: "sample-" + name, Grants: []account.Grant{{Role: role}}}}
}

// judge is who passes a stage of a sample.
func judge(stage string) content.By {
	switch stage {
	case content.StageFirst:
		return sampler("editor", account.Editor)
	case content.StageScientific:
		return sampler("expert", account.Expert)
	}
	return sampler("chief", account.Chief)
}

// wantSamples notes, before anything is written, that the store is new.
func (a *App) wantSamples(ctx context.Context) error {
	head, err := a.stores.journal.Head(ctx)
	if err != nil || head.Seq > 0 {
		return err
	}
	return markLoaded(ctx, a.stores.slate, sampleWanted)
}

// laySamples lays them out where they are wanted and were not laid out yet. Each
// step looks at what stands, so one that was broken off is gone on with.
func (a *App) laySamples(ctx context.Context) error {
	_, wanted := a.stores.slate.Get(ctx, sampleWanted)
	_, laid := a.stores.slate.Get(ctx, sampleLaid)
	switch {
	case errors.Is(wanted, journal.ErrNotFound), laid == nil:
		return nil
	case wanted != nil:
		return fmt.Errorf("look for samples: %w", wanted)
	}
	author := sampler("author", account.Author)
	im := exchange.Import{Desk: a.Desk(), Media: a.stores.media(), Actor: author.ID, Source: sampleSource, Format: "markdown"}
	if _, err := im.FS(ctx, library.Samples(), sampleSource); err != nil {
		return fmt.Errorf("lay out samples: %w", err)
	}
	for _, s := range samples() {
		if err := a.bring(ctx, author, s); err != nil {
			return fmt.Errorf("lay out sample %s: %w", s.id, err)
		}
	}
	return markLoaded(ctx, a.stores.slate, sampleLaid)
}

// bring takes a sample as far as it should come.
func (a *App) bring(ctx context.Context, author content.By, s sample) error {
	desk, id := a.Desk(), journal.IDFor(sampleSource, s.id)
	if s.question != "" {
		by := judge(content.StageScientific)
		if s.draft {
			by = author
		}
		by.Op = "sample/question/" + id
		if _, _, err := desk.Comment(ctx, by, id, nil, s.question); err != nil {
			return err
		}
	}
	for more := !s.draft; more; {
		item, stamp, err := desk.Read(ctx, content.Operator(), id)
		if err != nil {
			return err
		}
		switch r := item.Review; {
		case r == nil:
			_, err = desk.Submit(ctx, author, id, stamp.Rev, content.Task{})
		case r.Returned != nil || item.Schedule != nil:
			return nil
		case r.Complete():
			if !s.schedule {
				return nil
			}
			_, err = desk.Schedule(ctx, judge(""), id, stamp.Rev, sampleTime(a.stores.now()), time.Time{})
		case s.note != "":
			_, err = desk.Return(ctx, judge(r.Stage()), id, stamp.Rev, s.note)
		case s.schedule, len(r.Approvals) < min(s.passed, len(r.Stages)-1):
			_, err = desk.Approve(ctx, judge(r.Stage()), id, stamp.Rev, "")
		default:
			more = false
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sampleTime is nine in the morning a week on.
func sampleTime(now time.Time) time.Time {
	day := now.In(time.FixedZone("", 8*60*60)).AddDate(0, 0, 7)
	return time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, day.Location())
}

func sampleRemove() command {
	return command{
		name: "sample remove", summary: "删掉编辑部里的样稿",
		example: "kepu sample remove -data ./data",
		setup: func(fs *flag.FlagSet) run {
			var c storeConfig
			c.flags(fs)
			return func(ctx context.Context, std stdio, args []string) (err error) {
				if len(args) > 0 {
					return usageError{"不认识 " + strings.Join(args, " ")}
				}
				s, err := openStores(ctx, c, quiet())
				if err != nil {
					return c.in(err)
				}
				defer func() { err = c.in(firstError(err, s.close())) }()
				return removeSamples(ctx, std, s)
			}
		},
	}
}

// removeSamples deletes those that readers never saw and names the others: what
// was read is withdrawn by an editor, who tells the readers why.
func removeSamples(ctx context.Context, std stdio, s *stores) error {
	var all []content.Item
	_, err := s.journal.Scan(ctx, []string{content.KindItem}, func(r journal.Record) error {
		item, err := content.Decode[content.Item](r.State)
		if err == nil && item.Origin != nil && item.Origin.Source == sampleSource {
			all = append(all, item)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("find samples: %w", err)
	}
	desk, by, gone := s.desk(), content.Operator(), 0
	for _, item := range all {
		if item.Published != nil {
			fmt.Fprintf(std.err, "%s 发布过，没有删；不要了请在编辑部撤下。\n", item.ID)
			continue
		}
		_, stamp, err := desk.Read(ctx, by, item.ID)
		if err == nil {
			_, err = desk.Delete(ctx, by, item.ID, stamp.Rev)
		}
		if err != nil {
			fmt.Fprintf(std.err, "%s 没有删掉：%v\n", item.ID, err)
			continue
		}
		gone++
	}
	fmt.Fprintf(std.out, "删掉样稿 %d 篇。\n", gone)
	if gone < len(all) {
		return errReported
	}
	return nil
}
