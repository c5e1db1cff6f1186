package frontend

import (
	"fmt"
	"sync"
	"testing"

	"kepu/frontend/page"
)

// fill puts n pages of a size.
func fill(t *testing.T, s *server, n, size int) {
	t.Helper()
	for i := 0; i < n; i++ {
		e, err := s.pack(&route{name: "page"}, fmt.Sprintf("/article/%d", i), page.Reply{Type: "text/html", Body: make([]byte, size)})
		if err != nil {
			t.Fatal(err)
		}
		s.pages.put(e)
	}
}

// TestCacheIsBounded puts far more than fits and finds the sums right.
func TestCacheIsBounded(t *testing.T) {
	s := &server{pages: newCache(16 << 20)}
	fill(t, s, 20_000, 4000)
	if got := s.pages.bytes.Load(); got > 16<<20 || got < 8<<20 {
		t.Errorf("%d bytes are kept of at most %d", got, 16<<20)
	}
	var sum int64
	for i := range s.pages.shards {
		sh := &s.pages.shards[i]
		if len(sh.entries) != len(sh.clock) {
			t.Errorf("shard %d: %d entries, %d on the clock", i, len(sh.entries), len(sh.clock))
		}
		for at, e := range sh.clock {
			if e.slot != at || sh.entries[e.key] != e {
				t.Fatalf("shard %d: entry %s is not where it says", i, e.key)
			}
			sum += e.size.Load()
		}
	}
	if got := s.pages.bytes.Load(); sum != got {
		t.Errorf("%d bytes are kept, %d are counted", sum, got)
	}
}

// TestCacheKeepsWhatIsUsed asks for one page all the time while thousands pass.
func TestCacheKeepsWhatIsUsed(t *testing.T) {
	s := &server{pages: newCache(16 << 20)}
	fill(t, s, 1, 4000)
	kept := []byte("/article/0")
	for i := 1; i < 20_000; i++ {
		e, err := s.pack(&route{}, fmt.Sprintf("/x/%d", i), page.Reply{Type: "text/html", Body: make([]byte, 4000)})
		if err != nil {
			t.Fatal(err)
		}
		s.pages.put(e)
		if s.pages.get(kept) == nil {
			t.Fatalf("the page in use was pushed out by page %d", i)
		}
	}
}

// TestCacheTogether lets many put, get and enrich the same few pages; the race
// detector and the sums judge.
func TestCacheTogether(t *testing.T) {
	s := &server{pages: newCache(16 << 20)}
	var all sync.WaitGroup
	for w := 0; w < 8; w++ {
		all.Go(func() {
			for i := 0; i < 400; i++ {
				key := fmt.Sprintf("/article/%d", i%20)
				if e := s.pages.get([]byte(key)); e != nil {
					s.enrich(e)
					continue
				}
				e, err := s.pack(&route{}, key, page.Reply{Type: "text/html", Body: make([]byte, 3000)})
				if err != nil {
					t.Error(err)
					return
				}
				s.pages.put(e)
			}
		})
	}
	all.Wait()
	var sum int64
	for i := range s.pages.shards {
		for _, e := range s.pages.shards[i].entries {
			sum += e.size.Load()
		}
	}
	if got := s.pages.bytes.Load(); sum != got {
		t.Errorf("%d bytes are kept, %d are counted", sum, got)
	}
}
