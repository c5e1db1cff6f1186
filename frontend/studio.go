package frontend

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kepu/frontend/api"
	"kepu/frontend/page"
	"kepu/frontend/studio"
)

// desk mounts the studio's routes. None of their answers is ever kept.
func (s *server) desk(app *fiber.App) {
	if s.studio == nil {
		return
	}
	for _, r := range s.studio.Routes() {
		if r.Method == http.MethodGet {
			app.Get(r.Pattern(), s.call(r)) // and HEAD
		} else {
			app.Add(r.Method, r.Pattern(), s.call(r))
		}
	}
}

// bodyMost is the largest body any route takes, and never 0: fasthttp would
// take that for its own default.
func (s *server) bodyMost() int {
	most := bodyLeast
	for _, r := range s.routes {
		most = max(most, r.body)
	}
	if s.studio != nil {
		for _, r := range s.studio.Routes() {
			most = max(most, r.Body)
		}
	}
	return most
}

// operations are what the studio answers, as the API describes it.
func (s *server) operations() []api.Operation {
	if s.studio == nil {
		return nil
	}
	return s.studio.Operations()
}

// names are those of all routes.
func (s *server) names() (names []string) {
	for _, r := range s.routes {
		names = append(names, r.name)
	}
	if s.studio != nil {
		for _, r := range s.studio.Routes() {
			names = append(names, r.Name)
		}
	}
	return names
}

var vVaryDesk = []byte("Authorization, Cookie")

// call makes the Fiber handler of one of the studio's routes.
func (s *server) call(r *studio.Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(routeKey, r.Name)
		h := &c.Context().Response.Header
		guard(h, vPolicyBytes, s.https)
		h.SetCanonical(hCache, vNoStore)
		h.SetCanonical(hVary, vVaryDesk)
		c.Set(requestID, s.number(c.Context()))

		ctx, cancel := context.WithTimeout(c.UserContext(), longest)
		defer cancel()
		call, err := s.asked(ctx, c, r)
		if err != nil {
			return err
		}
		if !r.Waits() {
			leave, err := s.desks.enter(ctx)
			if err != nil {
				return err
			}
			defer leave()
		}
		a, err := s.studio.Answer(call)
		if err != nil {
			return err
		}
		return s.tell(c, a)
	}
}

// asked checks a request's form and finds out who sends it.
func (s *server) asked(ctx context.Context, c *fiber.Ctx, r *studio.Route) (*studio.Call, error) {
	h := &c.Request().Header
	body := c.Request().Body()
	switch {
	case len(body) > r.Body:
		return nil, fiber.ErrRequestEntityTooLarge
	case len(h.Peek(fiber.HeaderContentEncoding)) > 0:
		return nil, studio.ErrMedia
	case len(body) > 0 && !isJSON(string(h.ContentType())):
		return nil, studio.ErrMedia
	}
	who, err := s.who(ctx, c, r)
	if err != nil {
		return nil, err
	}
	call := &studio.Call{Ctx: ctx, Route: r, Args: map[string]string{}, Body: body, Key: c.Get("Idempotency-Key"), Agent: c.Get(fiber.HeaderUserAgent),
		Device: c.Cookies(s.cookie(studio.DeviceCookie)), State: c.Cookies(s.cookie(studio.StateCookie)), Now: s.Now(), Who: who}
	if client, counts := s.client(c.Context()); counts {
		if call.Address = client; who.ID == "" && !s.rates["page"].allow(client) {
			return nil, page.ErrLimited
		}
	}
	if who.ID != "" && !s.people.allow(who.ID) {
		return nil, page.ErrLimited
	}
	if call.Query, err = page.Parse(string(c.Context().URI().QueryString()), r.Keys, !r.Lax()); err != nil {
		return nil, err
	}
	if call.Match, err = studio.ParseMatch(c.Get(fiber.HeaderIfMatch)); err != nil {
		return nil, err
	}
	for _, name := range c.Route().Params {
		call.Args[name] = c.Params(name)
	}
	return call, nil
}

// isJSON tells whether a body says that it is JSON, in UTF-8 where it says so.
func isJSON(header string) bool {
	kind, params, err := mime.ParseMediaType(header)
	if err != nil || kind != "application/json" {
		return false
	}
	for name, value := range params {
		if name != "charset" || !strings.EqualFold(value, "utf-8") {
			return false
		}
	}
	return true
}

// who finds out who sends a request: by a bearer token, or else by the session's
// cookie, which counts for nothing that another site may have sent.
func (s *server) who(ctx context.Context, c *fiber.Ctx, r *studio.Route) (studio.Who, error) {
	if bearer := c.Get(fiber.HeaderAuthorization); bearer != "" {
		scheme, token, _ := strings.Cut(bearer, " ")
		if !strings.EqualFold(scheme, "bearer") {
			return studio.Who{}, studio.ErrSignedOut
		}
		return s.studio.Bearer(ctx, strings.TrimSpace(token))
	}
	cookie := c.Cookies(s.cookie(studio.SessionCookie))
	if r.Unsafe() && !s.ours(c, cookie != "") {
		return studio.Who{}, studio.ErrCrossSite
	}
	if cookie == "" {
		return studio.Who{}, nil
	}
	return s.studio.Session(ctx, cookie)
}

// cookie is a cookie's whole name. With __Host- a browser takes it over https
// only, for this very host, and lets nobody else set it.
func (s *server) cookie(name string) string {
	if s.https {
		return "__Host-" + name
	}
	return name
}

// ours tells whether an unsafe request comes from a page of ours. A browser says
// so itself in Sec-Fetch-Site, an older one by Origin. Where neither is said, it
// counts as ours only without a cookie that might have been sent unasked.
func (s *server) ours(c *fiber.Ctx, cookie bool) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	if origin := c.Get(fiber.HeaderOrigin); origin != "" {
		return origin == s.BaseURL
	}
	return !cookie
}

// tell writes an answer.
func (s *server) tell(c *fiber.Ctx, a studio.Answer) error {
	for _, k := range a.Cookies {
		cookie := fiber.Cookie{Name: s.cookie(k.Name), Value: k.Value, Path: "/", MaxAge: int(k.Lasts / time.Second), Secure: s.https, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode}
		if k.Value == "" {
			cookie.Expires = time.Unix(1, 0)
		}
		c.Cookie(&cookie)
	}
	if a.Tag != "" {
		c.Set(fiber.HeaderETag, `"`+a.Tag+`"`)
	}
	if a.Place != "" {
		c.Set(fiber.HeaderLocation, a.Place)
	}
	switch {
	case a.File != nil:
		if a.File.Name != "" {
			c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": a.File.Name}))
		}
		c.Set(fiber.HeaderContentType, a.File.Type)
		if a.File.Stream != nil {
			c.Status(max(a.Status, http.StatusOK)).Context().Response.SetBodyStream(a.File.Stream, -1)
			return nil
		}
		return c.Status(max(a.Status, http.StatusOK)).Send(a.File.Body)
	case a.Body == nil:
		if a.Status == 0 {
			a.Status = http.StatusNoContent
		}
		c.Status(a.Status)
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.Body); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	c.Set(fiber.HeaderContentType, api.JSON)
	return c.Status(max(a.Status, http.StatusOK)).Send(b.Bytes())
}
