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

// room waits until there is room to write. Reading goes on meanwhile.
func (x *Index) room(ctx context.Context) error {
	for first := true; ; first = false {
		if x.space() {
			if !first {
				x.say("")
				x.log.Info("search index is written again")
			}
			return nil
		}
		if first {
			x.say("磁盘空间不足，检索照常，新内容暂不入索引")
			x.log.Error("search index is not written: disk almost full", "dir", x.dir)
		}
		if !pause(ctx, time.Second) {
			return ctx.Err()
		}
	}
}
