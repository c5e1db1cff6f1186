package media_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"kepu/journal"
	"kepu/media"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

// Where these are set this binary is the process that is killed: it adds
// pictures from that number on.
const (
	childDir  = "KEPU_TEST_CHILD_DIR"
	childFrom = "KEPU_TEST_CHILD_FROM"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := work(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// work adds pictures for ever and says which are stored.
func work(dir string) error {
	var n int
	if _, err := fmt.Sscan(os.Getenv(childFrom), &n); err != nil {
		return err
	}
	s, err := journal.SecretOf(bytes.Repeat([]byte("0123456789abcdef"), 4))
	if err != nil {
		return err
	}
	blobs, err := disk.Open(filepath.Join(dir, "blobs"), disk.Options{})
	if err != nil {
		return err
	}
	store, err := sqlite.Open(context.Background(), filepath.Join(dir, "journal.db"), sqlite.Options{Secret: s})
	if err != nil {
		return err
	}
	c := media.Collection{Blobs: blobs, Store: store, Temp: dir}
	for ; ; n++ {
		a, err := c.Add(context.Background(), "child", "p.png", bytes.NewReader(picture(n)))
		if err != nil {
			return err
		}
		fmt.Println(n, a.ID)
	}
}

// killed runs a child for a while and gives the assets it acknowledged, and
// the number it was at.
func killed(t *testing.T, dir string, from int, after time.Duration) (ids []string, at int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, fmt.Sprint(childFrom, "=", from))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer kill.Stop()
	at = from
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		var id string
		if _, err := fmt.Sscan(line, &at, &id); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		at++
		ids = append(ids, id)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the child ended by itself: %v %s", err, &stderr)
	}
	return ids, at
}

// TestKill kills Add at random moments: what was acknowledged stands, and what
// was not is completed by adding it again, with two entries an asset.
func TestKill(t *testing.T) {
	rounds := 20
	if os.Getenv("KEPU_SOAK") != "" {
		rounds = 1000
	}
	dir := t.TempDir()
	next, acknowledged, unfinished := 0, 0, 0
	for range rounds {
		ids, at := killed(t, dir, next, time.Duration(30+rand.IntN(200))*time.Millisecond)
		acknowledged += len(ids)
		c := collect(t, dir)
		for _, id := range ids {
			a, err := c.Get(t.Context(), id)
			if err != nil {
				t.Fatalf("an asset acknowledged is lost: %v", err)
			}
			stands(t, c, a)
		}
		unfinished += storing(t, c)
		// The one that was being added when the child died.
		a, err := c.Add(t.Context(), "e", "p.png", bytes.NewReader(picture(at)))
		if err != nil {
			t.Fatal(err)
		}
		stands(t, c, a)
		if n := storing(t, c); n != 0 {
			t.Fatalf("%d assets are still storing", n)
		}
		next = at + 1
		if left := leftovers(t, dir); len(left) != 0 {
			t.Fatalf("left %v", left)
		}
	}
	if acknowledged == 0 {
		t.Fatal("no child lived long enough to say anything")
	}
	c := collect(t, dir)
	head, err := c.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if head.Seq != uint64(2*next) {
		t.Fatalf("%d entries for %d assets", head.Seq, next)
	}
	t.Logf("%d kills, %d assets acknowledged, %d found half-way", rounds, acknowledged, unfinished)
}

// storing counts the assets that are not stored, and checks the bytes of those
// that are.
func storing(t *testing.T, c *media.Collection) (n int) {
	t.Helper()
	_, err := c.Store.Scan(t.Context(), []string{media.KindAsset}, func(r journal.Record) error {
		a, err := media.Decode(r.State)
		if err != nil {
			return err
		}
		if a.State == media.Storing {
			n++
			return nil
		}
		in, err := c.Blobs.Stat(t.Context(), a.Key)
		if err == nil && in.Size != a.Size {
			err = fmt.Errorf("%d bytes of %d", in.Size, a.Size)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// leftovers are spooled files that did not vanish with their process. One that
// died between making a file and taking its name away leaves it, empty.
func leftovers(t *testing.T, dir string) (out []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "kepu-media-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		fi, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if fi.Size() > 0 {
			out = append(out, name)
		}
	}
	return out
}
