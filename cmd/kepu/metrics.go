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
	gauge("kepu_journal_seq", "Last entry of the journal when the store last answered.", func() float64 {
		if head := a.head.Load(); head != nil {
			return float64(head.Seq)
		}
		return 0
	})
	for _, f := range a.followers() {
		gauge("kepu_"+f.name+"_seq", "Journal position that the "+f.name+" shows.", func() float64 { return float64(f.seq()) })
		gauge("kepu_"+f.name+"_lag", "Entries the "+f.name+" is behind the journal.", func() float64 { return float64(a.lag(f.seq())) })
	}
	gauge("kepu_blob_bytes", "Bytes of stored media, as counted within the last ten minutes.", func() float64 { return float64(a.blobs.Load()) })
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
