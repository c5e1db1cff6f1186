package words_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kepu/content/words"
)

// outside is a checker that answers as told.
func outside(t *testing.T, answer http.HandlerFunc) *words.Outside {
	t.Helper()
	server := httptest.NewServer(answer)
	o, err := words.NewOutside(server.URL+"/check", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close(); server.Close() })
	return o
}

func TestAsk(t *testing.T) {
	o := outside(t, func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Text string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || r.Method != http.MethodPost || r.URL.Path != "/check" {
			t.Errorf("asked %s %s: %v", r.Method, r.URL, err)
		}
		fmt.Fprintf(w, `{"findings":[{"word":%q,"message":"不要\n这样写","level":"block"}],"more":1}`, asked.Text)
	})
	found, err := o.Ask(t.Context(), "神药")
	if want := (words.Finding{Word: "神药", Message: "不要 这样写", Level: words.Block}); err != nil || len(found) != 1 || found[0] != want {
		t.Errorf("%+v, %v", found, err)
	}
}

// Whatever is no proper answer is an error, never "nothing found".
func TestAskBadAnswers(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"nothing":     func(http.ResponseWriter, *http.Request) {},
		"no JSON":     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"no findings": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true}`) },
		"null":        func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"findings":null}`) },
		"another level": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"findings":[{"word":"a","level":"hint"}]}`)
		},
		"empty finding": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"findings":[{"level":"block"}]}`) },
		"an error":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusBadGateway) },
		"a redirect":    func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) },
		"without end": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.Repeat(" ", 1<<20+1)+`{"findings":[]}`)
		},
		"hung up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		if found, err := outside(t, answer).Ask(t.Context(), "text"); err == nil {
			t.Errorf("%s: taken as %v", name, found)
		}
	}
}

// One text is asked about once a minute, and after a failure nothing for a
// while.
func TestAskSeldom(t *testing.T) {
	asked, status := 0, http.StatusOK
	o := outside(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(status)
		fmt.Fprint(w, `{"findings":[]}`)
	})
	at := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	o.Now = func() time.Time { return at }
	for _, c := range []struct {
		after  time.Duration
		text   string
		status int
		asked  int
		fails  bool
	}{
		{0, "一", 200, 1, false},
		{0, "一", 500, 1, false},
		{0, "二", 500, 2, true},
		{time.Second, "三", 200, 2, true},
		{0, "一", 200, 2, false},
		{4 * time.Second, "三", 200, 3, false},
		{time.Minute, "一", 200, 4, false},
		{-time.Hour, "一", 200, 5, false},
	} {
		at, status = at.Add(c.after), c.status
		if _, err := o.Ask(t.Context(), c.text); (err != nil) != c.fails || asked != c.asked {
			t.Errorf("%+v: asked %d, %v", c, asked, err)
		}
	}
}

func TestAskDeadline(t *testing.T) {
	o := outside(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Ask(ctx, "text"); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller gave up: %v", err)
	}
}

func TestNewOutside(t *testing.T) {
	for _, address := range []string{"", "check.example", "ftp://a/b", "file:///etc/passwd", "http://", "unix:/x", "http://a b/", "javascript:1"} {
		if _, err := words.NewOutside(address, nil); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
	if _, err := words.NewOutside("https://user:word@10.0.0.1:8443/check", nil); err != nil {
		t.Error(err)
	}
}

func FuzzReadFindings(f *testing.F) {
	f.Add(`{"findings":[{"word":"a","message":"b","level":"block"}]}`)
	f.Add(`{"findings":[]}`)
	f.Add(`[`)
	f.Fuzz(func(t *testing.T, raw string) {
		found, err := words.ReadFindings([]byte(raw))
		if err != nil && found != nil {
			t.Fatalf("%q: findings and an error", raw)
		}
		for _, x := range found {
			if x.Level != words.Block && x.Level != words.Advise || x.Word == "" && x.Message == "" {
				t.Fatalf("%q: %+v", raw, x)
			}
		}
	})
}
