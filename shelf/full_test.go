package shelf

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kepu/content"
)

// On a full disk everything is shown all the same, also what the file has no
// room for, and with room again it is saved without opening anew.
func TestFullDisk(t *testing.T) {
	d := newDesk(t)
	dir := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	mounted := true
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Logf("no small disk can be mounted here (%v); a limit on the file's size stands in for it", err)
		mounted = false
	}
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	stop := follow(t, s, d.store)
	ballast := filepath.Join(dir, "ballast")
	room := func() error { return os.Remove(ballast) }
	shown(t, s, d.publish(article1(0, placed(content.Youth, 50))))
	if err := s.save(); err != nil {
		t.Fatal(err)
	}
	if mounted {
		if err := os.WriteFile(ballast, make([]byte, 3<<20), 0o600); err != nil {
			t.Fatal(err)
		}
	} else {
		s.write.Lock()
		db := s.state.Load().file.db
		db.MaxSize = 1 << 17
		s.write.Unlock()
		room = func() error { db.MaxSize = 0; return nil }
	}
	published := 1
	for full := false; !full; published++ {
		if published > 2000 {
			t.Fatal("it never got full")
		}
		a := article1(published, placed(content.Youth, 50))
		a.version.Summary = strings.Repeat("满", 2000)
		shown(t, s, d.publish(a))
		if published%20 == 0 {
			full = s.save() != nil
		}
	}
	if n := view(t, s).Count(); n != published {
		t.Errorf("%d of %d shown on a full disk", n, published)
	}
	if err := readAll(s); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	if err := room(); err != nil {
		t.Fatal(err)
	}
	if err := s.save(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	wantFresh(t, s, d.store)
	stop()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	again := openShelf(t, dir, nil)
	if n := view(t, again).Count(); n != published {
		t.Errorf("%d of %d after opening again", n, published)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if mounted {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}
}
