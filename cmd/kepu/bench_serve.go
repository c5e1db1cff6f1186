package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"kepu/content"
)

// benchServe measures what a reader feels: requests a second of rendered pages
// against the ceiling of this machine, an article nobody asked for before, how
// soon a publication shows, and a second start.
type benchServe struct {
	items  int
	docs   string
	rounds int
	each   time.Duration
	json   bool

	corpus *corpus
	dir    string
	log    *progressLog
}

func benchServeCommand() command {
	return command{
		name: "bench serve", summary: "测每类页面每秒能答多少次，与这台机器的上限比",
		example: "kepu bench serve -items 20000",
		setup: func(fs *flag.FlagSet) run {
			var b benchServe
			fs.IntVar(&b.items, "items", 200_000, "大库的条数；小库总是 2000 条")
			fs.StringVar(&b.docs, "docs", "", "造内容用的 JSONL 文档，逗号分隔；不给时用自带的文章")
			fs.IntVar(&b.rounds, "rounds", 5, "交替测几轮，取中位数")
			fs.DurationVar(&b.each, "each", 3*time.Second, "每轮每项多久")
			fs.BoolVar(&b.json, "json", false, "以 JSON 打印")
			return b.run
		},
	}
}

// serveFigures are what bench serve prints. Rates are requests a second,
// medians over interleaved rounds; ratios are of rates within one round.
type serveFigures struct {
	Items           int     `json:"items"`
	URLs            int     `json:"urls"`
	Ceiling         float64 `json:"ceiling_per_s"`
	Small           float64 `json:"small_per_s"`
	Large           float64 `json:"large_per_s"`
	Publishing      float64 `json:"publishing_per_s"`
	LargeOfCeiling  float64 `json:"large_of_ceiling"`
	LargeOfSmall    float64 `json:"large_of_small"`
	PublishingOf    float64 `json:"publishing_of_ceiling"`
	FirstP50        float64 `json:"never_rendered_p50_ms"`
	FirstP99        float64 `json:"never_rendered_p99_ms"`
	FeedP50         float64 `json:"visible_in_feed_p50_ms"`
	FeedP99         float64 `json:"visible_in_feed_p99_ms"`
	SearchP50       float64 `json:"visible_in_search_p50_ms"`
	SearchP99       float64 `json:"visible_in_search_p99_ms"`
	GoneP50         float64 `json:"taken_down_p50_ms"`
	GoneMax         float64 `json:"taken_down_max_ms"`
	SmallStartMS    float64 `json:"small_start_ms"`
	SmallRSS        float64 `json:"small_rss_mb"`
	LargeStartMS    float64 `json:"large_start_ms"`
	LargeRSS        float64 `json:"large_rss_mb"`
	LargeFillPerS   float64 `json:"large_fill_per_s"`
	LargeCatchUpSec float64 `json:"large_first_catch_up_s"`
}

// smallStore is the number of items that a store's size must not matter beyond.
const smallStore = 2000

// urlCount is how many different pages are asked for.
const urlCount = 2000

func (b *benchServe) run(ctx context.Context, std stdio, args []string) (err error) {
	if b.items < smallStore || b.rounds < 1 {
		return usageError{fmt.Sprintf("-items 至少 %d，-rounds 至少 1", smallStore)}
	}
	if b.corpus, err = readCorpus(splitList(b.docs)); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "kepu-bench-"); err != nil {
		return err
	}
	defer func() { err = firstError(err, os.RemoveAll(b.dir)) }()
	b.log = &progressLog{std.err, time.Now()}
	f := serveFigures{Items: b.items, URLs: urlCount}
	if err := b.pages(ctx, &f); err != nil {
		return err
	}
	if err := b.visible(ctx, &f); err != nil {
		return err
	}
	return b.tell(std, f)
}

// progressLog says which stage a long benchmark is in.
type progressLog struct {
	w     interface{ Write([]byte) (int, error) }
	begun time.Time
}

func (l *progressLog) say(format string, args ...any) {
	fmt.Fprintf(l.w, "%4.0f s  %s\n", time.Since(l.begun).Seconds(), fmt.Sprintf(format, args...))
}

// pages fills a small and a large store, serves both and the ceiling, and
// measures them in turn.
func (b *benchServe) pages(ctx context.Context, f *serveFigures) error {
	small, err := b.prepare(ctx, "small", smallStore, f)
	if err != nil {
		return err
	}
	defer small.stop()
	large, err := b.prepare(ctx, "large", b.items, f)
	if err != nil {
		return err
	}
	defer large.stop()

	b.log.say("两个库的各页各访问两次，再读一遍")
	smallURLs, largeURLs := b.urls("small", smallStore), b.urls("large", b.items)
	if _, err := warm(small.addr, smallURLs); err != nil {
		return err
	}
	pages, err := warm(large.addr, largeURLs)
	if err != nil {
		return err
	}
	ceiling, err := b.startCeiling(ctx, pages)
	if err != nil {
		return err
	}
	defer ceiling.stop()
	b.log.say("交替测量")
	if err := b.interleave(ctx, f, map[string]load{
		"ceiling": {ceiling.addr, largeURLs, 32, encodings},
		"small":   {small.addr, smallURLs, 32, encodings},
		"large":   {large.addr, largeURLs, 32, encodings},
	}); err != nil {
		return err
	}
	return b.neverRendered(large.addr, largeURLs, f)
}

const encodings = "gzip, br"

// interleave measures all loads once a round and takes medians of rates and of
// their ratios, so that the machine's drift touches all alike.
func (b *benchServe) interleave(ctx context.Context, f *serveFigures, loads map[string]load) error {
	rates := map[string][]float64{}
	for round := range b.rounds {
		for _, name := range []string{"ceiling", "small", "large", "publishing"} {
			l, during := loads[name], func() error { return nil }
			if name == "publishing" {
				l = loads["large"]
				during = b.publishEachSecond(ctx, round)
			}
			r, err := l.run(ctx, b.each)
			if err = firstError(err, during()); err != nil {
				return fmt.Errorf("load %s: %w", name, err)
			}
			if r.bad > 0 {
				return fmt.Errorf("load %s: %d of %d answers were not 200", name, r.bad, r.requests)
			}
			rates[name] = append(rates[name], r.perS)
		}
	}
	f.Ceiling, f.Small = median(rates["ceiling"]), median(rates["small"])
	f.Large, f.Publishing = median(rates["large"]), median(rates["publishing"])
	f.LargeOfCeiling = medianRatio(rates["large"], rates["ceiling"])
	f.LargeOfSmall = medianRatio(rates["large"], rates["small"])
	f.PublishingOf = medianRatio(rates["publishing"], rates["ceiling"])
	return nil
}

// publishEachSecond publishes one item a second beside the large serve until
// the function it returns is called.
func (b *benchServe) publishEachSecond(ctx context.Context, round int) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		s, err := openStores(ctx, storeConfig{data: filepath.Join(b.dir, "large")}, quiet())
		if err != nil {
			ended <- err
			return
		}
		defer func() { ended <- firstError(err, s.close()) }()
		for k := 0; ; k++ {
			item := b.corpus.item(10_000_000+round*1000+k, "large", time.Now())
			item.Published = time.Time{}
			if _, err = publish(context.WithoutCancel(ctx), s.desk(), []content.Submission{item}); err != nil {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
		}
	}()
	return func() error { cancel(); return <-ended }
}

// neverRendered asks for articles nobody asked for before.
func (b *benchServe) neverRendered(addr string, asked []string, f *serveFigures) error {
	c, err := dialHTTP(addr, encodings)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	known := map[string]bool{}
	for _, url := range asked {
		known[url] = true
	}
	var took []time.Duration
	for i := 0; i < b.items && len(took) < 500; i++ {
		url := fmt.Sprintf("/article/bench-large-%d", i*397%b.items)
		if known[url] {
			continue
		}
		known[url] = true
		begun := time.Now()
		status, _, err := c.get(url, nil)
		took = append(took, time.Since(begun))
		if err != nil || status != 200 {
			return fmt.Errorf("GET %s: status %d: %w", url, status, err)
		}
	}
	slices.Sort(took)
	f.FirstP50, f.FirstP99 = ms(percentile(took, 50)), ms(percentile(took, 99))
	return nil
}

func (b *benchServe) tell(std stdio, f serveFigures) error {
	if b.json {
		return json.NewEncoder(std.out).Encode(f)
	}
	_, err := fmt.Fprintf(std.out, `%d 个页面，库 %d 条与 %d 条，每秒：
  上限（空的 Fiber 处理器，同样的字节）  %8.0f
  小库                                  %8.0f
  大库                                  %8.0f   上限的 %.2f，小库的 %.2f
  大库，每秒发布一条                    %8.0f   上限的 %.2f
没有人看过的文章   p50 %.2f ms   p99 %.2f ms
发布到出现在列表   p50 %.2f ms   p99 %.2f ms
发布到能搜到       p50 %.2f ms   p99 %.2f ms
撤下到处处消失     p50 %.2f ms   最长 %.2f ms
第二次启动到首页   小库 %.0f ms，内存 %.0f MB；大库 %.0f ms，内存 %.0f MB
写入大库           每秒 %.0f 条；第一次建书架和索引 %.0f s
`, f.URLs, smallStore, f.Items, f.Ceiling, f.Small, f.Large, f.LargeOfCeiling, f.LargeOfSmall, f.Publishing, f.PublishingOf,
		f.FirstP50, f.FirstP99, f.FeedP50, f.FeedP99, f.SearchP50, f.SearchP99, f.GoneP50, f.GoneMax,
		f.SmallStartMS, f.SmallRSS, f.LargeStartMS, f.LargeRSS, f.LargeFillPerS, f.LargeCatchUpSec)
	return err
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func medianRatio(a, b []float64) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = a[i] / b[i]
	}
	return median(ratios)
}
