package proof_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kepu/library/proof"
)

// plant is one fault put into the sound library.
type plant struct {
	name  string
	edits []edit
	file  string // where it is to be found
	where string // words of the faulty line; "" is the file as a whole, "^" its first line
	says  string // words of what is said
}

// edit replaces words of a file; without words the file as a whole, which is
// new or, where the new text is none, taken out.
type edit struct{ file, old, new string }

func one(file, old, new string) []edit { return []edit{{file, old, new}} }

func (e edit) in(t *testing.T, fsys fstest.MapFS) {
	t.Helper()
	switch {
	case e.old == "" && e.new == "":
		delete(fsys, e.file)
	case e.old == "":
		fsys[e.file] = &fstest.MapFile{Data: []byte(e.new)}
	default:
		text := string(fsys[e.file].Data)
		if !strings.Contains(text, e.old) {
			t.Fatalf("%s has no %q", e.file, e.old)
		}
		fsys[e.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, e.old, e.new, 1))}
	}
}

func TestASoundLibraryHasNoFaults(t *testing.T) {
	for _, f := range proof.Check(sound()) {
		t.Error(f)
	}
}

// Every rule finds its fault, where it is, and nothing else.
func TestPlantedFaults(t *testing.T) {
	for _, plants := range [][]plant{headPlants, textPlants, unitPlants, linkPlants, drawingPlants, clipPlants, treePlants} {
		for _, p := range plants {
			t.Run(p.name, func(t *testing.T) { p.test(t) })
		}
	}
}

func (p plant) test(t *testing.T) {
	fsys := sound()
	for _, e := range p.edits {
		e.in(t, fsys)
	}
	faults := proof.Check(fsys)
	if len(faults) != 1 {
		t.Fatalf("want one fault, got %d: %v", len(faults), faults)
	}
	f, line := faults[0], 0
	if p.where == "^" {
		line = 1
	} else if p.where != "" {
		before, _, ok := strings.Cut(string(fsys[p.file].Data), p.where)
		if !ok {
			t.Fatalf("%s has no %q", p.file, p.where)
		}
		line = 1 + strings.Count(before, "\n")
	}
	if f.File != p.file || f.Line != line || !strings.Contains(f.Says, p.says) {
		t.Errorf("got %s\nwant %s:%d … %s", f, p.file, line, p.says)
	}
}

// What looks like a fault and is none.
func TestNoFalseAlarms(t *testing.T) {
	for _, words := range []string{
		"吹来的风是5千克（10斤）。", "一家用了3千瓦时（3度）电。", "跟随着风走。", "按专家共识做。", "噪声到了85dB(A)。",
		"每立方米10mg/m³，写作5 mg/m³。", "用5G看3D，拍4K，坐A4座。", "从10%降到8%，降了2个百分点。", "从10%降到8%，少了三成。",
		"按GB 12345—2020，再按GB 12345做。", "PM2.5和N95，还有B12。", "田有2亩，1亩约667平方米。再有5亩。", "看《一亩田》这本书。",
		"一公斤米，二十来亩（合一公顷多）。", "风（0.5 ppm）。", "水温20℃，气温30℃。", "半信半疑！", "[电话](tel:120)和[主题](/topic/nature)。",
		"[长辈版](/easy/youth)和[系列](/series/yuanzi)、[雨天](/scene/yutian)。",
	} {
		fsys := sound()
		edit{"articles/dashu.md", "\n\n![", "\n\n" + words + "\n\n!["}.in(t, fsys)
		for _, f := range proof.Check(fsys) {
			t.Errorf("%s: %s", words, f)
		}
	}
}

func TestTotals(t *testing.T) {
	faults := proof.Totals(sound())
	for _, want := range []string{
		"articles：只有 2 篇文章，至少要有 60", "clips：只有 1 个短片，至少要有 10", "series.yaml：只有 1 个系列，至少要有 8",
		"scenes.yaml：只有 1 个情景，至少要有 6", ".：只有 2 篇主要给青少年的内容，至少要有 12", ".：只有 0 篇主要给农民的内容，至少要有 12",
	} {
		if !slices.ContainsFunc(faults, func(f proof.Fault) bool { return f.String() == want }) {
			t.Errorf("missing %s", want)
		}
	}
	if len(faults) != 9 {
		t.Errorf("%d: %v", len(faults), faults)
	}
}

func TestQuestions(t *testing.T) {
	list, err := proof.Questions(sound())
	if err != nil || len(list) != 2 || list[1] != (proof.Question{Piece: "shitou", Text: "石头下雨怎么变黑了"}) {
		t.Errorf("%v, %v", list, err)
	}
}

func TestTooLarge(t *testing.T) {
	fsys := sound()
	fsys["articles/large.bin"] = &fstest.MapFile{Data: make([]byte, 40_000_001)}
	if faults := proof.Check(fsys); len(faults) != 1 || faults[0].File != "." || faults[0].Line != 0 || !strings.Contains(faults[0].Says, "最多 40 MB") {
		t.Error(faults)
	}
}

// An empty folder, and one that holds what it should not, are told of and not
// stumbled over.
func TestOddFolders(t *testing.T) {
	if faults := proof.Check(fstest.MapFS{}); len(faults) != 0 {
		t.Error(faults)
	}
	odd := fstest.MapFS{
		"articles/a.md/b.md": {Data: []byte("x")}, "articles/empty.md": {}, "articles/x.svg": {}, "series.yaml": {}, "scenes.yaml": {Data: []byte("a: b")},
		"questions/youth.yaml": {Data: []byte("- a")}, "clips/c.md": {Data: []byte("---\nkind: video\nvideo: c.mp4\ncaptions: c.vtt\n---\n")}, "clips/c.mp4": {}, "clips/c.vtt": {},
	}
	if faults := proof.Check(odd); len(faults) == 0 {
		t.Error("no faults")
	}
}
