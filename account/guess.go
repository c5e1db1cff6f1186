package account

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"kepu/journal"
)

// What guessing is met with. Nobody is locked out for ever, and nobody by
// others' guesses alone: a browser that signed in before has a count of its own.
// Five failures and a quarter of an hour are what 等保三级 is commonly held to.
const (
	guessFree    = 5                // failures without a wait
	guessFirst   = 30 * time.Second // the wait after them, doubled by each further one
	guessLongest = 15 * time.Minute
	guessKept    = 24 * time.Hour // from the last failure, then all is forgotten

	// Of one network: a school or an office signs in from one address.
	netFailures = 100
	netWindow   = 15 * time.Minute
)

// DeviceLife is how long a browser is known by after a sign-in.
const DeviceLife = 180 * 24 * time.Hour

const guessPrefix = "guess/"

// countWait is how long giving a charge back may take after the caller's time is
// over.
const countWait = 10 * time.Second

// tally is the row of a count. Its key is an HMAC: the slate holds neither
// addresses nor what was typed as a name.
type tally struct {
	Fails int       `json:"fails"`
	Since time.Time `json:"since"` // of the first failure
	Last  time.Time `json:"last"`  // of the last
}

// rule says how long a count has to wait, and from when it starts anew.
type rule func(t tally, now time.Time) (wait time.Duration, over bool)

// personRule doubles the wait with each failure. Where the clock went back
// behind the last failure it lets one through, which counts from then on.
func personRule(t tally, now time.Time) (time.Duration, bool) {
	if t.Fails < guessFree || t.Last.After(now) {
		return 0, false
	}
	wait := guessLongest
	if doubled := t.Fails - guessFree; doubled < 6 {
		wait = min(guessFirst<<doubled, guessLongest)
	}
	return t.Last.Add(wait).Sub(now), false
}

// netRule counts failures in a window.
func netRule(t tally, now time.Time) (time.Duration, bool) {
	end := t.Since.Add(netWindow)
	if !now.Before(end) || t.Since.After(now) {
		return 0, true
	}
	if t.Fails < netFailures {
		return 0, false
	}
	return end.Sub(now), false
}

func (a *Accounts) guessKey(sort string, what string) string {
	return guessPrefix + sort + "/" + hex.EncodeToString(a.derive("guess", sort, what)[:16])
}

// netKey is the count of the network an address is in: an IPv4 address, or the
// /64 that one IPv6 customer has.
func (a *Accounts) netKey(from netip.Addr) string {
	from = from.Unmap().WithZone("")
	if from.Is6() {
		if p, err := from.Prefix(64); err == nil {
			from = p.Addr()
		}
	}
	return a.guessKey("net", from.String())
}

// charge counts a failure before it is known to be one, so that many tries at
// once are not one try; it gives *Wait where there were too many.
func (a *Accounts) charge(ctx context.Context, key string, r rule) error {
	return a.count(ctx, key, func(t *tally) error {
		now := a.now()
		wait, over := r(*t, now)
		if wait > 0 {
			return &Wait{After: wait}
		}
		if over || t.Fails == 0 {
			*t = tally{Since: now}
		}
		t.Fails++
		t.Last = now
		return nil
	})
}

// refund takes a charge back: it was no failure.
func (a *Accounts) refund(ctx context.Context, key string) error {
	return a.count(ctx, key, func(t *tally) error {
		t.Fails = max(0, t.Fails-1)
		return nil
	})
}

// clear forgets a count.
func (a *Accounts) clear(ctx context.Context, key string) error {
	return a.count(ctx, key, func(t *tally) error {
		t.Fails = 0
		return nil
	})
}

// count changes a count, however many do so at once.
func (a *Accounts) count(ctx context.Context, key string, fn func(t *tally) error) error {
	for {
		row, err := a.Slate.Get(ctx, key)
		if errors.Is(err, journal.ErrNotFound) {
			row = journal.Row{Key: key}
		} else if err != nil {
			return fmt.Errorf("count guesses: %w", err)
		}
		var t tally
		if row.Value != nil {
			if err := json.Unmarshal(row.Value, &t); err != nil {
				return fmt.Errorf("count guesses: %w", err)
			}
		}
		if err := fn(&t); err != nil {
			return err
		}
		if t.Fails == 0 {
			if row.Version == 0 {
				return nil
			}
			err = a.Slate.Delete(ctx, key, row.Version)
		} else {
			if row.Value, err = json.Marshal(t); err != nil {
				return fmt.Errorf("count guesses: %w", err)
			}
			row.Expires = t.Last.Add(guessKept)
			var results []journal.RowResult
			if results, err = a.Slate.Put(ctx, row); err == nil {
				err = results[0].Err
			}
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, journal.ErrConflict) {
			return fmt.Errorf("count guesses: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("count guesses: %w", err)
		}
	}
}

// A device token is user.time.nonce.mac: it says that this browser signed in
// well as that user, after OWASP's device cookies, and needs no row.

// newDevice makes the token of a browser that just signed in.
func (a *Accounts) newDevice(user string) string {
	text := user + "." + strconv.FormatInt(a.now().Unix(), 36) + "." + journal.NewID()
	return text + "." + a.deviceMAC(text)
}

func (a *Accounts) deviceMAC(text string) string {
	return base64.RawURLEncoding.EncodeToString(a.derive("device", text))
}

// deviceOf tells whether a token says that the browser signed in as the user.
func (a *Accounts) deviceOf(token, user string) bool {
	at := strings.LastIndexByte(token, '.')
	if at < 0 || user == "" || len(token) > 300 {
		return false
	}
	text, mac := token[:at], token[at+1:]
	if !hmac.Equal([]byte(mac), []byte(a.deviceMAC(text))) {
		return false
	}
	part := strings.Split(text, ".")
	if len(part) != 3 || part[0] != user {
		return false
	}
	seconds, err := strconv.ParseInt(part[1], 36, 64)
	if err != nil {
		return false
	}
	age := a.now().Sub(time.Unix(seconds, 0))
	return age >= -skew && age < DeviceLife
}
