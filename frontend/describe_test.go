package frontend_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"kepu/frontend/studio"
)

// described is the description that the server under test gives of itself, and
// which of its routes have given a good answer so far.
type described struct {
	once sync.Once
	*openapi3.T
	err error
	mu  sync.Mutex
	met map[string]bool
}

func (r *rig) description() *openapi3.T {
	r.doc.once.Do(func() {
		r.doc.T, r.doc.err = openapi3.NewLoader().LoadFromData(r.get("/api/openapi.json").body)
		r.doc.met = map[string]bool{}
	})
	if r.doc.err != nil {
		r.t.Fatal(r.doc.err)
	}
	return r.doc.T
}

// conforms fails where an answer is not what the description says: of a status
// it does not name, or of another shape.
func (r *rig) conforms(method, path string, a answer) {
	r.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	route := r.route(method, path)
	if route == nil || a.StatusCode == 301 || a.StatusCode == 405 || a.StatusCode == 431 {
		return // answered before any route: at another address, by another method, unread
	}
	op := r.description().Paths.Find(studio.Base + route.Path).GetOperation(method)
	if a.StatusCode < 400 {
		r.doc.mu.Lock()
		r.doc.met[route.Name] = true
		r.doc.mu.Unlock()
	}
	answer := op.Responses.Value(strconv.Itoa(a.StatusCode))
	if answer == nil {
		r.t.Errorf("%s %s answers %d, which is not described: %.300s", method, path, a.StatusCode, a.body)
		return
	}
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	medium := answer.Value.Content.Get(kind)
	if medium == nil {
		if len(a.body) > 0 {
			r.t.Errorf("%s %s: a body of %s is not described: %.300s", method, path, kind, a.body)
		}
		return
	}
	if !strings.HasSuffix(kind, "json") {
		return // a file
	}
	var body any
	if err := json.Unmarshal(a.body, &body); err != nil {
		r.t.Errorf("%s %s: %v in %.300s", method, path, err, a.body)
		return
	}
	if err := medium.Schema.Value.VisitJSON(body, openapi3.MultiErrors()); err != nil {
		r.t.Errorf("%s %s is not as described: %.600v\n%.600s", method, path, err, a.body)
	}
}

// route is that of an address below the studio's; nil where there is none.
func (r *rig) route(method, path string) *studio.Route {
	parts := strings.Split(path, "/")
	var found *studio.Route
	for _, route := range r.doors.Routes() {
		names := strings.Split(route.Path, "/")
		if route.Method != method || len(names) != len(parts) {
			continue
		}
		fits := true
		for i, name := range names {
			fits = fits && (name == parts[i] || strings.HasPrefix(name, "{"))
		}
		if fits && (found == nil || !strings.Contains(route.Path, "{")) {
			found = route
		}
	}
	return found
}

// TestStudioDescription: the document is valid and describes every route of the
// studio, with its parameters, and no other.
func TestStudioDescription(t *testing.T) {
	r := newRig(t)
	doc := r.description()
	if err := doc.Validate(t.Context()); err != nil {
		t.Errorf("not valid: %v", err)
	}
	known := map[string]bool{}
	for _, route := range r.doors.Routes() {
		path := studio.Base + route.Path
		known[route.Method+" "+path] = true
		item := doc.Paths.Find(path)
		if item == nil || item.GetOperation(route.Method) == nil {
			t.Errorf("%s %s is not described", route.Method, path)
			continue
		}
		op := item.GetOperation(route.Method)
		for _, k := range route.Keys {
			if op.Parameters.GetByInAndName("query", k.Name) == nil {
				t.Errorf("%s %s: parameter %s is not described", route.Method, path, k.Name)
			}
		}
		for _, name := range route.Parameters() {
			if op.Parameters.GetByInAndName("path", name) == nil {
				t.Errorf("%s %s: %s in the path is not described", route.Method, path, name)
			}
		}
		if (op.Parameters.GetByInAndName("header", "If-Match") != nil) != route.Match || (op.RequestBody != nil) != (route.Body > 0) {
			t.Errorf("%s %s: If-Match or the body is described where there is none, or not where there is one", route.Method, path)
		}
		if op.Summary == "" {
			t.Errorf("%s %s does not say what it is for", route.Method, path)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if strings.HasPrefix(path, studio.Base) && !known[method+" "+path] {
				t.Errorf("%s %s is described but not routed", method, path)
			}
		}
	}
}
