package media

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// maxStretches bounds the pieces of a track that is blanked.
const maxStretches = 200_000

// sampleTable is where the samples of a track lie: raw bodies of its boxes.
type sampleTable struct {
	chunks []byte // stco, co64: offsets
	wide   bool   // co64
	runs   []byte // stsc: first chunk, samples per chunk, description
	fixed  uint32 // stsz: size of every sample; 0: see sizes
	count  uint32
	sizes  []byte
}

// table reads a box of a sample table.
func (w *mp4Walk) table(b box) error {
	body := w.raw[b.body:b.end]
	t := &w.current.table
	ok := true
	switch b.name {
	case "stsd":
		return w.description(b)
	case "stco":
		t.chunks, ok = records(body, 4, 4)
	case "co64":
		t.chunks, ok = records(body, 4, 8)
		t.wide = true
	case "stsc":
		t.runs, ok = records(body, 4, 12)
	case "stsz":
		if ok = len(body) >= 12; !ok {
			break
		}
		t.fixed, t.count = binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])
		if t.fixed == 0 {
			t.sizes, ok = records(body, 8, 4)
		}
	case "stz2":
		return refuse("视频的索引格式（stz2）不支持，请重新导出为 MP4（H.264）")
	case "stts", "stss", "ctts", "cslg", "sdtp", "sgpd", "sbgp", "subs", "padb", "stdp", "stps", "saiz", "saio":
	default:
		w.erase(b)
	}
	if !ok {
		return badMP4()
	}
	return nil
}

// records are the entries, of size bytes each, that follow their count at at.
func records(body []byte, at, size int) ([]byte, bool) {
	if len(body) < at+4 {
		return nil, false
	}
	n := uint64(binary.BigEndian.Uint32(body[at:])) * uint64(size)
	body = body[at+4:]
	if n > uint64(len(body)) {
		return nil, false
	}
	return body[:n], true
}

// chunk is the offset of chunk i; len of them are in n.
func (t *sampleTable) chunk(i int) int64 {
	if t.wide {
		return int64(binary.BigEndian.Uint64(t.chunks[8*i:]))
	}
	return int64(binary.BigEndian.Uint32(t.chunks[4*i:]))
}

func (t *sampleTable) len() int {
	if t.wide {
		return len(t.chunks) / 8
	}
	return len(t.chunks) / 4
}

// walk calls fn with offset and length of every chunk.
func (t *sampleTable) walk(fn func(off, n int64) error) error {
	run, sample := 0, 0
	runs := len(t.runs) / 12
	first := func(i int) int64 { return int64(binary.BigEndian.Uint32(t.runs[12*i:])) }
	for i := range runs {
		if first(i) < 1 || first(i) > int64(t.len()) || i > 0 && first(i) <= first(i-1) || first(0) != 1 {
			return badMP4()
		}
	}
	for i := range t.len() {
		for run+1 < runs && first(run+1) <= int64(i)+1 {
			run++
		}
		if run >= runs {
			return badMP4()
		}
		n := int64(binary.BigEndian.Uint32(t.runs[12*run+4:]))
		if n > int64(t.count)-int64(sample) || n > MaxVideo/max(1, int64(t.fixed)) {
			return badMP4()
		}
		length := int64(t.fixed) * n
		if t.fixed == 0 {
			for j := range int(n) {
				length += int64(binary.BigEndian.Uint32(t.sizes[4*(sample+j):]))
			}
		}
		sample += int(n)
		if err := fn(t.chunk(i), length); err != nil {
			return err
		}
	}
	return nil
}

// fits says whether every chunk lies within a file of size bytes.
func (t *sampleTable) fits(size int64) error {
	return t.walk(func(off, n int64) error {
		if off < 0 || n < 0 || off > size || n > size-off {
			return refuse("视频的索引指向文件之外，文件不完整或已损坏，请重新导出")
		}
		return nil
	})
}

// stretches adds where the samples lie to out: offset and length by chunk.
func (t *sampleTable) stretches(out [][2]int64) ([][2]int64, error) {
	if len(out)+t.len() > maxStretches {
		return nil, refuse("视频里的附加数据太多，请重新导出为 MP4（H.264）")
	}
	err := t.walk(func(off, n int64) error {
		out = append(out, [2]int64{off, n})
		return nil
	})
	return out, err
}

// description reads the first entry of an stsd box.
func (w *mp4Walk) description(b box) error {
	t := &w.current
	if b.end-b.body < 8 {
		return badMP4()
	}
	return w.each(b.body+8, b.end, func(e box) error {
		if t.codec == "" {
			t.codec = e.name
			if body := w.raw[e.body:e.end]; len(body) >= 28 {
				t.coded = [2]int{int(binary.BigEndian.Uint16(body[24:])), int(binary.BigEndian.Uint16(body[26:]))}
			}
		} else if t.codec != e.name {
			t.codec = e.name + "+" // mixed: no browser plays it
		}
		return nil
	})
}

// result chooses the track that is shown and says what the file is.
func (w *mp4Walk) result() (facts, error) {
	f := facts{kind: Audio, typ: typeM4A}
	found := false
	for _, t := range w.tracks {
		switch t.kind {
		case "vide":
			if err := t.film(); err != nil {
				return facts{}, err
			}
			if f.kind == Video && !t.enabled {
				continue
			}
			if f.kind != Video || !found {
				f.kind, f.typ, f.codec = Video, typeMP4, t.codec
				f.width, f.height = t.size()
				found = t.enabled
			}
		case "soun":
			switch t.codec {
			case "mp4a", "Opus", ".mp3", "fLaC":
			default:
				return facts{}, refuse("声音的编码（%.8q）不支持，请导出为 AAC", t.codec)
			}
		}
		f.duration = max(f.duration, millis(t.length, t.scale))
	}
	playable := false
	for _, t := range w.tracks {
		playable = playable || t.kind == "vide" || t.kind == "soun"
	}
	if !playable || w.scale == 0 {
		return facts{}, refuse("文件里没有可播放的视频或声音")
	}
	// What edit lists make of the tracks; absent in some recordings.
	if whole := millis(w.length, w.scale); whole > 0 {
		f.duration = whole
	}
	if f.duration == 0 {
		return facts{}, refuse("视频没有时长，可能录制中断或没有传完")
	}
	return f, checkFilm(f)
}

// film refuses what common browsers cannot play, and sizes nobody has.
func (t *mp4Track) film() error {
	switch t.codec {
	case "avc1", "avc3", "vp09", "av01":
	case "hvc1", "hev1":
		return refuse("暂不支持 H.265（HEVC）视频，许多设备无法播放，请导出为 H.264")
	case "encv":
		return refuse("视频已加密，无法播放，请上传未加密的文件")
	default:
		return refuse("视频的编码（%.8q）不支持，请导出为 H.264", t.codec)
	}
	for _, n := range []int{t.width, t.height, t.coded[0], t.coded[1]} {
		if n > maxFrame {
			return refuse("视频画面太大（%d 像素），每边最多 %d 像素", n, maxFrame)
		}
	}
	return nil
}

// size is width and height as shown.
func (t *mp4Track) size() (int, int) {
	width, height := t.width, t.height
	if width == 0 || height == 0 {
		width, height = t.coded[0], t.coded[1]
	}
	if t.turned {
		return height, width
	}
	return width, height
}

// millis is n/scale seconds in milliseconds; absurd ones come out above any
// limit.
func millis(n uint64, scale uint32) int64 {
	if scale == 0 {
		return 0
	}
	hi, lo := bits.Mul64(n, 1000)
	if hi > 0 || lo/uint64(scale) > 1<<53 {
		return 1 << 53
	}
	return int64(lo / uint64(scale))
}

// hush blanks, in a cleaned file of the same length as its source, the samples
// of tracks that were left out. Only what lies in mdat boxes is touched.
func (w *mp4Walk) hush(p pieces) pieces {
	if len(w.silent) == 0 {
		return p
	}
	slices.SortFunc(w.silent, func(a, b [2]int64) int { return int(min(1, max(-1, a[0]-b[0]))) })
	var out pieces
	next := 0
	for _, x := range p {
		if x.lit != nil || x.zero {
			out = append(out, x)
			continue
		}
		at, end := x.off, x.off+x.n
		for i := next; i < len(w.silent) && at < end; i++ {
			from, to := w.silent[i][0], w.silent[i][0]+w.silent[i][1]
			if from >= end {
				break
			}
			from, to = max(from, at), min(to, end)
			if to <= from || !w.inData(from, to) {
				continue
			}
			out.keep(at, from)
			out.blank(to - from)
			at = to
		}
		out.keep(at, end)
	}
	return out
}

// inData says whether a stretch of the file lies within one mdat box.
func (w *mp4Walk) inData(from, to int64) bool {
	for _, b := range w.data {
		if from >= b.body && to <= b.end {
			return true
		}
	}
	return false
}
