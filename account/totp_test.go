package account

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"

	"kepu/journal"
)

// The vectors of RFC 6238, appendix B, for SHA-1, cut to six digits.
func TestTOTPVectors(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totp(secret, at/totpStep); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestSeal(t *testing.T) {
	a := &Accounts{Secret: journal.NewSecret()}
	secret := bytes.Repeat([]byte{7}, totpSecret)
	sealed, err := a.seal("u1", secret)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.unseal("u1", sealed); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("unseal: %v, %v", got, err)
	}
	if again, _ := a.seal("u1", secret); again == sealed {
		t.Error("sealed twice alike: the nonce is used again")
	}
	for name, open := range map[string]func() ([]byte, error){
		"another's":      func() ([]byte, error) { return a.unseal("u2", sealed) },
		"another secret": func() ([]byte, error) { return (&Accounts{Secret: journal.NewSecret()}).unseal("u1", sealed) },
		"empty":          func() ([]byte, error) { return a.unseal("u1", "") },
		"cut":            func() ([]byte, error) { return a.unseal("u1", sealed[:20]) },
	} {
		if got, err := open(); !errors.Is(err, errSealed) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// Only what was sealed opens.
func FuzzUnseal(f *testing.F) {
	a := &Accounts{Secret: journal.NewSecret()}
	secret := bytes.Repeat([]byte{7}, totpSecret)
	sealed, err := a.seal("u1", secret)
	if err != nil {
		f.Fatal(err)
	}
	raw, err := base64.RawStdEncoding.DecodeString(string(sealed))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, byte(0))
	f.Add(11, byte(1))
	f.Add(len(raw)-1, byte(0x80))
	f.Fuzz(func(t *testing.T, at int, flip byte) {
		changed := bytes.Clone(raw)
		changed[uint(at)%uint(len(changed))] ^= flip
		got, err := a.unseal("u1", hidden(base64.RawStdEncoding.EncodeToString(changed)))
		if flip == 0 && !bytes.Equal(got, secret) || flip != 0 && err == nil {
			t.Errorf("byte %d changed by %x opens as %v, %v", at, flip, got, err)
		}
	})
}

func FuzzCodes(f *testing.F) {
	for _, s := range []string{"123456", "１２３ ４５６", "abcd-efgh-ijkl-mnop-qrst-uvwx", "\xff", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := plainCode(s); plainCode(got) != got {
			t.Errorf("plainCode(%q) = %q, again %q", s, got, plainCode(got))
		}
	})
}

func FuzzToken(f *testing.F) {
	id := journal.NewID()
	f.Add(tokenValue(id, bytes.Repeat([]byte{1}, tokenSize)))
	f.Add("kepu_")
	f.Fuzz(func(t *testing.T, s string) {
		id, raw, ok := parseToken(s)
		if ok && tokenValue(id, raw) != s {
			t.Errorf("parseToken(%q) = %s, %x", s, id, raw)
		}
	})
}
