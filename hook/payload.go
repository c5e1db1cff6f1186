package hook

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

// Payload is the body of a delivery.
type Payload struct {
	ID    string    `json:"id"` // seq/hook, as Kepu-Delivery
	Event Event     `json:"event"`
	At    time.Time `json:"at"`  // of the event, UTC
	Seq   uint64    `json:"seq"` // of the journal's entry; 0 for a ping
	Item  *Item     `json:"item,omitempty"`
}

// Item is what a delivery tells of an item: as it was made live by the event,
// or as it was when it was taken down. Of one that was erased only ID and Gone
// are left.
type Item struct {
	ID        string           `json:"id"`
	Kind      string           `json:"kind,omitempty"` // article, video
	Title     string           `json:"title,omitempty"`
	URL       string           `json:"url,omitempty"`
	Slug      string           `json:"slug,omitempty"`
	Audiences []content.Placed `json:"audiences,omitempty"`
	Topics    []string         `json:"topics,omitempty"`
	Region    string           `json:"region,omitempty"`
	Published *time.Time       `json:"published_at,omitempty"`
	Updated   *time.Time       `json:"updated_at,omitempty"`
	Gone      *Gone            `json:"gone,omitempty"` // in a take-down
}

// Gone says since when readers do not see an item, why, and what to read
// instead.
type Gone struct {
	At      time.Time `json:"at"`
	Reason  string    `json:"reason,omitempty"`
	Instead string    `json:"instead,omitempty"` // id of an item
}

// Test sends the hook a ping, whether it is active or not, and gives what came
// back. It leaves nothing in the log.
func (b *Book) Test(ctx context.Context, by account.Actor, id string) (Attempt, error) {
	if err := admin(by); err != nil {
		return Attempt{}, err
	}
	h, _, err := b.hook(ctx, id)
	if err != nil {
		return Attempt{}, fmt.Errorf("test: %w", err)
	}
	name := "ping-" + journal.NewID() + "/" + id
	body, err := journal.Encode(Payload{ID: name, Event: Ping, At: journal.Milli(b.now())})
	if err != nil {
		return Attempt{}, err
	}
	return b.post(ctx, h, name, Ping, body)
}

// deliveryID is what a receiver knows a delivery by.
func deliveryID(hook string, seq uint64) string { return fmt.Sprintf("%d/%s", seq, hook) }

// body is what a delivery says; nil where it must not be sent any more, because
// readers do not see the item now or its words were erased.
func (b *Book) body(ctx context.Context, hook string, seq uint64, d delivery) ([]byte, error) {
	key := journal.Key{Kind: content.KindItem, ID: d.Item}
	var item *Item
	var err error
	if d.Event == TakeDown {
		item, err = b.taken(ctx, key, d)
	} else {
		item, err = b.live(ctx, key, d)
	}
	if item == nil || err != nil {
		return nil, err
	}
	return journal.Encode(Payload{ID: deliveryID(hook, seq), Event: d.Event, At: d.At, Seq: seq, Item: item})
}

func (b *Book) live(ctx context.Context, key journal.Key, d delivery) (*Item, error) {
	now, err := b.item(ctx, key, 0)
	if err != nil || !visible(now, b.now()) {
		return nil, err
	}
	then, err := b.item(ctx, key, d.Rev)
	if err != nil || then == nil {
		return nil, err
	}
	return b.picture(ctx, key, *then)
}

func (b *Book) taken(ctx context.Context, key journal.Key, d delivery) (*Item, error) {
	item := &Item{ID: key.ID}
	was, err := b.item(ctx, key, d.Rev-1)
	if err != nil {
		return nil, err
	}
	if was != nil {
		if item, err = b.picture(ctx, key, *was); err != nil {
			return nil, err
		}
	}
	item.Gone = &Gone{At: d.At}
	is, err := b.item(ctx, key, d.Rev)
	if err != nil {
		return nil, err
	}
	if is != nil && is.Gone != nil {
		item.Gone = &Gone{At: is.Gone.At, Reason: is.Gone.Reason, Instead: is.Gone.Instead}
	}
	return item, nil
}

// picture is what readers see of an item that is live.
func (b *Book) picture(ctx context.Context, key journal.Key, item content.Item) (*Item, error) {
	p := &Item{
		ID: item.ID, Kind: item.Kind, Audiences: item.Placement.Audiences, Topics: item.Placement.Topics,
		Region: item.Placement.Region, Published: item.Published, Updated: item.Updated,
	}
	if len(item.Slugs) > 0 {
		p.Slug = item.Slugs[0]
		p.URL = strings.TrimRight(b.BaseURL, "/") + "/" + item.Kind + "/" + p.Slug
	}
	part := journal.PartKey{Key: key, Hash: item.Live}
	parts, err := b.Store.Parts(ctx, part)
	if err != nil {
		return nil, fmt.Errorf("read version of %s: %w", key.ID, err)
	}
	if state, ok := parts[part]; ok {
		version, err := content.Decode[content.Version](state)
		if err != nil {
			return nil, fmt.Errorf("read version of %s: %w", key.ID, err)
		}
		p.Title = version.Title
	}
	return p, nil
}

// item reads a revision of an item, 0 the one that stands; nil where it is
// deleted or erased, or there was none.
func (b *Book) item(ctx context.Context, key journal.Key, rev uint64) (*content.Item, error) {
	var record journal.Record
	var err error
	if rev == 0 {
		record, err = b.Store.Get(ctx, key)
	} else {
		record, err = b.Store.GetRev(ctx, key, rev)
	}
	switch {
	case errors.Is(err, journal.ErrNotFound), errors.Is(err, journal.ErrErased), err == nil && record.State == nil:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read item %s: %w", key.ID, err)
	}
	item, err := content.Decode[content.Item](record.State)
	if err != nil {
		return nil, fmt.Errorf("read item %s: %w", key.ID, err)
	}
	return &item, nil
}
