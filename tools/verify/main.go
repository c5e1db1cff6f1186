// Command verify runs what a green build means – vet, staticcheck and every
// test – and ends with one line "N passed, N failed". A step counts as one, a
// test without subtests counts as one. It prints what failed in full, what was
// skipped in a line each, and is silent about the rest.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	fast := flag.Bool("fast", false, "short tests only, cached results count")
	lint := flag.String("lint", "", "go.mod that pins staticcheck; empty leaves it out")
	timeout := flag.Duration("timeout", 20*time.Minute, "longest a single package's tests may take")
	report := flag.String("report", "", "also write a Markdown report to this file")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	started := time.Now()
	t := newTally(os.Stdout)
	t.step(ctx, "vet", "go", "vet", "./...")
	if *lint != "" {
		t.step(ctx, "staticcheck", "go", "tool", "-modfile="+*lint, "staticcheck", "./...")
	}
	if err := t.tests(ctx, testArgs(*fast, *timeout)); err != nil {
		t.fail("go test", err.Error())
	}
	if *report != "" {
		if err := writeReport(*report, t, started); err != nil {
			t.fail("report", err.Error())
		}
	}
	fmt.Printf("%d passed, %d failed\n", t.passed, len(t.failures))
	if len(t.failures) > 0 {
		stop()
		os.Exit(1)
	}
}

func testArgs(fast bool, timeout time.Duration) []string {
	args := []string{"test", "-json", "-timeout", timeout.String()}
	if fast {
		args = append(args, "-short")
	} else {
		args = append(args, "-count=1") // a green build has run, not remembered
	}
	return append(args, "./...")
}

// step runs one command that passes or fails as a whole.
func (t *tally) step(ctx context.Context, name string, command ...string) {
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
	if err != nil {
		t.fail(name, string(out)+err.Error())
		return
	}
	t.passed++
	fmt.Fprintf(t.out, "ok    %s\n", name)
}

// tests runs go test and counts its events as they come.
func (t *tally) tests(ctx context.Context, args []string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	reading := t.read(events)
	if reading != nil {
		// The child must not block on a pipe that nobody reads.
		_, _ = io.Copy(io.Discard, events)
	}
	if err := cmd.Wait(); err != nil && len(t.failures) == 0 {
		return fmt.Errorf("go test ended with %w and named no test", err)
	}
	return reading
}
