package studio

import (
	"net/http"

	"kepu/account"
	"kepu/frontend/page"
)

// Sizes of bodies.
const (
	small = 16 << 10
	text  = 4 << 20 // an item with its whole text
)

// table is every route there is.
func (s *Studio) table() []*Route {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	anyone, signed := Open{anyone: true}, Open{}
	admin := roles(account.Admin)
	return []*Route{
		// name, method, path, who, body, Idempotency-Key, If-Match, query, answer, says
		{"studio.session", get, "/session", signed, 0, never, false, nil, reads(s.me), "谁登录着，能做什么"},
		{"studio.session.open", post, "/session", anyone, small, never, false, nil, acts(s.signIn), "登录"},
		{"studio.session.close", del, "/session", anyone, 0, never, false, nil, reads(s.signOut), "退出"},
		{"studio.session.outside", get, "/session/outside", anyone, 0, never, false, nil, reads(s.outside), "到外部账号那里登录"},
		{"studio.session.back", get, "/session/outside/back", anyone, 0, never, false, []page.Key{{Name: "code"}, {Name: "state"}}, reads(s.back), "从外部账号回来"},
		{"studio.sessions", get, "/sessions", signed, 0, never, false, nil, reads(s.sessions), "自己的登录"},
		{"studio.sessions.end", del, "/sessions", signed, 0, never, false, nil, reads(s.endSessions), "退出所有地方"},
		{"studio.sessions.endone", del, "/sessions/{session}", signed, 0, never, false, nil, reads(s.endSession), "退出一处"},
		{"studio.password", put, "/password", signed, small, never, false, nil, acts(s.password), "改自己的密码"},
		{"studio.second", post, "/second", signed, small, byClaim, false, nil, acts(s.startSecond), "开始设第二道验证"},
		{"studio.second.confirm", put, "/second", signed, small, never, false, nil, acts(s.confirmSecond), "用一次验证码，第二道验证就生效"},
		{"studio.second.drop", post, "/second/drop", signed, small, byClaim, false, nil, acts(s.dropSecond), "不要第二道验证了"},
		{"studio.tokens", get, "/tokens", signed, 0, never, false, nil, reads(s.tokens), "自己的令牌"},
		{"studio.tokens.add", post, "/tokens", signed, small, byClaim, false, nil, acts(s.addToken), "要一个令牌"},
		{"studio.tokens.end", del, "/tokens/{token}", signed, 0, never, false, nil, reads(s.endToken), "作废一个令牌"},

		{"studio.users", get, "/users", admin, 0, never, false, nil, reads(s.users), "能登录的人"},
		{"studio.users.add", post, "/users", admin, small, byOp, false, nil, acts(s.addUser), "加一个人"},
		{"studio.user", get, "/users/{user}", admin, 0, never, false, nil, reads(s.user), "一个人"},
		{"studio.user.display", put, "/users/{user}/display", admin, small, never, false, nil, acts(s.setDisplay), "改别人看到的名字"},
		{"studio.user.grants", put, "/users/{user}/grants", admin, small, never, false, nil, acts(s.setGrants), "改角色和地区"},
		{"studio.user.disable", post, "/users/{user}/disable", admin, 0, byOp, false, nil, reads(s.disable), "停用"},
		{"studio.user.enable", post, "/users/{user}/enable", admin, 0, byOp, false, nil, reads(s.enable), "恢复"},
		{"studio.user.password", post, "/users/{user}/password", admin, small, byOp, false, nil, acts(s.resetPassword), "给一个新密码"},
		{"studio.user.second", del, "/users/{user}/second", admin, 0, never, false, nil, reads(s.resetSecond), "去掉第二道验证"},
		{"studio.user.sessions", get, "/users/{user}/sessions", admin, 0, never, false, nil, reads(s.sessions), "这个人的登录"},
		{"studio.user.sessions.end", del, "/users/{user}/sessions", admin, 0, never, false, nil, reads(s.endSessions), "让这个人退出所有地方"},
		{"studio.user.tokens", get, "/users/{user}/tokens", admin, 0, never, false, nil, reads(s.tokens), "这个人的令牌"},
		{"studio.user.erase", del, "/users/{user}", admin, 0, never, false, nil, reads(s.eraseUser), "抹去这个人的信息，记录还在"},
	}
}

// Waits tells whether a call may wait long without doing any work: it then takes
// no place from others.
func (r *Route) Waits() bool { return r.Name == "studio.position" }

// Lax tells whether unknown parts of the query are let pass: the outside
// provider adds its own.
func (r *Route) Lax() bool { return r.Name == "studio.session.back" }
