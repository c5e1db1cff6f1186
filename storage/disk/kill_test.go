package disk_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"kepu/media"
	"kepu/storage/disk"
)

// childDir, where it is set, makes this binary the process that is killed.
const childDir = "KEPU_TEST_CHILD_DIR"

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

// bytesOf is n bytes that follow from seed.
func bytesOf(seed uint64, n int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)}), n)
}

func sum(r io.Reader) media.Key {
	key, err := media.Sum(context.Background(), r, make([]byte, 1<<16))
	if err != nil {
		panic(err)
	}
	return key
}

// work puts, uploads and deletes for ever, and says of each step that it is
// done only when it is.
func work(dir string) error {
	ctx := context.Background()
	b, err := disk.Open(dir, disk.Options{})
	if err != nil {
		return err
	}
	for {
		seed, size := uint64(rand.Uint32()), rand.Int64N(400_000)
		key := sum(bytesOf(seed, size))
		if err := b.Put(ctx, key, size, bytesOf(seed, size)); err != nil {
			return err
		}
		fmt.Println("put", key, seed, size)
		up, err := b.Begin(ctx)
		if err != nil {
			return err
		}
		fmt.Println("begin", up, seed, 0)
		stream := bytesOf(seed, 1<<40)
		var at int64
		for range 1 + rand.IntN(5) {
			if at, err = b.Append(ctx, up, at, io.LimitReader(stream, rand.Int64N(300_000))); err != nil {
				return err
			}
			fmt.Println("append", up, seed, at)
		}
		if _, err := b.Commit(ctx, up); err != nil {
			return err
		}
		fmt.Println("commit", up, seed, at)
		if err := b.Delete(ctx, key); err != nil {
			return err
		}
		if err := b.Put(ctx, key, size, bytesOf(seed, size)); err != nil {
			return err
		}
	}
}

// said is the last thing heard of one blob or upload.
type said struct {
	what string
	seed uint64
	size int64
}

// killed runs a child in dir, kills it after a while and gives what it said.
func killed(t *testing.T, dir string, after time.Duration) map[string]said {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	heard := map[string]said{}
	lines := bufio.NewReader(out)
	kill := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer kill.Stop()
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // half a line was not said
		}
		var s said
		var id string
		if _, err := fmt.Sscan(line, &s.what, &id, &s.seed, &s.size); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		heard[id] = s
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the child ended by itself: %v %s", err, &stderr)
	}
	return heard
}

func TestKill(t *testing.T) {
	rounds := 20
	if os.Getenv("KEPU_SOAK") != "" {
		rounds = 1000
	}
	dir := t.TempDir()
	said := 0
	for range rounds {
		heard := killed(t, dir, time.Duration(20+rand.IntN(250))*time.Millisecond)
		said += len(heard)
		b := open(t, dir)
		for id, s := range heard {
			verify(t, b, id, s)
		}
		whole(t, b)
		empty(t, b)
	}
	if said == 0 {
		t.Fatal("no child lived long enough to say anything")
	}
	t.Logf("%d kills, %d blobs and uploads acknowledged", rounds, said)
}

// verify fails unless what was acknowledged stands.
func verify(t *testing.T, b media.Blobs, id string, s said) {
	t.Helper()
	if s.what == "put" {
		f, err := b.Open(t.Context(), media.Key(id)) // perhaps in the trash
		if err != nil {
			t.Fatalf("a blob acknowledged is lost: %v", err)
		}
		defer f.Close()
		if sum(f) != media.Key(id) {
			t.Fatal("a blob holds other bytes")
		}
		return
	}
	in, err := b.Commit(t.Context(), id)
	if err != nil {
		t.Fatalf("an upload of which %q was said is lost: %v", s.what, err)
	}
	if in.Size < s.size || s.what == "commit" && in.Size != s.size {
		t.Fatalf("%d of %d bytes acknowledged by %q are left", in.Size, s.size, s.what)
	}
	if in.Key != sum(bytesOf(s.seed, in.Size)) {
		t.Fatalf("an upload of which %q was said holds other bytes", s.what)
	}
}

// whole fails unless every blob holds the bytes its key names.
func whole(t *testing.T, b media.Blobs) {
	t.Helper()
	err := b.Keys(t.Context(), func(in media.Info) error {
		f, err := b.Open(t.Context(), in.Key)
		if err != nil {
			return err
		}
		defer f.Close()
		if sum(f) != in.Key {
			return fmt.Errorf("blob %s holds other bytes", in.Key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// empty removes everything, so that rounds stay cheap.
func empty(t *testing.T, b media.Blobs) {
	t.Helper()
	err := b.Keys(t.Context(), func(in media.Info) error { return b.Delete(t.Context(), in.Key) })
	if err == nil {
		_, err = b.Purge(t.Context(), time.Now().Add(time.Hour))
	}
	if err == nil {
		err = b.Uploads(t.Context(), func(up string, _ int64, _ time.Time) error { return b.Abort(t.Context(), up) })
	}
	if err != nil {
		t.Fatal(err)
	}
}
