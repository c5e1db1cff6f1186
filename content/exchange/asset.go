package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

func focal(x, y int64) *media.Focal { return &media.Focal{X: int(x), Y: int(y)} }

// held is a file that was taken in, or why not.
type held struct {
	asset media.Asset
	cues  []media.Cue
	bad   string
}

// resolve takes in every file a record names, by paths relative to the folder
// of the file that names them, and fills in what a page needs of it. The error
// is *journal.Invalid where files are at fault.
func (r *run) resolve(ctx context.Context, p place, dir string, rec *record) error {
	var problems []journal.Problem
	var failed error
	take := func(field, src, kind string) (held, bool) {
		if failed != nil {
			return held{}, false
		}
		h, err := r.asset(ctx, p, dir, src, kind)
		if err != nil {
			failed = err
			return h, false
		}
		if h.bad != "" {
			problems = append(problems, journal.Problem{Field: field, Message: h.bad})
		}
		return h, h.bad == ""
	}
	v := &rec.sub.Version
	if v.Cover != nil {
		if h, ok := take("cover", v.Cover.Src, media.Image); ok {
			fill(v.Cover, h.asset)
		}
	}
	body := content.Body{}
	if v.Article != nil {
		body = v.Article.Body
	} else if v.Video != nil {
		body = v.Video.Body
		rec.filmFiles(take)
	}
	body.Walk(func(n *content.Node) bool {
		switch src := n.Str("src"); {
		case src == "":
		case n.Type == content.NodeImage:
			if h, ok := take("图片", src, media.Image); ok {
				pic := n.Picture()
				fill(&pic, h.asset)
				n.SetPicture(pic)
			}
		case n.Type == content.NodeVideo:
			if h, ok := take("视频", src, media.Video); ok {
				n.SetClip(clipOf(h.asset), n.Str("alt"), n.Str("caption"))
			}
		}
		return failed == nil
	})
	if failed == nil && len(problems) > 0 {
		return &journal.Invalid{Problems: problems}
	}
	return failed
}

// filmFiles takes in a video's film and captions.
func (rec *record) filmFiles(take func(field, src, kind string) (held, bool)) {
	v := rec.sub.Version.Video
	if h, ok := take("video", v.Asset.Asset, media.Video); ok {
		v.Asset = clipOf(h.asset)
	}
	for i, t := range rec.captions {
		h, ok := take("captions", t.src, media.Text)
		if !ok {
			continue
		}
		v.Captions = append(v.Captions, content.Caption{Asset: h.asset.ID, Key: h.asset.Key, Lang: t.lang, Label: t.label})
		if i == 0 && rec.derive {
			for _, cue := range h.cues {
				v.Transcript = append(v.Transcript, content.Line{At: cue.Start, Text: strings.ReplaceAll(cue.Text, "\n", " ")})
			}
		}
	}
}

func fill(p *content.Picture, a media.Asset) {
	p.Asset, p.Key, p.Type, p.Width, p.Height, p.Src = a.ID, a.Key, a.Type, a.Width, a.Height, ""
}

func clipOf(a media.Asset) content.Clip {
	return content.Clip{
		Asset: a.ID, Key: a.Key, Type: a.Type, Size: a.Size, Width: a.Width, Height: a.Height, Duration: a.Duration,
	}
}

// asset takes in one file, once a run. An error is of the store or the disk;
// what is wrong with the file or its path is in held.
func (r *run) asset(ctx context.Context, p place, dir, src, kind string) (held, error) {
	file, bad := inFolder(dir, src)
	if bad != "" {
		return held{bad: bad}, nil
	}
	id := fmt.Sprintf("%p\x00%s", p.root, file) + "\x00" + p.name
	h, ok := r.assets[id]
	if !ok {
		var err error
		if h, err = r.add(ctx, p.fsys, file, src); err != nil {
			return held{}, err
		}
		r.assets[id] = h
	}
	if h.bad == "" && h.asset.Kind != kind {
		return held{bad: fmt.Sprintf("“%s”不是%s", clip(src), kindWord(kind))}, nil
	}
	return h, nil
}

func kindWord(kind string) string {
	switch kind {
	case media.Video:
		return "视频"
	case media.Text:
		return "WebVTT 字幕"
	}
	return "图片"
}

// inFolder gives the path that src names as seen from dir. Nothing leads out of
// the folder: no address, no absolute path, no .. beyond the top.
func inFolder(dir, src string) (file, problem string) {
	switch {
	case strings.TrimSpace(src) == "":
		return "", "路径是空的"
	case strings.Contains(src, "://") || strings.HasPrefix(src, "data:") || strings.HasPrefix(src, "//"):
		return "", fmt.Sprintf("“%s”是外面的地址；请把文件放进文件夹，用相对路径", clip(src))
	case strings.HasPrefix(src, "/") || strings.Contains(src, `\`) || strings.ContainsRune(src, 0) || len(src) > 1 && src[1] == ':':
		return "", fmt.Sprintf("“%s”不是相对路径", clip(src))
	}
	file = path.Join(dir, src)
	if file == ".." || strings.HasPrefix(file, "../") || !fs.ValidPath(file) {
		return "", fmt.Sprintf("“%s”在文件夹之外", clip(src))
	}
	return file, ""
}

// add opens a file under the spellings its name may have, checks and takes it in.
func (r *run) add(ctx context.Context, fsys fs.FS, file, src string) (held, error) {
	spellings := []string{file, norm.NFC.String(file), norm.NFD.String(file)}
	if plain, err := url.PathUnescape(file); err == nil && fs.ValidPath(plain) {
		spellings = append(spellings, plain)
	}
	var f fs.File
	err := fs.ErrNotExist
	for i, spelling := range spellings {
		if slices.Contains(spellings[:i], spelling) || !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if f, err = fsys.Open(spelling); err == nil {
			break
		}
	}
	if err != nil {
		return held{bad: openProblem(src, err)}, nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return held{bad: fmt.Sprintf("“%s”不是文件", clip(src))}, nil
	}
	h, err := r.store(ctx, path.Base(file), f)
	var invalid *journal.Invalid
	if errors.As(err, &invalid) {
		return held{bad: fmt.Sprintf("“%s”：%s", clip(src), problemWords(invalid))}, nil
	}
	if err != nil {
		return held{}, fmt.Errorf("take in %s: %w", file, err)
	}
	return h, nil
}

func openProblem(src string, err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("找不到“%s”", clip(src))
	}
	return fmt.Sprintf("“%s”%s", clip(src), fileProblem(err))
}

func problemWords(invalid *journal.Invalid) string {
	var words []string
	for _, p := range invalid.Problems {
		words = append(words, p.Message)
	}
	return strings.Join(words, "；")
}

// store takes in what f holds. Captions are small and read for their cues.
func (r *run) store(ctx context.Context, name string, f io.Reader) (h held, err error) {
	if strings.EqualFold(path.Ext(name), ".vtt") {
		raw, err := io.ReadAll(io.LimitReader(f, media.MaxText+1))
		if err != nil {
			return held{}, err
		}
		if h.cues, err = media.ParseVTT(bytes.NewReader(raw)); err != nil {
			return held{}, err
		}
		f = bytes.NewReader(raw)
	}
	h.asset, err = r.media.Add(ctx, r.im.Actor, name, f)
	return h, err
}
