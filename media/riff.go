package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/webp"
)

// riffChunk is a chunk of a RIFF file: body from off, end after its padding.
type riffChunk struct {
	name     string
	off, end int64
	n        int64 // length of the body
}

// nextRIFF reads the chunk header at at. The padding of a last chunk of odd
// length may be missing.
func nextRIFF(src io.ReaderAt, at, end int64) (riffChunk, error) {
	var head [8]byte
	if at+8 > end {
		return riffChunk{}, errShort
	}
	if _, err := src.ReadAt(head[:], at); err != nil {
		return riffChunk{}, &trouble{err}
	}
	c := riffChunk{name: string(head[:4]), off: at + 8, n: int64(binary.LittleEndian.Uint32(head[4:]))}
	if c.n > end-c.off {
		return riffChunk{}, errShort
	}
	c.end = min(c.off+c.n+c.n&1, end)
	return c, nil
}

// riffHead is the start of a RIFF file of n bytes.
func riffHead(form string, n int64) []byte {
	h := append([]byte("RIFF\x00\x00\x00\x00"), form...)
	binary.LittleEndian.PutUint32(h[4:], uint32(n-8))
	return h
}

// keepChunk adds a chunk with the padding it ought to have.
func (p *pieces) keepChunk(c riffChunk) {
	p.keep(c.off-8, c.off+c.n)
	p.blank(c.n & 1)
}

// Flags of VP8X.
const (
	webpAnimated = 0x02
	webpXMP      = 0x04
	webpExif     = 0x08
	webpAlpha    = 0x10
)

// checkWebP decodes a WebP, each frame of an animated one, and leaves out Exif,
// XMP and unknown chunks.
func checkWebP(raw []byte) (facts, pieces, error) {
	if len(raw) < 12 {
		return facts{}, nil, errShort
	}
	end := int64(binary.LittleEndian.Uint32(raw[4:])) + 8
	if end > int64(len(raw)) {
		return facts{}, nil, errShort
	}
	w := webpWalk{raw: raw[:end]}
	for at := int64(12); at < end; {
		c, err := nextRIFF(bytes.NewReader(raw), at, end)
		if err != nil {
			return facts{}, nil, err
		}
		if err := w.chunk(c, at == 12); err != nil {
			return facts{}, nil, err
		}
		at = c.end
	}
	p := append(pieces{{}}, w.out...)
	p[0] = piece{lit: riffHead("WEBP", 12+w.out.size()), n: 12}
	if err := w.finish(p); err != nil {
		return facts{}, nil, err
	}
	return facts{kind: Image, typ: typeWebP, width: w.width, height: w.height}, p, nil
}

type webpWalk struct {
	raw            []byte
	out            pieces
	width, height  int
	animated       bool
	loops          bool // ANIM was there
	images         int  // still images
	frames, pixels int
}

func badWebP() error { return refuse("WebP 图片的结构不对，文件已损坏，请重新导出") }

func (w *webpWalk) chunk(c riffChunk, first bool) error {
	body := w.raw[c.off : c.off+c.n]
	switch c.name {
	case "VP8X":
		if !first || c.n != 10 {
			return badWebP()
		}
		w.width, w.height = 1+int(uint24(body[4:])), 1+int(uint24(body[7:]))
		w.animated = body[0]&webpAnimated != 0
		clean := bytes.Clone(w.raw[c.off-8 : c.off+c.n])
		clean[8] &^= webpXMP | webpExif
		w.out.put(clean)
		return checkSize(w.width, w.height)
	case "VP8 ", "VP8L":
		w.images++
		if w.animated || w.images > 1 {
			return badWebP()
		}
	case "ANMF":
		if !w.animated || !w.loops {
			return badWebP()
		}
		if err := w.frame(body); err != nil {
			return err
		}
	case "ANIM":
		w.loops = true
	case "ALPH", "ICCP":
	default:
		return nil
	}
	w.out.keepChunk(c)
	return nil
}

// frame decodes one frame of an animation as a picture of its own.
func (w *webpWalk) frame(body []byte) error {
	if len(body) < 16 {
		return errShort
	}
	x, y := 2*int(uint24(body)), 2*int(uint24(body[3:]))
	width, height := 1+int(uint24(body[6:])), 1+int(uint24(body[9:]))
	if x+width > w.width || y+height > w.height {
		return badWebP()
	}
	w.frames++
	w.pixels += width * height
	if err := motion(w.frames, w.pixels); err != nil {
		return err
	}
	still := []byte{}
	alpha := false
	end := int64(len(body))
	for at := int64(16); at < end; {
		c, err := nextRIFF(bytes.NewReader(body), at, end)
		if err != nil {
			return err
		}
		switch c.name {
		case "ALPH":
			alpha = true
		case "VP8 ", "VP8L":
		default:
			return badWebP() // nothing else belongs there
		}
		still = append(still, body[at:c.off+c.n]...)
		still = append(still, make([]byte, c.n&1)...)
		at = c.end
	}
	if alpha {
		x := []byte("VP8X\x0a\x00\x00\x00\x10\x00\x00\x00______")
		copy(x[12:], body[6:12])
		still = append(x, still...)
	}
	return decodeWebP(append(riffHead("WEBP", int64(12+len(still))), still...), width, height)
}

// finish decodes the cleaned still picture.
func (w *webpWalk) finish(p pieces) error {
	if w.animated {
		if w.frames == 0 {
			return errShort
		}
		return nil
	}
	if w.images == 0 {
		return errShort
	}
	clean := p.bytes(w.raw)
	if w.width == 0 {
		c, err := webp.DecodeConfig(bytes.NewReader(clean))
		if err != nil {
			return err
		}
		w.width, w.height = c.Width, c.Height
		if err := checkSize(w.width, w.height); err != nil {
			return err
		}
	}
	return decodeWebP(clean, w.width, w.height)
}

// decodeWebP decodes a picture that must have this size, which was checked.
// The size inside is looked at first: it need not be the one outside.
func decodeWebP(raw []byte, width, height int) error {
	at := int64(12)
	for at < int64(len(raw)) {
		c, err := nextRIFF(bytes.NewReader(raw), at, int64(len(raw)))
		if err != nil {
			return err
		}
		if c.name == "VP8 " || c.name == "VP8L" {
			inner := append(riffHead("WEBP", 20+c.n), raw[at:c.off+c.n]...)
			conf, err := webp.DecodeConfig(bytes.NewReader(inner))
			if err != nil {
				return err
			}
			if conf.Width != width || conf.Height != height {
				return badWebP()
			}
		}
		at = c.end
	}
	m, err := webp.Decode(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if m.Bounds() != image.Rect(0, 0, width, height) {
		return badWebP()
	}
	return nil
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
