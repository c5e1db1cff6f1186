package main

import (
	"net/http"
	"strings"
	"testing"

	"kepu/content"
	"kepu/journal"
)

// A new store shows a desk at work; nothing of it is public, a start again
// leaves it as it is, and one command takes it away for good.
func TestSamples(t *testing.T) {
	data := t.TempDir()
	config := Config{storeConfig: storeConfig{data: data}, library: true}
	config.stages = 3
	s := start(t, config)
	item := func(id string) content.Item {
		t.Helper()
		it, _, err := s.Desk().Read(t.Context(), content.Operator(), journal.IDFor(sampleSource, id))
		if err != nil {
			t.Fatal(err)
		}
		return it
	}
	if it := item("maicai-shunxu"); it.Review != nil {
		t.Errorf("a draft is in review: %+v", it.Review)
	}
	if r := item("yueliang-wan-chulai").Review; r == nil || r.Stage() != content.StageFirst {
		t.Errorf("submitted: %+v", r)
	}
	if r := item("shu-miao-ting-lei").Review; r == nil || r.Stage() != content.StageScientific {
		t.Errorf("passed once: %+v", r)
	}
	if r := item("ganmao-haishi-liugan").Review; r == nil || r.Returned == nil || r.Returned.Text == "" {
		t.Errorf("sent back: %+v", r)
	}
	if it := item("tingdian-bingxiang"); it.Schedule == nil || !it.Review.Complete() || it.Schedule.At.Hour() != 1 {
		t.Errorf("scheduled: %+v, %+v", it.Schedule, it.Review)
	}
	s.caughtUp(t)
	if status, body := s.get(t, "/search?q=停电冰箱还能放多久"); status != http.StatusOK || strings.Contains(body, "tingdian") {
		t.Errorf("a sample is public: %d", status)
	}
	head, err := s.stores.journal.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.stop()

	s = start(t, config)
	if again, err := s.stores.journal.Head(t.Context()); err != nil || again.Seq != head.Seq {
		t.Errorf("a second start wrote %d entries, %v", again.Seq-head.Seq, err)
	}
	if code, out, errs := kepu(t, "sample", "remove", "-data", data); code != exitDone || !strings.Contains(out, "5 篇") {
		t.Errorf("exit %d: %s %s", code, out, errs)
	}
	if _, _, err := s.Desk().Read(t.Context(), content.Operator(), journal.IDFor(sampleSource, "maicai-shunxu")); err == nil {
		t.Error("a sample is still there")
	}
	s.stop()
	start(t, config).stop()
	if code, out, errs := kepu(t, "sample", "remove", "-data", data); code != exitDone || !strings.Contains(out, "0 篇") {
		t.Errorf("removed samples are back: exit %d: %s %s", code, out, errs)
	}
}

// Laying out that was broken off anywhere is gone on with.
func TestSamplesBrokenOff(t *testing.T) {
	config := Config{library: true}
	for stages := range 4 {
		config.stages = stages
		s := start(t, config)
		for _, sample := range samples() {
			if err := s.bring(t.Context(), sampler("author", "author"), sample); err != nil {
				t.Errorf("%d stages: %s again: %v", stages, sample.id, err)
			}
		}
		s.stop()
	}
}

// A store that holds something already gets no samples.
func TestSamplesOnlyInANewStore(t *testing.T) {
	data := t.TempDir()
	start(t, Config{storeConfig: storeConfig{data: data}}).stop()
	start(t, Config{storeConfig: storeConfig{data: data}, library: true}).stop()
	if code, out, errs := kepu(t, "sample", "remove", "-data", data); code != exitDone || !strings.Contains(out, "0 篇") {
		t.Errorf("exit %d: %s %s", code, out, errs)
	}
}
