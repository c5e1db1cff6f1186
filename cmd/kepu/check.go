package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
	"kepu/search"
	"kepu/shelf"
)

func reindexCommand() command {
	return command{
		name: "reindex", summary: "重建搜索索引（网站照常运行）",
		example: "kepu reindex -data ./data",
		setup: func(fs *flag.FlagSet) run {
			var c storeConfig
			c.flags(fs)
			asJSON := fs.Bool("json", false, "以 JSON 打印")
			return func(ctx context.Context, std stdio, args []string) error {
				return maintain(ctx, std, c, "/reindex", nil, func(ctx context.Context, n *node, say func(event)) error {
					return n.index.Rebuild(ctx, func(done, total int) { say(event{Stage: "重建搜索索引", Done: done, Total: total}) })
				}, *asJSON)
			}
		},
	}
}

func checkCommand() command {
	return command{
		name: "check", summary: "核对日志、书架、索引和媒体文件，说出每一处不一致",
		example: "kepu check -data ./data",
		setup: func(fs *flag.FlagSet) run {
			var c storeConfig
			c.flags(fs)
			asJSON := fs.Bool("json", false, "以 JSON 打印")
			sweep := fs.Bool("sweep", false, "再把没有内容用到的媒体文件移进回收处；在那里满一天的彻底删除")
			anchorFile := fs.String("anchor", "", "另存的日志文件：核对其中每小时记下的日志位置还在链上")
			return func(ctx context.Context, std stdio, args []string) error {
				ask := checkRequest{Sweep: *sweep}
				if *anchorFile != "" {
					var err error
					if ask.Anchors, err = readAnchors(*anchorFile); err != nil {
						return err
					}
				}
				return maintain(ctx, std, c, "/check", ask, func(ctx context.Context, n *node, say func(event)) error {
					return inspect(ctx, n.stores, n.shelf, n.index, ask, say)
				}, *asJSON)
			}
		},
	}
}

// checkRequest is what check asks for beside its findings.
type checkRequest struct {
	Anchors []journal.Anchor `json:"anchors,omitempty"`
	Sweep   bool             `json:"sweep,omitempty"`
}

func readAnchors(name string) ([]journal.Anchor, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	anchors, err := journal.ReadAnchors(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return anchors, nil
}

// maintain lets a running serve do the work, which is sent ask, or does it
// itself on the directory that nobody serves.
func maintain(ctx context.Context, std stdio, c storeConfig, path string, ask any, work func(context.Context, *node, func(event)) error, asJSON bool) error {
	findings, notes := []string{}, []string{}
	bars := map[string]*progress{}
	heard := func(e event) {
		if e.Finding != "" {
			findings = append(findings, e.Finding)
			return
		}
		if e.Note != "" {
			notes = append(notes, e.Note)
			return
		}
		if bars[e.Stage] == nil {
			bars[e.Stage] = newProgress(std.err, e.Stage)
		}
		bars[e.Stage].step(e.Done, e.share())
	}
	if err := c.there(); err != nil {
		return err
	}
	running, err := askServe(ctx, c.data, path, ask, heard)
	if !running && err == nil {
		err = withNode(ctx, c, func(ctx context.Context, n *node) error { return work(ctx, n, heard) })
	}
	for _, bar := range bars {
		bar.end()
	}
	if err != nil {
		return c.in(err)
	}
	return tellFindings(std, findings, notes, asJSON)
}

func tellFindings(std stdio, findings, notes []string, asJSON bool) error {
	if !asJSON {
		for _, n := range notes {
			fmt.Fprintln(std.out, n)
		}
	}
	if asJSON {
		if err := json.NewEncoder(std.out).Encode(map[string]any{"findings": findings, "notes": notes}); err != nil {
			return err
		}
	} else if len(findings) == 0 {
		fmt.Fprintln(std.out, "完成，没有发现问题。")
	} else {
		for _, f := range findings {
			fmt.Fprintln(std.out, f)
		}
		fmt.Fprintf(std.out, "共 %d 处不一致。\n", len(findings))
	}
	if len(findings) > 0 {
		return errReported
	}
	return nil
}

// node is a data directory with its shelf and index caught up, not serving.
type node struct {
	stores *stores
	shelf  *shelf.Shelf
	index  *search.Index
}

// withNode opens a directory nobody serves, lets shelf and index catch up, and
// does the work.
func withNode(ctx context.Context, c storeConfig, work func(context.Context, *node) error) (err error) {
	log := quiet()
	s, err := openStores(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.close()) }()
	lock, err := lockFile(filepath.Join(c.data, "serve.lock"))
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, lock.Close()) }()
	n := &node{stores: s}
	if n.shelf, err = shelf.Open(filepath.Join(c.data, "shelf"), shelf.Options{Log: log}); err != nil {
		return err
	}
	defer func() { err = firstError(err, n.shelf.Close()) }()
	if n.index, err = search.Open(filepath.Join(c.data, "index"), n.shelf, search.Options{Log: log}); err != nil {
		return err
	}
	defer func() { err = firstError(err, n.index.Close()) }()
	return n.caughtUp(ctx, work)
}

// caughtUp runs work while the followers follow, once they show the head.
func (n *node) caughtUp(ctx context.Context, work func(context.Context, *node) error) error {
	following, stop := context.WithCancel(ctx)
	failed := make(chan error, 2)
	go func() { failed <- n.shelf.Follow(following, n.stores.journal) }()
	go func() { failed <- n.index.Follow(following, n.stores.journal) }()
	err := func() error {
		head, err := n.stores.journal.Head(ctx)
		if err != nil {
			return err
		}
		if err := n.shelf.Wait(ctx, head.Seq); err != nil {
			return err
		}
		if err := n.index.Wait(ctx, head.Seq); err != nil {
			return err
		}
		return work(ctx, n)
	}()
	stop()
	for range 2 {
		if f := <-failed; f != nil && !errors.Is(f, context.Canceled) {
			err = firstError(err, f)
		}
	}
	return err
}

// inspect names every difference between journal, heads, shelf, index and
// blobs.
func inspect(ctx context.Context, s *stores, sh *shelf.Shelf, x *search.Index, ask checkRequest, say func(event)) error {
	found := func(format string, args ...any) { say(event{Finding: fmt.Sprintf(format, args...)}) }
	err := journal.Verify(ctx, s.journal, journal.NewChain(s.secret), func(done, total int) {
		say(event{Stage: "核对日志", Done: done, Total: total})
	}, func(problem string) { found("日志：%s", problem) })
	if err != nil {
		return fmt.Errorf("check journal: %w", err)
	}
	if err := journal.CheckAnchors(ctx, s.journal, ask.Anchors, func(problem string) { found("日志：%s", problem) }); err != nil {
		return fmt.Errorf("check journal: %w", err)
	}
	if err := inspectShelf(ctx, s, sh, found); err != nil {
		return fmt.Errorf("check shelf: %w", err)
	}
	if err := x.Check(ctx, func(problem string) { found("索引：%s", problem) }); err != nil {
		return fmt.Errorf("check index: %w", err)
	}
	if err := inspectBlobs(ctx, s, say, found); err != nil || !ask.Sweep {
		return err
	}
	swept, err := s.media().Sweep(ctx, s.slate, func(done, total int) { say(event{Stage: "查找没有用到的媒体", Done: done, Total: total}) })
	if err == nil {
		say(event{Note: fmt.Sprintf("媒体：%d 个没有用到，移进了回收处；%d 个又用到了，取了回来；%d 个回收满一天，彻底删除。", swept.Trashed, swept.Restored, swept.Purged)})
	}
	return err
}

// inspectShelf compares the shelf with one made afresh from the journal.
func inspectShelf(ctx context.Context, s *stores, sh *shelf.Shelf, found func(string, ...any)) error {
	problems, err := sh.Check(ctx, s.journal, s.temp)
	for _, p := range problems {
		found("书架：%s", p)
	}
	return err
}

// inspectBlobs reads every blob a stored asset or an item names.
func inspectBlobs(ctx context.Context, s *stores, say func(event), found func(string, ...any)) error {
	wanted, err := wantedBlobs(ctx, s)
	if err != nil {
		return err
	}
	done := 0
	for key, by := range wanted {
		if err := sumBlob(ctx, s.blobs, key); errors.Is(err, media.ErrNotFound) {
			found("媒体：%s 用到的文件 %s 不在", by, key)
		} else if errors.Is(err, media.ErrSum) {
			found("媒体：%s 用到的文件 %s 内容坏了", by, key)
		} else if err != nil {
			return fmt.Errorf("check blob %s: %w", key, err)
		}
		done++
		say(event{Stage: "核对媒体", Done: done, Total: len(wanted)})
	}
	return nil
}

// wantedBlobs are the keys that stored assets and items' versions name, with
// who names them.
func wantedBlobs(ctx context.Context, s *stores) (map[media.Key]string, error) {
	wanted := map[media.Key]string{}
	_, err := s.journal.Scan(ctx, []string{media.KindAsset, content.KindItem}, func(r journal.Record) error {
		if r.Kind == media.KindAsset {
			var a media.Asset
			if err := json.Unmarshal(r.State, &a); err != nil {
				return err
			}
			if a.State == "stored" {
				wanted[a.Key] = "素材 " + a.ID
			}
			return nil
		}
		item, err := content.Decode[content.Item](r.State)
		if err != nil {
			return err
		}
		for _, hash := range []journal.Hash{item.Live, item.Draft} {
			if hash == "" {
				continue
			}
			key := journal.PartKey{Key: r.Key, Hash: hash}
			parts, err := s.journal.Parts(ctx, key)
			if err != nil {
				return err
			}
			if parts[key] == nil {
				return fmt.Errorf("item %s: version %s is missing", item.ID, hash)
			}
			v, err := content.Decode[content.Version](parts[key])
			if err != nil {
				return err
			}
			for _, k := range v.MediaKeys() {
				wanted[k] = "内容 " + item.ID
			}
		}
		return nil
	})
	return wanted, err
}

func sumBlob(ctx context.Context, blobs media.Blobs, key media.Key) error {
	if _, err := blobs.Stat(ctx, key); err != nil {
		return err
	}
	blob, err := blobs.Open(ctx, key)
	if err != nil {
		return err
	}
	defer blob.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, blob); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != string(key) {
		return media.ErrSum
	}
	return nil
}
