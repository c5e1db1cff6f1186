package media

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"io"
	"strings"
)

// maxScans bounds the passes of a progressive JPEG: each costs a walk over the
// whole picture, however few bytes it takes.
const maxScans = 64

// JPEG markers.
const (
	mSOI, mEOI, mSOS, mCOM = 0xd8, 0xd9, 0xda, 0xfe
	mRST0, mRST7           = 0xd0, 0xd7
	mAPP0, mAPP1           = 0xe0, 0xe1
	mAPP2, mAPP14, mAPP15  = 0xe2, 0xee, 0xef
)

func checkJPEG(raw []byte) (facts, pieces, error) {
	turn, p, err := cleanJPEG(raw)
	if err != nil {
		return facts{}, nil, err
	}
	src := source{bytes.NewReader(raw), int64(len(raw))}
	c, err := jpeg.DecodeConfig(p.reader(src))
	if err != nil {
		return facts{}, nil, err
	}
	if err := checkSize(c.Width, c.Height); err != nil {
		return facts{}, nil, err
	}
	if _, err := jpeg.Decode(p.reader(src)); err != nil {
		return facts{}, nil, err
	}
	f := facts{kind: Image, typ: typeJPEG, width: c.Width, height: c.Height}
	if turn >= 5 {
		f.width, f.height = f.height, f.width
	}
	return f, p, nil
}

// cleanJPEG leaves out every segment that does not change the picture: Exif,
// XMP, IPTC, comments, thumbnails, further pictures after the end. Colour
// profiles stay, and of the Exif the orientation, which it also gives (1–8).
func cleanJPEG(raw []byte) (turn int, p pieces, err error) {
	if len(raw) < 4 || raw[0] != 0xff || raw[1] != mSOI {
		return 0, nil, errShort
	}
	var jfif []byte
	var rest pieces
	scans := 0
	for at := 2; ; {
		at = nextMarker(raw, at)
		if at < 0 {
			return 0, nil, errShort
		}
		m, start := raw[at], at-1
		at++
		if m == mEOI {
			rest.keep(int64(start), int64(at))
			break
		}
		if m == mSOI {
			return 0, nil, refuse("JPEG 图片里又套了一张图片，文件已损坏")
		}
		if m == 0x01 || m >= mRST0 && m <= mRST7 {
			continue // outside of a scan they mean nothing
		}
		if at+2 > len(raw) {
			return 0, nil, errShort
		}
		end := at + int(binary.BigEndian.Uint16(raw[at:]))
		if end < at+2 || end > len(raw) {
			return 0, nil, errShort
		}
		body := raw[at+2 : end]
		switch {
		case m == mAPP0:
			if jfif == nil && len(body) >= 14 && string(body[:5]) == "JFIF\x00" {
				jfif = jfifSegment(body)
			}
		case m == mAPP1:
			if turn == 0 && strings.HasPrefix(string(body), "Exif\x00\x00") {
				turn = orientation(body[6:])
			}
		case m >= mAPP0 && m <= mAPP15 && !keepsColour(m, body), m == mCOM:
		case m == mSOS:
			if scans++; scans > maxScans {
				return 0, nil, refuse("JPEG 图片的扫描遍数太多（超过 %d 遍），请重新导出", maxScans)
			}
			end = scanEnd(raw, end)
			if end < 0 {
				return 0, nil, errShort
			}
			rest.keep(int64(start), int64(end))
		default:
			rest.keep(int64(start), int64(end))
		}
		at = end
	}
	if scans == 0 {
		return 0, nil, errShort
	}
	p.keep(0, 2)
	if jfif != nil {
		p.put(jfif)
	}
	if turn == 0 {
		turn = 1
	}
	if turn != 1 {
		p.put(turnSegment(turn))
	}
	return turn, append(p, rest...), nil
}

// nextMarker finds the next marker from at on, skipping fill and garbage; −1
// where there is none.
func nextMarker(raw []byte, at int) int {
	for at < len(raw) {
		i := bytes.IndexByte(raw[at:], 0xff)
		if i < 0 {
			return -1
		}
		for at += i; at < len(raw) && raw[at] == 0xff; at++ {
		}
		if at < len(raw) && raw[at] != 0 {
			return at
		}
	}
	return -1
}

// scanEnd finds the marker that ends the compressed data from at on.
func scanEnd(raw []byte, at int) int {
	for {
		at = nextMarker(raw, at)
		if at < 0 {
			return -1
		}
		if m := raw[at]; m < mRST0 || m > mRST7 {
			return at - 1
		}
	}
}

// keepsColour says whether an application segment is needed to show the right
// colours.
func keepsColour(m byte, body []byte) bool {
	return m == mAPP2 && strings.HasPrefix(string(body), "ICC_PROFILE\x00") ||
		m == mAPP14 && strings.HasPrefix(string(body), "Adobe")
}

// jfifSegment is a JFIF header without its thumbnail.
func jfifSegment(body []byte) []byte {
	s := append([]byte{0xff, mAPP0, 0, 16}, body[:12]...)
	return append(s, 0, 0)
}

// turnSegment is an Exif segment that holds the orientation and nothing else.
func turnSegment(turn int) []byte {
	const tiff = "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08" + // big-endian, IFD at 8
		"\x00\x01" + "\x01\x12\x00\x03\x00\x00\x00\x01" // one entry: 0x0112, SHORT, 1
	s := append([]byte{0xff, mAPP1, 0, 0}, tiff...)
	s = append(s, 0, byte(turn), 0, 0 /* value */, 0, 0, 0, 0 /* no next IFD */)
	binary.BigEndian.PutUint16(s[2:], uint16(len(s)-2))
	return s
}

// orientation reads tag 0x0112 of the first folder of a TIFF: 1–8, and 0 where
// there is none.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var o binary.ByteOrder = binary.BigEndian
	switch string(tiff[:4]) {
	case "MM\x00\x2a":
	case "II\x2a\x00":
		o = binary.LittleEndian
	default:
		return 0
	}
	at := int64(o.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range o.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if o.Uint16(entries) == 0x0112 && o.Uint16(entries[2:]) == 3 && o.Uint32(entries[4:]) == 1 {
			if v := int(o.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}

// bytes is a cleaned file in memory, for the checks that need it whole.
func (p pieces) bytes(raw []byte) []byte {
	out := make([]byte, p.size())
	io.ReadFull(p.reader(source{bytes.NewReader(raw), int64(len(raw))}), out)
	return out
}
