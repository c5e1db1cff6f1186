package media

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"kepu/journal"
)

// Media types that are accepted.
const (
	typeJPEG = "image/jpeg"
	typePNG  = "image/png"
	typeGIF  = "image/gif"
	typeWebP = "image/webp"
	typeSVG  = "image/svg+xml"
	typeMP4  = "video/mp4"
	typeM4A  = "audio/mp4"
	typeWebM = "video/webm"
	typeWebA = "audio/webm"
	typeMP3  = "audio/mpeg"
	typeWAV  = "audio/wav"
	typeVTT  = "text/vtt"
)

// The largest source of each kind, in bytes.
const (
	MaxImage = 20 << 20
	MaxSVG   = 2 << 20
	MaxVideo = 2 << 30
	MaxAudio = 200 << 20
	MaxText  = 1 << 20
)

// headSize is how much of a file sniff looks at.
const headSize = 4096

// accepted names, for people, what Add takes.
const accepted = "可用的格式：图片 JPEG、PNG、GIF、WebP、SVG，视频 MP4（H.264）、WebM，音频 MP3、M4A、WAV，字幕 WebVTT"

// refuse is the *journal.Invalid for a file.
func refuse(format string, args ...any) error {
	return &journal.Invalid{Problems: []journal.Problem{
		{Field: "file", Message: fmt.Sprintf(format, args...)},
	}}
}

// sniff names the media type of a file by its first bytes, never by its name.
// What it names may still turn out to be broken.
func sniff(head []byte) (string, error) {
	has := func(at int, magic string) bool {
		return len(head) >= at+len(magic) && string(head[at:at+len(magic)]) == magic
	}
	switch {
	case len(head) == 0:
		return "", refuse("文件是空的；%s", accepted)
	case has(0, "\xff\xd8\xff"):
		return typeJPEG, nil
	case has(0, "\x89PNG\r\n\x1a\n"):
		return typePNG, nil
	case has(0, "GIF87a"), has(0, "GIF89a"):
		return typeGIF, nil
	case has(0, "RIFF") && has(8, "WEBP"):
		return typeWebP, nil
	case has(0, "RIFF") && has(8, "WAVE"):
		return typeWAV, nil
	case has(4, "ftyp"):
		return sniffBrand(head)
	case has(0, "\x1a\x45\xdf\xa3"):
		return typeWebM, nil
	case has(0, "ID3"), len(head) >= 4 && frameHeader(head).size > 0:
		return typeMP3, nil
	}
	text := bytes.TrimPrefix(head, []byte(bom))
	switch {
	case bytes.HasPrefix(text, []byte("WEBVTT")):
		return typeVTT, nil
	case looksSVG(text):
		return typeSVG, nil
	}
	return "", unknown(head)
}

const bom = "\ufeff"

// sniffBrand tells films from the still pictures that share their container.
func sniffBrand(head []byte) (string, error) {
	brand := string(head[8:min(12, len(head))])
	switch brand {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
		return "", refuse("暂不支持 HEIC 图片，请转换为 JPEG 后再上传")
	case "avif", "avis":
		return "", refuse("暂不支持 AVIF 图片，请转换为 JPEG、PNG 或 WebP 后再上传")
	case "qt  ":
		return "", refuse("暂不支持 QuickTime（MOV）视频，请导出为 MP4（H.264）后再上传")
	}
	return typeMP4, nil
}

// looksSVG says whether text may be XML with an svg root; checkSVG decides.
func looksSVG(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return bytes.HasPrefix(text, []byte("<")) && bytes.Contains(text, []byte("<svg"))
}

// unknown refuses what sniff does not know, saying what it looks like.
func unknown(head []byte) error {
	found, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	switch found {
	case "application/octet-stream":
		return refuse("认不出这是什么文件；%s", accepted)
	case "text/plain", "application/x-subrip", "text/srt":
		return refuse("这是文字文件（%s），不是图片、视频或音频；字幕请用 UTF-8 编码的 WebVTT 格式；%s", found, accepted)
	}
	return refuse("不支持这种文件（%s）；%s", found, accepted)
}

// limit is the largest source of a type and its name for people.
func limit(typ string) (int64, string) {
	switch typ {
	case typeSVG:
		return MaxSVG, "SVG 图片"
	case typeMP4, typeWebM:
		return MaxVideo, "视频"
	case typeMP3, typeWAV, typeM4A, typeWebA:
		return MaxAudio, "音频"
	case typeVTT:
		return MaxText, "字幕"
	}
	return MaxImage, "图片"
}

// tooLarge refuses a file over its limit.
func tooLarge(typ string) error {
	n, what := limit(typ)
	size := fmt.Sprintf("%d MB", n>>20)
	if n >= 1<<30 {
		size = fmt.Sprintf("%d GB", n>>30)
	}
	return refuse("%s太大，最多 %s", what, size)
}

// extensions are the usual ends of a name; the first is given to names that
// have none of them.
func extensions(typ string) []string {
	switch typ {
	case typeJPEG:
		return []string{".jpg", ".jpeg"}
	case typePNG:
		return []string{".png"}
	case typeGIF:
		return []string{".gif"}
	case typeWebP:
		return []string{".webp"}
	case typeSVG:
		return []string{".svg"}
	case typeMP4:
		return []string{".mp4", ".m4v"}
	case typeM4A:
		return []string{".m4a"}
	case typeWebM, typeWebA:
		return []string{".webm"}
	case typeMP3:
		return []string{".mp3"}
	case typeWAV:
		return []string{".wav"}
	case typeVTT:
		return []string{".vtt"}
	}
	return []string{""}
}
