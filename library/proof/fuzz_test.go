package proof_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"kepu/library/proof"
)

// given puts any bytes in the place of a file of the sound library, of which
// nothing is there but the clip: whatever they are, it is judged, and every fault
// lies within a file that is there.
func given(f *testing.F, file string, seeds ...string) {
	f.Add(string(sound()[file].Data))
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fsys := fstest.MapFS{film: {Data: []byte(clip)}}
		fsys[file] = &fstest.MapFile{Data: []byte(text)}
		for _, fault := range proof.Check(fsys) {
			at, ok := fsys[fault.File]
			if !ok && fault.File != "." {
				t.Fatalf("no such file: %s", fault)
			}
			if ok && (fault.Line < 0 || fault.Line > 1+strings.Count(string(at.Data), "\n")+strings.Count(string(at.Data), "\r")) {
				t.Fatalf("no such line: %s", fault)
			}
			if fault.Says == "" {
				t.Fatalf("says nothing: %s", fault)
			}
		}
	})
}

func FuzzArticle(f *testing.F) {
	given(f, "articles/dashu.md", "---\n---\n", "---\naudiences:\n- a\n- b\ncover:\n---\n[a](/article/\n", "# 题\n\n![](a.svg)", "---\nreferences: [{}, {}]\n---\n5亩")
}

func FuzzDrawing(f *testing.F) {
	given(f, "articles/dashu.svg", `<svg viewBox="0 0 800 500"><text x="1" y="2" transform="rotate(9e99) scale(0)">雨<tspan dy="1em">a</tspan>b</text></svg>`,
		`<text/>`, `<tspan x="1">`, `<svg><text><text>雨</text></text></svg>`, `<title>a<b/>c</title>`)
}

func FuzzCaptions(f *testing.F) {
	given(f, "clips/chaoshui.vtt", "WEBVTT\n\n0000:00:01.000 --> 00:02.000\nNOTE\n\nNOTE 1\n", "WEBVTT\n\n1\n00:01.000-->00:02.000\n雨\r\n")
}

func FuzzTrees(f *testing.F) {
	given(f, "scenes.yaml", "- {}\n-\n  slug: a\n- 1\n", "-\n\n- a: b")
}
