package studio

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"kepu/journal"
	"kepu/media"
)

func TestTickets(t *testing.T) {
	s, other := &Studio{keys: newKeys(journal.NewSecret())}, &Studio{keys: newKeys(journal.NewSecret())}
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	key, another := media.Key(strings.Repeat("a", 64)), media.Key(strings.Repeat("b", 64))
	bare, named := s.Ticket(key, "", now.Add(time.Hour)), s.Ticket(key, "some-preview", now.Add(time.Hour))
	for _, c := range []struct {
		name    string
		by      *Studio
		key     media.Key
		ticket  string
		at      time.Time
		preview string
		ok      bool
	}{
		{"the studio's", s, key, bare, now, "", true},
		{"a preview's", s, key, named, now, "some-preview", true},
		{"at its end", s, key, bare, now.Add(time.Hour), "", false},
		{"another blob", s, another, bare, now, "", false},
		{"another secret", other, key, bare, now, "", false},
		{"without its preview", s, key, strings.TrimPrefix(named, "some-preview"), now, "", false},
		{"with a longer end", s, key, strings.Replace(bare, "."+instant(now.Add(time.Hour))+".", "."+instant(now.Add(2*time.Hour))+".", 1), now, "", false},
		{"cut short", s, key, bare[:len(bare)-1], now, "", false},
		{"nothing", s, key, "", now, "", false},
		{"dots", s, key, "...", now, "", false},
	} {
		preview, ok := c.by.Admits(c.key, c.ticket, c.at)
		if ok != c.ok || ok && preview != c.preview {
			t.Errorf("%s: %q, %v", c.name, preview, ok)
		}
	}
	if bare != strings.ToLower(bare) {
		t.Errorf("%s would not survive an address", bare)
	}
}

func TestSeal(t *testing.T) {
	k, other := newKeys(journal.NewSecret()), newKeys(journal.NewSecret())
	sealed := k.seal([]byte("secret words"), "name")
	if bytes.Contains(sealed, []byte("secret")) || bytes.Equal(sealed, k.seal([]byte("secret words"), "name")) {
		t.Errorf("sealed as %q", sealed)
	}
	if text, err := k.open(sealed, "name"); err != nil || string(text) != "secret words" {
		t.Errorf("%q, %v", text, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another name":   func() ([]byte, error) { return k.open(sealed, "other") },
		"another secret": func() ([]byte, error) { return other.open(sealed, "name") },
		"cut short":      func() ([]byte, error) { return k.open(sealed[:5], "name") },
		"changed":        func() ([]byte, error) { return k.open(append([]byte{sealed[0] ^ 1}, sealed[1:]...), "name") },
	} {
		if _, err := open(); err == nil {
			t.Errorf("%s opens it", name)
		}
	}
}

// TestTable: every route can be told from every other, by name and by address,
// and says what it takes.
func TestTable(t *testing.T) {
	s := New(Config{Secret: journal.NewSecret()}, "https://kepu.example")
	names, addresses := map[string]bool{}, map[string]bool{}
	for _, r := range s.Routes() {
		if names[r.Name] || addresses[r.Method+r.Path] {
			t.Errorf("%s %s %s is there twice", r.Name, r.Method, r.Path)
		}
		names[r.Name], addresses[r.Method+r.Path] = true, true
		if (r.Do.takes != nil) != (r.Body > 0) {
			t.Errorf("%s takes %v and %d bytes", r.Name, r.Do.takes, r.Body)
		}
		session := r.Name == "studio.session.open"
		if (r.Method == "POST") != (r.Once != never) && !session {
			t.Errorf("%s: Idempotency-Key is for every POST but session", r.Name)
		}
		if r.Match && r.Method != "PUT" && r.Method != "PATCH" && r.Method != "DELETE" {
			t.Errorf("%s: If-Match on a %s", r.Name, r.Method)
		}
	}
}
