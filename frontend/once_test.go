package frontend_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// TestRepeatedCalls: the same key gives the same answer, on every kind of POST.
func TestRepeatedCalls(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p, other := r.hire("chief", "author", "chief"), r.hire("other", "author", "chief")
	id := p.send("POST", "/items", draft("一篇")).want(t, 201, "").field(t, "id").(string)
	ends := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for path, body := range map[string]map[string]any{
		"/items": draft("又一篇"), "/tokens": {"label": "脚本", "ends": ends}, "/items/" + id + "/comments": {"text": "记一笔"},
		"/items/" + id + "/preview": {}, "/items/" + id + "/submit": {"rev": 1}, "/bulk": {"ids": []any{id}, "place": map[string]any{"tag": []any{"专题"}}},
	} {
		first := p.send("POST", path, body, "Idempotency-Key: k")
		again := p.send("POST", path, body, "Idempotency-Key: k")
		if first.StatusCode >= 300 || again.StatusCode != first.StatusCode || !bytes.Equal(first.body, again.body) || first.Header.Get("Location") != again.Header.Get("Location") {
			t.Errorf("%s: %d %s, and again %d %s", path, first.StatusCode, first.body, again.StatusCode, again.body)
		}
		changed := map[string]any{}
		for name, value := range body {
			changed[name] = value
		}
		changed["note"] = "x"
		p.send("POST", path, changed, "Idempotency-Key: k").want(t, 422, "idempotency")
	}
	// Somebody else's key of the same letters is another.
	a, b := p.send("POST", "/items", draft("又一篇"), "Idempotency-Key: k"), other.send("POST", "/items", draft("又一篇"), "Idempotency-Key: k")
	if a.field(t, "id") == b.field(t, "id") {
		t.Error("two people's operations are one")
	}
	for _, bad := range []string{strings.Repeat("k", 65), "a b", "键"} {
		p.send("POST", "/items", draft("x"), "Idempotency-Key: "+bad).want(t, 400, "bad_request")
	}
	// What failed may be tried again under the same key.
	p.send("POST", "/items/"+id+"/return", map[string]any{"rev": 99, "note": "请再核"}, "Idempotency-Key: again").want(t, 409, "")

	value := p.send("POST", "/tokens", map[string]any{"label": "秘密", "ends": ends}, "Idempotency-Key: secret").want(t, 201, "").field(t, "value").(string)
	rows, err := r.store.Slate().List(t.Context(), "once/", "once/", time.Time{}, 1000)
	if err != nil || len(rows) < 7 {
		t.Fatalf("%d calls are remembered, %v", len(rows), err)
	}
	for _, row := range rows {
		if bytes.Contains(row.Value, []byte(value)) || row.Expires.IsZero() {
			t.Errorf("row %s ends %v: %.100s", row.Key, row.Expires, row.Value)
		}
	}
}

// TestDoubleClick: the same call sent many times at once is made once.
func TestDoubleClick(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.hire("editor", "author", "editor")
	id := p.send("POST", "/items", draft("连点两下")).want(t, 201, "").field(t, "id").(string)
	var wait sync.WaitGroup
	answers := make([]answer, 8)
	for i := range answers {
		wait.Go(func() { answers[i] = p.send("POST", "/items/"+id+"/submit", step(1), "Idempotency-Key: click") })
	}
	wait.Wait()
	for _, a := range answers {
		if a.StatusCode != 200 || !bytes.Equal(a.body, answers[0].body) {
			t.Errorf("%d %s, and %s", a.StatusCode, a.body, answers[0].body)
		}
	}
	if rev := r.revOf(id); rev != 2 {
		t.Errorf("eight clicks made revision %d", rev)
	}
	for i := range answers {
		wait.Go(func() {
			answers[i] = p.send("POST", "/items/"+id+"/preview", map[string]any{}, "Idempotency-Key: click")
		})
	}
	wait.Wait()
	for _, a := range answers {
		if a.StatusCode != 200 && a.code() != "under_way" {
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	}
	rows, err := r.store.Slate().List(t.Context(), "preview/"+id+"/", "preview/"+id+"/", time.Time{}, 100)
	if err != nil || len(rows) != 1 {
		t.Errorf("eight clicks made %d previews, %v", len(rows), err)
	}
}

// TestConcurrentSaves: of ten saves of one revision one wins; the others are told
// what stands, and what they sent is not lost.
func TestConcurrentSaves(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	writers := []*person{r.hire("one", "editor"), r.hire("two", "editor")}
	id := writers[0].send("POST", "/items", draft("两个人改")).want(t, 201, "").field(t, "id").(string)
	rev := "1"
	for round := range 5 {
		var wait sync.WaitGroup
		answers := make([]answer, 10)
		for i := range answers {
			wait.Go(func() {
				answers[i] = writers[i%2].send("PUT", "/items/"+id, text0("两个人改", strings.Repeat("改", 10*round+i+1)+"。"), `If-Match: "`+rev+`"`)
			})
		}
		wait.Wait()
		won := 0
		for _, a := range answers {
			if a.StatusCode == 200 {
				won++
				rev = strings.Trim(a.Header.Get("ETag"), `"`)
				continue
			}
			a.want(t, 409, "conflict")
			if a.field(t, "current") == nil {
				t.Errorf("a lost save: %s", a.body)
			}
		}
		if won != 1 {
			t.Fatalf("round %d: %d of ten saves won", round, won)
		}
	}
	kept := map[string]bool{}
	for _, w := range writers {
		actor, err := r.users.Actor(t.Context(), w.id)
		if err != nil {
			t.Fatal(err)
		}
		all, err := r.desk.Autosaves(t.Context(), content.By{Actor: actor}, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			kept[string(journal.Sum(a.Text))] = true
		}
	}
	if len(kept) < 45 {
		t.Errorf("of 45 lost texts %d are kept", len(kept))
	}
}
