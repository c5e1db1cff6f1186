package search

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/search/relevance"
)

// TestRelevance imports the test collections through the desk and asks every
// question of them as the public API does.
func TestRelevance(t *testing.T) {
	for _, c := range []struct {
		docs, questions string
		ndcg, recall    float64
	}{
		{"cmrc", "cmrc", 0.991, 0.995},
		{"drcd", "drcd", 0.961, 0.990},
		{"drcd", "drcd_sq", 0.961, 0.990}, // traditional documents, simplified questions
	} {
		t.Run(c.questions, func(t *testing.T) {
			w := open(t)
			w.publishDocs(t, corpusDocs(t, c.docs))
			questions := corpus(t, filepath.Join(c.questions, "queries.jsonl"),
				func(f *os.File) ([]relevance.Question, error) { return relevance.ReadQuestions(f) })
			qrels := corpus(t, filepath.Join(c.questions, "qrels.tsv"),
				func(f *os.File) (map[string]relevance.Judgements, error) { return relevance.ReadQrels(f) })
			var scores []relevance.Score
			var ms []float64
			for _, q := range questions {
				r := w.query(t, Query{Text: q.Text, Limit: 10})
				var ids []string
				for _, h := range r.Hits {
					ids = append(ids, h.Origin.ID)
				}
				scores = append(scores, relevance.Measure(ids, qrels[q.ID], 10))
				ms = append(ms, r.TookMS)
			}
			m := relevance.Mean(scores)
			t.Logf("%s: nDCG@10 %.4f MRR@10 %.4f Recall@10 %.4f; p50 %.2f ms, p99 %.2f ms",
				c.questions, m.NDCG, m.MRR, m.Recall, relevance.Quantile(ms, 0.5), relevance.Quantile(ms, 0.99))
			if m.NDCG < c.ndcg || m.Recall < c.recall {
				t.Errorf("want nDCG@10 ≥ %v, Recall@10 ≥ %v", c.ndcg, c.recall)
			}
		})
	}
}

// publishDocs imports a collection live.
func (w *world) publishDocs(t testing.TB, docs []relevance.Doc) {
	t.Helper()
	began := time.Now()
	for rest := docs; len(rest) > 0; {
		n := min(300, len(rest))
		subs := make([]content.Submission, n)
		for i, d := range rest[:n] {
			if d.Title == "" { // one of CMRC has none; the desk wants one
				d.Title = string([]rune(d.Text)[:12])
			}
			subs[i] = article(d.ID, d.Title, strings.Split(d.Text, "\n")...)
		}
		rest = rest[n:]
		out, err := w.Import(t.Context(), "operator", subs, content.ImportOptions{Publish: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range out {
			if o.Err != nil {
				t.Fatalf("%s: %v", subs[i].SourceID, o.Err)
			}
		}
	}
	committed := time.Since(began)
	w.head(t)
	if t, ok := t.(*testing.T); ok {
		t.Logf("%d documents: %.0f/s committed, %.0f/s searchable", len(docs),
			float64(len(docs))/committed.Seconds(), float64(len(docs))/time.Since(began).Seconds())
	}
}

// recombined are n documents of sentences drawn from real ones, each of about
// size bytes: as many as a measurement needs.
func recombined(docs []relevance.Doc, n, size int) []relevance.Doc {
	var sentences []string
	for _, d := range docs {
		sentences = append(sentences, strings.SplitAfter(d.Text, "。")...)
	}
	rng := rand.New(rand.NewSource(1))
	all := make([]relevance.Doc, n)
	for i := range all {
		var b strings.Builder
		for b.Len() < size {
			b.WriteString(sentences[rng.Intn(len(sentences))])
		}
		all[i] = relevance.Doc{ID: fmt.Sprintf("R%07d", i), Title: docs[rng.Intn(len(docs))].Title, Text: b.String()}
	}
	return all
}
