package shelf

import (
	"encoding/json"
	"fmt"

	"kepu/content"
)

// States of Found and of media.
const (
	Live    = "live"
	Moved   = "moved"
	Gone    = "gone"
	Unknown = ""
)

// Found is the answer of Lookup. State is Live, Moved (Slug is the current
// one), Gone, or Unknown.
type Found struct {
	State string
	ID    string
	Kind  string
	Slug  string
	Gone  *content.Gone
	Title string // of a gone item, as last shown
}

// Lookup says what stands, or stood, under a slug.
func (v *View) Lookup(slug string) Found {
	f, err := v.lookup(slug)
	if err != nil {
		v.shelf.log.Error("shelf: look up", "slug", slug, "err", err)
		return Found{}
	}
	return f
}

func (v *View) lookup(slug string) (Found, error) {
	who, err := v.read(bucketSlug, slug)
	if err != nil || len(who) != len(uuid{}) {
		return Found{}, err
	}
	id := uuid(who)
	f := Found{ID: id.String(), Slug: slug}
	h, known := v.st.handle(id)
	if !known {
		return f, v.lookupGone(id, &f)
	}
	card, err := v.card(id)
	if err != nil {
		return Found{}, err
	}
	f.Kind = card.Kind
	switch s := v.st.table.at(h); {
	case !s.shown:
		f.State, f.Title, f.Gone = Gone, card.Title, end(s.until)
	case card.Slug == slug:
		f.State = Live
	default:
		f.State, f.Slug = Moved, card.Slug
	}
	return f, nil
}

func (v *View) lookupGone(id uuid, f *Found) error {
	b, err := v.read(bucketGone, string(id[:]))
	if err != nil {
		return err
	}
	var t tomb
	if b == nil {
		*f = Found{}
		return nil
	}
	if err := json.Unmarshal(b, &t); err != nil {
		return fmt.Errorf("read gone item: %w", err)
	}
	f.State, f.Kind, f.Title, f.Gone = Gone, t.Kind, t.Title, t.Gone
	return nil
}
