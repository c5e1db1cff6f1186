package journal

import (
	"errors"
	"time"
	"unicode"
	"unicode/utf8"
)

// Longest parts of a change, in bytes.
const (
	maxKind  = 32
	maxID    = 128
	maxAct   = 64
	maxActor = 128
	maxOp    = 200
	maxRow   = 512
)

// Draft is a Change made ready to be kept: checked, its state canonical, its
// operation named, its time cut to whole milliseconds.
type Draft struct {
	Change
	Hash   Hash // of State; "" for a deletion
	Format int  // member v of State
}

// Check is nil or the *Invalid that says what is wrong with the change, its
// state included.
func (c Change) Check() error {
	_, err := c.Draft(time.Time{})
	return err
}

// Draft checks the change and makes it ready; its errors are *Invalid. An At
// of zero becomes now, an empty Op is drawn.
func (c Change) Draft(now time.Time) (Draft, error) {
	if err := c.envelope(); err != nil {
		return Draft{}, err
	}
	d := Draft{Change: c}
	if c.State != nil {
		state, format, err := canonicalState(c.State)
		if err != nil {
			return Draft{}, err
		}
		d.State, d.Format, d.Hash = state, format, Sum(state)
	}
	if c.At.IsZero() {
		d.At = now
	}
	d.At = Milli(d.At)
	if c.Op == "" {
		d.Op = NewID()
	}
	return d, nil
}

// Same reports whether e is the first result of the draft's operation.
func (d Draft) Same(e Entry) bool {
	return d.Key == e.Key() && d.Hash == e.State && d.Act == e.Act && d.Actor == e.Actor
}

// Entry is the entry that commits the draft after the one at head, but for its
// Hash (see Chain.Seal).
func (d Draft) Entry(head Position) Entry {
	return Entry{
		Seq: head.Seq + 1, Kind: d.Kind, ID: d.ID, Rev: d.Rev + 1, State: d.Hash,
		Act: d.Act, Actor: d.Actor, At: d.At, Op: d.Op, Prev: head.Hash,
	}
}

// Ready checks the part and gives its canonical state and that state's hash;
// its errors are *Invalid.
func (p Part) Ready() ([]byte, Hash, error) {
	if err := p.Key.Check(); err != nil {
		return nil, "", err
	}
	state, _, err := canonicalState(p.State)
	if err != nil {
		return nil, "", err
	}
	return state, Sum(state), nil
}

// Check is nil or the *Invalid that says why the row can't be kept.
func (r Row) Check() error {
	if err := CheckRowKey(r.Key); err != nil {
		return err
	}
	if len(r.Value) > MaxState {
		return problem("value", "超过 %d 字节", MaxState)
	}
	return nil
}

// CheckRowKey is nil or the *Invalid that says what is wrong with a row's key.
func CheckRowKey(key string) error {
	if !plainText(key, maxRow) {
		return problem("key", "须为 1–%d 字节、不含控制字符的 UTF-8 文字", maxRow)
	}
	return nil
}

// Check is nil or the *Invalid that says what is wrong with the key.
func (k Key) Check() error {
	if !made(k.Kind, maxKind, func(c byte) bool { return c >= 'a' && c <= 'z' || c == '-' }) {
		return problem("kind", "须为 1–%d 个 a–z 或 -", maxKind)
	}
	if !made(k.ID, maxID, func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
			c == '.' || c == '_' || c == '~' || c == '-'
	}) {
		return problem("id", "须为 1–%d 个字母、数字或 . _ ~ -", maxID)
	}
	return nil
}

// Milli is t as the journal keeps it: UTC, cut to whole milliseconds.
func Milli(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

// envelope checks everything but the state.
func (c Change) envelope() error {
	var problems []Problem
	note := func(err error) {
		var invalid *Invalid
		if errors.As(err, &invalid) {
			problems = append(problems, invalid.Problems...)
		}
	}
	note(c.Key.Check())
	if !made(c.Act, maxAct, func(b byte) bool {
		return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '.' || b == '-'
	}) {
		note(problem("act", "须为 1–%d 个 a–z、数字或 . -", maxAct))
	}
	if !plainText(c.Actor, maxActor) {
		note(problem("actor", "须为 1–%d 字节、不含控制字符的 UTF-8 文字", maxActor))
	}
	if c.Op != "" && !plainText(c.Op, maxOp) {
		note(problem("op", "须为至多 %d 字节、不含控制字符的 UTF-8 文字", maxOp))
	}
	if y := c.At.UTC().Year(); y < 1 || y > 9999 {
		note(problem("at", "年份须在 1–9999 之间"))
	}
	if c.State == nil && c.Rev == 0 {
		note(problem("rev", "删除须写明所替换的版本"))
	}
	if c.Rev > maxRev {
		note(problem("rev", "版本号过大"))
	}
	if len(problems) > 0 {
		return &Invalid{Problems: problems}
	}
	return nil
}

// maxRev leaves room for one more in a signed 64-bit column.
const maxRev = 1<<63 - 2

func canonicalState(raw []byte) (state []byte, format int, err error) {
	t, err := parse(raw, false)
	if err != nil {
		return nil, 0, under("state", err)
	}
	if t.nodes[0].kind != object {
		return nil, 0, problem("state", "须为 JSON 对象")
	}
	state = t.write()
	if len(state) > MaxState {
		return nil, 0, problem("state", "超过 %d 字节", MaxState)
	}
	return state, t.format(), nil
}

// under names the field whose text a problem is about.
func under(field string, err error) error {
	var invalid *Invalid
	if errors.As(err, &invalid) {
		for i := range invalid.Problems {
			invalid.Problems[i].Field = field
		}
	}
	return err
}

func made(s string, most int, of func(byte) bool) bool {
	if len(s) == 0 || len(s) > most {
		return false
	}
	for i := range len(s) {
		if !of(s[i]) {
			return false
		}
	}
	return true
}

func plainText(s string, most int) bool {
	if len(s) == 0 || len(s) > most || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}
