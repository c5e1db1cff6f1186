// Package exchange reads and writes content for exchange with other systems:
// JSONL files, folders of Markdown, and the folder Export writes, which an
// Import of it gives back. It owns the shapes of these files and the way from
// them to submissions of the desk; it decides nothing about what is published.
//
// It refuses, item by item and in Chinese, what is not well formed, and every
// path that leaves the folder of the file that names it; the rest goes on. An
// error that is returned is of a store, the disk or the context: what was
// committed before it stays, and running the same import again completes it.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"

	"kepu/content"
	"kepu/media"
)

// Formats of an import.
const (
	Auto     = "auto" // by what is found
	Markdown = "markdown"
	JSONL    = "jsonl"
)

// Import is one run of an import. Desk and Media must be set; a run changes
// nothing in it and may be followed by another.
type Import struct {
	Desk      *content.Desk
	Media     *media.Collection
	Actor     string           // id of who imports
	Source    string           // names what comes in; "": the file's or folder's name
	Format    string           // Auto where ""
	Audiences []content.Placed // of items that name none; empty: all five at weight 50
	Options   content.ImportOptions
	Progress  func(Progress) // may be nil; called from one goroutine
	Log       *slog.Logger   // may be nil
}

// Progress says how far a run has come.
type Progress struct {
	Items int   // done, whatever became of them
	Done  int64 // of Total: bytes of the files, items in an export
	Total int64 // 0 where it is not known
}

// Share is the done part from 0 to 1, or −1 where it is not known.
func (p Progress) Share() float64 {
	if p.Total <= 0 {
		return -1
	}
	return min(1, float64(p.Done)/float64(p.Total))
}

// DefaultWeight is the weight of an audience that is named without one.
const DefaultWeight = 50

// Paths imports files and folders of the disk in the order given.
func (im *Import) Paths(ctx context.Context, paths []string) (Report, error) {
	r := im.newRun()
	var places []place
	defer func() {
		for _, p := range places {
			p.close()
		}
	}()
	for _, name := range paths {
		p, err := im.locate(name)
		if err != nil {
			r.report.add(LineProblem{Where: name, Message: fileProblem(err)})
			continue
		}
		places = append(places, p)
		r.progress.Total += p.size
	}
	for _, p := range places {
		if err := r.place(ctx, p); err != nil {
			return *r.report, err
		}
	}
	return *r.report, nil
}

// FS imports what fsys holds as if it were a folder of that name.
func (im *Import) FS(ctx context.Context, fsys fs.FS, name string) (Report, error) {
	r := im.newRun()
	p, err := im.folder(fsys, name)
	if err != nil {
		return *r.report, fmt.Errorf("read %s: %w", name, err)
	}
	p.source = im.sourceOr(name)
	r.progress.Total = p.size
	err = r.place(ctx, p)
	return *r.report, err
}

func (im *Import) sourceOr(name string) string {
	if im.Source != "" {
		return im.Source
	}
	if whole, err := filepath.Abs(name); err == nil {
		name = whole // "." and ".." have names too
	}
	base := path.Base(filepath.ToSlash(name))
	return strings.TrimSuffix(base, path.Ext(base))
}

// place is a folder to read from and what of it to import.
type place struct {
	fsys     fs.FS
	name     string   // as the operator wrote it
	source   string   // where Import.Source is ""
	lines    []string // JSONL files, by path in fsys
	articles []string // Markdown files
	trees    []string // topics.yaml, series.yaml, scenes.yaml at the root
	size     int64
	root     *os.Root // to be closed; nil where fsys is not ours
}

func (p place) close() {
	if p.root != nil {
		_ = p.root.Close() // only read from
	}
}

// where names a file of the place for people.
func (p place) where(file string) string {
	if file == "." {
		return p.name
	}
	if len(p.lines)+len(p.articles) == 1 && len(p.trees) == 0 && path.Base(filepath.ToSlash(p.name)) == file {
		return p.name
	}
	return path.Join(filepath.ToSlash(p.name), file)
}

// locate opens a path of the disk. What is named is followed wherever it
// leads; from there nothing leads out: os.Root refuses .. and links that do.
func (im *Import) locate(name string) (place, error) {
	info, err := os.Stat(name)
	if err != nil {
		return place{}, err
	}
	dir, file := name, ""
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return place{}, errNotFile
		}
		dir, file = filepath.Dir(name), filepath.Base(name)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return place{}, err
	}
	var p place
	if file == "" {
		p, err = im.folder(root.FS(), name)
	} else {
		p, err = im.file(root.FS(), name, file, info.Size())
	}
	if err != nil {
		_ = root.Close()
		return place{}, err
	}
	p.root, p.source = root, im.sourceOr(name)
	return p, nil
}

var (
	errNotFile = errors.New("既不是文件也不是文件夹")
	errFormat  = errors.New("认不出格式：JSONL 文件名以 .jsonl 结尾，Markdown 以 .md 结尾；也可以用 -format 说明")
	errEmpty   = errors.New("文件夹里没有可导入的 .md 文件或 items.jsonl")
	errUnknown = errors.New("格式只能是 auto、markdown 或 jsonl")
)

func (im *Import) file(fsys fs.FS, name, file string, size int64) (place, error) {
	p := place{fsys: fsys, name: name, size: size}
	format := im.Format
	if format == "" || format == Auto {
		format = formatOf(file)
	}
	switch format {
	case JSONL:
		p.lines = []string{file}
	case Markdown:
		p.articles = []string{file}
	case "":
		return p, errFormat
	default:
		return p, errUnknown
	}
	return p, nil
}

func formatOf(file string) string {
	switch strings.ToLower(path.Ext(file)) {
	case ".jsonl", ".ndjson":
		return JSONL
	case ".md", ".markdown":
		return Markdown
	}
	return ""
}

// lineFile is the JSONL file that a folder may hold at its root.
const lineFile = "items.jsonl"

// folder finds what a folder holds, in order of path: Markdown files anywhere
// but README.md and what begins with _ or ., and at its root items.jsonl and
// the trees.
func (im *Import) folder(fsys fs.FS, name string) (place, error) {
	p := place{fsys: fsys, name: name}
	switch im.Format {
	case "", Auto, Markdown, JSONL:
	default:
		return p, errUnknown
	}
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(file)
		if file != "." && (base[0] == '_' || base[0] == '.') {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		switch {
		case file == lineFile && im.Format != Markdown:
			p.lines = append(p.lines, file)
		case file == topicsFile || file == seriesFile || file == scenesFile:
			p.trees = append(p.trees, file)
		case formatOf(file) == Markdown && im.Format != JSONL && !strings.EqualFold(strings.TrimSuffix(base, path.Ext(base)), "readme"):
			p.articles = append(p.articles, file)
		default:
			return nil
		}
		if info, err := d.Info(); err == nil {
			p.size += info.Size()
		}
		return nil
	})
	if err == nil && len(p.lines)+len(p.articles)+len(p.trees) == 0 {
		err = errEmpty
	}
	return p, err
}

// fileProblem says in Chinese why a file could not be opened.
func fileProblem(err error) string {
	switch {
	case errors.Is(err, errNotFile), errors.Is(err, errFormat), errors.Is(err, errEmpty), errors.Is(err, errUnknown):
		return err.Error()
	case errors.Is(err, fs.ErrNotExist):
		return "没有这个文件或文件夹"
	case errors.Is(err, fs.ErrPermission):
		return "没有权限读取"
	case strings.Contains(err.Error(), "escapes"):
		return "指向文件夹之外"
	}
	return "无法读取"
}
