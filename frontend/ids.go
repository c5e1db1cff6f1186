package frontend

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"sync/atomic"

	"github.com/valyala/fasthttp"
)

// ids draws the numbers that people quote when something went wrong: which start
// of the program, and which request since.
type ids struct {
	start string
	count *atomic.Uint64
}

// requestID is the header that tells the number.
const requestID = "X-Request-Id"

func newIDs() ids {
	var b [3]byte
	rand.Read(b[:]) // never fails
	return ids{hex.EncodeToString(b[:]), new(atomic.Uint64)}
}

// number is the request's own, drawn the first time it is needed.
func (s *server) number(ctx *fasthttp.RequestCtx) string {
	if n := id(ctx); n != "" {
		return n
	}
	n := s.ids.start + "-" + strconv.FormatUint(s.ids.count.Add(1), 36)
	ctx.SetUserValue(idKey, n)
	return n
}

func id(ctx *fasthttp.RequestCtx) string {
	n, _ := ctx.UserValue(idKey).(string)
	return n
}
