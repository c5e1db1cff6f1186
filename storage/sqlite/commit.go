package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// Commit keeps all changes of a call in one transaction.
func (s *Store) Commit(ctx context.Context, changes ...journal.Change) ([]journal.Result, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if len(changes) == 0 {
		return nil, ctx.Err()
	}
	results := make([]journal.Result, len(changes))
	drafts := make([]journal.Draft, len(changes))
	now := s.now()
	for i, c := range changes {
		if drafts[i], results[i].Err = c.Draft(now); results[i].Err != nil {
			results[i].Err = fmt.Errorf("commit %s/%s: %w", c.Kind, c.ID, results[i].Err)
		}
	}
	var head journal.Position
	err := s.pen.write(ctx, func(whole context.Context) error {
		if err := scanHead(s.pen.head.QueryRowContext(whole), &head); err != nil {
			return err
		}
		for i, d := range drafts {
			if results[i].Err != nil {
				continue
			}
			err := ctx.Err()
			if err == nil {
				results[i], err = s.apply(whole, &head, d, changes[i].Op != "")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.fault(err, "commit %d changes", len(changes))
	}
	s.bell.ring(head.Seq)
	return results, nil
}

// apply keeps one draft in the running transaction, or says in the result why
// it does not. named says that the caller named the operation.
func (s *Store) apply(ctx context.Context, head *journal.Position, d journal.Draft, named bool) (journal.Result, error) {
	if named {
		switch first, err := scanEntry(s.pen.op.QueryRowContext(ctx, d.Op)); {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return journal.Result{}, err
		case d.Same(first):
			return journal.Result{Entry: first}, nil
		default:
			return refuse(d, journal.ErrOp), nil
		}
	}
	h, err := s.headOf(ctx, d.Key)
	switch {
	case err != nil:
		return journal.Result{}, err
	case h.erased:
		return refuse(d, journal.ErrErased), nil
	case h.Rev != d.Rev:
		current, err := s.current(ctx, h)
		return refuse(d, &journal.Conflict{Current: current}), err
	case d.State != nil && h.format > d.Format:
		return refuse(d, journal.ErrNewer), nil
	}
	e := d.Entry(*head)
	e.Hash = s.chain.Seal(head.Hash, e)
	if err := s.pen.keep(ctx, e, d); err != nil {
		return journal.Result{}, err
	}
	head.Seq, head.Hash = e.Seq, e.Hash
	return journal.Result{Entry: e}, nil
}

func refuse(d journal.Draft, why error) journal.Result {
	return journal.Result{Err: fmt.Errorf("commit %s/%s: %w", d.Kind, d.ID, why)}
}

func (p *pen) keep(ctx context.Context, e journal.Entry, d journal.Draft) error {
	hash := fromHash(e.State)
	if _, err := p.addEntry.ExecContext(ctx, e.Seq, e.Kind, e.ID, e.Rev, hash, e.Act, e.Actor,
		e.At.UnixMilli(), e.Op, fromHash(e.Prev), fromHash(e.Hash)); err != nil {
		return err
	}
	if d.State != nil {
		if _, err := p.addState.ExecContext(ctx, e.Seq, string(d.State)); err != nil {
			return err
		}
	}
	_, err := p.setHead.ExecContext(ctx, e.Kind, e.ID, e.Rev, e.Seq, hash, d.Format)
	return err
}

// standing is a head row; Rev 0 where there is none. State is not loaded.
type standing struct {
	journal.Record
	format int
	erased bool
}

func (s *Store) headOf(ctx context.Context, key journal.Key) (standing, error) {
	h := standing{Record: journal.Record{Key: key}}
	var hash []byte
	err := s.pen.record.QueryRowContext(ctx, key.Kind, key.ID).Scan(&h.Rev, &h.Seq, &hash, &h.format, &h.erased)
	if errors.Is(err, sql.ErrNoRows) {
		return h, nil
	}
	h.Hash = toHash(hash)
	return h, err
}

func (s *Store) current(ctx context.Context, h standing) (journal.Record, error) {
	if h.Hash == "" {
		return h.Record, nil
	}
	err := s.pen.state.QueryRowContext(ctx, h.Seq).Scan(&h.State)
	if errors.Is(err, sql.ErrNoRows) {
		err = lost(h.Record)
	}
	return h.Record, err
}

func lost(r journal.Record) error {
	return fmt.Errorf("%w: the state of %s/%s revision %d is missing", ErrDamaged, r.Kind, r.ID, r.Rev)
}

type scanner interface{ Scan(...any) error }

func scanEntry(row scanner) (journal.Entry, error) {
	var e journal.Entry
	var state, prev, hash []byte
	var at int64
	err := row.Scan(&e.Seq, &e.Kind, &e.ID, &e.Rev, &state, &e.Act, &e.Actor, &at, &e.Op, &prev, &hash)
	if err != nil {
		return journal.Entry{}, err
	}
	e.State, e.Prev, e.Hash = toHash(state), toHash(prev), toHash(hash)
	e.At = time.UnixMilli(at).UTC()
	return e, nil
}
