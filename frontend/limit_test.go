package frontend

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"kepu/frontend/page"
)

func TestLimiter(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	l := newLimiter[netip.Prefix](func() time.Time { return now }, 1, 3)
	a := netip.MustParsePrefix("203.0.113.7/32")
	for i := 0; i < 3; i++ {
		if !l.allow(a) {
			t.Fatalf("request %d of a burst of three is refused", i+1)
		}
	}
	if l.allow(a) {
		t.Error("a fourth request at once is let through")
	}
	if !l.allow(netip.MustParsePrefix("203.0.113.8/32")) {
		t.Error("another client pays for the first")
	}
	now = now.Add(time.Second)
	if !l.allow(a) {
		t.Error("a second later the client is still refused")
	}
}

// TestLimiterIsBounded asks from more addresses than are remembered, and finds
// the one that keeps asking still held.
func TestLimiterIsBounded(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	l := newLimiter[netip.Prefix](func() time.Time { return now }, 1, 3)
	busy := netip.MustParsePrefix("203.0.113.7/32")
	for i := 0; i < 3*mostClients; i++ {
		l.allow(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32))
		if i%1000 == 0 {
			l.allow(busy)
		}
	}
	if n := len(l.young) + len(l.elder); n > 2*mostClients {
		t.Errorf("%d clients are remembered", n)
	}
	if l.allow(busy) {
		t.Error("the busy client was forgotten")
	}
}

func TestBulkhead(t *testing.T) {
	b := &bulkhead{slots: make(chan struct{}, 1), most: 1, longest: time.Hour}
	leave, err := b.enter(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	waits := make(chan error, 1)
	go func() {
		leave, err := b.enter(ctx)
		if err == nil {
			leave()
		}
		waits <- err
	}()
	for deadline := time.Now().Add(10 * time.Second); b.waiting.Load() != 1; {
		if time.Now().After(deadline) {
			t.Fatal("nobody waits")
		}
	}
	var busy *page.Busy
	if _, err := b.enter(context.Background()); !errors.As(err, &busy) || busy.After <= 0 {
		t.Errorf("a second one to wait is told %v", err)
	}
	leave()
	if err := <-waits; err != nil {
		t.Errorf("the one who waited is told %v", err)
	}
	cancel()
}
