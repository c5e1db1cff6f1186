package main

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
)

// asideBy is how far below readers' requests the lists of the studio are kept, in
// steps of nice: above an import, which makes their work.
const asideBy = 10

// aside does the same as giveWay for the calling goroutine alone, which keeps the
// thread it is on and must end when its work does.
func aside() {
	if runtime.GOOS != "linux" {
		return
	}
	runtime.LockOSThread()
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, asideBy)
}

// courtesy is how far below a serving kepu the work of an import runs, in steps
// of nice: somebody waits for a page, nobody for the last of a thousand items.
const courtesy = 19

// giveWay lets the system run this process only where no request wants the
// processor. Linux keeps a niceness by thread; threads made later take after
// the one that makes them. What is refused is left as it is: the work is then
// merely less polite.
func giveWay() {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, courtesy)
		return
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, courtesy)
		}
	}
}
