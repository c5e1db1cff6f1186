package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"kepu/content"
	"kepu/journal"
)

// happening is what an entry meant for readers.
type happening struct {
	event  Event
	placed []content.Placement // before and after, as far as readers saw them; none where nobody can tell
}

// visible tells whether readers see the item at an instant.
func visible(item *content.Item, at time.Time) bool {
	return item != nil && item.Live != "" && (item.Until == nil || at.Before(*item.Until))
}

// happened says what the entry of an item meant for readers: nil, nothing. It
// looks at the revision before and the one it made, never at the act's name. Of
// an item that was erased since nobody can tell what stood before the deletion:
// it counts as a take-down, since silence could leave a receiver showing it.
func (b *Book) happened(ctx context.Context, e journal.Entry) (*happening, error) {
	key := e.Key()
	is, err := b.item(ctx, key, e.Rev)
	if err != nil {
		return nil, err
	}
	if e.State == "" && e.Rev > 1 {
		if _, err := b.Store.GetRev(ctx, key, e.Rev-1); errors.Is(err, journal.ErrErased) {
			return &happening{event: TakeDown}, nil
		}
	}
	var was *content.Item
	if e.Rev > 1 {
		if was, err = b.item(ctx, key, e.Rev-1); err != nil {
			return nil, err
		}
	}
	before, err := b.wasVisible(ctx, was, key, e.Rev-1)
	if err != nil {
		return nil, err
	}
	after := visible(is, e.At)
	switch {
	case before && !after:
		return &happening{TakeDown, []content.Placement{was.Placement}}, nil
	case after && !before:
		return &happening{Publish, []content.Placement{is.Placement}}, nil
	case !after:
		return nil, nil
	}
	same, err := alike(*was, *is)
	if same || err != nil {
		return nil, err
	}
	return &happening{Change, []content.Placement{was.Placement, is.Placement}}, nil
}

// wasVisible tells whether readers saw the item when its revision was made. The
// end of an item is told of once, by the first entry after it: judged by that
// entry's own time, what stood before it was over already.
func (b *Book) wasVisible(ctx context.Context, was *content.Item, key journal.Key, rev uint64) (bool, error) {
	if was == nil || was.Live == "" || was.Until == nil {
		return was != nil && was.Live != "", nil
	}
	record, err := b.Store.GetRev(ctx, key, rev)
	if err != nil {
		return false, fmt.Errorf("read item %s: %w", key.ID, err)
	}
	entries, err := b.Store.Entries(ctx, record.Seq-1, 1)
	if err != nil {
		return false, fmt.Errorf("read entry %d: %w", record.Seq, err)
	}
	if len(entries) == 0 {
		return false, fmt.Errorf("entry %d of item %s is missing", record.Seq, key.ID)
	}
	return visible(was, entries[0].At), nil
}

// alike tells whether readers see the same of two revisions: the text, the
// addresses, the placement and the times of publication. All else is the desk's.
func alike(a, b content.Item) (bool, error) {
	before, err := journal.Encode(outside(a))
	if err != nil {
		return false, err
	}
	after, err := journal.Encode(outside(b))
	return bytes.Equal(before, after), err
}

func outside(item content.Item) content.Item {
	return content.Item{
		Kind: item.Kind, Slugs: item.Slugs, Placement: item.Placement, Live: item.Live, Published: item.Published, Updated: item.Updated,
	}
}
