// Package proof reads the starter library as a proofreader does: the whole
// folder, against the rules of the editorial guide, before a build takes it in.
// It owns these rules and what their faults are called; every fault names the
// file and the line to look at. It changes nothing, knows no store, and refuses
// to judge what only a person can: whether a piece is true, or good.
//
// A folder holds articles/<slug>.md and clips/<slug>.md with what they show
// beside them, questions/<audience>.yaml, series.yaml and scenes.yaml.
package proof

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"kepu/content"
)

// Folders of a library.
const (
	articles  = "articles"
	clips     = "clips"
	questions = "questions"
)

// mostBytes is how large a library may be: it is part of the program.
const mostBytes = 40_000_000

// Fault is one thing to put right.
type Fault struct {
	File string // its path in the library; "." is the library as a whole
	Line int    // counted from 1; 0 is the file as a whole
	Says string // Chinese
}

func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + "：" + f.Says
	}
	return fmt.Sprintf("%s:%d：%s", f.File, f.Line, f.Says)
}

// Check reads a library and gives its faults by file and line.
func Check(fsys fs.FS) []Fault {
	r := open(fsys)
	for _, p := range r.pieces {
		if p.broken {
			continue
		}
		r.head(p)
		r.prose(p)
		r.marks(p)
		r.units(p)
		r.standards(p)
		r.links(p)
		r.pictures(p)
		if p.clip {
			r.film(p)
		}
	}
	r.twice()
	r.trees()
	r.asked()
	r.files()
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return r.faults
}

// reading is one pass through a library.
type reading struct {
	fsys   fs.FS
	all    []string // every file, by path
	pieces []*piece // by path
	topics map[string]content.Topic
	series []series
	scenes []scene
	used   map[string]bool // files that some piece shows
	covers map[string]bool
	unread map[string]bool // trees of which not all is known
	faults []Fault
}

// open finds the files and reads the pieces. What is hidden, and the programs
// that make the library, are none of its files.
func open(fsys fs.FS) *reading {
	r := &reading{fsys: fsys, topics: map[string]content.Topic{}, used: map[string]bool{}, covers: map[string]bool{}, unread: map[string]bool{}}
	for _, t := range content.SeedTopics() {
		r.topics[t.Key] = t
	}
	size := int64(0)
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := path.Base(file); file != "." && (base[0] == '.' || base[0] == '_' || base == "testdata") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || path.Ext(file) == ".go" {
			return nil
		}
		r.all = append(r.all, file)
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		r.fault(".", 0, "文件夹读不出来：%v", err)
	}
	if size > mostBytes {
		r.fault(".", 0, "一共 %.1f MB，最多 %d MB", float64(size)/1e6, mostBytes/1_000_000)
	}
	for _, file := range r.all {
		dir, base := path.Split(file)
		folder := strings.TrimSuffix(dir, "/")
		if (folder == articles || folder == clips) && path.Ext(base) == ".md" && !strings.EqualFold(base, "readme.md") {
			r.pieces = append(r.pieces, r.piece(file))
		}
	}
	r.series, r.scenes = r.readSeries(), r.readScenes()
	return r
}

func (r *reading) fault(file string, line int, format string, args ...any) {
	r.faults = append(r.faults, Fault{File: file, Line: line, Says: fmt.Sprintf(format, args...)})
}

// bytes reads a file; nil with a fault where it cannot be read.
func (r *reading) bytes(file string) []byte {
	raw, err := fs.ReadFile(r.fsys, file)
	if err != nil {
		r.fault(file, 0, "读不出来：%v", err)
		return nil
	}
	return raw
}

// has tells whether the library holds a file.
func (r *reading) has(file string) bool { return slices.Contains(r.all, file) }
