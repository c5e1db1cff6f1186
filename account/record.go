package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"kepu/journal"
)

// claims are the rows of the slate that are the person's.
func (p person) claims() []string {
	all := []string{namePrefix + p.Name}
	if p.Outside != nil {
		all = append(all, p.Outside.claim())
	}
	return all
}

func (p person) claim(key string) bool { return slices.Contains(p.claims(), key) }

// claim is the row that says whose the subject is.
func (s subject) claim() string {
	sum := sha256.Sum256([]byte(s.Issuer + "\x00" + s.ID))
	return outsidePrefix + hex.EncodeToString(sum[:])
}

// person reads a user; journal.ErrNotFound where there is none, or no more.
func (a *Accounts) person(ctx context.Context, id string) (person, journal.Record, error) {
	key := journal.Key{Kind: KindUser, ID: id}
	if key.Check() != nil {
		return person{}, journal.Record{}, fmt.Errorf("user: %w", journal.ErrNotFound)
	}
	record, err := a.Store.Get(ctx, key)
	if err == nil && record.State == nil || errors.Is(err, journal.ErrErased) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return person{}, journal.Record{}, fmt.Errorf("user %s: %w", id, err)
	}
	p, err := decode[person](record.State)
	if err != nil {
		return person{}, journal.Record{}, fmt.Errorf("user %s: %w", id, err)
	}
	return p, record, nil
}

// named reads the user of a folded name; journal.ErrNotFound where there is none.
func (a *Accounts) named(ctx context.Context, folded string) (person, error) {
	return a.claimant(ctx, namePrefix+folded)
}

// claimant reads the user whose the claim is and who holds what is claimed.
func (a *Accounts) claimant(ctx context.Context, key string) (person, error) {
	id, err := a.claimed(ctx, key)
	if err != nil {
		return person{}, fmt.Errorf("look up a user: %w", err)
	}
	if id == "" {
		return person{}, fmt.Errorf("look up a user: %w", journal.ErrNotFound)
	}
	p, _, err := a.person(ctx, id)
	if err == nil && !p.claim(key) {
		return person{}, fmt.Errorf("look up a user: %w", journal.ErrNotFound)
	}
	return p, err
}

// Actor is the user as the rules see them, with the grants of this moment. One
// who is disabled, erased or was never there is journal.ErrNotFound. Nothing is
// kept between calls: a change on any node counts at the next.
func (a *Accounts) Actor(ctx context.Context, id string) (Actor, error) {
	p, _, err := a.person(ctx, id)
	if err != nil {
		return Actor{}, err
	}
	if p.Disabled != nil {
		return Actor{}, fmt.Errorf("user %s: %w", id, journal.ErrNotFound)
	}
	return Actor{ID: p.ID, Grants: p.Grants}, nil
}

// changeTries is how often a change is repeated over another writer's.
const changeTries = 10

// change writes a user anew as fn leaves it; where fn changes nothing, nothing
// is written. Another's change in between makes fn run again on what stands, so
// fn decides by what it is given.
func (a *Accounts) change(ctx context.Context, by By, id, act string, fn func(p *person) error) (person, error) {
	for try := 1; ; try++ {
		p, record, err := a.person(ctx, id)
		if err != nil {
			return person{}, fmt.Errorf("%s: %w", act, err)
		}
		if err := fn(&p); err != nil {
			return person{}, fmt.Errorf("%s user %s: %w", act, id, err)
		}
		state, err := journal.Encode(p)
		if err != nil {
			return person{}, fmt.Errorf("%s user %s: %w", act, id, err)
		}
		if bytes.Equal(state, record.State) {
			return p, nil
		}
		err = a.commit(ctx, journal.Change{
			Key: record.Key, Rev: record.Rev, State: state, Act: act, Actor: by.ID, Op: by.Op, At: a.now(),
		})
		if err == nil || try == changeTries || !errors.Is(err, journal.ErrConflict) {
			return p, err
		}
	}
}

func (a *Accounts) commit(ctx context.Context, change journal.Change) error {
	results, err := a.Store.Commit(ctx, change)
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return fmt.Errorf("%s %s %s: %w", change.Act, change.Kind, change.ID, err)
	}
	return nil
}

// erase removes a record and all that was kept of it but its entries; one that
// another call erased is fine.
func (a *Accounts) erase(ctx context.Context, record journal.Record, act string, by By) error {
	result, err := a.Store.Erase(ctx, journal.Change{Key: record.Key, Rev: record.Rev, Act: act, Actor: by.ID, Op: by.Op, At: a.now()})
	if err == nil {
		err = result.Err
	}
	if err != nil && !errors.Is(err, journal.ErrErased) {
		return fmt.Errorf("%s %s %s: %w", act, record.Kind, record.ID, err)
	}
	return nil
}

// people calls fn with every user there is.
func (a *Accounts) people(ctx context.Context, fn func(person)) error {
	_, err := a.Store.Scan(ctx, []string{KindUser}, func(r journal.Record) error {
		p, err := decode[person](r.State)
		if err != nil {
			return fmt.Errorf("user %s: %w", r.ID, err)
		}
		fn(p)
		return nil
	})
	return err
}

// The lease keeps two administrators from taking each other's rights away at
// once, on whatever nodes: no commit sees two records.
const (
	leaseKey   = "lease/administrators"
	leaseLife  = 30 * time.Second
	leaseWait  = 10 * time.Second
	leaseRetry = 20 * time.Millisecond
)

// aside runs fn while nobody else takes administrators away.
func (a *Accounts) aside(ctx context.Context, fn func(ctx context.Context) error) error {
	waiting, stop := context.WithTimeout(ctx, leaseWait)
	defer stop()
	tick := time.NewTicker(leaseRetry)
	defer tick.Stop()
	for {
		results, err := a.Slate.Put(waiting, journal.Row{Key: leaseKey, Value: []byte("{}"), Expires: a.now().Add(leaseLife)})
		if err != nil {
			return fmt.Errorf("wait for other administrators: %w", err)
		}
		if err := results[0].Err; err == nil {
			// Half of its life: what fn commits is committed while the lease holds.
			working, done := context.WithTimeout(ctx, leaseLife/2)
			defer done()
			err := fn(working)
			closing, closed := context.WithTimeout(context.WithoutCancel(ctx), leaseWait)
			defer closed()
			_ = a.Slate.Delete(closing, leaseKey, results[0].Version) // else it ends by itself; what fn did stands
			return err
		} else if !errors.Is(err, journal.ErrConflict) {
			return fmt.Errorf("wait for other administrators: %w", err)
		}
		select {
		case <-tick.C:
		case <-waiting.Done():
			return fmt.Errorf("wait for other administrators: %w", waiting.Err())
		}
	}
}

// othersGovern is nil where somebody but the user administers everything.
func (a *Accounts) othersGovern(ctx context.Context, id string) error {
	found := false
	if err := a.people(ctx, func(p person) { found = found || p.ID != id && p.governor() }); err != nil {
		return err
	}
	if !found {
		return invalid("grants", "这是最后一位全省管理员，先让另一个人当管理员")
	}
	return nil
}
