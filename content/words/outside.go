package words

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of the outside checker's answer.
const (
	outsideWait    = 3 * time.Second
	outsideAnswer  = 1 << 20 // bytes
	outsideMost    = 200     // findings
	outsideMessage = 200     // characters of a message, and of a word
)

// Levels of a finding.
const (
	Block  = "block"
	Advise = "advise"
)

// Outside asks a checker of the operator's: the text is POSTed to its address
// as {"text": …}, and it answers 200 with {"findings": [{word, message, level}]}.
// Only the operator sets the address, so it may lie in their own network; no
// redirect is followed.
type Outside struct {
	address string
	client  *http.Client
	log     *slog.Logger
}

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
	return &Outside{address: address, log: log, client: &http.Client{
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
	found, err := o.ask(ctx, text)
	if err != nil {
		o.log.WarnContext(ctx, "content: outside checker", "err", err)
		return nil, fmt.Errorf("ask outside checker: %w", err)
	}
	return found, nil
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
	answer, err := o.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", answer.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, outsideAnswer+1))
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
	var answer struct {
		Findings *[]Finding `json:"findings"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if answer.Findings == nil {
		return nil, errors.New("read answer: it has no findings")
	}
	found := (*answer.Findings)
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
