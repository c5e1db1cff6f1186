package frontend_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/frontend/studio"
)

// provider is a small OpenID Connect provider over real HTTP, which vouches for
// one person.
func provider(t *testing.T, name string) (p *httptest.Server, asked *url.Values) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	asked = &url.Values{}
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	p = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []map[string]string{{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		text := part(map[string]string{"alg": "RS256", "kid": "one"}) + "." + part(map[string]any{"iss": p.URL, "sub": "1", "aud": "kepu", "preferred_username": name,
			"nonce": asked.Get("nonce"), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()})
		sum := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Error(err)
		}
		answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": text + "." + base64.RawURLEncoding.EncodeToString(signature)})
	})
	return p, asked
}

// TestSignInFromOutside: a browser goes to the provider and comes back signed in;
// one that was never sent there does not.
func TestSignInFromOutside(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("li.ming", "author")
	issuer, asked := provider(t, "li.ming")
	r.users.Outside = &account.Provider{Issuer: issuer.URL, ClientID: "kepu", ClientSecret: "secret", Claim: "preferred_username",
		Redirect: r.base + studio.Base + "/session/outside/back"}
	v := r.visitor()
	out := v.get("/session/outside").want(t, 302, "")
	to, err := url.Parse(out.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), issuer.URL+"/authorize?") {
		t.Fatalf("sent to %v, %v", to, err)
	}
	*asked = to.Query()
	state := ""
	for _, c := range out.Cookies() {
		if c.Name == "__Host-kepu-state" && c.HttpOnly && c.Secure && c.SameSite == http.SameSiteLaxMode {
			state = c.Value
		}
	}
	back := "/session/outside/back?code=one&session_state=ignored&state=" + url.QueryEscape(asked.Get("state"))
	v.get(back).want(t, 403, "csrf")
	v.get(back, "Cookie: __Host-kepu-state=another").want(t, 403, "csrf")
	in := v.get(back, "Cookie: __Host-kepu-state="+state, "Sec-Fetch-Site: cross-site").want(t, 302, "")
	cookies := map[string]string{}
	for _, c := range in.Cookies() {
		cookies[c.Name] = c.Value
	}
	if cookies["__Host-kepu-state"] != "" || in.Header.Get("Location") != r.base+studio.Base+"/session" {
		t.Errorf("back at %s with %v", in.Header.Get("Location"), cookies)
	}
	v.cookie = cookies["__Host-kepu"]
	if who := v.get("/session").want(t, 200, "").field(t, "id"); who != p.id {
		t.Errorf("signed in as %v, not %s", who, p.id)
	}
	v.get(back, "Cookie: __Host-kepu-state="+state).want(t, 401, "") // a state is good once
}
