// Package frontend is everything a browser or a program meets: pages, feeds, the
// public JSON, media and assets over HTTP, and the studio's JSON. What readers see
// comes from the shelf and the index alone; every error becomes an answer in one
// place (errors.go, and fault.go for the studio's).
//
// Each request passes the door (door.go), which refuses what no page should see
// and answers from the page cache (cache.go) what has been rendered already; the
// rest goes to the route table below, or to the studio's (studio.go), which is
// never cached.
package frontend

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"kepu/content"
	"kepu/frontend/api"
	"kepu/frontend/page"
	"kepu/frontend/site"
	"kepu/frontend/studio"
	"kepu/frontend/web"
	"kepu/media"
	"kepu/search"
	"kepu/shelf"
)

// Config of New. Shelf, Blobs and BaseURL are required.
type Config struct {
	Shelf   *shelf.Shelf
	Search  *search.Index // nil: search answers that it is being built
	Blobs   media.Blobs
	BaseURL string           // public scheme and host; every absolute address begins with it
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: discards

	PageCache int64 // bytes of rendered pages kept; 0: 128 MiB
	// Ready tells whether the shelf has caught up once, with what /readyz says.
	// nil: always.
	Ready func() (ready bool, detail map[string]any)
	// TrustedProxies are the addresses or networks whose X-Forwarded-For is
	// believed. None: nobody's is.
	TrustedProxies []string
	Registry       *prometheus.Registry // nil: one of its own
	Site           site.Settings        // what the setting "site" leaves empty
	// Rates says whether clients from this machine count against rates too. It
	// is for tests: a proxy beside us that nobody named must not be taken for
	// one busy reader.
	Rates bool
	// Studio is what the studio's JSON stands on; nil: there is none.
	Studio *studio.Config
}

// server is what the handlers share.
type server struct {
	Config
	https   bool
	site    *site.Site
	assets  web.Assets
	pages   *cache
	proxies []netip.Prefix
	rates   map[string]*limiter[netip.Prefix]
	people  *limiter[string] // by id of who is signed in
	studio  *studio.Studio   // nil: none
	desks   *bulkhead
	renders *bulkhead
	finds   *bulkhead
	counts  *counts
	up      atomic.Bool // ready once, ready for good
	ids     ids
	routes  []*route
	next    fasthttp.RequestHandler // the route table
}

// Timeouts of every connection. Writing has its own per piece, see Listener.
const (
	readTimeout  = 10 * time.Second
	writeTimeout = 30 * time.Second
	idleTimeout  = 60 * time.Second
	headerMost   = 16 << 10
)

// New makes the app. Serve it with app.Listener(frontend.Listener(ln)).
func New(c Config) (*fiber.App, error) {
	s, err := open(c)
	if err != nil {
		return nil, err
	}
	return s.app(), nil
}

// app puts the route table behind the door.
func (s *server) app() *fiber.App {
	app := fiber.New(fiber.Config{
		AppName: "kepu", DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true,
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, ReadBufferSize: headerMost, WriteBufferSize: 32 << 10,
		BodyLimit: s.bodyMost(), ErrorHandler: s.fail, DisableDefaultContentType: true, Concurrency: 16 << 10,
	})
	for _, r := range s.routes {
		for _, path := range r.paths() {
			app.Get(path.pattern, s.handle(r, path))
		}
	}
	s.desk(app)
	s.enter(app)
	return app
}

// table is every route there is. {audience} stands for the five; a route in both
// views is mirrored under /easy. Kept answers are remembered while the shelf
// stands; the body is the largest request body in bytes; the rate is counted per
// client address, and so is only what the cache could not answer.
func (s *server) table(a *api.API) []*route {
	p, list := s.site, site.ListKeys()
	routes := []*route{
		// name, path, query, answer, views, kept, body, rate
		{"home", "/", list, p.Home, both, kept, 0, "page"},
		{"search", "/search", site.SearchKeys(), p.Search, both, fresh, 0, "search"},
		{"article", "/article/:slug", nil, fixed(p.Item, "kind", content.KindArticle), both, kept, 0, "page"},
		{"video", "/video/:slug", nil, fixed(p.Item, "kind", content.KindVideo), both, kept, 0, "page"},
		{"series", "/series/:series", list, p.Series, both, kept, 0, "page"},
		{"scene", "/scene/:scene", nil, p.Scene, both, kept, 0, "page"},
		{"topic", "/topic/:topic", list, p.Topic, both, kept, 0, "page"},
		{"region", "/region/:region", list, p.Region, both, kept, 0, "page"},
		{"audience", "/{audience}", list, p.Audience, both, kept, 0, "page"},
		{"feed", "/feed.rss", nil, p.RSS, one, kept, 0, "page"},
		{"feed", "/feed.atom", nil, p.Atom, one, kept, 0, "page"},
		{"feed", "/feed.json", nil, p.JSONFeed, one, kept, 0, "page"},
		{"feed", "/series/:series/feed.rss", nil, p.RSS, one, kept, 0, "page"},
		{"feed", "/series/:series/feed.atom", nil, p.Atom, one, kept, 0, "page"},
		{"feed", "/series/:series/feed.json", nil, p.JSONFeed, one, kept, 0, "page"},
		{"feed", "/topic/:topic/feed.rss", nil, p.RSS, one, kept, 0, "page"},
		{"feed", "/topic/:topic/feed.atom", nil, p.Atom, one, kept, 0, "page"},
		{"feed", "/topic/:topic/feed.json", nil, p.JSONFeed, one, kept, 0, "page"},
		{"feed", "/region/:region/feed.rss", nil, p.RSS, one, kept, 0, "page"},
		{"feed", "/region/:region/feed.atom", nil, p.Atom, one, kept, 0, "page"},
		{"feed", "/region/:region/feed.json", nil, p.JSONFeed, one, kept, 0, "page"},
		{"feed", "/{audience}/feed.rss", nil, p.RSS, one, kept, 0, "page"},
		{"feed", "/{audience}/feed.atom", nil, p.Atom, one, kept, 0, "page"},
		{"feed", "/{audience}/feed.json", nil, p.JSONFeed, one, kept, 0, "page"},
		{"feed", "/{audience}/:topic/feed.rss", nil, p.RSS, one, kept, 0, "page"},
		{"feed", "/{audience}/:topic/feed.atom", nil, p.Atom, one, kept, 0, "page"},
		{"feed", "/{audience}/:topic/feed.json", nil, p.JSONFeed, one, kept, 0, "page"},
		{"audience", "/{audience}/:topic", list, p.Audience, both, kept, 0, "page"},
		{"preview", "/preview/:token", nil, s.preview, both, fresh, 0, "page"},
		{"sitemap", "/sitemap.xml", nil, p.Sitemap, one, kept, 0, "page"},
		{"sitemap", "/sitemap/:part", nil, p.SitemapPart, one, kept, 0, "page"},
		{"robots", "/robots.txt", nil, p.Robots, one, kept, 0, "page"},
		{"opensearch", "/opensearch.xml", nil, p.OpenSearch, one, kept, 0, "page"},
		{"favicon", "/favicon.svg", nil, favicon, one, kept, 0, "page"},
		{"asset", "/assets/:hash/:name", nil, nil, file, fresh, 0, "file"},
		{"media", "/media/:key/:name", nil, nil, file, fresh, 0, "file"},
		{"health", "/healthz", nil, nil, file, fresh, 0, ""},
		{"ready", "/readyz", nil, nil, file, fresh, 0, ""},
	}
	for _, r := range a.Routes() {
		rate := "page"
		if r.Search {
			rate = r.Name[len("api."):]
		}
		routes = append(routes, &route{r.Name, strings.ReplaceAll(strings.ReplaceAll(r.Path, "{", ":"), "}", ""), r.Keys, r.Make, data, r.Kept, 0, rate})
	}
	return routes
}

// rates per client address: how many a second, and how many at once. Many people
// may share one address, so these only stop machines.
func rates(now func() time.Time) map[string]*limiter[netip.Prefix] {
	return map[string]*limiter[netip.Prefix]{
		"page":    newLimiter[netip.Prefix](now, 200, 2000),
		"file":    newLimiter[netip.Prefix](now, 500, 2000),
		"search":  newLimiter[netip.Prefix](now, 30, 150),
		"suggest": newLimiter[netip.Prefix](now, 60, 300),
	}
}

// open checks the configuration and makes what the handlers share.
func open(c Config) (*server, error) {
	if c.Shelf == nil || c.Blobs == nil {
		return nil, errors.New("frontend: shelf and blobs are required")
	}
	var err error
	if c.BaseURL, err = Base(c.BaseURL); err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil))
	}
	if c.PageCache == 0 {
		c.PageCache = 128 << 20
	}
	if c.Registry == nil {
		c.Registry = prometheus.NewRegistry()
	}
	s := &server{Config: c, https: strings.HasPrefix(c.BaseURL, "https:"), pages: newCache(c.PageCache), rates: rates(c.Now),
		people: newLimiter[string](c.Now, 60, 600), desks: newBulkhead(8, 1024, 2*time.Second), renders: newBulkhead(4, 1024, 2*time.Second), finds: newBulkhead(2, 128, 500*time.Millisecond), ids: newIDs()}
	if s.proxies, err = prefixes(c.TrustedProxies); err != nil {
		return nil, err
	}
	if s.assets, err = web.Load(); err != nil {
		return nil, fmt.Errorf("frontend: %w", err)
	}
	if s.site, err = site.New(site.Config{BaseURL: c.BaseURL, Assets: s.assets, Search: c.Search, Site: c.Site}); err != nil {
		return nil, fmt.Errorf("frontend: %w", err)
	}
	if c.Studio != nil {
		s.studio = studio.New(*c.Studio, c.BaseURL)
	}
	a, err := api.New(c.Search, c.BaseURL, s.operations()...)
	if err != nil {
		return nil, fmt.Errorf("frontend: %w", err)
	}
	s.routes = s.table(a)
	s.counts, err = newCounts(c.Registry, s.pages, s.names())
	return s, err
}

// Base is the regular form of a base URL: a scheme, http or https, and a host.
func Base(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("frontend: base URL %q is not a scheme and a host", text)
	}
	return u.Scheme + "://" + u.Host, nil
}

// prefixes reads addresses and networks.
func prefixes(list []string) (out []netip.Prefix, err error) {
	for _, p := range list {
		if prefix, err := netip.ParsePrefix(p); err == nil {
			out = append(out, prefix.Masked())
			continue
		}
		a, err := netip.ParseAddr(p)
		if err != nil {
			return nil, fmt.Errorf("frontend: trusted proxy %q is no address or network", p)
		}
		out = append(out, netip.PrefixFrom(a, a.BitLen()))
	}
	return out, nil
}

// favicon is the icon under the name browsers ask for unasked.
func favicon(page.Request) (page.Reply, error) {
	body, err := web.Favicon()
	return page.Reply{Type: "image/svg+xml", Body: body}, err
}

// fixed gives a handler one argument that its path does not say.
func fixed(h page.Handler, name, value string) page.Handler {
	return func(r page.Request) (page.Reply, error) {
		r.Args[name] = value
		return h(r)
	}
}
