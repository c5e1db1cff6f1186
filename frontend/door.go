package frontend

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kepu/frontend/page"
	"kepu/frontend/studio"
)

// enter puts the door before the route table. It stands before Fiber, so that a
// rendered page is found and sent without one allocation of Fiber's.
func (s *server) enter(app *fiber.App) {
	s.next = app.Handler()
	app.Server().Handler = s.serve
	app.Server().HeaderReceived = received
	app.Server().NoDefaultServerHeader = true
	app.Server().SecureErrorLogMessage = true
}

// serve answers one request.
func (s *server) serve(ctx *fasthttp.RequestCtx) {
	start, hit := time.Now(), false
	defer func() {
		if !hit {
			s.leave(ctx, start, recover())
		}
	}()
	if hit = s.hit(ctx, start); hit {
		return
	}
	if err := refuse(ctx); err != nil {
		s.refused(ctx, err)
		return
	}
	path := string(ctx.Request.URI().PathOriginal())
	if to, err := redirect(path); err != nil {
		s.refused(ctx, err)
		return
	} else if to != path && !ctx.IsGet() && !ctx.IsHead() {
		s.refused(ctx, page.ErrNotFound) // a redirect would lose what is sent
		return
	} else if to != path {
		s.refused(ctx, &page.Moved{To: to + question(ctx)})
		return
	}
	s.next(ctx)
}

// hit answers from the page cache where the request asks for exactly what is
// kept there, and that still stands.
func (s *server) hit(ctx *fasthttp.RequestCtx, start time.Time) bool {
	h := &ctx.Request.Header
	if !h.IsGet() && !h.IsHead() || bodied(h) || !s.up.Load() || !versioned(h.Protocol()) {
		return false
	}
	e := s.pages.get(h.RequestURI())
	if e == nil {
		return false
	}
	view := s.Shelf.View()
	ok := e.stands(view, s.Now)
	view.Close()
	if !ok {
		return false
	}
	s.enrich(e)
	e.send(ctx, s.https)
	s.counts.hit(e, ctx.Response.StatusCode(), start)
	return true
}

// received looks at a request before its body is read, for afterwards a body in
// chunks looks like any other. Where nobody should send one, or where a length is
// given beside it, so that somebody before us may see another request, the
// protocol is marked as one we do not speak; the answer is then 400, and the end
// of the connection.
func received(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if h.ContentLength() == -1 && (h.IsGet() || h.IsHead() || bytes.Contains(bytes.ToLower(h.RawHeaders()), []byte("content-length:"))) {
		h.SetProtocol("refused")
	}
	c := fasthttp.RequestConfig{}
	if !bytes.HasPrefix(h.RequestURI(), []byte(studio.Base+"/")) {
		c.MaxRequestBodySize = bodyLeast
	}
	return c
}

// bodyLeast is how much is read of a body where nobody should send one.
const bodyLeast = 1 << 10

// versioned tells whether the request speaks HTTP/1.0 or 1.1.
func versioned(protocol []byte) bool {
	return len(protocol) == 8 && bytes.HasPrefix(protocol, []byte("HTTP/1.")) && protocol[7] <= '1' && protocol[7] >= '0'
}

// bodied tells whether a request has a body: fasthttp writes −2 for none, −1 for
// chunks.
func bodied(h *fasthttp.RequestHeader) bool {
	n := h.ContentLength()
	return n > 0 || n == -1
}

// refuse names what no route should see.
func refuse(ctx *fasthttp.RequestCtx) error {
	h := &ctx.Request.Header
	switch {
	case !versioned(h.Protocol()):
		ctx.SetConnectionClose()
		return fiber.ErrBadRequest
	case (h.IsGet() || h.IsHead()) && bodied(h):
		return fiber.ErrBadRequest
	case !known(h.Method()):
		return fiber.ErrMethodNotAllowed
	}
	return nil
}

// known tells whether Fiber can route the method. It does not route TRACE and
// CONNECT here, but knows to say so.
func known(method []byte) bool {
	for _, m := range fiber.DefaultMethods {
		if string(method) == m {
			return true
		}
	}
	return false
}

// redirect gives the one form of a path; an error where no page stands under any.
func redirect(path string) (string, error) {
	if len(path) > page.MaxPath {
		return "", fiber.ErrRequestURITooLong
	}
	if strings.HasPrefix(path, "/media/") || strings.HasPrefix(path, "/assets/") {
		return path, nil // judged by their own handlers, key by key
	}
	to, ok := page.Clean(path)
	if !ok {
		return "", page.ErrNotFound
	}
	return to, nil
}

// question is the request's query with its mark.
func question(ctx *fasthttp.RequestCtx) string {
	if q := ctx.Request.URI().QueryString(); len(q) > 0 {
		return "?" + string(q)
	}
	return ""
}

// refused answers an error met before routing.
func (s *server) refused(ctx *fasthttp.RequestCtx, err error) {
	s.write(ctx, err)
}

// leave counts and logs a request, and answers for one that panicked with p.
func (s *server) leave(ctx *fasthttp.RequestCtx, start time.Time, p any) {
	var trouble error
	if p != nil {
		trouble = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		ctx.Response.Reset()
		s.write(ctx, trouble)
	} else if err, ok := ctx.UserValue(troubleKey).(error); ok {
		trouble = err
	}
	name := "none"
	if r, ok := ctx.UserValue(routeKey).(string); ok {
		name = r
	}
	took := time.Since(start)
	status := ctx.Response.StatusCode()
	s.counts.count(name, status, took)
	if status >= http.StatusInternalServerError || took > slow && name != "media" {
		s.line(ctx, name, id(ctx), start, trouble)
	}
}

// slow requests are logged.
const slow = time.Second

const (
	troubleKey = "trouble" // the error behind a 5xx
	idKey      = "request"
)

// line logs one request: never its query, address or anything of a person.
func (s *server) line(ctx *fasthttp.RequestCtx, name, id string, start time.Time, trouble error) {
	status := ctx.Response.StatusCode()
	attrs := []any{"route", name, "status", status, "ms", time.Since(start).Milliseconds(), "request", id}
	switch {
	case trouble != nil && !errors.Is(trouble, page.ErrStarting) && status == http.StatusInternalServerError:
		s.Log.Error("request failed", append(attrs, "err", trouble.Error())...)
	case status >= http.StatusInternalServerError:
		s.Log.Warn("request turned away", attrs...)
	case time.Since(start) > slow:
		s.Log.Warn("slow request", attrs...)
	default:
		s.Log.Info("request", attrs...)
	}
}
