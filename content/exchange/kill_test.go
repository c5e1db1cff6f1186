package exchange_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
	"kepu/media"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

// child is this program run again: it imports KEPU_IMPORT_CHILD into
// KEPU_IMPORT_DIR until it is killed or done.
func child() int {
	ctx, dir := context.Background(), os.Getenv("KEPU_IMPORT_DIR")
	err := func() error {
		secret, err := journal.OpenSecret(filepath.Join(dir, "secret"))
		if err != nil {
			return err
		}
		store, err := sqlite.Open(ctx, filepath.Join(dir, "store.db"), sqlite.Options{Secret: secret})
		if err != nil {
			return err
		}
		defer store.Close()
		blobs, err := disk.Open(filepath.Join(dir, "blobs"), disk.Options{})
		if err != nil {
			return err
		}
		im := exchange.Import{
			Desk:  &content.Desk{Store: store, Slate: store.Slate(), Now: time.Now},
			Media: &media.Collection{Blobs: blobs, Store: store, Temp: dir},
			Actor: "operator", Source: "test", Options: content.ImportOptions{Publish: true},
			Progress: func(p exchange.Progress) { fmt.Println(p.Items) },
		}
		if err := im.Desk.Seed(ctx); err != nil {
			return err
		}
		_, err = im.Paths(ctx, []string{os.Getenv("KEPU_IMPORT_CHILD")})
		return err
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// cycles is how often a kill test kills: a few times in every test run, a
// thousand in a soak.
func cycles(few int) int {
	if os.Getenv("KEPU_SOAK") != "" {
		return 1000
	}
	return few
}

// lines is how many items are imported: so many batches that every kill of one
// folder's import hits a new one.
const lines, batch, perStore = 4_000, 200, 20

// TestKilled kills an import again and again at a random moment; run to its end
// at last, it leaves what an undisturbed one leaves.
func TestKilled(t *testing.T) {
	list := map[string]string{"pics/dot.png": dot}
	var text strings.Builder
	for i := range lines {
		fmt.Fprintf(&text, `{"id":"%d","title":"第 %d 条","text":"%s","cover":{"src":"pics/dot.png","alt":"点"}}`+"\n", i, i%50, strings.Repeat("细菌会大量繁殖。", 20))
	}
	list["items.jsonl"] = text.String()
	in := files(t, list)
	calm := open(t)
	calm.run(t, in)

	before := texts(t, calm)
	if len(before) != lines {
		t.Fatalf("%d items, undisturbed", len(before))
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	n, done := cycles(perStore), 0
	for kills := 0; kills < n; kills += perStore {
		dir := t.TempDir()
		done += killImports(t, in, dir, min(perStore, n-kills), dice)
		completes(t, in, dir, before)
	}
	t.Logf("%d of %d ended before they were killed", done, n)
	if done == n {
		t.Error("no kill hit an import at work")
	}
}

// killImports starts an import so many times and kills each a little further on
// than the last; it tells how many ended first.
func killImports(t *testing.T, in, dir string, kills int, dice *rand.Rand) (done int) {
	t.Helper()
	for round := range kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "KEPU_IMPORT_CHILD="+in, "KEPU_IMPORT_DIR="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Killed after so many batches, at any moment of the next.
		buf := make([]byte, 1)
		for left := round*lines/batch/perStore + dice.IntN(2); left > 0; {
			if n, err := out.Read(buf); err != nil {
				break
			} else if n > 0 && buf[0] == '\n' {
				left--
			}
		}
		<-time.After(time.Duration(dice.IntN(100)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil && cmd.ProcessState == nil {
			t.Logf("round %d: %v", round, err)
		}
		if cmd.Wait() == nil {
			done++
		}
	}
	return done
}

// completes runs a killed import to its end, which leaves what is wanted, and
// once more, which does nothing.
func completes(t *testing.T, in, dir string, before map[string]journal.Hash) {
	t.Helper()
	r := openRoom(t, dir)
	report := r.run(t, in)
	if report.Total != lines || report.Bad() != 0 {
		t.Fatalf("%+v", report)
	}
	after := texts(t, r)
	if len(after) != lines {
		t.Fatalf("%d items, undisturbed %d", len(after), len(before))
	}
	for id, hash := range before {
		if after[id] != hash {
			t.Errorf("%s differs", id)
		}
	}
	head := r.head(t)
	if report := r.run(t, in); report.Outcomes[content.Unchanged] != lines || r.head(t) != head {
		t.Errorf("%+v", report)
	}
}

// texts maps every live item to the hash of its version.
func texts(t *testing.T, r *room) map[string]journal.Hash {
	t.Helper()
	got := map[string]journal.Hash{}
	_, err := r.store.Scan(t.Context(), []string{content.KindItem}, func(record journal.Record) error {
		item, err := content.Decode[content.Item](record.State)
		if item.Live != "" {
			got[item.ID] = item.Live
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
