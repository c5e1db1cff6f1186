package hook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// Overlap is how long a replaced secret signs beside the new one, so that a
// receiver may take over the new one at leisure.
const Overlap = 24 * time.Hour

// secretPrefix tells people and secret scanners what they have before them.
const secretPrefix = "kepu_hook_"

// newSecret draws what a receiver verifies with: 32 random bytes in base64url.
func newSecret() string {
	var raw [32]byte
	rand.Read(raw[:]) // never fails, see crypto/rand
	return secretPrefix + base64.RawURLEncoding.EncodeToString(raw[:])
}

func (b *Book) box() (cipher.AEAD, error) {
	block, err := aes.NewCipher(b.Secret.Key("hook"))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal closes a secret up for this key of this hook: moved to another it does
// not open.
func (b *Book) seal(hook, key, secret string) (string, error) {
	box, err := b.box()
	if err != nil {
		return "", fmt.Errorf("seal secret of hook %s: %w", hook, err)
	}
	return base64.StdEncoding.EncodeToString(box.Seal(nil, nil, []byte(secret), []byte(hook+"/"+key))), nil
}

func (b *Book) unseal(hook string, key Key) (string, error) {
	box, err := b.box()
	if err != nil {
		return "", fmt.Errorf("unseal secret of hook %s: %w", hook, err)
	}
	sealed, err := base64.StdEncoding.DecodeString(key.Sealed)
	if err != nil {
		return "", fmt.Errorf("unseal secret of hook %s: %w", hook, err)
	}
	secret, err := box.Open(nil, nil, sealed, []byte(hook+"/"+key.ID))
	if err != nil {
		return "", fmt.Errorf("unseal secret of hook %s: %w", hook, err)
	}
	return string(secret), nil
}

// secrets are those that sign at an instant, newest first.
func (b *Book) secrets(h Hook, at time.Time) ([]string, error) {
	var all []string
	for _, key := range h.Keys {
		if key.Until != nil && !at.Before(*key.Until) {
			continue
		}
		secret, err := b.unseal(h.ID, key)
		if err != nil {
			return nil, err
		}
		all = append(all, secret)
	}
	if len(all) == 0 {
		return nil, errors.New("hook " + h.ID + " has no secret that signs")
	}
	return all, nil
}
