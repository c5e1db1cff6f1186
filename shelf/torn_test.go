package shelf

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// stocked is a store, and the bytes of the file of a shelf that followed it.
func stocked(t testing.TB, n int) (*desk, []byte) {
	t.Helper()
	d := newDesk(t)
	d.topics("health", "health-mind", "space")
	w := d.random(n)
	dir := t.TempDir()
	s := openShelf(t, dir, nil)
	stop := follow(t, s, d.store)
	shown(t, s, d.publish(w...))
	stop()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return d, b
}

// A damaged file is rebuilt or served, whatever is wrong with it: nothing
// panics, and in the end the shelf shows what the journal says. What a damage
// hits that nobody has read yet is found by Check, at the latest.
func TestTornFile(t *testing.T) {
	d, good := stocked(t, 120)
	head, err := d.store.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	damages := map[string]func(*rand.Rand, []byte) []byte{
		"empty":     func(*rand.Rand, []byte) []byte { return nil },
		"truncated": func(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b))] },
		"zeroed": func(r *rand.Rand, b []byte) []byte {
			at := r.IntN(len(b))
			clear(b[at:min(len(b), at+1+r.IntN(3*os.Getpagesize()))])
			return b
		},
		"flipped": func(r *rand.Rand, b []byte) []byte {
			for range 1 + r.IntN(200) {
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			}
			return b
		},
		"noise": func(r *rand.Rand, b []byte) []byte {
			at := r.IntN(len(b))
			for i := at; i < min(len(b), at+r.IntN(16384)); i++ {
				b[i] = byte(r.Uint32())
			}
			return b
		},
		"another format": func(r *rand.Rand, b []byte) []byte { return append([]byte("not a shelf at all"), b...) },
	}
	for name, damage := range damages {
		for seed := range uint64(soak(20, 400)) {
			if (name == "empty" || name == "another format") && seed > 0 {
				continue
			}
			r := rand.New(rand.NewPCG(seed, 99))
			bad := damage(r, append([]byte(nil), good...))
			if !t.Run(name, func(t *testing.T) { torn(t, d, bad, head.Seq) }) {
				t.Fatalf("%s with seed %d", name, seed)
			}
		}
	}
}

func torn(t *testing.T, d *desk, bad []byte, seq uint64) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), bad, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() // its own last save may fail on what the test broke
	stop := follow(t, s, d.store)
	defer stop()
	shown(t, s, seq)
	deadline := time.Now().Add(time.Minute)
	for {
		read := readAll(s)
		problems, err := s.Check(within(t), d.store, t.TempDir())
		if read == nil && err == nil && len(problems) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still damaged: %v, %v, %v", read, err, problems)
		}
	}
}

// readAll reads everything as pages do.
func readAll(s *Shelf) error {
	v := s.View()
	defer v.Close()
	var failed error
	v.IDs(func(id string, _ uint64) bool {
		it, err := v.Item(id)
		if err == nil {
			_, err = v.Card(id)
			v.Lookup(it.Item.Slugs[0])
		}
		if err != nil {
			failed = err
		}
		return true
	})
	q := PageQuery{Limit: 50}
	for failed == nil {
		p, err := v.Page(q)
		if failed = err; p.Next == "" {
			break
		}
		q.After = p.Next
	}
	return failed
}
