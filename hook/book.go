package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

// ErrForbidden says that the actor is not an administrator of the whole
// province.
var ErrForbidden = errors.New("webhooks are an administrator's")

// Book is where hooks are put, looked at and tried. Every call is an
// administrator's, else ErrForbidden. Other errors a caller may decide on:
// *journal.Invalid, journal.ErrConflict, journal.ErrNotFound, journal.ErrErased,
// journal.ErrNewer, journal.ErrOp. op is the operation's unique name; the same
// one gives the same result; "" draws one. Store, Slate, Secret and BaseURL are
// required.
type Book struct {
	Store    journal.Store
	Slate    journal.Slate
	Secret   journal.Secret
	BaseURL  string // public scheme and host; item addresses begin with it
	Policy   Policy
	Now      func() time.Time                                             // nil: time.Now
	Lookup   func(ctx context.Context, host string) ([]netip.Addr, error) // nil: the system's resolver
	Deadline time.Duration                                                // of one delivery; 0: 10 s
	Log      *slog.Logger                                                 // nil keeps silent
}

// Made is what a write gave. Secret is set where one was drawn, and nowhere
// shown again.
type Made struct {
	Hook   Hook // without its sealed secrets
	Stamp  content.Stamp
	Secret string
}

// maxHooks bounds what one event may cost.
const maxHooks = 50

// Acts on hooks.
const (
	actPut    = "put"
	actRotate = "rotate"
	actDrop   = "delete"
	actStop   = "deactivate"
)

// Put writes a hook's terms over revision rev of the hook id; id "" makes a new
// one (rev 0), draws its secret and gives both. A hook that becomes active hears
// of what comes from now on, not of what was. Terms that stand already change
// nothing.
func (b *Book) Put(ctx context.Context, by account.Actor, op, id string, rev uint64, t Terms) (Made, error) {
	if err := admin(by); err != nil {
		return Made{}, err
	}
	if err := b.check(ctx, &t); err != nil {
		return Made{}, fmt.Errorf("put hook: %w", err)
	}
	if id == "" {
		return b.create(ctx, by, op, t)
	}
	h, record, err := b.hook(ctx, id)
	if err != nil {
		return Made{}, fmt.Errorf("put hook: %w", err)
	}
	was, err := journal.Encode(h.Terms)
	if err != nil {
		return Made{}, err
	}
	is, err := journal.Encode(t)
	if err != nil {
		return Made{}, err
	}
	if bytes.Equal(was, is) {
		return Made{Hook: h.bare(), Stamp: content.Stamp{Rev: record.Rev, Seq: record.Seq}}, nil
	}
	if t.Active && !h.Active {
		if h.Since, err = b.Store.Head(ctx); err != nil {
			return Made{}, fmt.Errorf("put hook %s: %w", id, err)
		}
		h.Off = ""
	}
	h.Terms = t
	return b.commit(ctx, h, rev, actPut, by.ID, op, "")
}

// create makes a hook whose id follows from the operation, so that repeating it
// finds what the first made.
func (b *Book) create(ctx context.Context, by account.Actor, op string, t Terms) (Made, error) {
	name := keyID(by, op)
	h := Hook{V: Format, ID: journal.IDFor(KindHook, name), Terms: t}
	switch first, record, err := b.revision(ctx, h.ID, 1); {
	case err == nil:
		return b.again(first, record, t)
	case !errors.Is(err, journal.ErrNotFound):
		return Made{}, fmt.Errorf("make hook: %w", err)
	}
	all, err := b.all(ctx)
	if err != nil {
		return Made{}, fmt.Errorf("make hook: %w", err)
	}
	if len(all) >= maxHooks {
		return Made{}, &journal.Invalid{Problems: []journal.Problem{{Message: fmt.Sprintf("最多只能有 %d 个推送，请先删除不用的", maxHooks)}}}
	}
	if h.Since, err = b.Store.Head(ctx); err != nil {
		return Made{}, fmt.Errorf("make hook: %w", err)
	}
	secret := newSecret()
	sealed, err := b.seal(h.ID, name, secret)
	if err != nil {
		return Made{}, err
	}
	h.Keys = []Key{{ID: name, Sealed: sealed}}
	made, err := b.commit(ctx, h, 0, actPut, by.ID, op, secret)
	if op != "" && (errors.Is(err, journal.ErrConflict) || errors.Is(err, journal.ErrOp)) {
		// The same operation, at this very moment: what it made stands.
		if first, record, again := b.revision(ctx, h.ID, 1); again == nil {
			return b.again(first, record, t)
		}
	}
	return made, err
}

// again is what an operation that made a hook gives when it is repeated.
func (b *Book) again(first Hook, record journal.Record, t Terms) (Made, error) {
	was, err := journal.Encode(first.Terms)
	if err != nil {
		return Made{}, err
	}
	is, err := journal.Encode(t)
	if err != nil {
		return Made{}, err
	}
	if !bytes.Equal(was, is) {
		return Made{}, fmt.Errorf("make hook: %w", journal.ErrOp)
	}
	secret, err := b.unseal(first.ID, first.Keys[0])
	return Made{Hook: first.bare(), Stamp: content.Stamp{Rev: record.Rev, Seq: record.Seq}, Secret: secret}, err
}

// keyID names what an operation draws.
func keyID(by account.Actor, op string) string {
	if op == "" {
		return journal.NewID()
	}
	return journal.IDFor("hook-key", by.ID, op)
}

// Rotate draws a new secret for the hook at revision rev. The one it replaces
// signs beside it for Overlap.
func (b *Book) Rotate(ctx context.Context, by account.Actor, op, id string, rev uint64) (Made, error) {
	if err := admin(by); err != nil {
		return Made{}, err
	}
	h, record, err := b.hook(ctx, id)
	if err != nil {
		return Made{}, fmt.Errorf("rotate secret: %w", err)
	}
	name := keyID(by, op)
	if i := slices.IndexFunc(h.Keys, func(k Key) bool { return k.ID == name }); i >= 0 {
		secret, err := b.unseal(id, h.Keys[i])
		return Made{Hook: h.bare(), Stamp: content.Stamp{Rev: record.Rev, Seq: record.Seq}, Secret: secret}, err
	}
	secret := newSecret()
	sealed, err := b.seal(id, name, secret)
	if err != nil {
		return Made{}, err
	}
	keys := []Key{{ID: name, Sealed: sealed}}
	if len(h.Keys) > 0 {
		until := journal.Milli(b.now().Add(Overlap))
		keys = append(keys, Key{ID: h.Keys[0].ID, Sealed: h.Keys[0].Sealed, Until: &until})
	}
	h.Keys = keys
	return b.commit(ctx, h, rev, actRotate, by.ID, op, secret)
}

// Drop deletes the hook at revision rev and lets go what is queued for it.
// Dropping what is dropped changes nothing.
func (b *Book) Drop(ctx context.Context, by account.Actor, op, id string, rev uint64) (content.Stamp, error) {
	if err := admin(by); err != nil {
		return content.Stamp{}, err
	}
	key, err := hookKey(id)
	if err != nil {
		return content.Stamp{}, fmt.Errorf("drop hook: %w", err)
	}
	record, err := b.Store.Get(ctx, key)
	if err != nil {
		return content.Stamp{}, fmt.Errorf("drop hook %s: %w", id, err)
	}
	if record.State == nil {
		return content.Stamp{Rev: record.Rev, Seq: record.Seq}, nil
	}
	return b.write(ctx, journal.Change{Key: key, Rev: rev, Act: actDrop, Actor: by.ID, Op: op, At: b.now()})
}

// Get gives one hook without its secrets, and its revision.
func (b *Book) Get(ctx context.Context, by account.Actor, id string) (Hook, uint64, error) {
	if err := admin(by); err != nil {
		return Hook{}, 0, err
	}
	h, record, err := b.hook(ctx, id)
	return h.bare(), record.Rev, err
}

// All gives every hook, without secrets, by id, which is no order in time.
func (b *Book) All(ctx context.Context, by account.Actor) ([]Hook, error) {
	if err := admin(by); err != nil {
		return nil, err
	}
	all, err := b.all(ctx)
	for i := range all {
		all[i] = all[i].bare()
	}
	return all, err
}

func admin(by account.Actor) error {
	if by.ID == "" || !by.May("", account.Admin) {
		return ErrForbidden
	}
	return nil
}

// bare is the hook without its sealed secrets.
func (h Hook) bare() Hook {
	h.Keys = slices.Clone(h.Keys)
	for i := range h.Keys {
		h.Keys[i].Sealed = ""
	}
	return h
}

func hookKey(id string) (journal.Key, error) {
	key := journal.Key{Kind: KindHook, ID: id}
	if key.Check() != nil {
		return key, journal.ErrNotFound
	}
	return key, nil
}

// hook reads the hook that stands.
func (b *Book) hook(ctx context.Context, id string) (Hook, journal.Record, error) {
	return b.revision(ctx, id, 0)
}

// revision reads one revision of a hook, 0 the one that stands.
func (b *Book) revision(ctx context.Context, id string, rev uint64) (h Hook, record journal.Record, err error) {
	key, err := hookKey(id)
	if err != nil {
		return h, record, fmt.Errorf("hook %s: %w", shown(id), err)
	}
	if rev == 0 {
		record, err = b.Store.Get(ctx, key)
	} else {
		record, err = b.Store.GetRev(ctx, key, rev)
	}
	if err == nil && record.State == nil {
		err = journal.ErrNotFound
	}
	if err == nil {
		h, err = decode(record.State)
	}
	if err != nil {
		return Hook{}, journal.Record{}, fmt.Errorf("hook %s: %w", id, err)
	}
	return h, record, nil
}

func (b *Book) all(ctx context.Context) ([]Hook, error) {
	var all []Hook
	_, err := b.Store.Scan(ctx, []string{KindHook}, func(r journal.Record) error {
		h, err := decode(r.State)
		if err == nil {
			all = append(all, h)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read hooks: %w", err)
	}
	return all, nil
}

func (b *Book) commit(ctx context.Context, h Hook, rev uint64, act, actor, op, secret string) (Made, error) {
	state, err := journal.Encode(h)
	if err != nil {
		return Made{}, err
	}
	stamp, err := b.write(ctx, journal.Change{
		Key: journal.Key{Kind: KindHook, ID: h.ID}, Rev: rev, State: state, Act: act, Actor: actor, Op: op, At: b.now(),
	})
	if err != nil {
		return Made{}, err
	}
	return Made{Hook: h.bare(), Stamp: stamp, Secret: secret}, nil
}

func (b *Book) write(ctx context.Context, c journal.Change) (content.Stamp, error) {
	results, err := b.Store.Commit(ctx, c)
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return content.Stamp{}, fmt.Errorf("%s hook %s: %w", c.Act, c.ID, err)
	}
	return content.Stamp{Rev: results[0].Entry.Rev, Seq: results[0].Entry.Seq}, nil
}

func (b *Book) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}

func (b *Book) log() *slog.Logger {
	if b.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return b.Log
}
