package main

import (
	"bytes"
	"strings"
	"testing"
)

// The streams are shortened from what go test -json writes.
func TestTallyCounts(t *testing.T) {
	tests := []struct {
		name   string
		stream string
		passed int
		failed int
		skips  int
		shown  string // must be printed
		hidden string // must not be
	}{
		{
			name: "leaves count, parents do not",
			stream: `
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/x"}
{"Action":"output","Package":"p","Test":"TestA/x","Output":"    a_test.go:9: quiet\n"}
{"Action":"pass","Package":"p","Test":"TestA/x","Elapsed":0}
{"Action":"run","Package":"p","Test":"TestA/with/slash"}
{"Action":"pass","Package":"p","Test":"TestA/with/slash","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"pass","Package":"p","Elapsed":0.1}`,
			passed: 3, shown: "ok    p  3 in 100ms", hidden: "quiet",
		},
		{
			name: "a failed leaf is one failure, with its output",
			stream: `
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/x"}
{"Action":"output","Package":"p","Test":"TestA/x","Output":"    a_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestA/x","Elapsed":0}
{"Action":"fail","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"fail","Package":"p","Elapsed":0.1}`,
			failed: 1, shown: "got 1, want 2",
		},
		{
			name: "a parent failing by itself is one failure",
			stream: `
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/x"}
{"Action":"pass","Package":"p","Test":"TestA/x","Elapsed":0}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:20: afterwards\n"}
{"Action":"fail","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"fail","Package":"p","Elapsed":0.1}`,
			passed: 1, failed: 1, shown: "afterwards",
		},
		{
			name: "a package that does not build is one failure",
			stream: `
{"ImportPath":"p [p.test]","Action":"build-output","Output":"p/a.go:3: undefined: x\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","Elapsed":0,"FailedBuild":"p [p.test]"}`,
			failed: 1, shown: "undefined: x",
		},
		{
			name: "a crash between tests shows what was under way",
			stream: `
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: at the disco\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p","Elapsed":0.1}`,
			failed: 1, shown: "panic: at the disco",
		},
		{
			name: "a skip names its reason on one line",
			stream: `
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:9: no data here\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"pass","Package":"p","Elapsed":0.1}`,
			skips: 1, shown: "skip  p TestA: a_test.go:9: no data here\n",
		},
		{
			name:   "a package without tests counts nothing",
			stream: `{"Action":"skip","Package":"p","Elapsed":0}`,
			hidden: "p",
		},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			tally := newTally(&out)
			if err := tally.read(strings.NewReader(c.stream)); err != nil {
				t.Fatal(err)
			}
			if tally.passed != c.passed || len(tally.failures) != c.failed || len(tally.skips) != c.skips {
				t.Errorf("passed %d, failed %d, skipped %d; want %d, %d, %d",
					tally.passed, len(tally.failures), len(tally.skips), c.passed, c.failed, c.skips)
			}
			if !strings.Contains(out.String(), c.shown) {
				t.Errorf("not shown: %q in\n%s", c.shown, out.String())
			}
			if c.hidden != "" && strings.Contains(out.String(), c.hidden) {
				t.Errorf("shown: %q in\n%s", c.hidden, out.String())
			}
		})
	}
}

func TestTallyBrokenStream(t *testing.T) {
	if err := newTally(&bytes.Buffer{}).read(strings.NewReader("{\"Action\":\"run\"}\nnot json")); err == nil {
		t.Error("a stream that is not JSON was accepted")
	}
}
