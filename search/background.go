package search

import (
	"runtime"
	"syscall"
)

// courtesy is how far below readers' requests the building of files runs, in
// steps of nice.
const courtesy = 10

// background puts the calling goroutine on a thread of its own that the system
// runs only where no request wants the processor: a large import must not make
// searches wait. The goroutine keeps that thread and takes it along when it
// ends, since only a privileged process may raise a thread again. Elsewhere than
// on Linux, where threads have no niceness of their own, nothing happens.
func background() {
	if runtime.GOOS != "linux" {
		return
	}
	runtime.LockOSThread()
	// Refused only under unusual policies; the work is then merely less polite.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, courtesy)
}
