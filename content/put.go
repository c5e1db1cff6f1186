package content

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"kepu/account"
	"kepu/journal"
)

// Acts on records other than items.
const (
	actSeed   = "seed"
	actPut    = "put"
	actDelete = "delete"
)

// systemActor is who acts where no person does.
const systemActor = "system"

// Seed commits the topics of SeedTopics that the store never had. It may run
// at every start and on several nodes at once; a topic that was changed or
// deleted since stays so.
func (d *Desk) Seed(ctx context.Context) error {
	topics := SeedTopics()
	keys := make([]journal.Key, len(topics))
	for i, t := range topics {
		keys[i] = journal.Key{Kind: KindTopic, ID: t.Key}
	}
	held, err := d.Store.Gets(ctx, keys...)
	if err != nil {
		return fmt.Errorf("seed topics: %w", err)
	}
	var changes []journal.Change
	for i, t := range topics {
		if _, ok := held[keys[i]]; ok {
			continue
		}
		state, err := journal.Encode(t)
		if err != nil {
			return fmt.Errorf("seed topics: %w", err)
		}
		changes = append(changes, journal.Change{
			Key: keys[i], State: state, Act: actSeed, Actor: systemActor, Op: "seed/topic/" + t.Key, At: d.now(),
		})
	}
	if len(changes) == 0 {
		return nil
	}
	results, err := d.Store.Commit(ctx, changes...)
	if err != nil {
		return fmt.Errorf("seed topics: %w", err)
	}
	for _, r := range results {
		switch {
		case r.Err == nil, errors.Is(r.Err, journal.ErrConflict), errors.Is(r.Err, journal.ErrErased), errors.Is(r.Err, journal.ErrOp):
			// new, or another was first, or it is not wanted any more
		default:
			return fmt.Errorf("seed topics: %w", r.Err)
		}
	}
	return nil
}

// keepers are the roles that write a kind of record or a setting.
func keepers(kind, id string) (what string, roles []account.Role) {
	switch kind {
	case KindTopic:
		return "管理主题", []account.Role{account.Chief}
	case KindScene:
		return "管理情景", []account.Role{account.Chief}
	case KindSeries:
		return "管理系列", []account.Role{account.Editor, account.Chief}
	}
	if id == SettingReview || id == SettingGate || isWords(id) {
		return "改审稿和把关的设置", []account.Role{account.Chief}
	}
	return "改网站设置", []account.Role{account.Admin}
}

// keeps is *Forbidden where the actor may not write the record. Such records
// are the whole province's.
func keeps(by By, kind, id string) error {
	what, roles := keepers(kind, id)
	return by.forbid("", what, roles...)
}

// PutTopic writes a topic over revision rev (0 creates), by a chief. A parent
// must be there and be at the top level.
func (d *Desk) PutTopic(ctx context.Context, by By, rev uint64, t Topic) (Stamp, error) {
	var p problems = t.Check()
	if t.Parent != "" {
		found, err := d.topics(ctx, t.Parent)
		if err != nil {
			return Stamp{}, err
		}
		if parent, ok := found[t.Parent]; !ok || parent.Parent != "" {
			p.add("parent", "上级主题“%s”不存在", shown(t.Parent))
		}
	}
	return d.put(ctx, by, KindTopic, t.Key, rev, p, t)
}

// PutSeries writes a series over revision rev (0 creates), by an editor or
// chief.
func (d *Desk) PutSeries(ctx context.Context, by By, rev uint64, s Series) (Stamp, error) {
	p := s.Check()
	return d.put(ctx, by, KindSeries, s.Slug, rev, p, s)
}

// PutScene writes a scene over revision rev (0 creates), by a chief.
func (d *Desk) PutScene(ctx context.Context, by By, rev uint64, s Scene) (Stamp, error) {
	topics, err := d.topics(ctx, s.Topics...)
	if err != nil {
		return Stamp{}, err
	}
	p := s.Check(func(key string) bool { _, ok := topics[key]; return ok })
	return d.put(ctx, by, KindScene, s.Slug, rev, p, s)
}

// PutSetting writes a setting over revision rev (0 creates). Its name is one of
// the Settings, value anything that marshals to a JSON object; what is kept is
// the regular form of ReadSetting, so no page and no rule ever meets a wrong one.
// A chief writes those of review, gate and words, an administrator the others.
func (d *Desk) PutSetting(ctx context.Context, by By, rev uint64, name string, value any) (Stamp, error) {
	if err := keeps(by, KindSetting, name); err != nil {
		return Stamp{}, err
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return Stamp{}, fmt.Errorf("put setting %s: %w", shown(name), err)
	}
	members, err := ReadSetting(name, raw)
	if err != nil {
		return Stamp{}, err
	}
	var p problems
	if isWords(name) {
		if p, err = d.roomForWords(ctx, name); err != nil {
			return Stamp{}, fmt.Errorf("put setting %s: %w", name, err)
		}
	}
	defer d.book.forget() // also where the outcome is unknown
	return d.put(ctx, by, KindSetting, name, rev, p, members)
}

// roomForWords refuses one more list of words than the gate should read. Two
// put at this very moment may both find room, which it bears.
func (d *Desk) roomForWords(ctx context.Context, name string) (p problems, err error) {
	others := 0
	_, err = d.Store.Scan(ctx, []string{KindSetting}, func(r journal.Record) error {
		if isWords(r.ID) && r.ID != name {
			others++
		}
		return nil
	})
	if err == nil && others >= maxWordLists {
		p.add("name", "词表最多 %d 个", maxWordLists)
	}
	return p, err
}

// put writes a checked state unless it stands already.
func (d *Desk) put(ctx context.Context, by By, kind, id string, rev uint64, p problems, v any) (Stamp, error) {
	if err := keeps(by, kind, id); err != nil {
		return Stamp{}, err
	}
	if err := p.invalid(); err != nil {
		return Stamp{}, err
	}
	state, err := journal.Encode(v)
	if err != nil {
		return Stamp{}, fmt.Errorf("put %s/%s: %w", kind, id, err)
	}
	key := journal.Key{Kind: kind, ID: id}
	record, err := d.Store.Get(ctx, key)
	switch {
	case err != nil && !errors.Is(err, journal.ErrNotFound):
		return Stamp{}, fmt.Errorf("put %s/%s: %w", kind, id, err)
	case err == nil && bytes.Equal(record.State, state):
		return Stamp{Rev: record.Rev, Seq: record.Seq}, nil
	}
	return d.commit(ctx, journal.Change{Key: key, Rev: rev, State: state, Act: actPut, Actor: by.ID, Op: by.Op, At: d.now()})
}

// Drop deletes a topic, series, scene or setting of revision rev, by who may
// write it; its history stays. A topic with others below it is *journal.Invalid. Deleting what is
// deleted changes nothing.
func (d *Desk) Drop(ctx context.Context, by By, key journal.Key, rev uint64) (Stamp, error) {
	switch key.Kind {
	case KindTopic, KindSeries, KindScene, KindSetting:
	default:
		return Stamp{}, fmt.Errorf("drop %s/%s: not of a kind that is dropped", key.Kind, key.ID)
	}
	if err := keeps(by, key.Kind, key.ID); err != nil {
		return Stamp{}, err
	}
	defer d.book.forget()
	record, err := d.Store.Get(ctx, key)
	if err != nil {
		return Stamp{}, fmt.Errorf("drop %s/%s: %w", key.Kind, key.ID, err)
	}
	if record.State == nil {
		return Stamp{Rev: record.Rev, Seq: record.Seq}, nil
	}
	if key.Kind == KindTopic {
		if err := d.childless(ctx, key.ID); err != nil {
			return Stamp{}, err
		}
	}
	return d.commit(ctx, journal.Change{Key: key, Rev: rev, Act: actDelete, Actor: by.ID, Op: by.Op, At: d.now()})
}

// childless is *journal.Invalid where a topic has others below it. One put
// there at this very moment is not seen: it then stands without its parent,
// which the shelf bears.
func (d *Desk) childless(ctx context.Context, topic string) error {
	var p problems
	_, err := d.Store.Scan(ctx, []string{KindTopic}, func(r journal.Record) error {
		if r.ID != topic && InTopic(r.ID, topic) && len(p) == 0 {
			p.add("key", "下面还有主题“%s”，先删除它们", r.ID)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop topic %s: %w", topic, err)
	}
	return p.invalid()
}
