package shelf

import (
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// Follow applies the store's entries until ctx ends, rebuilding where the
// position does not fit or the file is damaged. Run it once. It returns ctx's
// error, journal.ErrClosed where the store was closed, or ErrClosed.
func (s *Shelf) Follow(ctx context.Context, store journal.Store) error {
	for {
		at := s.Position()
		err := error(journal.ErrRebuild)
		if at != (journal.Position{}) {
			err = s.follow(ctx, store, at)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, journal.ErrRebuild), errors.Is(err, errDamaged):
			if at == (journal.Position{}) {
				err = nil // a new shelf: nothing is wrong
			}
			s.log.Info("shelf is filled from the journal", "after_seq", at.Seq, "reason", err)
			err = s.retry(ctx, "rebuild", func() error { return s.rebuild(ctx, store) })
		}
		if err != nil {
			return err
		}
	}
}

// follow applies entries until something ends it.
func (s *Shelf) follow(ctx context.Context, store journal.Store, at journal.Position) error {
	following, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	done := make(chan struct{})
	defer func() { stop(nil); <-done }()
	go func() {
		defer close(done)
		select {
		case <-s.damaged:
			stop(errDamaged)
		case <-s.stop:
			stop(ErrClosed)
		case <-following.Done():
		}
	}()
	err := journal.Follower{Store: store, Log: s.log}.Run(following, at, func(ctx context.Context, b journal.Batch) error {
		return s.apply(ctx, store, b)
	})
	if cause := context.Cause(following); cause != nil && ctx.Err() == nil {
		return cause
	}
	return err
}

func isClosed(err error) bool { return errors.Is(err, journal.ErrClosed) }

// rebuildBatch is how many records a rebuild holds in memory at once, and how
// many bytes of them.
const (
	rebuildBatch = 1000
	rebuildBytes = 16 << 20
)

// rebuild makes a new file from the store's heads and puts it in the place of
// the old one, which goes on being shown meanwhile unless it is of another
// store.
func (s *Shelf) rebuild(ctx context.Context, store journal.Store) error {
	if at := s.Position(); at.Identity != "" && at.Identity != store.Identity() {
		f, err := s.fresh()
		if err != nil {
			return err
		}
		if err := s.replace(f); err != nil {
			return err
		}
	}
	f, err := s.fresh()
	if err != nil {
		return err
	}
	if err := s.build(ctx, store, f); err != nil {
		return errors.Join(fmt.Errorf("rebuild shelf: %w", err), f.close(), discard(f.path))
	}
	return s.replace(f)
}

func (s *Shelf) fresh() (*file, error) {
	path := s.path + ".new"
	if err := discard(path); err != nil {
		return nil, err
	}
	return openFile(path)
}

// build fills a new file. Nothing is synced before its end: what is torn is
// thrown away.
func (s *Shelf) build(ctx context.Context, store journal.Store, f *file) error {
	f.db.NoSync, f.packed = true, true
	var records []journal.Record
	size := 0
	flush := func() error {
		todo, err := s.digest(ctx, store, records)
		if err == nil {
			err = s.fill(f, todo)
		}
		records, size = records[:0], 0
		return err
	}
	at, err := store.Scan(ctx, kinds(), func(r journal.Record) error {
		records = append(records, r)
		if size += len(r.State); len(records) < rebuildBatch && size < rebuildBytes {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	meta, err := writeMeta(at, s.state.Load().step)
	if err != nil {
		return err
	}
	if err := f.write(nil, meta); err != nil {
		return err
	}
	f.db.NoSync, f.packed = false, false
	return f.db.Sync()
}

// fill writes some records to a new file.
func (s *Shelf) fill(f *file, todo []work) error {
	var l *layer
	err := guard(func() error {
		return f.db.View(func(tx *bolt.Tx) error {
			d := newDraft(reader{tx: tx})
			for i := range todo {
				if err := s.fillOne(d, &todo[i]); err != nil {
					return err
				}
			}
			l = d.layer(0)
			return nil
		})
	})
	if err != nil {
		return err
	}
	return f.write([]*layer{l}, nil)
}

func (s *Shelf) fillOne(d *draft, w *work) error {
	switch w.Kind {
	case media.KindAsset:
		a, err := media.Decode(w.State)
		if err != nil {
			s.skip(w.Record, err)
			return nil
		}
		d.setAsset(&a)
		return nil
	case content.KindItem:
		id, ok := parseID(w.ID)
		if !ok {
			return nil
		}
		_, _, err := d.setItem(id, w)
		return err
	}
	_, err := d.setDoc(newDocs(), w, 0)
	if err != nil && !errors.Is(err, errDamaged) {
		s.skip(w.Record, err)
		return nil
	}
	return err
}

// replace puts a new file in the place of the present one and shows it.
func (s *Shelf) replace(f *file) error {
	s.write.Lock()
	defer s.write.Unlock()
	if s.closed {
		return errors.Join(ErrClosed, f.close(), discard(f.path))
	}
	s.version++
	st, left, err := f.load(s.now().UnixMilli(), s.version)
	if err == nil {
		err = install(f.path, s.path)
	}
	if err != nil {
		return errors.Join(err, f.close(), discard(f.path))
	}
	f.path = s.path
	s.warnScenes(left)
	old := s.state.Load()
	st.step = max(st.step, old.step) + 1
	s.show(st)
	s.wg.Go(func() { // waits for views of the old one
		if err := old.file.close(); err != nil {
			s.log.Warn("close former shelf file", "err", err)
		}
	})
	select { // of the old file
	case <-s.damaged:
	default:
	}
	return nil
}
