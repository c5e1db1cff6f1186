package shelf

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"strings"
)

// A cursor names the place of the last item given and the pins of page one. It
// is bound to its query by a hash. It is opaque to everybody else and no
// secret: whoever forges one gets a page from another place of the same feed.
type cursor struct {
	place
	pins []uuid
}

const (
	cursorVersion = 1
	cursorHead    = 1 + 8 + 8 + 16 // version, query, key, id
	cursorTail    = 4              // sum of what goes before
	cursorMax     = 1024           // characters
	maxPins       = 16
)

func (c cursor) String(query uint64) string {
	b := make([]byte, 0, cursorHead+16*len(c.pins)+cursorTail)
	b = append(b, cursorVersion)
	b = binary.BigEndian.AppendUint64(b, query)
	b = binary.BigEndian.AppendUint64(b, uint64(c.key))
	b = append(b, c.id[:]...)
	for _, pin := range c.pins {
		b = append(b, pin[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(b, sum(b)))
}

// parseCursor reads a cursor of that query; ErrCursor for anything else.
func parseCursor(s string, query uint64) (cursor, error) {
	var c cursor
	if len(s) > cursorMax || strings.ContainsAny(s, "\r\n") { // which base64 passes over
		return c, ErrCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < cursorHead+cursorTail {
		return c, ErrCursor
	}
	body, tail := b[:len(b)-cursorTail], b[len(b)-cursorTail:]
	if binary.BigEndian.Uint32(tail) != sum(body) || body[0] != cursorVersion || binary.BigEndian.Uint64(body[1:]) != query {
		return c, ErrCursor
	}
	c.key = int64(binary.BigEndian.Uint64(body[9:]))
	c.id = uuid(body[17:])
	pins := body[cursorHead:]
	if len(pins)%16 != 0 || len(pins) > 16*maxPins {
		return c, ErrCursor
	}
	for ; len(pins) > 0; pins = pins[16:] {
		c.pins = append(c.pins, uuid(pins))
	}
	return c, nil
}

func sum(b []byte) uint32 {
	h := fnv.New32a()
	h.Write(b)
	return h.Sum32()
}

// number is what binds a cursor to its query. Limit is not part of it.
func (q PageQuery) number(feed string) uint64 {
	h := fnv.New64a()
	for _, field := range []string{feed, string(q.Audience), q.Topic, q.Region, q.Kind, q.Series} {
		h.Write([]byte(field))
		h.Write([]byte{0})
	}
	return h.Sum64()
}
