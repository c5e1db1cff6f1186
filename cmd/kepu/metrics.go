package main

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// measure registers what the node knows of itself; each figure is read when it
// is asked for.
func (a *App) measure(registry *prometheus.Registry) {
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, read func() float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
	}
	gauge("kepu_shelf_seq", "Journal position that the shelf shows.", func() float64 { return float64(a.shelf.Position().Seq) })
	gauge("kepu_index_seq", "Journal position that the search index answers with.", func() float64 { return float64(a.index.Position().Seq) })
	gauge("kepu_index_lag", "Entries the search index is behind the shelf.", func() float64 {
		return max(0, float64(a.shelf.Position().Seq)-float64(a.index.Position().Seq))
	})
	gauge("kepu_roll_seq", "Journal position that the editors' lists answer with.", func() float64 { return float64(a.roll.Position().Seq) })
	gauge("kepu_roll_lag", "Entries the editors' lists are behind the shelf.", func() float64 {
		return max(0, float64(a.shelf.Position().Seq)-float64(a.roll.Position().Seq))
	})
	gauge("kepu_roll_ready", "1 while the editors' lists answer.", func() float64 {
		if a.roll.Ready() {
			return 1
		}
		return 0
	})
	gauge("kepu_store_seen_seconds", "Seconds since the store last answered.", func() float64 {
		return float64(time.Now().UnixMilli()-a.seen.Load()) / 1000
	})
	gauge("kepu_ready", "1 once the node has caught up.", func() float64 {
		if a.ready.Load() {
			return 1
		}
		return 0
	})
}

// splitList reads a comma-separated flag.
func splitList(text string) (list []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
