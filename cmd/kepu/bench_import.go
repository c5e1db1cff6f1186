package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"kepu/content/exchange"
)

// benchImport measures a large import: alone, and beside a running serve, where
// readers go on searching meanwhile.
type benchImport struct {
	items int
	docs  string
	json  bool
}

func benchImportCommand() command {
	return command{
		name: "bench import", summary: "测大批导入的速度，和导入时搜索的快慢",
		example: "kepu bench import -items 20000",
		setup: func(fs *flag.FlagSet) run {
			var b benchImport
			fs.IntVar(&b.items, "items", 100_000, "导入多少条")
			fs.StringVar(&b.docs, "docs", "", "造内容用的 JSONL 文档，逗号分隔；不给时用自带的文章")
			fs.BoolVar(&b.json, "json", false, "以 JSON 打印")
			return b.run
		},
	}
}

// importFigures are what bench import prints.
type importFigures struct {
	Items     int     `json:"items"`
	AlonePerS float64 `json:"alone_per_s"`  // with serve stopped
	BesidePer float64 `json:"beside_per_s"` // beside a running serve
	SearchP50 float64 `json:"search_p50_ms"`
	SearchP99 float64 `json:"search_p99_ms"`
	SearchMax float64 `json:"search_max_ms"`
	Searches  int     `json:"searches"`
	CatchUpS  float64 `json:"catch_up_s"` // from the import's end until lag is 0
	RSS       float64 `json:"rss_mb"`     // of serve, at the end
}

func (b *benchImport) run(ctx context.Context, std stdio, args []string) (err error) {
	c, err := readCorpus(splitList(b.docs))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kepu-bench-")
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, os.RemoveAll(dir)) }()
	log := &progressLog{std.err, time.Now()}
	lines := filepath.Join(dir, "items.jsonl")
	if err := c.writeJSONL(lines, b.items, "bulk", time.Now()); err != nil {
		return err
	}
	f := importFigures{Items: b.items}
	log.say("单独导入 %d 条", b.items)
	took, _, err := importChild(ctx, filepath.Join(dir, "alone"), lines)
	if err != nil {
		return err
	}
	f.AlonePerS = float64(b.items) / took.Seconds()
	log.say("每秒 %.0f 条；再在网站运行时导入", f.AlonePerS)
	if err := os.RemoveAll(filepath.Join(dir, "alone")); err != nil {
		return err
	}
	if err := b.beside(ctx, c, dir, lines, &f); err != nil {
		return err
	}
	return b.tell(std, f)
}

// importChild imports in a process of its own and gives the last seq.
func importChild(ctx context.Context, data, lines string) (time.Duration, uint64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	out, err := exec.CommandContext(ctx, self, "import", "-data", data, "-source", "bulk", "-publish", "-json", lines).Output()
	took := time.Since(begun)
	if err != nil {
		return 0, 0, fmt.Errorf("import: %w: %s", err, out)
	}
	var r exchange.Report
	if err := json.Unmarshal(out, &r); err != nil {
		return 0, 0, fmt.Errorf("import: %w", err)
	}
	return took, r.Seq, nil
}

func (b *benchImport) beside(ctx context.Context, c *corpus, dir, lines string, f *importFigures) error {
	data := filepath.Join(dir, "beside")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	serving, err := startServe(ctx, data)
	if err != nil {
		return err
	}
	defer serving.stop()
	if err := serving.caughtUp(ctx, 0); err != nil {
		return err
	}
	type imported struct {
		took time.Duration
		seq  uint64
		err  error
	}
	ended := make(chan imported, 1)
	go func() {
		took, seq, err := importChild(ctx, data, lines)
		ended <- imported{took, seq, err}
	}()
	searching, stop := context.WithCancel(ctx)
	searched := make(chan []time.Duration, 1)
	failed := make(chan error, 1)
	go func() {
		took, err := searchOn(searching, serving.addr, c)
		searched <- took
		failed <- err
	}()
	end := <-ended
	done := time.Now()
	if end.err == nil {
		end.err = serving.caughtUp(ctx, end.seq)
	}
	f.CatchUpS, f.RSS = time.Since(done).Seconds(), serving.rss()
	stop()
	took, err := <-searched, <-failed
	if err = firstError(end.err, err); err != nil {
		return err
	}
	f.BesidePer = float64(b.items) / end.took.Seconds()
	slices.Sort(took)
	f.Searches = len(took)
	if len(took) > 0 {
		f.SearchP50, f.SearchP99, f.SearchMax = ms(percentile(took, 50)), ms(percentile(took, 99)), ms(took[len(took)-1])
	}
	return nil
}

// searchOn searches twenty times a second, as some readers would, until ctx
// ends, and gives how long each answer took.
func searchOn(ctx context.Context, addr string, c *corpus) (took []time.Duration, err error) {
	conn, err := dialHTTP(addr, "")
	if err != nil {
		return nil, err
	}
	defer conn.conn.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		path := "/api/v1/search?q=" + url.QueryEscape(cut(c.titles[i*31%len(c.titles)], 20))
		begun := time.Now()
		status, _, err := conn.get(path, nil)
		if err != nil {
			return took, err
		}
		took = append(took, time.Since(begun))
		if status != 200 {
			return took, fmt.Errorf("GET %s: status %d", path, status)
		}
		select {
		case <-ctx.Done():
			return took, nil
		case <-tick.C:
		}
	}
}

func (b *benchImport) tell(std stdio, f importFigures) error {
	if b.json {
		return json.NewEncoder(std.out).Encode(f)
	}
	_, err := fmt.Fprintf(std.out, `导入 %d 条
  网站没开            每秒 %.0f 条
  网站开着            每秒 %.0f 条
  其间搜索 %d 次      p50 %.1f ms   p99 %.1f ms   最慢 %.1f ms
  导入结束到全部可搜   %.1f s，内存 %.0f MB
`, f.Items, f.AlonePerS, f.BesidePer, f.Searches, f.SearchP50, f.SearchP99, f.SearchMax, f.CatchUpS, f.RSS)
	return err
}
