package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
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

// kinds of work that is killed, see campaign.kill.
var kinds = [...]string{"publish", "import", "serve", "import of pictures", "rebuild", "index of what is published"}

// perCampaign is how often each kind is killed on one data directory, and
// perSource how often an import is killed before the next one begins.
const perCampaign, perSource = 20, 4

// TestKilledAtAnyMomentNothingIsLost kills publishers, imports with and without
// pictures, serves (which index meanwhile, what others publish too) and rebuilds
// on one data directory, at random moments and at random things that happen to
// its files, each kind twenty times. After that everything acknowledged is
// there, and journal, shelf, index and blobs agree.
func TestKilledAtAnyMomentNothingIsLost(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	lines, folder := filepath.Join(t.TempDir(), "items.jsonl"), pictured(t, 40)
	corpus, err := readCorpus(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := corpus.writeJSONL(lines, 400, "bulk", time.Now()); err != nil {
		t.Fatal(err)
	}
	// A whole check takes longer than the kills of a round: few in every test.
	n, between := cycles(perCampaign), 4
	if n > perCampaign {
		between = 1
	}
	var atWork [len(kinds)]int
	for left := n; left > 0; left -= perCampaign {
		c := campaign{data: t.TempDir(), ledger: filepath.Join(t.TempDir(), "ledger"), lines: lines, folder: folder, imports: map[string]string{}}
		for round := range min(left, perCampaign) {
			for kind := range kinds {
				if c.kill(t, kind, round, draw(r)) {
					atWork[kind]++
				}
			}
			if round%between == between-1 {
				agree(t, c.data)
				acknowledged(t, c.data, c.ledger)
			}
		}
		c.completes(t)
	}
	for kind, m := range atWork {
		if t.Logf("%s: %d of %d died at work", kinds[kind], m, n); m < n/4 {
			t.Errorf("%s: most were done before they were to die", kinds[kind])
		}
	}
}

// campaign is a data directory on which processes die.
type campaign struct {
	data, ledger  string
	lines, folder string            // to be imported
	imports       map[string]string // path by source, of those begun
}

func (c *campaign) load(source, path string) *exec.Cmd {
	c.imports[source] = path
	return another("import", "-data", c.data, "-source", source, "-publish", path)
}

func (c *campaign) serve() *exec.Cmd {
	return another("serve", "-data", c.data, "-addr", "127.0.0.1:0", "-ops-addr", "")
}

// kill lets work of a kind die; it tells whether it was at it until then.
func (c *campaign) kill(t *testing.T, kind, round int, at trigger) bool {
	t.Helper()
	switch kinds[kind] {
	case "publish":
		return killed(t, c.data, at, publisher(c.data, c.ledger))
	case "import":
		return killed(t, c.data, at, c.load(fmt.Sprint("bulk", round/perSource), c.lines))
	case "serve":
		return killed(t, c.data, at, c.serve())
	case "import of pictures":
		return killed(t, c.data, at, c.load(fmt.Sprint("pictured", round/perSource), c.folder))
	case "rebuild":
		return killed(t, c.data, at, another("reindex", "-data", c.data))
	}
	return killed(t, c.data, at, c.serve(), publisher(c.data, c.ledger))
}

// completes runs what was killed to its end, and looks that all is there.
func (c *campaign) completes(t *testing.T) {
	t.Helper()
	killed(t, c.data, trigger{event: 300, after: time.Minute}, publisher(c.data, c.ledger)) // acknowledges some, for sure
	for source, path := range c.imports {
		for _, want := range []string{"", "没有变化"} { // completed, then nothing to do
			code, out, errs := kepu(t, "import", "-data", c.data, "-source", source, "-publish", path)
			if code != exitDone || strings.Contains(out, "没有导入") || want != "" && strings.Contains(out, "发布 ") {
				t.Errorf("%s after the kills: exit %d: %s %s", source, code, out, errs)
			}
		}
	}
	agree(t, c.data)
	if n := acknowledged(t, c.data, c.ledger); n == 0 {
		t.Error("nothing was ever acknowledged")
	}
}

// pictured is a folder of so many articles, each with a picture of its own.
func pictured(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		var b bytes.Buffer
		m := image.NewRGBA(image.Rect(0, 0, 64, 64))
		for k := range m.Pix {
			m.Pix[k] = byte(k*(i+1)) | 3 // no two alike, none transparent by chance
		}
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, fmt.Sprintf("p%d.png", i)), b.String())
		write(t, filepath.Join(dir, fmt.Sprintf("a%d.md", i)), fmt.Sprintf("---\ntitle: 有图的第%d篇\n---\n文字。\n\n![图](p%d.png)\n", i, i))
	}
	return dir
}

func agree(t *testing.T, data string) {
	t.Helper()
	if code, out, errs := kepu(t, "check", "-data", data); code != exitDone {
		t.Fatalf("check: exit %d: %s %s", code, out, errs)
	}
}

// acknowledged looks up every item of the ledger and tells how many there are.
func acknowledged(t *testing.T, data, ledger string) (n int) {
	t.Helper()
	file, err := os.Open(ledger)
	if os.IsNotExist(err) {
		return 0
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
		if fields, _ := fmt.Sscanf(lines.Text(), "%s %d", &id, &seq); fields != 2 {
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
		n++
	}
	return n
}
