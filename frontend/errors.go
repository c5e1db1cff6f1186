package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kepu/frontend/api"
	"kepu/frontend/page"
	"kepu/frontend/site"
	"kepu/journal"
	"kepu/media"
	"kepu/search"
	"kepu/shelf"
)

// fault is how an error looks from outside.
type fault struct {
	status   int
	code     string // stable, for programs
	title    string // for people
	detail   string
	problems []journal.Problem
	after    time.Duration // when to come back
	find     bool          // a search may help
	gone     *page.Gone
	current  uint64 // the revision that stands, of a conflict
}

// judge says how an error looks from outside. What it does not know is our own
// fault, and nothing of it is told.
func judge(err error) fault {
	var wrong *page.Bad
	var gone *page.Gone
	var busy *page.Busy
	var fromFiber *fiber.Error
	switch {
	case errors.As(err, &wrong):
		return fault{status: http.StatusBadRequest, code: "bad_request", title: "这个网址写得不太对", detail: wrong.Error(), problems: wrong.Problems, find: true}
	case errors.As(err, &gone):
		return fault{status: http.StatusGone, code: "gone", title: "这一条已经撤下", detail: goneWords(gone), gone: gone}
	case errors.As(err, &busy):
		return fault{status: http.StatusServiceUnavailable, code: "busy", title: "现在来的人太多了", detail: "请过几秒钟再试一次。", after: busy.After}
	case errors.Is(err, page.ErrLimited):
		return fault{status: http.StatusTooManyRequests, code: "rate_limited", title: "问得太快了", detail: "请歇一会儿，过几秒钟再试。", after: 2 * time.Second}
	case errors.Is(err, page.ErrStarting):
		return fault{status: http.StatusServiceUnavailable, code: "starting", title: "正在准备内容", detail: "刚刚开门，内容还在上架，请过几秒钟再来。", after: 3 * time.Second}
	case errors.Is(err, shelf.ErrCursor):
		return fault{status: http.StatusBadRequest, code: "bad_cursor", title: "翻页的记号不对", detail: "翻页的记号过期了，或者不属于这个列表。请从第1页看起。", find: true}
	case errors.Is(err, search.ErrQuery):
		f := fault{status: http.StatusBadRequest, code: "bad_query", title: "这样写找不了", detail: "搜索的话太长，或者翻页的记号不对。请少写几个字再找。", find: true}
		var invalid *journal.Invalid
		if errors.As(err, &invalid) {
			f.detail, f.problems = invalid.Words()+"。", invalid.Problems
		}
		return f
	case errors.Is(err, search.ErrRebuilding):
		return fault{status: http.StatusServiceUnavailable, code: "search_rebuilding", title: "搜索正在整理内容", detail: "请过一会儿再找。", after: 10 * time.Second}
	case errors.Is(err, search.ErrBusy):
		return fault{status: http.StatusServiceUnavailable, code: "busy", title: "现在找东西的人太多了", detail: "请过几秒钟再试一次。", after: time.Second}
	case errors.Is(err, page.ErrNotFound), errors.Is(err, shelf.ErrNotFound), errors.Is(err, media.ErrNotFound):
		return lost()
	case errors.As(err, &fromFiber):
		return ofFiber(fromFiber.Code)
	case errors.Is(err, journal.ErrFull), errors.Is(err, media.ErrFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault{status: http.StatusInsufficientStorage, code: "STORAGE_FULL", title: "服务器的磁盘满了", detail: "刚才的内容没有存下。请先别关这一页，告诉管理员腾出空间，再存一次。", after: 10 * time.Second}
	case errors.Is(err, context.DeadlineExceeded):
		return fault{status: http.StatusServiceUnavailable, code: "timeout", title: "这一次没来得及", detail: "请过几秒钟再试一次。", after: 2 * time.Second}
	}
	if f, ok := ofStudio(err); ok {
		return f
	}
	return fault{status: http.StatusInternalServerError, code: "internal", title: "我们这边出了点问题", detail: "您没有做错什么。过一会儿再试一次；要是还不行，打电话时把下面的编号报给接线的人。"}
}

func lost() fault {
	return fault{status: http.StatusNotFound, code: "not_found", title: "这一页改道了", detail: "地址可能写错了一个字，也可能这条内容已经下线。可以搜一搜，或者从首页再走一遍。", find: true}
}

func goneWords(g *page.Gone) string {
	if g.Instead != nil {
		return "这条内容不再适用，我们另写了一条，请看新的。"
	}
	return "这条内容不再适用，编辑部把它撤下了。"
}

// ofFiber says what Fiber and fasthttp found wrong with a request.
func ofFiber(status int) fault {
	f := fault{status: status, title: "这个请求我们看不懂", detail: "请换一个浏览器，或者从首页再走一遍。"}
	switch status {
	case http.StatusNotFound:
		return lost()
	case http.StatusMethodNotAllowed:
		f.code, f.title = "method_not_allowed", "这个地址不能这样用"
	case http.StatusRequestEntityTooLarge:
		f.code, f.title, f.detail = "too_large", "发来的东西太大了", "这个地址收不下这么大的内容。"
	case http.StatusRequestURITooLong:
		f.code, f.title = "uri_too_long", "网址太长了"
	case http.StatusRequestHeaderFieldsTooLarge:
		f.code, f.title, f.detail = "header_too_large", "请求的附加信息太多了", "请清一清浏览器里本站的Cookie再试。"
	case http.StatusRequestTimeout:
		f.code, f.title, f.detail = "request_timeout", "网络太慢，没等到完整的请求", "请再试一次。"
	case http.StatusRequestedRangeNotSatisfiable:
		f.code, f.title, f.detail = "bad_range", "要的那一段不存在", "文件没有那么长。"
	default:
		if status >= http.StatusInternalServerError || status < http.StatusBadRequest {
			return judge(errors.New("unknown"))
		}
		f.status, f.code = http.StatusBadRequest, "bad_request"
	}
	return f
}

// fail is Fiber's error handler.
func (s *server) fail(c *fiber.Ctx, err error) error {
	s.write(c.Context(), err)
	return nil
}

// write answers an error: with a redirect where something moved, with a problem
// under /api, with a whole page elsewhere.
func (s *server) write(ctx *fasthttp.RequestCtx, err error) {
	var moved *page.Moved
	h := &ctx.Response.Header
	ctx.Response.ResetBody()
	if errors.As(err, &moved) {
		guard(h, vPolicyBytes, s.https)
		h.Set(fiber.HeaderCacheControl, "public, max-age=60")
		h.Set(fiber.HeaderLocation, moved.To)
		ctx.Response.SetStatusCode(http.StatusMovedPermanently)
		return
	}
	f := judge(err)
	if f.status >= http.StatusInternalServerError {
		ctx.SetUserValue(troubleKey, err)
	}
	number := s.number(ctx)
	h.Set(requestID, number)
	h.SetCanonical(hCache, vNoStore)
	if f.after > 0 {
		h.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(f.after/time.Second)))
	}
	if f.status == http.StatusMethodNotAllowed && len(h.Peek(fiber.HeaderAllow)) == 0 {
		h.Set(fiber.HeaderAllow, "GET, HEAD")
	}
	path := string(ctx.Request.URI().PathOriginal())
	kind, body := s.body(f, path, number)
	policy := vPolicyBytes
	if kind == site.HTML {
		policy = vPolicyPage
	}
	guard(h, policy, s.https)
	h.SetContentType(kind)
	h.Del(fiber.HeaderContentEncoding)
	ctx.Response.SetStatusCode(f.status)
	ctx.Response.SetBody(body)
}

// problemType is the media type of RFC 9457.
const problemType = "application/problem+json; charset=utf-8"

// body writes a fault for a program or a person.
func (s *server) body(f fault, path, number string) (kind string, body []byte) {
	if strings.HasPrefix(path, "/api/") {
		body, err := json.Marshal(api.Problem{Type: "about:blank", Title: f.title, Status: f.status, Detail: f.detail, Code: f.code, Problems: f.problems, Current: f.current, Request: number})
		if err != nil {
			body = []byte(`{}`) // nothing in a problem can fail to be written
		}
		return problemType, body
	}
	n := site.Notice{Status: f.status, Title: f.title, Say: f.detail, Find: f.find, Gone: f.gone}
	n.Request.Path, n.Request.Easy = path, page.IsEasy(path)
	if f.status >= http.StatusInternalServerError && f.status != http.StatusServiceUnavailable {
		n.Number = number
	}
	if s.up.Load() && f.status < http.StatusInternalServerError {
		view := s.Shelf.View()
		defer view.Close()
		n.Request.View = view
	}
	body, err := s.site.State(n)
	if err != nil {
		s.Log.Error("error page failed", "err", err.Error())
		return "text/plain; charset=utf-8", []byte(f.title + "\n" + f.detail + "\n" + number + "\n")
	}
	return site.HTML, body
}
