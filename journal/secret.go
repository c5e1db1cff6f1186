package journal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

const (
	minSecret = 32
	maxSecret = 4096
)

// Secret is what the keys of an installation derive from. It shows nothing of
// itself when printed or logged.
type Secret struct{ material []byte }

// SecretOf takes secret material: at least 32 bytes, at most 4096.
func SecretOf(material []byte) (Secret, error) {
	if len(material) < minSecret || len(material) > maxSecret {
		return Secret{}, problem("secret", "密钥须为 %d–%d 字节，现为 %d 字节", minSecret, maxSecret, len(material))
	}
	return Secret{material: bytes.Clone(material)}, nil
}

// OpenSecret loads the secret of that file, or makes the file where there is
// none. Of two processes that make it at once both get the same.
func OpenSecret(path string) (Secret, error) {
	s, err := LoadSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s, err = MakeSecret(path)
	if errors.Is(err, fs.ErrExist) {
		return LoadSecret(path)
	}
	return s, err
}

// LoadSecret reads a secret: the bytes of the file without white space around
// them. A file that is too short, too long, no regular file, or open to its
// group or to all is *Invalid; one that can't be read wraps the cause.
func LoadSecret(path string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, fmt.Errorf("load secret: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Secret{}, fmt.Errorf("load secret: %w", err)
	}
	switch mode := info.Mode(); {
	case !mode.IsRegular():
		return Secret{}, problem(path, "密钥须是普通文件")
	case mode.Perm()&0o077 != 0:
		return Secret{}, problem(path, "密钥文件可被他人读取（权限 %04o），请先执行 chmod 600", mode.Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1024))
	if err != nil {
		return Secret{}, fmt.Errorf("load secret: %w", err)
	}
	s, err := SecretOf(bytes.TrimSpace(text))
	return s, under(path, err)
}

// MakeSecret draws a secret of 32 random bytes and keeps it in a new file,
// readable by its owner alone, durable once this returns. A file that is there
// already is left alone: the error wraps fs.ErrExist.
func MakeSecret(path string) (Secret, error) {
	s := NewSecret()
	if err := keepSecret(path, append(bytes.Clone(s.material), '\n')); err != nil {
		return Secret{}, fmt.Errorf("make secret: %w", err)
	}
	return s, nil
}

// NewSecret draws a secret that is kept nowhere.
func NewSecret() Secret {
	var raw [32]byte
	rand.Read(raw[:]) // never fails, see crypto/rand
	return Secret{material: base64.RawURLEncoding.AppendEncode(nil, raw[:])}
}

// keepSecret writes beside path and links, which, unlike a rename, never
// replaces what another process has just made.
func keepSecret(path string, text []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".secret-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return len(s.material) == 0 }

// Key derives 32 bytes for a purpose by HKDF-SHA-256. It panics on the zero
// Secret: keys anybody can compute must never be used.
func (s Secret) Key(purpose string) []byte {
	if s.IsZero() {
		panic("journal: key of the zero Secret")
	}
	key, err := hkdf.Key(sha256.New, s.material, nil, "kepu "+purpose, 32)
	if err != nil {
		panic(err) // only for lengths over 8160
	}
	return key
}

// Fingerprint names the secret without giving it away: 16 hexadecimal digits.
func (s Secret) Fingerprint() string { return hex.EncodeToString(s.Key("fingerprint")[:8]) }

// String hides the secret.
func (s Secret) String() string { return "secret" }

// GoString hides the secret.
func (s Secret) GoString() string { return "secret" }

// LogValue hides the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue("secret") }
