package account_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"kepu/account"
	"kepu/journal"
)

// issuer is an OpenID Connect provider over real HTTP: discovery, keys, and a
// token endpoint that checks the code, the client's secret and the PKCE verifier.
type issuer struct {
	*httptest.Server
	key    *rsa.PrivateKey
	mu     sync.Mutex
	grants map[string]pending
	down   bool
	now    func() time.Time
	// forge changes a token before it is signed, sign how it is.
	forge func(header, claims map[string]any)
	sign  *rsa.PrivateKey
}

// pending is a code that was given out.
type pending struct {
	challenge, nonce string
	claims           map[string]any
}

const clientID, clientSecret = "kepu", "client secret"

// issuerKey is drawn once: it takes long.
var issuerKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newIssuer(t *testing.T, now func() time.Time) *issuer {
	t.Helper()
	key, err := issuerKey()
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, grants: map[string]pending{}, now: now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, map[string]any{"keys": []map[string]string{{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("POST /token", i.token)
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (i *issuer) answer(w http.ResponseWriter, v any) {
	i.mu.Lock()
	down := i.down
	i.mu.Unlock()
	if down {
		http.Error(w, "maintenance", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client has gone if it fails
}

// consent is what a browser brings back after the person agreed.
func (i *issuer) consent(t *testing.T, to string, claims map[string]any) (state, code string) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("client_id") != clientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		q.Get("redirect_uri") != "https://kepu.example/callback" || len(q.Get("nonce")) < 40 || len(q.Get("state")) < 40 {
		t.Fatalf("asked for with %s", to)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	code = journal.NewID()
	i.grants[code] = pending{q.Get("code_challenge"), q.Get("nonce"), claims}
	return q.Get("state"), code
}

func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	user, _ = url.QueryUnescape(user)
	password, _ = url.QueryUnescape(password)
	i.mu.Lock()
	p, ok := i.grants[r.FormValue("code")]
	delete(i.grants, r.FormValue("code"))
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || user != clientID || password != clientSecret || b64(sum[:]) != p.challenge || r.FormValue("grant_type") != "authorization_code" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	now := i.now()
	header := map[string]any{"alg": "RS256", "kid": "one", "typ": "JWT"}
	claims := map[string]any{"iss": i.URL, "aud": clientID, "nonce": p.nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	for k, v := range p.claims {
		claims[k] = v
	}
	i.mu.Lock()
	forge, sign := i.forge, i.key
	if i.sign != nil {
		sign = i.sign
	}
	i.mu.Unlock()
	if forge != nil {
		forge(header, claims)
	}
	i.answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": jwt(sign, header, claims)})
}

func jwt(key *rsa.PrivateKey, header, claims map[string]any) string {
	h, errH := json.Marshal(header)
	c, errC := json.Marshal(claims)
	text := b64(h) + "." + b64(c)
	sum := sha256.Sum256([]byte(text))
	signature, errS := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err := errors.Join(errH, errC, errS); err != nil {
		panic(err)
	}
	if header["alg"] == "none" {
		signature = nil
	}
	return text + "." + b64(signature)
}

// outside is a house whose people may come from an issuer.
func outside(t *testing.T, claim string) (*house, *issuer) {
	t.Helper()
	h := open(t)
	i := newIssuer(t, h.clock.now)
	h.Outside = &account.Provider{
		Issuer: i.URL, ClientID: clientID, ClientSecret: clientSecret, Redirect: "https://kepu.example/callback", Claim: claim,
	}
	return h, i
}

// come is one whole sign-in from outside.
func come(t *testing.T, h *house, i *issuer, claims map[string]any) (account.Entrance, error) {
	t.Helper()
	to, state, err := h.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	back, code := i.consent(t, to, claims)
	if back != state {
		t.Fatal("the address holds another state")
	}
	return h.Finish(t.Context(), state, code, "Firefox")
}

func TestOutside(t *testing.T) {
	h, i := outside(t, "preferred_username")
	h.person(t, "boss", grant(account.Admin))
	u := h.person(t, "li.ming", grant(account.Author))
	h.person(t, "wang")
	e, err := come(t, h, i, map[string]any{"sub": "00u1", "preferred_username": "Li.Ming"})
	if err != nil || e.Session.User != u.ID || e.Session.Label != "Firefox" || e.Device == "" {
		t.Fatalf("the first time: %+v, %v", e.Session, err)
	}
	if actor, _, err := h.Resume(t.Context(), e.Token); err != nil || !actor.Is(account.Author) {
		t.Errorf("resumed: %v, %v", actor, err)
	}
	head := h.head(t)
	e, err = come(t, h, i, map[string]any{"sub": "00u1", "preferred_username": "wang"}) // renamed there
	if err != nil || e.Session.User != u.ID || h.head(t) != head {
		t.Errorf("again, under another name: %+v, %v", e.Session, err)
	}
	for name, claims := range map[string]map[string]any{
		"another subject of the same name": {"sub": "00u2", "preferred_username": "li.ming"},
		"nobody here":                      {"sub": "00u3", "preferred_username": "nobody"},
		"without the claim":                {"sub": "00u4", "name": "wang"},
		"a claim that is no text":          {"sub": "00u5", "preferred_username": []string{"wang"}},
		"a homograph":                      {"sub": "00u6", "preferred_username": "w\u0430ng"},
		"no subject":                       {"sub": "", "preferred_username": "wang"},
	} {
		_, err := come(t, h, i, claims)
		want(t, name, err, account.ErrCredentials)
	}
	if h.head(t) != head {
		t.Error("a refused one is linked or made")
	}
	if _, err := h.Disable(t.Context(), root, u.ID); err != nil {
		t.Fatal(err)
	}
	_, err = come(t, h, i, map[string]any{"sub": "00u1"})
	want(t, "a disabled one", err, account.ErrCredentials)
	if _, err := h.Enable(t.Context(), root, u.ID); err != nil {
		t.Fatal(err)
	}
	if v, err := h.Unlink(t.Context(), root, u.ID); err != nil || v.Outside {
		t.Errorf("unlinked: %+v, %v", v, err)
	}
	_, err = come(t, h, i, map[string]any{"sub": "00u1"})
	want(t, "an unlinked one without a name", err, account.ErrCredentials)
	e, err = come(t, h, i, map[string]any{"sub": "00u2", "preferred_username": "li.ming"})
	if err != nil || e.Session.User != u.ID {
		t.Errorf("the other subject afterwards: %v", err)
	}
}

func TestOutsideByVerifiedEmailOnly(t *testing.T) {
	h, i := outside(t, "email")
	u := h.person(t, "li@zj.example")
	for _, verified := range []any{nil, false, "true"} {
		_, err := come(t, h, i, map[string]any{"sub": "1", "email": "li@zj.example", "email_verified": verified})
		want(t, "an email nobody verified", err, account.ErrCredentials)
	}
	if e, err := come(t, h, i, map[string]any{"sub": "1", "email": "Li@zj.example", "email_verified": true}); err != nil || e.Session.User != u.ID {
		t.Errorf("a verified one: %v", err)
	}
	h, i = outside(t, "")
	h.person(t, "li.ming")
	_, err := come(t, h, i, map[string]any{"sub": "1", "preferred_username": "li.ming", "": "li.ming"})
	want(t, "where nobody is linked by name", err, account.ErrCredentials)
}

// A token that is not exactly what was asked for lets nobody in.
func TestOutsideForgeries(t *testing.T) {
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	h, i := outside(t, "preferred_username")
	h.person(t, "li.ming")
	claims := map[string]any{"sub": "1", "preferred_username": "li.ming"}
	for name, c := range map[string]struct {
		forge func(header, claims map[string]any)
		sign  *rsa.PrivateKey
	}{
		"another nonce":   {forge: func(_, c map[string]any) { c["nonce"] = "x" }},
		"no nonce":        {forge: func(_, c map[string]any) { delete(c, "nonce") }},
		"for another":     {forge: func(_, c map[string]any) { c["aud"] = "someone-else" }},
		"by another":      {forge: func(_, c map[string]any) { c["iss"] = "https://evil.example" }},
		"expired":         {forge: func(_, c map[string]any) { c["exp"] = h.clock.now().Add(-time.Hour).Unix() }},
		"unsigned":        {forge: func(h, _ map[string]any) { h["alg"] = "none" }},
		"another's key":   {sign: stranger},
		"an unknown key":  {forge: func(h, _ map[string]any) { h["kid"] = "two" }, sign: stranger},
		"a symmetric key": {forge: func(h, _ map[string]any) { h["alg"] = "HS256" }},
	} {
		i.mu.Lock()
		i.forge, i.sign = c.forge, c.sign
		i.mu.Unlock()
		_, err := come(t, h, i, claims)
		want(t, name, err, account.ErrCredentials)
	}
	i.mu.Lock()
	i.forge, i.sign = nil, nil
	i.mu.Unlock()
	if _, err := come(t, h, i, claims); err != nil {
		t.Errorf("the honest one: %v", err)
	}
}

func TestOutsideStates(t *testing.T) {
	h, i := outside(t, "preferred_username")
	h.person(t, "li.ming")
	claims := map[string]any{"sub": "1", "preferred_username": "li.ming"}
	begin := func() (state, code string) {
		t.Helper()
		to, state, err := h.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, code = i.consent(t, to, claims)
		return state, code
	}
	finish := func(state, code string) error {
		_, err := h.Finish(t.Context(), state, code, "")
		return err
	}
	state, code := begin()
	other, _ := begin()
	want(t, "another's state: the PKCE verifier does not fit", finish(other, code), account.ErrCredentials)
	want(t, "a code used up by that", finish(state, code), account.ErrCredentials)
	state, code = begin()
	want(t, "a made-up code", finish(state, "x"), account.ErrCredentials)
	want(t, "the state again", finish(state, code), account.ErrCredentials)
	want(t, "no state", finish("", code), account.ErrCredentials)
	state, code = begin()
	h.clock.pass(10 * time.Minute)
	want(t, "ten minutes later", finish(state, code), account.ErrCredentials)
	state, code = begin()
	in := 0
	for _, err := range together(t.Context(), 4, func(ctx context.Context, _ int) error {
		_, err := h.Finish(ctx, state, code, "")
		return err
	}) {
		if err == nil {
			in++
		} else {
			want(t, "the slower one", err, account.ErrCredentials)
		}
	}
	if in != 1 {
		t.Errorf("%d were let in by one code", in)
	}
}

func TestOutsideOutOfReach(t *testing.T) {
	h, i := outside(t, "preferred_username")
	h.person(t, "li.ming")
	down := func(is bool) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.down = is
	}
	down(true)
	_, _, err := h.Start(t.Context())
	want(t, "start", err, account.ErrOutside)
	down(false)
	claims := map[string]any{"sub": "1", "preferred_username": "li.ming"}
	if _, err := come(t, h, i, claims); err != nil {
		t.Errorf("back again: %v", err)
	}
	to, state, err := h.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, code := i.consent(t, to, claims)
	down(true)
	_, err = h.Finish(t.Context(), state, code, "")
	want(t, "finish", err, account.ErrOutside)
	h.Outside = nil
	_, _, err = h.Start(t.Context())
	want(t, "without a provider", err, journal.ErrNotFound)
}
