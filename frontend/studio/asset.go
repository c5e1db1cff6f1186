package studio

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
	"kepu/roll"
)

// Asset is one file of the media library, with an address it can be seen at for
// a while.
type Asset struct {
	media.Asset
	URL string `json:"url"`
	Rev uint64 `json:"rev"`
}

func (a Asset) tag() string { return strconv.FormatUint(a.Rev, 10) }

// Assets is a page of the media library, the latest first.
type Assets struct {
	Media []Asset `json:"media"`
	Next  string  `json:"next,omitempty"`
	Seq   uint64  `json:"seq"`
}

func (s *Studio) asset(c *Call, r journal.Record) (Asset, error) {
	a, err := media.Decode(r.State)
	return Asset{a, s.url(c)(a.Key, a.Type), r.Rev}, err
}

func (s *Studio) assets(c *Call) (Assets, error) {
	if err := s.behind(c); err != nil {
		return Assets{}, err
	}
	list, err := s.Roll.Entries(c.Ctx, roll.EntryQuery{Kind: media.KindAsset, Act: media.ActStored, After: c.Query.Text("after"), Limit: c.Query.Number("limit", 50)})
	if err != nil {
		return Assets{}, err
	}
	out := Assets{Media: []Asset{}, Next: list.Next, Seq: list.Seq}
	keys := make([]journal.Key, len(list.Entries))
	for i, e := range list.Entries {
		keys[i] = journal.Key{Kind: e.Kind, ID: e.ID}
	}
	held, err := s.Store.Gets(c.Ctx, keys...)
	if err != nil {
		return Assets{}, fmt.Errorf("read assets: %w", err)
	}
	for i, key := range keys {
		r := held[key]
		if r.State == nil {
			continue
		}
		a, err := s.asset(c, r)
		if err != nil {
			return Assets{}, err
		}
		last, err := s.lastStored(c.Ctx, list.Entries[i], r)
		if err != nil {
			return Assets{}, err
		}
		if last && a.State == media.Stored {
			out.Media = append(out.Media, a)
		}
	}
	return out, nil
}

// lastStored tells whether the asset was not stored again after an entry: what
// was deleted and added anew stands in the list once, at its new place.
func (s *Studio) lastStored(ctx context.Context, e roll.Entry, now journal.Record) (bool, error) {
	if now.Rev == e.Rev {
		return true, nil
	}
	list, err := s.Roll.Entries(ctx, roll.EntryQuery{Kind: e.Kind, ID: e.ID, Act: media.ActStored, Limit: 1})
	if err != nil {
		return false, err
	}
	return len(list.Entries) > 0 && list.Entries[0].Rev == e.Rev, nil
}

// UsedAsset is a file with where it is shown.
type UsedAsset struct {
	Asset
	Uses      []roll.Use `json:"uses"`
	Elsewhere bool       `json:"elsewhere,omitempty" doc:"不归您看的内容也在用"`
}

func (s *Studio) oneAsset(c *Call) (UsedAsset, error) {
	r, err := s.record(c.Ctx, media.KindAsset, c.Args["asset"])
	if err != nil {
		return UsedAsset{}, err
	}
	a, err := s.asset(c, r)
	if err != nil {
		return UsedAsset{}, err
	}
	uses, elsewhere, err := s.Roll.UsesSeen(c.Ctx, roll.See(c.Actor), a.ID)
	return UsedAsset{a, whole(uses), elsewhere}, err
}

func (s *Studio) editAsset(c *Call, in media.Edits) (Stamp, error) {
	r, err := s.Media.Edit(c.Ctx, c.ID, c.By().Op, c.Args["asset"], c.Match.Rev, in)
	return stamped("", content.Stamp{Rev: r.Rev, Seq: r.Seq}, err)
}

func (s *Studio) deleteAsset(c *Call) (Stamp, error) {
	r, err := s.Media.Delete(c.Ctx, c.ID, c.By().Op, c.Args["asset"], c.Match.Rev, s.shown)
	return stamped("", content.Stamp{Rev: r.Rev, Seq: r.Seq}, err)
}

// shown tells whether anything shows an asset, named by its id or by the key of
// its bytes. It waits until the roll knows of all that was committed before, and
// is ErrNotYet where that takes too long.
func (s *Studio) shown(ctx context.Context, id string) (bool, error) {
	head, err := s.Store.Head(ctx)
	if err != nil {
		return false, err
	}
	waiting, cancel := context.WithTimeout(ctx, positionWait)
	defer cancel()
	if err := s.Roll.Wait(waiting, head.Seq); errors.Is(err, context.DeadlineExceeded) {
		return false, ErrNotYet
	} else if err != nil {
		return false, err
	}
	a, err := s.Media.Get(ctx, id)
	if err != nil {
		return false, err
	}
	for _, target := range []string{a.ID, string(a.Key)} {
		uses, err := s.Roll.Uses(ctx, target, roll.Use{})
		if err != nil || len(uses) > 0 {
			return len(uses) > 0, err
		}
	}
	return false, nil
}

// People are those who work at the desk: who may be given what.
type People struct {
	People []Person `json:"people"`
	Next   string   `json:"next,omitempty"`
}

// Person is one of them, without the name they sign in with.
type Person struct {
	ID      string   `json:"id"`
	Display string   `json:"display"`
	Roles   []string `json:"roles" doc:"角色，有地区的写成 editor@3301"`
}

func (s *Studio) colleagues(c *Call) (People, error) {
	list, err := s.Roll.Users(c.Ctx, c.Query.Text("after"), c.Query.Number("limit", 100))
	out := People{People: []Person{}, Next: list.Next}
	for _, u := range list.Users {
		if u.Disabled {
			continue
		}
		p := Person{ID: u.ID, Display: u.Display, Roles: []string{}}
		for _, g := range u.Grants {
			role := string(g.Role)
			if g.Region != "" {
				role += "@" + g.Region
			}
			p.Roles = append(p.Roles, role)
		}
		out.People = append(out.People, p)
	}
	return out, err
}
