package hook

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kepu/content"
	"kepu/journal"
)

// KindHook is the kind of the records this package writes.
const KindHook = "hook"

// Format is the v of every state and row this package writes.
const Format = 1

// Event is what a delivery tells of.
type Event string

// Events. Ping is only ever sent by Book.Test and can't be asked for.
const (
	Publish  Event = "publish"   // readers see the item who did not before
	Change   Event = "change"    // its text, address or placement as readers see them changed
	TakeDown Event = "take-down" // readers do not see it any more: withdrawn, ended, deleted or erased
	Ping     Event = "ping"
)

// Events that a hook may ask for.
var Events = [...]Event{Publish, Change, TakeDown}

// Terms are what an administrator decides about a hook. Of each filter that is
// not empty an item must meet one entry: an audience it is placed for, a topic
// it has or that lies above one it has, a region it lies in (an item without
// one is the whole province's).
type Terms struct {
	Name      string             `json:"name"` // at most 60 characters
	URL       string             `json:"url"`  // see Policy
	Events    []Event            `json:"events"`
	Audiences []content.Audience `json:"audiences,omitempty"`
	Topics    []string           `json:"topics,omitempty"`
	Regions   []string           `json:"regions,omitempty"`
	Active    bool               `json:"active"` // false: nothing is sent, and what is queued is let go
}

// Hook is the record of one webhook.
type Hook struct {
	V  int    `json:"v"`
	ID string `json:"id"`
	Terms
	Off   string           `json:"off,omitempty"` // why the system made it inactive: OffGone; "" it did not
	Since journal.Position `json:"since"`         // it hears of what comes after; the head when it last became active
	Keys  []Key            `json:"keys"`          // newest first, at most two
}

// OffGone is the Off of a hook whose receiver answered 410 Gone.
const OffGone = "gone"

// Key is one secret that deliveries are signed with.
type Key struct {
	ID     string     `json:"id"`
	Sealed string     `json:"sealed"`          // AES-256-GCM under the installation's secret, base64
	Until  *time.Time `json:"until,omitempty"` // signs before this instant only: it was replaced
}

// decode reads a hook's state; a newer format is journal.ErrNewer.
func decode(state []byte) (Hook, error) {
	var h Hook
	if v := journal.Format(state); v > Format {
		return h, fmt.Errorf("decode hook of format %d: %w", v, journal.ErrNewer)
	}
	if err := json.Unmarshal(state, &h); err != nil {
		return h, fmt.Errorf("decode hook: %w", err)
	}
	return h, nil
}

// hears tells whether the hook was there and active at the entry of that seq in
// the store of that identity. A hook that was restored from another store hears
// of everything that comes in this one.
func (h Hook) hears(identity string, seq uint64) bool {
	return h.Active && (h.Since.Identity != identity || seq > h.Since.Seq)
}

// wants tells whether the terms ask for the event about an item placed so.
func (t Terms) wants(e Event, placed ...content.Placement) bool {
	return slices.Contains(t.Events, e) && slices.ContainsFunc(placed, t.meets)
}

func (t Terms) meets(p content.Placement) bool {
	region := p.Region
	if region == "" {
		region = province
	}
	return meets(t.Audiences, p.Audiences, func(a content.Audience, at content.Placed) bool { return at.Audience == a && at.Weight > 0 }) &&
		meets(t.Topics, p.Topics, func(above, topic string) bool { return content.InTopic(topic, above) }) &&
		meets(t.Regions, []string{region}, func(above, code string) bool { return content.Within(code, above) })
}

// meets tells whether no entry is asked for or some pair fits.
func meets[A, B any](asked []A, has []B, fits func(A, B) bool) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a A) bool {
		return slices.ContainsFunc(has, func(b B) bool { return fits(a, b) })
	})
}
