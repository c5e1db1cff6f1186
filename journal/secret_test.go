package journal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestSecretFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if _, err := LoadSecret(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("load what is not there: %v", err)
	}
	made, err := OpenSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	for name, load := range map[string]func(string) (Secret, error){"LoadSecret": LoadSecret, "OpenSecret": OpenSecret} {
		if s, err := load(path); err != nil || s.Fingerprint() != made.Fingerprint() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := MakeSecret(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made over another: %v", err)
	}
	if s, err := LoadSecret(path); err != nil || s.Fingerprint() != made.Fingerprint() {
		t.Errorf("after a refused MakeSecret: %v", err)
	}
	one, other := NewSecret(), NewSecret()
	if one.Fingerprint() == other.Fingerprint() {
		t.Error("drawn twice")
	}
	if _, err := MakeSecret(filepath.Join(t.TempDir(), "none", "secret")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestSecretMadeAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	var group sync.WaitGroup
	prints := make([]string, 8)
	for i := range prints {
		group.Go(func() {
			s, err := OpenSecret(path)
			if err != nil {
				t.Error(err)
				return
			}
			prints[i] = s.Fingerprint()
		})
	}
	group.Wait()
	for _, p := range prints {
		if p == "" || p != prints[0] {
			t.Fatalf("several secrets: %v", prints)
		}
	}
}

func TestSecretRefused(t *testing.T) {
	good := strings.Repeat("k", 32)
	for name, c := range map[string]struct {
		text string
		mode fs.FileMode
		ok   bool
	}{
		"good":           {good, 0o600, true},
		"read-only":      {good, 0o400, true},
		"spaces around":  {"\n " + good + " \r\n", 0o600, true},
		"longest":        {strings.Repeat("k", 4096), 0o600, true},
		"empty":          {"", 0o600, false},
		"short":          {good[1:], 0o600, false},
		"short in space": {good[1:] + strings.Repeat(" ", 99), 0o600, false},
		"too long":       {strings.Repeat("k", 4097), 0o600, false},
		"endless":        {strings.Repeat("k", 1<<20), 0o600, false},
		"group reads":    {good, 0o640, false},
		"all read":       {good, 0o604, false},
		"group writes":   {good, 0o620, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			s, err := OpenSecret(path)
			if c.ok {
				same, wrong := SecretOf([]byte(strings.TrimSpace(c.text)))
				if err != nil || wrong != nil || s.Fingerprint() != same.Fingerprint() {
					t.Errorf("%v, %v", err, wrong)
				}
				return
			}
			var invalid *Invalid
			if !errors.As(err, &invalid) || invalid.Problems[0].Field != path || !s.IsZero() {
				t.Errorf("got %v", err)
			}
			if kept, err := os.ReadFile(path); err != nil || string(kept) != c.text {
				t.Error("a refused file was changed")
			}
		})
	}
	var invalid *Invalid
	if _, err := LoadSecret(t.TempDir()); !errors.As(err, &invalid) {
		t.Errorf("a folder: %v", err)
	}
}

// Keys are pinned: everything signed with them must stay valid. The values are
// another program's HKDF.
func TestSecretKeys(t *testing.T) {
	s, err := SecretOf([]byte("the suite's secret is known to all"))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(s.Key("media")); got != "f07f4bcacf011e45cfe6e26fa4faa88a19eb9a0314fe3856f899064e4a4b581e" {
		t.Error(got)
	}
	if got := s.Fingerprint(); got != "3aaebaadf8cc027a" {
		t.Error(got)
	}
	defer func() {
		if recover() == nil {
			t.Error("the zero Secret gave a key")
		}
	}()
	Secret{}.Key("media")
}

func TestSecretHides(t *testing.T) {
	material := strings.Repeat("topsecret", 5)
	s, err := SecretOf([]byte(material))
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "secret", s, "in", struct{ S Secret }{s})
	shown := fmt.Sprintf("%v %+v %#v %s %q %x %v", s, s, s, s, s, s, struct{ S Secret }{s}) + log.String()
	if strings.Contains(shown, "topsecret") || strings.Contains(shown, hex.EncodeToString([]byte("topsecret"))) ||
		strings.Contains(shown, fmt.Sprint([]byte("topsecret")[:4])[1:10]) {
		t.Errorf("shown: %s", shown)
	}
}
