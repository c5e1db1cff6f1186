package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"kepu/journal"
)

// ErrOutside says that the outside provider could not be reached or did not
// answer as OpenID Connect wants; trying again may help.
var ErrOutside = errors.New("the outside provider did not answer")

const (
	outsideState = "outside-state/"
	outsideLife  = 10 * time.Minute
	outsideWait  = 10 * time.Second // for each answer of the provider
)

// Provider is an OpenID Connect provider that vouches for people: authorization
// code with PKCE, state and nonce. Its second factor stands for ours. It must be
// used by one Accounts and not be copied; it is hidden when printed.
type Provider struct {
	Issuer       string // https://…, as its discovery document says
	ClientID     string
	ClientSecret string // "" for a public client
	Redirect     string // our address that it sends people back to
	// Claim names what holds the login name of a person who comes for the first
	// time, such as preferred_username; only one that people can't choose for
	// themselves. An email counts where the provider verified it. "" links
	// nobody by name.
	Claim  string
	Client *http.Client // nil: one with a timeout

	mu    sync.Mutex
	found *oidc.Provider
}

// String names the issuer alone.
func (p *Provider) String() string { return "provider " + p.Issuer }

// GoString names the issuer alone.
func (p *Provider) GoString() string { return p.String() }

// LogValue names the issuer alone.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(p.String()) }

// journey is the row of a person who is at the provider; its key is the hash of
// the state.
type journey struct {
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Began    time.Time `json:"began"`
}

func (p *Provider) client(ctx context.Context) context.Context {
	c := p.Client
	if c == nil {
		c = &http.Client{Timeout: outsideWait}
	}
	return oidc.ClientContext(ctx, c)
}

// discover reads the provider's discovery document, once it was to be had.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	found := p.found
	p.mu.Unlock()
	if found == nil { // not under the lock: nobody waits for another's wait
		// The keys are read later, with this context: it must outlive the call.
		var err error
		if found, err = oidc.NewProvider(p.client(context.WithoutCancel(ctx)), p.Issuer); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrOutside, err)
		}
		p.mu.Lock()
		p.found = found
		p.mu.Unlock()
	}
	endpoint := found.Endpoint()
	var err error
	if endpoint.AuthStyle, err = p.style(found); err != nil {
		return nil, nil, err
	}
	return found, &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.Redirect, Endpoint: endpoint,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}, nil
}

// style is how the client's secret is sent: as the discovery document says, else
// by basic authentication (OpenID Connect Discovery 1.0, section 3). Left to find
// out, the library would try a code twice, and a code is good once.
func (p *Provider) style(found *oidc.Provider) (oauth2.AuthStyle, error) {
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&says); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrOutside, err)
	}
	basic := len(says.Methods) == 0 || slices.Contains(says.Methods, "client_secret_basic")
	if p.ClientSecret == "" || !basic {
		return oauth2.AuthStyleInParams, nil
	}
	return oauth2.AuthStyleInHeader, nil
}

// Start begins a sign-in from outside: the address to send the browser to, and
// the state, which the caller binds to this browser by a cookie for ten minutes
// and compares with the one in the address when it comes back. ErrOutside where
// the provider is out of reach, journal.ErrNotFound where there is none.
func (a *Accounts) Start(ctx context.Context) (to, state string, err error) {
	if a.Outside == nil {
		return "", "", fmt.Errorf("start outside: %w", journal.ErrNotFound)
	}
	_, config, err := a.Outside.discover(ctx)
	if err != nil {
		return "", "", fmt.Errorf("start outside: %w", err)
	}
	raw := make([]byte, 2*tokenSize)
	rand.Read(raw) // never fails, see crypto/rand
	state = base64.RawURLEncoding.EncodeToString(raw[:tokenSize])
	j := journey{Nonce: base64.RawURLEncoding.EncodeToString(raw[tokenSize:]), Verifier: oauth2.GenerateVerifier(), Began: a.now()}
	value, err := json.Marshal(j)
	if err != nil {
		return "", "", fmt.Errorf("start outside: %w", err)
	}
	results, err := a.Slate.Put(ctx, journal.Row{Key: stateKey(state), Value: value, Expires: j.Began.Add(outsideLife)})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return "", "", fmt.Errorf("start outside: %w", err)
	}
	return config.AuthCodeURL(state, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)), state, nil
}

func stateKey(state string) string {
	sum := sha256.Sum256([]byte(state))
	return outsideState + hex.EncodeToString(sum[:])
}

// Finish lets in the user whom the provider vouches for, with the state of Start
// and the code that came back. A state is good once. ErrCredentials where the
// provider did not vouch, or nobody here is that person, or they are disabled;
// ErrOutside where it did not answer.
func (a *Accounts) Finish(ctx context.Context, state, code, label string) (Entrance, error) {
	if a.Outside == nil {
		return Entrance{}, fmt.Errorf("finish outside: %w", journal.ErrNotFound)
	}
	j, err := a.journey(ctx, state)
	if err != nil {
		return Entrance{}, fmt.Errorf("finish outside: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, signInMost)
	defer cancel()
	who, name, err := a.Outside.vouch(ctx, j, code, a.now)
	if err != nil {
		return Entrance{}, fmt.Errorf("finish outside: %w", err)
	}
	p, err := a.claimant(ctx, who.claim())
	if errors.Is(err, journal.ErrNotFound) {
		p, err = a.link(ctx, who, name)
	}
	if err == nil && p.Disabled != nil || errors.Is(err, journal.ErrNotFound) {
		err = ErrCredentials
	}
	if err != nil {
		return Entrance{}, fmt.Errorf("finish outside: %w", err)
	}
	e, err := a.open(ctx, p, label, true)
	if err != nil {
		return Entrance{}, err
	}
	e.Device = a.newDevice(p.ID)
	return e, nil
}

// journey takes the row of a state away: it is good once.
func (a *Accounts) journey(ctx context.Context, state string) (journey, error) {
	row, err := a.Slate.Get(ctx, stateKey(state))
	if errors.Is(err, journal.ErrNotFound) {
		return journey{}, ErrCredentials
	} else if err != nil {
		return journey{}, err
	}
	switch err := a.Slate.Delete(ctx, row.Key, row.Version); {
	case errors.Is(err, journal.ErrConflict):
		return journey{}, ErrCredentials
	case err != nil:
		return journey{}, err
	}
	var j journey
	if err := json.Unmarshal(row.Value, &j); err != nil {
		return journey{}, err
	}
	if age := a.now().Sub(j.Began); age < -skew || age >= outsideLife {
		return journey{}, ErrCredentials
	}
	return j, nil
}

// vouch asks the provider whom a code stands for, and under what login name.
func (p *Provider) vouch(ctx context.Context, j journey, code string, now func() time.Time) (subject, string, error) {
	found, config, err := p.discover(ctx)
	if err != nil {
		return subject{}, "", err
	}
	answer, err := config.Exchange(p.client(ctx), code, oauth2.VerifierOption(j.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError:
		return subject{}, "", ErrCredentials
	case err != nil:
		return subject{}, "", fmt.Errorf("%w: %w", ErrOutside, err)
	}
	raw, ok := answer.Extra("id_token").(string)
	if !ok {
		return subject{}, "", fmt.Errorf("%w: no id_token", ErrOutside)
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: now}).Verify(p.client(ctx), raw)
	if err != nil {
		return subject{}, "", fmt.Errorf("%w: %w", ErrCredentials, err)
	}
	if id.Nonce != j.Nonce || id.Subject == "" {
		return subject{}, "", ErrCredentials
	}
	if p.Claim == "" {
		return subject{id.Issuer, id.Subject}, "", nil
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return subject{}, "", fmt.Errorf("%w: %w", ErrCredentials, err)
	}
	name, _ := claims[p.Claim].(string)
	if verified, _ := claims["email_verified"].(bool); p.Claim == "email" && !verified {
		name = ""
	}
	return subject{id.Issuer, id.Subject}, name, nil
}

// link makes the user of that login name the person outside, where they are
// nobody else's yet; ErrCredentials where they are, or there is none.
func (a *Accounts) link(ctx context.Context, who subject, name string) (person, error) {
	folded, err := Fold(name)
	if err != nil {
		return person{}, ErrCredentials
	}
	p, err := a.named(ctx, folded)
	if err != nil {
		return person{}, err
	}
	if p.Disabled != nil || p.Outside != nil {
		return person{}, ErrCredentials
	}
	if err := a.claim(ctx, who.claim(), p.ID); errors.Is(err, errTaken) {
		return person{}, ErrCredentials
	} else if err != nil {
		return person{}, err
	}
	return a.change(ctx, By{Actor: Actor{ID: p.ID}}, p.ID, actLink, func(now *person) error {
		if now.Disabled != nil || now.Outside != nil && *now.Outside != who {
			return ErrCredentials
		}
		now.Outside = &who
		return nil
	})
}
