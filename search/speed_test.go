package search

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kepu/content"
	"kepu/search/relevance"
)

// BenchmarkPublish measures from a commit to the answer of a search, and how
// much of it is the index's.
func BenchmarkPublish(b *testing.B) {
	w := open(b)
	w.publish(b, numbered(200)...)
	var whole, after []float64
	n := 0
	for b.Loop() {
		n++
		began := time.Now()
		out, err := w.Import(b.Context(), "operator", []content.Submission{
			article(fmt.Sprint("p", n), fmt.Sprintf("新闻 %d", n), "刚刚发布。"),
		}, content.ImportOptions{Publish: true})
		if err != nil {
			b.Fatal(err)
		}
		committed := time.Now()
		w.wait(b, out[0].Seq)
		if w.query(b, Query{Text: "刚刚发布"}).Total != n {
			b.Fatalf("not found at once, %d", n)
		}
		whole = append(whole, ms(time.Since(began)))
		after = append(after, ms(time.Since(committed)))
	}
	b.ReportMetric(relevance.Quantile(whole, 0.5), "p50-ms")
	b.ReportMetric(relevance.Quantile(whole, 0.99), "p99-ms")
	b.ReportMetric(relevance.Quantile(after, 0.5), "after-commit-p50-ms")
	b.ReportMetric(relevance.Quantile(after, 0.99), "after-commit-p99-ms")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// BenchmarkImport imports KEPU_BENCH_DOCS documents (20,000 where it is not
// set) of about 480 Han beside a running index and asks meanwhile and
// afterwards.
func BenchmarkImport(b *testing.B) {
	n := 20_000
	if v, err := strconv.Atoi(os.Getenv("KEPU_BENCH_DOCS")); err == nil {
		n = v
	}
	docs := recombined(append(corpusDocs(b, "cmrc"), corpusDocs(b, "drcd")...), n, 1440)
	questions := corpus(b, "cmrc/queries.jsonl",
		func(f *os.File) ([]relevance.Question, error) { return relevance.ReadQuestions(f) })
	for b.Loop() {
		w := open(b)
		ask := func(i int) float64 { return w.query(b, Query{Text: questions[i%len(questions)].Text}).TookMS }
		stop, cancel := context.WithCancel(b.Context())
		var beside []float64
		var asking sync.WaitGroup
		asking.Go(func() {
			for i := 0; pause(stop, 20*time.Millisecond); i++ {
				beside = append(beside, ask(i))
			}
		})
		cpu := cpuTime()
		w.publishDocs(b, docs)
		cpu = cpuTime() - cpu
		cancel()
		asking.Wait()
		var alone []float64
		for i := range 2000 {
			alone = append(alone, ask(i))
		}
		b.ReportMetric(cpu.Seconds()*1e6/float64(n), "cpu-µs/doc")
		b.ReportMetric(relevance.Quantile(beside, 0.5), "beside-p50-ms")
		b.ReportMetric(relevance.Quantile(beside, 0.99), "beside-p99-ms")
		b.ReportMetric(relevance.Quantile(alone, 0.5), "alone-p50-ms")
		b.ReportMetric(relevance.Quantile(alone, 0.99), "alone-p99-ms")
		began := time.Now()
		if err := w.index.Rebuild(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "rebuilt-docs/s")
		b.ReportMetric(float64(tree(w.indexDir()))/float64(n), "index-bytes/doc")
		b.ReportMetric(peak(), "peak-RSS-MB")
	}
}

// cpuTime is what the process has used of the processors.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak is the most memory the process ever held, in MB.
func peak() float64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(raw), "VmHWM:")
	kb, _ := strconv.ParseFloat(strings.Fields(after + " 0")[0], 64)
	return kb / 1024
}
