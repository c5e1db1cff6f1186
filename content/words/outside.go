package words

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Bounds of the outside checker's answer.
const (
	outsideWait    = 3 * time.Second
	outsideAnswer  = 1 << 20 // bytes
	outsideMost    = 200     // findings
	outsideMessage = 200     // characters of a message, and of a word
	outsideKept    = 100     // answers remembered
	outsideFresh   = time.Minute
	outsideRest    = 5 * time.Second
)

// Levels of a finding.
const (
	Block  = "block"
	Advise = "advise"
)

// Outside asks a checker of the operator's: the text is POSTed to its address
// as {"text": …}, and it answers 200 with {"findings": [{word, message, level}]}.
// Only the operator sets the address, so it may lie in their own network; no
// redirect is followed. It is not asked twice about one text within a minute,
// nor at all for five seconds after it failed: who publishes many waits for it
// once. Safe for concurrent use.
type Outside struct {
	Now func() time.Time // nil: time.Now

	address string
	client  *http.Client
	log     *slog.Logger

	mu     sync.Mutex
	asked  map[[sha256.Size]byte]answer
	failed time.Time
}

// answer is what was found in a text, and when.
type answer struct {
	found []Finding
	at    time.Time
}

// errResting is why it is not asked.
var errResting = errors.New("it failed a moment ago")

// Finding is what an outside checker found.
type Finding struct {
	Word    string `json:"word"`
	Message string `json:"message"`
	Level   string `json:"level"` // block or advise
}

// NewOutside takes the checker's address: http or https with a host, a name and
// password allowed. What goes wrong with it is logged: people are told only that
// there was no answer.
func NewOutside(address string, log *slog.Logger) (*Outside, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("outside checker: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, errors.New("outside checker: its address must begin with http:// or https:// and a host")
	}
	return &Outside{address: address, log: log, asked: map[[sha256.Size]byte]answer{}, client: &http.Client{
		Transport: &http.Transport{
			MaxIdleConns: 4, MaxConnsPerHost: 8, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Close lets go of idle connections.
func (o *Outside) Close() { o.client.CloseIdleConnections() }

// Ask gives what the checker found in a text, within three seconds. Any other
// answer than the one described is an error: nobody may take it for "nothing".
func (o *Outside) Ask(ctx context.Context, text string) ([]Finding, error) {
	key := sha256.Sum256([]byte(text))
	found, known, err := o.remembered(key)
	if known {
		return found, err
	}
	if found, err = o.ask(ctx, text); err != nil {
		if ctx.Err() == nil {
			o.log.WarnContext(ctx, "content: outside checker", "err", err)
			o.rest()
		}
		return nil, fmt.Errorf("ask outside checker: %w", err)
	}
	o.remember(key, found)
	return slices.Clone(found), nil
}

func (o *Outside) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

// remembered gives what is known without asking.
func (o *Outside) remembered(key [sha256.Size]byte) (found []Finding, known bool, err error) {
	now := o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	if a, ok := o.asked[key]; ok && recent(a.at, now, outsideFresh) {
		return slices.Clone(a.found), true, nil
	}
	if !o.failed.IsZero() && recent(o.failed, now, outsideRest) {
		return nil, true, fmt.Errorf("ask outside checker: %w", errResting)
	}
	return nil, false, nil
}

// recent tells whether at is not longer ago than that; a clock that was set back
// makes nothing recent.
func recent(at, now time.Time, than time.Duration) bool {
	return !at.After(now) && now.Sub(at) < than
}

func (o *Outside) rest() {
	now := o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed = now
}

func (o *Outside) remember(key [sha256.Size]byte, found []Finding) {
	now := o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.asked) >= outsideKept {
		clear(o.asked) // the oldest are among them, and asking again is cheap
	}
	o.asked[key], o.failed = answer{slices.Clone(found), now}, time.Time{}
}

func (o *Outside) ask(ctx context.Context, text string) (found []Finding, err error) {
	ctx, cancel := context.WithTimeout(ctx, outsideWait)
	defer cancel()
	body, err := json.Marshal(struct {
		Text string `json:"text"`
	}{text})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	reply, err := o.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reply.Body.Close()) }()
	if reply.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", reply.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(reply.Body, outsideAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > outsideAnswer {
		return nil, fmt.Errorf("an answer of more than %d bytes", outsideAnswer)
	}
	return readFindings(raw)
}

// readFindings is strict about what it cannot do without, and cuts the rest to
// size.
func readFindings(raw []byte) ([]Finding, error) {
	var said struct {
		Findings *[]Finding `json:"findings"`
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if said.Findings == nil {
		return nil, errors.New("read answer: it has no findings")
	}
	found := (*said.Findings)
	if len(found) > outsideMost {
		found = found[:outsideMost]
	}
	for i := range found {
		f := &found[i]
		f.Word, f.Message = cut(f.Word), cut(f.Message)
		if f.Level != Block && f.Level != Advise {
			return nil, fmt.Errorf("read answer: level %q of finding %d", cut(f.Level), i+1)
		}
		if f.Word == "" && f.Message == "" {
			return nil, fmt.Errorf("read answer: finding %d is empty", i+1)
		}
	}
	return found, nil
}

// cut makes foreign text one short line.
func cut(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if utf8.RuneCountInString(s) > outsideMessage {
		return string([]rune(s)[:outsideMessage]) + "…"
	}
	return s
}
