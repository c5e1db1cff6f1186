// Package kepu_test holds the house rules that a compiler cannot: who may import
// whom, which folder may know which driver, and what a file may look like.
package kepu_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "kepu"

// mayImport is the import rule: a folder, with all below it, and the folders it
// may import from. The longest folder that fits a package counts; every package
// may import what lies in its own row. A package without a row fails.
var mayImport = map[string][]string{
	"journal":          nil,
	"media":            {"journal"},
	"account":          {"journal"},
	"content":          {"account", "media", "journal"},
	"content/markdown": {"content", "media", "journal"},
	"content/words":    {"search/analysis"},
	"content/exchange": {"content", "media", "journal"},
	"shelf":            {"content", "media", "journal"},
	"search/analysis":  nil,
	"search":           {"shelf", "content", "media", "journal"},
	"roll":             {"content", "account", "media", "journal", "search/analysis"},
	"hook":             {"content", "account", "journal"},
	"storage/sqlite":   {"media", "journal"},
	"storage/disk":     {"media", "journal"},
	"frontend":         {"shelf", "search", "roll", "hook", "content", "account", "media", "journal"},
	"library":          nil,
	"library/proof":    {"content", "media", "journal"},
	"tools":            nil,
	"tools/proof":      {"library/proof"},
	"cmd/kepu":         {"frontend", "search", "shelf", "roll", "hook", "content", "account", "media", "journal", "storage", "library"},
}

// confined names libraries and the only folders that may know them.
var confined = map[string][]string{
	"database/sql":              {"storage/sqlite", "roll"},
	"modernc.org/sqlite":        {"storage/sqlite", "roll"},
	"github.com/blevesearch":    {"search"},
	"go.etcd.io/bbolt":          {"shelf"},
	"github.com/tidwall/btree":  {"shelf"},
	"github.com/gofiber":        {"frontend", "cmd/kepu"},
	"github.com/valyala":        {"frontend", "cmd/kepu"},
	"go.mongodb.org":            nil,
	"github.com/minio":          nil,
	"github.com/getkin":         {"frontend"},
	"github.com/danielgtaylor":  {"frontend"},
	"github.com/yuin/goldmark":  {"content/markdown"},
	"github.com/goccy/go-yaml":  {"content"},
	"github.com/prometheus":     {"frontend", "cmd/kepu"},
	"github.com/peterbourgon":   {"cmd/kepu"},
	"github.com/gorilla/feeds":  {"frontend"},
	"github.com/mozillazg":      {"content"},
	"pgregory.net/rapid":        {""}, // anywhere, in tests
	"github.com/RoaringBitmap":  {"search"},
	"github.com/andybalholm":    {"frontend", "cmd/kepu"},
	"github.com/klauspost":      {"frontend", "cmd/kepu"},
	"github.com/gowebpki/jcs":   {"journal"},
	"github.com/gabriel-vasile": {"media"},
	"golang.org/x/crypto":       {"account"},
	"golang.org/x/oauth2":       {"account"},
	"github.com/coreos/go-oidc": {"account"},
}

// banned are folder names that say nothing about the product.
var banned = []string{
	"internal", "pkg", "src", "lib", "base", "util", "utils", "common", "misc", "helper", "helpers",
	"model", "models", "interfaces", "service", "services", "types",
}

// largest is the number of lines at which a file is a defect.
const largest = 600

// source is one Go file of ours.
type source struct {
	path   string // slash-separated, from the root
	folder string // "" for the root
	test   bool
	lines  int
	file   *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (strings.HasPrefix(base, ".") || slices.Contains([]string{"bin", "data", "node_modules", "testdata"}, base)) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		slashed := filepath.ToSlash(name)
		folder := path.Dir(slashed)
		if folder == "." {
			folder = ""
		}
		all = append(all, source{
			path: slashed, folder: folder, test: strings.HasSuffix(name, "_test.go"),
			lines: set.File(file.Pos()).LineCount(), file: file,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func within(name, folder string) bool {
	return folder == "" || name == folder || strings.HasPrefix(name, folder+"/")
}

// row is the longest key of mayImport that holds the folder.
func row(folder string) (string, bool) {
	for at := folder; at != "." && at != ""; at = path.Dir(at) {
		if _, ok := mayImport[at]; ok {
			return at, true
		}
	}
	return "", false
}

// A test may use what it needs to be true, such as a real store; what ships may
// not.
func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		own, ok := row(s.folder)
		if !ok {
			t.Errorf("%s: no row in mayImport for %q", s.path, s.folder)
			continue
		}
		for _, imported := range imports(t, s) {
			target, ours := strings.CutPrefix(imported, module+"/")
			if !ours || within(target, own) {
				continue
			}
			if !slices.ContainsFunc(mayImport[own], func(f string) bool { return within(target, f) }) {
				t.Errorf("%s imports %s: %s may import only %v", s.path, target, own, mayImport[own])
			}
		}
	}
}

// Drivers and frameworks stay where they can be replaced, tests included.
func TestConfinedLibraries(t *testing.T) {
	for _, s := range sources(t) {
		for _, imported := range imports(t, s) {
			for library, folders := range confined {
				if within(imported, library) && !slices.ContainsFunc(folders, func(f string) bool { return within(s.folder, f) }) {
					t.Errorf("%s imports %s, which only %q may know", s.path, imported, folders)
				}
			}
		}
	}
}

func imports(t *testing.T, s source) []string {
	t.Helper()
	var all []string
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatalf("%s: %v", s.path, err)
		}
		all = append(all, p)
	}
	return all
}

func TestFolderNames(t *testing.T) {
	for _, s := range sources(t) {
		for part := range strings.SplitSeq(s.folder, "/") {
			if slices.Contains(banned, part) {
				t.Errorf("%s: a folder is a noun of the product, %q is not", s.path, part)
			}
		}
	}
}

func TestFileSizes(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > largest && !ast.IsGenerated(s.file) {
			t.Errorf("%s has %d lines; look for a second noun in it (at most %d)", s.path, s.lines, largest)
		}
	}
}

func TestPackageDocs(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if s.test && s.folder != "" {
			continue
		}
		said := s.file.Doc != nil && strings.TrimSpace(s.file.Doc.Text()) != ""
		documented[s.folder] = documented[s.folder] || said
	}
	for folder, said := range documented {
		if !said {
			t.Errorf("%s: no file says what the package owns and what it refuses", folder)
		}
	}
}

// Nothing runs before main. Bleve knows analysers only through its registry,
// which is filled at start: the one exception.
func TestNoInit(t *testing.T) {
	for _, s := range sources(t) {
		if within(s.folder, "search") {
			continue
		}
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init runs behind the reader's back; do it where it is needed", s.path)
			}
		}
	}
}
