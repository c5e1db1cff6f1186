package content

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kepu/journal"
)

// Acts of an import.
const (
	actImport  = "import"
	actPublish = "import-publish"
)

// importBatch is how many submissions go to the store in one piece, and
// importTries how often one is decided anew because another writer was first.
const (
	importBatch = 500
	importTries = 6
)

// Import takes submissions (any number; a few hundred at a time is best) and
// gives their outcomes in order. The error is of the store; then nothing is
// known and the call may be repeated.
//
// It is idempotent by (Source, SourceID): a submission equal to the last one
// imported writes nothing, unless it asks to publish a draft that an import
// left. A different one becomes a new revision, live only where Publish is
// asked and the gate does not block it; without Publish nothing changes that
// readers see. What was edited at the desk since, withdrawn or deleted is
// skipped, or with Overwrite gets a new draft, never a new live version. An
// address once given stays; a new one wished for is put before it. A placement
// set at the desk stays.
//
// A dry run writes nothing; an item's Slug is then the wished one, which may
// turn out to be taken, and one that comes twice is compared with what stands.
func (d *Desk) Import(ctx context.Context, actor string, subs []Submission, o ImportOptions) ([]Imported, error) {
	out := make([]Imported, len(subs))
	for from := 0; from < len(subs); {
		to := batchEnd(subs, from)
		b := batch{desk: d, actor: actor, options: o, now: d.now()}
		if err := b.run(ctx, subs[from:to], out[from:to]); err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		from = to
	}
	return out, nil
}

// batchEnd ends a batch before an item comes twice: the later submission is
// compared with what the earlier one left.
func batchEnd(subs []Submission, from int) int {
	seen := make(map[[2]string]bool, min(len(subs)-from, importBatch))
	for to := from; to < len(subs); to++ {
		key := [2]string{subs[to].Source, subs[to].SourceID}
		if seen[key] || to-from == importBatch {
			return to
		}
		seen[key] = true
	}
	return len(subs)
}

// batch is some submissions of different items on their way into the store.
type batch struct {
	desk    *Desk
	actor   string
	options ImportOptions
	now     time.Time
	held    map[journal.Key]journal.Record // the items and topics they name
	gate    *criteria
}

// arrival is one submission of a batch.
type arrival struct {
	Submission
	key    journal.Key
	digest journal.Hash
	text   []byte // the version, canonical
	hash   journal.Hash
	advice []Advice
	record journal.Record // of the item that stands; Rev 0 where there is none
	item   Item           // the one that stands, then the one to be
	shown  Placement      // of the one that stands
	act    string
	wish   string // address to claim; "" needs none
	out    *Imported
}

func (b *batch) run(ctx context.Context, subs []Submission, out []Imported) error {
	waiting := make([]*arrival, len(subs))
	for i := range subs {
		key := journal.Key{Kind: KindItem, ID: journal.IDFor(subs[i].Source, subs[i].SourceID)}
		out[i] = Imported{ItemID: key.ID}
		waiting[i] = &arrival{Submission: subs[i], key: key, out: &out[i]}
	}
	if err := b.load(ctx, waiting, true); err != nil {
		return err
	}
	var err error
	if b.gate, err = b.desk.criteria(ctx); err != nil {
		return err
	}
	waiting = keep(waiting, b.admit)
	for try := 0; len(waiting) > 0; try++ {
		if try > 0 {
			if err := b.load(ctx, waiting, false); err != nil {
				return err
			}
		}
		if waiting, err = b.settle(ctx, waiting, try == importTries-1); err != nil {
			return err
		}
	}
	return nil
}

// keep gives those arrivals that are not done with.
func keep(arrivals []*arrival, goesOn func(*arrival) bool) []*arrival {
	kept := arrivals[:0]
	for _, a := range arrivals {
		if goesOn(a) {
			kept = append(kept, a)
		}
	}
	return kept
}

// load reads the items, and on the first round the topics they name, at once.
func (b *batch) load(ctx context.Context, arrivals []*arrival, topics bool) error {
	seen := map[journal.Key]bool{}
	keys := make([]journal.Key, 0, len(arrivals)+64)
	add := func(k journal.Key) {
		if !seen[k] && k.Check() == nil {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	for _, a := range arrivals {
		add(a.key)
		if topics {
			for _, t := range a.Placement.Topics {
				add(journal.Key{Kind: KindTopic, ID: strings.TrimSpace(t)})
			}
		}
	}
	held, err := b.desk.Store.Gets(ctx, keys...)
	if err != nil {
		return fmt.Errorf("read what stands: %w", err)
	}
	if topics {
		b.held = held
		return nil
	}
	for _, a := range arrivals {
		b.held[a.key] = held[a.key]
	}
	return nil
}

// settle decides, claims addresses, writes and gives those that another writer
// was faster with.
func (b *batch) settle(ctx context.Context, arrivals []*arrival, last bool) ([]*arrival, error) {
	var failed error
	arrivals = keep(arrivals, func(a *arrival) bool {
		goesOn, err := b.decide(a)
		failed = errors.Join(failed, err)
		return goesOn
	})
	if failed != nil || len(arrivals) == 0 || b.options.DryRun {
		return nil, failed
	}
	if err := b.claim(ctx, arrivals); err != nil {
		return nil, err
	}
	changes, parts := make([]journal.Change, len(arrivals)), make([]journal.Part, len(arrivals))
	for i, a := range arrivals {
		state, err := journal.Encode(a.item)
		if err != nil {
			return nil, err
		}
		parts[i] = journal.Part{Key: a.key, State: a.text}
		changes[i] = journal.Change{
			Key: a.key, Rev: a.record.Rev, State: state, Act: a.act, Actor: b.actor, At: b.now,
		}
	}
	if _, err := b.desk.Store.PutParts(ctx, parts...); err != nil {
		return nil, fmt.Errorf("keep texts: %w", err)
	}
	results, err := b.desk.Store.Commit(ctx, changes...)
	if err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return b.book(arrivals, results, last)
}

// book notes what became of the changes and gives those to be decided anew.
func (b *batch) book(arrivals []*arrival, results []journal.Result, last bool) ([]*arrival, error) {
	var again []*arrival
	for i, a := range arrivals {
		var invalid *journal.Invalid
		switch err := results[i].Err; {
		case err == nil:
			a.out.Seq = results[i].Entry.Seq
			a.out.Slug = a.item.Slugs[0]
		case errors.Is(err, journal.ErrConflict) && !last:
			again = append(again, a)
		case errors.Is(err, journal.ErrConflict):
			a.out.Outcome, a.out.Err = Edited, err
		case errors.Is(err, journal.ErrErased):
			a.refuse("id", "这一条已被彻底删除，不能再导入")
		case errors.Is(err, journal.ErrNewer):
			a.refuse("id", "这一条由更新版本的程序写成，不能覆盖")
		case errors.As(err, &invalid):
			a.out.Outcome, a.out.Err = Refused, invalid
		default:
			return nil, fmt.Errorf("commit %s: %w", a.key.ID, err)
		}
	}
	return again, nil
}

// refuse ends an arrival; it gives false for keep.
func (a *arrival) refuse(field, message string) bool {
	a.out.Outcome = Refused
	a.out.Err = &journal.Invalid{Problems: []journal.Problem{{Field: field, Message: message}}}
	return false
}
