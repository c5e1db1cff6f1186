package media

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"hash/crc32"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are the files made here, and of the corpus those that are small.
func seeds(f *testing.F) {
	for _, raw := range [][]byte{
		makeJPEG(1), makeJPEG(6),
		makePNG(canvas(17, 5), pngChunk("tEXt", []byte("a\x00"+gps)), pngChunk("eXIf", exif(binary.BigEndian, 6))),
		makePNG(image.NewGray16(image.Rect(0, 0, 3, 3))),
		makePNG(image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Black, color.White})),
		makeAPNG(2, pngData(canvas(16, 16))),
		makeGIF(1), makeGIF(3), makeWebP(0), makeWebP(1), makeWebP(2), makeWebP(3),
		tell(makeWebP(2), riff("EXIF", gps), riff("XMP ", gps)),
		makeWAV(), makeMP3(3), good().make(),
		film{codec: "mp4a", handler: "soun", scale: 44100, length: 44100, last: true}.make(),
		film{width: 64, height: 64, scale: 1000, length: 1000, sensor: gps}.make(),
		makeWebM("V_VP9"), []byte(goodVTT), []byte(goodSVG),
	} {
		f.Add(raw)
	}
	dir := os.Getenv("KEPU_TEST_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	paths, err := filepath.Glob(filepath.Join(dir, "media", "*", "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(raw) < 50_000 {
			f.Add(raw)
		}
	}
}

// FuzzCheck gives any bytes to the whole of it: refused properly, or kept
// without changing what they show, and the same again when added again.
func FuzzCheck(f *testing.F) {
	seeds(f)
	f.Fuzz(agree)
}

// FuzzMP4 keeps the length of a film and the place of its samples.
func FuzzMP4(f *testing.F) {
	f.Add(good().make())
	f.Add(film{width: 64, height: 64, scale: 1000, length: 1000, sensor: gps, last: true}.make())
	f.Fuzz(func(t *testing.T, raw []byte) {
		src := source{bytes.NewReader(raw), int64(len(raw))}
		found, p, err := check(typeMP4, src)
		if err != nil {
			return
		}
		if p.size() != src.size {
			t.Fatalf("%d bytes became %d", src.size, p.size())
		}
		if found.duration <= 0 || found.duration > maxDuration || found.width > maxFrame || found.height > maxFrame {
			t.Fatalf("found %+v", found)
		}
	})
}

// FuzzSVG accepts nothing that holds what may run or load.
func FuzzSVG(f *testing.F) {
	f.Add([]byte(goodSVG))
	for _, c := range badSVG {
		f.Add([]byte(c.svg))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, _, err := check(typeSVG, source{bytes.NewReader(raw), int64(len(raw))}); err != nil {
			return
		}
		for d := xml.NewDecoder(bytes.NewReader(raw)); ; {
			token, err := d.Token()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatalf("accepted, but: %v", err)
			}
			start, _ := token.(xml.StartElement)
			switch strings.ToLower(start.Name.Local) {
			case "script", "image", "foreignobject", "a", "feimage", "iframe", "audio", "video":
				t.Fatalf("accepted with %v: %q", start.Name, raw)
			}
			for _, a := range start.Attr {
				name, value := strings.ToLower(a.Name.Local), strings.ToLower(a.Value)
				if a.Name.Space == "" && strings.HasPrefix(name, "on") || name == "href" && !strings.Contains(value, "#") ||
					a.Name.Space == "" && name == "fill" && strings.Contains(value, "url(http") {
					t.Fatalf("accepted with %v: %q", a, raw)
				}
			}
		}
	})
}

// FuzzVTT gives cues in order, within bounds, of plain text.
func FuzzVTT(f *testing.F) {
	f.Add([]byte(goodVTT))
	for _, c := range badVTT {
		f.Add([]byte(c.vtt))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		cues, err := ParseVTT(bytes.NewReader(raw))
		if err != nil {
			if cues != nil {
				t.Fatal("cues with an error")
			}
			return
		}
		var last int64
		for _, c := range cues {
			if c.Start < last || c.End <= c.Start || c.End > maxDuration || !utf8.ValidString(c.Text+c.ID+c.Voice) {
				t.Fatalf("cue %+v after %d", c, last)
			}
			last = c.Start
		}
	})
}

// FuzzName gives names that are fit to keep, and the same when cleaned again.
func FuzzName(f *testing.F) {
	for _, c := range names {
		f.Add(c.name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		fitName(t, name, cleanName(name, typePNG))
	})
}

// FuzzPicture changes pictures and mends the sums of PNG chunks, so that what
// lies behind them is reached.
func FuzzPicture(f *testing.F) {
	for _, raw := range [][]byte{
		makeJPEG(6), makePNG(canvas(9, 3)), makeAPNG(2, pngData(canvas(16, 16))), makeGIF(2),
		makePNG(image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Black, color.Transparent})),
		makePNG(image.NewGray16(image.Rect(0, 0, 3, 3)), pngChunk("tRNS", []byte{0, 0})),
		makeWebP(0), makeWebP(1), makeWebP(2), makeWebP(3),
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")) {
			raw = mended(raw)
		}
		agree(t, raw)
	})
}

// mended is a PNG with the right sum behind every chunk.
func mended(raw []byte) []byte {
	out := bytes.Clone(raw)
	for at := 8; at+12 <= len(out); {
		n := int(binary.BigEndian.Uint32(out[at:]))
		if n > len(out)-at-12 {
			break
		}
		binary.BigEndian.PutUint32(out[at+8+n:], crc32.ChecksumIEEE(out[at+4:at+8+n]))
		at += 12 + n
	}
	return out
}
