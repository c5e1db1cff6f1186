package hook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"kepu/hook"
	"kepu/journal"
	"kepu/storage/sqlite"
)

// task is what a child process, this test binary run again, does: deliver until
// it is killed.
type task struct {
	Path   string
	Secret string
	Port   uint16
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
	fmt.Fprintln(os.Stderr, "child:", err)
	os.Exit(1)
}

func (c task) policy() hook.Policy {
	return hook.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: []uint16{c.Port}, HTTP: true}
}

func (c task) open(ctx context.Context) (*sqlite.Store, *hook.Book, error) {
	secret, err := journal.SecretOf([]byte(c.Secret))
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlite.Open(ctx, c.Path, sqlite.Options{Secret: secret})
	if err != nil {
		return nil, nil, err
	}
	return store, &hook.Book{Store: store, Slate: store.Slate(), Secret: secret, BaseURL: "https://kepu.example.cn", Policy: c.policy()}, nil
}

func (c task) run(ctx context.Context) error {
	_, book, err := c.open(ctx)
	if err != nil {
		return err
	}
	return (&hook.Deliverer{Book: book}).Run(ctx)
}

func (c task) spawn(t testing.TB) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // where the test failed; else it has ended
	return cmd
}

// The delivering process is killed again and again, at any moment, while items
// are published: every event comes, first arrivals are in order, what comes twice
// comes as it was. KEPU_SOAK asks for more kills.
func TestKilled(t *testing.T) {
	kills := 4
	if os.Getenv("KEPU_SOAK") != "" {
		kills = 200
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	r := &rig{clock: newClock()}
	rec := r.receiver(t, nil)
	u, err := url.Parse(rec.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	job := task{Path: filepath.Join(t.TempDir(), "store.db"), Secret: "0123456789abcdef0123456789abcdef", Port: uint16(port)}
	if r.store, r.book, err = job.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer r.store.Close()
	id := r.put(t, rec.URL).Hook.ID
	published := 0
	for range kills {
		child := job.spawn(t)
		before := len(rec.got())
		want := before + random.IntN(15)
		for range 10 {
			r.write(t, item(published), "一")
			published++
		}
		until(t, "some requests", func() bool {
			return len(rec.got()) >= want || r.owed(t, id) == 0 && len(rec.got()) > before
		})
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed
		r.forget(t, "lease/hook")
	}
	job.spawn(t)
	until(t, "all delivered", func() bool { return len(r.records(t, id)) == published && r.owed(t, id) == 0 })
	first := map[string]string{}
	last := uint64(0)
	for _, g := range rec.got() {
		if was, is := first[g.ID]; is {
			if was != string(g.body) {
				t.Errorf("%s came as\n%s\nand\n%s", g.ID, was, g.body)
			}
			continue
		}
		first[g.ID] = string(g.body)
		if g.Seq <= last {
			t.Errorf("%d came first after %d", g.Seq, last)
		}
		last = g.Seq
	}
	if len(first) != published {
		t.Errorf("%d of %d came", len(first), published)
	}
	t.Logf("%d kills, %d published, %d requests", kills, published, len(rec.got()))
}

// forget deletes a row, as time would.
func (r *rig) forget(t testing.TB, key string) {
	t.Helper()
	if row, err := r.book.Slate.Get(t.Context(), key); err == nil {
		if err := r.book.Slate.Delete(t.Context(), key, row.Version); err != nil {
			t.Fatal(err)
		}
	}
}
