package media

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/image/webp"

	"kepu/journal"
)

// look does to a file what Add does before it keeps anything.
func look(raw []byte) (facts, []byte, error) {
	head := raw[:min(headSize, len(raw))]
	typ, err := sniff(head)
	if err != nil {
		return facts{}, nil, err
	}
	src := source{bytes.NewReader(raw), int64(len(raw))}
	f, p, err := check(typ, src)
	if err != nil {
		return facts{}, nil, err
	}
	clean, err := io.ReadAll(p.reader(src))
	if err == nil && int64(len(clean)) != p.size() {
		err = fmt.Errorf("%d bytes instead of %d", len(clean), p.size())
	}
	return f, clean, err
}

// agree fails unless a file is refused properly, or what is kept of it is the
// same in every way that shows, and cleaning it again changes nothing.
func agree(t *testing.T, raw []byte) {
	t.Helper()
	f, clean, err := look(raw)
	if err != nil {
		var invalid *journal.Invalid
		if !errors.As(err, &invalid) {
			t.Fatalf("refused by %v", err)
		}
		for _, p := range invalid.Problems {
			if p.Field != "file" || p.Message == "" || strings.Contains(p.Message, "%!") {
				t.Fatalf("problem %+v", p)
			}
		}
		return
	}
	again, twice, err := look(clean)
	if err != nil {
		t.Fatalf("the cleaned %s is refused: %v", f.typ, err)
	}
	if again != f || !bytes.Equal(twice, clean) {
		t.Fatalf("cleaned twice: %+v, then %+v; same bytes %v", f, again, bytes.Equal(twice, clean))
	}
	after, err := pixelsOf(f.typ, clean)
	if err != nil {
		t.Fatalf("the cleaned %s does not decode: %v", f.typ, err)
	}
	// What is left out may be what the decoder stumbles over.
	if before, err := pixelsOf(f.typ, raw); err == nil && before != after {
		t.Fatalf("cleaning a %s changed what it shows", f.typ)
	}
}

// pixelsOf sums up what a picture shows; "" for other files.
func pixelsOf(typ string, raw []byte) (string, error) {
	r := bytes.NewReader(raw)
	var m image.Image
	var err error
	switch typ {
	case typeJPEG:
		m, err = jpeg.Decode(r)
	case typePNG:
		m, err = png.Decode(r)
	case typeWebP:
		if string(raw[12:16]) == "VP8X" && raw[20]&webpAnimated != 0 {
			return "", nil // the decoder knows no animations
		}
		m, err = webp.Decode(r)
	case typeGIF:
		g, err := gif.DecodeAll(r)
		if err != nil {
			return "", err
		}
		h := sha256.New()
		fmt.Fprint(h, g.Config, g.Delay, g.Disposal, g.LoopCount, g.BackgroundIndex)
		for _, frame := range g.Image {
			fmt.Fprint(h, frame.Rect, frame.Palette)
			h.Write(frame.Pix)
		}
		return fmt.Sprintf("%x", h.Sum(nil)), nil
	default:
		return "", nil
	}
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%T %v", m, m.Bounds())
	switch m := m.(type) {
	case *image.YCbCr:
		fmt.Fprint(h, m.SubsampleRatio, m.YStride, m.CStride)
		h.Write(bytes.Join([][]byte{m.Y, m.Cb, m.Cr}, nil))
	case *image.NRGBA:
		h.Write(m.Pix)
	case *image.RGBA:
		h.Write(m.Pix)
	case *image.Gray:
		h.Write(m.Pix)
	default:
		b := m.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				fmt.Fprint(h, m.At(x, y))
			}
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// corpus is where the shared test files are; the test is skipped without them.
func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("KEPU_TEST_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	dir = filepath.Join(dir, "media")
	if _, err := os.Stat(dir); err != nil {
		t.Logf("no test media at %s", dir)
		t.Skip()
	}
	return dir
}

func TestCorpus(t *testing.T) {
	dir := corpus(t)
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < len(expected) {
		t.Errorf("%d files, %d expected", len(files), len(expected))
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
		want, known := expected[name]
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, clean, err := look(raw)
		runtime.ReadMemStats(&after)
		got := fmt.Sprintf("%s %d×%d %d", f.typ, f.width, f.height, f.duration)
		if err != nil {
			got = err.Error()
		}
		t.Logf("%-46s %8d → %8d  %s", name, len(raw), len(clean), got)
		if known && (err == nil && got != want || err != nil && (want == "" || !strings.Contains(got, want))) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 200<<20 {
			t.Errorf("%s: %d MB allocated", name, spent>>20)
		}
		if len(raw) < 1<<20 {
			agree(t, raw)
		}
	}
}

// TestCorpusPrivate proves that no place, device or embedded text of any file
// of the corpus is kept.
func TestCorpusPrivate(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, clean, err := look(raw)
		if err != nil {
			continue
		}
		for _, mark := range []string{
			"GPSL", "<x:xmpmeta", "http://ns.adobe.com/", "Photoshop 3.0", "NIKON", "COOLPIX", "iPhone",
			"HMD Global", "<script", "onerror", "PK\x03\x04", "ID3\x03", "ID3\x04", "\xa9xyz", "HandBrake",
			"raw profile type", "tEXt", "zTXt", "iTXt", "eXIf",
		} {
			if bytes.Contains(raw, []byte(mark)) {
				seen++
			}
			if bytes.Contains(clean, []byte(mark)) {
				t.Errorf("%s keeps %q", filepath.Base(path), mark)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d marks were there to be removed", seen)
	}
}
