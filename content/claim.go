package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kepu/journal"
)

// A claim is a row slug/<slug> on the slate whose value is the item's id. It is
// made before the commit that uses it, so a crash may leave one that no item
// holds: it is due an hour later, when FreeSlugs looks.
const (
	claimPrefix = "slug/"
	claimRest   = time.Hour
	claimRounds = 16
	claimPage   = 500
)

// want is an item's wish for an address; got is what it was given.
type want struct {
	id, slug string
	only     bool // no other name will do
	got      string
	at       int // which of the names is being tried
}

// lost tells that there is no name left to try.
func (w *want) lost() bool { return w.only && (w.at > 0 || w.name(0) != w.slug) }

// name is the n-th name to try: the wish, then with more and more of the end of
// the item's id.
func (w *want) name(n int) string {
	if w.slug == w.id || isID(w.slug) {
		return w.id // an address that looks like an id is its item's alone
	}
	bare := strings.ReplaceAll(w.id, "-", "")
	if n == 0 {
		return w.slug
	}
	tail := bare[len(bare)-min(4*n, len(bare)):]
	head := w.slug[:min(len(w.slug), slugMost-1-len(tail))]
	return strings.TrimRight(head, "-") + "-" + tail
}

// isID tells a UUID in the form ids are written.
func isID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') {
			return false
		}
		if c := s[i]; c > 'f' && c <= 'z' {
			return false
		}
	}
	return true
}

// claim gives each want an address that is now its item's: the wished one, or
// where another item has that, the wish and the last four of the id, and so on.
// One that takes its wish only may get none. The first in the list come first.
func (d *Desk) claim(ctx context.Context, wants []*want) error {
	taken := make(map[string]string, len(wants)) // within this call
	for round := 0; len(wants) > 0; round++ {
		if round == claimRounds {
			return fmt.Errorf("claim %s: %w", wants[0].slug, journal.ErrConflict)
		}
		due := d.now().Add(claimRest)
		var rows []journal.Row
		wants = slices.DeleteFunc(wants, func(w *want) bool {
			for taken[w.name(w.at)] != "" && taken[w.name(w.at)] != w.id {
				w.at++
			}
			if w.lost() {
				return true
			}
			taken[w.name(w.at)] = w.id
			rows = append(rows, journal.Row{Key: claimPrefix + w.name(w.at), Value: []byte(w.id), Due: due})
			return false
		})
		if len(rows) == 0 {
			return nil
		}
		results, err := d.Slate.Put(ctx, rows...)
		if err != nil {
			return fmt.Errorf("claim addresses: %w", err)
		}
		var left []*want
		for i, w := range wants {
			switch err := results[i].Err; {
			case err == nil:
				w.got = w.name(w.at)
			case !errors.Is(err, journal.ErrConflict):
				return fmt.Errorf("claim %s: %w", w.name(w.at), err)
			default:
				if err := d.contest(ctx, w, due); err != nil {
					return err
				}
				if w.got == "" {
					left = append(left, w)
				}
			}
		}
		wants = left
	}
	return nil
}

// contest looks at a name that is claimed: one's own is taken again, another's
// makes the next name the one to try.
func (d *Desk) contest(ctx context.Context, w *want, due time.Time) error {
	name := w.name(w.at)
	row, err := d.Slate.Get(ctx, claimPrefix+name)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return nil // freed just now: try again
	case err != nil:
		return fmt.Errorf("claim %s: %w", name, err)
	case string(row.Value) != w.id:
		w.at++
		return nil
	}
	// A new version keeps FreeSlugs, which may be looking at it, from freeing it.
	row.Due = due
	results, err := d.Slate.Put(ctx, row)
	if err != nil {
		return fmt.Errorf("claim %s: %w", name, err)
	}
	if results[0].Err == nil {
		w.got = name
	} else if !errors.Is(results[0].Err, journal.ErrConflict) {
		return fmt.Errorf("claim %s: %w", name, results[0].Err)
	}
	return nil
}

// FreeSlugs frees the claims, an hour old or older, that no item holds, and says
// how many. Run it from time to time; it may run beside anything.
func (d *Desk) FreeSlugs(ctx context.Context) (freed int, err error) {
	now, after := d.now(), claimPrefix
	for {
		rows, err := d.Slate.List(ctx, claimPrefix, after, now, claimPage)
		if err != nil {
			return freed, fmt.Errorf("free addresses: %w", err)
		}
		if len(rows) == 0 {
			return freed, nil
		}
		after = rows[len(rows)-1].Key
		n, err := d.freeUnheld(ctx, rows)
		freed += n
		if err != nil {
			return freed, fmt.Errorf("free addresses: %w", err)
		}
	}
}

// freeUnheld frees those of the claims that no item holds; the others are never
// due again.
func (d *Desk) freeUnheld(ctx context.Context, rows []journal.Row) (freed int, err error) {
	var keys []journal.Key
	for _, row := range rows {
		if key := (journal.Key{Kind: KindItem, ID: string(row.Value)}); key.Check() == nil && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	held, err := d.Store.Gets(ctx, keys...)
	if err != nil {
		return 0, err
	}
	var settled []journal.Row
	for _, row := range rows {
		holds, err := holdsSlug(held[journal.Key{Kind: KindItem, ID: string(row.Value)}], strings.TrimPrefix(row.Key, claimPrefix))
		if err != nil {
			return freed, err
		}
		if holds {
			row.Due = time.Time{}
			settled = append(settled, row)
			continue
		}
		switch err := d.Slate.Delete(ctx, row.Key, row.Version); {
		case err == nil:
			freed++
		case !errors.Is(err, journal.ErrConflict): // else: claimed again meanwhile
			return freed, err
		}
	}
	if len(settled) == 0 {
		return freed, nil
	}
	_, err = d.Slate.Put(ctx, settled...)
	return freed, err
}

func holdsSlug(record journal.Record, slug string) (bool, error) {
	if record.State == nil {
		return false, nil
	}
	item, err := Decode[Item](record.State)
	if errors.Is(err, journal.ErrNewer) {
		return true, nil // not ours to judge
	}
	return slices.Contains(item.Slugs, slug), err
}
