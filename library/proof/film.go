package proof

import (
	"bytes"
	"io/fs"
	"path"
	"strings"

	"kepu/content"
	"kepu/media"
)

// What a film may be.
const (
	mostFilm     = 2_500_000 // bytes
	filmWidth    = 1280
	filmHeight   = 720
	leastSeconds = 20
	mostSeconds  = 75
)

// film checks a clip's film and its captions.
func (r *reading) film(p *piece) {
	v := p.sub.Version.Video
	if v == nil {
		return
	}
	length := int64(0)
	if file := r.shows(p, v.Asset.Asset, p.field("video")); file != "" {
		length = r.footage(file)
	}
	for _, src := range p.captions {
		if file := r.shows(p, src, p.field("captions")); file != "" {
			r.captions(file, p.mainAudience() == content.Seniors, length)
		}
	}
	for _, moments := range []struct {
		name  string
		lines []content.Line
	}{{"transcript", v.Transcript}, {"chapters", v.Chapters}} {
		last := int64(-1)
		for i, l := range moments.lines {
			if at := p.field(moments.name + "[" + itoa(i) + "]"); l.At < last {
				r.fault(p.file, at, "%s 的时间应从前往后", moments.name)
			} else if length > 0 && l.At >= length {
				r.fault(p.file, at, "%s 的时间在片子结束之后", moments.name)
			}
			last = l.At
		}
	}
}

// footage checks a film and gives its length in milliseconds, 0 where it is not
// known.
func (r *reading) footage(file string) int64 {
	info, err := fs.Stat(r.fsys, file)
	if err != nil {
		r.fault(file, 0, "读不出来：%v", err)
		return 0
	}
	if info.Size() > mostFilm {
		r.fault(file, 0, "有 %.2f MB，最多 %.1f MB", float64(info.Size())/1e6, mostFilm/1e6)
		return 0 // however large, it is not to be read
	}
	raw := r.bytes(file)
	if raw == nil {
		return 0
	}
	facts, err := media.LookAt(raw)
	if err != nil {
		r.invalid(&piece{file: file}, err)
		return 0
	}
	if facts.Type != "video/mp4" || !strings.HasPrefix(facts.Codec, "avc") || path.Ext(file) != ".mp4" {
		r.fault(file, 0, "应是 H.264 编码的 MP4（.mp4），现在是 %s %s", facts.Type, facts.Codec)
	}
	if facts.Width != filmWidth || facts.Height != filmHeight {
		r.fault(file, 0, "画面是 %d×%d，应是 %d×%d", facts.Width, facts.Height, filmWidth, filmHeight)
	}
	if facts.Duration < leastSeconds*1_000 || facts.Duration > mostSeconds*1_000 {
		r.fault(file, 0, "长 %.1f 秒，应有 %d 到 %d 秒", float64(facts.Duration)/1e3, leastSeconds, mostSeconds)
	}
	if !indexFirst(raw) {
		r.fault(file, 0, "索引（moov）在内容后面，边下边播要先有它（faststart）")
	}
	return facts.Duration
}

// indexFirst tells whether a sound film's index comes before its content, so
// that it can play before all of it is there.
func indexFirst(raw []byte) bool {
	return bytes.Index(raw, []byte("moov")) < bytes.Index(raw, []byte("mdat"))
}
