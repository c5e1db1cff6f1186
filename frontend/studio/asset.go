package studio

import (
	"fmt"

	"kepu/journal"
	"kepu/media"
	"kepu/roll"
)

// Asset is one file of the media library, with an address it can be seen at for
// a while.
type Asset struct {
	media.Asset
	URL string `json:"url"`
}

// Assets is a page of the media library, the latest first.
type Assets struct {
	Media []Asset `json:"media"`
	Next  string  `json:"next,omitempty"`
	Seq   uint64  `json:"seq"`
}

func (s *Studio) asset(c *Call, state []byte) (Asset, error) {
	a, err := media.Decode(state)
	return Asset{a, s.url(c)(a.Key, a.Type)}, err
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
	for _, key := range keys {
		if state := held[key].State; state != nil {
			a, err := s.asset(c, state)
			if err != nil {
				return Assets{}, err
			}
			out.Media = append(out.Media, a)
		}
	}
	return out, nil
}

// UsedAsset is a file with where it is shown.
type UsedAsset struct {
	Asset
	Uses []roll.Use `json:"uses"`
}

func (s *Studio) oneAsset(c *Call) (UsedAsset, error) {
	r, err := s.record(c.Ctx, media.KindAsset, c.Args["asset"])
	if err != nil {
		return UsedAsset{}, err
	}
	a, err := s.asset(c, r.State)
	if err != nil {
		return UsedAsset{}, err
	}
	uses, err := s.Roll.Uses(c.Ctx, a.ID, roll.Use{})
	return UsedAsset{a, whole(uses)}, err
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
