package search

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"kepu/journal"
)

// keyState is the internal row every batch that moves the position writes. An
// index without it was never finished.
var keyState = []byte("state")

var (
	errUnfinished = errors.New("the index was never finished")
	errMapping    = errors.New("the index is of another mapping")
)

// state is what an index knows of itself.
type state struct {
	Mapping  string           `json:"mapping"`
	Position journal.Position `json:"position"`
}

// putState makes the position part of a batch.
func putState(b *index.Batch, at journal.Position) error {
	raw, err := json.Marshal(state{mapping, at})
	if err != nil {
		return fmt.Errorf("encode position: %w", err)
	}
	b.SetInternal(keyState, fmt.Appendf(nil, "%08x%s", crc32.ChecksumIEEE(raw), raw))
	return nil
}

// readState gives the position of a snapshot.
func readState(s *scorch.IndexSnapshot) (journal.Position, error) {
	raw, err := s.GetInternal(keyState)
	if err != nil {
		return journal.Position{}, fmt.Errorf("read position: %w", err)
	}
	if len(raw) == 0 {
		return journal.Position{}, errUnfinished
	}
	var sum uint32
	var st state
	if len(raw) < 8 {
		return journal.Position{}, fmt.Errorf("read position: torn")
	}
	if _, err := fmt.Sscanf(string(raw[:8]), "%08x", &sum); err != nil || sum != crc32.ChecksumIEEE(raw[8:]) {
		return journal.Position{}, fmt.Errorf("read position: torn")
	}
	if err := json.Unmarshal(raw[8:], &st); err != nil {
		return journal.Position{}, fmt.Errorf("read position: %w", err)
	}
	if st.Mapping != mapping {
		return journal.Position{}, fmt.Errorf("%w: %q, not %q", errMapping, st.Mapping, mapping)
	}
	return st.Position, nil
}

// position is up to where a reader of the engine sees the journal.
func (e *engine) position() (at journal.Position, err error) {
	err = e.read(func(s *scorch.IndexSnapshot) error {
		at, err = readState(s)
		return err
	})
	if ahead := e.ahead.Load(); err == nil && ahead != nil && ahead.Identity == at.Identity && ahead.Seq > at.Seq {
		at = *ahead
	}
	return at, err
}
