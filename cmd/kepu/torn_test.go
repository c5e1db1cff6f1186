package main

import (
	"fmt"
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

// damages are what may have become of a file.
var damages = []struct {
	name string
	do   func(r *rand.Rand, path string) error
}{
	{"deleted", func(_ *rand.Rand, path string) error { return os.Remove(path) }},
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
	rounds := 1
	if os.Getenv("KEPU_SOAK") != "" {
		rounds = 20
	}
	for range rounds {
		for _, pattern := range []string{"index/search-*/store/*.zap", "index/search-*/store/root.bolt", "index/search-*/*.zap", "index/search-*/root.bolt", "shelf/shelf.db"} {
			for _, d := range damages {
				if testing.Short() && d.name != "flipped" {
					continue
				}
				p.kill(t)
				files, err := filepath.Glob(filepath.Join(data, pattern))
				if err != nil {
					t.Fatal(err)
				}
				if len(files) == 0 {
					break // the index keeps its files elsewhere
				}
				if err := d.do(r, files[r.IntN(len(files))]); err != nil {
					t.Fatal(err)
				}
				what := fmt.Sprintf("%s %s", pattern, d.name)
				p = serving(t, data)
				mended(t, p, data, addresses, what, strings.HasPrefix(pattern, "index/"))
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
	p = serving(t, data)
	mended(t, p, data, addresses, "all gone", false)
	p.stop(t)
}

// mended waits until a site over damaged files is whole. Where only the index
// was damaged no page is missing meanwhile.
func mended(t *testing.T, p *process, data string, addresses []string, what string, pagesAtOnce bool) {
	t.Helper()
	until(t, what+": readiness", func() bool { status, _ := p.get(t, "/readyz"); return status == http.StatusOK })
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
	p.ready(t)
	allOpen(t, p, addresses, what+", mended")
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
