package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kepu/journal"
)

// Acts of people on an asset that is there.
const (
	ActEdit   = "asset-edit"
	ActDelete = "asset-delete"
)

// MaxAlt is the longest alternative text of an asset, in runes: what a text may
// take over whole.
const MaxAlt = 300

// focalMost is the far edge of a picture as Focal counts.
const focalMost = 1000

// Edits are what people may change of an asset; nil leaves a thing as it is.
type Edits struct {
	Name  *string `json:"name,omitempty" doc:"文件名；结尾总是文件真正的那一种"`
	Alt   *string `json:"alt,omitempty" doc:"替代文字，最多300个字；写空的就是不要了"`
	Focal *Focal  `json:"focal,omitempty" doc:"裁的时候留住的那一点，按宽和高的千分之几；正中是500和500"`
}

// Edit changes what is said of the asset as it stood at revision rev, and gives
// the record that stands then. A name is cleaned as Add cleans one. What is
// placed in a text already keeps the alternative text and the focal point it
// was reviewed with: they were copied then. Edits that change nothing commit
// nothing.
//
// op is the operation's unique name, "" draws one; the same again gives the
// first result, while the asset stands. Errors: *journal.Conflict where the asset has moved on,
// *journal.Invalid in Chinese with the fields name, alt and focal,
// journal.ErrNotFound, journal.ErrErased, journal.ErrNewer, journal.ErrOp, those
// of the store.
func (c *Collection) Edit(ctx context.Context, actor, op, id string, rev uint64, e Edits) (journal.Record, error) {
	r, err := c.edit(ctx, actor, op, id, rev, e)
	if err != nil {
		return journal.Record{}, fmt.Errorf("edit asset: %w", err)
	}
	return r, nil
}

func (c *Collection) edit(ctx context.Context, actor, op, id string, rev uint64, e Edits) (journal.Record, error) {
	now, err := c.standing(ctx, id)
	if err != nil {
		return now, err
	}
	// The edits are of what the caller saw, so that the same operation makes the
	// same state, however far the asset has moved since.
	seen := now
	if rev != now.Rev {
		seen, err = c.Store.GetRev(ctx, now.Key, rev)
		if errors.Is(err, journal.ErrNotFound) || err == nil && seen.State == nil {
			err = &journal.Conflict{Current: now}
		}
		if err != nil {
			return now, err
		}
	}
	a, err := Decode(seen.State)
	if err != nil {
		return now, err
	}
	if err := e.apply(&a); err != nil {
		return now, err
	}
	state, err := journal.Encode(a)
	if err != nil {
		return now, err
	}
	if bytes.Equal(state, now.State) {
		return now, nil
	}
	return c.write(ctx, journal.Change{Key: now.Key, Rev: rev, State: state, Act: ActEdit, Actor: actor, Op: op})
}

// apply checks the edits and makes them.
func (e Edits) apply(a *Asset) error {
	var problems []journal.Problem
	refuse := func(field, format string, args ...any) {
		problems = append(problems, journal.Problem{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	if e.Name != nil {
		if name := strings.ToValidUTF8(*e.Name, ""); strings.TrimFunc(name, unseen) == "" {
			refuse("name", "文件名不能是空的")
		}
		a.Name = cleanName(*e.Name, a.Type)
	}
	if e.Alt != nil {
		if len(*e.Alt) > 16*MaxAlt {
			refuse("alt", "替代文字最多%d个字", MaxAlt)
		} else if a.Alt = cleanAlt(*e.Alt); utf8.RuneCountInString(a.Alt) > MaxAlt {
			refuse("alt", "替代文字最多%d个字，现在有%d个", MaxAlt, utf8.RuneCountInString(a.Alt))
		}
	}
	if f := e.Focal; f != nil {
		switch {
		case a.Kind != Image && a.Kind != Video:
			refuse("focal", "这个文件没有画面，不用定焦点")
		case f.X < 0 || f.X > focalMost || f.Y < 0 || f.Y > focalMost:
			refuse("focal", "焦点的横和竖都要在0到%d之间", focalMost)
		default:
			a.Focal = &Focal{f.X, f.Y}
		}
	}
	if problems != nil {
		return &journal.Invalid{Problems: problems}
	}
	return nil
}

// cleanAlt makes an alternative text one line of what can be seen.
func cleanAlt(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200c', r == '\u200d': // they join what is written together
			return r
		case unseen(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	if strings.TrimFunc(s, unseen) == "" {
		return ""
	}
	return s
}

// unseen are the runes that show nothing by themselves.
func unseen(r rune) bool {
	return unicode.IsSpace(r) || plainRune(r) == -1
}

// Delete deletes the asset as it stood at revision rev, and gives the record of
// the deletion. used tells whether anything shows the asset; it must know of all
// that was committed before Delete was called. While it says yes the deletion is
// refused. A text that is committed at the same moment keeps its copy of what the
// asset said and its bytes: they are left to Sweep, which keeps what any text
// names. Adding the bytes again makes the asset anew, without what was edited.
// Deleting again what was deleted from that revision changes nothing.
//
// op is as in Edit. Errors: *journal.Invalid in Chinese of the field id where the
// asset is used, *journal.Conflict where it has moved on, journal.ErrNotFound,
// journal.ErrErased, journal.ErrOp, those of used and of the store.
func (c *Collection) Delete(ctx context.Context, actor, op, id string, rev uint64, used func(ctx context.Context, id string) (bool, error)) (journal.Record, error) {
	r, err := c.delete(ctx, actor, op, id, rev, used)
	if err != nil {
		return journal.Record{}, fmt.Errorf("delete asset: %w", err)
	}
	return r, nil
}

func (c *Collection) delete(ctx context.Context, actor, op, id string, rev uint64, used func(ctx context.Context, id string) (bool, error)) (journal.Record, error) {
	now, err := c.standing(ctx, id)
	if errors.Is(err, journal.ErrNotFound) && now.Rev > 0 && now.Rev-1 == rev {
		return now, nil
	}
	if err != nil {
		return now, err
	}
	if rev != now.Rev {
		return now, &journal.Conflict{Current: now}
	}
	switch shown, err := used(ctx, id); {
	case err != nil:
		return now, fmt.Errorf("look who shows it: %w", err)
	case shown:
		return now, &journal.Invalid{Problems: []journal.Problem{{Field: "id", Message: "还有内容在用这个文件，先从那些内容里拿掉，才能删"}}}
	}
	return c.write(ctx, journal.Change{Key: now.Key, Rev: rev, Act: ActDelete, Actor: actor, Op: op})
}

// standing is the record of an asset that is there. With journal.ErrNotFound it
// is that of the deletion, where there was one.
func (c *Collection) standing(ctx context.Context, id string) (journal.Record, error) {
	key := journal.Key{Kind: KindAsset, ID: id}
	if key.Check() != nil {
		return journal.Record{}, journal.ErrNotFound
	}
	r, err := c.Store.Get(ctx, key)
	if err == nil && r.State == nil {
		err = journal.ErrNotFound
	}
	return r, err
}

// write commits a change and gives the record that it made.
func (c *Collection) write(ctx context.Context, ch journal.Change) (journal.Record, error) {
	if c.Now != nil {
		ch.At = c.Now().UTC().Truncate(time.Millisecond)
	}
	results, err := c.Store.Commit(ctx, ch)
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return journal.Record{}, err
	}
	e := results[0].Entry
	return journal.Record{Key: ch.Key, Rev: e.Rev, Seq: e.Seq, Hash: e.State, State: ch.State}, nil
}
