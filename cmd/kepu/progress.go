package main

import (
	"fmt"
	"io"
	"time"
)

// progress speaks of long work: nothing in the first two seconds, then on a
// terminal one line that is overwritten, elsewhere one line per ten seconds.
type progress struct {
	w        io.Writer
	what     string
	terminal bool
	begun    time.Time
	last     time.Time
	drawn    bool
}

func newProgress(w io.Writer, what string) *progress {
	return &progress{w: w, what: what, terminal: isTerminal(w), begun: time.Now()}
}

// step tells how much is done. share is from 0 to 1, or negative if unknown.
func (p *progress) step(done int, share float64) {
	now := time.Now()
	every := 10 * time.Second
	if p.terminal {
		every = 200 * time.Millisecond
	}
	run := now.Sub(p.begun)
	if run < 2*time.Second || now.Sub(p.last) < every {
		return
	}
	p.last = now
	line := fmt.Sprintf("%s：%d，每秒 %.0f", p.what, done, float64(done)/run.Seconds())
	if share > 0.001 && share <= 1 {
		left := time.Duration(float64(run) * (1 - share) / share)
		line += fmt.Sprintf("，%.0f%%，约剩 %s", share*100, left.Round(time.Second))
	}
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		p.drawn = true
		return
	}
	fmt.Fprintln(p.w, line)
}

// end leaves the terminal on a fresh line.
func (p *progress) end() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
