package frontend_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/hook"
	"kepu/journal"
	"kepu/media"
)

// matrix is the table: nobody, disabled, read-only, the one who wrote; then for
// the province, the own and a foreign region: author, editor, expert, chief,
// admin, auditor. A row
// with ~ makes its request for each person afresh.
func matrix() map[string]row {
	const (
		all    = "oo.. ... ... ... ... ... ..."
		allDo  = "oox. ... ... ... ... ... ... ~"
		reads  = "oo.. --- ..- ..- ..- --- ..-"
		writes = "oox. --- ..- xxx ..- xxx xxx"
	)
	body := map[string]any{"title": "改过的题目", "article": map[string]any{"markdown": "改过的正文。"}}
	return map[string]row{
		"studio.session": {all, at("/session")},
		"studio.session.open": {".ox. ... ... ... ... ... ... ~", func(o *office, p *person) ask {
			return ask{path: "/session", body: map[string]any{"name": nameOf(o, p), "password": password}}
		}},
		"studio.session.close":   {".ox. ... ... ... ... ... ...", at("/session")},
		"studio.session.outside": {"-o-- --- --- --- --- --- ---", at("/session/outside")},
		"studio.session.back":    {"-o-- --- --- --- --- --- ---", at("/session/outside/back?code=a&state=b")},
		"studio.sessions":        {all, at("/sessions")},
		"studio.sessions.end":    {"oox. ... ... ... ... ... ...", at("/sessions")},
		"studio.sessions.endone": {allDo, func(o *office, p *person) ask {
			e, err := o.users.SignIn(o.t.Context(), account.Attempt{Name: p.name, Password: password})
			if err != nil {
				return ask{path: "/sessions/" + strings.Repeat("0", 64)}
			}
			return ask{path: "/sessions/" + e.Session.ID}
		}},
		"studio.password": {allDo, func(_ *office, p *person) ask {
			p.pass = password + "改"
			return ask{path: "/password", body: map[string]any{"old": password, "new": password + "改"}}
		}},
		"studio.second": {allDo, func(*office, *person) ask { return ask{path: "/second", body: map[string]any{"password": password}} }},
		"studio.second.confirm": {allDo, func(o *office, p *person) ask {
			seed, err := o.users.StartTOTP(o.t.Context(), o.by(p).Actor, password)
			if err != nil {
				return ask{path: "/second", body: map[string]any{"code": "000000"}}
			}
			return ask{path: "/second", body: map[string]any{"code": totp(seed.Secret)}}
		}},
		"studio.second.drop": {allDo, func(*office, *person) ask {
			return ask{path: "/second/drop", body: map[string]any{"password": password}}
		}},
		"studio.tokens":     {all, at("/tokens")},
		"studio.tokens.add": {allDo, func(o *office, _ *person) ask { return ask{path: "/tokens", body: token(o)} }},
		"studio.tokens.end": {allDo, func(o *office, p *person) ask {
			made, _, err := o.users.AddToken(o.t.Context(), account.By{Actor: o.by(p).Actor}, account.Token{User: p.id, Label: "一个", Ends: time.Now().Add(time.Hour)})
			if err != nil {
				return ask{path: "/tokens/" + journal.NewID()}
			}
			return ask{path: "/tokens/" + made.ID}
		}},
		"studio.position":   {all, at("/position?seq=1")},
		"studio.items":      {all, at("/items?limit=2")},
		"studio.items.tabs": {all, at("/tabs")},
		"studio.items.create": {"oox. ..x ..x xxx ..x xxx xxx", func(o *office, _ *person) ask {
			d := draft(o.unique("新的一篇"))
			d["region"] = own
			return ask{path: "/items", body: d}
		}},
		"studio.item":        {reads, of("", nil)},
		"studio.item.save":   {writes, of("", body, `If-Match: "1"`)},
		"studio.item.delete": {writes, of("", nil, `If-Match: "1"`)},
		"studio.item.draft": {"oo.. --- ..- xxx ..- xxx xxx ~", func(o *office, p *person) ask {
			id := o.draft()
			o.desk.Autosave(o.t.Context(), o.by(p), id, 1, 0, []byte(`{"title":"打到一半"}`)) // who may not, has none
			return ask{path: "/items/" + id + "/draft"}
		}},
		"studio.item.autosave":   {writes, of("/draft", body, `If-Match: "1.0"`)},
		"studio.item.undraft":    {writes, of("/draft", nil, `If-Match: "1.1"`)},
		"studio.item.place":      {"ooxx xxx ..- xxx ..- xxx xxx", of("/placement", map[string]any{"audiences": []any{}, "region": own}, `If-Match: "1"`)},
		"studio.item.check":      {"oox. --- ..- ..- ..- --- ..-", of("/check", map[string]any{})},
		"studio.item.submit":     {writes, stepOf("draft", "submit", nil)},
		"studio.item.assign":     {"ooxx xxx ..- xx- ..- xxx xxx", stepOf("review", "assign", nil)},
		"studio.item.approve":    {"ooxx xxx ..- xx- ..- xxx xxx", stepOf("review", "approve", nil)},
		"studio.item.return":     {"ooxx xxx ..- xx- ..- xxx xxx", stepOf("review", "return", map[string]any{"note": "请再核一遍"})},
		"studio.item.schedule":   {"ooxx xxx ..- xxx ..- xxx xxx", stepOf("approved", "schedule", map[string]any{"at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})},
		"studio.item.unschedule": {"ooxx xxx ..- xxx ..- xxx xxx", stepOf("scheduled", "unschedule", nil)},
		"studio.item.until":      {"ooxx xxx ..- xxx ..- xxx xxx", stepOf("live", "until", map[string]any{"until": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})},
		"studio.item.publish":    {"ooxx xxx ..- xxx ..- xxx xxx", stepOf("approved", "publish", nil)},
		"studio.item.withdraw":   {"ooxx xxx ..- xxx ..- xxx xxx", stepOf("live", "withdraw", map[string]any{"note": "有误"})},
		"studio.item.preview":    {"oox. --- ..- ..- ..- xxx xxx", of("/preview", map[string]any{})},
		"studio.item.revisions":  {reads, of("/revisions", nil)},
		"studio.item.revision":   {reads, of("/revisions/1", nil)},
		"studio.item.restore": {writes, func(o *office, _ *person) ask {
			return ask{path: "/items/" + o.twice() + "/restore", body: map[string]any{"rev": 2, "from": 1}}
		}},
		"studio.item.diff":       {reads, func(o *office, _ *person) ask { return ask{path: "/items/" + o.twice() + "/diff?from=1&to=2"} }},
		"studio.item.comments":   {"oo.. --- ..- ..- ..- xxx xxx", of("/comments", nil)},
		"studio.item.comment":    {"oox. --- ..- ..- ..- xxx xxx", of("/comments", map[string]any{"text": "这里再核一核"})},
		"studio.item.lock":       {writes, of("/lock", nil)},
		"studio.item.takeover":   {writes, of("/lock", nil)},
		"studio.item.unlock":     {writes, of("/lock", nil)},
		"studio.comment":         {"oo.. --- ..- ..- ..- xxx xxx ~", remark("", nil)},
		"studio.comment.edit":    {"oox. --- ..- ..- ..- xxx xxx ~", remark("", map[string]any{"text": "改一改"}, `If-Match: "1"`)},
		"studio.comment.delete":  {"oox. --- ..- ..- ..- xxx xxx ~", remark("", nil)},
		"studio.comment.reply":   {"oox. --- ..- ..- ..- xxx xxx ~", remark("/reply", map[string]any{"text": "好"})},
		"studio.comment.resolve": {"oox. --- ..- ..- ..- xxx xxx ~", remark("/resolve", nil)},
		"studio.comment.reopen":  {"oox. --- ..- ..- ..- xxx xxx ~", remark("/reopen", nil)},
		"studio.bulk": {"ooxx xxx ..- xx- ..- xxx xxx", func(o *office, _ *person) ask {
			return ask{path: "/bulk", body: map[string]any{"ids": []any{o.draft()}, "place": map[string]any{"tag": []any{"专题"}}}}
		}},
		"studio.bulk.undo": {"ooxx xxx ..- --- ..- xxx xxx ~", func(o *office, p *person) ask {
			undo, _, err := o.desk.Bulk(o.t.Context(), o.by(p), []string{o.draft()}, content.Bulk{Place: &content.Arrangement{Tag: []string{"专题"}}})
			if err != nil || undo == "" {
				undo = journal.NewID()
			}
			return ask{path: "/bulk/" + undo + "/undo"}
		}},
		"studio.media":  {"oo.. ... ... ... ... xxx xxx", at("/media")},
		"studio.medium": {"oo.. ... ... ... ... xxx xxx", func(o *office, _ *person) ask { return ask{path: "/media/" + o.picture(8, 8).Asset} }},
		"studio.medium.edit": {"oox. ... ... xxx ... xxx xxx", func(o *office, _ *person) ask {
			return medium(o, map[string]any{"name": "图.png", "alt": o.unique("一条斜线"), "focal": map[string]any{"x": 300, "y": 700}})
		}},
		"studio.medium.delete": {"ooxx xxx ... xxx ... xxx xxx", func(o *office, _ *person) ask { return medium(o, nil) }},
		"studio.people":        {all, at("/people")},

		"studio.topics":       {all, at("/topics")},
		"studio.topic":        {all, at("/topics/food")},
		"studio.topic.put":    {"ooxx xxx xxx xxx .xx xxx xxx", doc("/topics/", map[string]any{"name": "新主题"})},
		"studio.topic.drop":   {"ooxx xxx xxx xxx .xx xxx xxx", stands(content.KindTopic, "/topics/")},
		"studio.series":       {all, at("/series")},
		"studio.series.one":   {all, func(o *office, p *person) ask { return bare(stands(content.KindSeries, "/series/")(o, p)) }},
		"studio.series.put":   {"ooxx xxx .xx xxx .xx xxx xxx", doc("/series/", map[string]any{"title": "新系列"})},
		"studio.series.drop":  {"ooxx xxx .xx xxx .xx xxx xxx", stands(content.KindSeries, "/series/")},
		"studio.scenes":       {all, at("/scenes")},
		"studio.scene":        {all, func(o *office, p *person) ask { return bare(stands(content.KindScene, "/scenes/")(o, p)) }},
		"studio.scene.put":    {"ooxx xxx xxx xxx .xx xxx xxx", doc("/scenes/", map[string]any{"title": "新情景", "start": "2026-11-24T00:00:00Z", "end": "2026-12-24T00:00:00Z", "boost": 150})},
		"studio.scene.drop":   {"ooxx xxx xxx xxx .xx xxx xxx", stands(content.KindScene, "/scenes/")},
		"studio.settings":     {all, at("/settings")},
		"studio.setting":      {all, func(o *office, p *person) ask { return bare(stands(content.KindSetting, "/settings/")(o, p)) }},
		"studio.setting.put":  {"ooxx xxx xxx xxx xxx .xx xxx", setting},
		"studio.setting.drop": {"ooxx xxx xxx xxx xxx .xx xxx", stands(content.KindSetting, "/settings/")},

		"studio.audit":        {"oo.x xxx xxx xxx ... xxx ...", at("/audit?limit=3")},
		"studio.audit.export": {"oo.x xxx xxx xxx ... xxx ...", at("/audit/export?kind=user&format=csv")},
		"studio.audit.chain":  {"oo.x xxx xxx xxx ... xxx ...", at("/audit/chain?after=3")},
		"studio.users":        {"oo.x xxx xxx xxx xxx ... xxx", at("/users")},
		"studio.users.add": {"ooxx xxx xxx xxx xxx ..x xxx", func(o *office, _ *person) ask {
			return ask{path: "/users", body: map[string]any{"name": o.unique("new"), "display": "新人", "grants": []any{map[string]any{"role": "author", "region": own}}}}
		}},
		"studio.user":              {"oo.x xxx xxx xxx xxx ..- xxx", staff("", nil)},
		"studio.user.display":      {"ooxx xxx xxx xxx xxx ..- xxx", staff("/display", map[string]any{"display": "改了名"})},
		"studio.user.grants":       {"ooxx xxx xxx xxx xxx ..- xxx", staff("/grants", map[string]any{"grants": []any{map[string]any{"role": "editor", "region": own}}})},
		"studio.user.disable":      {"ooxx xxx xxx xxx xxx ..- xxx", staff("/disable", nil)},
		"studio.user.enable":       {"ooxx xxx xxx xxx xxx ..- xxx", staff("/enable", nil)},
		"studio.user.password":     {"ooxx xxx xxx xxx xxx ..- xxx", staff("/password", map[string]any{})},
		"studio.user.second":       {"ooxx xxx xxx xxx xxx ..- xxx", staff("/second", nil)},
		"studio.user.sessions":     {"oo.x xxx xxx xxx xxx ..- xxx", staff("/sessions", nil)},
		"studio.user.sessions.end": {"ooxx xxx xxx xxx xxx ..- xxx", staff("/sessions", nil)},
		"studio.user.tokens":       {"oo.x xxx xxx xxx xxx ..- xxx", staff("/tokens", nil)},
		"studio.user.erase":        {"ooxx xxx xxx xxx xxx ..- xxx", staff("", nil)},
		"studio.hooks":             {"ooxx xxx xxx xxx xxx .xx xxx", at("/hooks")},
		"studio.hooks.add":         {"ooxx xxx xxx xxx xxx .xx xxx", func(*office, *person) ask { return ask{path: "/hooks", body: terms()} }},
		"studio.hook":              {"ooxx xxx xxx xxx xxx .xx xxx", called("", nil)},
		"studio.hook.put":          {"ooxx xxx xxx xxx xxx .xx xxx", called("", terms(), `If-Match: "1"`)},
		"studio.hook.drop":         {"ooxx xxx xxx xxx xxx .xx xxx", called("", nil, `If-Match: "1"`)},
		"studio.hook.rotate":       {"ooxx xxx xxx xxx xxx .xx xxx", called("/secret", map[string]any{"rev": 1})},
		"studio.hook.test":         {"ooxx xxx xxx xxx xxx .xx xxx", called("/test", nil)},
		"studio.hook.deliveries":   {"ooxx xxx xxx xxx xxx .xx xxx", called("/deliveries", nil)},
		"studio.hook.redeliver":    {"ooxx xxx xxx xxx xxx .xx xxx", owed},
	}
}

func nameOf(o *office, p *person) string {
	if p.name == "" {
		return o.writer.name
	}
	return p.name
}

func token(o *office) map[string]any {
	return map[string]any{"label": o.unique("脚本"), "ends": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}
}

// bare asks for the same without headers.
func bare(a ask) ask { return ask{path: a.path} }

// twice makes an item whose text was saved twice.
func (o *office) twice() string {
	id := o.draft()
	if _, err := o.desk.Save(o.t.Context(), o.by(o.writer), id, 1, 0, article("x", "第二稿").Version, ""); err != nil {
		o.t.Fatal(err)
	}
	return id
}

// remark asks for something of a comment on the draft: the person's own, where
// they may make one, or else the writer's.
func remark(below string, body any, headers ...string) func(*office, *person) ask {
	return func(o *office, p *person) ask {
		id := o.draft()
		c, _, err := o.desk.Comment(o.t.Context(), o.by(p), id, nil, "这里再核一核")
		if err != nil {
			if c, _, err = o.desk.Comment(o.t.Context(), o.by(o.writer), id, nil, "这里再核一核"); err != nil {
				o.t.Fatal(err)
			}
		}
		return ask{"/comments/" + c.ID + below, body, headers}
	}
}

// medium asks for something of a picture in the library.
func medium(o *office, body any) ask {
	id := o.picture(8, 8).Asset
	return ask{"/media/" + id, body, []string{fmt.Sprintf(`If-Match: "%d"`, o.rev(media.KindAsset, id))}}
}

// doc asks to make a record beside the items.
func doc(path string, body any) func(*office, *person) ask {
	return func(o *office, _ *person) ask {
		return ask{path + strings.ReplaceAll(o.unique("new"), "-", ""), body, []string{`If-Match: "0"`}}
	}
}

// stands asks to delete a record that was made for it.
func stands(kind, path string) func(*office, *person) ask {
	return func(o *office, _ *person) ask {
		by, id := content.Operator(), strings.ReplaceAll(o.unique("old"), "-", "")
		var stamp content.Stamp
		var err error
		switch kind {
		case content.KindTopic:
			stamp, err = o.desk.PutTopic(o.t.Context(), by, 0, content.Topic{Key: id, Name: "旧主题"})
		case content.KindSeries:
			stamp, err = o.desk.PutSeries(o.t.Context(), by, 0, content.Series{Slug: id, Title: "旧系列"})
		case content.KindScene:
			stamp, err = o.desk.PutScene(o.t.Context(), by, 0, content.Scene{Slug: id, Title: "旧情景", Start: time.Now(), End: time.Now().Add(time.Hour), Boost: 100})
		default:
			id = content.SettingGrey
			stamp, err = o.desk.PutSetting(o.t.Context(), by, o.rev(content.KindSetting, id), id, map[string]any{})
		}
		if err != nil {
			o.t.Fatal(err)
		}
		return ask{path + id, nil, []string{fmt.Sprintf(`If-Match: "%d"`, stamp.Rev)}}
	}
}

// rev is a record's; 0 where there is none.
func (o *office) rev(kind, id string) uint64 {
	r, err := o.store.Get(o.t.Context(), journal.Key{Kind: kind, ID: id})
	if err != nil {
		return 0
	}
	return r.Rev
}

// setting asks to write the site's.
func setting(o *office, _ *person) ask {
	return ask{"/settings/site", map[string]any{"value": map[string]any{"name": "浙里科普", "motto": o.unique("口号")}}, []string{fmt.Sprintf(`If-Match: "%d"`, o.rev(content.KindSetting, "site"))}}
}

// staff asks for something of a user of the own region.
func staff(below string, body any) func(*office, *person) ask {
	return func(o *office, _ *person) ask {
		u, _, err := o.users.Add(o.t.Context(), account.By{Actor: account.Operator()}, account.New{Name: o.unique("staff"), Password: password,
			Grants: []account.Grant{{Role: account.Author, Region: own}}})
		if err != nil {
			o.t.Fatal(err)
		}
		return ask{path: "/users/" + u.ID + below, body: body}
	}
}

func terms() map[string]any {
	return map[string]any{"name": "另一个系统", "url": "https://hook.example/kepu", "events": []any{"publish"}, "active": true}
}

// called asks for something of a webhook.
func called(below string, body any, headers ...string) func(*office, *person) ask {
	return func(o *office, _ *person) ask {
		book := &hook.Book{Store: o.store, Slate: o.store.Slate(), Secret: o.secret, BaseURL: o.base}
		made, err := book.Put(o.t.Context(), account.Operator(), "", "", 0, hook.Terms{Name: o.unique("系统"), URL: "https://hook.example/a", Events: []hook.Event{hook.Publish}, Active: true})
		if err != nil {
			o.t.Fatal(err)
		}
		return ask{"/hooks/" + made.Hook.ID + below, body, headers}
	}
}

// owed asks to deliver again what a webhook was told of: a line as the log keeps
// it stands for that.
func owed(o *office, p *person) ask {
	a := called("/deliveries/1", nil)(o, p)
	id := strings.Split(a.path, "/")[2]
	line, err := json.Marshal(hook.Record{V: hook.Format, Seq: 1, Event: hook.Publish, Item: journal.NewID(), Rev: 1, State: hook.Failed})
	if err != nil {
		o.t.Fatal(err)
	}
	results, err := o.store.Slate().Put(o.t.Context(), journal.Row{Key: fmt.Sprintf("hook/log/%s/%020d", id, 1), Value: line})
	if err != nil || results[0].Err != nil {
		o.t.Fatal(err, results)
	}
	return a
}

// totp is the code of now by RFC 6238: SHA-1, six digits, half a minute.
func totp(secret string) string {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(secret, "="))
	if err != nil {
		return err.Error()
	}
	h := hmac.New(sha1.New, raw)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30)))
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}
