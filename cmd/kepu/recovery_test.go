package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestRecovery kills a site that follows an import, lets it start again, and
// throws its index away: it is ready, equal to the journal and searched through
// again in the times that are promised. The figures are of ten thousand items
// and wanted in a soak; every other run tells them of fewer.
func TestRecovery(t *testing.T) {
	items := 400
	if soaking() {
		items = 10_000
	}
	data, lines := t.TempDir(), filepath.Join(t.TempDir(), "many.jsonl")
	c, err := readCorpus(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.writeJSONL(lines, items, "many", time.Now()); err != nil {
		t.Fatal(err)
	}
	p := serving(t, data)
	p.ready(t)
	load := another("import", "-data", data, "-source", "many", "-publish", lines)
	if err := load.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the site follows the import", func() bool { // or has followed it
		status, _ := p.get(t, "/article/bench-many-0")
		return status == http.StatusOK
	})
	p.kill(t)
	if err := load.Wait(); err != nil {
		t.Fatalf("import beside a site that dies: %v", err)
	}

	begun := time.Now()
	p = serving(t, data)
	until(t, "pages", func() bool { status, _ := p.get(t, "/readyz"); return status == http.StatusOK })
	bar(t, "killed and started again, ready", time.Since(begun), 5*time.Second)
	p.ready(t)
	agree(t, data)
	bar(t, "killed and started again, journal, shelf and index equal", time.Since(begun), 30*time.Second)
	if status, _ := p.get(t, "/article/bench-many-1"); status != http.StatusOK {
		t.Errorf("an item published while nothing served: %d", status)
	}

	p.kill(t)
	if err := os.RemoveAll(filepath.Join(data, "index")); err != nil {
		t.Fatal(err)
	}
	begun = time.Now()
	p = serving(t, data)
	p.ready(t)
	const perS = 1000 // items a rebuild takes in each second, at least
	bar(t, "the index is made anew", time.Since(begun), time.Duration(items)*time.Second/perS)
	agree(t, data)
	p.stop(t)
}
