package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kepu/journal"
)

// Acts on users and tokens, as the journal names them.
const (
	actFirst    = "first"
	actAdd      = "add"
	actGrant    = "grant"
	actDisplay  = "display"
	actDisable  = "disable"
	actEnable   = "enable"
	actPassword = "password"
	actReset    = "reset"
	actRehash   = "rehash"
	actSecond   = "second"
	actDrop     = "drop-second"
	actRecover  = "recover"
	actLink     = "link"
	actUnlink   = "unlink"
	actSignOut  = "sign-out"
	actErase    = "erase"
	actEnd      = "end"
)

// systemActor is who acts where no person does.
const systemActor = "system"

// FirstName is the login name of the first administrator, unless it is taken.
const FirstName = "admin"

// firstNames is how many names are tried for the first administrator.
const firstNames = 9

// New is what a user is made of.
type New struct {
	Name     string // to sign in with
	Display  string // "": the name
	Grants   []Grant
	Password string // "": one is drawn
}

// First makes the first administrator of a store that has none and gives their
// login name and one-time password; on any other store, and on all but one of
// several nodes that start at once, both are "". The password is shown nowhere
// again.
func (a *Accounts) First(ctx context.Context) (name, password string, err error) {
	_, err = a.Store.Get(ctx, journal.Key{Kind: KindUser, ID: FirstID})
	if err == nil || errors.Is(err, journal.ErrErased) {
		return "", "", nil
	} else if !errors.Is(err, journal.ErrNotFound) {
		return "", "", fmt.Errorf("first administrator: %w", err)
	}
	governed := false
	if err := a.people(ctx, func(p person) { governed = governed || p.governor() }); err != nil {
		return "", "", fmt.Errorf("first administrator: %w", err)
	}
	if governed {
		return "", "", nil
	}
	for n := 1; ; n++ {
		if name = FirstName; n > 1 {
			name += "-" + strconv.Itoa(n)
		}
		err := a.claim(ctx, namePrefix+name, FirstID)
		if err == nil {
			break
		}
		if !errors.Is(err, errTaken) || n == firstNames {
			return "", "", fmt.Errorf("first administrator: %w", err)
		}
	}
	now := a.now()
	p := person{
		V: Format, ID: FirstID, Name: name, Display: Admin.Name(), Grants: []Grant{{Role: Admin}}, Created: now, Changed: &now, MustChange: true,
	}
	password = a.draw("", "")
	if p.Password, err = a.hash(ctx, password, nil); err != nil {
		return "", "", fmt.Errorf("first administrator: %w", err)
	}
	err = a.create(ctx, p, actFirst, By{Actor: Actor{ID: systemActor}, Op: "account/first"})
	switch {
	case err == nil:
		return name, password, nil
	case errors.Is(err, journal.ErrConflict), errors.Is(err, journal.ErrOp), errors.Is(err, journal.ErrErased):
		return "", "", nil // another node was first
	}
	return "", "", err
}

func (a *Accounts) create(ctx context.Context, p person, act string, by By) error {
	state, err := journal.Encode(p)
	if err != nil {
		return err
	}
	return a.commit(ctx, journal.Change{
		Key: journal.Key{Kind: KindUser, ID: p.ID}, State: state, Act: act, Actor: by.ID, Op: by.Op, At: p.Created,
	})
}

// Add makes a user. A password that is not given is drawn, given back and has to
// be changed at the first sign-in, as has one that somebody else but the
// operator chose. The same Op gives the same user and password again. A name
// that is taken, a weak password and a grant that is none are *journal.Invalid;
// ErrDenied where the actor does not administer what is granted.
func (a *Accounts) Add(ctx context.Context, by By, n New) (u User, password string, err error) {
	grants, err := tidy(n.Grants)
	if err != nil {
		return User{}, "", err
	}
	if err := governs(by.Actor, grants); err != nil {
		return User{}, "", fmt.Errorf("add user: %w", err)
	}
	name, err := Fold(n.Name)
	if err != nil {
		return User{}, "", err
	}
	shown, err := display(n.Display, name)
	if err != nil {
		return User{}, "", err
	}
	id, password := journal.NewID(), n.Password
	if by.Op != "" {
		id = journal.IDFor("user", by.Op)
	}
	if password == "" {
		password = a.draw("add", by.Op)
	} else if err := a.Profile.Check(password, name); err != nil {
		return User{}, "", err
	}
	now := a.now()
	p := person{
		V: Format, ID: id, Name: name, Display: shown, Grants: grants, Created: now, Changed: &now,
		MustChange: n.Password == "" || by.ID != OperatorID,
	}
	if by.Op != "" {
		if again, done, err := a.added(ctx, p); done || err != nil {
			return again, drawn(n, password), err
		}
	}
	prepared, err := prepare(password)
	if err != nil {
		return User{}, "", err
	}
	if p.Password, err = a.hash(ctx, prepared, nil); err != nil {
		return User{}, "", fmt.Errorf("add user: %w", err)
	}
	switch err := a.claim(ctx, namePrefix+name, id); {
	case errors.Is(err, errTaken):
		return User{}, "", invalid("name", "登录名“%s”已经有人用了", name)
	case err != nil:
		return User{}, "", fmt.Errorf("add user: %w", err)
	}
	if err := a.create(ctx, p, actAdd, by); err != nil {
		return User{}, "", err
	}
	return p.user(), drawn(n, password), nil
}

// drawn is the password to show: none where the caller chose it.
func drawn(n New, password string) string {
	if n.Password != "" {
		return ""
	}
	return password
}

// added finds the user that the same operation made before.
func (a *Accounts) added(ctx context.Context, want person) (User, bool, error) {
	key := journal.Key{Kind: KindUser, ID: want.ID}
	record, err := a.Store.GetRev(ctx, key, 1)
	if errors.Is(err, journal.ErrNotFound) {
		return User{}, false, nil
	} else if err != nil {
		return User{}, false, fmt.Errorf("add user: %w", err)
	}
	p, err := decode[person](record.State)
	if err != nil {
		return User{}, false, fmt.Errorf("add user: %w", err)
	}
	if p.Name != want.Name || p.Display != want.Display || !slices.Equal(p.Grants, want.Grants) {
		return User{}, false, fmt.Errorf("add user: %w", journal.ErrOp)
	}
	return p.user(), true, nil
}

// List gives the users that the actor administers, by name.
func (a *Accounts) List(ctx context.Context, by Actor) ([]User, error) {
	if !by.Is(Admin) {
		return nil, fmt.Errorf("list users: %w", ErrDenied)
	}
	by.ReadOnly = false // looking is reading
	var all []User
	if err := a.people(ctx, func(p person) {
		if governs(by, p.Grants) == nil {
			all = append(all, p.user())
		}
	}); err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	slices.SortFunc(all, func(a, b User) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Find gives a user to whoever administers them, and to themselves; to others
// they are journal.ErrNotFound.
func (a *Accounts) Find(ctx context.Context, by Actor, id string) (User, error) {
	p, _, err := a.person(ctx, id)
	if err != nil {
		return User{}, err
	}
	return visible(by, p)
}

// Named is Find by the login name.
func (a *Accounts) Named(ctx context.Context, by Actor, name string) (User, error) {
	folded, err := Fold(name)
	if err != nil {
		return User{}, err
	}
	p, err := a.named(ctx, folded)
	if err != nil {
		return User{}, err
	}
	return visible(by, p)
}

func visible(by Actor, p person) (User, error) {
	by.ReadOnly = false // looking is reading
	if by.ID != p.ID && governs(by, p.Grants) != nil {
		return User{}, fmt.Errorf("user %s: %w", p.ID, journal.ErrNotFound)
	}
	return p.user(), nil
}

// Displays gives the display names of those of the ids that are users', to be
// shown beside what they did. It asks nobody's leave.
func (a *Accounts) Displays(ctx context.Context, ids ...string) (map[string]string, error) {
	keys := make([]journal.Key, 0, len(ids))
	for _, id := range ids {
		if key := (journal.Key{Kind: KindUser, ID: id}); key.Check() == nil && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	names := make(map[string]string, len(keys))
	if len(keys) == 0 {
		return names, nil
	}
	held, err := a.Store.Gets(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	for key, record := range held {
		if record.State == nil {
			continue
		}
		p, err := decode[person](record.State)
		if err != nil {
			return nil, fmt.Errorf("read names: %w", err)
		}
		names[key.ID] = p.Display
	}
	return names, nil
}
