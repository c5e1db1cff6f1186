package search

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"math"
)

// A cursor is base64url of: format 1, eight bytes of the query's hash, the bits
// of the score, the id, and a CRC-32 of all that. It is no secret: it only says
// after which score and id of the same query to go on.
const cursorFormat = 1

// fingerprint names a query without its place and length.
func (q Query) fingerprint() [8]byte {
	q.After, q.Limit = "", 0
	q.From, q.To = q.From.UTC(), q.To.UTC()
	raw, err := json.Marshal(q)
	if err != nil {
		return [8]byte{} // a year beyond 9999; such a query was refused
	}
	sum := sha256.Sum256(raw)
	return [8]byte(sum[:8])
}

func (q Query) cursor(m mark) string {
	print := q.fingerprint()
	raw := append([]byte{cursorFormat}, print[:]...)
	raw = binary.BigEndian.AppendUint32(raw, math.Float32bits(m.score))
	raw = append(raw, m.id...)
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// place reads the query's cursor; false where it is not one of ours or belongs
// to another query.
func (q Query) place() (mark, bool) {
	const head, tail = 1 + 8 + 4, 4
	raw, err := base64.RawURLEncoding.Strict().DecodeString(q.After)
	if err != nil || len(raw) <= head+tail || len(raw) > head+tail+128 || raw[0] != cursorFormat {
		return mark{}, false
	}
	body := raw[:len(raw)-tail]
	if crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(raw[len(body):]) {
		return mark{}, false
	}
	print := q.fingerprint()
	score := math.Float32frombits(binary.BigEndian.Uint32(body[9:]))
	if string(body[1:9]) != string(print[:]) || !(score > 0) || math.IsInf(float64(score), 0) {
		return mark{}, false
	}
	return mark{score, string(body[head:])}, true
}
