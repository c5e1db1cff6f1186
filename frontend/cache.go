package frontend

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/singleflight"

	"kepu/frontend/page"
	"kepu/shelf"
)

// cache keeps rendered pages in a bounded number of bytes. An entry is used
// while what it was made from stands: see stands. Entries that nobody asked for
// lately go first.
type cache struct {
	seed   maphash.Seed
	shards [shards]shard
	flight singleflight.Group
	bytes  atomic.Int64
	made   atomic.Uint64 // entries rendered
	left   atomic.Uint64 // entries pushed out
}

const shards = 16

// shard is one part of the cache: a map, and a clock that goes round its
// entries and pushes out those not used since its last round.
type shard struct {
	sync.RWMutex
	entries map[string]*entry
	clock   []*entry
	hand    int
	size    int64
	most    int64
}

// entry is one page as it was rendered, in the forms it is sent in.
type entry struct {
	key      string
	route    *route
	status   int
	kind     []byte // media type
	plain    form
	gzip     form
	brotli   atomic.Pointer[form]
	squeezed atomic.Bool // somebody is making brotli, or nobody should
	hits     atomic.Uint32
	used     atomic.Bool
	size     atomic.Int64
	slot     int

	deps     []shelf.Dep
	versions []uint64
	probe    func(*shelf.View) uint64
	probed   uint64
	until    time.Time
	epoch    atomic.Uint64 // the last at which it was found to stand
	never    bool          // depends on nothing
}

func newCache(most int64) *cache {
	c := &cache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].entries = map[string]*entry{}
		c.shards[i].most = max(most/shards, 1<<20)
	}
	return c
}

func (c *cache) shard(key []byte) *shard {
	return &c.shards[maphash.Bytes(c.seed, key)%shards]
}

// get gives the entry under a key, standing or not; nil where there is none.
func (c *cache) get(key []byte) *entry {
	s := c.shard(key)
	s.RLock()
	e := s.entries[string(key)]
	s.RUnlock()
	if e != nil && !e.used.Load() {
		e.used.Store(true)
	}
	return e
}

// put keeps an entry in place of the one under its key, and pushes out what is
// then too much.
func (c *cache) put(e *entry) {
	s := c.shard([]byte(e.key))
	s.Lock()
	defer s.Unlock()
	if e.size.Load() > s.most {
		return
	}
	if old := s.entries[e.key]; old != nil {
		s.drop(old, c)
	}
	for s.size+e.size.Load() > s.most && len(s.clock) > 0 {
		s.evict(c)
	}
	e.slot = len(s.clock)
	s.clock = append(s.clock, e)
	s.entries[e.key] = e
	s.grow(e.size.Load(), c)
}

// evict pushes out the next entry that was not used since the clock's last round.
func (s *shard) evict(c *cache) {
	for {
		if s.hand >= len(s.clock) {
			s.hand = 0
		}
		e := s.clock[s.hand]
		if e.used.Swap(false) {
			s.hand++
			continue
		}
		s.drop(e, c)
		c.left.Add(1)
		return
	}
}

func (s *shard) drop(e *entry, c *cache) {
	last := len(s.clock) - 1
	s.clock[e.slot] = s.clock[last]
	s.clock[e.slot].slot = e.slot
	s.clock[last] = nil
	s.clock = s.clock[:last]
	delete(s.entries, e.key)
	e.slot = -1
	s.grow(-e.size.Load(), c)
}

func (s *shard) grow(n int64, c *cache) {
	s.size += n
	c.bytes.Add(n)
}

// add counts a form that an entry gained while it was kept.
func (c *cache) add(e *entry, n int64) {
	s := c.shard([]byte(e.key))
	s.Lock()
	defer s.Unlock()
	if e.slot >= 0 && s.entries[e.key] == e {
		e.size.Add(n)
		s.grow(n, c)
	}
}

// len is how many entries there are.
func (c *cache) len() (n int) {
	for i := range c.shards {
		c.shards[i].RLock()
		n += len(c.shards[i].entries)
		c.shards[i].RUnlock()
	}
	return n
}

// stands tells whether the entry is still true in a view: nothing at all has
// changed since it was last found so, or none of what it was made from has.
func (e *entry) stands(v *shelf.View, now func() time.Time) bool {
	if !e.until.IsZero() && !now().Before(e.until) {
		return false
	}
	epoch := v.Epoch()
	if e.never || e.epoch.Load() == epoch {
		return true
	}
	for i, d := range e.deps {
		if v.Version(d) != e.versions[i] {
			return false
		}
	}
	if e.probe != nil && e.probe(v) != e.probed {
		return false
	}
	e.epoch.Store(epoch)
	return true
}

// entry gives the page of a request, from the cache or made now. However many
// ask for the same page of the same shelf at once, it is made once.
func (s *server) entry(c *fiber.Ctx, r *route, req page.Request, key string) (*entry, error) {
	view := s.Shelf.View()
	defer view.Close()
	if e := s.pages.get([]byte(key)); e != nil && e.stands(view, s.Now) {
		s.enrich(e)
		return e, nil
	}
	if err := s.admit(c, r); err != nil {
		return nil, err
	}
	flight := key + "\x00" + string(appendUint(nil, view.Epoch()))
	made, err, _ := s.pages.flight.Do(flight, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), longest)
		defer cancel()
		leave, err := s.renders.enter(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
		req.Ctx, req.View = ctx, view
		reply, err := r.make(req)
		if err != nil {
			return nil, err
		}
		e, err := s.pack(r, key, reply)
		if err != nil {
			return nil, err
		}
		e.remember(view, reply)
		s.pages.made.Add(1)
		s.pages.put(e)
		return e, nil
	})
	if err != nil {
		return nil, err
	}
	return made.(*entry), nil
}

// remember notes what a reply was made from.
func (e *entry) remember(v *shelf.View, reply page.Reply) {
	seen := map[shelf.Dep]bool{}
	for _, d := range reply.Deps {
		if !seen[d] {
			seen[d] = true
			e.deps = append(e.deps, d)
			e.versions = append(e.versions, v.Version(d))
		}
	}
	e.never = len(e.deps) == 0
	if e.probe = reply.Probe; e.probe != nil {
		e.probed = e.probe(v)
	}
	e.until = reply.Until
	e.epoch.Store(v.Epoch())
}

func appendUint(b []byte, n uint64) []byte {
	for ; n > 0; n >>= 8 {
		b = append(b, byte(n))
	}
	return b
}
