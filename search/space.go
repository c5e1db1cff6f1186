package search

import (
	"context"
	"syscall"
	"time"
)

// Below so much free space nothing is written: a twentieth of the disk, or what
// a large merge needs where the disk is so large that a twentieth is more.
const (
	freeShare = 20
	freeBytes = 1 << 30
)

// space tells whether there is room to write.
func (x *Index) space() bool {
	var s syscall.Statfs_t
	if err := syscall.Statfs(x.dir, &s); err != nil {
		return true // writing will tell
	}
	size := uint64(s.Bsize)
	return s.Bavail*size >= min(s.Blocks*size/freeShare, freeBytes)
}

// mergeable tells whether segments may be merged now: a merge that runs out of
// space would break an index that otherwise goes on answering.
func (x *Index) mergeable() bool { return x.held() <= 0 && x.space() }

// room waits until there is room to write, and after writing failed for a
// reason outside for a while that doubles up to ten seconds. Reading goes on
// meanwhile.
func (x *Index) room(ctx context.Context) error {
	said := false
	for {
		wait := x.held()
		if wait <= 0 && x.space() {
			break
		}
		if !said {
			said = true
			x.say("磁盘空间不足或无法写入，检索照常，新内容暂不入索引")
			x.log.Error("search index is not written", "dir", x.dir, "for", wait)
		}
		if !pause(ctx, max(wait, time.Second)) {
			return ctx.Err()
		}
	}
	if said {
		x.say("")
		x.log.Info("search index is written again", "dir", x.dir)
	}
	return nil
}

// hold keeps from writing for a while, after writing failed.
func (x *Index) hold() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.holding = min(max(2*x.holding, time.Second), 10*time.Second)
	x.until = time.Now().Add(x.holding)
}

// wrote ends the doubling.
func (x *Index) wrote() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.holding = 0
}

func (x *Index) held() time.Duration {
	x.mu.Lock()
	defer x.mu.Unlock()
	return time.Until(x.until)
}
