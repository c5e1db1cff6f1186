package account

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kepu/journal"
)

// over is nil where the actor administers another person: ErrDenied for who is
// no administrator and for oneself, journal.ErrNotFound for who is out of reach.
func over(by Actor, p person) error {
	switch {
	case by.ReadOnly || !by.Is(Admin):
		return ErrDenied
	case governs(by, p.Grants) != nil:
		return journal.ErrNotFound
	case by.ID == p.ID:
		return ErrDenied
	}
	return nil
}

// SetGrants replaces what a person may do; it counts at once, for open sessions
// too. Nobody changes their own grants, gives what they do not administer, or
// takes the last administrator of the province away.
func (a *Accounts) SetGrants(ctx context.Context, by By, id string, grants []Grant) (u User, err error) {
	grants, err = tidy(grants)
	if err != nil {
		return User{}, err
	}
	return a.reduce(ctx, by, id, actGrant, func(p *person) error {
		if err := governs(by.Actor, grants); err != nil {
			return err
		}
		if !slices.Equal(p.Grants, grants) {
			p.Grants = grants
		}
		return nil
	})
}

// Disable keeps a person out until Enable: their sessions and tokens end at once
// and for good. Doing it again changes nothing.
func (a *Accounts) Disable(ctx context.Context, by By, id string) (User, error) {
	u, err := a.reduce(ctx, by, id, actDisable, func(p *person) error {
		if p.Disabled == nil {
			now := a.now()
			p.Disabled = &now
			p.Sessions++
			p.Tokens++
		}
		return nil
	})
	if err != nil {
		return User{}, err
	}
	return u, a.forget(ctx, id)
}

// Enable lets a person in again; what was ended stays so.
func (a *Accounts) Enable(ctx context.Context, by By, id string) (User, error) {
	p, err := a.change(ctx, by, id, actEnable, func(p *person) error {
		p.Disabled = nil
		return over(by.Actor, *p)
	})
	return p.user(), err
}

// reduce is change for what may take an administrator away.
func (a *Accounts) reduce(ctx context.Context, by By, id, act string, fn func(p *person) error) (u User, err error) {
	err = a.aside(ctx, func(ctx context.Context) error {
		p, err := a.change(ctx, by, id, act, func(p *person) error {
			if err := over(by.Actor, *p); err != nil {
				return err
			}
			governed := p.governor()
			if err := fn(p); err != nil {
				return err
			}
			if governed && !p.governor() {
				return a.othersGovern(ctx, id)
			}
			return nil
		})
		u = p.user()
		return err
	})
	return u, err
}

// SetDisplay changes the name a person is shown under: one's own, or as an
// administrator.
func (a *Accounts) SetDisplay(ctx context.Context, by By, id, name string) (User, error) {
	p, err := a.change(ctx, by, id, actDisplay, func(p *person) (err error) {
		if by.ID != id || by.ReadOnly {
			if err := over(by.Actor, *p); err != nil {
				return err
			}
		}
		p.Display, err = display(name, p.Name)
		return err
	})
	return p.user(), err
}

// Unlink forgets which outside person a user is; the next sign-in from outside
// may link another.
func (a *Accounts) Unlink(ctx context.Context, by By, id string) (User, error) {
	var was *subject
	p, err := a.change(ctx, by, id, actUnlink, func(p *person) error {
		if p.Outside != nil {
			was = p.Outside
		}
		p.Outside = nil
		return over(by.Actor, *p)
	})
	if err == nil && was != nil {
		err = a.free(ctx, was.claim(), id)
	}
	return p.user(), err
}

// Erase forgets a person: every state of theirs and of their tokens is removed,
// the login name is free again, sessions end. What they did stays in the journal
// under an id that names nobody. Repeating it finishes an interrupted one.
func (a *Accounts) Erase(ctx context.Context, by By, id string) error {
	if by.ReadOnly || !by.Is(Admin) {
		return fmt.Errorf("erase user: %w", ErrDenied)
	}
	p, _, err := a.person(ctx, id)
	if errors.Is(err, journal.ErrNotFound) {
		return a.finishErase(ctx, by, id)
	} else if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	// Nobody is an administrator while being erased: that the last one stays is
	// checked there.
	if _, err := a.Disable(ctx, By{Actor: by.Actor}, id); err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	if err := a.eraseTokens(ctx, by.ID, id); err != nil {
		return err
	}
	for try := 1; ; try++ {
		_, record, err := a.person(ctx, id)
		if errors.Is(err, journal.ErrNotFound) {
			return a.finishErase(ctx, by, id) // another was faster
		} else if err != nil {
			return fmt.Errorf("erase: %w", err)
		}
		err = a.erase(ctx, record, actErase, by)
		if err == nil {
			break
		}
		if try == changeTries || !errors.Is(err, journal.ErrConflict) {
			return err
		}
	}
	for _, key := range p.claims() {
		if err := a.free(ctx, key, id); err != nil {
			return fmt.Errorf("erase user %s: %w", id, err)
		}
	}
	return nil
}

// finishErase goes on where an erasure was cut off: the deletion is committed,
// but states may be left. It is journal.ErrNotFound where there was never one.
func (a *Accounts) finishErase(ctx context.Context, by By, id string) error {
	key := journal.Key{Kind: KindUser, ID: id}
	record, err := a.Store.Get(ctx, key)
	if errors.Is(err, journal.ErrErased) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("erase user %s: %w", id, err)
	}
	if err := a.erase(ctx, record, actErase, by); err != nil {
		return err
	}
	_, err = a.Settle(ctx)
	return err
}
