package shelf

import (
	"context"
	"errors"
	"time"
)

const (
	saveEvery = 500 * time.Millisecond
	saveRetry = time.Second
	saveMost  = 8 << 20  // bytes in layers that are written without waiting
	layerMost = 64 << 20 // bytes in layers above which commits wait for the file
)

// persist writes layers to the file until the shelf stops.
func (s *Shelf) persist() {
	wait := saveEvery
	for {
		select {
		case <-s.dirty:
		case <-s.stop:
			return
		}
		if layersSize(s.state.Load().layers) < saveMost || wait > saveEvery {
			select {
			case <-time.After(wait):
			case <-s.stop:
				return
			}
		}
		wait = saveEvery
		if err := s.save(); err != nil {
			s.log.Error("shelf could not be saved", "err", err, "again_in", saveRetry)
			s.hurt(err)
			wait = saveRetry
			poke(s.dirty)
		}
	}
}

// save writes the layers of the present state to its file in one transaction
// and then shows the same state without them.
func (s *Shelf) save() error {
	s.write.Lock()
	st := s.state.Load()
	for _, l := range st.layers {
		l.frozen = true
	}
	s.write.Unlock()
	if st.step == st.saved {
		return nil
	}
	meta, err := writeMeta(st.position, st.step)
	if err == nil {
		err = st.file.write(st.layers, meta)
	}
	s.write.Lock()
	defer s.write.Unlock()
	now := s.state.Load()
	if now.file != st.file {
		return nil // another file has taken its place meanwhile
	}
	if err != nil {
		return err
	}
	trimmed := *now
	trimmed.saved, trimmed.layers = st.step, nil
	for _, l := range now.layers {
		if l.step > st.step {
			trimmed.layers = append(trimmed.layers, l)
		}
	}
	s.state.Store(&trimmed)
	close(s.bell) // for those who wait for room
	s.bell = make(chan struct{})
	if trimmed.step != trimmed.saved {
		poke(s.dirty)
	}
	return nil
}

// room waits until layers are few enough for more.
func (s *Shelf) room(ctx context.Context) error {
	for {
		s.write.Lock()
		bell, closed := s.bell, s.closed
		s.write.Unlock()
		if closed {
			return ErrClosed
		}
		if layersSize(s.state.Load().layers) < layerMost {
			return nil
		}
		select {
		case <-bell:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// retry repeats a call of the store until it succeeds, ctx ends or the error is
// the shelf's own.
func (s *Shelf) retry(ctx context.Context, act string, step func() error) error {
	wait := 50 * time.Millisecond
	for {
		err := step()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errDamaged), errors.Is(err, ErrClosed), isClosed(err):
			return err
		}
		s.log.Warn("shelf: trying again", "act", act, "in", wait, "err", err)
		if err := pause(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, 5*time.Second)
	}
}
