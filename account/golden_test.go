package account

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"kepu/journal"
)

var update = flag.Bool("update", false, "write the stored forms anew")

// Every stored form is pinned: what was written once loads for ever, and the
// same value is written the same way.
func TestStoredForms(t *testing.T) {
	at := time.Date(2026, 11, 24, 4, 0, 0, 123e6, time.UTC)
	t.Run("user", func(t *testing.T) {
		pinned(t, "user", person{
			V: Format, ID: "8f1c0e4e-0000-7000-8000-000000000001", Name: "li.ming", Display: "李明",
			Grants: []Grant{{Author, "330106"}, {Editor, "3301"}, {Admin, ""}}, Created: at, Disabled: &at,
			Password: "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Changed: &at, MustChange: true,
			Second:  &second{Secret: "sealed", Recovery: []hidden{"hash1", "hash2"}, Since: at},
			Outside: &subject{Issuer: "https://id.example.org", ID: "00u1"}, Sessions: 2, Tokens: 1,
		})
	})
	t.Run("token", func(t *testing.T) {
		pinned(t, "token", token{
			V: Format, Hash: "e3b0", Count: 1,
			Token: Token{
				ID: "8f1c0e4e-0000-7000-8000-000000000002", User: "8f1c0e4e-0000-7000-8000-000000000001", Label: "气象台对接",
				Scope: []Grant{{Editor, "3301"}}, Read: true, Created: at, Ends: at.AddDate(0, 3, 0),
			},
		})
	})
}

func pinned[T person | token](t *testing.T, name string, value T) {
	path := filepath.Join("testdata", name+".v1.json")
	state, err := journal.Encode(value)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(state, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(kept), state) {
		t.Errorf("%s is written as\n%s\nit was\n%s", name, state, kept)
	}
	got, err := decode[T](kept)
	if err != nil || !reflect.DeepEqual(got, value) {
		t.Errorf("%s loads as another, %v", name, err)
	}
}

func TestDecode(t *testing.T) {
	if _, err := Decode([]byte(`{"v":2}`)); !errors.Is(err, journal.ErrNewer) {
		t.Errorf("a newer format: %v", err)
	}
	for _, bad := range []string{"", "null x", `{"v":"1"}`, `{"v":1,"name":3}`, "[1]"} {
		if _, err := Decode([]byte(bad)); err == nil || errors.Is(err, journal.ErrNewer) {
			t.Errorf("Decode(%q): %v", bad, err)
		}
	}
}

// What is secret is in nothing that is printed or logged, however it is.
func TestSecretsAreNotPrinted(t *testing.T) {
	const secret = "swordfish"
	hide := []any{
		person{ID: "u1", Password: secret, Second: &second{Secret: secret, Recovery: []hidden{secret}}},
		&person{ID: "u1", Password: secret}, hidden(secret),
		token{Hash: secret}, &token{Hash: secret}, Attempt{Name: "a", Password: secret, Code: secret, Device: secret},
		Entrance{Token: secret, Device: secret}, Seed{Secret: secret, URI: secret}, &Provider{ClientSecret: secret},
		struct{ E Entrance }{Entrance{Token: secret}},
	}
	for _, v := range hide {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			fmt.Fprintf(&log, format, v)
		}
		if strings.Contains(log.String(), secret) {
			t.Errorf("%T shows its secret: %s", v, log.String())
		}
	}
}
