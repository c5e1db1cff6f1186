package studio

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"kepu/content"
	"kepu/frontend/page"
)

// Call is one request, its sender known and its form checked.
type Call struct {
	Ctx     context.Context
	Route   *Route
	Args    map[string]string
	Query   page.Query
	Body    []byte
	Match   Match        // If-Match
	Key     string       // Idempotency-Key; "" where none was sent
	Address netip.Prefix // whom it counts for, as the frontend sees it; none where everybody may come by it
	Agent   string       // what the browser calls itself
	Device  string       // the value of DeviceCookie
	State   string       // the value of StateCookie
	Now     time.Time

	Who // who calls; the zero Who is nobody
}

// By is the caller as the desk sees it. The operation's name follows from the
// key, the caller and the route with its arguments, so that a repeated call is
// the same operation and no other is.
func (c *Call) By() content.By {
	by := content.By{Actor: c.Actor}
	if c.Key != "" {
		by.Op = c.op()
	}
	return by
}

// Match is what If-Match names: a revision, and for an autosave the number of
// the one before. Given is false where there was no header.
type Match struct {
	Given bool
	Rev   uint64
	N     uint64
	Dot   bool // whether a number was given
}

// ParseMatch reads If-Match: "<rev>" or "<rev>.<n>", as ETag gave it.
func ParseMatch(header string) (Match, error) {
	if header == "" {
		return Match{}, nil
	}
	text, ok := strings.CutPrefix(header, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	rev, n, dot := strings.Cut(text, ".")
	m := Match{Given: true, Dot: dot}
	var good, fine bool
	m.Rev, good = count(rev)
	m.N, fine = count(n)
	if !ok || !closed || !good || dot && !fine {
		return Match{}, bad("If-Match", `要写成 "3" 或 "3.12"，就是取到这一条时 ETag 里的`)
	}
	return m, nil
}

// count reads a whole number as this program writes it.
func count(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 53)
	return n, err == nil && strconv.FormatUint(n, 10) == s
}

// Answer is what a call gives. Body is written as JSON; nil is 204.
type Answer struct {
	Status  int // 0: 200, or 204 without a body
	Body    any
	Tag     string // ETag, without its quotes
	Place   string // Location
	Cookies []Cookie
	File    *File // in place of Body: bytes as they are
}

// Cookie is one that a browser is to keep, or to forget where Value is "".
type Cookie struct {
	Name  string // one of Cookies
	Value string
	Lasts time.Duration // 0: until the browser is closed
}

// Names of the cookies, without what the frontend puts before them.
const (
	SessionCookie = "kepu"        // the session
	DeviceCookie  = "kepu-device" // this browser, whose guesses are counted apart
	StateCookie   = "kepu-state"  // a sign-in under way at the outside provider
)

// File is an answer that is no JSON.
type File struct {
	Type   string
	Name   string // under which it is saved; "" where it is shown
	Body   []byte
	Stream io.Reader // in place of Body: read after the call, and to no end that is known
}

// Handler answers calls. Its types are what the description is made from.
type Handler struct {
	takes, gives reflect.Type // nil: nothing
	status       int          // of a good answer
	files        []string     // media types of what it gives, where that is no JSON
	run          func(*Call) (Answer, error)
}

// says tells what an answer is that its function's type does not: its body, or
// none, and its status.
func (h Handler) says(gives reflect.Type, status int) Handler {
	h.gives, h.status = gives, status
	return h
}

// saves tells of which media types the file is that it gives.
func (h Handler) saves(types ...string) Handler {
	h.files, h.status = types, http.StatusOK
	return h
}

// statusOf is what a good answer of that type has.
func statusOf(gives reflect.Type) int {
	switch {
	case gives == nil:
		return http.StatusNoContent
	case gives.Implements(reflect.TypeFor[placed]()):
		return http.StatusCreated
	}
	return http.StatusOK
}

// None stands for no body.
type None struct{}

// reads makes a Handler of a function that takes no body.
func reads[Out any](f func(*Call) (Out, error)) Handler {
	return Handler{gives: some[Out](), status: statusOf(some[Out]()), run: func(c *Call) (Answer, error) {
		out, err := f(c)
		return answer(out, err)
	}}
}

// acts makes a Handler of a function that takes a JSON body.
func acts[In, Out any](f func(*Call, In) (Out, error)) Handler {
	return Handler{takes: some[In](), gives: some[Out](), status: statusOf(some[Out]()), run: func(c *Call) (Answer, error) {
		var in In
		if err := Decode(c.Body, &in); err != nil {
			return Answer{}, err
		}
		out, err := f(c, in)
		return answer(out, err)
	}}
}

func some[T any]() reflect.Type {
	t := reflect.TypeFor[T]()
	if t == reflect.TypeFor[None]() {
		return nil
	}
	if t == reflect.TypeFor[Answer]() {
		return nil
	}
	return t
}

// tagged is what has a version that If-Match may name.
type tagged interface{ tag() string }

// placed is what was made at an address of its own.
type placed interface{ place() string }

func answer(out any, err error) (Answer, error) {
	if err != nil {
		return Answer{}, err
	}
	switch out := out.(type) {
	case Answer:
		return out, nil
	case None:
		return Answer{}, nil
	}
	a := Answer{Body: out}
	if t, ok := out.(tagged); ok {
		a.Tag = t.tag()
	}
	if p, ok := out.(placed); ok && p.place() != "" {
		a.Status, a.Place = http.StatusCreated, p.place()
	}
	return a, nil
}
