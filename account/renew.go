package account

import (
	"context"
	"errors"
	"fmt"

	"kepu/journal"
)

// again asks for the password of somebody who is signed in, before something
// that a stolen session must not do. Guesses count against the person alone.
func (a *Accounts) again(ctx context.Context, p person, password string) error {
	key := a.guessKey("self", p.ID)
	if err := a.charge(ctx, key, personRule); err != nil {
		return err
	}
	fits, _, err := a.fits(ctx, p.Password, password)
	if err != nil {
		return errors.Join(err, a.refund(context.WithoutCancel(ctx), key))
	}
	if !fits {
		return ErrCredentials
	}
	return a.clear(ctx, key)
}

// SetPassword changes one's own password: of whose session token is, given the
// old one. Every session of theirs ends, and the one given back begins. A weak
// password, and the old one again, are *journal.Invalid; ErrCredentials where
// the old one is wrong.
func (a *Accounts) SetPassword(ctx context.Context, token, old, password string) (Entrance, error) {
	p, _, s, err := a.resume(ctx, token)
	if err != nil {
		return Entrance{}, err
	}
	if err := a.Profile.Check(password, p.Name); err != nil {
		return Entrance{}, err
	}
	if err := a.again(ctx, p, old); err != nil {
		return Entrance{}, fmt.Errorf("set password: %w", err)
	}
	same, _, err := a.fits(ctx, p.Password, password)
	if err != nil {
		return Entrance{}, fmt.Errorf("set password: %w", err)
	}
	if same {
		return Entrance{}, invalid("password", "新密码和旧密码一样，请换一个")
	}
	p, err = a.replace(ctx, By{Actor: Actor{ID: p.ID}}, p.ID, actPassword, password, false, func(now person) error {
		if now.Password != p.Password || now.Disabled != nil {
			return journal.ErrConflict // changed meanwhile: the old one is not the old one
		}
		return nil
	})
	if err != nil {
		return Entrance{}, err
	}
	return a.open(ctx, p, s.Label, s.Outside)
}

// ResetPassword gives another person a new password: the one named, or "" for
// one that is drawn, given back and shown nowhere again. Their sessions end. They
// have to change it at the next sign-in, unless the operator named it. The same
// Op gives the same drawn password again, as long as it stands.
func (a *Accounts) ResetPassword(ctx context.Context, by By, id, password string) (drawn string, err error) {
	p, _, err := a.person(ctx, id)
	if err != nil {
		return "", err
	}
	if err := over(by.Actor, p); err != nil {
		return "", fmt.Errorf("reset password of %s: %w", id, err)
	}
	must := by.ID != OperatorID
	if password == "" {
		drawn, must = a.draw("reset", by.Op), true
		password = drawn
	} else if err := a.Profile.Check(password, p.Name); err != nil {
		return "", err
	}
	if by.Op != "" { // a salt is drawn each time: the store would take a repetition for something else
		if same, _, err := a.fits(ctx, p.Password, password); err != nil || same && p.MustChange == must {
			return drawn, err
		}
	}
	_, err = a.replace(ctx, by, id, actReset, password, must, func(now person) error { return over(by.Actor, now) })
	if err != nil {
		return "", err
	}
	return drawn, nil
}

// replace keeps a new password of a person whom check lets pass, and ends their
// sessions.
func (a *Accounts) replace(ctx context.Context, by By, id, act, password string, must bool, check func(now person) error) (person, error) {
	prepared, err := prepare(password)
	if err != nil {
		return person{}, err
	}
	hash, err := a.hash(ctx, prepared, nil)
	if err != nil {
		return person{}, fmt.Errorf("%s user %s: %w", act, id, err)
	}
	p, err := a.change(ctx, by, id, act, func(p *person) error {
		if err := check(*p); err != nil {
			return err
		}
		now := a.now()
		p.Password, p.Changed, p.MustChange = hash, &now, must
		p.Sessions++
		return nil
	})
	if err != nil {
		return person{}, err
	}
	return p, a.forget(ctx, id)
}
