package search

import (
	"errors"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// asyncErrors is the name under which scorch finds the callback for errors of
// its background work. Its registry is global; the callback finds the engine by
// its directory.
const asyncErrors = "kepu"

var watched sync.Map // directory → func(error)

func init() {
	scorch.RegistryAsyncErrorCallbacks[asyncErrors] = func(err error, dir string) {
		if errors.Is(err, scorch.ErrCleanup) {
			return // an old file that could not be removed yet
		}
		if fail, ok := watched.Load(dir); ok {
			fail.(func(error))(err)
		}
	}
}

func watch(dir string, fail func(error)) { watched.Store(dir, fail) }
func unwatch(dir string)                 { watched.Delete(dir) }
