package roll

import (
	"context"
	"database/sql"
	"errors"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// Use is a record that shows an asset.
type Use struct {
	Kind  string `json:"kind"` // item, series, scene, setting
	ID    string `json:"id"`
	Live  bool   `json:"live,omitempty"`  // readers see it there
	Draft bool   `json:"draft,omitempty"` // the item's draft shows it
}

// Uses gives who shows an asset, named by its id or the key of its blob, ordered
// by kind and id, at most 100 after the one given (its zero: from the start).
func (r *Roll) Uses(ctx context.Context, target string, after Use) ([]Use, error) {
	var all []Use
	err := r.view(ctx, "uses of asset", func(ctx context.Context, db *sql.DB) error {
		return rows(ctx, db, `SELECT kind, id, live, draft FROM uses
			WHERE target = ? AND kind != ? AND (kind, id) > (?, ?) ORDER BY kind, id LIMIT 100`,
			[]any{target, media.KindAsset, after.Kind, after.ID}, func(scan func(...any) error) error {
				var u Use
				err := scan(&u.Kind, &u.ID, &u.Live, &u.Draft)
				all = append(all, u)
				return err
			})
	})
	return all, err
}

// UsesSeen gives of the first hundred Uses of an asset those that the sight sees:
// of an item that it merely knows, that readers see the asset there. more tells
// that there are others.
func (r *Roll) UsesSeen(ctx context.Context, s Sight, target string) (seen []Use, more bool, err error) {
	full, known := s.full(), in(s.Known)
	args := append(append(append([]any{}, full.args...), StatusLive.bit()), known.args...)
	args = append(args, content.KindItem, target, media.KindAsset)
	err = r.view(ctx, "uses of asset", func(ctx context.Context, db *sql.DB) error {
		return rows(ctx, db, `SELECT u.kind, u.id, u.live, u.draft, coalesce(`+full.text+`, 0), coalesce(p.mask & ? != 0 AND (`+known.text+`), 0)
			FROM uses u LEFT JOIN place p ON u.kind = ? AND p.id = u.id
			WHERE u.target = ? AND u.kind != ? ORDER BY u.kind, u.id LIMIT 100`, args, func(scan func(...any) error) error {
			var u Use
			var whole, knows bool
			if err := scan(&u.Kind, &u.ID, &u.Live, &u.Draft, &whole, &knows); err != nil {
				return err
			}
			switch {
			case u.Kind != content.KindItem, whole:
				seen = append(seen, u)
			case knows && u.Live:
				seen = append(seen, Use{Kind: u.Kind, ID: u.ID, Live: true})
			default:
				more = true
			}
			return nil
		})
	})
	return seen, more, err
}

// Referenced tells whether something needs the blob of a key: the live text or
// draft of an item, a series, scene or setting shows it, or the asset of which
// it is a rendition; or its asset is still being stored. Older versions and what
// lies outside the journal (autosaves, previews) are not looked at.
func (r *Roll) Referenced(ctx context.Context, key media.Key) (bool, error) {
	found := false
	err := r.view(ctx, "references to blob", func(ctx context.Context, db *sql.DB) error {
		var one int
		err := db.QueryRowContext(ctx, `
			SELECT 1 FROM uses WHERE target = ?1 AND kind != ?2
			UNION ALL SELECT 1 FROM asset a WHERE a.key = ?1
				AND (a.storing OR EXISTS (SELECT 1 FROM uses WHERE target = a.id AND kind != ?2))
			UNION ALL SELECT 1 FROM uses u JOIN asset a ON a.id = u.id WHERE u.target = ?1 AND u.kind = ?2
				AND EXISTS (SELECT 1 FROM uses v WHERE v.target IN (a.id, a.key) AND v.kind != ?2)
			LIMIT 1`, string(key), media.KindAsset).Scan(&one)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		found = err == nil
		return err
	})
	return found, err
}

// use says who shows a target.
type use struct{ live, draft bool }

// uses are what an item's texts show.
func (c *card) uses() map[string]use {
	all := make(map[string]use, len(c.Lead.Media))
	for _, target := range c.Lead.Media {
		all[target] = use{draft: c.Draft != "", live: c.Live != "" && c.Live == c.Lead.Hash}
	}
	if c.Shown != nil {
		for _, target := range c.Shown.Media {
			u := all[target]
			u.live = true
			all[target] = u
		}
	}
	return all
}

// setUses replaces what a record shows.
func setUses(ctx context.Context, f *file, key journal.Key, was, is map[string]use) error {
	for target, u := range was {
		if is[target] == u {
			continue
		}
		if err := f.do(ctx, "DELETE FROM uses WHERE target = ? AND kind = ? AND id = ?", target, key.Kind, key.ID); err != nil {
			return err
		}
	}
	for target, u := range is {
		if was[target] == u {
			continue
		}
		if err := f.do(ctx, "INSERT INTO uses (target, kind, id, live, draft) VALUES (?, ?, ?, ?, ?)", target, key.Kind, key.ID, u.live, u.draft); err != nil {
			return err
		}
	}
	return nil
}
