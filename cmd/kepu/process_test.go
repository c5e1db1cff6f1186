package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a serve of its own, as an operator starts it.
type process struct {
	cmd   *exec.Cmd
	base  string
	said  *said
	ended chan struct{}
}

// said keeps what a process writes to its standard error.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// another prepares this binary as another kepu.
func another(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "KEPU_TEST_AS=kepu")
	return cmd
}

// serving starts a serve process on a data directory and waits for its address.
func serving(t *testing.T, data string, args ...string) *process {
	t.Helper()
	p := &process{said: &said{}, ended: make(chan struct{})}
	p.cmd = another(append([]string{"serve", "-data", data, "-addr", "127.0.0.1:0", "-ops-addr", ""}, args...)...)
	p.cmd.Stderr = p.said
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		_ = p.cmd.Wait() // how it ended stands in its state
		close(p.ended)
	}()
	t.Cleanup(func() { p.kill(t) })
	_, p.base, _ = strings.Cut(strings.TrimSpace(line), "：")
	if !strings.HasPrefix(p.base, "http://") {
		t.Fatalf("serve said %q, %v: %s", line, err, p.said)
	}
	return p
}

// kill ends the process at once; it may have been ended before.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && p.alive() {
		t.Error(err)
	}
	<-p.ended
}

// stop asks the process to end and wants it to end well.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if code := p.cmd.ProcessState.ExitCode(); code != exitDone {
		t.Errorf("serve ended with %d: %s", code, p.said)
	}
}

func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// get asks for a path, wherever it redirects to.
func (p *process) get(t *testing.T, path string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	response, err := client.Get(p.base + path)
	if err != nil {
		t.Fatalf("%v: %s", err, p.said)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s: %v: %s", path, err, p.said)
	}
	return response.StatusCode, string(body)
}

// bar tells how long something took, and in a soak, which has the machine to
// itself, wants it within its figure.
func bar(t *testing.T, what string, took, most time.Duration) {
	t.Helper()
	if t.Logf("%s: %.2f s of at most %v", what, took.Seconds(), most); soaking() && took > most {
		t.Errorf("%s: took %v, at most %v", what, took, most)
	}
}

// until polls until fine says so, and fails after a minute.
func until(t *testing.T, what string, fine func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !fine() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// ready waits until the pages and the search of a process stand.
func (p *process) ready(t *testing.T) {
	t.Helper()
	until(t, "a ready site and search", func() bool {
		status, body := p.get(t, "/readyz")
		var detail struct {
			Search bool `json:"search_ready"`
		}
		return status == http.StatusOK && json.Unmarshal([]byte(body), &detail) == nil && detail.Search
	})
}

// total is how many items a search finds; -1 where it does not answer.
func (p *process) total(t *testing.T, query string) int {
	t.Helper()
	status, body := p.get(t, "/api/v1/search?limit=1&q="+query)
	var found struct{ Total int }
	if status != http.StatusOK || json.Unmarshal([]byte(body), &found) != nil {
		return -1
	}
	return found.Total
}

// spent is the processor time a process has used, by the kernel's account.
func (p *process) spent(t *testing.T) time.Duration {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	field := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	var user, system int64
	if _, err := fmt.Sscan(field[11]+" "+field[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return time.Duration(user+system) * (time.Second / 100) // USER_HZ is 100 on Linux
}
