package studio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/journal"
)

// A preview is a row preview/<item>/<id> on the slate: who holds its address
// sees one text of one item, until it ends or the item is taken down. The row
// is what keeps the files of that text from the sweep.
const (
	previewPrefix = "preview/"
	previewLasts  = 24 * time.Hour // unless another time is asked
	previewMost   = 7 * 24 * time.Hour
	previewPage   = 100
)

// preview is what a row says.
type preview struct {
	V        int              `json:"v"`
	Item     string           `json:"item"`
	Version  journal.Hash     `json:"version"`
	Rev      uint64           `json:"rev"`
	Audience content.Audience `json:"audience,omitempty"`
	Made     time.Time        `json:"made"`
	By       string           `json:"by"`
}

// NewPreview asks for the address of a preview.
type NewPreview struct {
	Rev      uint64           `json:"rev,omitempty" doc:"哪一版的稿子；不写就是现在的"`
	Audience content.Audience `json:"audience,omitempty" doc:"像哪一类读者那样看"`
	Hours    int              `json:"hours,omitempty" doc:"管多久，最多168小时；不写是24小时"`
}

// Link is the address of a preview in both views.
type Link struct {
	URL     string       `json:"url"`
	Easy    string       `json:"easy_url"`
	Version journal.Hash `json:"version"`
	Rev     uint64       `json:"rev"`
	Ends    time.Time    `json:"ends"`
}

func (s *Studio) preview(c *Call, in NewPreview) (Link, error) {
	lasts := previewLasts
	if in.Hours != 0 {
		lasts = time.Duration(in.Hours) * time.Hour
	}
	switch {
	case in.Hours < 0 || in.Hours > int(previewMost/time.Hour):
		return Link{}, invalid("hours", "要写1到168")
	case in.Audience != "" && !in.Audience.Valid():
		return Link{}, invalid("audience", "没有这个人群")
	}
	it, stamp, err := s.Desk.Read(c.Ctx, c.By(), c.Args["item"])
	if err != nil {
		return Link{}, err
	}
	rev, hash := stamp.Rev, it.Draft
	if in.Rev != 0 && in.Rev != rev {
		if hash, err = s.draftAt(c, it.ID, in.Rev); err != nil {
			return Link{}, err
		}
		rev = in.Rev
	}
	if _, err := s.Desk.ReadVersion(c.Ctx, c.By(), it.ID, hash); err != nil {
		return Link{}, err
	}
	ends := journal.Milli(c.Now.Add(lasts))
	value, err := json.Marshal(preview{V: 1, Item: it.ID, Version: hash, Rev: rev, Audience: in.Audience, Made: journal.Milli(c.Now), By: c.ID})
	if err != nil {
		return Link{}, err
	}
	name := it.ID + "-" + journal.NewID()
	results, err := s.Slate.Put(c.Ctx, journal.Row{Key: previewKey(name), Value: value, Expires: ends})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return Link{}, fmt.Errorf("keep preview: %w", err)
	}
	path := "/preview/" + name + "-" + sign(s.keys.preview, name)
	return Link{URL: s.base + path, Easy: s.base + "/easy" + path, Version: hash, Rev: rev, Ends: ends}, nil
}

// draftAt is the draft of an older revision.
func (s *Studio) draftAt(c *Call, id string, rev uint64) (journal.Hash, error) {
	record, err := s.Store.GetRev(c.Ctx, journal.Key{Kind: content.KindItem, ID: id}, rev)
	if err == nil && record.State == nil {
		err = journal.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("revision %d of %s: %w", rev, id, err)
	}
	it, err := content.Decode[content.Item](record.State)
	return it.Draft, err
}

// uuid is how long an id is.
const uuid = 36

func previewKey(name string) string { return previewPrefix + name[:uuid] + "/" + name[uuid+1:] }

// Previewed is what the holder of a preview's address may see.
type Previewed struct {
	Name     string // for tickets
	Item     content.Item
	Rev      uint64
	Version  content.Version
	Audience content.Audience
	Ends     time.Time
}

// Previewed reads what a token shows; page.ErrNotFound where it is none of ours
// or no longer stands.
func (s *Studio) Previewed(ctx context.Context, token string) (Previewed, error) {
	if len(token) < 2*uuid+2 || token[uuid] != '-' || token[2*uuid+1] != '-' {
		return Previewed{}, page.ErrNotFound
	}
	name, signature := token[:2*uuid+1], token[2*uuid+2:]
	if !signed(signature, s.keys.preview, name) {
		return Previewed{}, page.ErrNotFound
	}
	it, p, ends, err := s.stands(ctx, name)
	if err != nil {
		return Previewed{}, err
	}
	key := journal.PartKey{Key: journal.Key{Kind: content.KindItem, ID: it.ID}, Hash: p.Version}
	parts, err := s.Store.Parts(ctx, key)
	if err == nil && parts[key] == nil {
		err = page.ErrNotFound
	}
	if err != nil {
		return Previewed{}, fmt.Errorf("preview: %w", err)
	}
	v, err := content.Decode[content.Version](parts[key])
	return Previewed{Name: name, Item: it, Rev: p.Rev, Version: v, Audience: p.Audience, Ends: ends}, err
}

// stands reads the preview of a name and its item. One made before its item was
// taken down, deleted or erased does not stand: it is let go for good.
func (s *Studio) stands(ctx context.Context, name string) (content.Item, preview, time.Time, error) {
	var p preview
	fail := func(err error) (content.Item, preview, time.Time, error) { return content.Item{}, p, time.Time{}, err }
	if len(name) != 2*uuid+1 || journal.CheckRowKey(previewKey(name)) != nil {
		return fail(page.ErrNotFound)
	}
	row, err := s.Slate.Get(ctx, previewKey(name))
	if errors.Is(err, journal.ErrNotFound) {
		return fail(page.ErrNotFound)
	}
	if err == nil {
		err = json.Unmarshal(row.Value, &p)
	}
	if err != nil {
		return fail(fmt.Errorf("preview: %w", err))
	}
	var it content.Item
	record, err := s.Store.Get(ctx, journal.Key{Kind: content.KindItem, ID: p.Item})
	gone := errors.Is(err, journal.ErrNotFound) || errors.Is(err, journal.ErrErased) || err == nil && record.State == nil
	if err == nil && !gone {
		it, err = content.Decode[content.Item](record.State)
		gone = err == nil && it.Gone != nil && !it.Gone.At.Before(p.Made)
	}
	if gone {
		s.endPreviews(ctx, p.Item)
		return fail(page.ErrNotFound)
	}
	if err != nil {
		return fail(fmt.Errorf("preview: %w", err))
	}
	return it, p, row.Expires, nil
}

// Stands is nil where the preview that a ticket names still stands.
func (s *Studio) Stands(ctx context.Context, name string) error {
	_, _, _, err := s.stands(ctx, name)
	return err
}

// endPreviews lets go the previews of an item that is no longer to be seen. Those
// that stay behind because the slate is away do not stand all the same, see
// stands.
func (s *Studio) endPreviews(ctx context.Context, item string) {
	prefix := previewPrefix + item + "/"
	for after := prefix; strings.HasPrefix(after, prefix); {
		rows, err := s.Slate.List(ctx, prefix, after, time.Time{}, previewPage)
		if err != nil {
			s.Log.Warn("end previews", "item", item, "err", err)
			return
		}
		if len(rows) == 0 {
			return
		}
		for _, row := range rows {
			after = row.Key
			if err := s.Slate.Delete(ctx, row.Key, row.Version); err != nil && !errors.Is(err, journal.ErrConflict) {
				s.Log.Warn("end previews", "item", item, "err", err)
				return
			}
		}
	}
}
