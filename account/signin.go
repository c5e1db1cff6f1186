package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"kepu/journal"
)

// signInMost is how long a sign-in takes at most, the wait for a turn at
// hashing included.
const signInMost = 30 * time.Second

// Attempt is one try at signing in. It is hidden when printed.
type Attempt struct {
	Name, Password string
	Code           string     // of the second factor, or a recovery code; "" none
	Device         string     // Entrance.Device of an earlier one; "" none
	Label          string     // of the browser, to know the session by
	From           netip.Addr // guesses are counted by its network; not kept. None: everybody may come by it
}

// String shows nothing.
func (Attempt) String() string { return "attempt" }

// GoString shows nothing.
func (Attempt) GoString() string { return "attempt" }

// LogValue shows nothing.
func (Attempt) LogValue() slog.Value { return slog.StringValue("attempt") }

// SignIn lets somebody in, under a session token that is always new. The errors
// are ErrCredentials (whatever was wrong, after the same work), ErrSecondFactor,
// and *Wait, where nothing was tried at all. Failures are counted by name, or by
// browser where Device is of one that signed in as that name before, and by
// network; success counts against nobody.
func (a *Accounts) SignIn(ctx context.Context, try Attempt) (Entrance, error) {
	ctx, cancel := context.WithTimeout(ctx, signInMost)
	defer cancel()
	e, err := a.signIn(ctx, try)
	if err != nil {
		return Entrance{}, fmt.Errorf("sign in: %w", err)
	}
	return e, nil
}

func (a *Accounts) signIn(ctx context.Context, try Attempt) (Entrance, error) {
	name, wrong := Fold(try.Name)
	if wrong != nil {
		name = "" // nobody's
	}
	p, err := a.named(ctx, name)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return Entrance{}, err
	}
	device := a.deviceOf(try.Device, p.ID)
	c := a.charges(try, name, device)
	if err := c.take(ctx); err != nil {
		return Entrance{}, err
	}
	fits, stale, err := a.fits(ctx, p.Password, try.Password)
	if err != nil {
		return Entrance{}, errors.Join(err, c.giveBack(ctx))
	}
	if !fits || p.Disabled != nil {
		return Entrance{}, ErrCredentials
	}
	if p.Second != nil {
		if try.Code == "" {
			return Entrance{}, errors.Join(ErrSecondFactor, c.giveBack(ctx))
		}
		if err := a.useCode(ctx, &p, try.Code); err != nil {
			return Entrance{}, err
		}
	}
	if err := c.clear(ctx); err != nil {
		return Entrance{}, err
	}
	if stale {
		if err := a.rehash(ctx, p, try.Password); err != nil {
			return Entrance{}, err
		}
	}
	e, err := a.open(ctx, p, try.Label, false)
	if err != nil {
		return Entrance{}, err
	}
	if e.Device = try.Device; !device {
		e.Device = a.newDevice(p.ID)
	}
	return e, nil
}

// rehash keeps a password that fits under the cost of today.
func (a *Accounts) rehash(ctx context.Context, p person, password string) error {
	prepared, err := prepare(password)
	if err != nil {
		return err
	}
	hash, err := a.hash(ctx, prepared, nil)
	if err != nil {
		return err
	}
	_, err = a.change(ctx, By{Actor: Actor{ID: p.ID}}, p.ID, actRehash, func(now *person) error {
		if now.Password == p.Password { // else: changed meanwhile
			now.Password = hash
		}
		return nil
	})
	return err
}

// charges are the counts of one attempt.
type charges struct {
	a    *Accounts
	keys []string
	rule []rule
}

func (a *Accounts) charges(try Attempt, name string, device bool) charges {
	if device {
		return charges{a, []string{a.guessKey("device", try.Device)}, []rule{personRule}}
	}
	c := charges{a: a}
	if try.From.IsValid() {
		c.keys, c.rule = append(c.keys, a.netKey(try.From)), append(c.rule, netRule)
	}
	if name != "" {
		c.keys, c.rule = append(c.keys, a.guessKey("name", name)), append(c.rule, personRule)
	}
	return c
}

// take charges every count, or none.
func (c charges) take(ctx context.Context) error {
	for i, key := range c.keys {
		if err := c.a.charge(ctx, key, c.rule[i]); err != nil {
			return errors.Join(err, charges{c.a, c.keys[:i], nil}.giveBack(ctx))
		}
	}
	return nil
}

// giveBack takes the charges back, also where ctx has ended.
func (c charges) giveBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countWait)
	defer cancel()
	var errs []error
	for _, key := range c.keys {
		errs = append(errs, c.a.refund(ctx, key))
	}
	return errors.Join(errs...)
}

// clear forgets the failures of who was let in, also where ctx has ended; the
// network keeps its own but for this charge.
func (c charges) clear(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countWait)
	defer cancel()
	for i, key := range c.keys {
		forget := c.a.clear
		if len(c.keys) > 1 && i == 0 {
			forget = c.a.refund
		}
		if err := forget(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
