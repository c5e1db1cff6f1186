package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// control is how check and reindex are heard by a running serve: HTTP on a
// socket in the data directory that only its owner may open. An answer is a
// stream of events, one JSON object a line.
type control struct {
	listener net.Listener
	server   *http.Server
}

// event is one line of an answer: progress, a finding, or the end.
type event struct {
	Done    int    `json:"done,omitempty"`
	Total   int    `json:"total,omitempty"`
	Stage   string `json:"stage,omitempty"`
	Finding string `json:"finding,omitempty"`
	Note    string `json:"note,omitempty"` // what was done
	End     bool   `json:"end,omitempty"`
	Error   string `json:"error,omitempty"`
}

// share is the part done, negative if unknown.
func (e event) share() float64 {
	if e.Total == 0 {
		return -1
	}
	return float64(e.Done) / float64(e.Total)
}

// listenControl replaces a socket left by a killed process: the caller holds
// the directory's lock, so nobody listens there.
func listenControl(path string, a *App) (*control, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("replace control socket: %w", err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("open control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("protect control socket: %w", err), listener.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /reindex", a.stream(func(ctx context.Context, _ *http.Request, say func(event)) error {
		return a.index.Rebuild(ctx, func(done, total int) { say(event{Stage: "重建搜索索引", Done: done, Total: total}) })
	}))
	mux.HandleFunc("POST /check", a.stream(func(ctx context.Context, r *http.Request, say func(event)) error {
		var ask checkRequest
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		return inspect(ctx, a.stores, a.shelf, a.index, ask, say)
	}))
	return &control{listener, &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}}, nil
}

func (a *App) stream(do func(ctx context.Context, r *http.Request, say func(event)) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out := json.NewEncoder(w)
		flusher, _ := w.(http.Flusher)
		var last time.Time
		say := func(e event) {
			if e.Total > 0 && e.Done < e.Total && time.Since(last) < 100*time.Millisecond {
				return
			}
			last = time.Now()
			if out.Encode(e) == nil && flusher != nil {
				flusher.Flush()
			}
		}
		end := event{End: true}
		if err := do(r.Context(), r, say); err != nil {
			end.Error = explain(a.config.in(err))
		}
		say(end)
	}
}

func (c *control) close() error {
	if err := c.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// askServe sends a command, with what goes with it, to the serve that holds the
// data directory and calls heard for each event. running is false where nobody
// listens.
func askServe(ctx context.Context, data, path string, ask any, heard func(event)) (running bool, err error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return false, err
	}
	socket := filepath.Join(data, "serve.sock")
	dialer := net.Dialer{Timeout: 3 * time.Second}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "unix", socket)
	}}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://serve"+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	response, err := client.Do(request)
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	defer response.Body.Close()
	lines := json.NewDecoder(response.Body)
	for {
		var e event
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			return true, errors.New("serve 在回答途中停止了")
		} else if err != nil {
			return true, fmt.Errorf("read answer of serve: %w", err)
		}
		if e.End {
			if e.Error != "" {
				return true, errors.New(e.Error)
			}
			return true, nil
		}
		heard(e)
	}
}
