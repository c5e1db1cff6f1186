package studio

import (
	"context"
	"errors"
	"time"
)

// positionWait is how long a call waits for this node to show what it wrote.
const positionWait = 2 * time.Second

// Position is up to where this node shows the journal.
type Position struct {
	Seq   uint64 `json:"seq" doc:"到这一号为止，页面和列表都看得到"`
	Shelf uint64 `json:"shelf"`
	Roll  uint64 `json:"roll"`
}

// position waits until pages and lists show an entry.
func (s *Studio) position(c *Call) (Position, error) {
	seq := uint64(c.Query.Number("seq", 0))
	ctx, cancel := context.WithTimeout(c.Ctx, positionWait)
	defer cancel()
	for _, wait := range []func(context.Context, uint64) error{s.Shelf.Wait, s.Roll.Wait} {
		err := wait(ctx, seq)
		if errors.Is(err, context.DeadlineExceeded) {
			return Position{}, ErrNotYet
		}
		if err != nil {
			return Position{}, err
		}
	}
	p := Position{Shelf: s.Shelf.Position().Seq, Roll: s.Roll.Position().Seq}
	p.Seq = min(p.Shelf, p.Roll)
	return p, nil
}

// behind waits a little for the roll where a list is asked to hold an entry.
func (s *Studio) behind(c *Call) error {
	seq := c.Query.Number("seq", 0)
	if seq == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(c.Ctx, positionWait)
	defer cancel()
	if err := s.Roll.Wait(ctx, uint64(seq)); errors.Is(err, context.DeadlineExceeded) {
		return ErrNotYet
	} else if err != nil {
		return err
	}
	return nil
}
