package shelf

import (
	"encoding/binary"
	"encoding/hex"
	"slices"

	"kepu/content"
)

// uuid is an item's id as bytes.
type uuid [16]byte

// parseID reads the one spelling of an item's id: lower case with dashes.
func parseID(s string) (id uuid, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, false
	}
	for n, i := range [...]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
		hi, lo := nibble(s[i]), nibble(s[i+1])
		if hi > 15 || lo > 15 {
			return id, false
		}
		id[n] = hi<<4 | lo
	}
	return id, true
}

func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

func (id uuid) String() string {
	var b [36]byte
	hex.Encode(b[:8], id[:4])
	b[8] = '-'
	hex.Encode(b[9:13], id[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], id[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], id[8:10])
	b[23] = '-'
	hex.Encode(b[24:], id[10:])
	return string(b[:])
}

func (id uuid) tie() uint32 { return binary.BigEndian.Uint32(id[:4]) }

// key is where the tree of ids keeps an id: any order will do there.
func (id uuid) key() int64 { return int64(binary.BigEndian.Uint64(id[8:])) }

// handle numbers a slot. It stays an item's own while the item is on the shelf
// and may be another's afterwards.
type handle uint32

// slot is all that memory holds of an item beside its places in the trees. It
// has no pointers.
type slot struct {
	id      uuid
	rev     uint64
	fresh   int64  // freshness part of the order key
	when    int64  // first publication as ordered, ms
	lift    int64  // of the running scene that lifts it most
	scenes  uint64 // scenes it belongs to, one bit each
	set     uint32 // of topics
	region  uint32 // its code as a number; 0 none
	series  uint32 // number of its series + 1; 0 none
	part    uint32
	until   int64 // shown before this instant only, ms; 0 always
	weights [len(content.Audiences)]uint8
	kind    uint8
	shown   bool // false where its end has passed
}

// Kinds as bytes.
const (
	article uint8 = iota + 1
	video
)

func kindByte(kind string) uint8 {
	switch kind {
	case content.KindArticle:
		return article
	case content.KindVideo:
		return video
	}
	return 0
}

// best is the largest weight.
func (s *slot) best() int { return int(slices.Max(s.weights[:])) }

// table is every slot by handle. It never changes; an edit makes another.
type table struct {
	chunks []*chunk
}

const chunkSize = 128

type chunk [chunkSize]slot

func (t *table) at(h handle) *slot { return &t.chunks[h/chunkSize][h%chunkSize] }
