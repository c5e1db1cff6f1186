package frontend_test

import (
	"fmt"
	"testing"
)

// draft is an article as the studio sends one.
func draft(title string) map[string]any {
	return map[string]any{"kind": "article", "title": title, "summary": title + "：一句话说明白。", "plain": "第一句。第二句。",
		"author": "编辑部", "reviewed_by": "张医生", "source": map[string]any{"name": "示例教材", "url": "https://source.example/a"}, "licence": "CC-BY-SA-4.0",
		"audiences": []any{map[string]any{"audience": "farmers", "weight": 80}}, "topics": []any{"food-storage"},
		"article": map[string]any{"markdown": "正文第一段，讲" + title + "。\n\n## 怎么办\n\n正文第二段。"}}
}

// text is what of an article a save sends.
func text0(title, words string) map[string]any {
	return map[string]any{"title": title, "article": map[string]any{"markdown": words}}
}

func step(rev any) map[string]any { return map[string]any{"rev": rev} }

// TestLifeOfAnItem: one item from an author's first word to its taking down.
func TestLifeOfAnItem(t *testing.T) {
	r := newRig(t)
	author, editor, expert, chief := r.hire("author", "author"), r.hire("editor", "editor"), r.hire("expert", "expert"), r.hire("chief", "chief")

	made := author.send("POST", "/items", draft("家里的米怎么放"), "Idempotency-Key: first").want(t, 201, "")
	id, _ := made.field(t, "id").(string)
	if again := author.send("POST", "/items", draft("家里的米怎么放"), "Idempotency-Key: first").want(t, 201, ""); again.field(t, "id") != id {
		t.Errorf("the same key made %v, not %v", again.field(t, "id"), id)
	}
	author.send("POST", "/items", draft("另一篇"), "Idempotency-Key: first").want(t, 422, "idempotency")
	at := "/items/" + id
	got := author.get(at).want(t, 200, "")
	if got.Header.Get("ETag") != `"1"` || got.field(t, "status") != "draft" || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a new draft: %v %s", got.Header, got.body)
	}

	author.send("PUT", at, text0("家里的米怎么放", "没有说是哪一版。")).want(t, 428, "precondition_required")
	kept := author.send("PUT", at+"/draft", text0("家里的米", "打到一半"), `If-Match: "1.0"`).want(t, 200, "")
	if kept.Header.Get("ETag") != `"1.1"` {
		t.Errorf("an autosave is %s", kept.Header.Get("ETag"))
	}
	author.send("PUT", at+"/draft", text0("家里的米", "另一个窗口"), `If-Match: "1.0"`).want(t, 409, "overtaken")
	author.send("POST", at+"/submit", step(1)).want(t, 409, "unsaved")
	if auto, _ := author.get(at).field(t, "autosave").(map[string]any); auto["n"] != 1.0 || auto["text"].(map[string]any)["title"] != "家里的米" {
		t.Errorf("the autosave is %v", auto)
	}
	saved := author.send("PUT", at, map[string]any{"n": 1, "remark": "改了题目", "title": "米怎么放", "article": map[string]any{"markdown": "放在阴凉处。"}}, `If-Match: "1"`).want(t, 200, "")
	stale := author.send("PUT", at, text0("旧的", "旧的"), `If-Match: "1"`).want(t, 409, "conflict")
	if stale.field(t, "current") != 2.0 {
		t.Errorf("a stale save: %s", stale.body)
	}
	author.send("DELETE", at+"/draft", nil, `If-Match: "0.2"`).want(t, 204, "")

	rev := saved.field(t, "rev")
	for _, s := range []struct {
		who  *person
		step string
		code int
	}{
		{editor, "publish", 409}, {author, "submit", 200}, {author, "approve", 403}, {expert, "approve", 403}, {editor, "approve", 200},
		{editor, "approve", 403}, {expert, "approve", 200}, {editor, "publish", 409}, {chief, "approve", 200}, {author, "publish", 403}, {editor, "publish", 200},
	} {
		a := s.who.send("POST", at+"/"+s.step, step(rev)).want(t, s.code, "")
		if s.code == 200 {
			rev = a.field(t, "rev")
			editor.get(fmt.Sprintf("/position?seq=%.0f", a.field(t, "seq"))).want(t, 200, "")
		}
	}
	live := author.get(at).want(t, 200, "")
	if live.field(t, "status") != "live" {
		t.Errorf("published, and %v", live.field(t, "status"))
	}
	page, _ := live.field(t, "url").(string)
	if a := r.get(page); a.StatusCode != 200 {
		t.Errorf("%s: %d", page, a.StatusCode)
	}
	down := editor.send("POST", at+"/withdraw", map[string]any{"note": "有一处不准"}).want(t, 200, "")
	editor.get(fmt.Sprintf("/position?seq=%.0f", down.field(t, "seq"))).want(t, 200, "")
	if a := r.get(page); a.StatusCode != 410 {
		t.Errorf("taken down, and %s: %d", page, a.StatusCode)
	}
}
