// Package web holds what the pages are made of: templates, styles and the
// platform's mark, embedded. Styles are put together once and served under a
// name that changes with their bytes.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/andybalholm/brotli"
)

//go:embed styles mark pattern shared pages easy
var files embed.FS

// Asset is one file a page refers to.
type Asset struct {
	URL      string // /assets/<hash>/<name>
	Type     string
	Identity []byte
	Gzip     []byte
	Brotli   []byte
}

// Assets are all that pages refer to, by address.
type Assets struct {
	Standard string // address of the standard view's styles
	Easy     string // and of the easy view's
	Icon     string // favicon
	Mark     string // the platform's mark
	Lost     string // the drawing of a page that is not there
	// Pattern is the drawing of a first-level topic by its key, and of any other
	// under "other".
	Pattern map[string]string
	ByURL   map[string]Asset
}

var (
	standard = []string{"tokens", "base", "mast", "card", "head", "item", "search", "scene", "state", "print"}
	easy     = []string{"tokens", "base", "easy", "reading"}
)

// Load puts the assets together.
func Load() (Assets, error) {
	a := Assets{ByURL: map[string]Asset{}, Pattern: map[string]string{}}
	for _, f := range []struct {
		name, mediaType string
		into            *string
		from            []string
	}{
		{"standard.css", "text/css; charset=utf-8", &a.Standard, styles(standard)},
		{"easy.css", "text/css; charset=utf-8", &a.Easy, styles(easy)},
		{"favicon.svg", "image/svg+xml", &a.Icon, []string{"mark/favicon.svg"}},
		{"mark.svg", "image/svg+xml", &a.Mark, []string{"mark/mark.svg"}},
		{"lost.svg", "image/svg+xml", &a.Lost, []string{"mark/lost.svg"}},
	} {
		var body []byte
		for _, name := range f.from {
			part, err := files.ReadFile(name)
			if err != nil {
				return a, fmt.Errorf("assets: %w", err)
			}
			body = append(body, part...)
		}
		if strings.HasSuffix(f.name, ".css") {
			body = squeeze(body)
		}
		asset, err := pack(f.name, f.mediaType, body)
		if err != nil {
			return a, err
		}
		*f.into = asset.URL
		a.ByURL[asset.URL] = asset
	}
	return a, a.patterns()
}

// patterns puts the drawings of the topics in.
func (a *Assets) patterns() error {
	names, err := fs.Glob(files, "pattern/*.svg")
	if err != nil {
		return fmt.Errorf("assets: %w", err)
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("assets: %w", err)
		}
		file := path.Base(name)
		asset, err := pack(file, "image/svg+xml", body)
		if err != nil {
			return err
		}
		a.Pattern[strings.TrimSuffix(file, ".svg")] = asset.URL
		a.ByURL[asset.URL] = asset
	}
	return nil
}

// PatternOf is the drawing of a topic: its first level's, or the one for all
// others.
func (a Assets) PatternOf(topic string) string {
	first, _, _ := strings.Cut(topic, "-")
	if url, ok := a.Pattern[first]; ok {
		return url
	}
	return a.Pattern["other"]
}

func styles(names []string) (paths []string) {
	for _, n := range names {
		paths = append(paths, "styles/"+n+".css")
	}
	return paths
}

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	blank   = regexp.MustCompile(`\s*\n\s*`)
)

// squeeze drops comments and line breaks.
func squeeze(css []byte) []byte {
	return bytes.TrimSpace(blank.ReplaceAll(comment.ReplaceAll(css, nil), []byte("\n")))
}

// brotliLevel keeps a start quick and small: the highest levels take a tenth of
// a second and 32 MB for a stylesheet and save a few bytes in a hundred.
const brotliLevel = 6

func pack(name, mediaType string, body []byte) (Asset, error) {
	sum := sha256.Sum256(body)
	a := Asset{URL: "/assets/" + hex.EncodeToString(sum[:6]) + "/" + name, Type: mediaType, Identity: body}
	var err error
	if a.Gzip, err = Gzip(body, gzip.BestCompression); err != nil {
		return a, err
	}
	a.Brotli, err = Brotli(body, brotliLevel)
	return a, err
}

// Gzip compresses body.
func Gzip(body []byte, level int) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return b.Bytes(), nil
}

// Brotli compresses body.
func Brotli(body []byte, level int) ([]byte, error) {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, level)
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("brotli: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("brotli: %w", err)
	}
	return b.Bytes(), nil
}

// Templates gives the pages of one view by name ("home", "item" …): each is the
// view's layout with the parts it shares and its own main.
func Templates(view string, funcs template.FuncMap) (map[string]*template.Template, error) {
	own := "pages"
	if view == "easy" {
		own = "easy"
	}
	shared, err := template.New("layout").Funcs(funcs).ParseFS(files, "shared/*.html", own+"/layout.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	names, err := fs.Glob(files, own+"/*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, file := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(file, own+"/"), ".html")
		if name == "layout" {
			continue
		}
		clone, err := shared.Clone()
		if err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		if pages[name], err = clone.ParseFS(files, file); err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
	}
	return pages, nil
}

// Symbols gives every icon as an SVG symbol by its name, with the word mark among
// them: it takes the colour of the words around it.
func Symbols() (map[string]string, error) {
	symbols := map[string]string{}
	icons, err := files.ReadFile("mark/icons.svg")
	if err != nil {
		return nil, fmt.Errorf("icons: %w", err)
	}
	for _, m := range regexp.MustCompile(`(?s)<symbol id="i-([a-z0-9]+)".*?</symbol>`).FindAllSubmatch(icons, -1) {
		symbols[string(m[1])] = string(m[0])
	}
	word, err := files.ReadFile("mark/wordmark.svg")
	if err != nil {
		return nil, fmt.Errorf("icons: %w", err)
	}
	_, inner, found := strings.Cut(string(word), "</title>")
	if !found {
		return nil, errors.New("icons: the word mark has no title")
	}
	symbols["wordmark"] = `<symbol id="i-wordmark" viewBox="0 0 4210 1000">` + strings.TrimSuffix(strings.TrimSpace(inner), "</svg>") + `</symbol>`
	return symbols, nil
}

// Favicon is the icon of the site.
func Favicon() ([]byte, error) { return files.ReadFile("mark/favicon.svg") }
