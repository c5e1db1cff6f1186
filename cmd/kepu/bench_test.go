package main

import (
	"maps"
	"strings"
	"testing"
)

// TestWarmSettlesEveryPage asks a real site as bench serve does before it
// measures: what is read last is what every later answer is, so that no store
// pays during the measurement for what another was given before.
func TestWarmSettlesEveryPage(t *testing.T) {
	s := start(t, Config{library: true, pageCache: 64 << 20})
	s.caughtUp(t)
	urls := []string{"/", "/youth", "/easy/seniors", "/topic/health"}
	settled, err := warm(s.Addr(), urls)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		again, err := read(s.Addr(), urls)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.EqualFunc(settled, again, func(a, b captured) bool {
			return a.Type == b.Type && a.Encoding == b.Encoding && string(a.Body) == string(b.Body)
		}) {
			t.Error("a page changed its form after the store was warm")
		}
	}
	for url, page := range settled {
		if !strings.HasPrefix(page.Type, "text/html") || page.Encoding != "br" {
			t.Errorf("%s is sent as %s, %q", url, page.Type, page.Encoding)
		}
	}
	if _, err := warm(s.Addr(), []string{"/none"}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a page that is not there: %v", err)
	}
}
