package frontend

import (
	"errors"
	"net/http"

	"kepu/account"
	"kepu/content"
	"kepu/frontend/studio"
	"kepu/hook"
	"kepu/journal"
	"kepu/roll"
)

// ofStudio says how an error met at the studio looks from outside; ok is false
// where it is none of the studio's.
func ofStudio(err error) (f fault, ok bool) {
	var form *studio.Bad
	var invalid *journal.Invalid
	var forbidden *content.Forbidden
	var untimely *content.Untimely
	var stands *journal.Conflict
	var wait *account.Wait
	var typed *content.Overtaken
	switch {
	case errors.As(err, &form):
		return fault{status: http.StatusBadRequest, code: "bad_request", title: "这个请求写得不对", detail: form.Error(), problems: form.Problems}, true
	case errors.As(err, &invalid):
		return fault{status: http.StatusUnprocessableEntity, code: "invalid", title: "有几处要改", detail: invalid.Error(), problems: invalid.Problems}, true
	case errors.As(err, &forbidden):
		return fault{status: http.StatusForbidden, code: "forbidden", title: "您不能做这一步", detail: forbidden.Reason}, true
	case errors.As(err, &untimely):
		return fault{status: http.StatusConflict, code: untimely.Code, title: "现在还不能做这一步", detail: untimely.Reason}, true
	case errors.As(err, &stands):
		return fault{status: http.StatusConflict, code: "conflict", title: "别人已经改过了", detail: "您看到的不是最新的一版。您写的还在，请对照新的一版再存。", current: stands.Current.Rev}, true
	case errors.As(err, &typed):
		return fault{status: http.StatusConflict, code: "overtaken", title: "另一个窗口里又写过了", detail: "您在另一个窗口或电脑上写了新的，请先看一看那一份。", current: typed.Current.N}, true
	case errors.As(err, &wait):
		return fault{status: http.StatusTooManyRequests, code: "too_many_guesses", title: "试得太多了", detail: "名字或密码错得太多，请过一会儿再试。", after: wait.After}, true
	}
	for _, known := range studioFaults() {
		if errors.Is(err, known.err) {
			return known.fault, true
		}
	}
	return fault{}, false
}

// studioFault is an error that always looks the same.
type studioFault struct {
	err error
	fault
}

func studioFaults() []studioFault {
	return []studioFault{
		{studio.ErrSignedOut, fault{status: 401, code: "signed_out", title: "请先登录", detail: "登录已经到时间了，或者还没有登录。登录以后接着做，写的东西还在。"}},
		{account.ErrCredentials, fault{status: 401, code: "bad_credentials", title: "没有登录成功", detail: "名字或密码不对，也可能这个账号停用了。"}},
		{account.ErrSecondFactor, fault{status: 401, code: "second_factor", title: "还要第二道验证", detail: "请输入验证码。验证码半分钟换一次。"}},
		{account.ErrDenied, fault{status: 403, code: "forbidden", title: "您不能做这一步", detail: "这一步要由别的角色来做。"}},
		{studio.ErrForbidden, fault{status: 403, code: "forbidden", title: "您不能做这一步", detail: "这一步要由别的角色来做。"}},
		{studio.ErrMustChange, fault{status: 403, code: "must_change", title: "请先改密码", detail: "密码是别人给您设的，或者到了该换的时候。改成自己的新密码，才能往下做。"}},
		{studio.ErrReadOnly, fault{status: 403, code: "read_only", title: "这个令牌只许看", detail: "要改东西，请换一个能改的令牌。"}},
		{studio.ErrCrossSite, fault{status: 403, code: "csrf", title: "这个请求不是从本站发来的", detail: "为了安全，没有照做。请在本站的页面上再做一次，写的东西还在。"}},
		{studio.ErrMedia, fault{status: 415, code: "unsupported_type", title: "请求的格式不对", detail: "请发 application/json，用UTF-8，不要压缩。"}},
		{studio.ErrMatch, fault{status: 428, code: "precondition_required", title: "请说明改的是哪一版", detail: "请带上 If-Match，写取到这一条时的 ETag。"}},
		{studio.ErrOnce, fault{status: 422, code: "idempotency", title: "这个编号用过了", detail: "同一个 Idempotency-Key 发过别的内容，请换一个。"}},
		{journal.ErrOp, fault{status: 422, code: "idempotency", title: "这个编号用过了", detail: "同一个 Idempotency-Key 发过别的内容，请换一个。"}},
		{studio.ErrUnderWay, fault{status: 409, code: "under_way", title: "正在做", detail: "同样的请求正在做，请过一会儿再看。", after: 1e9}},
		{studio.ErrNotYet, fault{status: 503, code: "not_yet", title: "还没有轮到", detail: "这一条刚存下，马上就能看到，请再试一次。", after: 1e9}},
		{account.ErrOutside, fault{status: 503, code: "outside", title: "外部账号那里没有回应", detail: "请过一会儿再登录，或者用名字和密码登录。", after: 5e9}},
		{hook.ErrForbidden, fault{status: 403, code: "forbidden", title: "您不能做这一步", detail: "推送由全省的管理员来管。"}},
		{roll.ErrBehind, fault{status: 503, code: "starting", title: "名单正在整理", detail: "请过几秒钟再看。", after: 2e9}},
		{roll.ErrCursor, fault{status: 400, code: "bad_cursor", title: "翻页的记号不对", detail: "翻页的记号过期了，或者不属于这个名单。请从第1页看起。"}},
		{roll.ErrQuery, fault{status: 400, code: "bad_query", title: "这样写找不了", detail: "请少写几个字，或者换个说法再找。"}},
		{journal.ErrErased, fault{status: 410, code: "erased", title: "这一条已经抹去", detail: "内容按要求删净了，只留下做过什么的记录。"}},
		{journal.ErrNotFound, fault{status: 404, code: "not_found", title: "没有这一条", detail: "编号可能写错了，也可能这一条不归您管。"}},
		{journal.ErrConflict, fault{status: 409, code: "conflict", title: "别人已经改过了", detail: "您看到的不是最新的一版，请取来新的再改。"}},
		{journal.ErrNewer, fault{status: 503, code: "newer", title: "这一条是新版程序写的", detail: "正在升级，请过一会儿再试。", after: 30e9}},
	}
}
