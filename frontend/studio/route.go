package studio

import (
	"net/http"
	"slices"
	"strings"

	"kepu/account"
	"kepu/frontend/page"
)

// Base is where every address of the studio begins.
const Base = "/api/v1/studio"

// Route is one address and method: what it takes, who may call it, who answers.
type Route struct {
	Name   string
	Method string
	Path   string // below Base, with {names} for parameters
	Open   Open
	Body   int  // largest body in bytes; 0 takes none
	Once   once // whether Idempotency-Key is honoured, and how
	Match  bool // whether If-Match must be there
	Keys   []page.Key
	Do     Handler
	Says   string // what it is for, in Chinese
}

// Open says who may call a route at all. What somebody may do with one item is
// the desk's to judge.
type Open struct {
	anyone bool
	roles  []account.Role // none: everybody who is signed in
}

// Anyone tells whether nobody need be signed in.
func (o Open) Anyone() bool { return o.anyone }

// Lets tells whether a caller may come in.
func (o Open) Lets(a account.Actor) bool {
	return o.anyone || len(o.roles) == 0 || a.Is(o.roles...)
}

func roles(list ...account.Role) Open { return Open{roles: list} }

// once says how a repeated Idempotency-Key finds the first result.
type once int

const (
	never   once = iota // the key is not looked at
	byOp                // the journal knows the operation; the answer is kept beside
	byClaim             // the call is claimed before it is made
)

// Unsafe tells whether the route changes anything.
func (r *Route) Unsafe() bool { return r.Method != http.MethodGet }

// Pattern is the route's address as Fiber writes it.
func (r *Route) Pattern() string {
	return Base + strings.ReplaceAll(strings.ReplaceAll(r.Path, "{", ":"), "}", "")
}

// Parameters are the names in the path, in order.
func (r *Route) Parameters() (names []string) {
	for part := range strings.SplitSeq(r.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

// argument judges a parameter of the path before anybody looks it up: what can
// name no record is not looked for.
func argument(name, value string) bool {
	switch name {
	case "n", "seq":
		_, ok := count(value)
		return ok
	case "code":
		return page.IsRegion(value)
	}
	return value != "" && len(value) <= 128 && !strings.ContainsFunc(value, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && !slices.Contains([]rune("-._~"), c)
	})
}
