package sqlite_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kepu/journal"
	"kepu/journal/journaltest"
	"kepu/storage/sqlite"
)

// task is what a child process, this test binary run again, does: commit
// batches, part and row with each, and note in a ledger what was acknowledged.
type task struct {
	Path   string // of the store
	Ledger string // one line a batch, fsynced when acknowledged
	Name   string // prefix of its records and operations
	Batch  int    // changes a commit
	Rounds int    // 0: until killed
	Shared int    // records that several children revise
}

// note is a line of the ledger.
type note struct {
	Name    string
	Round   int
	Entries []journal.Entry // acknowledged; none where the round was only begun
	Part    journal.Hash
	Row     uint64
}

const childEnv = "KEPU_TEST_CHILD"

func TestMain(m *testing.M) {
	text := os.Getenv(childEnv)
	if text == "" {
		os.Exit(m.Run())
	}
	var t task
	err := json.Unmarshal([]byte(text), &t)
	if err == nil {
		err = t.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// spawn starts the task in a process of its own.
func (t task) spawn(tb testing.TB) *exec.Cmd {
	tb.Helper()
	text, err := json.Marshal(t)
	must(tb, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	must(tb, cmd.Start())
	tb.Cleanup(func() { _ = cmd.Process.Kill() }) // where the test failed; else it has ended
	return cmd
}

func (t task) run(ctx context.Context) error {
	s, err := sqlite.Open(ctx, t.Path, sqlite.Options{Secret: journaltest.Secret()})
	if err != nil {
		return err
	}
	ledger, err := os.OpenFile(t.Ledger, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	// The line an earlier child was killed in the middle of ends here.
	if _, err := ledger.WriteString("\n"); err != nil {
		return err
	}
	for round := 0; t.Rounds == 0 || round < t.Rounds; round++ {
		if err := t.round(ctx, s, ledger, round); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
	}
	return errors.Join(s.Close(), ledger.Close())
}

func (t task) round(ctx context.Context, s *sqlite.Store, ledger *os.File, round int) error {
	n := note{Name: t.Name, Round: round}
	if err := n.keep(ledger); err != nil {
		return err
	}
	hashes, err := s.PutParts(ctx, t.part(round))
	if err != nil {
		return err
	}
	rows, err := s.Slate().Put(ctx, t.row(round))
	if err != nil || rows[0].Err != nil {
		return errors.Join(err, rows[0].Err)
	}
	results, err := s.Commit(ctx, t.changes(round)...)
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Err != nil {
			return r.Err
		}
		n.Entries = append(n.Entries, r.Entry)
	}
	n.Part, n.Row = hashes[0], rows[0].Version
	if err := n.keep(ledger); err != nil {
		return err
	}
	for i := range t.Shared {
		if err := revise(ctx, s, fmt.Sprint("shared", i), t.Name); err != nil {
			return err
		}
	}
	return nil
}

// revise adds one revision, whoever else does too.
func revise(ctx context.Context, s *sqlite.Store, id, by string) error {
	c := journal.Change{Key: journal.Key{Kind: "item", ID: id}, State: []byte(`{"v":1,"by":"` + by + `"}`), Act: "save", Actor: by}
	for {
		results, err := s.Commit(ctx, c)
		if err != nil {
			return err
		}
		var conflict *journal.Conflict
		if !errors.As(results[0].Err, &conflict) {
			return results[0].Err
		}
		c.Rev = conflict.Current.Rev
	}
}

func (t task) id(round, i int) string { return fmt.Sprintf("%s-%d-%d", t.Name, round, i) }

// changes of a round are the same whenever it is asked for: made, revised, and
// every fifth deleted.
func (t task) changes(round int) (all []journal.Change) {
	for i := range t.Batch {
		c := journal.Change{Key: journal.Key{Kind: "item", ID: t.id(round, i/2)}, Act: "save", Actor: t.Name,
			Op: fmt.Sprintf("%s/%d/%d", t.Name, round, i)}
		c.Rev = uint64(i % 2)
		if c.Rev == 0 || i%5 != 0 {
			c.State = []byte(fmt.Sprintf(`{"v":1,"n":%d,"text":"%s"}`, i, strings.Repeat("科普", 400)))
		}
		all = append(all, c)
	}
	return all
}

func (t task) part(round int) journal.Part {
	return journal.Part{Key: journal.Key{Kind: "item", ID: t.id(round, 0)}, State: []byte(fmt.Sprintf(`{"v":1,"round":%d}`, round))}
}

func (t task) row(round int) journal.Row {
	return journal.Row{Key: "slug/" + t.id(round, 0), Value: []byte(t.Name)}
}

func (n note) keep(ledger *os.File) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if _, err := ledger.Write(append(line, '\n')); err != nil {
		return err
	}
	return ledger.Sync()
}

// notes reads a ledger but for lines cut off.
func notes(t testing.TB, path string) (all []note) {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	must(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var n note
		if json.Unmarshal(lines.Bytes(), &n) == nil {
			all = append(all, n)
		}
	}
	return all
}

// expect checks that everything acknowledged is there, and the whole store.
func expect(t *testing.T, s *sqlite.Store, ledger []note) {
	t.Helper()
	ctx, entries := context.Background(), map[uint64]journal.Entry{}
	for after := uint64(0); ; {
		page, err := s.Entries(ctx, after, 1000)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			entries[e.Seq] = e
		}
		after = page[len(page)-1].Seq
	}
	for _, n := range ledger {
		for _, e := range n.Entries {
			if entries[e.Seq] != e {
				t.Fatalf("acknowledged %+v, there is %+v", e, entries[e.Seq])
			}
		}
		if len(n.Entries) == 0 {
			continue
		}
		child := task{Name: n.Name}
		key := journal.PartKey{Key: child.part(n.Round).Key, Hash: n.Part}
		if found, err := s.Parts(ctx, key); err != nil || len(found) != 1 {
			t.Fatalf("acknowledged part %+v: %v, %v", key, found, err)
		}
		if row, err := s.Slate().Get(ctx, child.row(n.Round).Key); err != nil || row.Version != n.Row {
			t.Fatalf("acknowledged row %+v: %+v, %v", n, row, err)
		}
	}
	faults, err := check(s, nil)
	must(t, err)
	for _, f := range faults {
		t.Error(f)
	}
}

// await polls until what holds.
func await(t testing.TB, name string, what func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !what() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("never: %s", name)
		}
	}
}
