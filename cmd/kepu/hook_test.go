package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/hook"
)

// What is published while serving is told to a webhook that the operator's flag
// admits, and the node stops with it.
func TestWebhook(t *testing.T) {
	bodies := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- r.Header.Get(hook.HeaderEvent) + " " + string(body)
	}))
	defer receiver.Close()
	var c Config
	address := strings.TrimPrefix(receiver.URL, "http://")
	if err := c.hookAllow.Set("127.0.0.1,http," + address[strings.LastIndex(address, ":"):]); err != nil {
		t.Fatal(err)
	}
	s := start(t, c)
	by := account.Actor{ID: "u-admin", Grants: []account.Grant{{Role: account.Admin}}}
	terms := hook.Terms{Name: "接收方", URL: receiver.URL, Events: hook.Events[:], Active: true}
	if _, err := s.Hooks().Put(t.Context(), by, "", "", 0, terms); err != nil {
		t.Fatal(err)
	}
	body := content.Body{Type: "doc", Content: []content.Node{{Type: "paragraph", Content: []content.Node{{Type: "text", Text: "看见闪电就进屋。"}}}}}
	outcome, err := s.Desk().Import(t.Context(), "operator", []content.Submission{{
		Source: "test", SourceID: "1", Kind: content.KindArticle, Version: content.Version{Title: "听见雷声，就该回屋了", Article: &content.Article{Body: body}},
		Placement: content.Placement{Audiences: []content.Placed{{Audience: content.Farmers, Weight: 50}}},
	}}, content.ImportOptions{Publish: true})
	if err != nil || outcome[0].Outcome != content.Published {
		t.Fatalf("%+v, %v", outcome, err)
	}
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	select {
	case body := <-bodies:
		if !strings.HasPrefix(body, "publish {") || !strings.Contains(body, outcome[0].ItemID) || !strings.Contains(body, "http://"+s.Addr()+"/article/") {
			t.Errorf("the webhook heard %s", body)
		}
	case <-late.C:
		t.Fatal("the webhook heard nothing")
	}
}
