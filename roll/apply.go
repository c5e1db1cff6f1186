package roll

import (
	"context"
	"errors"
	"fmt"

	"kepu/content"
	"kepu/journal"
)

// Bounds of what is held in memory at once.
const (
	recordsAtOnce = 2000
	bytesAtOnce   = 16 << 20
)

// apply brings a batch of entries into the file, and the position with it, in
// one transaction.
func (r *Roll) apply(ctx context.Context, store journal.Store, b journal.Batch) error {
	r.pen.Lock()
	defer r.pen.Unlock()
	if r.isClosed() {
		return ErrClosed
	}
	f := r.file
	err := f.transact(ctx, func(whole context.Context) error {
		if err := writeEntries(whole, f, b.Entries); err != nil {
			return err
		}
		if err := r.applyKeys(ctx, whole, f, store, b); err != nil {
			return err
		}
		return f.save(whole, b.Position)
	})
	if err != nil {
		return fmt.Errorf("apply entries to %d: %w", b.Position.Seq, err)
	}
	r.arrive(b.Position)
	poke(r.turned)
	return nil
}

// applyKeys brings in the records the entries are about, as they stand now: a
// later entry about one finds nothing left to do. whole is not cut off.
func (r *Roll) applyKeys(ctx, whole context.Context, f *file, store journal.Store, b journal.Batch) error {
	var keys []journal.Key
	last := map[journal.Key]journal.Entry{}
	for _, e := range b.Entries {
		if !kept(e.Kind) {
			continue
		}
		if _, ok := last[e.Key()]; !ok {
			keys = append(keys, e.Key())
		}
		last[e.Key()] = e
	}
	for len(keys) > 0 {
		some := keys[:min(len(keys), recordsAtOnce)]
		keys = keys[len(some):]
		held, err := store.Gets(ctx, some...)
		if err != nil {
			return fmt.Errorf("read records: %w", err)
		}
		records := make([]journal.Record, len(some))
		for i, key := range some {
			record, ok := held[key]
			if !ok { // erased: nothing is left but its entries
				record = journal.Record{Key: key, Rev: last[key].Rev, Seq: last[key].Seq}
			}
			if record.Seq > b.Position.Seq {
				if err := ahead(ctx, whole, f, store, record.Seq); err != nil {
					return err
				}
			}
			records[i] = record
		}
		if err := r.write(ctx, whole, f, store, records); err != nil {
			return err
		}
	}
	return nil
}

func kept(kind string) bool {
	for _, known := range kinds() {
		if kind == known {
			return true
		}
	}
	return false
}

// write brings records of any kind into the file.
func (r *Roll) write(ctx, whole context.Context, f *file, store journal.Store, records []journal.Record) error {
	var items []journal.Record
	for _, record := range records {
		if record.Kind == content.KindItem {
			items = append(items, record)
			continue
		}
		if err := r.writeRecord(whole, f, record); err != nil {
			return fmt.Errorf("%s %s: %w", record.Kind, record.ID, err)
		}
	}
	return r.writeItems(ctx, whole, f, store, items)
}

// ahead brings in the one entry that made a record which is newer than the
// position, so that a list can say who changed it.
func ahead(ctx, whole context.Context, f *file, store journal.Store, seq uint64) error {
	entries, err := store.Entries(ctx, seq-1, 1)
	if err != nil {
		return fmt.Errorf("read entry %d: %w", seq, err)
	}
	return writeEntries(whole, f, entries)
}

func writeEntries(ctx context.Context, f *file, entries []journal.Entry) error {
	for _, e := range entries {
		err := f.do(ctx, `INSERT INTO entry (seq, kind, id, rev, act, actor, at, gone) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, e.Seq, e.Kind, e.ID, e.Rev, e.Act, e.Actor, e.At.UnixMilli(), e.State == "")
		if err != nil {
			return fmt.Errorf("entry %d: %w", e.Seq, err)
		}
	}
	return nil
}

// build fills an empty file from the store's records and entries.
func (r *Roll) build(ctx context.Context, store journal.Store) error {
	r.pen.Lock()
	defer r.pen.Unlock()
	if r.isClosed() {
		return ErrClosed
	}
	f := r.file
	loaded := uint64(0)
	load := func(upTo uint64) error { // so that whoever made a record is known when it comes
		for loaded < upTo {
			entries, err := store.Entries(ctx, loaded, recordsAtOnce)
			if err != nil {
				return fmt.Errorf("read entries after %d: %w", loaded, err)
			}
			if len(entries) == 0 {
				return fmt.Errorf("entry %d is not there yet", upTo)
			}
			if err := f.transact(ctx, func(ctx context.Context) error { return writeEntries(ctx, f, entries) }); err != nil {
				return err
			}
			loaded = entries[len(entries)-1].Seq
		}
		return nil
	}
	var records []journal.Record
	size, newest := 0, uint64(0)
	flush := func() error {
		if err := load(newest); err != nil {
			return err
		}
		err := f.transact(ctx, func(whole context.Context) error { return r.write(ctx, whole, f, store, records) })
		records, size = records[:0], 0
		return err
	}
	at, err := store.Scan(ctx, kinds(), func(record journal.Record) error {
		records = append(records, record)
		newest = max(newest, record.Seq)
		if size += len(record.State); len(records) < recordsAtOnce && size < bytesAtOnce {
			return nil
		}
		return flush()
	})
	if err == nil {
		newest = max(newest, at.Seq)
		err = flush()
	}
	if err == nil {
		err = f.transact(ctx, func(whole context.Context) error { return f.save(whole, at) })
	}
	if err != nil {
		return fmt.Errorf("fill roll: %w", err)
	}
	r.arrive(at)
	return nil
}

// renew puts an empty file in the place of the present one.
func (r *Roll) renew() error {
	r.ready.Store(false)
	r.pen.Lock()
	defer r.pen.Unlock()
	r.use.Lock()
	defer r.use.Unlock()
	if r.isClosed() {
		return ErrClosed
	}
	if err := r.file.close(); err != nil {
		r.log.Warn("close former roll file", "err", err)
	}
	err := discard(r.path)
	var f *file
	if err == nil {
		f, err = openFile(r.path)
	}
	if err != nil {
		r.file = &file{} // closed: whoever reads gets an error, never what was
		return errors.Join(errors.New("make roll file anew"), err)
	}
	r.file = f
	r.arrive(f.position)
	select { // of the old file
	case <-r.damaged:
	default:
	}
	return nil
}
