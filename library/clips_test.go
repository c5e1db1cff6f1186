package library

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
	"testing"

	"kepu/library/clips/film"
	"kepu/library/clips/reel"
)

// What the files say is what the script of the film says.
func TestClipsTellTheirScript(t *testing.T) {
	scripts := map[string]*film.Clip{}
	for _, c := range reel.All() {
		scripts[c.Slug] = c
	}
	names, err := fs.Glob(files, "clips/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".md")
		script := scripts[name]
		if script == nil {
			t.Errorf("%s has no script", name)
			continue
		}
		delete(scripts, name)
		source, err := fs.ReadFile(files, file)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := script.Plan()
		if err != nil {
			t.Fatal(err)
		}
		if told, err := plan.Retell(string(source)); err != nil || told != string(source) {
			t.Errorf("%s.md: chapters or transcript are not the script's (%v); run render -words", name, err)
		}
		for other, want := range map[string][]byte{
			name + ".vtt": plan.VTT(), name + ".svg": script.Cover(plan, strings.Join(script.Question, "")),
		} {
			if have, err := fs.ReadFile(files, "clips/"+other); err != nil || !bytes.Equal(have, want) {
				t.Errorf("%s is not the script's (%v); run render -words", other, err)
			}
		}
	}
	for slug := range scripts {
		t.Errorf("%s has no piece", slug)
	}
}
