// Package library carries the starter library: our own articles, drawings,
// clips, series and scenes, loaded into a new store so that a first start shows a site
// with something to read. It owns nothing at run time: the files are read once
// by the same import that reads anybody's Markdown folder. Whether they are sound
// is for package proof to say.
//
// The texts and drawings are under CC BY-SA 4.0, see LICENSE in this folder.
package library

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
)

//go:embed articles questions series.yaml scenes.yaml
//go:embed clips/*.md clips/*.mp4 clips/*.vtt clips/*.svg
var files embed.FS

//go:embed samples/*.md
var samples embed.FS

// Files is the library as a Markdown folder: articles/<slug>.md with the
// drawings they show beside them, clips/<slug>.md with film, captions and cover,
// series.yaml and scenes.yaml. An import passes over questions/<audience>.yaml,
// by which the search is tested.
func Files() fs.FS { return files }

// Samples is a Markdown folder of drafts for a new store's desk.
func Samples() fs.FS {
	sub, err := fs.Sub(samples, "samples")
	if err != nil {
		// The name is that of the line above; it cannot be wrong.
		panic("library: " + err.Error())
	}
	return sub
}

// Digest names this edition of the library: it differs whenever a name or a
// byte of any file does.
func Digest() string {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s\x00%d\x00%s", path, len(data), data)
		return err
	})
	if err != nil {
		// The files are part of the program; reading them cannot fail.
		panic("library: " + err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil))
}
