package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// failSync makes every fsync and fdatasync of this process fail with EIO from
// now on, as a disk does that has lost what it was given: the kernel is asked to
// answer for them.
func failSync() error {
	stmt := func(code uint16, k uint32) unix.SockFilter { return unix.SockFilter{Code: code, K: k} }
	equal := func(nr uint32, yes uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: nr, Jt: yes}
	}
	filter := []unix.SockFilter{
		stmt(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, 0), // the number of the call
		equal(unix.SYS_FSYNC, 2),
		equal(unix.SYS_FDATASYNC, 1),
		stmt(unix.BPF_RET|unix.BPF_K, unix.SECCOMP_RET_ALLOW),
		stmt(unix.BPF_RET|unix.BPF_K, unix.SECCOMP_RET_ERRNO|uint32(unix.EIO)),
	}
	// A thread may bind itself to a filter once it has given up new privileges,
	// and then binds all others of the process with it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return fmt.Errorf("filter system calls: %w", errno)
	}
	return nil
}

// unsyncedMain publishes and stores a file, which works, and then does both again
// on a disk that keeps nothing any more. It says what was acknowledged.
func unsyncedMain() {
	ctx := context.Background()
	c, err := readCorpus(nil)
	check(err)
	s, err := openStores(ctx, storeConfig{data: os.Getenv("KEPU_TEST_DATA_DIR")}, quiet())
	check(err)
	check(s.desk().Seed(ctx))
	step := func(i int) {
		done, err := s.desk().Import(ctx, operator, []content.Submission{c.item(i, "unsynced", time.Now())}, content.ImportOptions{Publish: true})
		if err != nil {
			fmt.Println("refused item", err)
		} else {
			fmt.Println("item", done[0].ItemID)
		}
		file := []byte(fmt.Sprint("file ", i))
		if err := s.blobs.Put(ctx, keyOf(file), int64(len(file)), bytes.NewReader(file)); err != nil {
			fmt.Println("refused blob", err)
		} else {
			fmt.Println("blob", i)
		}
	}
	step(0)
	if err := failSync(); err != nil {
		fmt.Println("cannot", err)
		os.Exit(exitDone)
	}
	for i := 1; i < 4; i++ {
		step(i)
	}
	os.Exit(exitDone) // without closing anything: the disk is as good as gone
}

func keyOf(file []byte) media.Key {
	sum := sha256.Sum256(file)
	return media.Key(hex.EncodeToString(sum[:]))
}

// TestNothingIsAcknowledgedThatTheDiskDidNotKeep lets every fsync fail: what is
// written then is refused with an error and not said to be done, what was
// acknowledged before stands, and on a good disk all is as if it had not been
// tried.
func TestNothingIsAcknowledgedThatTheDiskDidNotKeep(t *testing.T) {
	data := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KEPU_TEST_AS=unsynced", "KEPU_TEST_DATA_DIR="+data)
	var errs said
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, &errs)
	}
	if strings.Contains(string(out), "cannot ") {
		t.Skipf("no calls can be made to fail here: %s", out)
	}
	heard := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(heard) != 8 || !strings.HasPrefix(heard[0], "item ") || heard[1] != "blob 0" {
		t.Fatalf("heard %q", heard)
	}
	for i, line := range heard[2:] {
		if want := []string{"refused item", "refused blob"}[i%2]; !strings.HasPrefix(line, want) {
			t.Errorf("with a disk that keeps nothing: %q, want %q", line, want)
		}
	}
	agree(t, data)
	s, err := openStores(t.Context(), storeConfig{data: data}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	id := strings.TrimPrefix(heard[0], "item ")
	if record, err := s.journal.Get(t.Context(), journal.Key{Kind: content.KindItem, ID: id}); err != nil || record.State == nil {
		t.Errorf("the item acknowledged before: %v", err)
	}
	if f, err := s.blobs.Open(t.Context(), keyOf([]byte("file 0"))); err != nil {
		t.Errorf("the file acknowledged before: %v", err)
	} else {
		f.Close()
	}
	if left, err := filepath.Glob(filepath.Join(data, "blobs", "tmp", "*")); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
