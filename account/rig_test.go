package account_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/account"
	"kepu/journal"
	"kepu/storage/sqlite"
)

// house is accounts over a real store whose clock stands still until it is
// moved. Hashes cost little: what is tested is not how long they take.
type house struct {
	*account.Accounts
	store *sqlite.Store
	clock *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var (
	noon  = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	cheap = account.Cost{Memory: 64, Time: 1, Threads: 1}
	root  = account.By{Actor: account.Operator()}
	desk  = netip.MustParseAddr("192.0.2.7")
)

func open(t testing.TB) *house {
	t.Helper()
	c := &clock{at: noon}
	secret := journal.NewSecret()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"), sqlite.Options{Secret: secret, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{store: store, clock: c}
	h.Accounts = &account.Accounts{Store: store, Slate: store.Slate(), Secret: secret, Cost: cheap, Now: c.now}
	return h
}

// beside is another node on the same stores.
func (h *house) beside() *account.Accounts {
	return &account.Accounts{Store: h.Store, Slate: h.Slate, Secret: h.Secret, Cost: cheap, Now: h.clock.now, Profile: h.Profile}
}

const good = "correct horse 电池 staple"

// person adds a user whose password is good, and who need not change it.
func (h *house) person(t testing.TB, name string, grants ...account.Grant) account.User {
	t.Helper()
	u, _, err := h.Add(t.Context(), root, account.New{Name: name, Grants: grants, Password: good})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// try is an attempt of somebody with the right password at a desk.
func try(name string) account.Attempt {
	return account.Attempt{Name: name, Password: good, Label: "Firefox 在 Debian 上", From: desk}
}

func (h *house) in(t testing.TB, name string) account.Entrance {
	t.Helper()
	e, err := h.SignIn(t.Context(), try(name))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// by is the user acting with all they hold.
func by(u account.User) account.By {
	return account.By{Actor: account.Actor{ID: u.ID, Grants: u.Grants}}
}

func grant(role account.Role, region ...string) account.Grant {
	return account.Grant{Role: role, Region: strings.Join(region, "")}
}

func (h *house) head(t testing.TB) uint64 {
	t.Helper()
	head, err := h.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head.Seq
}

// want fails unless err is, and says so.
func want(t testing.TB, what string, err, is error) {
	t.Helper()
	if !errors.Is(err, is) {
		t.Errorf("%s: %v, want %v", what, err, is)
	}
}

// refused fails unless err is a *journal.Invalid about the field.
func refused(t testing.TB, what string, err error, field string) {
	t.Helper()
	var invalid *journal.Invalid
	if !errors.As(err, &invalid) || invalid.Problems[0].Field != field {
		t.Errorf("%s: %v, want a problem of %s", what, err, field)
	}
}

// wait fails unless err asks to wait, and gives how long.
func wait(t testing.TB, what string, err error) time.Duration {
	t.Helper()
	var w *account.Wait
	if !errors.As(err, &w) || w.After <= 0 {
		t.Errorf("%s: %v, want a wait", what, err)
		return 0
	}
	return w.After
}

// together runs n calls at once and gives their errors.
func together(ctx context.Context, n int, call func(ctx context.Context, i int) error) []error {
	errs := make([]error, n)
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-begin
			errs[i] = call(ctx, i)
		})
	}
	close(begin)
	all.Wait()
	return errs
}

// code is what an app shows for a seed: RFC 6238, written here anew.
func code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	if err := binary.Write(mac, binary.BigEndian, at.Unix()/30); err != nil {
		t.Fatal(err)
	}
	sum := mac.Sum(nil)
	at4 := sum[sum[19]&15:]
	n := uint32(at4[0]&0x7f)<<24 | uint32(at4[1])<<16 | uint32(at4[2])<<8 | uint32(at4[3])
	return fmt.Sprintf("%06d", n%1e6)
}
