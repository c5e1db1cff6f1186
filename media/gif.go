package media

import (
	"bytes"
	"encoding/binary"
	"image/gif"
	"io"
	"strings"
)

// checkGIF walks a GIF and decodes one frame after the other, keeping none.
// Comments, text and foreign application blocks are left out, and what follows the end.
func checkGIF(raw []byte) (facts, pieces, error) {
	if len(raw) < 13 {
		return facts{}, nil, errShort
	}
	g := gifWalk{raw: raw, at: 13}
	g.width, g.height = int(binary.LittleEndian.Uint16(raw[6:])), int(binary.LittleEndian.Uint16(raw[8:]))
	if err := checkSize(g.width, g.height); err != nil {
		return facts{}, nil, err
	}
	g.global = raw[10]&0x80 != 0
	if g.global {
		g.at += colours(raw[10])
	}
	if g.at > len(raw) {
		return facts{}, nil, errShort
	}
	g.head = g.at
	g.out.keep(0, int64(g.at))
	for !g.ended {
		if err := g.block(); err != nil {
			return facts{}, nil, err
		}
	}
	if g.frames == 0 {
		return facts{}, nil, refuse("GIF 图片里没有画面")
	}
	return facts{kind: Image, typ: typeGIF, width: g.width, height: g.height}, g.out, nil
}

// colours is the length of the colour table that flags announce.
func colours(flags byte) int { return 3 << (1 + flags&7) }

type gifWalk struct {
	raw            []byte
	at, head       int // head is the length of what comes before the blocks
	out            pieces
	width, height  int
	global, ended  bool
	frames, pixels int
}

func (g *gifWalk) block() error {
	if g.at >= len(g.raw) {
		return errShort
	}
	start := g.at
	kept := true
	switch g.raw[g.at] {
	case 0x3b:
		g.at++
		g.ended = true
	case 0x2c:
		if err := g.frame(); err != nil {
			return err
		}
	case 0x21:
		if g.at+2 > len(g.raw) {
			return errShort
		}
		label := g.raw[g.at+1]
		g.at += 2
		body, err := g.blocks()
		if err != nil {
			return err
		}
		switch label {
		case 0xf9: // graphic control
			if len(body) != 4 {
				return badGIF()
			}
		case 0xff: // how often to repeat
			kept = len(body) == 14 &&
				(bytes.HasPrefix(body, []byte("NETSCAPE2.0")) || bytes.HasPrefix(body, []byte("ANIMEXTS1.0")))
		case 0x01, 0xfe: // text, comments
			kept = false
		default:
			return badGIF()
		}
	default:
		return badGIF()
	}
	if kept {
		g.out.keep(int64(start), int64(g.at))
	}
	return nil
}

func badGIF() error { return refuse("GIF 图片的结构不对，文件已损坏，请重新导出") }

// blocks reads a chain of sub-blocks and moves behind it.
func (g *gifWalk) blocks() ([]byte, error) {
	var body []byte
	for {
		if g.at >= len(g.raw) {
			return nil, errShort
		}
		n := int(g.raw[g.at])
		g.at++
		if n == 0 {
			return body, nil
		}
		if g.at+n > len(g.raw) {
			return nil, errShort
		}
		body = append(body, g.raw[g.at:g.at+n]...)
		g.at += n
	}
}

func (g *gifWalk) frame() error {
	if g.at+11 > len(g.raw) {
		return errShort
	}
	start := g.at
	d := g.raw[g.at+1:]
	x, y := int(binary.LittleEndian.Uint16(d)), int(binary.LittleEndian.Uint16(d[2:]))
	w, h := int(binary.LittleEndian.Uint16(d[4:])), int(binary.LittleEndian.Uint16(d[6:]))
	flags := d[8]
	if x+w > g.width || y+h > g.height {
		return refuse("GIF 图片有一帧超出了画面，文件已损坏，请重新导出")
	}
	g.frames++
	g.pixels += w * h
	if err := motion(g.frames, g.pixels); err != nil {
		return err
	}
	g.at += 10
	if flags&0x80 != 0 {
		g.at += colours(flags)
	} else if !g.global {
		return refuse("GIF 图片没有调色板，文件已损坏，请重新导出")
	}
	if g.at >= len(g.raw) {
		return errShort
	}
	width := int(g.raw[g.at])
	g.at++
	if width < 2 || width > 8 {
		return badGIF()
	}
	if _, err := g.blocks(); err != nil {
		return err
	}
	// Alone it is a picture, which takes a byte a pixel while it is decoded.
	_, err := gif.Decode(io.MultiReader(bytes.NewReader(g.raw[:g.head]),
		bytes.NewReader(g.raw[start:g.at]), strings.NewReader(";")))
	return err
}
