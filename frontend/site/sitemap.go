package site

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/shelf"
)

// mapMost is how many addresses one sitemap may hold.
const mapMost = 50_000

type (
	mapIndex struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
		Maps    []mapURL `xml:"sitemap"`
	}
	mapSet struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []mapURL `xml:"url"`
	}
	mapURL struct {
		Loc     string `xml:"loc"`
		LastMod string `xml:"lastmod,omitempty"`
	}
)

// Sitemap is the index of the sitemaps: one of the pages that lead to items,
// then as many as the items need.
func (s *Site) Sitemap(r page.Request) (page.Reply, error) {
	first, err := r.View.Recent(shelf.PageQuery{Limit: 1})
	if err != nil {
		return page.Reply{}, err
	}
	x := mapIndex{Maps: []mapURL{{Loc: s.BaseURL + "/sitemap/pages.xml"}}}
	for i := 0; i*mapMost < r.View.Count(); i++ {
		x.Maps = append(x.Maps, mapURL{Loc: s.BaseURL + "/sitemap/" + strconv.Itoa(i+1) + ".xml"})
	}
	return asXML(x, "application/xml; charset=utf-8", first.Deps)
}

// SitemapPart is one sitemap: "pages", or a number from 1.
func (s *Site) SitemapPart(r page.Request) (page.Reply, error) {
	name := strings.TrimSuffix(r.Arg("part"), ".xml")
	if name == "pages" {
		return s.mapPages(r)
	}
	n, err := strconv.Atoi(name)
	if err != nil || n < 1 || strconv.Itoa(n) != name || (n-1)*mapMost >= r.View.Count() {
		return page.Reply{}, page.ErrNotFound
	}
	var x mapSet
	first, err := r.View.Recent(shelf.PageQuery{Limit: 1})
	if err != nil {
		return page.Reply{}, err
	}
	at := 0
	r.View.IDs(func(id string, _ uint64) bool {
		if at++; at <= (n-1)*mapMost {
			return true
		}
		if c, err := r.View.Card(id); err == nil {
			x.URLs = append(x.URLs, mapURL{s.BaseURL + c.URL, c.Updated.UTC().Format(time.RFC3339)})
		}
		return at < n*mapMost
	})
	return asXML(x, "application/xml; charset=utf-8", first.Deps)
}

// mapPages are the pages that lead to items: the doors, the scenes, and the
// topics, series and regions that hold anything.
func (s *Site) mapPages(r page.Request) (page.Reply, error) {
	var x mapSet
	deps := []shelf.Dep{shelf.Topics, shelf.Scenes}
	add := func(path string) { x.URLs = append(x.URLs, mapURL{Loc: s.BaseURL + path}) }
	var failed error
	held := func(path string, q shelf.PageQuery) {
		q.Limit = 1
		list, err := r.View.Page(q)
		failed = errors.Join(failed, err)
		if deps = append(deps, list.Deps...); list.Total > 0 {
			add(path)
		}
	}
	add("/")
	for _, a := range content.Audiences {
		add("/" + string(a))
	}
	for _, t := range r.View.Topics() {
		held("/topic/"+t.Key, shelf.PageQuery{Topic: t.Key})
	}
	for _, series := range r.View.AllSeries() {
		deps = append(deps, shelf.SeriesDep(series.Slug))
		held("/series/"+series.Slug, shelf.PageQuery{Series: series.Slug})
	}
	for _, sc := range r.View.Scenes() {
		add("/scene/" + sc.Slug)
	}
	for _, region := range content.Regions() {
		held("/region/"+region.Code, shelf.PageQuery{Region: region.Code})
	}
	all, err := r.View.Recent(shelf.PageQuery{Limit: 1}) // a series that is made shows with its first item
	if err = errors.Join(failed, err); err != nil {
		return page.Reply{}, err
	}
	return asXML(x, "application/xml; charset=utf-8", append(deps, all.Deps...))
}

// Robots tells crawlers where not to go and where the sitemap is.
func (s *Site) Robots(page.Request) (page.Reply, error) {
	body := "User-agent: *\nDisallow: /search\nDisallow: /easy/\nDisallow: /api/v1/studio\n\nSitemap: " + s.BaseURL + "/sitemap.xml\n"
	return page.Reply{Type: "text/plain; charset=utf-8", Body: []byte(body)}, nil
}

type openSearch struct {
	XMLName  xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	Name     string   `xml:"ShortName"`
	About    string   `xml:"Description"`
	Encoding string   `xml:"InputEncoding"`
	URL      struct {
		Type     string `xml:"type,attr"`
		Template string `xml:"template,attr"`
	} `xml:"Url"`
}

// OpenSearch lets a browser offer our search as its own.
func (s *Site) OpenSearch(r page.Request) (page.Reply, error) {
	set := s.settings(r.View)
	x := openSearch{Name: set.Name, About: fmt.Sprintf("在%s里找一找", set.Name), Encoding: "UTF-8"}
	x.URL.Type, x.URL.Template = "text/html", s.BaseURL+"/search?q={searchTerms}"
	return asXML(x, "application/opensearchdescription+xml; charset=utf-8", []shelf.Dep{shelf.Settings})
}
