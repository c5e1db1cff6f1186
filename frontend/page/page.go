// Package page is what the frontend's handlers share: the request they are
// given, the reply they make, and how they say that something is not there. A
// handler is a function of one view of the shelf and of a validated request, so
// its replies can be kept and compared; it knows nothing of the server.
package page

import (
	"context"
	"time"

	"kepu/shelf"
)

// Zone is the time of every reader: UTC+8, without summer time.
func Zone() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// Request is one request, validated. Path is canonical and, with Easy, begins
// with /easy.
type Request struct {
	Ctx   context.Context
	View  *shelf.View
	Path  string
	Easy  bool
	Args  map[string]string // the path's own parameters
	Query Query
	Now   time.Time
}

// Arg gives a parameter of the path; "" where the route has none of that name.
func (r Request) Arg(name string) string { return r.Args[name] }

// Reply is what a handler makes of a request. It stays true while the versions
// of Deps and the value of Probe stay what they were in the request's view, and
// until Until where that is set.
type Reply struct {
	Status int    // 0 means 200
	Type   string // media type
	Body   []byte
	Deps   []shelf.Dep
	Probe  func(*shelf.View) uint64 // what Deps cannot name; may be nil
	Until  time.Time
	// Private is for who asked alone: nobody keeps it or lists it.
	Private bool
}

// Handler answers a request. Its errors are those of this package, of shelf and
// of search; anything else is a fault of ours.
type Handler func(Request) (Reply, error)
