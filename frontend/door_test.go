package frontend

import (
	"bytes"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"kepu/frontend/page"
	"kepu/shelf"
	"kepu/storage/disk"
)

// TestPanic: a page that panics is a 500 with a number, which is all that is
// told; the log has the rest under that number.
func TestPanic(t *testing.T) {
	sh, err := shelf.Open(t.TempDir(), shelf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sh.Close()
	blobs, err := disk.Open(t.TempDir(), disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s, err := open(Config{Shelf: sh, Blobs: blobs, BaseURL: "http://kepu.example", Log: slog.New(slog.NewJSONHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.routes {
		if r.name == "home" || r.name == "api.feed" {
			r.make = func(page.Request) (page.Reply, error) { panic("secret words") }
		}
	}
	app := s.app()
	for _, path := range []string{"/", "/easy", "/api/v1/feed"} {
		log.Reset()
		resp, err := app.Test(httptest.NewRequest("GET", path, nil), 10_000)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		number := resp.Header.Get("X-Request-Id")
		if resp.StatusCode != 500 || number == "" || !strings.Contains(string(body), number) {
			t.Errorf("%s: %d, number %q: %.200s", path, resp.StatusCode, number, body)
		}
		if strings.Contains(string(body), "secret") || strings.Contains(string(body), "goroutine") {
			t.Errorf("%s tells what went wrong: %.300s", path, body)
		}
		if !strings.Contains(log.String(), "secret words") || !strings.Contains(log.String(), number) {
			t.Errorf("%s: the log has nothing of it: %s", path, log.String())
		}
	}
	if resp, err := app.Test(httptest.NewRequest("GET", "/robots.txt", nil), 10_000); err != nil || resp.StatusCode != 200 {
		t.Errorf("after a panic: %v %v", resp, err)
	}
}
