package account

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what RFC 6238 and every app use; HMAC-SHA-1 is not broken
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kepu/journal"
)

// The second factor is RFC 6238 with what every app knows: HMAC-SHA-1, six
// digits, 30 seconds. One step before and after is accepted for clocks that
// differ (section 5.2), each step once.
const (
	totpDigits = 6
	totpStep   = 30 // seconds
	totpSecret = 20 // bytes: the length of the hash, RFC 4226 section 4
	totpDrift  = 1  // steps
	totpUsed   = 24 * time.Hour
	totpStart  = 10 * time.Minute
	totpIssuer = "浙里科普"
)

const (
	usedPrefix  = "totp/"
	startPrefix = "totp-start/"
)

// A recovery code has 120 random bits, so that a plain hash is enough (ASVS 5.0,
// 6.5.2), in six groups of four letters.
const (
	recoveryCodes = 10
	recoveryBytes = 15
	recoveryChars = recoveryBytes * 8 / 5
)

// Seed is a second factor being set up. It is hidden when printed.
type Seed struct {
	Secret string // base32, to be typed into an app
	URI    string // otpauth://, to be shown as a QR code
}

// String shows nothing.
func (Seed) String() string { return "seed" }

// GoString shows nothing.
func (Seed) GoString() string { return "seed" }

// LogValue shows nothing.
func (Seed) LogValue() slog.Value { return slog.StringValue("seed") }

// StartTOTP begins to set up one's own second factor, given the password: the
// seed is good for ten minutes and for one ConfirmTOTP. A person who has a
// second factor keeps it until then.
func (a *Accounts) StartTOTP(ctx context.Context, by Actor, password string) (Seed, error) {
	p, err := a.self(ctx, by, password)
	if err != nil {
		return Seed{}, fmt.Errorf("start second factor: %w", err)
	}
	secret := make([]byte, totpSecret)
	rand.Read(secret) // never fails, see crypto/rand
	sealed, err := a.seal(p.ID, secret)
	if err != nil {
		return Seed{}, fmt.Errorf("start second factor: %w", err)
	}
	key := startPrefix + p.ID
	if err := a.endRow(ctx, key); err != nil && !errors.Is(err, journal.ErrNotFound) {
		return Seed{}, fmt.Errorf("start second factor: %w", err)
	}
	results, err := a.Slate.Put(ctx, journal.Row{Key: key, Value: []byte(sealed), Expires: a.now().Add(totpStart)})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return Seed{}, fmt.Errorf("start second factor: %w", err)
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	uri := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + totpIssuer + ":" + p.Name,
		RawQuery: url.Values{"secret": {text}, "issuer": {totpIssuer}}.Encode(),
	}
	return Seed{Secret: text, URI: uri.String()}, nil
}

// self reads the person who acts, in a session and with their password.
func (a *Accounts) self(ctx context.Context, by Actor, password string) (person, error) {
	if by.ReadOnly || by.Token != "" {
		return person{}, ErrDenied
	}
	p, _, err := a.person(ctx, by.ID)
	if err != nil {
		return person{}, err
	}
	if p.Disabled != nil {
		return person{}, ErrCredentials
	}
	return p, a.again(ctx, p, password)
}

// ConfirmTOTP makes the seed of StartTOTP the second factor, given a code made
// from it, and gives ten recovery codes, each good once in place of a code; they
// are shown nowhere again. ErrSecondFactor where the code is wrong,
// journal.ErrNotFound where nothing was started or ten minutes are over.
func (a *Accounts) ConfirmTOTP(ctx context.Context, by By, code string) (recovery []string, err error) {
	if by.ReadOnly || by.Token != "" {
		return nil, fmt.Errorf("confirm second factor: %w", ErrDenied)
	}
	row, err := a.Slate.Get(ctx, startPrefix+by.ID)
	if err != nil {
		return nil, fmt.Errorf("confirm second factor: %w", err)
	}
	guess := a.guessKey("self", by.ID)
	if err := a.charge(ctx, guess, personRule); err != nil {
		return nil, fmt.Errorf("confirm second factor: %w", err)
	}
	if err := a.useDigits(ctx, by.ID, hidden(row.Value), plainCode(code)); err != nil {
		return nil, fmt.Errorf("confirm second factor: %w", err)
	}
	if err := a.clear(ctx, guess); err != nil {
		return nil, fmt.Errorf("confirm second factor: %w", err)
	}
	var hashes []hidden
	for range recoveryCodes {
		raw := make([]byte, recoveryBytes)
		rand.Read(raw)
		text := base32.StdEncoding.EncodeToString(raw)
		hashes = append(hashes, a.recoveryHash(by.ID, text))
		var groups []string
		for group := range slices.Chunk([]byte(text), 4) {
			groups = append(groups, string(group))
		}
		recovery = append(recovery, strings.Join(groups, "-"))
	}
	_, err = a.change(ctx, by, by.ID, actSecond, func(p *person) error {
		p.Second = &second{Secret: hidden(row.Value), Recovery: hashes, Since: a.now()}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := a.endRow(ctx, row.Key); err != nil && !errors.Is(err, journal.ErrNotFound) {
		return nil, fmt.Errorf("confirm second factor: %w", err)
	}
	return recovery, nil
}

// DropTOTP takes a second factor away: one's own with the password, another's as
// their administrator.
func (a *Accounts) DropTOTP(ctx context.Context, by By, id, password string) error {
	if by.ID == id {
		if _, err := a.self(ctx, by.Actor, password); err != nil {
			return fmt.Errorf("drop second factor: %w", err)
		}
	}
	_, err := a.change(ctx, by, id, actDrop, func(p *person) error {
		p.Second = nil
		if by.ID == id {
			return nil
		}
		return over(by.Actor, *p)
	})
	return err
}

// plainCode is a code as it was typed: full-width digits, spaces and hyphens are
// how people and input methods write it.
func plainCode(code string) string {
	if len(code) > 100 {
		return ""
	}
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, norm.NFKC.String(code)))
}

// useCode uses up a code of the second factor or a recovery code;
// ErrSecondFactor where it is not, or no longer, good.
func (a *Accounts) useCode(ctx context.Context, p *person, code string) error {
	code = plainCode(code)
	if len(code) != recoveryChars {
		return a.useDigits(ctx, p.ID, p.Second.Secret, code)
	}
	hash := a.recoveryHash(p.ID, code)
	now, err := a.change(ctx, By{Actor: Actor{ID: p.ID}}, p.ID, actRecover, func(p *person) error {
		if p.Second == nil {
			return ErrSecondFactor
		}
		at := slices.IndexFunc(p.Second.Recovery, func(h hidden) bool {
			return subtle.ConstantTimeCompare([]byte(h), []byte(hash)) == 1
		})
		if at < 0 {
			return ErrSecondFactor
		}
		p.Second.Recovery = slices.Delete(p.Second.Recovery, at, at+1)
		return nil
	})
	if err == nil {
		*p = now
	}
	return err
}

// useDigits uses up a code of a sealed secret.
func (a *Accounts) useDigits(ctx context.Context, id string, sealed hidden, code string) error {
	secret, err := a.unseal(id, sealed)
	if err != nil {
		return fmt.Errorf("second factor of %s: %w", id, err)
	}
	now := a.now().Unix() / totpStep
	for step := now - totpDrift; step <= now+totpDrift; step++ {
		if subtle.ConstantTimeCompare([]byte(code), []byte(totp(secret, step))) != 1 {
			continue
		}
		results, err := a.Slate.Put(ctx, journal.Row{
			Key: usedPrefix + id + "/" + strconv.FormatInt(step, 10), Value: []byte("{}"), Expires: a.now().Add(totpUsed),
		})
		if err == nil {
			err = results[0].Err
		}
		if errors.Is(err, journal.ErrConflict) {
			return ErrSecondFactor // used before
		}
		return err
	}
	return ErrSecondFactor
}

// totp is the code of a step: RFC 4226, section 5.3.
func totp(secret []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	h := hmac.New(sha1.New, secret)
	h.Write(counter[:])
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

func (a *Accounts) recoveryHash(id, code string) hidden {
	return hidden(hex.EncodeToString(a.derive("recovery", id, code)))
}

// seal encrypts a secret of a user by AES-256-GCM under the installation's
// secret; it opens for that user only.
func (a *Accounts) seal(id string, secret []byte) (hidden, error) {
	box, err := a.box()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce)
	return hidden(base64.RawStdEncoding.EncodeToString(box.Seal(nonce, nonce, secret, []byte(id)))), nil
}

// errSealed says that a sealed secret does not open: it was altered, is another
// user's, or was sealed under another secret.
var errSealed = errors.New("sealed secret does not open")

func (a *Accounts) unseal(id string, sealed hidden) ([]byte, error) {
	box, err := a.box()
	if err != nil {
		return nil, err
	}
	raw, err := base64.RawStdEncoding.Strict().DecodeString(string(sealed))
	if err != nil || len(raw) < box.NonceSize() {
		return nil, errSealed
	}
	secret, err := box.Open(nil, raw[:box.NonceSize()], raw[box.NonceSize():], []byte(id))
	if err != nil || len(secret) != totpSecret {
		return nil, errSealed
	}
	return secret, nil
}

func (a *Accounts) box() (cipher.AEAD, error) {
	block, err := aes.NewCipher(a.Secret.Key("totp"))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
