package relevance

import (
	"math"
	"strings"
	"testing"
)

func TestMeasure(t *testing.T) {
	j := Judgements{"a": 1, "b": 3, "z": 0}
	best := 7.0 + 1/math.Log2(3)
	for _, c := range []struct {
		name   string
		ranked []string
		k      int
		want   Score
	}{
		{"ideal", []string{"b", "a"}, 10, Score{1, 1, 1}},
		{"turned", []string{"a", "b"}, 10, Score{(1 + 7/math.Log2(3)) / best, 1, 1}},
		{"second", []string{"x", "b"}, 10, Score{(7 / math.Log2(3)) / best, 0.5, 0.5}},
		{"below the cut", []string{"x", "b", "a"}, 1, Score{}},
		{"twice counts once", []string{"a", "a", "b"}, 10, Score{(1 + 7/math.Log2(4)) / best, 1, 1}},
		{"judged irrelevant", []string{"z"}, 10, Score{}},
		{"nothing", nil, 10, Score{}},
	} {
		got := Measure(c.ranked, j, c.k)
		if math.Abs(got.NDCG-c.want.NDCG) > 1e-12 || got.MRR != c.want.MRR || got.Recall != c.want.Recall {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	if got := Measure([]string{"a"}, nil, 10); got != (Score{}) {
		t.Errorf("without judgements: %+v", got)
	}
}

func TestMeanAndQuantile(t *testing.T) {
	if got := Mean([]Score{{1, 1, 1}, {0, 0.5, 0}}); got != (Score{0.5, 0.75, 0.5}) {
		t.Errorf("mean %+v", got)
	}
	if got := Mean(nil); got != (Score{}) {
		t.Errorf("mean of none %+v", got)
	}
	v := []float64{5, 1, 4, 2, 3}
	for p, want := range map[float64]float64{0: 1, 0.5: 3, 0.99: 5, 1: 5} {
		if got := Quantile(v, p); got != want {
			t.Errorf("quantile %v: %v, want %v", p, got, want)
		}
	}
	if Quantile(nil, 0.5) != 0 {
		t.Error("quantile of none")
	}
}

func TestFiles(t *testing.T) {
	docs, err := ReadDocs(strings.NewReader("{\"id\":\"1\",\"title\":\"水\",\"text\":\"火\"}\n\n{\"id\":\"2\"}"))
	if err != nil || len(docs) != 2 || docs[0].Text != "火" {
		t.Errorf("docs %v %v", docs, err)
	}
	if _, err := ReadQuestions(strings.NewReader("{}\n{")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("broken line: %v", err)
	}
	q, err := ReadQrels(strings.NewReader("query\tdoc\trel\nq1\td1\t1\nq1 0 d2 2\n"))
	if err != nil || q["q1"]["d1"] != 1 || q["q1"]["d2"] != 2 || len(q) != 1 {
		t.Errorf("qrels %v %v", q, err)
	}
	for _, bad := range []string{"q1 d1", "q1 d1 1\nq1 d1 x"} {
		if _, err := ReadQrels(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzReadQrels(f *testing.F) {
	f.Add("q\td\t1\n")
	f.Fuzz(func(t *testing.T, s string) {
		if all, err := ReadQrels(strings.NewReader(s)); err == nil {
			for q, j := range all {
				if q == "" || len(j) == 0 {
					t.Fatalf("%q gave %q: %v", s, q, j)
				}
			}
		}
	})
}
