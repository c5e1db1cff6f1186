package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"kepu/journal"
)

// Erase commits the deletion and removes every state and part of the record in
// one transaction, and overwrites them in the file.
func (s *Store) Erase(ctx context.Context, change journal.Change) (journal.Result, error) {
	if err := s.enter(); err != nil {
		return journal.Result{}, err
	}
	defer s.leave()
	if change.State != nil {
		return journal.Result{Err: fmt.Errorf("erase %s/%s: %w", change.Kind, change.ID,
			&journal.Invalid{Problems: []journal.Problem{{Field: "state", Message: "彻底删除时不能带内容"}}})}, nil
	}
	d, err := change.Draft(s.now())
	if err != nil {
		return journal.Result{Err: fmt.Errorf("erase %s/%s: %w", change.Kind, change.ID, err)}, nil
	}
	var head journal.Position
	var result journal.Result
	err = s.pen.scrub(ctx, func(ctx context.Context) error {
		head = journal.Position{}
		if err := scanHead(s.pen.head.QueryRowContext(ctx), &head); err != nil {
			return err
		}
		result, err = s.erase(ctx, &head, d, change.Op != "")
		return err
	})
	if err != nil {
		return journal.Result{}, s.fault(err, "erase %s/%s", change.Kind, change.ID)
	}
	s.bell.ring(head.Seq)
	return result, nil
}

func (s *Store) erase(ctx context.Context, head *journal.Position, d journal.Draft, named bool) (journal.Result, error) {
	result, err := s.apply(ctx, head, d, named)
	if err != nil || result.Err != nil {
		return result, err
	}
	h, err := s.headOf(ctx, d.Key)
	if err != nil || h.erased {
		return result, err
	}
	if h.Seq != result.Entry.Seq { // the operation's deletion was built upon since
		current, err := s.current(ctx, h)
		return refuse(d, &journal.Conflict{Current: current}), err
	}
	for _, drop := range []*sql.Stmt{s.pen.dropStates, s.pen.dropParts, s.pen.markGone} {
		if _, err := drop.ExecContext(ctx, d.Kind, d.ID); err != nil {
			return result, err
		}
	}
	return result, nil
}

// scrub is write with freed pages overwritten, and the log, which may still
// hold them, folded into the file where no reader is in the way.
func (p *pen) scrub(ctx context.Context, act func(context.Context) error) error {
	return p.hold(ctx, func() error {
		whole := context.WithoutCancel(ctx)
		if _, err := p.conn.ExecContext(whole, "PRAGMA secure_delete = 1"); err != nil {
			return err
		}
		err := p.transact(ctx, act)
		if err == nil {
			// A reader at work leaves this to a later checkpoint.
			_, _ = p.conn.ExecContext(whole, "PRAGMA wal_checkpoint(TRUNCATE)")
		}
		if _, off := p.conn.ExecContext(whole, "PRAGMA secure_delete = 0"); err == nil {
			err = off
		}
		return err
	})
}
