package studio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"kepu/journal"
)

// How long the answer of a call with a key is kept, and how long such a call may
// be under way before another takes its place.
const (
	onceKept  = 24 * time.Hour
	onceUnder = 30 * time.Second
)

// done is what the slate keeps of a call with a key: which call it was, and its
// answer, sealed, for it may hold what is shown only once. Without an answer the
// call is under way.
type done struct {
	Call   string `json:"call"` // hash of the body
	Answer []byte `json:"answer,omitempty"`
}

// said is an answer as it is kept.
type said struct {
	Status int             `json:"status,omitempty"`
	Tag    string          `json:"tag,omitempty"`
	Place  string          `json:"place,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// visibleKey tells whether a key is 1 to 64 visible ASCII characters.
func visibleKey(key string) bool {
	return key != "" && len(key) <= 64 && !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
}

// op names the operation: the same key by the same person is another operation
// on another route or record.
func (c *Call) op() string {
	parts := []string{c.Key, c.ID, c.Route.Name}
	for _, name := range sorted(c.Args) {
		parts = append(parts, c.Args[name])
	}
	return "studio/" + journal.IDFor(parts...)
}

// once makes a call with a key, or gives the answer that it had before. What
// failed is not kept: it may be tried again. Errors: ErrOnce where the key was
// used with another body, ErrUnderWay.
func (s *Studio) once(c *Call) (Answer, error) {
	key := "once/" + c.ID + "/" + c.op()
	sum := sha256.Sum256(c.Body)
	call := hex.EncodeToString(sum[:])
	row, a, err := s.before(c.Ctx, key, call)
	if a != nil || err != nil {
		return *orNone(a), err
	}
	if row.Version == 0 && c.Route.Once == byClaim {
		if row, err = s.claim(c, key, call); err != nil {
			return Answer{}, err
		}
	} else if row.Version != 0 && c.Route.Once == byClaim {
		return Answer{}, ErrUnderWay
	}
	made, err := c.Route.Do.run(c)
	if err != nil {
		return s.failed(c, row, key, call, err)
	}
	return made, s.keep(c, row, key, call, made)
}

func orNone(a *Answer) *Answer {
	if a == nil {
		return &Answer{}
	}
	return a
}

// before looks for an earlier call: its row where it is under way, its answer
// where it was made.
func (s *Studio) before(ctx context.Context, key, call string) (journal.Row, *Answer, error) {
	row, err := s.Slate.Get(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return journal.Row{}, nil, nil
	case err != nil:
		return journal.Row{}, nil, fmt.Errorf("look for the first call: %w", err)
	}
	var was done
	if err := json.Unmarshal(row.Value, &was); err != nil {
		return journal.Row{}, nil, fmt.Errorf("read the first call: %w", err)
	}
	if was.Call != call {
		return journal.Row{}, nil, ErrOnce
	}
	if was.Answer == nil {
		return row, nil, nil
	}
	text, err := s.keys.open(was.Answer, key)
	if err != nil {
		return journal.Row{}, nil, fmt.Errorf("read the first answer: %w", err)
	}
	var answer said
	if err := json.Unmarshal(text, &answer); err != nil {
		return journal.Row{}, nil, fmt.Errorf("read the first answer: %w", err)
	}
	a := &Answer{Status: answer.Status, Tag: answer.Tag, Place: answer.Place}
	if answer.Body != nil {
		a.Body = answer.Body
	}
	return row, a, nil
}

// claim says that the call is under way.
func (s *Studio) claim(c *Call, key, call string) (journal.Row, error) {
	row := journal.Row{Key: key, Expires: c.Now.Add(onceUnder)}
	var err error
	if row.Value, err = json.Marshal(done{Call: call}); err != nil {
		return row, err
	}
	results, err := s.Slate.Put(c.Ctx, row)
	switch {
	case err != nil:
		return row, fmt.Errorf("claim the call: %w", err)
	case errors.Is(results[0].Err, journal.ErrConflict):
		return row, ErrUnderWay
	case results[0].Err != nil:
		return row, fmt.Errorf("claim the call: %w", results[0].Err)
	}
	row.Version = results[0].Version
	return row, nil
}

// failed gives a claim back. Where two of one call ran at once and the other has
// its answer already, that is the answer of this one too.
func (s *Studio) failed(c *Call, row journal.Row, key, call string, cause error) (Answer, error) {
	if row.Version != 0 {
		if err := s.Slate.Delete(c.Ctx, key, row.Version); err != nil {
			s.Log.Warn("give back a claimed call", "err", err)
		}
		return Answer{}, cause
	}
	if _, a, err := s.before(c.Ctx, key, call); a != nil && err == nil {
		return *a, nil
	}
	return Answer{}, cause
}

// keep remembers the answer. The call is made by now: that its answer could not
// be kept does not make it fail.
func (s *Studio) keep(c *Call, row journal.Row, key, call string, a Answer) error {
	answer := said{Status: a.Status, Tag: a.Tag, Place: a.Place}
	var err error
	if a.Body != nil {
		if answer.Body, err = json.Marshal(a.Body); err != nil {
			return fmt.Errorf("keep answer: %w", err)
		}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	row.Key, row.Expires = key, c.Now.Add(onceKept)
	if row.Value, err = json.Marshal(done{Call: call, Answer: s.keys.seal(text, key)}); err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	results, err := s.Slate.Put(c.Ctx, row)
	if err == nil && !errors.Is(results[0].Err, journal.ErrConflict) {
		err = results[0].Err
	}
	if err != nil {
		s.Log.Warn("keep the answer of a call", "route", c.Route.Name, "err", err)
	}
	return nil
}
