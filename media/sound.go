package media

import (
	"bufio"
	"encoding/binary"
	"io"
)

// checkWAV reads a WAV file and keeps nothing of it but format and samples.
func checkWAV(src source) (facts, pieces, error) {
	var head [12]byte
	if src.size < 12 {
		return facts{}, nil, errShort
	}
	if _, err := src.ReadAt(head[:], 0); err != nil {
		return facts{}, nil, &trouble{err}
	}
	end := int64(binary.LittleEndian.Uint32(head[4:])) + 8
	if end > src.size {
		return facts{}, nil, errShort
	}
	var out pieces
	var rate, samples int64
	parts := 0
	for at := int64(12); at < end; {
		c, err := nextRIFF(src, at, end)
		if err != nil {
			return facts{}, nil, err
		}
		if parts++; parts > maxParts {
			return facts{}, nil, refuse("WAV 文件的结构不对")
		}
		switch c.name {
		case "fmt ":
			if rate > 0 {
				return facts{}, nil, refuse("WAV 文件的结构不对")
			}
			if rate, err = wavRate(src, c); err != nil {
				return facts{}, nil, err
			}
			out.keepChunk(c)
		case "data":
			if rate == 0 || samples > 0 {
				return facts{}, nil, refuse("WAV 文件的结构不对")
			}
			samples = c.n
			out.keepChunk(c)
		case "fact":
			out.keepChunk(c)
		}
		at = c.end
	}
	if rate == 0 {
		return facts{}, nil, errShort
	}
	if samples == 0 {
		return facts{}, nil, refuse("音频里没有声音")
	}
	f := facts{kind: Audio, typ: typeWAV, duration: samples * 1000 / rate}
	p := append(pieces{{lit: riffHead("WAVE", 12+out.size()), n: 12}}, out...)
	return f, p, checkFilm(f)
}

// wavRate gives bytes a second of an encoding that browsers play.
func wavRate(src source, c riffChunk) (int64, error) {
	var b [16]byte
	if c.n < 16 {
		return 0, errShort
	}
	if _, err := src.ReadAt(b[:], c.off); err != nil {
		return 0, &trouble{err}
	}
	format, channels := binary.LittleEndian.Uint16(b[:]), binary.LittleEndian.Uint16(b[2:])
	hertz, rate := binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	block, bits := binary.LittleEndian.Uint16(b[12:]), binary.LittleEndian.Uint16(b[14:])
	switch format {
	case 1, 3, 6, 7, 0xfffe: // PCM, float, A-law, µ-law, extensible
	default:
		return 0, refuse("WAV 文件的编码（%d）不支持，请导出为 PCM 编码的 WAV 或 MP3", format)
	}
	if channels == 0 || channels > 8 || hertz < 1000 || hertz > 384_000 || block == 0 ||
		int(block) != int(channels)*((int(bits)+7)/8) || int64(rate) != int64(hertz)*int64(block) {
		return 0, refuse("WAV 文件的采样参数不对")
	}
	return int64(rate), nil
}

// mp3Frame is what the header of an MPEG audio frame says; size 0: no header.
type mp3Frame struct {
	size    int // bytes, with the header
	samples int64
	hertz   int64
	version byte
}

// frameHeader reads a header of MPEG 1, 2 or 2.5, layer III. The length is
// 144 (72 for MPEG 2 and 2.5) · bit rate / sampling rate + padding.
func frameHeader(b []byte) mp3Frame {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 {
		return mp3Frame{}
	}
	version, rate, hertz := b[1]>>3&3, b[2]>>4, b[2]>>2&3
	if version == 1 || rate == 0 || rate == 15 || hertz == 3 || b[3]&3 == 2 {
		return mp3Frame{}
	}
	f := mp3Frame{version: version, hertz: [3]int64{44100, 48000, 32000}[hertz], samples: 1152}
	kbit := [15]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}[rate]
	if version != 3 {
		kbit = [15]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}[rate]
		f.samples = 576
		f.hertz /= 2
		if version == 0 {
			f.hertz /= 2
		}
	}
	f.size = int(f.samples)/8*kbit*1000/int(f.hertz) + int(b[2]>>1&1)
	return f
}

// maxJunk is how much between and before frames is skipped, as players do.
const maxJunk = 64 << 10

// checkMP3 walks all frames, so the duration is that of the sound, whatever a
// tag may say. Tags at both ends, with their pictures, are left out.
func checkMP3(src source) (facts, pieces, error) {
	start, err := skipID3(src)
	if err != nil {
		return facts{}, nil, err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(src, start, src.size-start), 1<<16)
	var p pieces
	var first mp3Frame
	var frames, samples int64
	junk := 0
	for at := start; ; {
		b, err := r.Peek(4)
		if err == io.EOF {
			break
		}
		if err != nil {
			return facts{}, nil, &trouble{err}
		}
		f := frameHeader(b)
		if string(b[:3]) == "TAG" || string(b) == "APET" || string(b) == "LYRI" {
			break
		}
		if f.size == 0 || frames > 0 && (f.version != first.version || f.hertz != first.hertz) {
			if junk++; junk > maxJunk {
				return facts{}, nil, refuse("不是有效的 MP3 音频；%s", accepted)
			}
			r.Discard(1)
			at++
			continue
		}
		if n, err := r.Discard(f.size); err == io.EOF && n < f.size {
			break // a last frame cut short
		} else if err != nil {
			return facts{}, nil, &trouble{err}
		}
		if frames == 0 {
			first = f
		}
		p.keep(at, at+int64(f.size))
		at += int64(f.size)
		frames++
		samples += f.samples
	}
	if frames < 2 {
		return facts{}, nil, refuse("MP3 里没有可播放的声音，可能没有传完或已损坏")
	}
	f := facts{kind: Audio, typ: typeMP3, duration: samples * 1000 / first.hertz}
	return f, p, checkFilm(f)
}

// skipID3 gives where the sound starts, behind any ID3v2 tags.
func skipID3(src source) (int64, error) {
	var at int64
	for range 16 {
		var h [10]byte
		if n, err := src.ReadAt(h[:], at); n < len(h) {
			if err == io.EOF {
				return at, nil
			}
			return 0, &trouble{err}
		}
		if string(h[:3]) != "ID3" {
			return at, nil
		}
		n := int64(h[6]&0x7f)<<21 | int64(h[7]&0x7f)<<14 | int64(h[8]&0x7f)<<7 | int64(h[9]&0x7f)
		at += 10 + n
		if h[5]&0x10 != 0 {
			at += 10 // a footer
		}
		if at >= src.size {
			return 0, errShort
		}
	}
	return at, nil
}
