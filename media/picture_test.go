package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

// kept fails unless a file is accepted as want, shows the same when cleaned,
// and holds nothing of gps.
func kept(t *testing.T, raw []byte, want facts) []byte {
	t.Helper()
	f, clean, err := look(raw)
	if err != nil {
		t.Fatal(err)
	}
	if f != want {
		t.Errorf("found %+v, want %+v", f, want)
	}
	if bytes.Contains(clean, []byte(gps)) || bytes.Contains(clean, []byte("GPS")) {
		t.Error("a place was kept")
	}
	agree(t, raw)
	return clean
}

// refused fails unless a file is refused with those words.
func refused(t *testing.T, name string, raw []byte, words string) {
	t.Helper()
	_, _, err := look(raw)
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %v, want %q", name, err, words)
	}
	agree(t, raw)
}

func TestJPEG(t *testing.T) {
	plain := kept(t, makeJPEG(1), facts{kind: Image, typ: typeJPEG, width: 40, height: 24})
	if bytes.Contains(plain, []byte("Exif")) || !bytes.Contains(plain, []byte("ICC_PROFILE")) || bytes.Contains(plain, []byte("rgb")) {
		t.Error("an upright picture keeps an orientation or a thumbnail, or lost its colours")
	}
	for turn := 2; turn <= 8; turn++ {
		want := facts{kind: Image, typ: typeJPEG, width: 40, height: 24}
		if turn >= 5 {
			want.width, want.height = 24, 40
		}
		clean := kept(t, makeJPEG(turn), want)
		at := bytes.Index(clean, []byte("Exif\x00\x00"))
		if at < 0 || orientation(clean[at+6:]) != turn {
			t.Errorf("orientation %d was lost", turn)
		}
	}
	raw := makeJPEG(1)
	refused(t, "cut short", raw[:len(raw)/2], "不完整")
	end := bytes.LastIndex(raw, []byte{0xff, mEOI})
	refused(t, "without an end", raw[:end], "不完整")
	scan := bytes.Index(raw, []byte{0xff, mSOS})
	refused(t, "too many scans", manyScans(raw, scan, end), "扫描")
	refused(t, "a picture in a picture", append(raw[:2:2], raw...), "套了一张")
}

func manyScans(raw []byte, scan, end int) []byte {
	out := bytes.Clone(raw[:scan])
	for range maxScans + 1 {
		out = append(out, raw[scan:end]...)
	}
	return append(out, 0xff, mEOI)
}

func TestOrientation(t *testing.T) {
	for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for turn := range 12 {
			want := turn
			if turn > 8 {
				want = 0
			}
			raw := exif(o, turn)
			if got := orientation(raw); got != want {
				t.Errorf("%v: %d, want %d", o, got, want)
			}
			for n := range raw {
				orientation(raw[:n]) // must not panic
			}
		}
	}
}

func TestPNG(t *testing.T) {
	raw := makePNG(canvas(17, 5), pngChunk("tEXt", []byte("place\x00"+gps)), pngChunk("gAMA", []byte{0, 0, 0xb1, 0x8f}),
		pngChunk("eXIf", exif(binary.BigEndian, 6)), pngChunk("tIME", make([]byte, 7)), pngChunk("prVt", []byte(gps)))
	clean := kept(t, append(raw, gps...), facts{kind: Image, typ: typePNG, width: 17, height: 5})
	for name, want := range map[string]bool{"tEXt": false, "eXIf": false, "tIME": false, "prVt": false, "gAMA": true} {
		if bytes.Contains(clean, []byte(name)) != want {
			t.Errorf("%s kept: %v", name, !want)
		}
	}
	for _, m := range []image.Image{
		image.NewGray(image.Rect(0, 0, 1, 1)), image.NewGray16(image.Rect(0, 0, 5, 7)), image.NewNRGBA64(image.Rect(0, 0, 3, 2)),
		image.NewPaletted(image.Rect(0, 0, 11, 3), color.Palette{color.Black, color.White, color.Transparent}),
	} {
		kept(t, makePNG(m), facts{kind: Image, typ: typePNG, width: m.Bounds().Dx(), height: m.Bounds().Dy()})
	}
}

func TestPNGRefuses(t *testing.T) {
	raw := makePNG(canvas(17, 5))
	data := pngData(canvas(17, 5))
	build := func(w, h uint32, rest string, chunks ...[]byte) []byte {
		head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
		return append([]byte("\x89PNG\r\n\x1a\n"), bytes.Join(append([][]byte{pngChunk("IHDR", append(head, rest...))}, chunks...), nil)...)
	}
	end := pngChunk("IEND", nil)
	idat := pngChunk("IDAT", data)
	const rgb = "\x08\x02\x00\x00\x00"
	flipped := bytes.Clone(raw)
	flipped[len(raw)-20] ^= 1
	for _, c := range []struct {
		name  string
		raw   []byte
		words string
	}{
		{"no end", raw[:len(raw)-12], "不完整"},
		{"flipped", flipped, "校验和"},
		{"more rows than data", build(17, 6, rgb, idat, end), "不完整"},
		{"fewer rows than data", build(17, 4, rgb, idat, end), "结构不对"},
		{"no data", build(17, 5, rgb, end), "不完整"},
		{"split data", build(17, 5, rgb, pngChunk("IDAT", data[:5]), pngChunk("tEXt", nil), pngChunk("IDAT", data[5:]), end), "结构不对"},
		{"wide", build(20_001, 1, rgb, idat, end), "每边最多"},
		{"large", build(20_000, 2001, rgb, idat, end), "4000 万"},
		{"none", build(0, 5, rgb, idat, end), "为零"},
		{"depth", build(17, 5, "\x03\x02\x00\x00\x00", idat, end), "结构不对"},
		{"colour", build(17, 5, "\x08\x05\x00\x00\x00", idat, end), "结构不对"},
		{"no palette", build(17, 5, "\x08\x03\x00\x00\x00", idat, end), "结构不对"},
		{"head twice", build(17, 5, rgb, pngChunk("IHDR", make([]byte, 13)), idat, end), "结构不对"},
		{"unknown need", build(17, 5, rgb, pngChunk("NEED", nil), idat, end), "结构不对"},
		{"bad deflate", build(17, 5, rgb, pngChunk("IDAT", []byte("not deflate")), end), "已损坏"},
	} {
		refused(t, c.name, c.raw, c.words)
	}
}

// TestPNGMemory proves that a picture at the limit costs a row, not itself.
func TestPNGMemory(t *testing.T) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, image.NewGray(image.Rect(0, 0, 8000, 5000))); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	got := testing.AllocsPerRun(1, func() {
		if _, _, err := checkPNG(raw); err != nil {
			t.Fatal(err)
		}
	})
	if got > 2000 {
		t.Errorf("%v allocations", got)
	}
	if size := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := checkPNG(raw); err != nil {
				b.Fatal(err)
			}
		}
	}).AllocedBytesPerOp(); size > 4<<20 {
		t.Errorf("%d bytes for a picture of 40 million", size)
	}
}

func TestAPNG(t *testing.T) {
	second := pngData(canvas(16, 16))
	kept(t, makeAPNG(2, second), facts{kind: Image, typ: typePNG, width: 16, height: 16})
	refused(t, "a frame cut short", makeAPNG(2, second[:len(second)/2]), "不完整")
	refused(t, "a frame of noise", makeAPNG(2, []byte("noise")), "已损坏")
	refused(t, "too many frames", makeAPNG(maxFrames+1, second), "动图太长")
}

func TestGIF(t *testing.T) {
	clean := kept(t, makeGIF(3), facts{kind: Image, typ: typeGIF, width: 12, height: 9})
	if !bytes.Contains(clean, []byte("NETSCAPE2.0")) || bytes.Contains(clean, []byte("<script>")) {
		t.Error("repetition was lost, or what follows the end was kept")
	}
	raw := makeGIF(1)
	refused(t, "cut short", raw[:len(raw)-20], "不完整")
	refused(t, "too many frames", makeGIF(maxFrames+1), "动图太长")
	// A frame repeated until its pixels are too many.
	big := image.NewPaletted(image.Rect(0, 0, 5000, 5000), color.Palette{color.Black})
	refused(t, "too many pixels", repeatedFrame(big, 9), "动图太长")
}

// TestWebP uses the smallest pictures there are, with metadata put in.
func TestWebP(t *testing.T) {
	one := facts{kind: Image, typ: typeWebP, width: 1, height: 1}
	for i := range webps {
		raw := makeWebP(i)
		kept(t, raw, one)
		kept(t, tell(raw, riff("EXIF", gps), riff("XMP ", gps), riff("junk", gps)), one)
		refused(t, "cut short", raw[:len(raw)-9], "不完整")
	}
	said := tell(makeWebP(2), riff("EXIF", gps))
	said[20] |= webpExif | webpXMP
	if clean := kept(t, said, one); clean[20]&(webpExif|webpXMP) != 0 {
		t.Error("the head still announces metadata")
	}
	huge := makeWebP(2)
	copy(huge[24:], "\xff\xff\xff\xff\xff\xff")
	refused(t, "a head of 16 million a side", huge, "图片太大")
	other := makeWebP(2)
	other[24] = 9
	refused(t, "a head of another size", other, "WebP")
	frames := makeWebP(3)
	anmf := frames[44:]
	for range maxFrames {
		frames = tell(frames, anmf)
	}
	refused(t, "too many frames", frames, "动图太长")
}
