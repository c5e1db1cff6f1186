package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// child is this program run as another process, as benchmarks need it.
type child struct {
	cmd  *exec.Cmd
	addr string // host:port, once it serves
	log  *os.File
}

// startServe runs serve on a data directory and waits until it listens.
func startServe(ctx context.Context, data string) (*child, error) {
	return startChild(ctx, filepath.Join(data, "serve.log"), "serve", "-data", data, "-addr", "127.0.0.1:0", "-ops-addr", "", "-library=false")
}

// startChild runs a command whose first line of output ends in the address it
// listens on.
func startChild(ctx context.Context, log string, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.CommandContext(ctx, self, args...)}
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGTERM) }
	c.cmd.WaitDelay = 15 * time.Second
	if c.log, err = os.Create(log); err != nil {
		return nil, err
	}
	c.cmd.Stderr = c.log
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		said, _ := os.ReadFile(log)
		return nil, errors.Join(fmt.Errorf("start %s: %w: %s", args[0], err, said), c.stop())
	}
	go io.Copy(io.Discard, lines) // ends when the child closes its output
	c.addr = strings.TrimSpace(line[strings.LastIndex(line, "//")+2:])
	return c, nil
}

// stop asks the child to end and waits for it.
func (c *child) stop() error {
	c.cmd.Process.Signal(syscall.SIGTERM)
	err := c.cmd.Wait()
	c.log.Close()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

// readyzAnswer is what a serve says of itself.
type readyzAnswer struct {
	Shelf       uint64 `json:"shelf_seq"`
	Index       uint64 `json:"index_seq"`
	SearchReady bool   `json:"search_ready"`
}

func (c *child) readyz(ctx context.Context) (ok bool, a readyzAnswer, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.addr+"/readyz", nil)
	if err != nil {
		return false, a, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, a, err
	}
	defer response.Body.Close()
	err = json.NewDecoder(response.Body).Decode(&a)
	return response.StatusCode == http.StatusOK, a, err
}

// caughtUp waits until the child's shelf and index show seq.
func (c *child) caughtUp(ctx context.Context, seq uint64) error {
	for {
		if _, a, err := c.readyz(ctx); err == nil && a.Shelf >= seq && a.Index >= seq && a.SearchReady {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// rss is the child's resident memory in MB.
func (c *child) rss() float64 { return statusMB(c.cmd.Process.Pid, "VmRSS:") }
