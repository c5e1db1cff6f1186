package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"kepu/journal"
)

// supersede takes away the own autosave that a save made needless: the one of
// number n, or one that says the same. One typed since stays.
func (d *Desk) supersede(ctx context.Context, by By, id string, n uint64, saved journal.Hash) error {
	a, version, err := d.autosave(ctx, id, by.ID, "")
	if err != nil {
		return fmt.Errorf("saved, but the autosave of %s stays: %w", id, err)
	}
	if a.N == 0 || a.Empty || a.N != n && a.hash() != saved {
		return nil
	}
	if err := d.empty(ctx, a, version); err != nil && !errors.Is(err, journal.ErrConflict) {
		return fmt.Errorf("saved, but the autosave of %s stays: %w", id, err)
	}
	return nil
}

// hash is what the text would be saved as; "" where it can't be.
func (a Autosave) hash() journal.Hash {
	var v Version
	var p problems
	if json.Unmarshal(a.Text, &v) != nil {
		return ""
	}
	text := typeset(v, &p)
	if len(p) > 0 {
		return ""
	}
	return text.hash
}

// setAside keeps the text of a refused save: as the actor's autosave where that
// is the one the actor saw, beside it where something else is typed there.
func (d *Desk) setAside(ctx context.Context, by By, id string, rev, n uint64, text page) error {
	a, version, err := d.autosave(ctx, id, by.ID, "")
	if err != nil {
		return err
	}
	next := Autosave{V: Format, Item: id, User: by.ID, Rev: rev, N: a.N + 1, At: d.now(), Text: text.text}
	if a.N == 0 || a.Empty || a.N == n {
		if err := d.putAutosave(ctx, next, version); !errors.Is(err, journal.ErrConflict) {
			return err
		}
	}
	next.Aside = string(text.hash[:asideLength])
	beside, version, err := d.autosave(ctx, id, by.ID, next.Aside)
	if err != nil || beside.N > 0 && !beside.Empty {
		return err // nil: this very text was set aside before
	}
	next.N = beside.N + 1
	if err := d.putAutosave(ctx, next, version); !errors.Is(err, journal.ErrConflict) {
		return err
	}
	return nil // just now, by another call with the same text
}
