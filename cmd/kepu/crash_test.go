package main

import (
	"bufio"
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
	"kepu/journal"
)

// cycles is how often a kill test kills: a few times in every test run, a
// thousand in a soak.
func cycles(few int) int {
	if os.Getenv("KEPU_SOAK") != "" {
		return 1000
	}
	return few
}

// publisherMain publishes items one by one and notes each acknowledged one in a
// ledger that it syncs, until it is killed.
func publisherMain() {
	data, ledger := os.Getenv("KEPU_TEST_DATA_DIR"), os.Getenv("KEPU_TEST_LEDGER")
	ctx := context.Background()
	c, err := readCorpus(nil)
	check(err)
	s, err := openStores(ctx, storeConfig{data: data}, quiet())
	check(err)
	out, err := os.OpenFile(ledger, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(err)
	check(s.desk().Seed(ctx))
	source := fmt.Sprintf("p%d", os.Getpid())
	for i := 0; ; i++ {
		item := c.item(i, source, time.Now())
		done, err := s.desk().Import(ctx, operator, []content.Submission{item}, content.ImportOptions{Publish: true})
		check(err)
		_, err = fmt.Fprintf(out, "%s %d\n", done[0].ItemID, done[0].Seq)
		check(err)
		check(out.Sync())
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

// killed runs this binary as another process for a while and kills it.
func killed(t *testing.T, as string, after time.Duration, env []string, args ...string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), "KEPU_TEST_AS="+as), env...)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended: // it may be done before its time
		if code := cmd.ProcessState.ExitCode(); code != 0 {
			t.Fatalf("%s %v ended by itself with %d: %s", as, args, code, said.String())
		}
	case <-time.After(after):
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-ended
	}
}

// TestKilledAtAnyMomentNothingIsLost kills publishers, imports, serves (which
// index meanwhile) and rebuilds at random moments on one data directory. After
// each, everything acknowledged is there, and journal, shelf, index and blobs
// agree.
func TestKilledAtAnyMomentNothingIsLost(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	data, ledger := t.TempDir(), filepath.Join(t.TempDir(), "ledger")
	lines := filepath.Join(t.TempDir(), "items.jsonl")
	corpus, err := readCorpus(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := corpus.writeJSONL(lines, 400, "bulk", time.Now()); err != nil {
		t.Fatal(err)
	}
	env := []string{"KEPU_TEST_DATA_DIR=" + data, "KEPU_TEST_LEDGER=" + ledger}
	for i := range cycles(20) {
		after := time.Duration(5+r.IntN(500)) * time.Millisecond
		switch what := i % 4; what {
		case 0:
			killed(t, "publisher", after, env)
		case 1:
			killed(t, "kepu", after, nil, "import", "-data", data, "-source", "bulk", "-publish", lines)
		case 2:
			killed(t, "kepu", after, nil, "serve", "-data", data, "-addr", "127.0.0.1:0", "-ops-addr", "")
		case 3:
			killed(t, "kepu", after, nil, "reindex", "-data", data)
		}
		if i%5 == 4 {
			agree(t, data)
			acknowledged(t, data, ledger)
		}
	}
	if code, out, errs := kepu(t, "import", "-data", data, "-source", "bulk", "-publish", lines); code != exitDone {
		t.Fatalf("import after the kills: exit %d: %s %s", code, out, errs)
	}
	code, out, _ := kepu(t, "import", "-data", data, "-source", "bulk", "-publish", lines)
	if code != exitDone || !strings.Contains(out, "没有变化 400") {
		t.Errorf("importing again changed something: exit %d: %s", code, out)
	}
	agree(t, data)
	acknowledged(t, data, ledger)
}

func agree(t *testing.T, data string) {
	t.Helper()
	if code, out, errs := kepu(t, "check", "-data", data); code != exitDone {
		t.Fatalf("check: exit %d: %s %s", code, out, errs)
	}
}

// acknowledged looks up every item of the ledger.
func acknowledged(t *testing.T, data, ledger string) {
	t.Helper()
	file, err := os.Open(ledger)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s, err := openStores(t.Context(), storeConfig{data: data}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var id string
		var seq uint64
		if n, _ := fmt.Sscanf(lines.Text(), "%s %d", &id, &seq); n != 2 {
			continue // the line the kill tore was not acknowledged to anybody
		}
		record, err := s.journal.Get(t.Context(), journal.Key{Kind: content.KindItem, ID: id})
		if err != nil || record.Seq < seq {
			t.Fatalf("acknowledged item %s (seq %d): found seq %d, error %v", id, seq, record.Seq, err)
		}
		item, err := content.Decode[content.Item](record.State)
		if err != nil || item.Live == "" {
			t.Fatalf("acknowledged item %s is not live: %v", id, err)
		}
	}
}
