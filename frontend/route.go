package frontend

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/frontend/site"
)

// route is one row of the table.
type route struct {
	name string
	path string
	keys []page.Key
	make page.Handler // nil: a file, see handle
	view views
	kept bool
	body int
	rate string
}

// views say in which forms a route stands.
type views int

const (
	both views = iota // a page, standard and easy
	one               // one form only, no page
	data              // JSON: unknown query keys are refused
	file              // bytes as they are
)

const kept, fresh = true, false

// mirror is one address of a route.
type mirror struct {
	pattern  string
	easy     bool
	audience content.Audience
}

// paths are all addresses of a route.
func (r *route) paths() (out []mirror) {
	add := func(pattern string, a content.Audience) {
		out = append(out, mirror{pattern, false, a})
		if r.view == both {
			out = append(out, mirror{strings.TrimSuffix("/easy"+pattern, "/"), true, a})
		}
	}
	if !strings.Contains(r.path, "{audience}") {
		add(r.path, "")
		return out
	}
	for _, a := range content.Audiences {
		add(strings.ReplaceAll(r.path, "{audience}", string(a)), a)
	}
	return out
}

// handle makes the Fiber handler of one address.
func (s *server) handle(r *route, m mirror) fiber.Handler {
	answer := func(c *fiber.Ctx) error { return s.answer(c, r, m) }
	switch r.name {
	case "asset":
		answer = s.asset
	case "media":
		answer = s.medium
	case "health":
		answer = s.health
	case "ready":
		answer = s.ready
	}
	return func(c *fiber.Ctx) error {
		c.Locals(routeKey, r.name)
		if len(c.Request().Body()) > r.body {
			return fiber.ErrRequestEntityTooLarge
		}
		if r.make == nil {
			if err := s.admit(c, r); err != nil {
				return err
			}
		}
		return answer(c)
	}
}

// routeKey is where the name of a request's route is noted for the door.
const routeKey = "route"

// longest is how long one answer may take to make.
const longest = 10 * time.Second

// answer validates a request, and makes or finds its reply.
func (s *server) answer(c *fiber.Ctx, r *route, m mirror) error {
	if err := s.caughtUp(); err != nil {
		return err
	}
	keys := r.keys
	if m.easy {
		keys = append(site.LookKeys(), keys...)
	}
	q, err := page.Parse(string(c.Context().URI().QueryString()), keys, r.view == data)
	if err != nil {
		return err
	}
	req := page.Request{Path: c.Path(), Easy: m.easy, Args: map[string]string{}, Query: q, Now: s.Now()}
	for _, name := range c.Route().Params {
		value := c.Params(name)
		if !argument(name, value) {
			return page.ErrNotFound
		}
		req.Args[name] = value
	}
	if m.audience != "" {
		req.Args["audience"] = string(m.audience)
	}
	if r.kept && q.Text("after") == "" {
		return s.keep(c, r, req)
	}
	return s.make(c, r, req)
}

// argument judges a parameter of the path before anybody looks it up.
func argument(name, value string) bool {
	switch name {
	case "region":
		return page.IsRegion(value)
	case "part":
		return len(value) < 20
	}
	return page.IsSlug(value)
}

// keep answers from the cache, rendering what is not there.
func (s *server) keep(c *fiber.Ctx, r *route, req page.Request) error {
	key := req.Path + req.Query.String()
	e, err := s.entry(c, r, req, key)
	if err != nil {
		return err
	}
	e.send(c.Context(), s.https)
	return nil
}

// make answers afresh, from a view of its own.
func (s *server) make(c *fiber.Ctx, r *route, req page.Request) error {
	if err := s.admit(c, r); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), longest)
	defer cancel()
	walls := s.renders
	if r.rate == "search" || r.rate == "suggest" {
		walls = s.finds
	}
	leave, err := walls.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	view := s.Shelf.View()
	defer view.Close()
	req.Ctx, req.View = ctx, view
	reply, err := r.make(req)
	if err != nil {
		return err
	}
	e, err := s.pack(r, "", reply)
	if err != nil {
		return err
	}
	if e.status >= http.StatusBadRequest {
		c.Set(requestID, s.number(c.Context()))
	}
	if !reply.Private {
		e.send(c.Context(), s.https)
		return nil
	}
	c.Request().Header.Del(fiber.HeaderIfNoneMatch)
	e.send(c.Context(), s.https)
	private(&c.Context().Response.Header)
	return nil
}

// private says that an answer is for who asked alone: nobody may keep it, list
// it, or learn its address from a link that is followed.
func private(h *fasthttp.ResponseHeader) {
	h.Del(fiber.HeaderETag)
	h.Set(fiber.HeaderCacheControl, "private, no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
}

// caughtUp is nil once the shelf has shown everything there was at start.
func (s *server) caughtUp() error {
	if s.up.Load() {
		return nil
	}
	if s.Ready != nil {
		if ready, _ := s.Ready(); !ready {
			return page.ErrStarting
		}
	}
	s.up.Store(true)
	return nil
}
