package content

import (
	"encoding/json"
	"fmt"

	"kepu/journal"
)

// Decode reads a state or part written by this package. An older format loads;
// a newer one is journal.ErrNewer.
func Decode[T Item | Version | Topic | Series | Scene | Comment | ReviewRules](state []byte) (T, error) {
	var format struct {
		V int `json:"v"`
	}
	var t T
	if err := json.Unmarshal(state, &format); err != nil {
		return t, fmt.Errorf("decode %T: %w", t, err)
	}
	if format.V > Format {
		return t, fmt.Errorf("decode %T of format %d: %w", t, format.V, journal.ErrNewer)
	}
	if err := json.Unmarshal(state, &t); err != nil {
		return t, fmt.Errorf("decode %T: %w", t, err)
	}
	return t, nil
}
