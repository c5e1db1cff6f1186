package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kepu/journal"
)

// How long a lock lasts without being taken again, and how often whoever edits
// should do so.
const (
	LockLife = 30 * time.Second
	LockBeat = 10 * time.Second
)

const (
	lockPrefix = "lock/"
	// lockTries is how often taking a lock is repeated because another was
	// first.
	lockTries = 10
)

// Lock says who is editing an item. It is a courtesy: it never stops a save.
type Lock struct {
	Holder string    `json:"holder"`         // id; "" nobody
	Since  time.Time `json:"since"`          // when the holder began
	Until  time.Time `json:"until"`          // it ends then unless taken again
	From   string    `json:"from,omitempty"` // id of whom the holder took it over from
}

// Lock takes the item's lock where it is free, lengthens the actor's own, and
// otherwise gives the one that stands: whoever finds another Holder there does
// not have it, and where From is the actor, had it until it was taken over.
// Call it every LockBeat while editing.
func (d *Desk) Lock(ctx context.Context, by By, id string) (Lock, error) {
	return d.lock(ctx, by, id, func(is Lock) (Lock, bool) {
		if is.Holder != "" && is.Holder != by.ID {
			return is, false
		}
		if is.Holder == "" {
			is = Lock{Holder: by.ID, Since: d.now()}
		}
		return is, true
	})
}

// TakeOver takes the item's lock whoever has it; they find it out with their
// next call of Lock.
func (d *Desk) TakeOver(ctx context.Context, by By, id string) (Lock, error) {
	return d.lock(ctx, by, id, func(is Lock) (Lock, bool) {
		if is.Holder != by.ID {
			is = Lock{Holder: by.ID, Since: d.now(), From: is.Holder}
		}
		return is, true
	})
}

// Unlock gives the actor's own lock up. Another's stays.
func (d *Desk) Unlock(ctx context.Context, by By, id string) error {
	if _, err := d.mayType(ctx, by, id); err != nil {
		return fmt.Errorf("unlock %s: %w", shown(id), err)
	}
	is, version, err := d.locked(ctx, id)
	if err == nil && is.Holder == by.ID {
		err = d.Slate.Delete(ctx, lockPrefix+id, version)
	}
	if err != nil && !errors.Is(err, journal.ErrConflict) { // else: taken over just now
		return fmt.Errorf("unlock %s: %w", id, err)
	}
	return nil
}

// Locked says who is editing an item, to who may read it.
func (d *Desk) Locked(ctx context.Context, by By, id string) (Lock, error) {
	if _, _, err := d.Read(ctx, by, id); err != nil {
		return Lock{}, err
	}
	is, _, err := d.locked(ctx, id)
	return is, err
}

// lock puts what next makes of the lock that stands, where it says so.
func (d *Desk) lock(ctx context.Context, by By, id string, next func(Lock) (Lock, bool)) (Lock, error) {
	if _, err := d.mayType(ctx, by, id); err != nil {
		return Lock{}, fmt.Errorf("lock %s: %w", shown(id), err)
	}
	for range lockTries {
		is, version, err := d.locked(ctx, id)
		if err != nil {
			return Lock{}, err
		}
		to, put := next(is)
		if !put {
			return to, nil
		}
		to.Until = d.now().Add(LockLife)
		value, err := json.Marshal(to)
		if err != nil {
			return Lock{}, fmt.Errorf("lock %s: %w", id, err)
		}
		results, err := d.Slate.Put(ctx, journal.Row{Key: lockPrefix + id, Value: value, Version: version, Expires: to.Until})
		if err == nil {
			err = results[0].Err
		}
		if err == nil || !errors.Is(err, journal.ErrConflict) {
			return to, err
		}
	}
	return Lock{}, fmt.Errorf("lock %s: %w", id, journal.ErrConflict)
}

// locked reads the lock that stands; the zero Lock where nobody has it.
func (d *Desk) locked(ctx context.Context, id string) (Lock, uint64, error) {
	row, err := d.Slate.Get(ctx, lockPrefix+id)
	if errors.Is(err, journal.ErrNotFound) {
		return Lock{}, 0, nil
	}
	var is Lock
	if err == nil {
		err = json.Unmarshal(row.Value, &is)
	}
	if err != nil {
		return Lock{}, 0, fmt.Errorf("lock of %s: %w", id, err)
	}
	return is, row.Version, nil
}
