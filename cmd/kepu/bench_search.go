package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/search"
	"kepu/search/relevance"
)

// benchSearch measures relevance and speed of the real index, fed through the
// product's own path: import, journal, followers, query.
type benchSearch struct {
	docs, queries, qrels string
	json                 bool
}

func benchSearchCommand() command {
	return command{
		name: "bench search", summary: "测搜索的相关性和速度",
		example: "kepu bench search -docs docs.jsonl -queries queries.jsonl -qrels qrels.tsv",
		setup: func(fs *flag.FlagSet) run {
			var b benchSearch
			fs.StringVar(&b.docs, "docs", "", "文档，每行 {id,title,text}")
			fs.StringVar(&b.queries, "queries", "", "查询，每行 {id,text}")
			fs.StringVar(&b.qrels, "qrels", "", "判定，每行：查询 id、文档 id、等级，以制表符隔开")
			fs.BoolVar(&b.json, "json", false, "以 JSON 打印")
			return b.run
		},
	}
}

// searchFigures are what bench search prints; times in milliseconds.
type searchFigures struct {
	NDCG10     float64 `json:"ndcg10"`
	MRR10      float64 `json:"mrr10"`
	Recall10   float64 `json:"recall10"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	Max        float64 `json:"max_ms"`
	DocsPerS   float64 `json:"docs_per_s"`
	IndexBytes int64   `json:"index_bytes"`
	TextBytes  int64   `json:"text_bytes"`
	PeakRSS    float64 `json:"peak_rss_mb"`
	Docs       int     `json:"docs"`
	Queries    int     `json:"queries"`
}

func (b *benchSearch) run(ctx context.Context, std stdio, args []string) (err error) {
	if b.docs == "" || b.queries == "" || b.qrels == "" {
		return usageError{"-docs、-queries、-qrels 三个都要给"}
	}
	queries, err := readFile(b.queries, relevance.ReadQuestions)
	if err != nil {
		return err
	}
	judged, err := readFile(b.qrels, relevance.ReadQrels)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kepu-bench-")
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, os.RemoveAll(dir)) }()
	var f searchFigures
	err = withNode(ctx, storeConfig{data: dir}, func(ctx context.Context, n *node) error {
		if err := b.feed(ctx, std, n, &f); err != nil {
			return err
		}
		return b.ask(ctx, n, queries, judged, &f)
	})
	if err != nil {
		return err
	}
	f.IndexBytes = dirSize(filepath.Join(dir, "index"))
	f.PeakRSS = peakRSS()
	return b.tell(std, f)
}

// feed imports the documents and waits until all of them can be found.
func (b *benchSearch) feed(ctx context.Context, std stdio, n *node, f *searchFigures) error {
	begun := time.Now()
	p := newProgress(std.err, "导入")
	im := exchange.Import{
		Desk: n.stores.desk(), Media: n.stores.media(), Actor: operator, Source: "bench", Format: "jsonl",
		Options:  content.ImportOptions{Publish: true},
		Progress: func(e exchange.Progress) { p.step(e.Items, e.Share()) },
	}
	report, err := im.Paths(ctx, []string{b.docs})
	p.end()
	if err != nil {
		return err
	}
	if report.Bad() > 0 {
		return fmt.Errorf("%d 篇文档没有导入：%s %s", report.Bad(), report.Problems[0].Where, report.Problems[0].Message)
	}
	if err := n.index.Wait(ctx, report.Seq); err != nil {
		return err
	}
	info, err := os.Stat(b.docs)
	if err != nil {
		return err
	}
	f.TextBytes, f.Docs = info.Size(), report.Total
	f.DocsPerS = float64(report.Total) / time.Since(begun).Seconds()
	return nil
}

func (b *benchSearch) ask(ctx context.Context, n *node, queries []relevance.Question, judged map[string]relevance.Judgements, f *searchFigures) error {
	took := make([]time.Duration, 0, len(queries))
	scores := make([]relevance.Score, 0, len(queries))
	for _, q := range queries {
		begun := time.Now()
		r, err := n.index.Query(ctx, search.Query{Text: q.Text, Limit: 10})
		took = append(took, time.Since(begun))
		if err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
		ranked := make([]string, 0, len(r.Hits))
		for _, h := range r.Hits {
			ranked = append(ranked, h.Origin.ID)
		}
		scores = append(scores, relevance.Measure(ranked, judged[q.ID], 10))
	}
	mean := relevance.Mean(scores)
	f.NDCG10, f.MRR10, f.Recall10, f.Queries = mean.NDCG, mean.MRR, mean.Recall, len(queries)
	slices.Sort(took)
	f.P50, f.P99, f.Max = ms(percentile(took, 50)), ms(percentile(took, 99)), ms(took[len(took)-1])
	return nil
}

// readFile reads a file of one of the benchmark's formats.
func readFile[T any](path string, read func(io.Reader) (T, error)) (t T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer f.Close()
	if t, err = read(f); err != nil {
		return t, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func (b *benchSearch) tell(std stdio, f searchFigures) error {
	if b.json {
		return json.NewEncoder(std.out).Encode(f)
	}
	_, err := fmt.Fprintf(std.out, `nDCG@10 %.4f   MRR@10 %.4f   Recall@10 %.4f
p50 %.2f ms   p99 %.2f ms   max %.2f ms
%.0f docs/s   index %d B   text %d B   peak RSS %.0f MB   %d docs   %d queries
`, f.NDCG10, f.MRR10, f.Recall10, f.P50, f.P99, f.Max, f.DocsPerS, f.IndexBytes, f.TextBytes, f.PeakRSS, f.Docs, f.Queries)
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// percentile is the nearest-rank percentile of sorted times.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, (len(sorted)*p+99)/100-1)]
}

func dirSize(dir string) (total int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // a segment merged away while we look
		}
		if info, err := d.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}

// peakRSS is this process's largest resident set in MB.
func peakRSS() float64 { return statusMB(os.Getpid(), "VmHWM:") }

// statusMB reads a memory figure of a process as Linux gives it; 0 elsewhere.
func statusMB(pid int, name string) float64 {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kb / 1024
		}
	}
	return 0
}
