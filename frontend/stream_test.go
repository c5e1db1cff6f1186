package frontend

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gofiber/fiber/v2"

	"kepu/frontend/studio"
)

// TestStream: a file that is sent as it is read arrives whole, also where it is
// longer than a piece; one that breaks off is not taken for a whole one.
func TestStream(t *testing.T) {
	long := bytes.Repeat([]byte("0123456789abcdef"), 3*sendPiece/16+5)
	lost := errors.New("lost")
	s := &server{}
	app := fiber.New(fiber.Config{DisableStartupMessage: true, WriteTimeout: writeTimeout})
	for path, tail := range map[string]io.Reader{"/whole": bytes.NewReader(nil), "/broken": iotest.ErrReader(lost)} {
		app.Get(path, func(c *fiber.Ctx) error {
			return s.tell(c, studio.Answer{File: &studio.File{Type: "text/csv", Name: "a.csv", Stream: io.MultiReader(bytes.NewReader(long), tail)}})
		})
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(Listener(ln)) }()
	t.Cleanup(func() {
		if err := errors.Join(app.ShutdownWithTimeout(5*time.Second), <-served); err != nil {
			t.Error(err)
		}
	})
	get := func(path string) ([]byte, error) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != 200 || resp.Header.Get("Content-Disposition") != "attachment; filename=a.csv" {
			t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
		}
		return io.ReadAll(resp.Body)
	}
	if got, err := get("/whole"); err != nil || !bytes.Equal(got, long) {
		t.Errorf("whole: %d bytes of %d, %v", len(got), len(long), err)
	}
	if got, err := get("/broken"); err == nil || !bytes.HasPrefix(long, got) {
		t.Errorf("broken off, and %d bytes arrive as if they were whole", len(got))
	}
}
