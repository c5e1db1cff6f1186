package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"kepu/content"
)

// smallDisk mounts a file system of so many bytes, where this is allowed.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes to a file until the disk has no byte left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for piece := 1 << 20; piece > 0; {
		if _, err := f.Write(make([]byte, piece)); errors.Is(err, syscall.ENOSPC) {
			piece /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// pages are addresses of every sort: kept and fresh ones, files, and searches.
func pages(t *testing.T, p *process) (all []string) {
	t.Helper()
	all = []string{
		"/", "/easy", "/youth", "/farmers", "/workers", "/seniors", "/officials", "/easy/seniors", "/feed.rss", "/feed.atom", "/feed.json",
		"/sitemap.xml", "/robots.txt", "/healthz", "/readyz", "/api/openapi.json", "/api/v1/feed?limit=100", "/api/v1/suggest?q=" + url.QueryEscape("台"),
		"/search?q=" + url.QueryEscape("台风"), "/api/v1/search?q=" + url.QueryEscape("血压"),
	}
	_, body := p.get(t, "/api/v1/feed?limit=100")
	for _, part := range strings.Split(body, `"url":"`)[1:] {
		if address, _, _ := strings.Cut(part, `"`); strings.HasPrefix(address, "/") {
			all = append(all, address)
		}
	}
	return all
}

func allOpen(t *testing.T, p *process, addresses []string, when string) {
	t.Helper()
	for _, address := range addresses {
		if status, body := p.get(t, address); status != http.StatusOK {
			t.Errorf("%s: %s: status %d: %.200s", when, address, status, body)
		}
	}
	if !p.alive() {
		t.Fatalf("%s: serve has ended: %s", when, p.said)
	}
}

// TestFullDisk fills the disk under a running site. Everything that was there
// is read as before; an import says that the disk is full and keeps nothing
// half; with room again it completes, and shelf and search catch up in the same
// process.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, "128m")
	data, ballast := filepath.Join(disk, "data"), filepath.Join(disk, "ballast")
	c, err := readCorpus(nil)
	if err != nil {
		t.Fatal(err)
	}
	const items = 1500
	lines, folder := filepath.Join(t.TempDir(), "many.jsonl"), t.TempDir()
	if err := c.writeJSONL(lines, items, "many", time.Now()); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "pic.png"), point(t))
	write(t, filepath.Join(folder, "pictured.md"), "---\ntitle: 有图的一篇\n---\n正文说的是怪词辰巳午未。\n\n![一个点](pic.png)\n")

	p := serving(t, data)
	p.ready(t)
	addresses := pages(t, p)
	if len(addresses) < 30 {
		t.Fatalf("only %d addresses", len(addresses))
	}
	p.stop(t) // the log that the first start wrote would have room for the import
	p = serving(t, data)
	p.ready(t)
	settled(t, p)
	fill(t, ballast)
	allOpen(t, p, addresses, "full")
	for _, path := range []string{lines, folder} {
		begun := time.Now()
		code, out, errs := kepu(t, "import", "-data", data, "-source", "many", "-publish", path)
		bar(t, "an import onto a full disk is refused", time.Since(begun), time.Second)
		if code != exitFailed || !strings.Contains(errs, "磁盘满了") || !strings.Contains(errs, data) {
			t.Errorf("import of %s onto a full disk: exit %d: %s %s", path, code, out, errs)
		}
		allOpen(t, p, addresses, "after an import failed")
	}
	if code, out, errs := kepu(t, "check", "-data", data); code == exitUsage || code == exitFailed && !strings.Contains(errs, "磁盘满了") {
		t.Errorf("check on a full disk: exit %d: %s %s", code, out, errs)
	}
	calm(t, p)
	allOpen(t, p, addresses, "still full")

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	room := time.Now()
	for _, path := range []string{folder, lines} {
		if code, out, errs := kepu(t, "import", "-data", data, "-source", "many", "-publish", path); code != exitDone {
			t.Fatalf("import with room again: exit %d: %s %s", code, out, errs)
		}
		until(t, "the new item is found", func() bool { return p.total(t, url.QueryEscape("辰巳午未")) == 1 })
		if path == folder {
			bar(t, "with room again, an item is published and found", time.Since(room), 10*time.Second)
		}
	}
	until(t, "the last item is shown", func() bool {
		status, _ := p.get(t, fmt.Sprintf("/article/bench-many-%d", items-1))
		return status == http.StatusOK
	})
	agree(t, data)
	allOpen(t, p, addresses, "with room again")
	p.stop(t)
	agree(t, data)
	unfinished(t, data)
}

// TestDiskFillsDuringImport: an import beside a running site runs out of space
// half-way. What it has said to be published stays readable and whole, the rest
// is not there, and the same import completes with room.
func TestDiskFillsDuringImport(t *testing.T) {
	disk := smallDisk(t, "128m")
	data, ballast := filepath.Join(disk, "data"), filepath.Join(disk, "ballast")
	c, err := readCorpus(nil)
	if err != nil {
		t.Fatal(err)
	}
	const items = 2500
	lines := filepath.Join(t.TempDir(), "many.jsonl")
	if err := c.writeJSONL(lines, items, "many", time.Now()); err != nil {
		t.Fatal(err)
	}
	p := serving(t, data)
	p.ready(t)
	addresses := pages(t, p)
	settled(t, p)
	fill(t, ballast)
	info, err := os.Stat(ballast)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(ballast, info.Size()-7<<20); err != nil {
		t.Fatal(err)
	}
	report, errs := imported(t, exitFailed, "-data", data, "-source", "many", "-publish", lines)
	if !strings.Contains(errs, "磁盘满了") || report.Total == 0 || report.Total == items {
		t.Errorf("%d of %d items, then: %s", report.Total, items, errs)
	}
	allOpen(t, p, addresses, "full")
	for i := range report.Total { // in the order of the file
		if status, _ := p.get(t, fmt.Sprintf("/article/bench-many-%d", i)); status != http.StatusOK {
			t.Fatalf("item %d of %d said to be published: status %d", i, report.Total, status)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	again, _ := imported(t, exitDone, "-data", data, "-source", "many", "-publish", lines)
	if n := again.Outcomes[content.Unchanged]; n < report.Total || n+again.Outcomes[content.Published] != items {
		t.Errorf("with room: %+v after %+v", again.Outcomes, report.Outcomes)
	}
	agree(t, data)
	p.stop(t)
	agree(t, data)
	unfinished(t, data)
}

// TestStartOnFullDisk: a site that was there starts on a disk without a free
// byte and shows every page at once; search comes when it can.
func TestStartOnFullDisk(t *testing.T) {
	disk := smallDisk(t, "96m")
	data := filepath.Join(disk, "data")
	p := serving(t, data)
	p.ready(t)
	addresses := slices.DeleteFunc(pages(t, p), func(a string) bool { return strings.Contains(a, "/search?") || strings.Contains(a, "/suggest?") })
	fill(t, filepath.Join(disk, "ballast"))
	p.kill(t)
	p = serving(t, data)
	until(t, "pages", func() bool { status, _ := p.get(t, "/readyz"); return status == http.StatusOK })
	allOpen(t, p, addresses, "started on a full disk")
	until(t, "an answer of search", func() bool { return p.total(t, url.QueryEscape("血压")) > 0 })
	if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
		t.Fatal(err)
	}
	p.ready(t)
	agree(t, data)
	p.stop(t)
}

// settled waits until the process has done what the first start left to do: an
// index that merges its files gives room back.
func settled(t *testing.T, p *process) {
	t.Helper()
	until(t, "it rests", func() bool {
		before := p.spent(t)
		<-time.After(400 * time.Millisecond)
		return p.spent(t)-before < 40*time.Millisecond
	})
}

// calm wants a process that nobody asks anything to use less than a fifth of a
// processor, whatever it tries again meanwhile.
func calm(t *testing.T, p *process) {
	t.Helper()
	const watched = 2 * time.Second
	before, at := p.spent(t), time.Now()
	<-time.After(watched)
	if used, over := p.spent(t)-before, time.Since(at); used > over/5 {
		t.Errorf("%v of processor time in %v on a full disk", used, over)
	}
}

// unfinished wants no file left that was being written.
func unfinished(t *testing.T, data string) {
	t.Helper()
	for _, dir := range []string{"tmp", "blobs/tmp"} {
		entries, err := os.ReadDir(filepath.Join(data, dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, e := range entries {
			t.Errorf("%s/%s is left", dir, e.Name())
		}
	}
}
