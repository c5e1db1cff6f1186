package studio

import (
	"net/http"
	"reflect"
	"strings"

	"kepu/account"
	"kepu/content"
	"kepu/frontend/page"
)

// Sizes of bodies.
const (
	small = 16 << 10
	text  = 4 << 20 // an item with its whole text
)

// table is every route there is. Who may do what with an item is the desk's to
// judge; what stands here keeps out who could do it with none.
func (s *Studio) table() []*Route {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	anyone, signed, admin, watch := Open{anyone: true}, Open{}, roles(account.Admin), roles(account.Auditor, account.Chief)
	desk := roles(account.Author, account.Editor, account.Expert, account.Chief)
	write, edit, chief := roles(account.Author, account.Editor, account.Chief), roles(account.Editor, account.Chief), roles(account.Chief)
	review := roles(account.Editor, account.Expert, account.Chief)
	me := reflect.TypeFor[Me]()
	key := func(name string) page.Key { return page.Key{Name: name} }
	return []*Route{
		// name, method, path, who, body, Idempotency-Key, If-Match, query, answer, says
		{"studio.session", get, "/session", signed, 0, never, false, nil, reads(s.me), "谁登录着，能做什么"},
		{"studio.session.open", post, "/session", anyone, small, never, false, nil, acts(s.signIn).says(me, 200), "登录"},
		{"studio.session.close", del, "/session", anyone, 0, never, false, nil, reads(s.signOut).says(nil, 204), "退出"},
		{"studio.session.outside", get, "/session/outside", anyone, 0, never, false, nil, reads(s.outside).says(nil, 302), "到外部账号那里登录"},
		{"studio.session.back", get, "/session/outside/back", anyone, 0, never, false, []page.Key{key("code"), key("state")}, reads(s.back).says(nil, 302), "从外部账号回来"},
		{"studio.sessions", get, "/sessions", signed, 0, never, false, nil, reads(s.sessions), "自己的登录"},
		{"studio.sessions.end", del, "/sessions", signed, 0, never, false, nil, reads(s.endSessions), "退出所有地方"},
		{"studio.sessions.endone", del, "/sessions/{session}", signed, 0, never, false, nil, reads(s.endSession), "退出一处"},
		{"studio.password", put, "/password", signed, small, never, false, nil, acts(s.password).says(me, 200), "改自己的密码；别处的登录都退出"},
		{"studio.second", post, "/second", signed, small, byClaim, false, nil, acts(s.startSecond), "开始设第二道验证"},
		{"studio.second.confirm", put, "/second", signed, small, never, false, nil, acts(s.confirmSecond), "用一次验证码，第二道验证就生效"},
		{"studio.second.drop", post, "/second/drop", signed, small, byClaim, false, nil, acts(s.dropSecond), "不要第二道验证了"},
		{"studio.tokens", get, "/tokens", signed, 0, never, false, nil, reads(s.tokens), "自己的令牌"},
		{"studio.tokens.add", post, "/tokens", signed, small, byOp, false, nil, acts(s.addToken), "要一个令牌"},
		{"studio.tokens.end", del, "/tokens/{token}", signed, 0, never, false, nil, reads(s.endToken), "作废一个令牌"},
		{"studio.position", get, "/position", signed, 0, never, false, []page.Key{seqKey()}, reads(s.position), "等到看得见第几号"},

		{"studio.items", get, "/items", signed, 0, never, false, listKeys(), reads(s.items), "名单"},
		{"studio.items.tabs", get, "/tabs", signed, 0, never, false, listKeys(), reads(s.tabs), "名单里各种状态有多少"},
		{"studio.items.create", post, "/items", write, text, byOp, false, nil, acts(s.create), "新建一稿"},
		{"studio.item", get, "/items/{item}", signed, 0, never, false, nil, reads(s.item), "一条内容的稿子和它在编辑部的情形"},
		{"studio.item.save", put, "/items/{item}", write, text, never, true, nil, acts(s.save), "存成一版"},
		{"studio.item.delete", del, "/items/{item}", write, 0, never, true, nil, reads(s.delete), "删掉没有发布过的稿子"},
		{"studio.item.draft", get, "/items/{item}/draft", write, 0, never, false, nil, reads(s.autosaveOf).says(reflect.TypeFor[Autosaved](), 200), "自己写了还没存的"},
		{"studio.item.autosave", put, "/items/{item}/draft", write, text, never, true, nil, acts(s.autosave), "自动存"},
		{"studio.item.undraft", del, "/items/{item}/draft", write, 0, never, true, []page.Key{key("aside")}, reads(s.dropAutosave), "不要自动存的了"},
		{"studio.item.place", put, "/items/{item}/placement", edit, small, never, true, nil, acts(s.place), "给谁看、放在哪里；不用审"},
		{"studio.item.check", post, "/items/{item}/check", signed, text, byClaim, false, nil, acts(s.check), "发布前要改什么、好不好读"},
		{"studio.item.submit", post, "/items/{item}/submit", write, small, byOp, false, nil, s.step(s.submit), "送审"},
		{"studio.item.assign", post, "/items/{item}/assign", review, small, byOp, false, nil, s.step(s.assign), "交给谁审"},
		{"studio.item.approve", post, "/items/{item}/approve", review, small, byOp, false, nil, s.step(s.approve), "审过这一步"},
		{"studio.item.return", post, "/items/{item}/return", review, small, byOp, false, nil, s.step(s.sendBack), "退回，写明原因"},
		{"studio.item.schedule", post, "/items/{item}/schedule", edit, small, byOp, false, nil, s.step(s.schedule), "定时发布"},
		{"studio.item.unschedule", post, "/items/{item}/unschedule", edit, small, byOp, false, nil, s.step(s.unschedule), "取消定时发布"},
		{"studio.item.until", post, "/items/{item}/until", edit, small, byOp, false, nil, s.step(s.until), "定下线时间；不写就取消"},
		{"studio.item.publish", post, "/items/{item}/publish", edit, small, byOp, false, nil, s.step(s.publish), "发布"},
		{"studio.item.withdraw", post, "/items/{item}/withdraw", edit, small, byOp, false, nil, acts(s.withdraw), "撤下，一个人就能做"},
		{"studio.item.preview", post, "/items/{item}/preview", desk, small, byClaim, false, nil, acts(s.preview), "要一个预览的网址"},
		{"studio.item.revisions", get, "/items/{item}/revisions", signed, 0, never, false, pageKeys(), reads(s.revisions), "历次存的稿"},
		{"studio.item.revision", get, "/items/{item}/revisions/{n}", signed, 0, never, false, nil, reads(s.revision), "某一版的稿"},
		{"studio.item.restore", post, "/items/{item}/restore", write, small, byOp, false, nil, acts(s.restore), "用回某一版的稿"},
		{"studio.item.diff", get, "/items/{item}/diff", signed, 0, never, false, diffKeys(), reads(s.diff), "两版差在哪里，逐字"},
		{"studio.item.comments", get, "/items/{item}/comments", desk, 0, never, false, []page.Key{seqKey()}, reads(s.comments), "批注"},
		{"studio.item.comment", post, "/items/{item}/comments", desk, small, byOp, false, nil, acts(s.say), "写批注"},
		{"studio.item.lock", put, "/items/{item}/lock", write, 0, never, false, nil, reads(s.lock), "说自己正在改；每十秒一次"},
		{"studio.item.takeover", post, "/items/{item}/lock", write, 0, byClaim, false, nil, reads(s.takeOver), "接过来改"},
		{"studio.item.unlock", del, "/items/{item}/lock", write, 0, never, false, nil, reads(s.unlock), "改好了"},
		{"studio.comment", get, "/comments/{comment}", desk, 0, never, false, nil, reads(s.comment).says(reflect.TypeFor[Comment](), 200), "一条批注"},
		{"studio.comment.edit", put, "/comments/{comment}", desk, small, never, true, nil, acts(s.editComment), "改自己的批注，十分钟内"},
		{"studio.comment.delete", del, "/comments/{comment}", desk, 0, never, false, nil, reads(s.deleteComment), "删自己的批注"},
		{"studio.comment.reply", post, "/comments/{comment}/reply", desk, small, byOp, false, nil, acts(s.reply), "回复"},
		{"studio.comment.resolve", post, "/comments/{comment}/resolve", desk, 0, byOp, false, nil, reads(s.resolve(true)), "了结"},
		{"studio.comment.reopen", post, "/comments/{comment}/reopen", desk, 0, byOp, false, nil, reads(s.resolve(false)), "重新打开"},
		{"studio.bulk", post, "/bulk", review, 256 << 10, byOp, false, nil, acts(s.bulk), "一次改许多条"},
		{"studio.bulk.undo", post, "/bulk/{undo}/undo", review, 0, byOp, false, nil, reads(s.undo), "撤销，十分钟内"},
		{"studio.media", get, "/media", desk, 0, never, false, pageKeys(), reads(s.assets), "媒体库"},
		{"studio.medium", get, "/media/{asset}", desk, 0, never, false, nil, reads(s.oneAsset), "一个文件，和用到它的地方"},
		{"studio.medium.edit", patch, "/media/{asset}", write, small, never, true, nil, acts(s.editAsset), "改文件名、替代文字和焦点；已经放进内容里的不变"},
		{"studio.medium.delete", del, "/media/{asset}", edit, 0, never, true, nil, reads(s.deleteAsset), "删掉没有内容在用的文件"},
		{"studio.people", get, "/people", signed, 0, never, false, []page.Key{afterKey(), limitKey()}, reads(s.colleagues), "编辑部的人"},

		{"studio.topics", get, "/topics", signed, 0, never, false, nil, reads(s.topics), "主题"},
		{"studio.topic", get, "/topics/{topic}", signed, 0, never, false, nil, reads(s.topic), "一个主题"},
		{"studio.topic.put", put, "/topics/{topic}", chief, small, never, true, nil, acts(s.putTopic), "写主题；新的写 If-Match: \"0\""},
		{"studio.topic.drop", del, "/topics/{topic}", chief, 0, never, true, nil, reads(s.drop(content.KindTopic, "topic")), "删主题"},
		{"studio.series", get, "/series", signed, 0, never, false, nil, reads(s.allSeries), "系列"},
		{"studio.series.one", get, "/series/{series}", signed, 0, never, false, nil, reads(s.series), "一个系列"},
		{"studio.series.put", put, "/series/{series}", edit, small, never, true, nil, acts(s.putSeries), "写系列；新的写 If-Match: \"0\""},
		{"studio.series.drop", del, "/series/{series}", edit, 0, never, true, nil, reads(s.drop(content.KindSeries, "series")), "删系列"},
		{"studio.scenes", get, "/scenes", signed, 0, never, false, nil, reads(s.scenes), "情景"},
		{"studio.scene", get, "/scenes/{scene}", signed, 0, never, false, nil, reads(s.scene), "一个情景"},
		{"studio.scene.put", put, "/scenes/{scene}", chief, small, never, true, nil, acts(s.putScene), "写情景；新的写 If-Match: \"0\""},
		{"studio.scene.drop", del, "/scenes/{scene}", chief, 0, never, true, nil, reads(s.drop(content.KindScene, "scene")), "删情景"},
		{"studio.settings", get, "/settings", signed, 0, never, false, nil, reads(s.settings), "设置"},
		{"studio.setting", get, "/settings/{setting}", signed, 0, never, false, nil, reads(s.setting), "一项设置"},
		{"studio.setting.put", put, "/settings/{setting}", roles(account.Admin, account.Chief), 1 << 20, never, true, nil, acts(s.putSetting), "写设置；新的写 If-Match: \"0\""},
		{"studio.setting.drop", del, "/settings/{setting}", roles(account.Admin, account.Chief), 0, never, true, nil, reads(s.drop(content.KindSetting, "setting")), "删设置"},

		{"studio.audit", get, "/audit", watch, 0, never, false, auditKeys(), reads(s.audit), "谁在什么时候做了什么"},
		{"studio.audit.export", get, "/audit/export", watch, 0, never, false, exportKeys(), reads(s.export).saves(typeCSV, typeJSONL), "同样的记录存成一个文件，format 是 csv 或 jsonl；只有编号，没有人的名字"},
		{"studio.audit.chain", get, "/audit/chain", watch, 0, never, false, []page.Key{{Name: "after", Type: page.Number, Max: largest}, key("hash")}, reads(s.chain), "核对记录有没有被动过，一段一段来"},
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
		{"studio.hooks", get, "/hooks", admin, 0, never, false, nil, reads(s.hooks), "推送给别的系统"},
		{"studio.hooks.add", post, "/hooks", admin, small, byOp, false, nil, acts(s.addHook), "加一个推送"},
		{"studio.hook", get, "/hooks/{hook}", admin, 0, never, false, nil, reads(s.hook).says(reflect.TypeFor[Hook](), 200), "一个推送"},
		{"studio.hook.put", put, "/hooks/{hook}", admin, small, never, true, nil, acts(s.putHook).says(reflect.TypeFor[Hook](), 200), "改推送"},
		{"studio.hook.drop", del, "/hooks/{hook}", admin, 0, never, true, nil, reads(s.dropHook), "删推送"},
		{"studio.hook.rotate", post, "/hooks/{hook}/secret", admin, small, byOp, false, nil, acts(s.rotateHook).says(reflect.TypeFor[Hook](), 200), "换签名的密钥；旧的还管一阵"},
		{"studio.hook.test", post, "/hooks/{hook}/test", admin, 0, byClaim, false, nil, reads(s.tryHook), "试推一次"},
		{"studio.hook.deliveries", get, "/hooks/{hook}/deliveries", admin, 0, never, false, []page.Key{afterKey(), limitKey()}, reads(s.deliveries), "推送过什么"},
		{"studio.hook.redeliver", post, "/hooks/{hook}/deliveries/{seq}", admin, 0, byClaim, false, nil, reads(s.redeliver), "再推一次"},
	}
}

// Waits tells whether a call may wait long without doing any work: it then takes
// no place from others.
func (r *Route) Waits() bool { return r.Name == "studio.position" }

// Early tells whether the route is there for whoever has to change the password
// first: that, who they are, and to sign out.
func (r *Route) Early() bool {
	return r.Open.Anyone() || r.Name == "studio.password" || r.Name == "studio.session" || strings.HasPrefix(r.Name, "studio.sessions")
}

// Lax tells whether unknown parts of the query are let pass: the outside
// provider adds its own.
func (r *Route) Lax() bool { return r.Name == "studio.session.back" }
