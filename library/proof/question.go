package proof

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"kepu/content"
	"kepu/content/markdown"
)

// Length of an everyday question, in Han.
const (
	leastQuestion = 4
	mostQuestion  = 24
)

// Question is how somebody would ask for a piece in a search box.
type Question struct {
	Piece string // the piece's name: taifeng
	Text  string
}

// Questions gives those of a library, by file and name.
func Questions(fsys fs.FS) ([]Question, error) {
	files, err := fs.Glob(fsys, questions+"/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []Question
	for _, file := range files {
		src, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		list, err := readQuestions(src)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// place is a line of the library.
type place struct {
	file string
	line int
}

// asked checks that every article has one question, in words that are not its
// title's.
func (r *reading) asked() {
	seen := map[string]place{}
	for _, file := range r.all {
		if path.Dir(file) != questions || path.Ext(file) != ".yaml" {
			continue
		}
		if name := strings.TrimSuffix(path.Base(file), ".yaml"); !content.Audience(name).Valid() && name != clips {
			r.fault(file, 0, "文件名应是人群：youth、farmers、workers、seniors、officials")
		}
		src := r.bytes(file)
		list, err := readQuestions(src)
		if err != nil {
			r.invalid(&piece{file: file}, err)
			continue
		}
		for _, q := range list {
			at := place{file, lineOf(src, q.Piece)}
			r.question(q, at, seen)
			seen[q.Piece] = at
		}
	}
	for _, p := range r.pieces {
		if _, ok := seen[p.name]; !ok && !p.clip {
			r.fault(p.file, 1, "questions 里没有这一篇的口语问法")
		}
	}
}

func (r *reading) question(q Question, at place, seen map[string]place) {
	i := slices.IndexFunc(r.pieces, func(p *piece) bool { return p.name == q.Piece })
	if i < 0 {
		r.fault(at.file, at.line, "没有“%s”这一篇", q.Piece)
		return
	}
	if first, twice := seen[q.Piece]; twice {
		r.fault(at.file, at.line, "“%s”在 %s:%d 已有一问", q.Piece, first.file, first.line)
	}
	if n := content.Han(q.Text); n < leastQuestion || n > mostQuestion {
		r.fault(at.file, at.line, "这一问 %d 字，应有 %d 到 %d 字", n, leastQuestion, mostQuestion)
	}
	if bare(q.Text) == bare(r.pieces[i].sub.Version.Title) {
		r.fault(at.file, at.line, "这一问和标题一样，应是口语里的问法")
	}
}

// readQuestions reads a file of name: question, by name. Errors are
// *journal.Invalid.
func readQuestions(src []byte) ([]Question, error) {
	v, err := markdown.YAML(src)
	if err != nil {
		return nil, err
	}
	byName, _ := v.(map[string]any)
	var list []Question
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		text, _ := byName[name].(string)
		list = append(list, Question{name, text})
	}
	return list, nil
}

// lineOf is the line that begins with a name and a colon.
func lineOf(src []byte, name string) int {
	line := 0
	for row := range strings.Lines(string(src)) {
		line++
		key, _, _ := strings.Cut(row, ":")
		if strings.Trim(key, " \"'") == name {
			return line
		}
	}
	return 1
}
