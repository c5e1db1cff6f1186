package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

func newFlagSet() *flag.FlagSet { return flag.NewFlagSet("test", flag.ContinueOnError) }

// started is a serving App on a directory of its own.
type started struct {
	*App
	stop func()
}

// start runs an App until the test or stop ends it.
func start(t *testing.T, c Config) *started {
	t.Helper()
	c.addr, c.log = "127.0.0.1:0", quiet()
	if c.data == "" {
		c.data = t.TempDir()
	}
	app, err := New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Stock(t.Context(), newProgress(io.Discard, "")); err != nil {
		t.Fatal(errors.Join(err, app.Close()))
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	done := false
	s := &started{App: app, stop: func() {
		if done {
			return
		}
		done = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	}}
	t.Cleanup(s.stop)
	if _, err := untilPage(t.Context(), app.Addr(), time.Now()); err != nil {
		t.Fatal(err)
	}
	return s
}

// caughtUp waits until shelf and index show everything committed so far.
func (s *started) caughtUp(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	head, err := s.stores.journal.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.shelf.Wait(ctx, head.Seq), s.index.Wait(ctx, head.Seq)); err != nil {
		t.Fatal(err)
	}
}

func (s *started) get(t *testing.T, path string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Get("http://" + s.Addr() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestAFreshStartShowsTheLibraryToEveryAudience(t *testing.T) {
	s := start(t, Config{library: true})
	s.caughtUp(t)
	for _, a := range content.Audiences {
		status, body := s.get(t, "/api/v1/feed?audience="+string(a))
		var feed struct {
			Items []struct{ URL string }
		}
		if err := json.Unmarshal([]byte(body), &feed); err != nil || status != http.StatusOK || len(feed.Items) < 2 {
			t.Fatalf("feed of %s: status %d, %d items, %v", a, status, len(feed.Items), err)
		}
		for _, view := range []string{"", "/easy"} {
			for _, path := range []string{"/" + string(a), feed.Items[0].URL} {
				if status, body := s.get(t, view+path); status != http.StatusOK || !strings.Contains(body, feed.Items[0].URL) {
					t.Errorf("%s: status %d, without %s", view+path, status, feed.Items[0].URL)
				}
			}
		}
	}
	if status, body := s.get(t, "/api/v1/search?q=%E5%8F%B0%E9%A3%8E"); status != http.StatusOK || !strings.Contains(body, "台风") {
		t.Errorf("search 台风: status %d: %s", status, body)
	}
}

func TestASecondServeOnOneDirectoryIsRefusedAtOnce(t *testing.T) {
	s := start(t, Config{})
	begun := time.Now()
	_, err := New(t.Context(), Config{storeConfig: storeConfig{data: s.config.data}, addr: "127.0.0.1:0", log: quiet()})
	if !errors.Is(err, journal.ErrLocked) {
		t.Errorf("error %v, want ErrLocked", err)
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("refused only after %v", took)
	}
	if status, _ := s.get(t, "/"); status != http.StatusOK {
		t.Errorf("the first one answers %d afterwards", status)
	}
}

func TestAnotherSecretIsRefused(t *testing.T) {
	data := t.TempDir()
	start(t, Config{storeConfig: storeConfig{data: data}}).stop()
	if err := os.Remove(filepath.Join(data, "secret")); err != nil {
		t.Fatal(err)
	}
	code, _, errs := kepu(t, "check", "-data", data)
	if code != exitFailed || !strings.Contains(errs, "密钥") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestCommandsAreHeardByARunningServe(t *testing.T) {
	s := start(t, Config{library: true})
	data := s.config.data
	lines := filepath.Join(t.TempDir(), "new.jsonl")
	write(t, lines, `{"id":"1","title":"新到的一条怪词甲乙丙","text":"正文说的是怪词甲乙丙。"}`+"\n")
	if code, out, errs := kepu(t, "import", "-data", data, "-source", "test", lines, "-publish"); code != exitDone {
		t.Fatalf("import: exit %d: %s %s", code, out, errs)
	}
	s.caughtUp(t)
	find := "/api/v1/search?q=%E6%80%AA%E8%AF%8D%E7%94%B2%E4%B9%99%E4%B8%99"
	if status, body := s.get(t, find); status != http.StatusOK || !strings.Contains(body, `"total":1`) {
		t.Errorf("search for the new item: status %d: %s", status, body)
	}
	for _, command := range []string{"check", "reindex", "check"} {
		if code, out, errs := kepu(t, command, "-data", data); code != exitDone {
			t.Errorf("%s: exit %d: %s %s", command, code, out, errs)
		}
	}
	if _, body := s.get(t, find); !strings.Contains(body, `"total":1`) {
		t.Errorf("search after reindex: %s", body)
	}
}

func TestExportComesBackAsItWas(t *testing.T) {
	s := start(t, Config{library: true})
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	if code, _, errs := kepu(t, "export", "-data", s.config.data, first); code != exitDone {
		t.Fatalf("export: %s", errs)
	}
	data := t.TempDir()
	if code, out, errs := kepu(t, "import", "-data", data, "-source", "library", "-publish", filepath.Join(first, "items.jsonl")); code != exitDone {
		t.Fatalf("import of the export: %s %s", out, errs)
	}
	if code, _, errs := kepu(t, "export", "-data", data, second); code != exitDone {
		t.Fatalf("second export: %s", errs)
	}
	a, err := os.ReadFile(filepath.Join(first, "items.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(second, "items.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Error("the second export differs from the first")
	}
}

func TestDamageIsNamed(t *testing.T) {
	s := start(t, Config{library: true})
	s.caughtUp(t)
	data := s.config.data
	s.stop()
	var blobs []string
	err := filepath.WalkDir(filepath.Join(data, "blobs"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && len(d.Name()) == 64 {
			blobs = append(blobs, path)
		}
		return err
	})
	if err != nil || len(blobs) == 0 {
		t.Fatalf("%d blobs, %v", len(blobs), err)
	}
	if err := os.Remove(blobs[0]); err != nil {
		t.Fatal(err)
	}
	code, out, _ := kepu(t, "check", "-data", data, "-json")
	if code != exitFailed || !strings.Contains(out, filepath.Base(blobs[0])) {
		t.Errorf("exit %d: %s", code, out)
	}
}
