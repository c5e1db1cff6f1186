package content

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"kepu/account"
	"kepu/journal"
)

// Autosave is what somebody typed and did not save: a row draft/<item>/<user>
// on the slate, or draft/<item>/<user>/<aside> for the text of a refused save
// that came while another was typed. The row holds a line of JSON and then the
// text exactly as it was sent.
type Autosave struct {
	V     int       `json:"v"`
	Item  string    `json:"item"`
	User  string    `json:"user"`
	Aside string    `json:"aside,omitempty"`
	Rev   uint64    `json:"rev"`             // the text began as that revision's draft
	N     uint64    `json:"n"`               // grows with each; never comes twice in a week
	At    time.Time `json:"at"`              // when it was typed
	Empty bool      `json:"empty,omitempty"` // it was saved or dropped; only N still counts
	Text  []byte    `json:"-"`               // a version in JSON, or whatever was half-way there
}

// Overtaken is the journal.ErrConflict of an autosave: another tab or computer
// of the same person wrote since. Current has what stands there.
type Overtaken struct{ Current Autosave }

func (e *Overtaken) Error() string {
	return fmt.Sprintf("conflict: the autosave is number %d", e.Current.N)
}

// Is makes errors.Is(err, journal.ErrConflict) true.
func (e *Overtaken) Is(target error) bool { return target == journal.ErrConflict }

const (
	autosavePrefix = "draft/"
	// emptyRest is how long the number of an autosave that was saved is
	// remembered, for tabs that were asleep meanwhile.
	emptyRest = 7 * 24 * time.Hour
	// autosavePage is how many rows are read at once.
	autosavePage = 20
	// asideLength is how much of a text's hash names one set aside.
	asideLength = 16
)

func autosaveKey(item, user, aside string) string {
	key := autosavePrefix + item + "/" + user
	if aside != "" {
		key += "/" + aside
	}
	return key
}

// row is the autosave as the slate keeps it, over the version given.
func (a Autosave) row(version uint64) (journal.Row, error) {
	head, err := json.Marshal(a)
	if err != nil {
		return journal.Row{}, err
	}
	row := journal.Row{Key: autosaveKey(a.Item, a.User, a.Aside), Value: append(append(head, '\n'), a.Text...), Version: version}
	if a.Empty {
		row.Expires = a.At.Add(emptyRest)
	}
	return row, nil
}

// ReadAutosave reads a row whose key starts with draft/. A newer format is
// journal.ErrNewer.
func ReadAutosave(row journal.Row) (Autosave, error) {
	head, text, ok := bytes.Cut(row.Value, []byte{'\n'})
	var a Autosave
	err := json.Unmarshal(head, &a)
	switch {
	case err == nil && a.V > Format:
		err = journal.ErrNewer
	case err == nil && (!ok || a.Item == "" || a.User == "" || row.Key != autosaveKey(a.Item, a.User, a.Aside)):
		err = errors.New("not an autosave")
	}
	if err != nil {
		return Autosave{}, fmt.Errorf("read row %q: %w", row.Key, err)
	}
	a.Text = text
	return a, nil
}

// autosave reads one; the zero Autosave where there is none.
func (d *Desk) autosave(ctx context.Context, item, user, aside string) (Autosave, uint64, error) {
	row, err := d.Slate.Get(ctx, autosaveKey(item, user, aside))
	if errors.Is(err, journal.ErrNotFound) {
		return Autosave{}, 0, nil
	}
	if err != nil {
		return Autosave{}, 0, fmt.Errorf("read autosave: %w", err)
	}
	a, err := ReadAutosave(row)
	return a, row.Version, err
}

// putAutosave writes over the version given; *Overtaken where that moved.
func (d *Desk) putAutosave(ctx context.Context, a Autosave, version uint64) error {
	row, err := a.row(version)
	if err != nil {
		return err
	}
	results, err := d.Slate.Put(ctx, row)
	if err == nil {
		err = results[0].Err
	}
	if errors.Is(err, journal.ErrConflict) {
		current, _, reread := d.autosave(ctx, a.Item, a.User, a.Aside)
		if reread != nil {
			return reread
		}
		return &Overtaken{Current: current}
	}
	return err
}

// mayType is nil where the actor may write on the item that stands.
func (d *Desk) mayType(ctx context.Context, by By, id string) (Item, error) {
	item, _, err := d.item(ctx, id)
	if err != nil {
		return Item{}, err
	}
	if err := d.known(ctx, by, item); err != nil {
		return Item{}, err
	}
	if strings.Contains(by.ID, "/") {
		return Item{}, &Forbidden{Reason: "这个账号不能写稿"}
	}
	return item, d.writes(ctx, by, item)
}

// Autosave keeps what the actor typed and gives its number. n is the number the
// actor saw last, 0 for none; another is *Overtaken and nothing is kept. The
// text is kept as it is, whatever it says: only its size is limited. It is
// outside the journal and changes nothing but itself.
func (d *Desk) Autosave(ctx context.Context, by By, id string, rev, n uint64, text []byte) (uint64, error) {
	if len(text) > maxText {
		var p problems
		p.add("", "内容太大：%d 字节，最多 %d 字节", len(text), maxText)
		return 0, p.invalid()
	}
	if _, err := d.mayType(ctx, by, id); err != nil {
		return 0, fmt.Errorf("autosave %s: %w", shown(id), err)
	}
	is, version, err := d.autosave(ctx, id, by.ID, "")
	if err != nil {
		return 0, fmt.Errorf("autosave %s: %w", id, err)
	}
	if n != is.N && !(is.Empty && n == 0) {
		return 0, fmt.Errorf("autosave %s: %w", id, &Overtaken{Current: is})
	}
	next := Autosave{V: Format, Item: id, User: by.ID, Rev: rev, N: is.N + 1, At: d.now(), Text: text}
	if err := d.putAutosave(ctx, next, version); err != nil {
		return 0, fmt.Errorf("autosave %s: %w", id, err)
	}
	return next.N, nil
}

// Autosaved gives the actor's own unsaved text; journal.ErrNotFound where there
// is none.
func (d *Desk) Autosaved(ctx context.Context, by By, id string) (Autosave, error) {
	_, err := d.mayType(ctx, by, id)
	var a Autosave
	if err == nil {
		a, _, err = d.autosave(ctx, id, by.ID, "")
	}
	if err == nil && (a.N == 0 || a.Empty) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return Autosave{}, fmt.Errorf("autosave of %s: %w", shown(id), err)
	}
	return a, nil
}

// Autosaves gives every unsaved text of an item to who may write on it, by
// user. Text is there for the actor's own, and to editors and chiefs, who may
// rescue it.
func (d *Desk) Autosaves(ctx context.Context, by By, id string) ([]Autosave, error) {
	item, err := d.mayType(ctx, by, id)
	if err != nil {
		return nil, fmt.Errorf("autosaves of %s: %w", shown(id), err)
	}
	all, err := d.unsaved(ctx, id)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].User != by.ID && !by.May(item.region(), account.Editor, account.Chief) {
			all[i].Text = nil
		}
	}
	return all, nil
}

// unsaved gives the item's autosaves that are not empty.
func (d *Desk) unsaved(ctx context.Context, id string) ([]Autosave, error) {
	var all []Autosave
	prefix := autosavePrefix + id + "/"
	for after := prefix; ; {
		rows, err := d.Slate.List(ctx, prefix, after, time.Time{}, autosavePage)
		if err != nil {
			return nil, fmt.Errorf("autosaves of %s: %w", id, err)
		}
		if len(rows) == 0 {
			return all, nil
		}
		for _, row := range rows {
			a, err := ReadAutosave(row)
			if err != nil {
				return nil, err
			}
			if !a.Empty {
				all = append(all, a)
			}
		}
		after = rows[len(rows)-1].Key
	}
}

// DropAutosave throws the actor's own unsaved text number n away; aside names
// one set aside. None there changes nothing; another number is *Overtaken.
func (d *Desk) DropAutosave(ctx context.Context, by By, id, aside string, n uint64) error {
	_, err := d.mayType(ctx, by, id)
	if err == nil {
		var a Autosave
		var version uint64
		a, version, err = d.autosave(ctx, id, by.ID, aside)
		switch {
		case err != nil, a.N == 0, a.Empty:
		case a.N != n:
			err = &Overtaken{Current: a}
		default:
			err = d.empty(ctx, a, version)
		}
	}
	if err != nil {
		return fmt.Errorf("drop autosave of %s: %w", shown(id), err)
	}
	return nil
}

// empty takes the text out of an autosave.
func (d *Desk) empty(ctx context.Context, a Autosave, version uint64) error {
	a.Empty, a.Text, a.At = true, nil, d.now()
	return d.putAutosave(ctx, a, version)
}
