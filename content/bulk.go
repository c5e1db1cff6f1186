package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"kepu/journal"
)

const (
	// maxBulk is how many items one bulk act takes.
	maxBulk = 500
	// UndoTime is how long a bulk act can be undone.
	UndoTime   = 10 * time.Minute
	undoPrefix = "undo/"
)

// Bulk is one act on many items; exactly one member is set. It works over
// whatever revision stands, under the rules of the act on one item.
type Bulk struct {
	Place    *Arrangement `json:"place,omitempty"`
	Assign   *Task        `json:"assign,omitempty"`
	Withdraw *Farewell    `json:"withdraw,omitempty"`
	Publish  bool         `json:"publish,omitempty"`
}

// Arrangement changes parts of a placement; what is nil stays.
type Arrangement struct {
	Audiences *[]Placed `json:"audiences,omitempty"`
	Topics    *[]string `json:"topics,omitempty"`
	Tag       []string  `json:"tag,omitempty"`   // tags to add
	Untag     []string  `json:"untag,omitempty"` // tags to take away
	Region    *string   `json:"region,omitempty"`
	Series    *string   `json:"series,omitempty"` // "" takes out of the series
	Pin       *Pin      `json:"pin,omitempty"`    // on nothing: takes the pin away
}

// Farewell is what readers are told of what was taken down.
type Farewell struct {
	Reason  string `json:"reason,omitempty"`
	Instead string `json:"instead,omitempty"`
}

// Done is what became of one item of a bulk act.
type Done struct {
	ID    string
	Stamp Stamp
	Err   error // as of the act on one item
}

// undo is the row that takes a bulk act back.
type undo struct {
	V     int       `json:"v"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Items []undone  `json:"items"`
}

// undone is what an item was before the act made revision Rev of it.
type undone struct {
	ID        string     `json:"id"`
	Rev       uint64     `json:"rev"`
	Placement *Placement `json:"placement,omitempty"`
	Task      *Task      `json:"task,omitempty"`
}

// Bulk does one act on up to 500 items and says of each what became of it, in
// their order; one item's refusal does not hinder the others. The token takes a
// placing or an assignment back within UndoTime (see Undo); "" where there is
// nothing to take back. The error is of the input or the store.
func (d *Desk) Bulk(ctx context.Context, by By, ids []string, b Bulk) (token string, all []Done, err error) {
	if err := b.check(ctx, d, ids); err != nil {
		return "", nil, err
	}
	token = journal.NewID()
	if by.Op != "" {
		token = journal.IDFor(undoPrefix, by.ID, by.Op)
	}
	back := undo{V: Format, By: by.ID, At: d.now()}
	for i, id := range ids {
		done, was := d.bulk(ctx, by.part(id), id, b)
		if err := ctx.Err(); err != nil {
			return "", nil, fmt.Errorf("bulk: after %d of %d items: %w", i, len(ids), err)
		}
		all = append(all, done)
		if was != nil {
			back.Items = append(back.Items, *was)
		}
	}
	kept, err := d.remember(ctx, token, back)
	if err != nil {
		return "", all, fmt.Errorf("bulk: done, but it can't be undone: %w", err)
	}
	if !kept {
		token = ""
	}
	return token, all, nil
}

// remember keeps what a bulk act can be taken back by; false where there is
// nothing. A repeated operation changes nothing and has what it kept at first.
func (d *Desk) remember(ctx context.Context, token string, back undo) (bool, error) {
	_, err := d.Slate.Get(ctx, undoPrefix+token)
	if err == nil || !errors.Is(err, journal.ErrNotFound) || len(back.Items) == 0 {
		return err == nil, ignore(err, journal.ErrNotFound)
	}
	value, err := json.Marshal(back)
	if err != nil {
		return false, err
	}
	results, err := d.Slate.Put(ctx, journal.Row{Key: undoPrefix + token, Value: value, Expires: back.At.Add(UndoTime)})
	if err == nil {
		err = ignore(results[0].Err, journal.ErrConflict)
	}
	return err == nil, err
}

// ignore is nil where err is the one that does no harm.
func ignore(err, harmless error) error {
	if errors.Is(err, harmless) {
		return nil
	}
	return err
}

// part is the actor's operation on one of several items.
func (by By) part(id string) By {
	if by.Op != "" {
		by.Op = journal.IDFor(by.Op, id)
	}
	return by
}

func (b *Bulk) check(ctx context.Context, d *Desk, ids []string) error {
	var p problems
	acts := 0
	for _, set := range []bool{b.Place != nil, b.Assign != nil, b.Withdraw != nil, b.Publish} {
		if set {
			acts++
		}
	}
	if acts != 1 {
		p.add("", "一次只能做一种操作")
	}
	if len(ids) == 0 || len(ids) > maxBulk {
		p.add("ids", "一次可选 1 到 %d 条", maxBulk)
	}
	if b.Place != nil {
		a := *b.Place
		probe := a.apply(Placement{})
		topics, err := d.topics(ctx, probe.Topics...)
		if err != nil {
			return fmt.Errorf("bulk: %w", err)
		}
		p.under("place", probe.Check(func(key string) bool { _, ok := topics[key]; return ok }))
		a.Untag = p.tags("place.untag", a.Untag)
		b.Place = &a
	}
	return p.invalid()
}

// apply gives the placement with the parts changed.
func (a Arrangement) apply(p Placement) Placement {
	if a.Audiences != nil {
		p.Audiences = *a.Audiences
	}
	if a.Topics != nil {
		p.Topics = *a.Topics
	}
	tags := slices.DeleteFunc(slices.Clone(p.Tags), func(tag string) bool { return slices.Contains(a.Untag, tag) })
	p.Tags = append(tags, a.Tag...)
	if a.Region != nil {
		p.Region = *a.Region
	}
	if a.Series != nil {
		p.Series = nil
		if *a.Series != "" {
			p.Series = &SeriesPart{ID: *a.Series}
		}
	}
	if a.Pin != nil {
		p.Pin = a.Pin
	}
	return p
}

// bulk does the act on one item, and says how to take it back.
func (d *Desk) bulk(ctx context.Context, by By, id string, b Bulk) (Done, *undone) {
	var back *undone
	var stamp Stamp
	var err error
	s := step{by: by, id: id, latest: true}
	switch {
	case b.Place != nil:
		stamp, err = d.place(ctx, s, "", func(was Placement) (Placement, error) {
			back = nil // of an attempt that another writer was faster than
			to := b.Place.apply(was)
			var p problems = to.Check(nil) // that the topics are there is checked
			if !samePlacement(was, to) {
				back = &undone{ID: id, Placement: &was}
			}
			return to, p.invalid()
		})
	case b.Assign != nil:
		stamp, err = d.assign(ctx, s, *b.Assign, func(was Review, changes bool) {
			if back = nil; !changes {
				return
			}
			back = &undone{ID: id, Task: &Task{With: was.With}}
			if was.Due != nil {
				back.Task.Due = *was.Due
			}
		})
	case b.Withdraw != nil:
		stamp, err = d.Withdraw(ctx, by, id, b.Withdraw.Reason, b.Withdraw.Instead)
	default:
		stamp, err = d.release(ctx, s)
	}
	if err != nil {
		return Done{ID: id, Err: err}, nil
	}
	if back != nil {
		back.Rev = stamp.Rev
	}
	return Done{ID: id, Stamp: stamp}, back
}

// Undo takes a bulk act back, for who did it and within UndoTime: each item is
// again what it was, unless it was placed or its review moved since, which is a
// *journal.Conflict of that item. journal.ErrNotFound where there is nothing to
// undo any more.
func (d *Desk) Undo(ctx context.Context, by By, token string) ([]Done, error) {
	key := undoPrefix + token
	if journal.CheckRowKey(key) != nil {
		return nil, fmt.Errorf("undo %s: %w", shown(token), journal.ErrNotFound)
	}
	row, err := d.Slate.Get(ctx, key)
	var back undo
	if err == nil {
		err = json.Unmarshal(row.Value, &back)
	}
	if err == nil && (back.By != by.ID || !d.now().Before(back.At.Add(UndoTime))) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("undo %s: %w", shown(token), err)
	}
	all := make([]Done, 0, len(back.Items))
	for i, was := range back.Items {
		done := Done{ID: was.ID}
		s := step{by: by.part(was.ID), id: was.ID, rev: was.Rev}
		if was.Placement != nil {
			done.Stamp, done.Err = d.place(ctx, s, "", func(Placement) (Placement, error) { return *was.Placement, nil })
		} else {
			if !was.Task.Due.After(d.now()) {
				was.Task.Due = time.Time{} // it would be refused
			}
			done.Stamp, done.Err = d.assign(ctx, s, *was.Task, nil)
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("undo: after %d of %d items: %w", i, len(back.Items), err)
		}
		all = append(all, done)
	}
	if err := d.Slate.Delete(ctx, row.Key, row.Version); err != nil && !errors.Is(err, journal.ErrConflict) {
		return all, fmt.Errorf("undo: done, but it may be asked again: %w", err)
	}
	return all, nil
}
