package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// lease lets one node of several do some work. It only saves work: two that hold
// it at once must do no harm.
type lease struct {
	slate  journal.Slate
	key    string
	holder string
	life   time.Duration
	now    func() time.Time
}

// hold takes the lease or lengthens it; false while another has it.
func (l *lease) hold(ctx context.Context) (bool, error) {
	row, err := l.slate.Get(ctx, l.key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		row = journal.Row{Key: l.key}
	case err != nil:
		return false, fmt.Errorf("take %s: %w", l.key, err)
	case string(row.Value) != l.holder:
		return false, nil
	}
	row.Value, row.Expires = []byte(l.holder), l.now().Add(l.life)
	results, err := l.slate.Put(ctx, row)
	if err == nil {
		err = results[0].Err
	}
	if errors.Is(err, journal.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take %s: %w", l.key, err)
	}
	return true, nil
}

// release gives the lease back at the end, though ctx has ended.
func (l *lease) release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	row, err := l.slate.Get(ctx, l.key)
	if err == nil && string(row.Value) == l.holder {
		err = l.slate.Delete(ctx, l.key, row.Version)
	}
	if errors.Is(err, journal.ErrNotFound) || errors.Is(err, journal.ErrConflict) {
		return nil
	}
	return err
}
