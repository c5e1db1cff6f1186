package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// Small files of every kind, made here, so that no test needs a file.

// gps is what must never be kept.
const gps = "N 39.9042 E 116.4074"

func ok[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func canvas(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, color.NRGBA{byte(i * 7), byte(i), byte(i >> 3), 255})
	}
	return m
}

// exif is an Exif body with an orientation and a place.
func exif(o binary.ByteOrder, turn int) []byte {
	b := []byte("II*\x00")
	if o == binary.BigEndian {
		b = []byte("MM\x00*")
	}
	app := o.(binary.AppendByteOrder)
	b = app.AppendUint32(b, 8)
	b = app.AppendUint16(b, 2)
	b = append(app.AppendUint16(app.AppendUint16(b, 0x010e), 2), 0, 0, 0, 0, 0, 0, 0, 0)
	b = app.AppendUint16(app.AppendUint16(b, 0x0112), 3)
	b = app.AppendUint16(app.AppendUint32(b, 1), uint16(turn))
	b = append(b, 0, 0, 0, 0, 0, 0)
	return append(b, gps...)
}

func segment(m byte, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, m}, uint16(len(body)+2)), body...)
}

// makeJPEG is 40×24 with everything a camera may add.
func makeJPEG(turn int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, canvas(40, 24), nil); err != nil {
		panic(err)
	}
	raw := b.Bytes()
	out := bytes.Clone(raw[:2])
	out = append(out, segment(0xe0, "JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x01\x01"+"rgb")...)
	out = append(out, segment(0xe1, "Exif\x00\x00"+string(exif(binary.LittleEndian, turn)))...)
	out = append(out, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+gps)...)
	out = append(out, segment(0xe2, "ICC_PROFILE\x00\x01\x01colours")...)
	out = append(out, segment(0xe2, "MPF\x00"+gps)...)
	out = append(out, segment(0xed, "Photoshop 3.0\x00"+gps)...)
	out = append(out, segment(0xfe, "<script>"+gps)...)
	out = append(out, raw[2:]...)
	return append(out, "<html>"+gps...)
}

func pngChunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// makePNG has the chunks put in behind its head.
func makePNG(m image.Image, chunks ...[]byte) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	raw := b.Bytes()
	out := append(bytes.Clone(raw[:33]), bytes.Join(chunks, nil)...)
	return append(out, raw[33:]...)
}

// pngData is the one IDAT body of a picture.
func pngData(m image.Image) []byte {
	raw := makePNG(m)
	i := bytes.Index(raw, []byte("IDAT"))
	n := int(binary.BigEndian.Uint32(raw[i-4:]))
	return raw[i+4 : i+4+n]
}

// makeAPNG has a second frame of its own.
func makeAPNG(frames int, second []byte) []byte {
	frame := func(seq uint32) []byte {
		b := binary.BigEndian.AppendUint32(nil, seq)
		for _, n := range []uint32{16, 16, 0, 0} {
			b = binary.BigEndian.AppendUint32(b, n)
		}
		return append(b, 0, 1, 0, 10, 0, 0)
	}
	raw := makePNG(canvas(16, 16), pngChunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}), pngChunk("fcTL", frame(0)))
	raw = raw[:len(raw)-12]
	for i := 1; i < frames; i++ {
		raw = append(raw, pngChunk("fcTL", frame(uint32(2*i-1)))...)
		raw = append(raw, pngChunk("fdAT", append([]byte{0, 0, 0, byte(2 * i)}, second...))...)
	}
	return append(raw, pngChunk("IEND", nil)...)
}

func makeGIF(frames int) []byte {
	g := &gif.GIF{}
	for i := range frames {
		m := image.NewPaletted(image.Rect(0, 0, 12, 9), color.Palette{color.Black, color.White})
		m.SetColorIndex(i%12, 3, 1)
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 5)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		panic(err)
	}
	raw := b.Bytes()
	at := 13
	if raw[10]&0x80 != 0 {
		at += colours(raw[10])
	}
	out := append(bytes.Clone(raw[:at]), "\x21\xfe\x14"+gps+"\x00"...)
	out = append(out, "\x21\xff\x0bXMP DataXMP\x03GPS\x00"...)
	out = append(out, raw[at:]...)
	return append(out, "<script>"...)
}

// WebP pictures of one pixel: lossless, lossy, with alpha, animated.
var webps = []string{
	"UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
	"UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
	"UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==",
	"UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA",
}

func makeWebP(i int) []byte { return ok(base64.StdEncoding.DecodeString(webps[i])) }

func riff(name string, body string) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
	b = append(b, body...)
	return append(b, make([]byte, len(body)&1)...)
}

// tell adds chunks to a RIFF file.
func tell(raw []byte, chunks ...[]byte) []byte {
	raw = append(bytes.Clone(raw), bytes.Join(chunks, nil)...)
	binary.LittleEndian.PutUint32(raw[4:], uint32(len(raw)-8))
	return raw
}

// makeWAV is a second of silence at 8 kHz.
func makeWAV() []byte {
	f := string("\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00")
	return tell(riffHead("WAVE", 12), riff("fmt ", f), riff("LIST", "INFO"+gps), riff("data", string(make([]byte, 16000))))
}

// makeMP3 is n empty frames of 26.1 ms between tags.
func makeMP3(n int) []byte {
	out := []byte("ID3\x03\x00\x00\x00\x00\x00\x14" + gps)
	for range n {
		out = append(out, "\xff\xfb\x90\x00"...)
		out = append(out, make([]byte, 413)...)
	}
	return append(out, "TAG"+gps...)
}

// mbox is a box of an MP4 file.
func mbox(name string, parts ...any) []byte {
	b := append([]byte{0, 0, 0, 0}, name...)
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		case int:
			b = binary.BigEndian.AppendUint32(b, uint32(p))
		}
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// film describes an MP4 file to make.
type film struct {
	codec, handler string
	width, height  int // of the track
	scale, length  int
	samples        string
	extra          []byte // in moov
	last           bool   // moov at the end
	sensor         string // samples of a track of positions
}

// track makes a trak box; its samples lie at offset.
func track(handler, codec string, w, h, scale, length, offset, n int) []byte {
	zeros := func(n int) string { return string(make([]byte, n)) }
	unit := string([]byte{0, 1, 0, 0})
	matrix := unit + zeros(12) + unit + zeros(12) + "\x40\x00\x00\x00"
	return mbox("trak",
		mbox("tkhd", 1, zeros(8), 1, 0, length, zeros(16), matrix, w<<16, h<<16),
		mbox("mdia",
			mbox("mdhd", 0, 0, 0, scale, length, 0),
			mbox("hdlr", 0, 0, handler, zeros(13)),
			mbox("minf", mbox("dinf", mbox("dref", 0, 1, mbox("url ", 1))),
				mbox("stbl",
					mbox("stsd", 0, 1, mbox(codec, zeros(24), w<<16|h&0xffff, zeros(50))),
					mbox("stts", 0, 1, 1, length),
					mbox("stsc", 0, 1, 1, 1, 1),
					mbox("stsz", 0, n, 1),
					mbox("stco", 0, 1, offset)))),
		mbox("udta", mbox("name", gps)))
}

func (f film) make() []byte {
	if f.codec == "" {
		f.codec, f.handler = "avc1", "vide"
	}
	if f.samples == "" {
		f.samples = "frames"
	}
	head := append(mbox("ftyp", "isom", 512, "isomavc1"), mbox("free", gps)...)
	moov := func(offset int) []byte {
		tracks := track(f.handler, f.codec, f.width, f.height, f.scale, f.length, offset, len(f.samples))
		if f.sensor != "" {
			tracks = append(tracks, track("meta", "mebx", 0, 0, f.scale, f.length, offset+len(f.samples), len(f.sensor))...)
		}
		return mbox("moov", mbox("mvhd", 0, 0, 0, f.scale, f.length, make([]byte, 80)), tracks,
			mbox("udta", mbox("\xa9xyz", gps)), f.extra)
	}
	data := mbox("mdat", f.samples, f.sensor)
	if f.last {
		return bytes.Join([][]byte{head, data, moov(len(head) + 8)}, nil)
	}
	n := len(head) + len(moov(0))
	return bytes.Join([][]byte{head, moov(n + 8), data}, nil)
}

// good is a film that is accepted.
func good() film { return film{width: 640, height: 360, scale: 1000, length: 5000} }

// ebml is an element of a WebM file.
func ebml(id uint32, parts ...any) []byte {
	var body []byte
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			body = append(body, p...)
		case []byte:
			body = append(body, p...)
		case int:
			body = binary.BigEndian.AppendUint32(body, uint32(p))
		}
	}
	raw := bytes.TrimLeft(binary.BigEndian.AppendUint32(nil, id), "\x00")
	raw = binary.BigEndian.AppendUint64(raw, 1<<56|uint64(len(body)))
	return append(raw, body...)
}

// makeWebM is a film of 2.5 seconds.
func makeWebM(codec string, parts ...[]byte) []byte {
	duration := "\x40\xa3\x88\x00\x00\x00\x00\x00" // 2500.0
	return append(ebml(idEBML, ebml(idDocType, "webm")),
		ebml(idSegment,
			ebml(idInfo, ebml(idScale, 1_000_000), ebml(idDuration, duration), ebml(0x7ba9, gps)),
			ebml(idTracks, ebml(idTrack, ebml(idKind, "\x01"), ebml(idCodec, codec),
				ebml(idVideo, ebml(idWidth, 320), ebml(idHeight, 240)))),
			ebml(idTags, gps), ebml(idCluster, "blocks"), bytes.Join(parts, nil))...)
}

// repeatedFrame is a GIF that shows one frame n times.
func repeatedFrame(m *image.Paletted, n int) []byte {
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{m}, Delay: []int{1}}); err != nil {
		panic(err)
	}
	raw := b.Bytes()
	at := bytes.IndexByte(raw[13:], 0x2c) + 13
	frame := raw[at : len(raw)-1]
	out := bytes.Clone(raw[:at])
	for range n {
		out = append(out, frame...)
	}
	return append(out, 0x3b)
}
