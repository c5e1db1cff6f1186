package journal

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"
)

// NewID draws an id: a UUIDv7, whose order is roughly that of time.
func NewID() string {
	return uuid.Must(uuid.NewV7()).String() // fails only where the system has no randomness left
}

// IDFor is the id that follows from parts: a UUIDv8 of their SHA-256, each
// part preceded by its length, so that no two lists share one. Whoever computes
// it gets the same.
func IDFor(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write([]byte(p))
	}
	var id uuid.UUID
	copy(id[:], h.Sum(nil))
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}
