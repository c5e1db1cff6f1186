package roll

import (
	"encoding/base64"
	"encoding/json"
	"hash/crc32"
)

// cursor is where a page ended: the order's key and the row that had it. Of
// names the question, so that no other goes on from it.
type cursor struct {
	Of  uint32 `json:"o"`
	Key string `json:"k,omitempty"`
	At  int64  `json:"a,omitempty"`
	Seq int64  `json:"s,omitempty"`
	ID  string `json:"i,omitempty"`
}

// longest cursor that is looked at.
const longest = 2048

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		return "" // a struct of words and numbers always marshals
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads a cursor of the question named; ErrCursor where it is none.
func parseCursor(text string, of uint32) (cursor, error) {
	var c cursor
	if len(text) > longest {
		return c, ErrCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || json.Unmarshal(b, &c) != nil || c.Of != of {
		return cursor{}, ErrCursor
	}
	return c, nil
}

// nameOf tells questions apart.
func nameOf(question any) (uint32, error) {
	b, err := json.Marshal(question)
	return crc32.ChecksumIEEE(b), err
}

// limited is a limit within bounds.
func limited(n int) (int, error) {
	switch {
	case n < 0 || n > 100:
		return 0, ErrQuery
	case n == 0:
		return 50, nil
	}
	return n, nil
}
