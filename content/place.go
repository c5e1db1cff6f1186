package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kepu/journal"
)

// item reads the item that stands.
func (d *Desk) item(ctx context.Context, id string) (Item, journal.Record, error) {
	record, err := d.Store.Get(ctx, journal.Key{Kind: KindItem, ID: id})
	if err == nil && record.State == nil {
		err = journal.ErrNotFound
	}
	if err != nil {
		return Item{}, journal.Record{}, fmt.Errorf("item %s: %w", id, err)
	}
	item, err := Decode[Item](record.State)
	if err != nil {
		return Item{}, journal.Record{}, fmt.Errorf("item %s: %w", id, err)
	}
	return item, record, nil
}

// commit writes one record over the revision named.
func (d *Desk) commit(ctx context.Context, change journal.Change) (Stamp, error) {
	what := fmt.Sprintf("%s %s/%s", change.Act, change.Kind, change.ID)
	results, err := d.Store.Commit(ctx, change)
	if err != nil {
		return Stamp{}, fmt.Errorf("%s: %w", what, err)
	}
	if err := results[0].Err; err != nil {
		return Stamp{}, fmt.Errorf("%s: %w", what, err)
	}
	return Stamp{Rev: results[0].Entry.Rev, Seq: results[0].Entry.Seq}, nil
}

// Place sets for whom and where an item stands; it acts at once and needs no
// review. rev is the revision it replaces. Imports leave the placement of an
// item that was placed so.
func (d *Desk) Place(ctx context.Context, actor, id string, rev uint64, p Placement) (Stamp, error) {
	item, record, err := d.item(ctx, id)
	if err != nil {
		return Stamp{}, fmt.Errorf("place: %w", err)
	}
	if record.Rev != rev {
		return Stamp{}, fmt.Errorf("place: %w", &journal.Conflict{Current: record})
	}
	topics, err := d.topics(ctx, p.Topics...)
	if err != nil {
		return Stamp{}, fmt.Errorf("place: %w", err)
	}
	var found problems = p.Check(func(key string) bool { _, ok := topics[key]; return ok })
	if err := found.invalid(); err != nil {
		return Stamp{}, err
	}
	was, err := journal.Encode(item.Placement)
	if err != nil {
		return Stamp{}, err
	}
	is, err := journal.Encode(p)
	if err != nil {
		return Stamp{}, err
	}
	if string(was) == string(is) {
		return Stamp{Rev: record.Rev, Seq: record.Seq}, nil
	}
	item.Placement = p
	if item.Origin != nil {
		item.Origin.Placed = true
	}
	return d.write(ctx, item, record.Rev, "place", actor)
}

func (d *Desk) write(ctx context.Context, item Item, rev uint64, act, actor string) (Stamp, error) {
	state, err := journal.Encode(item)
	if err != nil {
		return Stamp{}, err
	}
	return d.commit(ctx, journal.Change{
		Key: journal.Key{Kind: KindItem, ID: item.ID}, Rev: rev, State: state, Act: act, Actor: actor, At: d.now(),
	})
}

// topics gives those of the topics that stand.
func (d *Desk) topics(ctx context.Context, names ...string) (map[string]Topic, error) {
	keys := make([]journal.Key, 0, len(names))
	for _, name := range names {
		key := journal.Key{Kind: KindTopic, ID: strings.TrimSpace(name)}
		if key.Check() == nil && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	held, err := d.Store.Gets(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	found := make(map[string]Topic, len(held))
	for key, record := range held {
		if record.State == nil {
			continue
		}
		if found[key.ID], err = Decode[Topic](record.State); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// withdrawTries is how often a withdrawal is repeated over another writer's
// change: a take-down must not lose a race.
const withdrawTries = 10

// Withdraw takes an item down: readers find its address gone, with the reason
// and the item to read instead, if any. What was live stays as the draft.
// Doing it again with the same words changes nothing. An item that was never
// published is *journal.Invalid.
func (d *Desk) Withdraw(ctx context.Context, actor, id, reason, instead string) (Stamp, error) {
	var p problems
	p.text("reason", "撤下的原因", &reason, maxNote)
	if instead == id && id != "" {
		p.add("instead", "不能用它自己代替")
	} else if instead != "" {
		if _, _, err := d.item(ctx, instead); errors.Is(err, journal.ErrNotFound) || errors.Is(err, journal.ErrErased) {
			p.add("instead", "代替的内容不存在")
		} else if err != nil {
			return Stamp{}, fmt.Errorf("withdraw: %w", err)
		}
	}
	if err := p.invalid(); err != nil {
		return Stamp{}, err
	}
	for try := 1; ; try++ {
		stamp, err := d.withdraw(ctx, actor, id, reason, instead)
		if err == nil || try == withdrawTries || !errors.Is(err, journal.ErrConflict) {
			return stamp, err
		}
	}
}

func (d *Desk) withdraw(ctx context.Context, actor, id, reason, instead string) (Stamp, error) {
	item, record, err := d.item(ctx, id)
	if err != nil {
		return Stamp{}, fmt.Errorf("withdraw: %w", err)
	}
	if g := item.Gone; item.Live == "" && g != nil && g.Reason == reason && g.Instead == instead {
		return Stamp{Rev: record.Rev, Seq: record.Seq}, nil
	}
	if item.Live == "" && item.Gone == nil {
		var p problems
		p.add("id", "这一条没有发布，不用撤下")
		return Stamp{}, p.invalid()
	}
	at := d.now()
	if item.Gone != nil {
		at = item.Gone.At // only the words change
	}
	if item.Draft == "" {
		item.Draft = item.Live
	}
	item.Live, item.Grounds = "", nil
	item.Gone = &Gone{At: at, Reason: reason, Instead: instead}
	return d.write(ctx, item, record.Rev, "withdraw", actor)
}
