package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"kepu/journal"
)

// Limits of pictures. A picture that claims more is refused before anything of
// it is decoded.
const (
	maxSide   = 20_000     // pixels
	maxPixels = 40_000_000 // of a picture or one frame
	maxFrames = 600
	maxMotion = 200_000_000 // pixels of all frames together
)

// Limits of sound and film.
const (
	maxStreams  = 20
	maxDuration = 12 * 60 * 60 * 1000 // milliseconds
	maxFrame    = 16_384              // pixels a side
	maxParts    = 10_000              // boxes or chunks of a file, blanked elements
)

// facts are what check finds in a file.
type facts struct {
	kind, typ     string
	codec         string // of an MP4's film
	width, height int    // as shown
	duration      int64  // milliseconds
}

// source is a file to look at.
type source struct {
	io.ReaderAt
	size int64
}

// piece is a part of a cleaned file: n bytes of the source from off, or those
// in lit, or n zeros. Cleaning only ever leaves parts out and puts small ones
// in, so it can lose nothing of what is shown.
type piece struct {
	off, n int64
	lit    []byte
	zero   bool
}

// pieces are a cleaned file.
type pieces []piece

// keep adds the source's bytes from off to end.
func (p *pieces) keep(off, end int64) {
	if end <= off {
		return
	}
	if l := len(*p) - 1; l >= 0 && (*p)[l].lit == nil && !(*p)[l].zero && (*p)[l].off+(*p)[l].n == off {
		(*p)[l].n += end - off
		return
	}
	*p = append(*p, piece{off: off, n: end - off})
}

// put adds bytes of our own.
func (p *pieces) put(lit []byte) { *p = append(*p, piece{lit: lit, n: int64(len(lit))}) }

// blank adds n zeros.
func (p *pieces) blank(n int64) {
	if n > 0 {
		*p = append(*p, piece{n: n, zero: true})
	}
}

// size is the length of the cleaned file.
func (p pieces) size() (n int64) {
	for _, x := range p {
		n += x.n
	}
	return n
}

// reader reads the cleaned file.
func (p pieces) reader(src source) io.Reader {
	parts := make([]io.Reader, 0, len(p))
	for _, x := range p {
		switch {
		case x.zero:
			parts = append(parts, io.LimitReader(zeros{}, x.n))
		case x.lit != nil:
			parts = append(parts, bytes.NewReader(x.lit))
		default:
			parts = append(parts, io.NewSectionReader(src, x.off, x.n))
		}
	}
	return io.MultiReader(parts...)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// check looks through a file that sniff named typ: whether it is whole, what is
// in it, and what of it may be published. Every error for which the file is to
// blame is a *journal.Invalid.
func check(typ string, src source) (f facts, p pieces, err error) {
	defer func() {
		// Decoders of foreign bytes: whatever they trip over is the file's fault.
		if r := recover(); r != nil {
			err = blame(typ, errPanic)
		}
	}()
	if src.size == 0 {
		return f, nil, refuse("文件是空的；%s", accepted)
	}
	if n, _ := limit(typ); src.size > n {
		return f, nil, tooLarge(typ)
	}
	switch typ {
	case typeMP4:
		f, p, err = checkMP4(src)
	case typeWebM:
		f, p, err = checkWebM(src)
	case typeMP3:
		f, p, err = checkMP3(src)
	case typeWAV:
		f, p, err = checkWAV(src)
	default:
		f, p, err = checkWhole(typ, src)
	}
	if err != nil {
		return facts{}, nil, blame(typ, err)
	}
	if n, _ := limit(f.typ); src.size > n {
		return facts{}, nil, tooLarge(f.typ)
	}
	return f, p, nil
}

// checkWhole checks what is small enough to be looked at in memory.
func checkWhole(typ string, src source) (facts, pieces, error) {
	raw := make([]byte, src.size)
	if _, err := src.ReadAt(raw, 0); err != nil && err != io.EOF {
		return facts{}, nil, &trouble{err}
	}
	switch typ {
	case typeJPEG:
		return checkJPEG(raw)
	case typePNG:
		return checkPNG(raw)
	case typeGIF:
		return checkGIF(raw)
	case typeWebP:
		return checkWebP(raw)
	case typeSVG:
		return checkSVG(raw)
	case typeVTT:
		return checkVTT(raw)
	}
	return facts{}, nil, fmt.Errorf("no check for %s", typ)
}

// trouble is an error of reading, for which the file is not to blame.
type trouble struct{ error }

func (t *trouble) Unwrap() error { return t.error }

// errPanic stands for whatever a decoder tripped over.
var errPanic = errors.New("decoder panicked")

// errShort is how the checks say that a file ends too early.
var errShort = errors.New("short")

// blame words an error for the person who brought the file.
func blame(typ string, err error) error {
	var invalid *journal.Invalid
	var own *trouble
	switch {
	case errors.As(err, &invalid):
		return err
	case errors.As(err, &own):
		return fmt.Errorf("read %s: %w", typ, own.error)
	case errors.Is(err, errShort), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return refuse("这个%s不完整，可能没有传完或保存时中断，请重新导出后再上传", called(typ))
	}
	return refuse("这个文件开头像%s，内容却已损坏或用了少见的编码，无法读取，请重新导出后再上传", called(typ))
}

// called is what people call a media type.
func called(typ string) string {
	switch typ {
	case typeJPEG:
		return " JPEG 图片"
	case typePNG:
		return " PNG 图片"
	case typeGIF:
		return " GIF 图片"
	case typeWebP:
		return " WebP 图片"
	case typeSVG:
		return " SVG 图片"
	case typeWebM:
		return " WebM 视频"
	case typeMP3:
		return " MP3 音频"
	case typeWAV:
		return " WAV 音频"
	case typeVTT:
		return "字幕"
	}
	return " MP4 视频"
}

// checkSize refuses pictures too large to decode.
func checkSize(width, height int) error {
	switch {
	case width <= 0 || height <= 0:
		return refuse("图片的宽或高为零")
	case width > maxSide || height > maxSide:
		return refuse("图片太大（%d×%d 像素），每边最多 %d 像素", width, height, maxSide)
	case width*height > maxPixels:
		return refuse("图片太大（%d×%d 像素），最多 4000 万像素", width, height)
	}
	return nil
}

// checkFilm refuses films and sounds no page could play.
func checkFilm(f facts) error {
	switch {
	case f.kind == Video && (f.width <= 0 || f.height <= 0):
		return refuse("视频没有画面尺寸")
	case f.width > maxFrame || f.height > maxFrame:
		return refuse("视频画面太大（%d×%d），每边最多 %d 像素", f.width, f.height, maxFrame)
	case f.duration < 0 || f.duration > maxDuration:
		return refuse("时长超过 12 小时或无法识别")
	}
	return nil
}
