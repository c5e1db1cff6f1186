package frontend_test

import (
	"fmt"
	"testing"
)

// TestAnswersGoWithTheirComment: who may read only what is live sees nothing of
// a thread on the draft, also when the comment that opened it was deleted.
func TestAnswersGoWithTheirComment(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, _ := o.brought("live")
	editor, writer, other := o.people["editor"], o.writer, o.people["author"]
	at := "/items/" + id
	writer.send("PUT", at, text0("新的题目", "新的正文。"), `If-Match: "`+fmt.Sprintf("%.0f", editor.get(at).field(t, "rev"))+`"`).want(t, 200, "")
	editor.send("POST", at+"/comments", map[string]any{"text": "整条都好"}).want(t, 201, "")
	opened := editor.send("POST", at+"/comments", map[string]any{"text": "题目不准", "anchor": map[string]any{"field": "title"}}).want(t, 201, "").field(t, "id").(string)
	writer.send("POST", "/comments/"+opened+"/reply", map[string]any{"text": "草稿里再改"}).want(t, 201, "")
	told := func(p *person) (words []string) {
		t.Helper()
		o.wait()
		for _, c := range p.get(at+"/comments").want(t, 200, "").field(t, "comments").([]any) {
			words = append(words, c.(map[string]any)["text"].(string))
		}
		return words
	}
	for _, c := range []struct{ all, live string }{
		{"[整条都好 题目不准 草稿里再改]", "[整条都好]"},
		{"[整条都好 草稿里再改]", "[整条都好]"},
	} {
		if got := fmt.Sprint(told(writer)); got != c.all {
			t.Errorf("the writer is told %s, want %s", got, c.all)
		}
		if got := fmt.Sprint(told(other)); got != c.live {
			t.Errorf("another author is told %s, want %s", got, c.live)
		}
		editor.send("DELETE", "/comments/"+opened, nil).want(t, 200, "")
	}
}

// TestWhereAFileIsUsed: an item of a foreign region is not named there, only
// that there is one.
func TestWhereAFileIsUsed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	file := o.picture(8, 8).Asset
	d := draft("有图的一篇")
	d["region"], d["cover"] = own, map[string]any{"asset": file, "alt": "一条斜线"}
	o.people["editor@"+own].send("POST", "/items", d).want(t, 201, "")
	o.wait()
	for name, want := range map[string]string{"editor@" + own: "1 <nil>", "editor": "1 <nil>", "author": "0 true", "editor@" + foreign: "0 true"} {
		a := o.people[name].get("/media/"+file).want(t, 200, "")
		if got := fmt.Sprint(len(a.field(t, "uses").([]any)), a.field(t, "elsewhere")); got != want {
			t.Errorf("%s is told %s, want %s: %s", name, got, want, a.body)
		}
	}
}
