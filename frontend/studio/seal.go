package studio

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strconv"
	"strings"
	"time"

	"kepu/frontend/page"
	"kepu/journal"
	"kepu/media"
	"kepu/shelf"
)

// keys are what the studio signs and seals with, each derived for its purpose.
type keys struct {
	preview, media []byte
	once           cipher.AEAD
}

func newKeys(secret journal.Secret) keys {
	block, err := aes.NewCipher(secret.Key("once"))
	if err != nil {
		panic(err) // only for other lengths than 32
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // only for other block sizes than AES has
	}
	return keys{preview: secret.Key("preview"), media: secret.Key("media"), once: gcm}
}

// seal hides a text that belongs to a name.
func (k keys) seal(text []byte, name string) []byte {
	nonce := make([]byte, k.once.NonceSize(), k.once.NonceSize()+len(text)+k.once.Overhead())
	rand.Read(nonce) // never fails
	return k.once.Seal(nonce, nonce, text, []byte(name))
}

var errSealed = errors.New("sealed by another key or for another name")

// open gives back what was sealed for that name.
func (k keys) open(sealed []byte, name string) ([]byte, error) {
	if len(sealed) < k.once.NonceSize() {
		return nil, errSealed
	}
	text, err := k.once.Open(nil, sealed[:k.once.NonceSize()], sealed[k.once.NonceSize():], []byte(name))
	if err != nil {
		return nil, errSealed
	}
	return text, nil
}

// letters write signatures so that an address keeps them in lower case.
func letters() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

// sign gives the 128 bits that nobody else can make for these parts.
func sign(key []byte, parts ...string) string {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(strconv.AppendInt(nil, int64(len(p)), 10))
		h.Write([]byte{':'})
		h.Write([]byte(p))
	}
	return letters().EncodeToString(h.Sum(nil)[:16])
}

func signed(signature string, key []byte, parts ...string) bool {
	return hmac.Equal([]byte(signature), []byte(sign(key, parts...)))
}

// Ticket lets a browser see one blob that no live item shows, until it ends and,
// where it names a preview, while that preview stands.
func (s *Studio) Ticket(key media.Key, preview string, ends time.Time) string {
	at := instant(ends)
	return preview + "." + at + "." + sign(s.keys.media, string(key), preview, at)
}

// Admits tells whether a ticket is for that blob, and which preview must still
// stand ("" none).
func (s *Studio) Admits(key media.Key, ticket string, now time.Time) (preview string, ok bool) {
	preview, rest, _ := strings.Cut(ticket, ".")
	at, signature, _ := strings.Cut(rest, ".")
	ends, good := since(at)
	return preview, good && now.Before(ends) && signed(signature, s.keys.media, string(key), preview, at)
}

// instant is a time in a signed text.
func instant(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 36) }

// since reads instant; ok false where it is none.
func since(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 36, 64)
	return time.UnixMilli(n).UTC(), err == nil && strconv.FormatInt(n, 36) == s
}

// Medium completes what is known of a blob whose asset the shelf may not know
// yet.
func (s *Studio) Medium(ctx context.Context, key media.Key, m *shelf.Medium) error {
	if m.Type != "" {
		return nil
	}
	a, err := s.Media.Get(ctx, media.IDOf(key))
	switch {
	case errors.Is(err, journal.ErrNotFound), errors.Is(err, journal.ErrErased):
		return page.ErrNotFound
	case err != nil:
		return err
	}
	m.Type, m.Size = a.Type, a.Size
	return nil
}
