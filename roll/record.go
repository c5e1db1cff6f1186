package roll

import (
	"context"
	"encoding/json"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// kinds are the records the roll keeps more of than their entries.
func kinds() []string {
	return []string{
		content.KindItem, content.KindSeries, content.KindScene, content.KindSetting, media.KindAsset, KindComment, kindUser, kindToken,
	}
}

// writeRecord brings a record of any kind but an item into the file.
func (r *Roll) writeRecord(ctx context.Context, f *file, record journal.Record) error {
	switch record.Kind {
	case KindComment:
		return r.writeComment(ctx, f, record)
	case kindUser:
		return r.writeUser(ctx, f, record)
	case kindToken:
		return r.writeToken(ctx, f, record)
	case media.KindAsset:
		return r.writeAsset(ctx, f, record)
	case content.KindSeries, content.KindScene, content.KindSetting:
		if err := f.do(ctx, "DELETE FROM uses WHERE kind = ? AND id = ?", record.Kind, record.ID); err != nil {
			return err
		}
		return setUses(ctx, f, record.Key, nil, r.named(record))
	}
	return nil
}

func (r *Roll) writeComment(ctx context.Context, f *file, record journal.Record) error {
	var m remark
	if record.State != nil {
		if err := json.Unmarshal(record.State, &m); err != nil {
			r.skip(record, err)
			record.State = nil
		}
	}
	if record.State == nil {
		return f.do(ctx, "DELETE FROM comment WHERE id = ?", record.ID)
	}
	return f.do(ctx, "INSERT OR REPLACE INTO comment (id, item, parent, by, at, resolved, rev, seq, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		record.ID, m.Item, m.Parent, m.By, m.At.UnixMilli(), m.resolved(), record.Rev, record.Seq, record.State)
}

// writeUser keeps of a user's state what User shows, and nothing else.
func (r *Roll) writeUser(ctx context.Context, f *file, record journal.Record) error {
	var p person
	b, err := r.reduce(record, &p)
	if err != nil {
		return err
	}
	if b == nil {
		return f.do(ctx, "DELETE FROM user WHERE id = ?", record.ID)
	}
	return f.do(ctx, "INSERT OR REPLACE INTO user (id, name, json, rev, seq) VALUES (?, ?, ?, ?, ?)", record.ID, p.Name, b, record.Rev, record.Seq)
}

// writeToken keeps of a token's state what Token shows, and nothing else.
func (r *Roll) writeToken(ctx context.Context, f *file, record journal.Record) error {
	var k key
	b, err := r.reduce(record, &k)
	if err != nil {
		return err
	}
	if b == nil {
		return f.do(ctx, "DELETE FROM token WHERE id = ?", record.ID)
	}
	return f.do(ctx, "INSERT OR REPLACE INTO token (id, owner, json, rev, seq) VALUES (?, ?, ?, ?, ?)", record.ID, k.User, b, record.Rev, record.Seq)
}

// reduce reads what v takes of a state and gives that alone; nil where the
// record is gone or cannot be read.
func (r *Roll) reduce(record journal.Record, v any) ([]byte, error) {
	if record.State == nil {
		return nil, nil
	}
	if err := json.Unmarshal(record.State, v); err != nil {
		r.skip(record, err)
		return nil, nil
	}
	return json.Marshal(v)
}

func (r *Roll) writeAsset(ctx context.Context, f *file, record journal.Record) error {
	if err := f.do(ctx, "DELETE FROM uses WHERE kind = ? AND id = ?", record.Kind, record.ID); err != nil {
		return err
	}
	var a media.Asset
	if record.State != nil {
		if err := json.Unmarshal(record.State, &a); err != nil {
			r.skip(record, err)
			record.State = nil
		}
	}
	if record.State == nil {
		return f.do(ctx, "DELETE FROM asset WHERE id = ?", record.ID)
	}
	err := f.do(ctx, "INSERT OR REPLACE INTO asset (id, key, storing) VALUES (?, ?, ?)", record.ID, string(a.Key), a.State == media.Storing)
	if err != nil {
		return err
	}
	made := map[string]use{}
	for _, rendition := range a.Rendition {
		made[string(rendition.Key)] = use{live: true}
	}
	return setUses(ctx, f, record.Key, nil, made)
}

// named are the assets and blobs that a state names anywhere: every key in any
// of its texts, and every id under "asset".
func (r *Roll) named(record journal.Record) map[string]use {
	if record.State == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(record.State, &v); err != nil {
		r.skip(record, err)
		return nil
	}
	found := map[string]use{}
	walk(v, "", func(name, text string) {
		if name == "asset" && text != "" {
			found[text] = use{live: true}
		}
		for _, key := range keysIn(text) {
			found[key] = use{live: true}
		}
	})
	return found
}

// walk calls fn for every text in a JSON value with the name it stands under.
func walk(v any, name string, fn func(name, text string)) {
	switch v := v.(type) {
	case string:
		fn(name, v)
	case []any:
		for _, one := range v {
			walk(one, name, fn)
		}
	case map[string]any:
		for name, one := range v {
			walk(one, name, fn)
		}
	}
}

// keysIn are the blob keys in a text: as it is, or in an address.
func keysIn(text string) []string {
	var keys []string
	run := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] >= 'a' && text[i] <= 'f') {
			run++
			continue
		}
		if key := text[i-run : i]; media.Key(key).Valid() {
			keys = append(keys, key)
		}
		run = 0
	}
	return keys
}
