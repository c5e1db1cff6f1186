package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"kepu/journal"
)

// TokenPrefix begins every bearer token, so that scanners for leaked secrets
// know one.
const TokenPrefix = "kepu_"

const (
	tokenLongest = 366 * 24 * time.Hour
	tokenUsual   = 90 * 24 * time.Hour
	tokensMost   = 50 // of one user
	tokenLabel   = 60 // characters
)

// Token is a bearer token as its owner may see it: a program acts with it as
// its owner, within Scope.
type Token struct {
	ID      string    `json:"id"`
	User    string    `json:"user"`
	Label   string    `json:"label"`
	Scope   []Grant   `json:"scope,omitempty"` // none: all that its owner holds
	Read    bool      `json:"read,omitempty"`  // and only to read
	Created time.Time `json:"created"`
	Ends    time.Time `json:"ends"`
}

// token is what is kept of one.
type token struct {
	V     int    `json:"v"`
	Hash  hidden `json:"hash"`            // SHA-256 of the random part
	Count int    `json:"count,omitempty"` // its owner's Tokens when it was made
	Token
}

// String names the token and nothing else.
func (t token) String() string { return "token " + t.ID }

// GoString names the token and nothing else.
func (t token) GoString() string { return t.String() }

// LogValue names the token and nothing else.
func (t token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// AddToken makes a bearer token of the actor's own (the operator makes one for
// t.User) and gives its value, which is shown nowhere again; the same Op gives it
// again. Ends of zero is 90 days away, a year and a day is the most. A scope its
// owner does not hold is *journal.Invalid; ErrDenied where the actor acts by a
// token, or holds less at this moment than the token would.
func (a *Accounts) AddToken(ctx context.Context, by By, t Token) (made Token, value string, err error) {
	if t.User == "" {
		t.User = by.ID
	}
	if by.ReadOnly || by.Actor.Token != "" || t.User != by.ID && by.ID != OperatorID {
		return Token{}, "", fmt.Errorf("add token: %w", ErrDenied)
	}
	owner, _, err := a.person(ctx, t.User)
	if err != nil {
		return Token{}, "", fmt.Errorf("add token: %w", err)
	}
	if owner.Disabled != nil {
		return Token{}, "", invalid("user", "这个人已停用，先启用再发令牌")
	}
	now := a.now()
	t.Created, t.ID = now, journal.NewID()
	if t.Ends.IsZero() {
		t.Ends = now.Add(tokenUsual)
	}
	if err := t.check(owner, now); err != nil {
		return Token{}, "", err
	}
	if by.ID != OperatorID && !holds(by.Grants, t.grants(owner)) {
		// Whoever has to change the password holds nothing: a token made with
		// the old one would outlast it.
		return Token{}, "", fmt.Errorf("add token: %w", ErrDenied)
	}
	raw := make([]byte, tokenSize)
	rand.Read(raw) // never fails, see crypto/rand
	if by.Op != "" {
		t.ID, raw = journal.IDFor("token", by.Op), a.derive("token", by.Op)
		if before, err := a.token(ctx, t.ID); err == nil {
			if before.User != t.User || before.Label != t.Label || before.Read != t.Read || !slices.Equal(before.Scope, t.Scope) {
				return Token{}, "", fmt.Errorf("add token: %w", journal.ErrOp)
			}
			return before.Token, tokenValue(before.ID, raw), nil
		} else if !errors.Is(err, journal.ErrNotFound) {
			return Token{}, "", fmt.Errorf("add token: %w", err)
		}
	}
	if err := a.roomFor(ctx, owner); err != nil {
		return Token{}, "", err
	}
	kept := token{V: Format, Hash: tokenHash(raw), Count: owner.Tokens, Token: t}
	state, err := journal.Encode(kept)
	if err != nil {
		return Token{}, "", fmt.Errorf("add token: %w", err)
	}
	err = a.commit(ctx, journal.Change{
		Key: journal.Key{Kind: KindToken, ID: t.ID}, State: state, Act: actAdd, Actor: by.ID, Op: by.Op, At: now,
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, tokenValue(t.ID, raw), nil
}

// check cleans what a token is asked to be.
func (t *Token) check(owner person, now time.Time) error {
	var problems []journal.Problem
	add := func(field, format string, args ...any) {
		problems = append(problems, journal.Problem{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	t.Label = label(t.Label)
	if t.Label == "" || utf8.RuneCountInString(t.Label) > tokenLabel {
		add("label", "请给令牌起个名字，最多 %d 个字", tokenLabel)
	}
	t.Ends = journal.Milli(t.Ends)
	if !t.Ends.After(now) || t.Ends.Sub(now) > tokenLongest {
		add("ends", "令牌的有效期要在今后一年以内")
	}
	scope, err := tidy(t.Scope)
	if err != nil {
		return err
	}
	for _, g := range scope {
		if !holds(owner.Grants, []Grant{g}) {
			add("scope", "令牌的范围超出了持有人的角色：%s %s", g.Role.Name(), g.Region)
		}
	}
	if t.Scope = scope; len(scope) == 0 {
		t.Scope = nil
	}
	if len(problems) > 0 {
		return &journal.Invalid{Problems: problems}
	}
	return nil
}

// grants are what the token gives of what its owner holds.
func (t Token) grants(owner person) []Grant {
	if t.Scope == nil {
		return owner.Grants
	}
	return within(t.Scope, owner.Grants)
}

func (a *Accounts) roomFor(ctx context.Context, owner person) error {
	n := 0
	if err := a.tokens(ctx, func(t token) { n += one(t.User == owner.ID && a.good(t, owner)) }); err != nil {
		return fmt.Errorf("add token: %w", err)
	}
	if n >= tokensMost {
		return invalid("user", "一个人最多 %d 个令牌，先停掉不用的", tokensMost)
	}
	return nil
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// good tells whether a token holds, as far as its owner and the clock go.
func (a *Accounts) good(t token, owner person) bool {
	now := a.now()
	return owner.Disabled == nil && t.Count == owner.Tokens && now.Before(t.Ends) && !t.Created.After(now.Add(skew))
}

// A value is kepu_ and the base64url of the id's 16 bytes and 32 random ones.
func tokenValue(id string, raw []byte) string {
	u := uuid.MustParse(id) // ours
	return TokenPrefix + base64.RawURLEncoding.EncodeToString(append(u[:], raw...))
}

func parseToken(value string) (id string, raw []byte, ok bool) {
	text, ok := strings.CutPrefix(value, TokenPrefix)
	if !ok || len(text) > 100 {
		return "", nil, false
	}
	all, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(all) != len(uuid.UUID{})+tokenSize {
		return "", nil, false
	}
	return uuid.UUID(all[:16]).String(), all[16:], true
}

func tokenHash(raw []byte) hidden {
	sum := sha256.Sum256(raw)
	return hidden(hex.EncodeToString(sum[:]))
}

// token reads one; journal.ErrNotFound where it was ended or never made.
func (a *Accounts) token(ctx context.Context, id string) (token, error) {
	record, err := a.Store.Get(ctx, journal.Key{Kind: KindToken, ID: id})
	if err == nil && record.State == nil || errors.Is(err, journal.ErrErased) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return token{}, fmt.Errorf("token %s: %w", id, err)
	}
	return decode[token](record.State)
}

// tokens calls fn with every token there is.
func (a *Accounts) tokens(ctx context.Context, fn func(token)) error {
	_, err := a.Store.Scan(ctx, []string{KindToken}, func(r journal.Record) error {
		t, err := decode[token](r.State)
		if err != nil {
			return fmt.Errorf("token %s: %w", r.ID, err)
		}
		fn(t)
		return nil
	})
	return err
}

// Bearer gives who acts by a token: what of its scope its owner holds at this
// moment. ErrCredentials where it is none, ended or was ended, or its owner is
// disabled or gone.
func (a *Accounts) Bearer(ctx context.Context, value string) (Actor, Token, error) {
	id, raw, ok := parseToken(value)
	if !ok {
		return Actor{}, Token{}, fmt.Errorf("bearer: %w", ErrCredentials)
	}
	t, err := a.token(ctx, id)
	if err == nil && subtle.ConstantTimeCompare([]byte(t.Hash), []byte(tokenHash(raw))) != 1 {
		err = ErrCredentials
	}
	var owner person
	if err == nil {
		owner, _, err = a.person(ctx, t.User)
	}
	if errors.Is(err, journal.ErrNotFound) || err == nil && !a.good(t, owner) {
		err = ErrCredentials
	}
	if err != nil {
		return Actor{}, Token{}, fmt.Errorf("bearer: %w", err)
	}
	return Actor{ID: owner.ID, Grants: t.grants(owner), Token: t.ID, ReadOnly: t.Read}, t.Token, nil
}

// Tokens gives a user's tokens that still hold, the newest first, to themselves
// and to whoever administers them; to others the user is journal.ErrNotFound.
func (a *Accounts) Tokens(ctx context.Context, by Actor, user string) ([]Token, error) {
	owner, _, err := a.person(ctx, user)
	if err == nil {
		_, err = visible(by, owner)
	}
	all := []Token{}
	if err == nil {
		err = a.tokens(ctx, func(t token) {
			if t.User == user && a.good(t, owner) {
				all = append(all, t.Token)
			}
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	slices.SortStableFunc(all, func(a, b Token) int { return b.Created.Compare(a.Created) })
	return all, nil
}

// EndToken ends a token at once and removes what was kept of it: one's own, or of
// whom one administers. Ending one that ended changes nothing.
func (a *Accounts) EndToken(ctx context.Context, by By, id string) error {
	if by.ReadOnly {
		return fmt.Errorf("end token: %w", ErrDenied)
	}
	key := journal.Key{Kind: KindToken, ID: id}
	if key.Check() != nil {
		return fmt.Errorf("end token: %w", journal.ErrNotFound)
	}
	record, err := a.Store.Get(ctx, key)
	if errors.Is(err, journal.ErrErased) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end token: %w", err)
	}
	if record.State == nil { // cut off between the deletion and the erasure
		return a.erase(ctx, record, actEnd, by)
	}
	t, err := decode[token](record.State)
	if err != nil {
		return fmt.Errorf("end token: %w", err)
	}
	if t.User != by.ID {
		owner, _, err := a.person(ctx, t.User)
		if err == nil {
			_, err = visible(by.Actor, owner)
		}
		if err != nil {
			return fmt.Errorf("end token: %w", err)
		}
	}
	return a.erase(ctx, record, actEnd, by)
}

// eraseTokens removes every state of a user's tokens.
func (a *Accounts) eraseTokens(ctx context.Context, by, user string) error {
	var held []journal.Record
	_, err := a.Store.Scan(ctx, []string{KindToken}, func(r journal.Record) error {
		t, err := decode[token](r.State)
		if err == nil && t.User == user {
			held = append(held, r)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("erase tokens of %s: %w", user, err)
	}
	for _, r := range held {
		if err := a.erase(ctx, r, actErase, By{Actor: Actor{ID: by}}); err != nil {
			return err
		}
	}
	return nil
}
