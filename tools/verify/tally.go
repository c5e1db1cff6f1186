package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// event is one line of go test -json (go doc test2json) or of its build part
// (go help buildjson).
type event struct {
	Action      string
	ImportPath  string // of build events
	Package     string
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string  // import path whose build output explains a failed package
}

// tally counts tests and keeps what people want to read afterwards.
type tally struct {
	out      io.Writer
	passed   int
	failures []failure
	skips    []string
	packages []packageResult
	notes    []string // what passing tests logged, for a report

	running map[string]*packageRun
	builds  map[string]*strings.Builder
}

type failure struct{ name, output string }

type packageResult struct {
	name    string
	passed  int
	failed  int
	elapsed time.Duration
}

// packageRun is a package whose tests are under way.
type packageRun struct {
	packageResult
	tests  map[string]*testRun
	output strings.Builder // of the package itself: panics, TestMain
}

type testRun struct {
	output      strings.Builder
	parent      bool // has subtests
	failedBelow bool
	finished    bool
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, running: map[string]*packageRun{}, builds: map[string]*strings.Builder{}}
}

func (t *tally) fail(name, output string) {
	t.failures = append(t.failures, failure{name, output})
	fmt.Fprintf(t.out, "FAIL  %s\n%s\n", name, strings.TrimRight(output, "\n"))
}

// read counts events until r ends.
func (t *tally) read(r io.Reader) error {
	lines := json.NewDecoder(r)
	for {
		var e event
		err := lines.Decode(&e)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read test events: %w", err)
		}
		t.add(e)
	}
}

func (t *tally) add(e event) {
	if e.Action == "build-output" {
		if t.builds[e.ImportPath] == nil {
			t.builds[e.ImportPath] = &strings.Builder{}
		}
		t.builds[e.ImportPath].WriteString(e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	p := t.running[e.Package]
	if p == nil {
		p = &packageRun{packageResult: packageResult{name: e.Package}, tests: map[string]*testRun{}}
		t.running[e.Package] = p
	}
	if e.Test != "" {
		t.addTest(p, e)
		return
	}
	switch e.Action {
	case "output":
		p.output.WriteString(e.Output)
	case "pass", "fail", "skip":
		t.endPackage(p, e)
	}
}

func (t *tally) addTest(p *packageRun, e event) {
	test := p.tests[e.Test]
	if test == nil {
		test = &testRun{}
		p.tests[e.Test] = test
		if parent := p.parentOf(e.Test); parent != nil {
			parent.parent = true
		}
	}
	name := p.name + " " + e.Test
	switch e.Action {
	case "output":
		test.output.WriteString(e.Output)
		return
	case "pass":
		if logged := logLines(test.output.String()); logged != "" {
			t.notes = append(t.notes, name+"\n"+logged)
		}
		if !test.parent {
			t.passed++
			p.passed++
		}
	case "skip":
		reason := strings.Join(strings.Fields(logLines(test.output.String())), " ")
		t.skips = append(t.skips, name+": "+reason)
		fmt.Fprintf(t.out, "skip  %s: %s\n", name, reason)
	case "fail":
		if parent := p.parentOf(e.Test); parent != nil {
			parent.failedBelow = true
		}
		// A parent fails with its children; alone it fails on its own account.
		if !test.failedBelow {
			p.failed++
			t.fail(name, test.output.String())
		}
	default:
		return
	}
	test.finished = true
	test.output.Reset()
}

// endPackage closes a package. One that failed without a failed test (it did
// not build, panicked, ran out of time) is one failure.
func (t *tally) endPackage(p *packageRun, e event) {
	delete(t.running, p.name)
	p.elapsed = time.Duration(e.Elapsed * float64(time.Second)).Round(time.Millisecond)
	if e.Action == "fail" && p.failed == 0 {
		p.failed++
		t.fail(p.name, t.whyPackage(p, e.FailedBuild))
	}
	if p.passed+p.failed == 0 {
		return
	}
	t.packages = append(t.packages, p.packageResult)
	if p.failed == 0 {
		fmt.Fprintf(t.out, "ok    %s  %d in %s\n", p.name, p.passed, p.elapsed)
	}
}

func (t *tally) whyPackage(p *packageRun, build string) string {
	var why strings.Builder
	if b := t.builds[build]; b != nil {
		why.WriteString(b.String())
	}
	why.WriteString(p.output.String())
	for name, test := range p.tests {
		if !test.finished && test.output.Len() > 0 {
			fmt.Fprintf(&why, "unfinished %s\n%s", name, test.output.String())
		}
	}
	return why.String()
}

// parentOf is the test a subtest belongs to; nil for a top one. A subtest's own
// name may hold slashes, so the nearest test there is counts.
func (p *packageRun) parentOf(test string) *testRun {
	for {
		i := strings.LastIndexByte(test, '/')
		if i < 0 {
			return nil
		}
		test = test[:i]
		if parent := p.tests[test]; parent != nil {
			return parent
		}
	}
}

// logLines is a test's output without the frame go test puts around it.
func logLines(output string) string {
	var kept []string
	for line := range strings.Lines(output) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "=== ") || strings.HasPrefix(trimmed, "--- ") {
			continue
		}
		kept = append(kept, trimmed)
	}
	return strings.Join(kept, "\n")
}
