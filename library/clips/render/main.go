// Command render turns the clips of package reel into files: the film, its
// captions, the cover, and the chapters and transcript in the head of the piece
// that shows it. It owns how frames become bytes, and nothing of what they show.
//
// It refuses a network, a clock and more than one encoder thread: the same
// source and the same tools give the same bytes, and -verify says whether they
// still do. It wants rsvg-convert and ffmpeg, which a running Kepu does not.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"kepu/library/clips/film"
	"kepu/library/clips/reel"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

// job is what the flags ask for.
type job struct {
	dir    string // of the pieces
	stills string
	words  bool
	verify bool
	jobs   int
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	var j job
	flags.StringVar(&j.dir, "dir", "library/clips", "folder of the pieces")
	flags.StringVar(&j.stills, "stills", "", "write a still each second to this folder, and nothing else")
	flags.BoolVar(&j.words, "words", false, "write captions, cover, chapters and transcript, not the film")
	flags.BoolVar(&j.verify, "verify", false, "render to memory and compare with the folder")
	flags.IntVar(&j.jobs, "jobs", runtime.NumCPU(), "frames drawn at once")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted := flags.Args()
	for _, c := range reel.All() {
		if len(wanted) > 0 && !slices.Contains(wanted, c.Slug) {
			continue
		}
		if err := j.clip(ctx, c); err != nil {
			return fmt.Errorf("clip %s: %w", c.Slug, err)
		}
	}
	return nil
}

func (j job) clip(ctx context.Context, c *film.Clip) error {
	plan, err := c.Plan()
	if err != nil {
		return err
	}
	if j.stills != "" {
		return j.still(ctx, c, plan)
	}
	files := map[string][]byte{
		c.Slug + ".vtt": plan.VTT(),
		c.Slug + ".svg": c.Cover(plan, strings.Join(c.Question, "")),
	}
	piece, err := os.ReadFile(filepath.Join(j.dir, c.Slug+".md"))
	switch {
	case errors.Is(err, os.ErrNotExist) && !j.verify: // not written yet
	case err != nil:
		return err
	default:
		told, err := plan.Retell(string(piece))
		if err != nil {
			return err
		}
		files[c.Slug+".md"] = []byte(told)
	}
	if !j.words {
		var frames int
		if files[c.Slug+".mp4"], frames, err = j.film(ctx, c, plan); err != nil {
			return err
		}
		fmt.Printf("%-18s %5.1f s %5d pictures %7d bytes\n", c.Slug, plan.Length, frames, len(files[c.Slug+".mp4"]))
	}
	for name, data := range files {
		if err := j.keep(filepath.Join(j.dir, name), data); err != nil {
			return err
		}
	}
	return nil
}

// keep writes a file, or compares it.
func (j job) keep(name string, data []byte) error {
	if !j.verify {
		return os.WriteFile(name, data, 0o644)
	}
	have, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, data) {
		return fmt.Errorf("%s is not what its source gives", name)
	}
	return nil
}
