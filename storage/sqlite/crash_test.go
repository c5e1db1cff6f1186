package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Two processes and this one write to one file at once.
func TestProcesses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kepu.db")
	s := open(t, path)
	const rounds, batch, shared = 20, 7, 2
	var tasks []task
	var done []func() error
	for i := range 2 {
		child := task{Path: path, Ledger: filepath.Join(dir, fmt.Sprint("ledger", i)), Name: fmt.Sprint("p", i),
			Batch: batch, Rounds: rounds, Shared: shared}
		tasks = append(tasks, child)
		done = append(done, child.spawn(t).Wait)
	}
	for range rounds {
		for i := range shared {
			must(t, revise(context.Background(), s, fmt.Sprint("shared", i), "parent"))
		}
	}
	for i, wait := range done {
		if err := wait(); err != nil {
			t.Fatalf("child %d: %v", i, err)
		}
	}
	const want = 2*rounds*batch + 3*rounds*shared
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	must(t, s.Wait(ctx, want-1)) // this process hears of the others' last
	if head, err := s.Head(ctx); err != nil || head.Seq != want {
		t.Errorf("head %+v, %v, want %d", head, err, want)
	}
	for _, child := range tasks {
		ledger := notes(t, child.Ledger)
		if len(ledger) != 2*rounds {
			t.Errorf("%s: %d lines in the ledger", child.Name, len(ledger))
		}
		expect(t, s, ledger)
	}
}

// cycles is how often a test does what soak runs do a thousand times.
func cycles(t *testing.T, few int) int {
	t.Helper()
	switch v := os.Getenv("KEPU_SOAK"); v {
	case "":
		return few
	default:
		if n, err := strconv.Atoi(v); err == nil && n > 1 {
			return n
		}
		return 1000
	}
}

// A process killed at any moment loses nothing it acknowledged, leaves nothing
// half-done, and what it had begun can be done again.
func TestKill(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	const perStore = 50
	var dir string
	acknowledged, begun := 0, 0
	n := cycles(t, 20)
	for cycle := range n {
		if cycle%perStore == 0 {
			dir = t.TempDir()
		}
		child := task{Path: filepath.Join(dir, "kepu.db"), Ledger: filepath.Join(dir, "ledger"),
			Name: fmt.Sprint("c", cycle), Batch: 1 + random.IntN(30), Shared: 1}
		before := len(notes(t, child.Ledger))
		kill(t, child, before, random)
		ledger := notes(t, child.Ledger)
		last := ledger[len(ledger)-1]
		acknowledged += len(ledger) - before
		t.Run(fmt.Sprint(cycle), func(t *testing.T) {
			s := open(t, child.Path)
			if len(last.Entries) == 0 { // outcome unknown: again, with the same operations
				begun++
				commit(t, s, child.changes(last.Round)...)
			}
			expect(t, s, ledger)
			must(t, s.Close())
		})
		if t.Failed() {
			t.Fatalf("in cycle %d of seed %d", cycle, seed)
		}
	}
	t.Logf("seed %d: %d kills, %d ledger lines, %d rounds cut", seed, n, acknowledged, begun)
	if begun == 0 {
		t.Error("no kill hit a round at work")
	}
}

// kill runs the child until it has begun, and then for a random moment more.
func kill(t *testing.T, child task, before int, random *rand.Rand) {
	t.Helper()
	cmd := child.spawn(t)
	await(t, "the child began", func() bool { return len(notes(t, child.Ledger)) > before })
	<-time.After(time.Duration(random.Int64N(int64(120 * time.Millisecond))))
	must(t, cmd.Process.Kill())
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
}
