package journal

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// Anchor is where the chain stood once, as somebody else wrote it down. Whoever
// holds the secret could make the whole chain anew; what was written down
// elsewhere does not change with it.
type Anchor struct {
	Seq  uint64 `json:"seq"`
	Hash Hash   `json:"hash"`
}

// anchorLine bounds a line that holds an anchor, in bytes.
const anchorLine = 64 << 10

// ReadAnchors finds the anchors in a text of JSON lines, such as the log of a
// server: each object with a whole seq over 0 and a hash of 64 hexadecimal
// digits. Other lines are passed over; a text without any is *Invalid.
func ReadAnchors(r io.Reader) ([]Anchor, error) {
	var anchors []Anchor
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, anchorLine)
	for lines.Scan() {
		var a Anchor
		if json.Unmarshal(lines.Bytes(), &a) == nil && a.Seq > 0 && isHash(a.Hash) {
			anchors = append(anchors, a)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read anchors: %w", err)
	}
	if len(anchors) == 0 {
		return nil, problem("anchor", "里面没有一行带 seq 和 hash 的记录")
	}
	return anchors, nil
}

func isHash(h Hash) bool {
	return made(string(h), 64, func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }) && len(h) == 64
}

// CheckAnchors reports, in Chinese, each anchor that the store's chain does not
// go through.
func CheckAnchors(ctx context.Context, store Store, anchors []Anchor, report func(problem string)) error {
	for _, a := range anchors {
		entries, err := store.Entries(ctx, a.Seq-1, 1)
		if err != nil {
			return fmt.Errorf("check anchor %d: %w", a.Seq, err)
		}
		switch {
		case len(entries) == 0 || entries[0].Seq != a.Seq:
			report(fmt.Sprintf("第 %d 条记录当时有，现在没有了", a.Seq))
		case entries[0].Hash != a.Hash:
			report(fmt.Sprintf("第 %d 条记录和当时记下的不一样", a.Seq))
		}
	}
	return nil
}
