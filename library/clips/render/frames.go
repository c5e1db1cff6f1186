package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"kepu/library/clips/film"
)

// picture gives the PNG of an SVG.
func picture(ctx context.Context, svg []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "rsvg-convert", "--format=png")
	cmd.Stdin = bytes.NewReader(svg)
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("rsvg-convert: %w: %s", err, wrong.String())
	}
	return out.Bytes(), nil
}

// drawn is a picture that is being made.
type drawn struct {
	png  []byte
	err  error
	done chan struct{}
}

// film renders and encodes a clip, and gives how many pictures it drew.
func (j job) film(ctx context.Context, c *film.Clip, plan *film.Plan) (mp4 []byte, pictures int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// MP4 is written with seeks, so it goes through a file.
	dir, err := os.MkdirTemp("", "clip-")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "clip.mp4")
	cmd := exec.CommandContext(ctx, "ffmpeg", encode(name, c.Specks)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, 0, err
	}
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	pictures, err = j.feed(ctx, c, plan, in)
	if closing := in.Close(); err == nil {
		err = closing
	}
	if err != nil {
		cancel()
	}
	if waiting := cmd.Wait(); waiting != nil {
		return nil, 0, fmt.Errorf("ffmpeg: %w: %s", waiting, wrong.String())
	}
	if err != nil {
		return nil, 0, err
	}
	mp4, err = os.ReadFile(name)
	return mp4, pictures, err
}

// feed writes the frames in order. Those like the one before are not drawn
// again; the others are drawn a few ahead.
func (j job) feed(ctx context.Context, c *film.Clip, plan *film.Plan, to io.Writer) (pictures int, err error) {
	queue := make(chan *drawn, 2*j.jobs)
	slots := make(chan struct{}, j.jobs)
	go func() {
		defer close(queue)
		var last *drawn
		var seen [32]byte
		for i := range plan.Frames() {
			svg := c.Still(plan, i)
			if now := sha256.Sum256(svg); last == nil || now != seen {
				seen = now
				last = &drawn{done: make(chan struct{})}
				pictures++
				go func(d *drawn) {
					defer close(d.done)
					slots <- struct{}{}
					defer func() { <-slots }()
					d.png, d.err = picture(ctx, svg)
				}(last)
			}
			select {
			case queue <- last:
			case <-ctx.Done():
				return
			}
		}
	}()
	for d := range queue {
		<-d.done
		if d.err == nil && err == nil {
			_, err = to.Write(d.png)
		} else if err == nil {
			err = d.err
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	return pictures, err
}

// encode is what ffmpeg is told. One thread and no dates or versions in the
// file make the bytes depend on the frames and the build of ffmpeg alone.
func encode(name string, specks bool) []string {
	quality := "23"
	if specks {
		quality = "26"
	}
	return []string{
		"-hide_banner", "-loglevel", "error", "-nostdin",
		"-f", "image2pipe", "-c:v", "png", "-framerate", strconv.Itoa(film.Rate), "-i", "pipe:0",
		"-an", "-map_metadata", "-1", "-threads", "1",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p",
		"-c:v", "libx264", "-preset", "slow", "-tune", "animation", "-crf", quality, "-profile:v", "high", "-level", "3.1",
		"-g", strconv.Itoa(4 * film.Rate), "-pix_fmt", "yuv420p",
		"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv",
		"-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", "-f", "mp4", "-y", name,
	}
}

// still writes a picture a second, and the cover.
func (j job) still(ctx context.Context, c *film.Clip, plan *film.Plan) error {
	if err := os.MkdirAll(j.stills, 0o755); err != nil {
		return err
	}
	put := func(name string, svg []byte) error {
		png, err := picture(ctx, svg)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(j.stills, name), png, 0o644)
	}
	for i := 1; float64(i) < plan.Length; i++ {
		if err := put(fmt.Sprintf("%s-%03d.png", c.Slug, i), c.Frame(plan, float64(i))); err != nil {
			return err
		}
	}
	return put(c.Slug+"-cover.png", c.Cover(plan, ""))
}
