package media

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// chunk is one of a PNG's.
type chunk struct {
	name string
	body []byte
	off  int64 // of its length field
	end  int64 // after its checksum
}

// pngHead is what IHDR says.
type pngHead struct {
	width, height int
	depth, colour byte
	interlaced    bool
}

// pngKept says which chunks are kept: those that change what is shown. Text,
// Exif, times and whatever else may tell of its maker goes.
func pngKept(name string) bool {
	switch name {
	case "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP",
		"sBIT", "bKGD", "pHYs", "cICP", "mDCV", "cLLI", "acTL", "fcTL", "fdAT":
		return true
	}
	return false
}

// checkPNG walks a PNG and inflates it row by row without keeping any, which
// proves as much as a decode and costs the memory of one row.
func checkPNG(raw []byte) (facts, pieces, error) {
	var p pieces
	var data []io.Reader
	var head pngHead
	a := animation{}
	ended, palette, dataEnd := false, false, false
	p.keep(0, 8)
	for at := int64(8); !ended; {
		c, err := nextChunk(raw, at)
		if err != nil {
			return facts{}, nil, err
		}
		if (at == 8) != (c.name == "IHDR") {
			return facts{}, nil, badPNG()
		}
		switch c.name {
		case "IHDR":
			if head, err = parseIHDR(c.body); err != nil {
				return facts{}, nil, err
			}
		case "PLTE":
			if palette || data != nil || len(c.body) == 0 || len(c.body)%3 != 0 || len(c.body) > 768 {
				return facts{}, nil, badPNG()
			}
			palette = true
		case "tRNS":
			if !head.transparency(c.body, palette) {
				return facts{}, nil, badPNG()
			}
		case "IDAT":
			if dataEnd || head.colour == 3 && !palette {
				return facts{}, nil, badPNG()
			}
			data = append(data, bytes.NewReader(c.body))
		case "acTL", "fcTL", "fdAT":
			if err := a.chunk(head, c); err != nil {
				return facts{}, nil, err
			}
		case "IEND":
			ended = true
		default:
			if c.name[0]&0x20 == 0 {
				return facts{}, nil, badPNG() // critical, and we do not know it
			}
		}
		dataEnd = data != nil && c.name != "IDAT"
		if pngKept(c.name) {
			p.keep(c.off, c.end)
		}
		at = c.end
	}
	if data == nil {
		return facts{}, nil, errShort
	}
	if err := inflate(head, io.MultiReader(data...)); err != nil {
		return facts{}, nil, err
	}
	if err := a.finish(head); err != nil {
		return facts{}, nil, err
	}
	return facts{kind: Image, typ: typePNG, width: head.width, height: head.height}, p, nil
}

func badPNG() error { return refuse("PNG 图片的结构不对，文件已损坏，请重新导出") }

// nextChunk reads the chunk at at and checks its sum.
func nextChunk(raw []byte, at int64) (chunk, error) {
	if at+12 > int64(len(raw)) {
		return chunk{}, errShort
	}
	n := int64(binary.BigEndian.Uint32(raw[at:]))
	if n > int64(len(raw))-at-12 {
		return chunk{}, errShort
	}
	c := chunk{name: string(raw[at+4 : at+8]), body: raw[at+8 : at+8+n], off: at, end: at + 12 + n}
	for i := range 4 {
		if b := c.name[i] | 0x20; b < 'a' || b > 'z' {
			return chunk{}, badPNG()
		}
	}
	if crc32.ChecksumIEEE(raw[at+4:at+8+n]) != binary.BigEndian.Uint32(raw[at+8+n:]) {
		return chunk{}, refuse("PNG 图片的校验和不对，文件已损坏，请重新导出")
	}
	return c, nil
}

func parseIHDR(b []byte) (pngHead, error) {
	if len(b) != 13 {
		return pngHead{}, badPNG()
	}
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w > 1<<31-1 || h > 1<<31-1 || b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return pngHead{}, badPNG()
	}
	head := pngHead{int(w), int(h), b[8], b[9], b[12] == 1}
	if !bytes.ContainsRune([]byte(depths(head.colour)), rune(head.depth)) {
		return pngHead{}, badPNG()
	}
	return head, checkSize(head.width, head.height)
}

// depths are the bits a sample may have, by colour type.
func depths(colour byte) string {
	switch colour {
	case 0:
		return "\x01\x02\x04\x08\x10"
	case 3:
		return "\x01\x02\x04\x08"
	case 2, 4, 6:
		return "\x08\x10"
	}
	return ""
}

// bits is how many a pixel takes.
func (h pngHead) bits() int {
	samples := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[h.colour]
	return samples * int(h.depth)
}

// transparency says whether a tRNS chunk fits.
func (h pngHead) transparency(body []byte, palette bool) bool {
	switch h.colour {
	case 0:
		return len(body) == 2
	case 2:
		return len(body) == 6
	case 3:
		return palette && len(body) <= 256
	}
	return false
}

// inflate proves that data holds exactly the rows of a picture of this head.
func inflate(h pngHead, data io.Reader) error {
	z, err := zlib.NewReader(bufio.NewReader(data))
	if err != nil {
		return err
	}
	defer z.Close()
	row := make([]byte, 1+(h.width*h.bits()+7)/8)
	for _, pass := range h.passes() {
		if pass[0] == 0 {
			continue
		}
		line := row[:1+(pass[0]*h.bits()+7)/8]
		for range pass[1] {
			if _, err := io.ReadFull(z, line); err != nil {
				return err
			}
			if line[0] > 4 {
				return badPNG()
			}
		}
	}
	// The end, with its checksum, and nothing before it.
	if n, err := z.Read(row[:1]); n > 0 || err != io.EOF {
		if n > 0 || err == nil {
			return badPNG()
		}
		return err
	}
	return nil
}

// passes are width and height of each pass: one, or the seven of Adam7.
func (h pngHead) passes() [][2]int {
	if !h.interlaced {
		return [][2]int{{h.width, h.height}}
	}
	var out [][2]int
	for _, s := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		out = append(out, [2]int{(h.width - s[0] + s[2] - 1) / s[2], (h.height - s[1] + s[3] - 1) / s[3]})
	}
	return out
}

// animation follows the frames of an animated PNG.
type animation struct {
	frames, pixels int
	declared       bool
	open           *pngHead // the frame whose fdAT are being gathered
	data           []io.Reader
}

func (a *animation) chunk(head pngHead, c chunk) error {
	switch c.name {
	case "acTL":
		if a.declared || len(c.body) != 8 {
			return badPNG()
		}
		a.declared = true
	case "fcTL":
		if err := a.finish(head); err != nil {
			return err
		}
		return a.frame(head, c.body)
	case "fdAT":
		if a.open == nil || len(c.body) < 4 {
			return badPNG()
		}
		a.data = append(a.data, bytes.NewReader(c.body[4:]))
	}
	return nil
}

func (a *animation) frame(head pngHead, b []byte) error {
	if len(b) != 26 {
		return badPNG()
	}
	w, h := int64(binary.BigEndian.Uint32(b[4:])), int64(binary.BigEndian.Uint32(b[8:]))
	x, y := int64(binary.BigEndian.Uint32(b[12:])), int64(binary.BigEndian.Uint32(b[16:]))
	if w == 0 || h == 0 || x+w > int64(head.width) || y+h > int64(head.height) {
		return badPNG()
	}
	f := head
	f.width, f.height = int(w), int(h)
	a.open = &f
	a.frames++
	a.pixels += int(w * h)
	return motion(a.frames, a.pixels)
}

// finish proves the frame that ends here. The first frame may be the picture
// itself, which has no fdAT.
func (a *animation) finish(head pngHead) error {
	if a.open == nil || a.data == nil {
		if a.open != nil && a.frames > 1 {
			return errShort
		}
		a.open = nil
		return nil
	}
	err := inflate(*a.open, io.MultiReader(a.data...))
	a.open, a.data = nil, nil
	return err
}

// motion refuses animations that cost too much to show.
func motion(frames, pixels int) error {
	if frames > maxFrames || pixels > maxMotion {
		return refuse("动图太长：最多 %d 帧，且各帧合计最多 2 亿像素；更长的请上传视频", maxFrames)
	}
	return nil
}
