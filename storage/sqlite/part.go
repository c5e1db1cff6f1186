package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"kepu/journal"
)

// PutParts keeps all parts in one transaction. Parts of an erased record are
// not kept.
func (s *Store) PutParts(ctx context.Context, parts ...journal.Part) ([]journal.Hash, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	states, hashes := make([]string, len(parts)), make([]journal.Hash, len(parts))
	for i, p := range parts {
		state, hash, err := p.Ready()
		if err != nil {
			return nil, fmt.Errorf("put part of %s/%s: %w", p.Kind, p.ID, err)
		}
		states[i], hashes[i] = string(state), hash
	}
	if len(parts) == 0 {
		return hashes, ctx.Err()
	}
	err := s.pen.write(ctx, func(whole context.Context) error {
		for i, p := range parts {
			if err := ctx.Err(); err != nil {
				return err
			}
			var erased int
			switch err := s.pen.erased.QueryRowContext(whole, p.Kind, p.ID).Scan(&erased); {
			case err == nil:
				continue
			case !errors.Is(err, sql.ErrNoRows):
				return err
			}
			if _, err := s.pen.addPart.ExecContext(whole, p.Kind, p.ID, fromHash(hashes[i]), states[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.fault(err, "put %d parts", len(parts))
	}
	return hashes, nil
}

// Parts gives those parts that are kept.
func (s *Store) Parts(ctx context.Context, keys ...journal.PartKey) (map[journal.PartKey][]byte, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	found := make(map[journal.PartKey][]byte, len(keys))
	err := s.read.each(ctx, s.read.part, func(whole context.Context, part *sql.Stmt) error {
		for _, key := range keys {
			if err := ctx.Err(); err != nil {
				return err
			}
			var state []byte
			switch err := part.QueryRowContext(whole, key.Kind, key.ID, fromHash(key.Hash)).Scan(&state); {
			case err == nil:
				found[key] = state
			case !errors.Is(err, sql.ErrNoRows):
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.fault(err, "read %d parts", len(keys))
	}
	return found, nil
}
