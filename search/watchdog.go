package search

import (
	"errors"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// callbacks is the name under which scorch finds what it calls from its
// background work. Its registries are global; the callbacks find the engine by
// its directory, or by scorch itself.
const callbacks = "kepu"

var (
	watched sync.Map // directory → func(error)
	merging sync.Map // *scorch.Scorch → func() bool
)

func init() {
	scorch.RegistryEventCallbacks[callbacks] = func(e scorch.Event) bool {
		if e.Kind != scorch.EventKindPreMergeCheck {
			return true
		}
		background() // this is scorch's merging goroutine
		may, ok := merging.Load(e.Scorch)
		return !ok || may.(func() bool)()
	}
	scorch.RegistryAsyncErrorCallbacks[callbacks] = func(err error, dir string) {
		if errors.Is(err, scorch.ErrCleanup) {
			return // an old file that could not be removed yet
		}
		if fail, ok := watched.Load(dir); ok {
			fail.(func(error))(err)
		}
	}
}

// watch is told of the engine's background errors and asked before merges.
func (e *engine) watch(may func() bool) {
	watched.Store(e.dir, e.fail)
	merging.Store(e.scorch, may)
}

func (e *engine) unwatch() {
	watched.Delete(e.dir)
	merging.Delete(e.scorch)
}
