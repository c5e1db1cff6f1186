package exchange

import (
	"bytes"

	"kepu/content"
	"kepu/content/markdown"
)

// Reading is a Markdown file as an import reads it, before the files it names
// are looked at: pictures, clips and captions are paths still, relative to it.
type Reading struct {
	Submission content.Submission
	Captions   []string
}

// Read reads a Markdown file. id is what an import calls a file that names no
// id: its path without the ending. Errors are *journal.Invalid; lines that they
// name are the file's.
func Read(src []byte, id string) (Reading, error) {
	meta, text, err := split(src)
	if err != nil {
		return Reading{}, err
	}
	im := Import{}
	r, err := im.read(meta, true, "", id, text)
	if err != nil {
		return Reading{}, err
	}
	got := Reading{Submission: r.sub}
	for _, t := range r.captions {
		got.Captions = append(got.Captions, t.src)
	}
	return got, nil
}

// split parts a file into its front matter, never nil, and its text, which has
// as many lines before it as it has in the file: problems name these.
func split(src []byte) (meta map[string]any, text []byte, err error) {
	meta, text, err = markdown.FrontMatter(src)
	if err != nil {
		return nil, nil, err
	}
	if meta == nil {
		meta = map[string]any{}
	}
	head := bytes.Count(src[:len(src)-len(text)], []byte("\n"))
	return meta, append(bytes.Repeat([]byte("\n"), head), text...), nil
}
