package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"kepu/journal"
)

// Rebuild makes a fresh index from the shelf and swaps it in; progress (or nil)
// gets done and total. It returns when the new one answers. The old one answers
// until then. Killed half-way, it leaves the old one in use.
func (x *Index) Rebuild(ctx context.Context, progress func(done, total int)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(x.ctx, cancel)()
	select {
	case <-x.booted:
	case <-ctx.Done():
		return ctx.Err()
	}
	x.building.Lock()
	defer x.building.Unlock()
	if err := x.take(); err != nil {
		return err
	}
	x.say("正在重建检索索引")
	e, n, err := x.make(ctx)
	if err != nil {
		return err
	}
	if err := x.fill(ctx, e, progress); err != nil {
		_ = e.close()
		_ = os.RemoveAll(e.dir)
		return fmt.Errorf("rebuild search index: %w", err)
	}
	old := x.current.Swap(e)
	x.say("")
	x.log.Info("search index rebuilt", "dir", e.dir)
	if old != nil {
		close(old.retired)
		if err := old.close(); err != nil {
			x.log.Warn("close old search index", "err", err)
		}
	}
	all, err := x.generations()
	if err != nil {
		return err
	}
	for i, g := range all {
		if g == n {
			return x.discard(all[:i])
		}
	}
	return nil
}

// make opens an empty index of the next number.
func (x *Index) make(ctx context.Context) (*engine, int, error) {
	if err := x.room(ctx); err != nil {
		return nil, 0, err
	}
	all, err := x.generations()
	if err != nil {
		return nil, 0, err
	}
	n := 1
	if len(all) > 0 {
		n = all[len(all)-1] + 1
	}
	e, err := openEngine(x.path(n), x.log, x.mergeable)
	if err != nil {
		_ = os.RemoveAll(x.path(n))
		return nil, 0, err
	}
	return e, n, nil
}

// fill indexes every live item, catches up with the store, and only then writes
// a position: an index without one is not whole.
func (x *Index) fill(ctx context.Context, e *engine, progress func(done, total int)) error {
	at, err := x.fitting(ctx)
	if err != nil {
		return err
	}
	var ids []string
	view := x.shelf.View()
	view.IDs(func(id string, _ uint64) bool {
		ids = append(ids, id)
		return true
	})
	view.Close()
	total := len(ids)
	for len(ids) > 0 {
		n := min(batchDocs, len(ids))
		if err := x.index(ctx, e, ids[:n], nil); err != nil {
			return err
		}
		ids = ids[n:]
		x.say(fmt.Sprintf("正在重建检索索引：%d/%d", total-len(ids), total))
		if progress != nil {
			progress(total-len(ids), total)
		}
	}
	if err := x.index(ctx, e, nil, &at); err != nil {
		return err
	}
	return x.catchUp(ctx, e, at)
}

// fitting gives the shelf's position once it is one of the store that is
// followed.
func (x *Index) fitting(ctx context.Context) (journal.Position, error) {
	x.mu.Lock()
	store := x.store
	x.mu.Unlock()
	for {
		at := x.shelf.Position()
		if store == nil || at.Identity == store.Identity() {
			return at, nil
		}
		if !pause(ctx, 20*time.Millisecond) {
			return at, ctx.Err()
		}
	}
}

// catchUp applies what was committed meanwhile, so that the new index does not
// show less than the old one did.
func (x *Index) catchUp(ctx context.Context, e *engine, at journal.Position) error {
	x.mu.Lock()
	store := x.store
	x.mu.Unlock()
	if store == nil {
		return nil
	}
	for {
		entries, err := store.Entries(ctx, at.Seq, batchDocs)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			x.log.Warn("catch up for search", "err", err)
			return nil // Follow will
		}
		if len(entries) == 0 || entries[0].Seq != at.Seq+1 || entries[0].Prev != at.Hash {
			return nil
		}
		last := entries[len(entries)-1]
		at.Seq, at.Hash = last.Seq, last.Hash
		if err := x.apply(ctx, e, journal.Batch{Entries: entries, Position: at}); err != nil {
			return err
		}
	}
}

// compare makes the index hold exactly what the shelf shows, item by item and
// revision by revision: an index whose position is right may still have been
// torn where no checksum is (who is deleted).
func (x *Index) compare(ctx context.Context, e *engine) error {
	wrong, err := x.differences(ctx, e)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		return nil
	}
	x.log.Info("search index differs from the shelf", "items", len(wrong))
	return x.index(ctx, e, wrong, nil)
}

// each calls fn with every document's id and revision.
func (e *engine) each(ctx context.Context, fn func(id string, rev uint64)) error {
	return e.read(func(s *scorch.IndexSnapshot) error {
		for _, one := range s.Segments() {
			revs := make([]uint64, one.Segment().Count())
			if err := numbers(one.Segment(), numRev, revs); err != nil {
				return err
			}
			for doc, rev := range revs {
				if one.Deleted() != nil && one.Deleted().Contains(uint32(doc)) {
					continue
				}
				if doc&0xFFF == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				id, err := one.DocID(uint64(doc))
				if err != nil || rev == 0 {
					return errors.Join(fmt.Errorf("%w: document without id or revision", errTorn), err)
				}
				fn(string(id), rev-1)
			}
		}
		return nil
	})
}
