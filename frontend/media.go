package frontend

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kepu/frontend/page"
	"kepu/media"
	"kepu/shelf"
)

// A blob's address never means other bytes, so whoever has it may keep it; a
// shared cache asks again after half a minute, for it may have been taken down.
const mediaCache = "public, max-age=31536000, s-maxage=30, immutable"

// What a blob may do when it is opened by itself: show itself, and nothing more.
const mediaPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// medium sends a blob that a live item shows.
func (s *server) medium(c *fiber.Ctx) error {
	if err := s.caughtUp(); err != nil {
		return err
	}
	key := media.Key(c.Params("key"))
	if !key.Valid() {
		return page.ErrNotFound
	}
	view := s.Shelf.View()
	m := view.Media(key)
	view.Close()
	open := m.State == shelf.Live
	if !open {
		if err := s.ticketed(c, key, &m); err != nil {
			return err
		}
	}
	s.mediaHeaders(c, key, m)
	if !open {
		private(&c.Context().Response.Header)
		c.Request().Header.Del(fiber.HeaderIfNoneMatch)
	}
	tag := `"` + string(key) + `"`
	if matched := matches(c.Request().Header.Peek(fiber.HeaderIfNoneMatch), []byte(tag)); matched != nil {
		c.Status(http.StatusNotModified)
		return nil
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), longest)
	defer cancel()
	b, err := s.Blobs.Open(ctx, key)
	if err != nil {
		forget(c)
		return fmt.Errorf("send medium: %w", err)
	}
	return s.bytes(c, b, tag)
}

// ticketed tells whether a blob that no live item shows may be seen by whoever
// asks: with a ticket of the studio or of a preview that stands.
func (s *server) ticketed(c *fiber.Ctx, key media.Key, m *shelf.Medium) error {
	if s.studio != nil {
		preview, ok := s.studio.Admits(key, c.Query("ticket"), s.Now())
		ctx, cancel := context.WithTimeout(c.UserContext(), longest)
		defer cancel()
		switch {
		case !ok:
		case preview != "":
			if err := s.studio.Stands(ctx, preview); err != nil {
				return err
			}
			return s.studio.Medium(ctx, key, m)
		default:
			return s.studio.Medium(ctx, key, m)
		}
	}
	if m.State == shelf.Gone {
		return &page.Gone{}
	}
	return page.ErrNotFound
}

func (s *server) mediaHeaders(c *fiber.Ctx, key media.Key, m shelf.Medium) {
	h := &c.Context().Response.Header
	guard(h, []byte(mediaPolicy), s.https)
	h.Set(fiber.HeaderCacheControl, mediaCache)
	h.Set(fiber.HeaderETag, `"`+string(key)+`"`)
	h.Set(fiber.HeaderAcceptRanges, "bytes")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	kind := m.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	if kind == "text/vtt" {
		kind += "; charset=utf-8"
	}
	h.SetContentType(kind)
	how := "inline"
	if !strings.HasPrefix(kind, "image/") && !strings.HasPrefix(kind, "video/") && !strings.HasPrefix(kind, "audio/") && !strings.HasPrefix(kind, "text/vtt") {
		how = "attachment"
	}
	h.Set(fiber.HeaderContentDisposition, how)
}

// forget takes back what was said of a blob that cannot be sent after all.
func forget(c *fiber.Ctx) {
	for _, name := range []string{fiber.HeaderETag, fiber.HeaderAcceptRanges, fiber.HeaderContentDisposition, "Cross-Origin-Resource-Policy"} {
		c.Context().Response.Header.Del(name)
	}
}

// bytes sends a blob, or the one piece of it that is asked for.
func (s *server) bytes(c *fiber.Ctx, b media.Blob, tag string) error {
	size := b.Info().Size
	piece, status := span{0, size}, http.StatusOK
	header := c.Get(fiber.HeaderRange)
	if cond := c.Get(fiber.HeaderIfRange); cond != "" && cond != tag {
		header = ""
	}
	if p, given, ok := spanOf(header, size); given && !ok {
		b.Close()
		forget(c)
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(size, 10))
		return fiber.ErrRequestedRangeNotSatisfiable
	} else if given {
		piece, status = p, http.StatusPartialContent
		c.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(p.from, 10)+"-"+strconv.FormatInt(p.from+p.length-1, 10)+"/"+strconv.FormatInt(size, 10))
	}
	c.Status(status)
	if c.Method() == fiber.MethodHead {
		b.Close()
		c.Context().Response.SkipBody = true
		c.Context().Response.Header.SetContentLength(int(piece.length))
		return nil
	}
	if piece.from > 0 {
		if _, err := b.Seek(piece.from, io.SeekStart); err != nil {
			b.Close()
			return fmt.Errorf("send medium: %w", err)
		}
	}
	c.Context().Response.SetBodyStream(stream(b, piece), int(piece.length))
	return nil
}

// asset sends one of the files pages refer to.
func (s *server) asset(c *fiber.Ctx) error {
	a, ok := s.assets.ByURL[c.Path()]
	if !ok {
		return page.ErrNotFound
	}
	h := &c.Context().Response.Header
	guard(h, vPolicyBytes, s.https)
	h.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	h.SetCanonical(hVary, vVary)
	tag := []byte(`"` + strings.Split(a.URL, "/")[2] + `"`)
	if matched := matches(c.Request().Header.Peek(fiber.HeaderIfNoneMatch), tag); matched != nil {
		h.SetCanonical(hETag, matched)
		c.Status(http.StatusNotModified)
		return nil
	}
	h.SetContentType(a.Type)
	body, suffix := a.Identity, ""
	if br, gz := accepts(c.Request().Header.Peek(fiber.HeaderAcceptEncoding)); br {
		body, suffix = a.Brotli, "-b"
		h.SetContentEncodingBytes(vBrotli)
	} else if gz {
		body, suffix = a.Gzip, "-g"
		h.SetContentEncodingBytes(vGzip)
	}
	h.SetCanonical(hETag, []byte(strings.TrimSuffix(string(tag), `"`)+suffix+`"`))
	c.Context().Response.SetBodyRaw(body)
	return nil
}
