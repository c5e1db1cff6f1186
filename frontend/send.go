package frontend

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/valyala/fasthttp"

	"kepu/frontend/page"
)

// form is one encoding of a page.
type form struct {
	body []byte
	etag []byte
}

const (
	squeezeFrom = 512 // smaller bodies are sent as they are
	brotliAfter = 2   // hits
	brotliLevel = 5
)

// pack makes the forms of a reply that are sent at once.
func (s *server) pack(r *route, key string, reply page.Reply) (*entry, error) {
	sum := sha256.Sum256(reply.Body)
	hash := hex.EncodeToString(sum[:12])
	e := &entry{key: key, route: r, status: reply.Status, kind: []byte(reply.Type), plain: form{reply.Body, []byte(`"` + hash + `"`)}, slot: -1}
	if e.status == 0 {
		e.status = http.StatusOK
	}
	if len(reply.Body) >= squeezeFrom {
		body, err := zip(reply.Body)
		if err != nil {
			return nil, err
		}
		e.gzip = form{body, []byte(`"` + hash + `-g"`)}
	} else {
		e.squeezed.Store(true)
	}
	e.size.Store(int64(len(e.plain.body)+len(e.gzip.body)+len(key)) + 1024)
	return e, nil
}

var zippers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, 6) // the level is one there is
	return w
}}

func zip(body []byte) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(len(body)/3 + 128)
	w := zippers.Get().(*gzip.Writer)
	defer zippers.Put(w)
	w.Reset(&b)
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return b.Bytes(), nil
}

// enrich makes the brotli form of a page that is asked for again and again.
func (s *server) enrich(e *entry) {
	if e.squeezed.Load() || e.hits.Add(1) < brotliAfter || !e.squeezed.CompareAndSwap(false, true) {
		return
	}
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotliLevel)
	if _, err := w.Write(e.plain.body); err != nil {
		return
	}
	if err := w.Close(); err != nil || b.Len() >= len(e.gzip.body) {
		return
	}
	etag := append(bytes.TrimSuffix(bytes.Clone(e.plain.etag), []byte(`"`)), `-b"`...)
	e.brotli.Store(&form{b.Bytes(), etag})
	s.pages.add(e, int64(b.Len()))
}

// Header names and values that go out with every page, as fasthttp writes them.
var (
	hETag        = []byte("Etag")
	hCache       = []byte("Cache-Control")
	hVary        = []byte("Vary")
	hPolicy      = []byte("Content-Security-Policy")
	hNoSniff     = []byte("X-Content-Type-Options")
	hReferrer    = []byte("Referrer-Policy")
	hHSTS        = []byte("Strict-Transport-Security")
	hOpener      = []byte("Cross-Origin-Opener-Policy")
	vRevalidate  = []byte("public, max-age=0, must-revalidate")
	vNoStore     = []byte("no-store")
	vVary        = []byte("Accept-Encoding")
	vNoSniff     = []byte("nosniff")
	vReferrer    = []byte("strict-origin-when-cross-origin")
	vHSTS        = []byte("max-age=63072000; includeSubDomains")
	vOpener      = []byte("same-origin")
	vGzip        = []byte("gzip")
	vBrotli      = []byte("br")
	vPolicyPage  = []byte("default-src 'none'; style-src 'self'; img-src 'self' data:; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	vPolicyBytes = []byte("default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
)

// guard sets the headers that protect whoever reads the answer.
func guard(h *fasthttp.ResponseHeader, policy []byte, https bool) {
	h.SetCanonical(hPolicy, policy)
	h.SetCanonical(hNoSniff, vNoSniff)
	h.SetCanonical(hReferrer, vReferrer)
	h.SetCanonical(hOpener, vOpener)
	if https {
		h.SetCanonical(hHSTS, vHSTS)
	}
}

// send answers with the entry in the smallest form the client takes, or with 304
// where it has that one already.
func (e *entry) send(ctx *fasthttp.RequestCtx, https bool) {
	f, encoding := e.plain, []byte(nil)
	if e.gzip.body != nil {
		br, gz := accepts(ctx.Request.Header.Peek("Accept-Encoding"))
		if b := e.brotli.Load(); br && b != nil {
			f, encoding = *b, vBrotli
		} else if gz {
			f, encoding = e.gzip, vGzip
		}
	}
	h := &ctx.Response.Header
	policy := vPolicyBytes
	if e.kind[0] == 't' && bytes.HasPrefix(e.kind, []byte("text/html")) {
		policy = vPolicyPage
	}
	guard(h, policy, https)
	h.SetCanonical(hVary, vVary)
	if e.status != http.StatusOK {
		h.SetCanonical(hCache, vNoStore)
	} else {
		h.SetCanonical(hCache, vRevalidate)
	}
	if tag := matches(ctx.Request.Header.Peek("If-None-Match"), e.plain.etag); tag != nil && e.status == http.StatusOK {
		h.SetCanonical(hETag, tag)
		ctx.Response.SetStatusCode(http.StatusNotModified)
		return
	}
	h.SetCanonical(hETag, f.etag)
	h.SetContentTypeBytes(e.kind)
	if encoding != nil {
		h.SetContentEncodingBytes(encoding)
	}
	ctx.Response.SetStatusCode(e.status)
	ctx.Response.SetBodyRaw(f.body)
}

// accepts reads Accept-Encoding: a name counts unless its q is 0.
func accepts(header []byte) (br, gz bool) {
	for len(header) > 0 {
		var item []byte
		item, header, _ = bytes.Cut(header, []byte(","))
		name, params, _ := bytes.Cut(item, []byte(";"))
		name = bytes.TrimSpace(name)
		if params != nil && refused(params) {
			continue
		}
		switch {
		case bytes.EqualFold(name, vBrotli):
			br = true
		case bytes.EqualFold(name, vGzip):
			gz = true
		}
	}
	return br, gz
}

// refused tells whether the parameters say q=0.
func refused(params []byte) bool {
	params = bytes.ReplaceAll(params, []byte(" "), nil)
	v, ok := bytes.CutPrefix(bytes.ToLower(params), []byte("q="))
	return ok && len(v) > 0 && len(bytes.Trim(v, "0.")) == 0
}

// matches reads If-None-Match, * or a list of tags, weak or not, and gives the
// first that names the page in any of its forms.
func matches(header, etag []byte) []byte {
	page := etag[:len(etag)-1]
	for len(header) > 0 {
		var tag []byte
		tag, header, _ = bytes.Cut(header, []byte(","))
		tag = bytes.TrimPrefix(bytes.TrimSpace(tag), []byte("W/"))
		if len(tag) == 1 && tag[0] == '*' {
			return etag
		}
		if rest, ok := bytes.CutPrefix(tag, page); ok && (string(rest) == `"` || string(rest) == `-g"` || string(rest) == `-b"`) {
			return tag
		}
	}
	return nil
}
