package media

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

func TestMP4(t *testing.T) {
	want := facts{kind: Video, typ: typeMP4, codec: "avc1", width: 640, height: 360, duration: 5000}
	raw := good().make()
	clean := kept(t, raw, want)
	if len(clean) != len(raw) || !bytes.HasSuffix(clean, []byte("frames")) {
		t.Error("cleaning moved the samples")
	}
	f := good()
	f.last = true
	kept(t, f.make(), want)

	// Positions recorded beside the film: the track and its samples go.
	f.sensor = gps
	for _, f.last = range []bool{true, false} {
		clean := kept(t, f.make(), want)
		if !bytes.Contains(clean, []byte("frames"+string(make([]byte, len(gps))))) {
			t.Error("samples of the film were touched, or those of the sensor were not")
		}
	}
	f = film{codec: "mp4a", handler: "soun", scale: 44100, length: 88200}
	kept(t, f.make(), facts{kind: Audio, typ: typeM4A, duration: 2000})
}

func TestMP4Turned(t *testing.T) {
	raw := good().make()
	at := bytes.Index(raw, []byte("tkhd")) + 4 + 40
	for i, v := range []uint32{0, 0x10000, 0, 0xffff0000, 0} {
		binary.BigEndian.PutUint32(raw[at+4*i:], v)
	}
	kept(t, raw, facts{kind: Video, typ: typeMP4, codec: "avc1", width: 360, height: 640, duration: 5000})
}

func TestMP4Refuses(t *testing.T) {
	raw := good().make()
	change := func(after string, at int, to string) []byte {
		out := bytes.Clone(raw)
		i := bytes.Index(out, []byte(after))
		if i < 0 {
			t.Fatalf("no %q", after)
		}
		copy(out[i+at:], to)
		return out
	}
	with := func(fn func(f *film)) []byte {
		f := good()
		fn(&f)
		return f.make()
	}
	tracks := bytes.Repeat(track("text", "tx3g", 0, 0, 1000, 1000, 8, 1), maxStreams)
	for _, c := range []struct {
		name  string
		raw   []byte
		words string
	}{
		{"cut short", raw[:len(raw)-1], "文件之外"},
		{"cut in the index", raw[:len(raw)/2], "不完整"},
		{"no index", change("moov", 0, "skip"), "不完整"},
		{"no samples", change("mdat", 0, "skip"), "不完整"},
		{"no tracks", change("trak", 0, "skip"), "没有可播放"},
		{"twice an index", append(bytes.Clone(raw), mbox("moov")...), "结构不对"},
		{"fragments", append(bytes.Clone(raw), mbox("moof")...), "分片"},
		{"fragments announced", with(func(f *film) { f.extra = mbox("mvex") }), "分片"},
		{"hevc", with(func(f *film) { f.codec, f.handler = "hvc1", "vide" }), "H.265"},
		{"mpeg-4 part 2", with(func(f *film) { f.codec, f.handler = "mp4v", "vide" }), "不支持"},
		{"encrypted", with(func(f *film) { f.codec, f.handler = "encv", "vide" }), "加密"},
		{"ac-3", with(func(f *film) { f.codec, f.handler = "ac-3", "soun" }), "AAC"},
		{"no size", with(func(f *film) { f.width = 0 }), "没有画面尺寸"},
		{"1e6 wide", change("avc1\x00\x00\x00\x00\x00", 4+24, "\xff\xff\xff\xff"), "画面太大"},
		{"too wide", with(func(f *film) { f.width = 20_000 }), "画面太大"},
		{"100 hours", with(func(f *film) { f.length = 360_000_000 }), "12 小时"},
		{"no time", with(func(f *film) { f.length = 0 }), "没有时长"},
		{"no scale", with(func(f *film) { f.scale = 0 }), "结构不对"},
		{"22 tracks", with(func(f *film) { f.extra = tracks }), "轨道太多"},
		{"samples elsewhere", change("url \x00", 4, "\x00\x00\x00\x00"), "引用了别的文件"},
		{"chunks outside", change("stco", 12, "\x7f\xff\xff\xff"), "文件之外"},
		{"huge chunk", change("stsz", 8, "\x7f\xff\xff\xff\x00\x00\x00\x02"), "文件之外"},
		{"more samples than said", change("stsc", 16, "\x00\x00\x00\x09"), "结构不对"},
		{"a table longer than its box", change("stco", 8, "\x7f\xff\xff\xff"), "结构不对"},
		{"a box shorter than its head", change("mdhd", -4, "\x00\x00\x00\x07"), "结构不对"},
		{"quicktime", change("isom", 0, "qt  "), "MOV"},
		{"heic", change("isom", 0, "heic"), "HEIC"},
		{"avif", change("isom", 0, "avif"), "AVIF"},
	} {
		refused(t, c.name, c.raw, c.words)
	}
}

func TestWebM(t *testing.T) {
	want := facts{kind: Video, typ: typeWebM, width: 320, height: 240, duration: 2500}
	raw := makeWebM("V_VP9")
	if clean := kept(t, raw, want); len(clean) != len(raw) {
		t.Error("cleaning moved the clusters")
	}
	refused(t, "cut short", raw[:len(raw)-1], "不完整")
	refused(t, "codec", makeWebM("V_MPEG4/ISO/AVC"), "VP8")
	refused(t, "mkv", bytes.Replace(raw, []byte("webm"), []byte("mkv\x00"), 1), "MKV")
	refused(t, "no clusters", bytes.Replace(raw, []byte("\x1f\x43\xb6\x75"), []byte("\x12\x54\xc3\x67"), 1), "只有索引")
	for _, bad := range []string{"\xc0\xa3\x88\x00\x00\x00\x00\x00", "\x7f\xf8\x00\x00\x00\x00\x00\x01", "\x7f\xf0\x00\x00\x00\x00\x00\x00"} {
		refused(t, "time", bytes.Replace(raw, []byte("\x40\xa3\x88\x00\x00\x00\x00\x00"), []byte(bad), 1), "时长")
	}
}

// TestWebMLive is a recording of a browser: neither the film nor its clusters
// say how long they are.
func TestWebMLive(t *testing.T) {
	unknown := func(id uint32) []byte { return append(ebml(id)[:4], 0xff) }
	cluster := append(unknown(idCluster), bytes.Join([][]byte{ebml(0xe7, 0), ebml(0xa3, "block"), ebml(0xa3, "block")}, nil)...)
	raw := append(ebml(idEBML, ebml(idDocType, "webm")), unknown(idSegment)...)
	raw = append(raw, ebml(idInfo, ebml(idScale, 1_000_000))...)
	raw = append(raw, ebml(idTracks, ebml(idTrack, ebml(idKind, "\x02"), ebml(idCodec, "A_OPUS")))...)
	raw = append(append(raw, cluster...), cluster...)
	kept(t, raw, facts{kind: Audio, typ: typeWebA})
	refused(t, "cut within a block", raw[:len(raw)-2], "不完整")
	refused(t, "nothing but padding", append(raw, bytes.Repeat([]byte{idVoid, 0x80}, maxParts+1)...), "结构不对")
}

func TestParts(t *testing.T) {
	refused(t, "mp4", append(good().make(), bytes.Repeat(mbox("free"), maxParts)...), "结构不对")
	refused(t, "wav", tell(makeWAV(), bytes.Repeat(riff("junk", ""), maxParts)), "结构不对")
}

func TestSound(t *testing.T) {
	clean := kept(t, makeWAV(), facts{kind: Audio, typ: typeWAV, duration: 1000})
	if len(clean) != 44+16000 {
		t.Errorf("%d bytes", len(clean))
	}
	raw := makeWAV()
	refused(t, "wav cut short", raw[:1000], "不完整")
	refused(t, "wav of adpcm", bytes.Replace(raw, []byte("fmt \x10\x00\x00\x00\x01"), []byte("fmt \x10\x00\x00\x00\x02"), 1), "编码")

	clean = kept(t, makeMP3(100), facts{kind: Audio, typ: typeMP3, duration: 2612})
	if len(clean) != 100*417 {
		t.Errorf("%d bytes", len(clean))
	}
	refused(t, "mp3 of one frame", makeMP3(1), "没有可播放")
	refused(t, "mp3 that is only a tag", makeMP3(0)[:20], "不完整")
	refused(t, "mp3 of noise", append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), strings.Repeat("noise", 40_000)...), "不是有效的 MP3")
}
