package frontend

import (
	"context"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"golang.org/x/time/rate"

	"kepu/frontend/page"
)

// limiter counts requests per client, by address or by person, in bounded
// memory: two generations of at most mostClients each; when the younger is full
// it becomes the elder. Whoever falls out of both starts anew.
type limiter[K comparable] struct {
	now          func() time.Time
	every        rate.Limit
	burst        int
	mu           sync.Mutex
	young, elder map[K]*rate.Limiter
}

const mostClients = 20_000

func newLimiter[K comparable](now func() time.Time, perSecond float64, burst int) *limiter[K] {
	return &limiter[K]{now: now, every: rate.Limit(perSecond), burst: burst, young: map[K]*rate.Limiter{}}
}

// allow tells whether one more request from a client is within its rate.
func (l *limiter[K]) allow(client K) bool {
	l.mu.Lock()
	r := l.young[client]
	if r == nil {
		if r = l.elder[client]; r == nil {
			r = rate.NewLimiter(l.every, l.burst)
		}
		if len(l.young) >= mostClients {
			l.elder, l.young = l.young, make(map[K]*rate.Limiter, mostClients/4)
		}
		l.young[client] = r
	}
	l.mu.Unlock()
	return r.AllowN(l.now(), 1)
}

// admit holds a request to its route's rate.
func (s *server) admit(c *fiber.Ctx, r *route) error {
	l := s.rates[r.rate]
	if l == nil {
		return nil
	}
	client, counts := s.client(c.Context())
	if !counts || l.allow(client) {
		return nil
	}
	return page.ErrLimited
}

// client is whom a request counts for: an IPv4 address or an IPv6 /64. Behind a
// trusted proxy it is the last address in X-Forwarded-For that is no trusted
// proxy. Requests from this machine itself do not count: they are the operator's,
// or a proxy's that nobody named.
func (s *server) client(ctx *fasthttp.RequestCtx) (client netip.Prefix, counts bool) {
	peer := address(ctx.RemoteAddr())
	if s.trusted(peer) {
		list := strings.Split(string(ctx.Request.Header.Peek(fiber.HeaderXForwardedFor)), ",")
		for i := len(list) - 1; i >= 0; i-- {
			a, err := netip.ParseAddr(strings.TrimSpace(list[i]))
			if err != nil {
				break
			}
			if peer = a.Unmap(); !s.trusted(peer) {
				break
			}
		}
	}
	bits := peer.BitLen()
	if peer.Is6() {
		bits = 64
	}
	client, err := peer.Prefix(bits)
	return client, err == nil && (s.Rates || !peer.IsLoopback())
}

func address(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

func (s *server) trusted(a netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// bulkhead lets so many do one kind of work at once, some more wait for a short
// time, and turns the rest away at once.
type bulkhead struct {
	slots   chan struct{}
	waiting atomic.Int64
	most    int64
	longest time.Duration
}

func newBulkhead(perCPU, waiting int, longest time.Duration) *bulkhead {
	return &bulkhead{slots: make(chan struct{}, perCPU*runtime.GOMAXPROCS(0)), most: int64(waiting), longest: longest}
}

// enter takes a place; leave gives it back. The error is *page.Busy, or ctx's.
func (b *bulkhead) enter(ctx context.Context) (leave func(), err error) {
	leave = func() { <-b.slots }
	select {
	case b.slots <- struct{}{}:
		return leave, nil
	default:
	}
	if b.waiting.Add(1) > b.most {
		b.waiting.Add(-1)
		return nil, &page.Busy{After: time.Second}
	}
	defer b.waiting.Add(-1)
	t := time.NewTimer(b.longest)
	defer t.Stop()
	select {
	case b.slots <- struct{}{}:
		return leave, nil
	case <-t.C:
		return nil, &page.Busy{After: time.Second}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
