package hook_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"kepu/hook"
)

// fails waits until the delivery has failed that many times and gives its line.
func (r *rig) fails(t testing.TB, id string, seq uint64, attempts int) hook.Record {
	t.Helper()
	var line *hook.Record
	until(t, fmt.Sprintf("%d attempts", attempts), func() bool {
		line = r.record(t, id, seq)
		return line != nil && line.Attempts == attempts
	})
	return *line
}

// A delivery that fails is tried again after longer and longer pauses, for three
// days; what comes after it waits, and then has its own turn.
func TestRetry(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusInternalServerError) })
	made := r.put(t, rec.URL)
	id := made.Hook.ID
	r.deliver(t)
	first := r.write(t, "a", "一")
	second := r.write(t, "b", "二")
	until(t, "both are queued", func() bool { return r.owed(t, id) == 2 })
	pauses := []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}
	n, begun := 1, noon
	for ; ; n++ {
		line := r.fails(t, id, first, n)
		if line.State == hook.Failed {
			break
		}
		if line.State != hook.Waiting || line.Status != 500 || line.Error != "对方答复了状态 500" || !line.Last.Equal(begun) {
			t.Fatalf("attempt %d at %s left %+v", n, begun, line)
		}
		least := 6 * time.Hour
		if n <= len(pauses) {
			least = pauses[n-1]
		}
		pause := line.Next.Sub(line.Last)
		if end := noon.Add(72 * time.Hour); line.Next.Equal(end) {
			least = 0
		}
		if pause < least || pause > least+least/5 && !line.Next.Equal(noon.Add(72*time.Hour)) {
			t.Errorf("after attempt %d a pause of %s, want %s and at most a fifth more", n, pause, least)
		}
		r.move(line.Next.Add(-time.Millisecond)) // too early: nothing is sent
		begun = *line.Next
		r.move(begun)
	}
	if r.Now().Sub(noon) != 72*time.Hour || n < 14 || n > 18 {
		t.Errorf("given up after %d attempts in %s", n, r.Now().Sub(noon))
	}
	line := r.fails(t, id, second, 1)
	if line.State != hook.Failed {
		t.Errorf("what waited behind, three days old: %+v", line)
	}
	var ids []uint64
	for _, g := range rec.got() {
		if ids = append(ids, g.Seq); !slices.IsSorted(ids) {
			t.Fatalf("order of arrival %v", ids)
		}
		if err := hook.Verify(made.Secret, g.header.Get(hook.HeaderSignature), g.body, g.at, time.Second); err != nil {
			t.Errorf("attempt at %s: %v", g.at, err)
		}
	}
	if got := rec.got(); string(got[0].body) != string(got[1].body) {
		t.Errorf("two attempts at one delivery say\n%s\n%s", got[0].body, got[1].body)
	}
	if owed := r.owed(t, id); owed != 0 {
		t.Errorf("%d still owed", owed)
	}
}

func TestGoneReceiver(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusGone) })
	made := r.put(t, rec.URL)
	r.deliver(t)
	seq := r.write(t, "a", "一")
	r.write(t, "b", "二")
	var h hook.Hook
	until(t, "the hook is inactive", func() (is bool) {
		var err error
		if h, _, err = r.book.Get(t.Context(), admin, made.Hook.ID); err != nil {
			t.Fatal(err)
		}
		return !h.Active
	})
	if h.Off != hook.OffGone {
		t.Errorf("Off is %q", h.Off)
	}
	if line := r.fails(t, h.ID, seq, 1); line.State != hook.Failed || line.Status != http.StatusGone {
		t.Errorf("the log says %+v", line)
	}
	until(t, "what is queued is let go", func() bool { return r.owed(t, h.ID) == 0 })
	if n := len(rec.got()); n > 2 {
		t.Errorf("%d requests to who said to be gone", n)
	}
	if err := r.book.Redeliver(t.Context(), admin, h.ID, seq); err == nil {
		t.Error("delivered again by a hook that is not active")
	}
	// Made active again it hears of what comes from then on.
	terms := h.Terms
	terms.Active = true
	again, err := r.book.Put(t.Context(), admin, "", h.ID, 2, terms)
	if err != nil || again.Hook.Off != "" || again.Hook.Since.Seq <= made.Hook.Since.Seq {
		t.Errorf("made active again: %+v, %v", again, err)
	}
}

func TestRedeliver(t *testing.T) {
	r := open(t)
	var status atomic.Int64
	status.Store(http.StatusOK)
	rec := r.receiver(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(int(status.Load())) })
	made := r.put(t, rec.URL)
	id := made.Hook.ID
	r.deliver(t)
	seq := r.write(t, "a", "一")
	r.fails(t, id, seq, 1)
	again := func() {
		t.Helper()
		if err := r.book.Redeliver(t.Context(), admin, id, seq); err != nil {
			t.Fatal(err)
		}
	}
	again()
	r.pass(5 * time.Second) // the slate wakes nobody
	until(t, "a second request", func() bool { return len(rec.got()) == 2 && r.owed(t, id) == 0 })
	if got := rec.got(); got[0].ID != got[1].ID || string(got[0].body) != string(got[1].body) {
		t.Errorf("delivered again as\n%s\n%s", got[0].body, got[1].body)
	}
	status.Store(http.StatusBadGateway)
	again()
	r.pass(5 * time.Second)
	until(t, "a failure", func() bool { return r.record(t, id, seq).State == hook.Waiting })
	status.Store(http.StatusOK)
	again() // what waits is tried at once
	r.pass(5 * time.Second)
	until(t, "the end of it", func() bool { return r.record(t, id, seq).State == hook.Sent && r.owed(t, id) == 0 })
	if err := r.book.Redeliver(t.Context(), admin, id, seq+1); err == nil {
		t.Error("delivered again what never was")
	}
}

func TestPing(t *testing.T) {
	r := open(t)
	var status atomic.Int64
	status.Store(http.StatusAccepted)
	rec := r.receiver(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(int(status.Load())) })
	made := r.put(t, rec.URL, func(h *hook.Terms) { h.Active = false })
	a, err := r.book.Test(t.Context(), admin, made.Hook.ID)
	if err != nil || !a.OK() || a.Status != http.StatusAccepted {
		t.Errorf("ping: %+v, %v", a, err)
	}
	g := rec.got()[0]
	if g.Event != hook.Ping || g.Item != nil || g.header.Get(hook.HeaderDelivery) != g.ID {
		t.Errorf("ping says %s", g.body)
	}
	if err := hook.Verify(made.Secret, g.header.Get(hook.HeaderSignature), g.body, r.Now(), hook.Tolerance); err != nil {
		t.Error(err)
	}
	status.Store(http.StatusGone)
	if a, err := r.book.Test(t.Context(), admin, made.Hook.ID); err != nil || a.OK() || a.Error != "对方表示不再接收（状态 410）" {
		t.Errorf("ping to who is gone: %+v, %v", a, err)
	}
	if lines := r.records(t, made.Hook.ID); len(lines) != 0 {
		t.Errorf("pings are in the log: %+v", lines)
	}
}

// A thousand deliveries to three hooks, of which one's receiver is dead: the
// others do not wait for it. KEPU_SOAK asks for ten thousand.
func TestThreeHooks(t *testing.T) {
	r := open(t)
	items := 334
	if os.Getenv("KEPU_SOAK") != "" {
		items = 3334
	}
	var live [2]*receiver
	var ids []string
	for i := range live {
		live[i] = r.receiver(t, nil)
		ids = append(ids, r.put(t, live[i].URL).Hook.ID)
	}
	dead := r.receiver(t, nil)
	dead.Close()
	lost := r.put(t, dead.URL).Hook.ID
	for n := range items {
		r.write(t, item(n), fmt.Sprintf("第 %d 篇", n))
	}
	begun := time.Now()
	r.deliver(t)
	until(t, "all delivered to those that live", func() bool {
		return r.owed(t, ids[0])+r.owed(t, ids[1]) == 0 && len(live[0].got()) >= items && len(live[1].got()) >= items
	})
	t.Logf("%d deliveries in %s", 2*items, time.Since(begun).Round(time.Millisecond))
	for i, rec := range live {
		heard := rec.heard()
		if len(heard) != items {
			t.Fatalf("hook %d heard %d times", i, len(heard))
		}
		for n, word := range heard {
			if word != "publish "+item(n) {
				t.Fatalf("hook %d heard %q as number %d", i, word, n)
			}
		}
		if lines := r.records(t, ids[i]); len(lines) != min(items, 1000) || lines[0].State != hook.Sent {
			t.Errorf("the log of hook %d has %d lines", i, len(lines))
		}
	}
	if owed := r.owed(t, lost); owed != items {
		t.Errorf("%d are owed to the dead one", owed)
	}
	if lines := r.records(t, lost); len(lines) != 1 || lines[0].Error != "对方拒绝连接，服务可能没有启动" {
		t.Errorf("the log of the dead one: %+v", lines)
	}
}
