package main

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// trigger says when a process dies: at the n-th thing that happens to a file of
// the data directory (made, written, renamed, removed), or where n is 0 after a
// while. Things that happen to files stand close to every commit, rename and
// acknowledgement, where a moment on the clock rarely falls.
type trigger struct {
	event int
	after time.Duration
}

func draw(r *rand.Rand) trigger {
	if r.IntN(2) == 0 {
		return trigger{after: time.Duration(5+r.IntN(500)) * time.Millisecond}
	}
	// Few events reach into a start, many into steady work.
	return trigger{event: 1 + r.IntN(1<<r.IntN(11)), after: time.Second}
}

// killed runs this binary as other processes on a data directory, the first of
// which dies at the trigger and the others right after it. It tells whether the
// first was at work until then.
func killed(t *testing.T, data string, at trigger, all ...*exec.Cmd) (inTime bool) {
	t.Helper()
	events, stop := watch(t, data)
	defer stop()
	ended := make([]chan error, len(all))
	said := make([]said, len(all))
	for i, cmd := range all {
		cmd.Stderr = &said[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended[i] = make(chan error, 1)
		go func() { ended[i] <- cmd.Wait() }()
	}
	late := time.NewTimer(at.after)
	defer late.Stop()
	for seen, done := 0, false; !done; {
		select {
		case err := <-ended[0]: // it may be done before its time
			ended[0] <- err
			done = true
		case n := <-events:
			seen += n
			done = at.event > 0 && seen >= at.event
		case <-late.C:
			done = true
		}
	}
	for i, cmd := range all {
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		<-ended[i]
		if code := cmd.ProcessState.ExitCode(); code > 0 { // −1: by our signal
			t.Fatalf("%v ended by itself with %d: %s", cmd.Args[1:], code, &said[i])
		}
	}
	return all[0].ProcessState.ExitCode() < 0
}

// watch tells how many things happened to the files below a directory, of those
// folders that are there now.
func watch(t *testing.T, dir string) (events <-chan int, stop func()) {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		t.Skipf("no inotify here: %v", err)
	}
	const mask = syscall.IN_CREATE | syscall.IN_MODIFY | syscall.IN_MOVED_TO | syscall.IN_DELETE | syscall.IN_CLOSE_WRITE
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && !d.IsDir() {
			return nil
		}
		if err == nil {
			_, err = syscall.InotifyAddWatch(fd, path, mask)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "inotify")
	counts, over := make(chan int), make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 64<<10)
		for {
			n, err := file.Read(buffer)
			if err != nil {
				return // closed
			}
			count := 0
			for at := 0; at+syscall.SizeofInotifyEvent <= n; count++ {
				name := binary.NativeEndian.Uint32(buffer[at+12:])
				at += syscall.SizeofInotifyEvent + int(name)
			}
			select {
			case counts <- count:
			case <-over:
				return
			}
		}
	}()
	return counts, func() {
		close(over)
		if err := file.Close(); err != nil {
			t.Error(err)
		}
		<-done
	}
}

// publisher prepares a process that publishes item after item and notes each
// acknowledged one in a ledger.
func publisher(data, ledger string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KEPU_TEST_AS=publisher", "KEPU_TEST_DATA_DIR="+data, "KEPU_TEST_LEDGER="+ledger)
	return cmd
}

// soaking tells whether every crash and load test is to run in full.
func soaking() bool { return os.Getenv("KEPU_SOAK") != "" }

// cycles is how often a kill test kills: a few times in every test run, a
// thousand in a soak.
func cycles(few int) int {
	switch {
	case soaking():
		return 1000
	case testing.Short():
		return min(few, 2)
	}
	return few
}
