package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"kepu/content"
	"kepu/journal"
	"kepu/shelf"
)

const (
	batchDocs  = 500     // most items in a batch
	batchBytes = 1 << 20 // of text, about
	unsaved    = 1000    // entries that changed nothing here before the position is written anyhow
)

// Follow applies the store's entries, each once the shelf shows it, until ctx
// ends, and mends or remakes the index where that is needed. Run it once. It
// returns ctx's error, or that of a closed store or index.
func (x *Index) Follow(ctx context.Context, store journal.Store) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(x.ctx, cancel)()
	x.mu.Lock()
	x.store = store
	x.mu.Unlock()
	select {
	case <-x.booted:
	case <-ctx.Done():
		return ctx.Err()
	}
	for wait := time.Second; ; wait = min(2*wait, 10*time.Second) {
		began := time.Now()
		err := x.round(ctx, store)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, journal.ErrClosed):
			return err
		case err == nil:
			wait = time.Second / 2
			continue
		}
		if time.Since(began) > time.Minute {
			wait = time.Second
		}
		x.log.Warn("follow for search: trying again", "in", wait, "err", err)
		if !pause(ctx, wait) {
			return ctx.Err()
		}
	}
}

// round makes sure of an index and follows until it breaks, is replaced, or
// does not fit. nil means go on at once.
func (x *Index) round(ctx context.Context, store journal.Store) error {
	e, err := x.usable(ctx)
	if err != nil || e == nil {
		return err
	}
	following, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() {
		select {
		case <-e.broken:
		case <-e.retired:
		case <-following.Done():
		}
		cancel()
	})
	err = x.follow(following, e, store)
	if errors.Is(err, journal.ErrRebuild) {
		x.log.Warn("search index does not fit the store", "err", err)
		return x.Rebuild(ctx, nil)
	}
	if e.err() != nil || x.current.Load() != e {
		return nil // the next round sees to it
	}
	return err
}

// follow compares an index that was found with the shelf and then applies
// entries until ctx ends.
func (x *Index) follow(ctx context.Context, e *engine, store journal.Store) error {
	at, err := e.position()
	if err != nil {
		return err
	}
	if at.Identity != "" && at.Identity == store.Identity() {
		if err := x.shelf.Wait(ctx, at.Seq); err != nil {
			return err
		}
		if err := x.compare(ctx, e); err != nil {
			return err
		}
	}
	f := journal.Follower{Store: store, Log: x.log, Limit: batchDocs}
	return f.Run(ctx, at, func(ctx context.Context, b journal.Batch) error { return x.apply(ctx, e, b) })
}

// usable gives the engine in use, opening or making one where there is none.
func (x *Index) usable(ctx context.Context) (*engine, error) {
	e := x.current.Load()
	if e != nil && e.err() == nil {
		return e, nil
	}
	x.building.Lock()
	if e != nil && x.current.CompareAndSwap(e, nil) {
		x.log.Warn("search index is opened again", "why", e.err())
		if outside(e.err()) {
			x.hold()
		}
		if err := e.close(); err != nil {
			x.log.Warn("close broken search index", "err", err)
		}
	}
	suspect := e != nil && x.suspect(e.err())
	err := x.take()
	if err == nil && x.current.Load() == nil && !suspect {
		err = x.open()
	}
	x.building.Unlock()
	if suspect || errors.Is(err, errTorn) {
		return nil, x.Rebuild(ctx, nil)
	}
	if err != nil {
		x.say("检索索引暂时打不开，稍后再试")
		return nil, err
	}
	return x.current.Load(), nil
}

// suspect tells whether an index broke twice within ten minutes for no reason
// outside: opening it again would not help.
func (x *Index) suspect(cause error) bool {
	if outside(cause) || !x.space() {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	now := time.Now()
	x.breaks = append(x.breaks, now)
	for len(x.breaks) > 0 && now.Sub(x.breaks[0]) > 10*time.Minute {
		x.breaks = x.breaks[1:]
	}
	if len(x.breaks) < 2 {
		return false
	}
	x.breaks = nil
	return true
}

// apply indexes what the shelf shows now of every item the entries name.
func (x *Index) apply(ctx context.Context, e *engine, b journal.Batch) error {
	if err := x.shelf.Wait(ctx, b.Position.Seq); err != nil {
		return err
	}
	var ids []string
	seen := map[string]bool{}
	for _, entry := range b.Entries {
		if entry.Kind == content.KindItem && !seen[entry.ID] {
			seen[entry.ID] = true
			ids = append(ids, entry.ID)
		}
	}
	if len(ids) == 0 {
		at, err := e.position()
		if err != nil {
			return err
		}
		if at.Identity == b.Position.Identity && b.Position.Seq < e.saved.Load()+unsaved {
			e.ahead.Store(&b.Position)
			return nil
		}
	}
	return x.index(ctx, e, ids, &b.Position)
}

// index writes items in batches, the last one with the position, if any.
func (x *Index) index(ctx context.Context, e *engine, ids []string, at *journal.Position) error {
	for {
		if err := x.room(ctx); err != nil {
			return err
		}
		batch, n, err := x.batch(ids)
		if err != nil {
			return err
		}
		ids = ids[n:]
		if len(ids) == 0 && at != nil {
			if err := putState(batch, *at); err != nil {
				return err
			}
		}
		if len(batch.IndexOps) > 0 || len(batch.InternalOps) > 0 {
			if err := e.apply(batch); err != nil {
				return err
			}
			x.wrote()
		}
		if len(ids) == 0 {
			if at != nil {
				e.saved.Store(at.Seq)
			}
			return nil
		}
	}
}

// batch fills a batch from one view of the shelf and tells how many of ids it
// took.
func (x *Index) batch(ids []string) (*index.Batch, int, error) {
	view := x.shelf.View()
	defer view.Close()
	b := index.NewBatch()
	bytes := 0
	for i, id := range ids {
		if i == batchDocs || bytes >= batchBytes {
			return b, i, nil
		}
		it, err := view.Item(id)
		switch {
		case errors.Is(err, shelf.ErrNotFound):
			b.Delete(id)
		case err != nil:
			return nil, 0, fmt.Errorf("read item %s for search: %w", id, err)
		default:
			e := entryOf(it)
			bytes += e.size()
			b.Update(e.document())
		}
	}
	return b, len(ids), nil
}
