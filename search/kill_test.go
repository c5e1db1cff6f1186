package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

const childDir, childRound = "KEPU_TEST_KILL_DIR", "KEPU_TEST_KILL_ROUND"

// TestKilled lets a child publish, withdraw and rebuild until it is killed at a
// random moment, again and again. After each death everything the store
// acknowledged is in the index, and nothing else.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		child(t, dir)
		return
	}
	cycles := soak(20, 1000)
	seed := time.Now().UnixNano()
	t.Logf("seed %d, %d cycles", seed, cycles)
	rng := rand.New(rand.NewSource(seed))
	dir := t.TempDir()
	for round := range cycles {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), childDir+"="+dir, childRound+"="+strconv.Itoa(round))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		one := make([]byte, 1)
		if _, err := out.Read(one); err != nil { // it is under way
			t.Fatalf("round %d: the child did not start: %v", round, err)
		}
		pause(ctx, time.Duration(rng.Intn(400))*time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if state, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && !state.Signaled() {
			t.Fatalf("round %d: the child ended by itself: %v", round, cmd.ProcessState)
		}
		cancel()
		if round%5 == 4 || round == cycles-1 {
			w := reopen(t, dir)
			w.equal(t)
			if got, want := w.query(t, Query{Text: "潮汐", Limit: 1}).Total, len(w.shows()); got != want {
				t.Errorf("round %d: %d found, %d shown", round, got, want)
			}
			w.stop(t)
		}
	}
}

// reopen starts everything on a directory that was used before.
func reopen(t testing.TB, dir string) *world {
	t.Helper()
	secret, err := journal.OpenSecret(filepath.Join(dir, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{dir: dir, at: noon, log: quiet, secret: secret}
	w.start(t)
	return w
}

// child works until it is killed.
func child(t *testing.T, dir string) {
	w := reopen(t, dir)
	round, _ := strconv.Atoi(os.Getenv(childRound))
	if err := w.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	fmt.Print(".")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if err := w.index.Rebuild(ctx, nil); err != nil && ctx.Err() == nil && !errors.Is(err, errClosed) {
				fmt.Fprintln(os.Stderr, "rebuild:", err)
			}
			pause(ctx, 20*time.Millisecond)
		}
	}()
	for n := 0; ctx.Err() == nil; n++ {
		var subs []content.Submission
		for i := range 20 {
			subs = append(subs, article(fmt.Sprint(round%7, "-", n%5, "-", i), fmt.Sprintf("潮汐 %d %d %d", round, n, i), "涨落。"))
		}
		out, err := w.Import(ctx, "operator", subs, content.ImportOptions{Publish: true})
		if err != nil {
			continue
		}
		if _, err := w.Withdraw(ctx, content.Operator(), out[n%20].ItemID, "", ""); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "withdraw:", err)
		}
	}
}
