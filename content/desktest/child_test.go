package desktest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
	"kepu/journal/journaltest"
	"kepu/storage/sqlite"
)

// task is what a child process, this test binary run again, does at a desk of
// its own on the store of the parent.
type task struct {
	Path string // of the store
	What string // "save" or "due"
	User string // who saves
	Item string // what is saved
	Many int    // saves at once

	Ahead time.Duration // by which the child's clock is ahead of the parent's
}

const childEnv = "KEPU_TEST_CHILD"

func TestMain(m *testing.M) {
	raw := os.Getenv(childEnv)
	if raw == "" {
		os.Exit(m.Run())
	}
	var t task
	err := json.Unmarshal([]byte(raw), &t)
	if err == nil {
		err = t.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// child is a running task; what it is told and tells goes line by line.
type child struct {
	*exec.Cmd
	to   io.WriteCloser
	from *bufio.Scanner
}

func (t task) spawn(tb testing.TB) child {
	tb.Helper()
	raw, err := json.Marshal(t)
	must(tb, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	cmd.Stderr = os.Stderr
	to, err := cmd.StdinPipe()
	must(tb, err)
	from, err := cmd.StdoutPipe()
	must(tb, err)
	must(tb, cmd.Start())
	tb.Cleanup(func() { _ = cmd.Process.Kill() }) // where the test failed; else it has ended
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	return child{cmd, to, lines}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// sit opens a desk on the store at path.
func sit(ctx context.Context, path string) (*content.Desk, *sqlite.Store, error) {
	store, err := sqlite.Open(ctx, path, sqlite.Options{Secret: journaltest.Secret()})
	if err != nil {
		return nil, nil, err
	}
	return &content.Desk{Store: store, Slate: store.Slate()}, store, nil
}

// desk is the parent's.
func desk(t *testing.T, stages int) (*content.Desk, string) {
	t.Helper()
	path := filepath.Join(memory(t), "store.db")
	d, store, err := sit(t.Context(), path)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	must(t, d.SeedReview(t.Context(), stages))
	return d, path
}

func (t task) run(ctx context.Context) error {
	d, store, err := sit(ctx, t.Path)
	if err != nil {
		return err
	}
	d.Now = func() time.Time { return time.Now().Add(t.Ahead) }
	if t.What == "save" {
		err = t.save(ctx, d)
	} else {
		err = t.due(ctx, d)
	}
	return errors.Join(err, store.Close())
}

func editor(id string) content.By {
	return content.By{Actor: account.Actor{ID: id, Grants: []account.Grant{{Role: account.Editor}}}}
}

// outcome of one save of a child.
type outcome struct {
	Text    string
	Rev     uint64 // that it made; 0: it lost
	Current uint64 // that stands, as a loser was told
	Err     string // anything else
}

// save does, for each round it is told of, many saves at once over the revision
// named.
func (t task) save(ctx context.Context, d *content.Desk) error {
	lines := bufio.NewScanner(os.Stdin)
	for round := 0; lines.Scan(); round++ {
		var rev uint64
		if _, err := fmt.Sscan(lines.Text(), &rev); err != nil {
			return err
		}
		all := make([]outcome, t.Many)
		var wait sync.WaitGroup
		for i := range all {
			wait.Go(func() {
				o := &all[i]
				o.Text = fmt.Sprintf("%s第%d轮%d", t.User, round, i)
				stamp, err := d.Save(ctx, editor(t.User), t.Item, rev, 0, version(o.Text), "")
				var lost *journal.Conflict
				switch {
				case err == nil:
					o.Rev = stamp.Rev
				case errors.As(err, &lost):
					o.Current = lost.Current.Rev
				default:
					o.Err = err.Error()
				}
			})
		}
		wait.Wait()
		if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
			return err
		}
	}
	return lines.Err()
}

// due does what is due until nothing is left that will be.
func (t task) due(ctx context.Context, d *content.Desk) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		all, err := d.DueScan(ctx)
		if err != nil || len(all) == 0 {
			return err
		}
		var ids []string
		for _, due := range all {
			if !due.At.After(d.Now()) {
				ids = append(ids, due.ID)
			}
		}
		if _, err := d.RunDue(ctx, ids); err != nil {
			return err
		}
		<-tick.C
	}
}
