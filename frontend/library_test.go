package frontend_test

import (
	"fmt"
	"strings"
	"testing"

	"kepu/content"
	"kepu/media"
)

// TestLibrary: what is said of a picture is put right, and the picture deleted
// once nothing shows it; the texts that show it do not change.
func TestLibrary(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	author, editor, expert := r.hire("author", "author"), r.hire("editor", "editor"), r.hire("expert", "expert")
	other := r.picture(9, 9).Asset // what stands beside it stays
	id := r.picture(12, 8).Asset
	at := "/media/" + id
	got := author.get(at).want(t, 200, "")
	if got.Header.Get("ETag") != `"2"` || got.field(t, "rev") != 2.0 {
		t.Errorf("a picture is at %s: %s", got.Header.Get("ETag"), got.body)
	}
	sent := draft("有图的一篇")
	sent["cover"] = map[string]any{"asset": id, "alt": "审过的话", "focal": map[string]any{"x": 100, "y": 100}}
	item := author.send("POST", "/items", sent).want(t, 201, "").field(t, "id").(string)

	edits := map[string]any{"name": "../稻田.jpg", "alt": " 一片\u200b稻田 ", "focal": map[string]any{"x": 250, "y": 1000}}
	author.send("PATCH", at, edits).want(t, 428, "precondition_required")
	author.send("PATCH", at, map[string]any{"key": "x"}, `If-Match: "2"`).want(t, 400, "bad_request")
	author.send("PATCH", at, map[string]any{"alt": nil}, `If-Match: "2"`).want(t, 422, "invalid")
	author.send("PATCH", at, map[string]any{"focal": map[string]any{"x": 1001, "y": 0}}, `If-Match: "2"`).want(t, 422, "invalid")
	author.send("PATCH", "/media/none", edits, `If-Match: "2"`).want(t, 404, "not_found")
	expert.send("PATCH", at, edits, `If-Match: "2"`).want(t, 403, "forbidden")
	if a := author.send("PATCH", at, edits, `If-Match: "2"`).want(t, 200, ""); a.field(t, "rev") != 3.0 || a.Header.Get("ETag") != `"3"` {
		t.Errorf("edited: %s %s", a.Header.Get("ETag"), a.body)
	}
	if a := editor.send("PATCH", at, map[string]any{"alt": "晚了一步"}, `If-Match: "2"`).want(t, 409, "conflict"); a.field(t, "current") != 3.0 {
		t.Errorf("a stale edit: %s", a.body)
	}
	got = editor.get(at).want(t, 200, "")
	if got.field(t, "name") != "稻田.png" || got.field(t, "alt") != "一片稻田" || fmt.Sprint(got.field(t, "focal")) != "map[x:250 y:1000]" {
		t.Errorf("after editing: %s", got.body)
	}
	cover, _ := author.get("/items/"+item).want(t, 200, "").field(t, "cover").(map[string]any)
	if cover["alt"] != "审过的话" || fmt.Sprint(cover["focal"]) != "map[x:100 y:100]" {
		t.Errorf("the text that shows it now says %v", cover)
	}

	// Nothing that is shown is deleted: in a draft, then in a series.
	author.send("DELETE", at, nil, `If-Match: "3"`).want(t, 403, "forbidden")
	editor.send("DELETE", at, nil).want(t, 428, "precondition_required")
	refused := func() {
		t.Helper()
		var told struct {
			Problems []struct{ Field, Message string }
		}
		editor.send("DELETE", at, nil, `If-Match: "3"`).want(t, 422, "invalid").json(t, &told)
		if len(told.Problems) != 1 || told.Problems[0].Field != "id" || told.Problems[0].Message == "" {
			t.Errorf("used, and refused with %v", told.Problems)
		}
	}
	refused()
	stamp, err := r.desk.PutSeries(t.Context(), content.Operator(), 0, content.Series{Slug: "rice", Title: "稻米", Cover: &content.Picture{Asset: id, Key: r.picture(12, 8).Key, Type: "image/png", Width: 12, Height: 8, Alt: "稻田"}})
	if err != nil {
		t.Fatal(err)
	}
	author.send("DELETE", "/items/"+item, nil, `If-Match: "1"`).want(t, 200, "")
	refused()
	editor.send("DELETE", "/series/rice", nil, fmt.Sprintf(`If-Match: "%d"`, stamp.Rev)).want(t, 200, "")
	editor.send("DELETE", at, nil, `If-Match: "2"`).want(t, 409, "conflict")
	gone := editor.send("DELETE", at, nil, `If-Match: "3"`).want(t, 200, "")
	editor.send("DELETE", at, nil, `If-Match: "3"`).want(t, 200, "") // sent again, as after a lost answer
	editor.get(at).want(t, 404, "not_found")
	editor.send("PATCH", at, edits, `If-Match: "4"`).want(t, 404, "not_found")
	list := func(seq any) (ids []string) {
		t.Helper()
		var page struct{ Media []struct{ ID string } }
		editor.get(fmt.Sprintf("/media?seq=%.0f", seq)).want(t, 200, "").json(t, &page)
		for _, a := range page.Media {
			ids = append(ids, a.ID)
		}
		return ids
	}
	if ids := list(gone.field(t, "seq")); fmt.Sprint(ids) != fmt.Sprint([]string{other}) {
		t.Errorf("deleted, and the library shows %v", ids)
	}
	author.send("POST", "/items", sent).want(t, 422, "invalid") // what is not there is not placed

	// The same bytes again stand in the list once, edited or not.
	if again := r.picture(12, 8).Asset; again != id {
		t.Fatalf("the same bytes are %s, not %s", again, id)
	}
	r.wait()
	if ids := list(0.0); fmt.Sprint(ids) != fmt.Sprint([]string{id, other}) {
		t.Errorf("added again, and the library shows %v", ids)
	}
	edited := editor.send("PATCH", at, map[string]any{"alt": "又一片"}, `If-Match: "6"`).want(t, 200, "")
	if ids := list(edited.field(t, "seq")); fmt.Sprint(ids) != fmt.Sprint([]string{id, other}) {
		t.Errorf("edited, and the library shows %v", ids)
	}
	key := r.picture(12, 8).Key
	f, err := r.blobs.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if sum, err := media.Sum(t.Context(), f, make([]byte, 4096)); err != nil || sum != key {
		t.Errorf("its bytes are %s %v", sum, err)
	}
	if strings.Contains(r.log.String(), `"level":"ERROR"`) {
		t.Errorf("logged as our own fault: %.2000s", r.log.String())
	}
}
