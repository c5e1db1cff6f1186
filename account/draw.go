package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
)

// Letters of a drawn password: base32 without what is read for another.
const drawAlphabet = "abcdefghjkmnpqrstuvwxyz023456789"

// draw gives a password of 100 random bits in four groups. One of a named
// operation follows from it and the secret, so that repeating the operation
// after an answer was lost shows it again.
func (a *Accounts) draw(purpose, op string) string {
	raw := make([]byte, 32)
	rand.Read(raw)
	if op != "" {
		raw = a.derive("draw", purpose, op)
	}
	text := base32.NewEncoding(drawAlphabet).WithPadding(base32.NoPadding).EncodeToString(raw)
	return text[:5] + "-" + text[5:10] + "-" + text[10:15] + "-" + text[15:20]
}

// derive gives 32 bytes that follow from the secret and the parts.
func (a *Accounts) derive(purpose string, parts ...string) []byte {
	h := hmac.New(sha256.New, a.Secret.Key("account "+purpose))
	for _, part := range parts {
		// An HMAC of each part, so that no two lists share one.
		one := hmac.New(sha256.New, a.Secret.Key("account part"))
		one.Write([]byte(part))
		h.Write(one.Sum(nil))
	}
	return h.Sum(nil)
}
