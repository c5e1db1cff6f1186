package frontend

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// counts are the metrics of requests. Every series is made at start, so that
// counting one costs a few atomic additions.
type counts struct {
	requests map[string]*[6]prometheus.Counter // by route, then class of status
	seconds  map[string]prometheus.Observer
	hits     prometheus.Counter
}

var classes = [6]string{"", "1xx", "2xx", "3xx", "4xx", "5xx"}

func newCounts(reg *prometheus.Registry, pages *cache, routes []string) (*counts, error) {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kepu_http_requests_total", Help: "Requests by route and class of status."}, []string{"route", "class"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kepu_http_request_seconds", Help: "Time to answer by route.",
		Buckets: []float64{.0001, .0005, .001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"})
	c := &counts{requests: map[string]*[6]prometheus.Counter{}, seconds: map[string]prometheus.Observer{},
		hits: prometheus.NewCounter(prometheus.CounterOpts{Name: "kepu_page_cache_hits_total", Help: "Requests answered from the page cache."})}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	for _, m := range []prometheus.Collector{requests, seconds, c.hits,
		gauge("kepu_page_cache_bytes", "Bytes of rendered pages kept.", func() float64 { return float64(pages.bytes.Load()) }),
		gauge("kepu_page_cache_entries", "Rendered pages kept.", func() float64 { return float64(pages.len()) }),
		gauge("kepu_page_cache_renders", "Pages rendered since start.", func() float64 { return float64(pages.made.Load()) }),
		gauge("kepu_page_cache_evictions", "Pages pushed out since start.", func() float64 { return float64(pages.left.Load()) })} {
		if err := reg.Register(m); err != nil {
			return nil, fmt.Errorf("frontend: metrics: %w", err)
		}
	}
	for _, name := range append([]string{"none"}, routes...) {
		row := &[6]prometheus.Counter{}
		for i, class := range classes[1:] {
			row[i+1] = requests.WithLabelValues(name, class)
		}
		c.requests[name], c.seconds[name] = row, seconds.WithLabelValues(name)
	}
	return c, nil
}

// hit counts an answer from the page cache.
func (c *counts) hit(e *entry, status int, start time.Time) {
	c.hits.Inc()
	c.count(e.route.name, status, time.Since(start))
}

func (c *counts) count(route string, status int, took time.Duration) {
	if class := status / 100; class > 0 && class < len(classes) {
		c.requests[route][class].Inc()
	}
	c.seconds[route].Observe(took.Seconds())
}
