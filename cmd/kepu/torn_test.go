package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// disposable are the files of index and shelf, all that may be there. What holds
// no bytes of its own can only be lost.
var disposable = []struct {
	pattern string
	bare    bool
}{
	{"index/search-*", true}, {"index/search-*/*.zap", false}, {"index/search-*/root.bolt", false}, {"index/search.lock", true},
	{"shelf/shelf.db", false},
}

// found gives the files of a pattern, of which there must be some.
func found(t *testing.T, data, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no file is %s: where are they?", pattern)
	}
	return files
}

// allDisposable wants a pattern for every file of index and shelf.
func allDisposable(t *testing.T, data string) {
	t.Helper()
	for _, dir := range []string{"index", "shelf"} {
		err := filepath.WalkDir(filepath.Join(data, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			for _, of := range disposable {
				if fits, err := filepath.Match(filepath.Join(data, of.pattern), path); fits || err != nil {
					return err
				}
			}
			t.Errorf("%s is never damaged", path)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// damages are what may have become of a file.
var damages = []struct {
	name string
	do   func(r *rand.Rand, path string) error
}{
	{"deleted", func(_ *rand.Rand, path string) error { return os.RemoveAll(path) }},
	{"empty", func(_ *rand.Rand, path string) error { return os.Truncate(path, 0) }},
	{"truncated", func(r *rand.Rand, path string) error {
		return changed(path, func(b []byte) []byte { return b[:r.IntN(len(b))] })
	}},
	{"zeroed", func(r *rand.Rand, path string) error {
		return changed(path, func(b []byte) []byte {
			from := r.IntN(len(b))
			clear(b[from:min(len(b), from+1+r.IntN(8192))])
			return b
		})
	}},
	{"flipped", func(r *rand.Rand, path string) error {
		return changed(path, func(b []byte) []byte {
			for range 1 + r.IntN(64) {
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			}
			return b
		})
	}},
}

func changed(path string, change func([]byte) []byte) error {
	b, err := os.ReadFile(path)
	if err != nil || len(b) == 0 {
		return err
	}
	return os.WriteFile(path, change(b), 0o600)
}

// TestTornFilesAreMadeAnew damages the files of index and shelf under a stopped
// site. Whatever is wrong with them it comes up, is ready, shows its pages, and
// makes search equal to the journal again without being asked.
func TestTornFilesAreMadeAnew(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir()
	c, err := readCorpus(nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := filepath.Join(t.TempDir(), "some.jsonl")
	const items = 150
	if err := c.writeJSONL(lines, items, "some", time.Now()); err != nil {
		t.Fatal(err)
	}
	p := serving(t, data)
	if code, _, errs := kepu(t, "import", "-data", data, "-source", "some", "-publish", lines); code != exitDone {
		t.Fatal(errs)
	}
	p.ready(t)
	agree(t, data)
	addresses := slices.DeleteFunc(pages(t, p), func(a string) bool { return strings.Contains(a, "search?") || strings.Contains(a, "/suggest?") })
	const word = "血压"
	want := p.total(t, url.QueryEscape(word))
	if want < 1 {
		t.Fatalf("%d items found to begin with", want)
	}
	allDisposable(t, data)
	rounds := 1
	if soaking() {
		rounds = 20
	}
	for range rounds {
		for _, of := range disposable {
			for _, d := range damages {
				if testing.Short() && d.name != "flipped" || of.bare && d.name != "deleted" {
					continue
				}
				p.kill(t)
				files := found(t, data, of.pattern)
				if err := d.do(r, files[r.IntN(len(files))]); err != nil {
					t.Fatal(err)
				}
				what := fmt.Sprintf("%s %s", of.pattern, d.name)
				p = mended(t, data, addresses, what, strings.HasPrefix(of.pattern, "index/"))
				if got := p.total(t, url.QueryEscape(word)); got != want {
					t.Errorf("%s: %d found, want %d", what, got, want)
				}
			}
		}
	}
	// All of it gone.
	p.kill(t)
	for _, dir := range []string{"index", "shelf"} {
		if err := os.RemoveAll(filepath.Join(data, dir)); err != nil {
			t.Fatal(err)
		}
	}
	p = mended(t, data, addresses, "all gone", false)
	p.stop(t)
}

// mended starts a site over damaged files and waits until it is whole. Where only
// the index was damaged no page is missing meanwhile.
func mended(t *testing.T, data string, addresses []string, what string, pagesAtOnce bool) *process {
	t.Helper()
	begun := time.Now()
	p := serving(t, data)
	until(t, what+": readiness", func() bool { status, _ := p.get(t, "/readyz"); return status == http.StatusOK })
	bar(t, what+": ready", time.Since(begun), 5*time.Second)
	if pagesAtOnce {
		allOpen(t, p, addresses, what)
	}
	if status, body := p.get(t, "/api/v1/search?q=x"); status != http.StatusOK && (status != http.StatusServiceUnavailable || !strings.Contains(body, "search_rebuilding")) {
		t.Errorf("%s: search answers %d: %s", what, status, body)
	}
	said := ""
	until(t, what+": journal, shelf and index equal", func() bool {
		code, out, errs := kepu(t, "check", "-data", data)
		if code != exitDone && out+errs != said {
			said = out + errs
			t.Logf("%s: meanwhile: %s", what, said)
		}
		return code == exitDone
	})
	bar(t, what+": journal, shelf and index equal", time.Since(begun), 30*time.Second)
	p.ready(t)
	allOpen(t, p, addresses, what+", mended")
	return p
}

// TestASecondProcessIsTurnedAway starts another serve, and commands that need
// the directory for themselves, beside a running one.
func TestASecondProcessIsTurnedAway(t *testing.T) {
	data := t.TempDir()
	p := serving(t, data)
	p.ready(t)
	second := another("serve", "-data", data, "-addr", "127.0.0.1:0", "-ops-addr", "")
	out, err := second.CombinedOutput()
	if code := second.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(string(out), "正被另一个 kepu 使用（"+data+"）") {
		t.Errorf("a second serve: %v: %s", err, out)
	}
	for _, command := range []string{"check", "reindex"} { // heard by the first
		if out, err := another(command, "-data", data).CombinedOutput(); err != nil {
			t.Errorf("%s beside serve: %v: %s", command, err, out)
		}
	}
	if status, _ := p.get(t, "/"); status != http.StatusOK {
		t.Errorf("the first one answers %d afterwards", status)
	}
	p.stop(t)

	lock, err := lockFile(filepath.Join(data, "serve.lock")) // another check is at it
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"check", "reindex"} {
		code, _, errs := kepu(t, command, "-data", data)
		if code != exitFailed || !strings.Contains(errs, "正被另一个 kepu 使用（"+data+"）") {
			t.Errorf("%s on a taken directory: exit %d: %s", command, code, errs)
		}
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	agree(t, data)
}
