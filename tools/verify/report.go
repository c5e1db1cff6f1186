package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// writeReport keeps a long run for people: what ran, how long it took, what the
// tests measured, what failed.
func writeReport(path string, t *tally, started time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Report of %s\n\n", started.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "%d passed, %d failed in %s, %s on %d cores.\n\n",
		t.passed, len(t.failures), time.Since(started).Round(time.Second), runtime.Version(), runtime.NumCPU())
	b.WriteString("| package | passed | failed | time |\n|---|---|---|---|\n")
	for _, p := range t.packages {
		fmt.Fprintf(&b, "| %s | %d | %d | %s |\n", p.name, p.passed, p.failed, p.elapsed)
	}
	section(&b, "Failed", failureTexts(t.failures))
	section(&b, "Skipped", t.skips)
	section(&b, "Measured and logged", t.notes)
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

func section(b *strings.Builder, title string, texts []string) {
	if len(texts) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n", title)
	for _, text := range texts {
		fmt.Fprintf(b, "\n```\n%s\n```\n", strings.ReplaceAll(strings.TrimSpace(text), "```", "'''"))
	}
}

func failureTexts(failures []failure) []string {
	texts := make([]string, len(failures))
	for i, f := range failures {
		texts[i] = f.name + "\n" + f.output
	}
	return texts
}
