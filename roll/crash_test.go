package roll

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const fileName = "roll.db"

// TestChild is the process that TestKilled kills: it follows the store in
// KEPU_ROLL_CHILD.
func TestChild(t *testing.T) {
	dir := os.Getenv("KEPU_ROLL_CHILD")
	if dir == "" {
		return
	}
	store := openStore(t, dir)
	c := &clock{t: epoch}
	r, err := Open(filepath.Join(dir, "roll", fileName), Options{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("at", r.Position().Seq)
	t.Fatal(r.Follow(t.Context(), store)) // until it is killed
}

// A roll killed at any moment, while it is filled or follows, opens again and
// ends up holding what one filled afresh does.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	defer store.Close()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	w := &random{desk: deskOf(t, store, seed)}
	for range 300 {
		w.step()
	}
	path := filepath.Join(dir, "roll", fileName)
	c := &clock{t: epoch}
	for cycle := range soak(9, 300) {
		if cycle%3 == 0 { // filling is killed too
			if err := discard(path); err != nil {
				t.Fatal(err)
			}
		}
		killChild(t, w, dir)
		if cycle%4 == 3 {
			r := openRoll(t, path, c.now)
			stop := follow(t, r, store)
			wantFresh(t, r, store, c.now)
			stop()
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// killChild starts a child, changes things beside it and kills it.
func killChild(t *testing.T, w *random, dir string) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), "KEPU_ROLL_CHILD="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "at ") {
		t.Fatalf("child says %q", lines.Text())
	}
	deadline := time.Now().Add(time.Duration(w.rand.IntN(150)) * time.Millisecond)
	for time.Now().Before(deadline) {
		w.step()
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("child ended by itself")
	}
}

// stocked is a store, and the bytes of the file of a roll that followed it.
func stocked(t testing.TB, steps int) (*random, []byte) {
	t.Helper()
	w := &random{desk: newDesk(t)}
	path := filepath.Join(t.TempDir(), fileName)
	c := &clock{t: epoch}
	r := openRoll(t, path, c.now)
	stop := follow(t, r, w.store)
	var seq uint64
	for range steps {
		seq = w.step()
	}
	shownUpTo(t, r, seq)
	stop()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return w, b
}

// Whatever is wrong with the file, nothing panics, no list is wrong without an
// error, and in the end the roll answers with what the journal says.
func TestTornFile(t *testing.T) {
	w, good := stocked(t, 250)
	damages := map[string]func(r *rand.Rand, b []byte) []byte{
		"empty":           func(*rand.Rand, []byte) []byte { return nil },
		"another format":  func(_ *rand.Rand, b []byte) []byte { return append([]byte("not a roll at all"), b...) },
		"another version": func(_ *rand.Rand, b []byte) []byte { b[63]++; return b }, // user_version
		"cut":             func(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b))] },
		"zeroed": func(r *rand.Rand, b []byte) []byte {
			const page = 8192
			at := r.IntN(len(b)/page) * page
			clear(b[at:min(len(b), at+page*(1+r.IntN(3)))])
			return b
		},
		"noise": func(r *rand.Rand, b []byte) []byte {
			at := r.IntN(len(b))
			for i := at; i < min(len(b), at+16384); i++ {
				b[i] = byte(r.Uint32())
			}
			return b
		},
	}
	for name, damage := range damages {
		for seed := range uint64(soak(3, 200)) {
			if (name == "empty" || strings.HasPrefix(name, "another")) && seed > 0 {
				continue
			}
			bad := damage(rand.New(rand.NewPCG(seed, 99)), append([]byte(nil), good...))
			if !t.Run(name, func(t *testing.T) { torn(t, w, bad) }) {
				t.Fatalf("%s with seed %d", name, seed)
			}
		}
	}
}

func torn(t *testing.T, w *random, bad []byte) {
	path := filepath.Join(t.TempDir(), fileName)
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	c := &clock{t: epoch}
	r, err := Open(path, Options{Now: c.now, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() // of what the test broke
	stop := follow(t, r, w.store)
	defer stop()
	head, err := w.store.Head(within(t))
	if err != nil {
		t.Fatal(err)
	}
	shownUpTo(t, r, head.Seq)
	for readAll(t, r) != nil { // what is found is mended
		shownUpTo(t, r, head.Seq)
	}
	wantFresh(t, r, w.store, c.now)
}

// readAll reads every list; nil or ErrBehind.
func readAll(t *testing.T, r *Roll) error {
	for _, q := range []Query{{}, {Sort: SortTitle}, {Text: "台风"}, {Text: "要"}, {Status: StatusLive, Sort: SortDue}} {
		q.Sight = Everything()
		for {
			p, err := r.Items(within(t), q)
			if errors.Is(err, ErrBehind) {
				return err
			}
			if err != nil {
				t.Fatal(err)
			}
			if q.After = p.Next; p.Next == "" {
				break
			}
		}
	}
	return nil
}

// Until it has caught up a roll says so rather than give half of what there is.
func TestBehind(t *testing.T) {
	d := newDesk(t)
	w := &random{desk: d}
	for range 50 {
		w.step()
	}
	r := openRoll(t, filepath.Join(t.TempDir(), fileName), nil)
	if _, err := r.Items(within(t), Query{Sight: Everything()}); !errors.Is(err, ErrBehind) || r.Ready() {
		t.Errorf("before it follows: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := r.Wait(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait: %v", err)
	}
	stop := follow(t, r, d.store)
	shownUpTo(t, r, 1)
	rows := items(t, r, Query{Sight: Everything(), Limit: 100})
	if len(rows) == 0 || !r.Ready() {
		t.Errorf("after it caught up: %d rows", len(rows))
	}
	stop()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Follow(within(t), d.store); !errors.Is(err, ErrClosed) {
		t.Errorf("follow a closed roll: %v", err)
	}
	if _, err := r.Items(within(t), Query{Sight: Everything()}); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := r.Wait(within(t), 1<<40); !errors.Is(err, ErrClosed) {
		t.Errorf("wait on a closed roll: %v", err)
	}
}

// Another store's records are never listed beside one's own.
func TestAnotherStore(t *testing.T) {
	c := &clock{t: epoch}
	path := filepath.Join(t.TempDir(), fileName)
	for range 2 {
		w := &random{desk: newDesk(t)}
		for range 60 {
			w.step()
		}
		r := openRoll(t, path, c.now)
		stop := follow(t, r, w.store)
		wantFresh(t, r, w.store, c.now)
		stop()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A store that was put back and went another way is noticed by its hashes.
func TestStoreWentAnotherWay(t *testing.T) {
	c := &clock{t: epoch}
	dir, path := t.TempDir(), filepath.Join(t.TempDir(), fileName)
	store := openStore(t, dir)
	w := &random{desk: deskOf(t, store, 7)}
	for range 40 {
		w.step()
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	copied := map[string][]byte{} // nil where it is not there
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, "journal.db"+suffix))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		copied[suffix] = b
	}
	run := func(steps int) {
		store := openStore(t, dir)
		defer store.Close()
		w.store = store
		for range steps {
			w.step()
		}
		r := openRoll(t, path, c.now)
		stop := follow(t, r, store)
		wantFresh(t, r, store, c.now)
		stop()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	before := *w.desk
	revs := make(map[string]uint64)
	for key, rev := range w.revs {
		revs[key.Kind+"/"+key.ID] = rev
	}
	things := len(w.items)
	run(20)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		name := filepath.Join(dir, "journal.db"+suffix)
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if copied[suffix] != nil {
			if err := os.WriteFile(name, copied[suffix], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.desk = &before
	for key := range w.revs {
		if w.revs[key] = revs[key.Kind+"/"+key.ID]; w.revs[key] == 0 {
			delete(w.revs, key)
		}
	}
	w.items = w.items[:things]
	w.by = "another"
	run(40)
}
