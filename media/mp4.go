package media

import (
	"encoding/binary"
	"io"
)

// maxMoov bounds the index of a film; two hours take about 5 MB.
const maxMoov = 64 << 20

// box is a box of an MP4 file: head bytes of header, then the body up to end.
type box struct {
	name           string
	off, body, end int64
}

// nextBox reads the header of the box at at, which must end by end. A box that
// says nothing of its length reaches to the end.
func nextBox(src io.ReaderAt, at, end int64) (box, error) {
	var h [16]byte
	if at+8 > end {
		return box{}, errShort
	}
	if _, err := src.ReadAt(h[:8], at); err != nil {
		return box{}, &trouble{err}
	}
	b := box{name: string(h[4:8]), off: at, body: at + 8}
	n := int64(binary.BigEndian.Uint32(h[:]))
	switch n {
	case 0:
		n = end - at
	case 1:
		if at+16 > end {
			return box{}, errShort
		}
		if _, err := src.ReadAt(h[8:], at+8); err != nil {
			return box{}, &trouble{err}
		}
		n, b.body = int64(binary.BigEndian.Uint64(h[8:])), at+16
	}
	if n < b.body-at {
		return box{}, badMP4()
	}
	if n > end-at {
		return box{}, errShort
	}
	b.end = at + n
	return b, nil
}

func badMP4() error { return refuse("MP4 文件的结构不对，文件已损坏，请重新导出") }

// checkMP4 reads an MP4 film or sound without decoding it: whether its index is
// there and points into the file, how large and long it is. What is neither
// picture, sound nor captions is blanked in place: places, devices, names.
func checkMP4(src source) (facts, pieces, error) {
	var w mp4Walk
	var p pieces
	films := false
	parts := 0
	for at := int64(0); at < src.size; {
		b, err := nextBox(src, at, src.size)
		if err != nil {
			return facts{}, nil, err
		}
		if parts++; parts > maxParts {
			return facts{}, nil, badMP4()
		}
		switch b.name {
		case "ftyp":
			if at > 0 || b.end-b.body > 1024 {
				return facts{}, nil, badMP4()
			}
			p.keep(b.off, b.end)
		case "moov":
			if w.raw != nil {
				return facts{}, nil, badMP4()
			}
			if b.end-b.off > maxMoov {
				return facts{}, nil, refuse("视频的索引太大，文件可能已损坏，请重新导出")
			}
			w.raw = make([]byte, b.end-b.off)
			if _, err := src.ReadAt(w.raw, b.off); err != nil {
				return facts{}, nil, &trouble{err}
			}
			w.size = src.size
			if err := w.movie(b.body - b.off); err != nil {
				return facts{}, nil, err
			}
			p.put(w.raw)
		case "mdat":
			films = true
			w.data = append(w.data, b)
			p.keep(b.off, b.end)
		case "moof", "styp", "sidx", "mfra":
			return facts{}, nil, refuse("不支持分片（fragmented）MP4，请导出为普通 MP4（H.264）")
		default:
			p.put(freeHead(b))
			p.blank(b.end - b.body)
		}
		at = b.end
	}
	if w.raw == nil || !films {
		return facts{}, nil, refuse("视频不完整：缺少索引（moov）或内容（mdat），可能录制中断或没有传完")
	}
	f, err := w.result()
	if err != nil {
		return facts{}, nil, err
	}
	return f, w.hush(p), nil
}

// freeHead is a header of the same length that makes a box mean nothing.
func freeHead(b box) []byte {
	n := b.end - b.off
	if b.body-b.off == 16 {
		h := append([]byte("\x00\x00\x00\x01free"), make([]byte, 8)...)
		binary.BigEndian.PutUint64(h[8:], uint64(n))
		return h
	}
	h := []byte("\x00\x00\x00\x00free")
	if n <= 1<<32-1 { // else it was a length of 0: to the end of the file
		binary.BigEndian.PutUint32(h, uint32(n))
	}
	return h
}

// mp4Walk reads, and cleans in place, the moov box in raw.
type mp4Walk struct {
	raw     []byte
	size    int64 // of the file
	data    []box
	scale   uint32
	length  uint64 // in scale
	tracks  []mp4Track
	current mp4Track
	silent  [][2]int64 // stretches of the file to blank
}

// mp4Track is what a trak box says.
type mp4Track struct {
	kind          string // handler
	enabled       bool
	width, height int
	turned        bool // by a quarter
	scale         uint32
	length        uint64
	codec         string
	coded         [2]int // width, height of the samples
	table         sampleTable
}

// each calls fn for every box in raw[from:to].
func (w *mp4Walk) each(from, to int64, fn func(b box) error) error {
	for at := from; at < to; {
		b, err := nextBox(rawAt(w.raw), at, to)
		if err != nil {
			return err
		}
		if err := fn(b); err != nil {
			return err
		}
		at = b.end
	}
	return nil
}

// rawAt reads memory as a file.
type rawAt []byte

func (r rawAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > int64(len(r)) {
		return 0, io.EOF
	}
	n := copy(p, r[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// erase makes a box of raw mean nothing.
func (w *mp4Walk) erase(b box) {
	copy(w.raw[b.off+4:], "free")
	clear(w.raw[b.body:b.end])
}

func (w *mp4Walk) movie(from int64) error {
	return w.each(from, int64(len(w.raw)), func(b box) error {
		switch b.name {
		case "mvhd":
			var ok bool
			w.scale, w.length, ok = mediaTime(w.raw[b.body:b.end])
			if !ok || w.scale == 0 {
				return badMP4()
			}
		case "trak":
			if len(w.tracks) >= maxStreams {
				return refuse("视频里的轨道太多，最多 %d 条", maxStreams)
			}
			return w.track(b)
		case "mvex":
			return refuse("不支持分片（fragmented）MP4，请导出为普通 MP4（H.264）")
		case "cmov":
			return badMP4()
		case "iods":
		default:
			w.erase(b)
		}
		return nil
	})
}

// mediaTime reads scale and length of an mvhd or mdhd box.
func mediaTime(b []byte) (scale uint32, length uint64, ok bool) {
	switch {
	case len(b) >= 20 && b[0] == 0:
		length = uint64(binary.BigEndian.Uint32(b[16:]))
		if length == 1<<32-1 {
			length = 0 // unknown
		}
		return binary.BigEndian.Uint32(b[12:]), length, true
	case len(b) >= 32 && b[0] == 1:
		length = binary.BigEndian.Uint64(b[24:])
		if length == 1<<64-1 {
			length = 0
		}
		return binary.BigEndian.Uint32(b[20:]), length, true
	}
	return 0, 0, false
}

func (w *mp4Walk) track(trak box) error {
	w.current = mp4Track{}
	err := w.each(trak.body, trak.end, func(b box) error {
		switch b.name {
		case "tkhd":
			return w.header(w.raw[b.body:b.end])
		case "mdia":
			return w.each(b.body, b.end, w.media)
		case "edts":
		default:
			w.erase(b)
		}
		return nil
	})
	if err != nil {
		return err
	}
	t := w.current
	if err := t.table.fits(w.size); err != nil {
		return err
	}
	switch t.kind {
	case "vide", "soun":
		if t.scale == 0 || t.codec == "" {
			return badMP4()
		}
	case "text", "sbtl", "subt", "clcp":
	default:
		// Positions, sensors, time codes: blanked with their samples.
		if w.silent, err = t.table.stretches(w.silent); err != nil {
			return err
		}
		w.erase(trak)
		return nil
	}
	w.tracks = append(w.tracks, t)
	return nil
}

// header reads a tkhd box: flags, the matrix, and width and height as 16.16.
func (w *mp4Walk) header(b []byte) error {
	at := 40 // of the matrix
	if len(b) > 0 && b[0] == 1 {
		at = 52
	}
	if len(b) < at+44 {
		return badMP4()
	}
	m := func(i int) int32 { return int32(binary.BigEndian.Uint32(b[at+4*i:])) }
	t := &w.current
	t.enabled = b[3]&1 == 1
	t.turned = m(0) == 0 && m(4) == 0 && m(1) != 0 && m(3) != 0
	t.width = int(binary.BigEndian.Uint32(b[at+36:]) >> 16)
	t.height = int(binary.BigEndian.Uint32(b[at+40:]) >> 16)
	return nil
}

func (w *mp4Walk) media(b box) error {
	body := w.raw[b.body:b.end]
	switch b.name {
	case "mdhd":
		var ok bool
		if w.current.scale, w.current.length, ok = mediaTime(body); !ok {
			return badMP4()
		}
	case "hdlr":
		if len(body) < 12 {
			return badMP4()
		}
		w.current.kind = string(body[8:12])
	case "minf":
		return w.each(b.body, b.end, w.info)
	case "elng":
	default:
		w.erase(b)
	}
	return nil
}

func (w *mp4Walk) info(b box) error {
	switch b.name {
	case "stbl":
		return w.each(b.body, b.end, w.table)
	case "dinf":
		return w.each(b.body, b.end, w.reference)
	case "vmhd", "smhd", "sthd", "nmhd", "hmhd", "gmhd", "hdlr":
	default:
		w.erase(b)
	}
	return nil
}

// reference refuses films whose samples lie in another file.
func (w *mp4Walk) reference(b box) error {
	body := w.raw[b.body:b.end]
	if b.name != "dref" || len(body) < 8 {
		return badMP4()
	}
	return w.each(b.body+8, b.end, func(e box) error {
		if e.end-e.body < 4 || w.raw[e.body+3]&1 == 0 {
			return refuse("视频引用了别的文件，请导出为单个 MP4 文件")
		}
		return nil
	})
}
