// Package site makes the pages people read: one file a page, each a function of
// one view of the shelf with a typed view model of its own. Templates choose
// words; they fetch nothing and decide nothing. The package refuses to show what
// the view does not hold.
package site

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"sort"
	"strings"
	"time"

	"kepu/frontend/page"
	"kepu/frontend/web"
	"kepu/search"
	"kepu/shelf"
)

// Config of New.
type Config struct {
	BaseURL string // scheme and host, without a slash at the end
	Assets  web.Assets
	Search  *search.Index // nil: search says that it is not there
	Site    Settings      // what the shelf's setting "site" leaves empty
}

// Site renders pages. It is safe for concurrent use.
type Site struct {
	Config
	standard, easy map[string]*template.Template
	symbols        map[string]string
	zone           *time.Location
}

// New parses every template, so that a broken one is found at start.
func New(c Config) (*Site, error) {
	s := &Site{Config: c, zone: page.Zone()}
	funcs := template.FuncMap{"inc": func(i int) int { return i + 1 }}
	var err error
	if s.standard, err = web.Templates("standard", funcs); err != nil {
		return nil, err
	}
	if s.easy, err = web.Templates("easy", funcs); err != nil {
		return nil, err
	}
	if s.symbols, err = web.Symbols(); err != nil {
		return nil, err
	}
	return s, nil
}

// HTML is the media type of every page.
const HTML = "text/html; charset=utf-8"

// render executes one page's template in the view it is asked in.
func (s *Site) render(name string, easy bool, model any) ([]byte, error) {
	set := s.standard
	if easy {
		set = s.easy
	}
	t := set[name]
	if t == nil {
		return nil, fmt.Errorf("render %s: no such template", name)
	}
	var b bytes.Buffer
	b.Grow(32 << 10)
	if err := t.ExecuteTemplate(&b, "layout", model); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return s.icons(b.Bytes()), nil
}

var (
	used = regexp.MustCompile(`"#i-([a-z0-9]+)"`)
	slot = []byte(`<svg id="icons"></svg>`)
)

// icons puts the symbols a page refers to into it, and no others.
func (s *Site) icons(doc []byte) []byte {
	names := map[string]bool{}
	for _, m := range used.FindAllSubmatch(doc, -1) {
		names[string(m[1])] = true
	}
	var list []string
	for n := range names {
		if s.symbols[n] != "" {
			list = append(list, n)
		}
	}
	sort.Strings(list)
	var b strings.Builder
	b.WriteString(`<svg id="icons" aria-hidden="true">`)
	for _, n := range list {
		b.WriteString(s.symbols[n])
	}
	b.WriteString(`</svg>`)
	at := bytes.Index(doc, slot)
	if at < 0 {
		return doc
	}
	out := make([]byte, 0, len(doc)+b.Len())
	out = append(out, doc[:at]...)
	out = append(out, b.String()...)
	return append(out, doc[at+len(slot):]...)
}

// page renders a model into a reply.
func (s *Site) page(r page.Request, name string, model any, deps ...shelf.Dep) (page.Reply, error) {
	body, err := s.render(name, r.Easy, model)
	if err != nil {
		return page.Reply{}, err
	}
	return page.Reply{Type: HTML, Body: body, Deps: append(deps, shelf.Settings)}, nil
}
