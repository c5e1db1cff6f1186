package media

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// How long a blob is left alone by Sweep.
const (
	sweepYoung = time.Hour      // since it was put: whoever put it may be about to name it
	sweepTrash = 24 * time.Hour // in the trash, before it is gone for good
)

// Swept says what a Sweep did.
type Swept struct {
	Trashed  int // nothing names them any more
	Restored int // in the trash, and named again
	Purged   int // a day in the trash
}

// Sweep puts into the trash what nothing names, takes out of it what is named
// again, and removes what has been there for a day. Named is a blob by the
// newest revision of its asset; by any revision of any other record that was
// not erased, and by the parts those name, so that every text can be shown
// again; and by whatever lies on the slate. It looks for what has the form of a
// key, and needs to know nothing of who wrote it; a hash that only looks like a
// key keeps nothing, for no blob has it. It may run beside anything: a blob named
// while it looks stays readable in the trash, and the next Sweep takes it out.
//
// progress, if not nil, hears how many of how many entries were looked at.
func (c *Collection) Sweep(ctx context.Context, slate journal.Slate, progress func(done, total int)) (Swept, error) {
	s := sweep{c: c, kept: map[Key]bool{}, trash: map[Key]bool{}, progress: progress}
	done, err := s.run(ctx, slate)
	if err != nil {
		return done, fmt.Errorf("sweep media: %w", err)
	}
	return done, nil
}

type sweep struct {
	c           *Collection
	kept, trash map[Key]bool // whether each was named
	progress    func(done, total int)
}

func (s *sweep) run(ctx context.Context, slate journal.Slate) (done Swept, err error) {
	now := time.Now()
	if s.c.Now != nil {
		now = s.c.Now()
	}
	// The blobs come first: what is put after this is not looked at.
	err = s.c.Blobs.Keys(ctx, func(in Info) error {
		if now.Sub(in.ModTime) >= sweepYoung {
			s.kept[in.Key] = false
		}
		return nil
	})
	if err != nil {
		return done, err
	}
	if err = s.c.Blobs.Trash(ctx, func(in Info) error { s.trash[in.Key] = false; return nil }); err != nil {
		return done, err
	}
	if err := errors.Join(s.assets(ctx), s.records(ctx), s.rows(ctx, slate)); err != nil {
		return done, err
	}
	for key, named := range s.trash {
		if named {
			if err := s.restore(ctx, key); err != nil {
				return done, err
			}
			done.Restored++
		}
	}
	for key, named := range s.kept {
		if !named {
			if err := s.c.Blobs.Delete(ctx, key); err != nil {
				return done, err
			}
			done.Trashed++
		}
	}
	done.Purged, err = s.c.Blobs.Purge(ctx, now.Add(-sweepTrash))
	return done, err
}

// assets notes what the newest revisions of assets name.
func (s *sweep) assets(ctx context.Context) error {
	_, err := s.c.Store.Scan(ctx, []string{KindAsset}, func(r journal.Record) error {
		s.note(r.State, nil)
		return nil
	})
	return err
}

const sweepBatch = 500

// records notes what every revision of every other record names.
func (s *sweep) records(ctx context.Context) error {
	head, err := s.c.Store.Head(ctx)
	if err != nil {
		return err
	}
	for after := uint64(0); ; {
		entries, err := s.c.Store.Entries(ctx, after, sweepBatch)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			if e.Kind == KindAsset || e.State == "" {
				continue
			}
			if err := s.revision(ctx, e); err != nil {
				return err
			}
		}
		after = entries[len(entries)-1].Seq
		if s.progress != nil {
			s.progress(int(after), int(max(after, head.Seq)))
		}
	}
}

// revision notes what one revision and its parts name.
func (s *sweep) revision(ctx context.Context, e journal.Entry) error {
	record, err := s.c.Store.GetRev(ctx, e.Key(), e.Rev)
	if errors.Is(err, journal.ErrErased) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("revision %d of %s/%s: %w", e.Rev, e.Kind, e.ID, err)
	}
	var parts []journal.PartKey
	s.note(record.State, func(hash string) {
		parts = append(parts, journal.PartKey{Key: e.Key(), Hash: journal.Hash(hash)})
	})
	if len(parts) == 0 {
		return nil
	}
	texts, err := s.c.Store.Parts(ctx, parts...)
	if err != nil {
		return fmt.Errorf("parts of %s/%s: %w", e.Kind, e.ID, err)
	}
	for _, text := range texts {
		s.note(text, nil)
	}
	return nil
}

// rows notes what the slate names: texts that are being typed, work under way.
func (s *sweep) rows(ctx context.Context, slate journal.Slate) error {
	const few = 50 // a row may be large
	for after := ""; ; {
		rows, err := slate.List(ctx, "", after, time.Time{}, few)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			s.note(row.Value, nil)
		}
		after = rows[len(rows)-1].Key
	}
}

// note marks every key in a text as named and gives each to found.
func (s *sweep) note(text []byte, found func(hash string)) {
	eachKey(text, func(key Key) {
		if _, ok := s.kept[key]; ok {
			s.kept[key] = true
		}
		if _, ok := s.trash[key]; ok {
			s.trash[key] = true
		}
		if found != nil {
			found(string(key))
		}
	})
}

// eachKey calls fn for every run of exactly 64 lower-case hexadecimal digits.
func eachKey(text []byte, fn func(Key)) {
	run := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] >= 'a' && text[i] <= 'f') {
			run++
			continue
		}
		if run == 64 {
			fn(Key(text[i-64 : i]))
		}
		run = 0
	}
}

// restore takes a blob out of the trash.
func (s *sweep) restore(ctx context.Context, key Key) error {
	blob, err := s.c.Blobs.Open(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return nil // purged meanwhile by another sweep, which saw nothing name it
	}
	if err != nil {
		return err
	}
	defer blob.Close()
	return s.c.Blobs.Put(ctx, key, blob.Info().Size, blob)
}
