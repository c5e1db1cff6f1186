package site

import (
	"cmp"
	"errors"
	"net/url"
	"strings"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/frontend/web"
	"kepu/shelf"
)

// Settings are what the setting "site" says of the platform. What it leaves
// empty, New's Config fills.
type Settings content.Site

// Defaults are the platform's own words.
func Defaults() Settings {
	return Settings{Name: "浙里科普", Motto: "讲得清楚，也讲得准确。", Phone: "12345", PhoneNote: "政务服务热线，发现差错也请告诉我们"}
}

// Legal are the lines every page ends with; only what is filled in.
func (s Settings) Legal() (lines []string) {
	for _, l := range []struct{ name, value string }{{"主办单位：", s.Provider}, {"网站标识码：", s.Code}, {"", s.ICP}, {"", s.Police}} {
		if l.value != "" {
			lines = append(lines, l.name+l.value)
		}
	}
	return lines
}

// or fills what is empty from d.
func (s Settings) or(d Settings) Settings {
	for _, f := range []struct {
		to   *string
		from string
	}{{&s.Name, d.Name}, {&s.Motto, d.Motto}, {&s.Provider, d.Provider}, {&s.ICP, d.ICP}, {&s.Police, d.Police},
		{&s.Code, d.Code}, {&s.Phone, d.Phone}, {&s.PhoneNote, d.PhoneNote}} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
	return s
}

// Link is a name with where it leads.
type Link struct{ Name, URL string }

// Door leads to an audience.
type Door struct {
	Key, Name, Short, URL string
	Current               bool
}

// Shell is what every page has around its own part.
type Shell struct {
	Site      Settings
	Assets    web.Assets
	Easy      bool
	Grey      bool // without colour, for a time of mourning
	Look      Look
	Path      string // in the standard view
	Title     string // of the window
	Heading   string // of the page
	About     string
	Canonical string // always of the standard view
	Other     string // the same page in the other view
	OGType    string
	Image     *Image
	Feeds     []Feed
	Data      []any // schema.org
	Hidden    bool  // not for search engines
	Bare      bool  // without search: nothing may need the server
	Audience  string
	Doors     []Door
	Foot      []Link
	Sizes     []Size
	Contrast  Link
	Ask       string // label of the easy view's search field
	Asked     string
	Back      Link // one level up
}

// Image is a picture with an address of its own.
type Image struct {
	URL, Alt      string
	Width, Height int
}

// Feed is a machine-readable form of a page.
type Feed struct{ Name, Type, URL string }

// shell makes the shell of a page. heading is its name; "" stands for the site's
// own. query is what belongs to the canonical address.
func (s *Site) shell(r page.Request, heading, about, query string) Shell {
	h := Shell{Assets: s.Assets, Easy: r.Easy, Path: r.Path, Heading: heading, About: clip(about, 120), OGType: "website", Site: s.settings(r.View)}
	if r.View != nil {
		h.Grey = r.View.Grey()
	}
	if r.Easy {
		h.Path = cmp.Or(strings.TrimPrefix(r.Path, "/easy"), "/")
		h.Look = look(r.Query)
	}
	if heading == "" {
		h.Heading, h.Title = h.Site.Name, h.Site.Name
	} else {
		h.Title = heading + " – " + h.Site.Name
	}
	if r.Easy {
		h.Title = strings.TrimSuffix(h.Title, h.Site.Name) + "长辈版 – " + h.Site.Name
	}
	h.Canonical = s.BaseURL + h.Path + query
	plain := Shell{Easy: !r.Easy}
	h.Other = plain.Link(h.Path + query)
	h.Sizes, h.Contrast = h.Look.choices(r)
	h.Ask = "找一找"
	h.Back = Link{"回首页", h.Link("/")}
	for _, a := range content.Audiences {
		h.Foot = append(h.Foot, Link{a.Name(), h.Link("/" + string(a))})
	}
	return h
}

// settings reads the setting "site".
func (s *Site) settings(v *shelf.View) Settings {
	var set Settings
	if v != nil {
		if err := v.Setting("site", &set); err != nil && !errors.Is(err, shelf.ErrNotFound) {
			set = Settings{} // one that cannot be read counts as empty
		}
	}
	return set.or(s.Site).or(Defaults())
}

// doors are the five doors, with the current one marked.
func (h *Shell) doors(current content.Audience) {
	for _, a := range content.Audiences {
		h.Doors = append(h.Doors, h.door(a, a == current))
	}
}

func (h *Shell) door(a content.Audience, current bool) Door {
	d := Door{Key: string(a), Name: a.Name(), Short: a.Name(), URL: h.Link("/" + string(a)), Current: current}
	if a == content.Officials {
		d.Short = "领导干部"
	}
	return d
}

// Link leads to a page of ours in the view and look of this one.
func (h Shell) Link(path string) string {
	if !h.Easy {
		return path
	}
	path, query, _ := strings.Cut(path, "?")
	if path == "/" {
		path = ""
	}
	values := h.Look.query()
	switch {
	case query != "" && values != "":
		query += "&" + values
	case query == "":
		query = values
	}
	if query != "" {
		query = "?" + query
	}
	return "/easy" + path + query
}

// Look is how large and in which colours the easy view is shown. It travels in
// the address: no page reads a cookie.
type Look struct{ Size, Theme string }

// LookKeys are the query keys of the easy view.
func LookKeys() []page.Key {
	return []page.Key{{Name: "size", Type: page.Number, Min: 1, Max: 3}, {Name: "theme", Type: page.Word, Words: []string{"contrast"}}}
}

func look(q page.Query) Look {
	l := Look{Size: q.Text("size"), Theme: q.Text("theme")}
	if l.Size == "1" {
		l.Size = ""
	}
	return l
}

// Attr is the value of data-size.
func (l Look) Attr() string { return l.Size }

func (l Look) query() string {
	v := url.Values{}
	for _, f := range l.Fields() {
		v.Set(f.Name, f.Value)
	}
	return v.Encode()
}

// Field is one hidden field of a form.
type Field struct{ Name, Value string }

// Fields keep the look in a form.
func (l Look) Fields() (f []Field) {
	if l.Size != "" {
		f = append(f, Field{"size", l.Size})
	}
	if l.Theme != "" {
		f = append(f, Field{"theme", l.Theme})
	}
	return f
}

// Size is one choice of letter size.
type Size struct {
	Size, Name, URL string
	Current         bool
}

// choices are links to the same page in the other sizes and colours.
func (l Look) choices(r page.Request) (sizes []Size, contrast Link) {
	if !r.Easy {
		return nil, Link{}
	}
	for i, name := range []string{"大", "更大", "最大"} {
		size := string(rune('1' + i))
		value := size
		if size == "1" {
			value = ""
		}
		sizes = append(sizes, Size{size, name, r.Path + r.Query.With("size", value).String(), l.Size == value})
	}
	contrast = Link{"黑底白字", r.Path + r.Query.With("theme", "contrast").String()}
	if l.Theme != "" {
		contrast = Link{"回平常颜色", r.Path + r.Query.With("theme", "").String()}
	}
	return sizes, contrast
}
