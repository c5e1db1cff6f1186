package shelf

import (
	"os"
	"slices"
	"testing"
	"time"
)

// TestRate prints how fast the shelf follows a real store. KEPU_BENCH=1.
func TestRate(t *testing.T) {
	if os.Getenv("KEPU_BENCH") == "" {
		return
	}
	const n = 20_000
	d := newDesk(t)
	d.topics("health", "health-mind", "space")
	s := openShelf(t, t.TempDir(), nil)
	follow(t, s, d.store)
	var seq uint64
	began := time.Now()
	for from := 0; from < n; from += 100 {
		var batch []sample
		for i := from; i < from+100; i++ {
			batch = append(batch, d.one(i))
		}
		seq = d.publish(batch...)
	}
	written := time.Since(began)
	shown(t, s, seq)
	t.Logf("%d items committed in %s (%.0f a second), all shown %s later", n, written.Round(time.Millisecond),
		n/written.Seconds(), (time.Since(began) - written).Round(time.Millisecond))
	var took []time.Duration
	for i := range 200 {
		a := d.one(n + i)
		changes := d.live(a)
		began := time.Now()
		shown(t, s, d.commit(changes...))
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	t.Logf("commit until shown: median %s, p99 %s", took[100], took[198])
	began = time.Now()
	if err := s.rebuild(t.Context(), d.store); err != nil {
		t.Fatal(err)
	}
	t.Logf("rebuilt %d items in %s", n, time.Since(began).Round(time.Millisecond))
	began = time.Now()
	wantFresh(t, s, d.store)
	t.Logf("checked in %s", time.Since(began).Round(time.Millisecond))
}
