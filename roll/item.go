package roll

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"kepu/content"
	"kepu/journal"
)

// work is an item that was changed, and what the file held of it.
type work struct {
	record  journal.Record
	item    content.Item
	n       int64
	old     *card
	oldSeq  int64
	creator string
	lead    *digest // read anew; nil where the old card holds its face and words
	shown   *digest
}

// itemsAtOnce is how many items' texts are read while others are written.
const itemsAtOnce = 50

// prepare reads what the file holds of some items and gives them in the order
// of their numbers, which new ones are given here.
func (r *Roll) prepare(ctx context.Context, f *file, records []journal.Record) ([]*work, error) {
	all := make([]*work, 0, len(records))
	for _, record := range records {
		w := &work{record: record}
		if record.State != nil {
			item, err := content.Decode[content.Item](record.State)
			if err != nil {
				r.skip(record, err)
				w.record.State = nil // what cannot be read is not listed
			}
			w.item = item
		}
		if err := w.look(ctx, f); err != nil {
			return nil, err
		}
		if w.record.State == nil && w.old == nil {
			continue
		}
		if w.old == nil {
			w.n = f.next
			f.next++
		}
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b *work) int { return cmpInt(a.n, b.n) })
	return all, nil
}

func (r *Roll) skip(record journal.Record, err error) {
	r.log.Warn("roll: a record cannot be read and is left out", "kind", record.Kind, "id", record.ID, "rev", record.Rev, "err", err)
}

// look reads what the file holds of an item.
func (w *work) look(ctx context.Context, f *file) error {
	var b []byte
	err := f.one(ctx, "SELECT p.n, p.seq, c.json FROM place p JOIN card c ON c.n = p.n WHERE p.id = ?", []any{w.record.ID}, &w.n, &w.oldSeq, &b)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		w.old = &card{}
		if err := json.Unmarshal(b, w.old); err != nil {
			return fmt.Errorf("%w: card %d: %w", errDamaged, w.n, err)
		}
		w.creator = w.old.Creator
		return nil
	}
	err = f.one(ctx, "SELECT actor FROM entry WHERE kind = ? AND id = ? AND rev = 1", []any{content.KindItem, w.record.ID}, &w.creator)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // a store that lost its first entries; nobody made it, then
	}
	return err
}

// wanted is a text to be read.
type wanted struct {
	key journal.PartKey
	to  **digest
}

// fetch reads the texts that the cards do not hold.
func (r *Roll) fetch(ctx context.Context, store journal.Store, all []*work) error {
	var need []wanted
	for _, w := range all {
		if w.record.State == nil {
			continue
		}
		want := func(hash journal.Hash, held *face, to **digest) {
			if hash != "" && (held == nil || held.Hash != hash) {
				need = append(need, wanted{journal.PartKey{Key: w.record.Key, Hash: hash}, to})
			}
		}
		var was, wasShown *face
		if w.old != nil {
			was, wasShown = &w.old.Lead, w.old.Shown
		}
		want(lead(&w.item), was, &w.lead)
		want(shown(&w.item), wasShown, &w.shown)
	}
	if len(need) == 0 {
		return nil
	}
	keys := make([]journal.PartKey, len(need))
	for i := range need {
		keys[i] = need[i].key
	}
	parts, err := store.Parts(ctx, keys...)
	if err != nil {
		return fmt.Errorf("read versions: %w", err)
	}
	r.digest(need, parts)
	return nil
}

// digest reads some texts by all processors.
func (r *Roll) digest(some []wanted, parts map[journal.PartKey][]byte) {
	next := make(chan wanted)
	var group sync.WaitGroup
	for range min(len(some), runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for w := range next {
				d, err := digestOf(w.key.Hash, parts[w.key])
				if err != nil { // or erased meanwhile: there is nothing to show
					r.log.Warn("roll: a version cannot be read", "item", w.key.ID, "version", w.key.Hash, "err", err)
					d = digest{face: face{Hash: w.key.Hash}}
				}
				*w.to = &d
			}
		})
	}
	for _, w := range some {
		next <- w
	}
	close(next)
	group.Wait()
}

// write brings an item into the file.
func (w *work) write(ctx context.Context, f *file, now time.Time) error {
	if w.record.State == nil {
		return w.drop(ctx, f)
	}
	c := w.card()
	if err := w.place(ctx, f, c, now); err != nil {
		return err
	}
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := f.do(ctx, "INSERT INTO card (n, json) VALUES (?, ?) ON CONFLICT DO UPDATE SET json = excluded.json", w.n, b); err != nil {
		return err
	}
	if w.old == nil || !slices.Equal(w.old.Slugs, c.Slugs) {
		if err := w.slugs(ctx, f, c.Slugs); err != nil {
			return err
		}
	}
	var was map[string]use
	if w.old != nil {
		was = w.old.uses()
	}
	if err := setUses(ctx, f, w.record.Key, was, c.uses()); err != nil {
		return err
	}
	return w.words(ctx, f)
}

// card is what is kept of the item.
func (w *work) card() *card {
	it := &w.item
	c := &card{
		ID: w.record.ID, Kind: it.Kind, Slugs: it.Slugs, Placement: it.Placement, Stage: underWay(it), Creator: w.creator, Writers: it.Writers,
		Rev: w.record.Rev, Published: it.Published, Updated: it.Updated, Until: it.Until, Draft: it.Draft, Live: it.Live,
	}
	if c.Stage != "" {
		c.With, c.Due = it.Review.With, it.Review.Due
	}
	if it.Schedule != nil {
		c.Schedule = &it.Schedule.At
	}
	if f := w.face(lead(it)); f != nil {
		c.Lead = *f
	}
	c.Shown = w.face(shown(it))
	return c
}

func (w *work) face(hash journal.Hash) *face {
	for _, d := range []*digest{w.lead, w.shown} {
		if d != nil && d.Hash == hash && hash != "" {
			return &d.face
		}
	}
	return w.old.known(hash)
}

func (w *work) place(ctx context.Context, f *file, c *card, now time.Time) error {
	it := &w.item
	if err := w.displace(ctx, f); err != nil {
		return err
	}
	for _, person := range c.owners() {
		if err := f.do(ctx, "INSERT INTO own (person, seq) VALUES (?, ?)", person, w.record.Seq); err != nil {
			return err
		}
	}
	live := c.live()
	recheck := recheckAt(live.Recheck)
	mask, turn := maskOf(it, recheck, now)
	var series, liveForm, liveTitle any
	part := 0
	if s := it.Placement.Series; s != nil {
		series, part = s.ID, s.Part
	}
	if c.Shown != nil {
		liveForm, liveTitle = c.Shown.Form, c.Shown.Order
	}
	due := int64(never)
	if c.Due != nil {
		due = c.Due.UnixMilli()
	}
	var schedule any
	if it.Schedule != nil {
		schedule = it.Schedule.At.UnixMilli()
	}
	return f.do(ctx, `INSERT INTO place (seq, n, id, mask, status, kind, form, region, people, topics, tags, title, due, series, part,
			live_form, live_title, until, schedule, recheck, turn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.record.Seq, w.n, c.ID, mask, mask&allStatuses, c.Kind, c.Lead.Form, it.Placement.Region, people(it, w.creator), list(it.Placement.Topics),
		list(folded(it.Placement.Tags)), c.Lead.Order, due, series, part,
		liveForm, liveTitle, milli(it.Until), schedule, milli(&recheck), milli(&turn))
}

// displace takes the item from where it stood.
func (w *work) displace(ctx context.Context, f *file) error {
	if w.old == nil {
		return nil
	}
	for _, person := range w.old.owners() {
		if err := f.do(ctx, "DELETE FROM own WHERE person = ? AND seq = ?", person, w.oldSeq); err != nil {
			return err
		}
	}
	return f.do(ctx, "DELETE FROM place WHERE n = ?", w.n)
}

// never is when something without a date is due.
const never = math.MaxInt64

// milli is an instant as it is kept; nil for none.
func milli(t *time.Time) any {
	if t == nil || t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func (w *work) slugs(ctx context.Context, f *file, slugs []string) error {
	if w.old != nil {
		if err := f.do(ctx, "DELETE FROM slug WHERE id = ?", w.record.ID); err != nil {
			return err
		}
	}
	for i, slug := range slugs {
		if err := f.do(ctx, "INSERT INTO slug (slug, id, current) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", slug, w.record.ID, i == 0); err != nil {
			return err
		}
	}
	return nil
}

// words writes the rows of the full text. Rows come in ascending order, which
// spares FTS5 a flush for each.
func (w *work) words(ctx context.Context, f *file) error {
	if w.lead != nil {
		if err := f.do(ctx, "INSERT OR REPLACE INTO word (rowid, text) VALUES (?, ?)", 2*w.n, w.lead.words); err != nil {
			return err
		}
	}
	switch {
	case w.shown != nil:
		return f.do(ctx, "INSERT OR REPLACE INTO word (rowid, text) VALUES (?, ?)", 2*w.n+1, w.shown.words)
	case shown(&w.item) == "" && w.old != nil && w.old.Shown != nil:
		return f.do(ctx, "DELETE FROM word WHERE rowid = ?", 2*w.n+1)
	}
	return nil
}

// drop forgets an item.
func (w *work) drop(ctx context.Context, f *file) error {
	if err := w.displace(ctx, f); err != nil {
		return err
	}
	for _, d := range []struct {
		text string
		arg  any
	}{
		{"DELETE FROM card WHERE n = ?", w.n},
		{"DELETE FROM slug WHERE id = ?", w.record.ID},
		{"DELETE FROM word WHERE rowid = ?", 2 * w.n},
		{"DELETE FROM word WHERE rowid = ?", 2*w.n + 1},
	} {
		if err := f.do(ctx, d.text, d.arg); err != nil {
			return err
		}
	}
	return setUses(ctx, f, w.record.Key, w.old.uses(), nil)
}

// writeItems brings some items into the file. While some are written the texts
// of the next are read.
func (r *Roll) writeItems(ctx, whole context.Context, f *file, store journal.Store, records []journal.Record) error {
	all, err := r.prepare(whole, f, records)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	ready := make(chan []*work, 2)
	failed := make(chan error, 1)
	go func() {
		failed <- r.fetchAll(ctx, store, all, ready)
		close(ready)
	}()
	err = writeAll(whole, f, ready, r.now())
	cancel()
	for range ready { // so that the other ends
	}
	if fetching := <-failed; err == nil {
		err = fetching
	}
	return err
}

func (r *Roll) fetchAll(ctx context.Context, store journal.Store, all []*work, ready chan<- []*work) error {
	for some := range slices.Chunk(all, itemsAtOnce) {
		if err := r.fetch(ctx, store, some); err != nil {
			return err
		}
		select {
		case ready <- some:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func writeAll(ctx context.Context, f *file, ready <-chan []*work, now time.Time) error {
	for some := range ready {
		for i, w := range some {
			if err := w.write(ctx, f, now); err != nil {
				return fmt.Errorf("item %s: %w", w.record.ID, err)
			}
			some[i] = nil // its texts are not needed any more
		}
	}
	return nil
}
