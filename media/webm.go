package media

import (
	"encoding/binary"
	"io"
	"math"
	"strings"
)

// EBML ids, with their length marker.
const (
	idEBML     = 0x1a45dfa3
	idDocType  = 0x4282
	idSegment  = 0x18538067
	idInfo     = 0x1549a966
	idScale    = 0x2ad7b1
	idDuration = 0x4489
	idMuxer    = 0x4d80
	idWriter   = 0x5741
	idUID      = 0x73a4
	idTracks   = 0x1654ae6b
	idTrack    = 0xae
	idKind     = 0x83
	idCodec    = 0x86
	idVideo    = 0xe0
	idWidth    = 0xb0
	idHeight   = 0xba
	idCluster  = 0x1f43b675
	idSeekHead = 0x114d9b74
	idCues     = 0x1c53bb6b
	idChapters = 0x1043a770
	idTags     = 0x1254c367
	idAttached = 0x1941a469
	idVoid     = 0xec
	idCRC      = 0xbf
)

// maxBlocks bounds the elements of a file: a recording of a browser has no
// clusters of known length, and so one element a frame.
const maxBlocks = 4_000_000

// element is an EBML element; end is −1 where its length is not known.
type element struct {
	id             uint32
	off, body, end int64
}

func badWebM() error { return refuse("WebM 文件的结构不对，文件已损坏，请重新导出") }

// nextElement reads the element header at at.
func nextElement(src io.ReaderAt, at, end int64) (element, error) {
	var h [12]byte
	n := int(min(int64(len(h)), end-at))
	if n < 2 {
		return element{}, errShort
	}
	if _, err := src.ReadAt(h[:n], at); err != nil && err != io.EOF {
		return element{}, &trouble{err}
	}
	id, k := vint(h[:n], 4, false)
	if k == 0 {
		return element{}, badWebM()
	}
	size, l := vint(h[k:n], 8, true)
	if l == 0 {
		return element{}, badWebM()
	}
	e := element{id: uint32(id), off: at, body: at + int64(k+l), end: -1}
	if size != 1<<(7*l)-1 {
		if size > uint64(end-e.body) {
			return element{}, errShort
		}
		e.end = e.body + int64(size)
	}
	return e, nil
}

// vint reads a number of at most most bytes, without its length marker where
// bare; the second result is its length, 0 where there is none.
func vint(b []byte, most int, bare bool) (uint64, int) {
	if len(b) == 0 {
		return 0, 0
	}
	n := 1
	for mask := byte(0x80); mask != 0 && b[0]&mask == 0; mask >>= 1 {
		n++
	}
	if n > most || n > len(b) {
		return 0, 0
	}
	v := uint64(b[0])
	if bare {
		v &= 1<<(8-n) - 1
	}
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n
}

// webmWalk reads a WebM file.
type webmWalk struct {
	src      source
	out      pieces
	facts    facts
	scale    uint64  // nanoseconds
	length   float64 // in scale
	tracks   int
	clusters bool
	parts    int
	voids    int
}

// checkWebM reads a WebM film or sound without decoding it. Tags and attached
// files are blanked in place. Where the file does not say how long it is, as
// with recordings of a browser, the duration is 0.
func checkWebM(src source) (facts, pieces, error) {
	w := &webmWalk{src: src, scale: 1_000_000}
	head, err := nextElement(src, 0, src.size)
	if err != nil || head.id != idEBML || head.end < 0 {
		return facts{}, nil, badWebM()
	}
	kind := ""
	err = w.each(head, func(e element) error {
		if e.id == idDocType {
			raw, err := w.read(e)
			kind = strings.TrimRight(string(raw), "\x00")
			return err
		}
		return nil
	})
	if err != nil {
		return facts{}, nil, err
	}
	if kind != "webm" {
		return facts{}, nil, refuse("暂不支持 MKV 视频，请导出为 MP4（H.264）或 WebM")
	}
	segment, err := nextElement(src, head.end, src.size)
	if err != nil {
		return facts{}, nil, err
	}
	if segment.id != idSegment {
		return facts{}, nil, badWebM()
	}
	if segment.end < 0 {
		segment.end = src.size
	}
	w.out.keep(0, segment.body)
	if err := w.segment(segment); err != nil {
		return facts{}, nil, err
	}
	f, err := w.result()
	return f, w.out, err
}

// each calls fn for the children of an element of known length.
func (w *webmWalk) each(parent element, fn func(element) error) error {
	for at := parent.body; at < parent.end; {
		e, err := nextElement(w.src, at, parent.end)
		if err != nil {
			return err
		}
		if w.parts++; e.end < 0 || w.parts > maxBlocks {
			return badWebM()
		}
		if err := fn(e); err != nil {
			return err
		}
		at = e.end
	}
	return nil
}

// segment walks the parts of a film.
func (w *webmWalk) segment(s element) error {
	for at := s.body; at < s.end; {
		e, err := nextElement(w.src, at, s.end)
		if err != nil {
			return err
		}
		if w.parts++; w.parts > maxBlocks {
			return badWebM()
		}
		if e.id == idCluster && e.end < 0 {
			e.end = e.body // its parts follow, and end where the next one begins
		}
		if e.end < 0 {
			return badWebM()
		}
		switch e.id {
		case idCluster:
			w.clusters = true
			w.out.keep(e.off, e.end)
		case idInfo:
			w.out.keep(e.off, e.body)
			err = w.each(e, w.info)
		case idTracks:
			err = w.each(e, w.track)
			w.out.keep(e.off, e.end)
		case idSeekHead, idCues, idChapters, idCRC,
			0xe7, 0xa7, 0xab, 0xa3, 0xa0, 0xaf, 0x5854: // of a cluster
			w.out.keep(e.off, e.end)
		default: // tags, attachments, padding, what we do not know
			err = w.void(e)
		}
		if err != nil {
			return err
		}
		at = e.end
	}
	return nil
}

// void adds an element of the same length that means nothing.
func (w *webmWalk) void(e element) error {
	if w.voids++; w.voids > maxParts {
		return badWebM()
	}
	n := e.end - e.off
	if n < 9 {
		w.out.put(append([]byte{idVoid, 0x80 | byte(n-2)}, make([]byte, n-2)...))
		return nil
	}
	h := make([]byte, 9)
	binary.BigEndian.PutUint64(h[1:], 1<<56|uint64(n-9))
	h[0] = idVoid
	w.out.put(h)
	w.out.blank(n - 9)
	return nil
}

// read is the body of a small element.
func (w *webmWalk) read(e element) ([]byte, error) {
	if e.end-e.body > 256 {
		return nil, badWebM()
	}
	b := make([]byte, e.end-e.body)
	if _, err := w.src.ReadAt(b, e.body); err != nil && err != io.EOF {
		return nil, &trouble{err}
	}
	return b, nil
}

func (w *webmWalk) number(e element) (n uint64, err error) {
	b, err := w.read(e)
	if len(b) > 8 {
		return 0, badWebM()
	}
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n, err
}

// info reads a member of the segment's head. Titles, dates and names of files
// are blanked, and a checksum with them.
func (w *webmWalk) info(e element) (err error) {
	switch e.id {
	case idScale, idDuration, idMuxer, idWriter, idUID:
		w.out.keep(e.off, e.end)
	default:
		if err := w.void(e); err != nil {
			return err
		}
	}
	switch e.id {
	case idScale:
		w.scale, err = w.number(e)
	case idDuration:
		var b []byte
		b, err = w.read(e)
		switch len(b) {
		case 4:
			w.length = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
		case 8:
			w.length = math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	}
	return err
}

func (w *webmWalk) track(t element) error {
	if t.id != idTrack {
		return nil
	}
	if w.tracks++; w.tracks > maxStreams {
		return refuse("视频里的轨道太多，最多 %d 条", maxStreams)
	}
	var kind, width, height uint64
	var codec string
	err := w.each(t, func(e element) (err error) {
		switch e.id {
		case idKind:
			kind, err = w.number(e)
		case idCodec:
			var b []byte
			b, err = w.read(e)
			codec = strings.TrimRight(string(b), "\x00")
		case idVideo:
			err = w.each(e, func(e element) (err error) {
				switch e.id {
				case idWidth:
					width, err = w.number(e)
				case idHeight:
					height, err = w.number(e)
				}
				return err
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	return w.stream(kind, codec, width, height)
}

// stream judges one track.
func (w *webmWalk) stream(kind uint64, codec string, width, height uint64) error {
	switch kind {
	case 1:
		switch codec {
		case "V_VP8", "V_VP9", "V_AV1":
		default:
			return refuse("视频的编码（%.20q）不支持，WebM 里只能用 VP8、VP9 或 AV1", codec)
		}
		if width > maxFrame || height > maxFrame {
			return refuse("视频画面太大（%d×%d），每边最多 %d 像素", width, height, maxFrame)
		}
		if w.facts.kind != Video {
			w.facts = facts{kind: Video, typ: typeWebM, width: int(width), height: int(height)}
		}
	case 2:
		switch codec {
		case "A_VORBIS", "A_OPUS":
		default:
			return refuse("声音的编码（%.20q）不支持，WebM 里只能用 Opus 或 Vorbis", codec)
		}
		if w.facts.kind == "" {
			w.facts = facts{kind: Audio, typ: typeWebA}
		}
	}
	return nil
}

func (w *webmWalk) result() (facts, error) {
	f := w.facts
	if f.kind == "" {
		return f, refuse("文件里没有可播放的视频或声音")
	}
	if !w.clusters {
		return f, refuse("视频不完整：只有索引没有内容，可能没有传完")
	}
	ms := w.length * float64(w.scale) / 1e6
	if math.IsNaN(ms) || ms < 0 || ms > maxDuration {
		return f, refuse("时长超过 12 小时或无法识别")
	}
	f.duration = int64(ms)
	return f, checkFilm(f)
}
