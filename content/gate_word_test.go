package content_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kepu/content"
	wordlist "kepu/content/words"
	"kepu/journal"
)

// advised asks the gate and gives what it says, a line each.
func (r *room) advised(t testing.TB, v content.Version, p content.Placement, codes ...string) string {
	t.Helper()
	advice, err := r.GateForTest(t.Context(), v, p)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, a := range advice {
		wanted := len(codes) == 0
		for _, code := range codes {
			wanted = wanted || code == a.Code
		}
		if wanted {
			line := strings.TrimSpace(fmt.Sprintf("%s %s %s %s", a.Code, a.Field, strings.Trim(fmt.Sprint(a.Block), "[]"), a.Quote))
			if a.Blocking {
				line += " !"
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (r *room) set(t testing.TB, rev uint64, name string, value any) {
	t.Helper()
	if _, err := r.PutSetting(t.Context(), content.Operator(), rev, name, value); err != nil {
		t.Fatal(err)
	}
}

func TestGateWords(t *testing.T) {
	r := open(t)
	v := spoken("这种神 藥能治百病。", "没有别的。")
	v.Summary, v.Plain = "國家級专家推荐", "先看医生。"
	v.Cover = &content.Picture{Asset: "a", Key: blob(1), Alt: "ＡＤ 图"}
	v.Article.Body.Content = append(v.Article.Body.Content, content.Node{Type: content.NodeTable, Content: []content.Node{{Type: content.NodeRow, Content: []content.Node{
		{Type: content.NodeCell, Content: []content.Node{{Type: content.NodeParagraph, Content: []content.Node{{
			Type: content.NodeText, Text: "药效", Marks: []content.Mark{{Type: content.MarkTerm, Attrs: map[string]any{"text": "神药的效力"}}}}}}}}}}}})
	if got := r.advised(t, v, content.Placement{}, content.CodeWords); got != "" {
		t.Errorf("without a list: %s", got)
	}
	r.set(t, 0, "words", content.WordList{List: []content.Word{{Word: "神药", Level: "block", Instead: "药品"}, {Word: "ad", Level: "advise"}}})
	r.set(t, 0, "words-2", content.WordList{List: []content.Word{{Word: "国家级", Level: "advise", Note: "广告法"}}})
	want := "words summary  國家級\nwords cover.alt  ＡＤ\nwords article.body 0 神 藥 !\nwords article.body 2 0 0 0 神药 !"
	if got := r.advised(t, v, content.Placement{}, content.CodeWords); got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
	advice, err := r.GateForTest(t.Context(), v, content.Placement{})
	if err != nil || !content.Stops(advice) {
		t.Error("a word that must not be used does not stop")
	}
	for _, a := range advice {
		if a.Code == content.CodeWords && a.Blocking && a.Message != "“"+a.Quote+"”不能用，建议改为“药品”" {
			t.Errorf("it says %q", a.Message)
		}
	}
	// A changed list counts at once.
	r.set(t, 1, "words", content.WordList{List: []content.Word{{Word: "百病", Level: "advise"}}})
	if got, want := r.advised(t, v, content.Placement{}, content.CodeWords), "words summary  國家級\nwords article.body 0 百病"; got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
	film := content.Version{Title: "片", Video: &content.Video{
		Captions: []content.Caption{{Label: "百病字幕"}}, Transcript: []content.Line{{Text: "一"}, {Text: "百病"}}, Chapters: []content.Line{{Text: "百病"}},
	}}
	if got, want := r.advised(t, film, content.Placement{}, content.CodeWords), "words video.captions[0].label  百病\nwords video.transcript[1].text  百病\nwords video.chapters[0].text  百病"; got != want {
		t.Errorf("of a film\n%s\nwant\n%s", got, want)
	}
	if got := r.advised(t, spoken(strings.Repeat("百病。", 50)), content.Placement{}, content.CodeWords); strings.Count(got, "\n") != 5 || !strings.HasSuffix(got, "words body") {
		t.Errorf("one word again and again:\n%s", got)
	}
}

func TestGateSetting(t *testing.T) {
	r := open(t)
	v := spoken("潮水来了。")
	p := content.Placement{Audiences: []content.Placed{{Audience: content.Youth, Weight: 50}}, Topics: []string{"health-mind"}}
	if got := r.advised(t, v, p, "source", "recheck", "cover"); got != "source source\ncover cover\nrecheck recheck" {
		t.Errorf("advice is\n%s", got)
	}
	r.set(t, 0, "gate", content.GateSetting{Blocking: []string{"source", "recheck"}})
	if got := r.advised(t, v, p, "source", "recheck", "cover"); got != "source source !\ncover cover\nrecheck recheck !" {
		t.Errorf("raised it is\n%s", got)
	}
	// An import goes by the same.
	got, err := r.Import(t.Context(), content.Operator().ID, []content.Submission{{Source: "s", SourceID: "1", Kind: content.KindArticle, Version: v, Placement: content.Placement{Audiences: p.Audiences}}}, content.ImportOptions{Publish: true})
	if err != nil || got[0].Outcome != content.Blocked {
		t.Errorf("imported as %+v, %v", got, err)
	}
}

func TestGateOutside(t *testing.T) {
	answer := `{"findings":[{"word":"潮水","message":"请核对","level":"advise"},{"message":"全文不妥","level":"block"},{"word":"没有的词","level":"advise"}]}`
	status := http.StatusOK
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var body struct{ Text string }
		if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		asked = body.Text
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	defer server.Close()
	o, err := wordlist.NewOutside(server.URL, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	r := open(t)
	at := noon
	o.Now = func() time.Time { return at }
	r.Outside = o
	v := spoken("一。", "大潮水来了。")
	if got, want := r.advised(t, v, content.Placement{}, content.CodeOutside), "outside article.body 1 潮水\noutside body !\noutside body"; got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
	if asked != "看潮要站在哪里\n一。\n大潮水来了。\n" {
		t.Errorf("asked of %q", asked)
	}
	status, at = http.StatusInternalServerError, noon.Add(time.Hour)
	if got := r.advised(t, v, content.Placement{}, content.CodeOutside); got != "outside body" {
		t.Errorf("without an answer: %s", got)
	}
	r.set(t, 0, "gate", content.GateSetting{Blocking: []string{content.CodeOutside}})
	if got := r.advised(t, v, content.Placement{}, content.CodeOutside); got != "outside body !" {
		t.Errorf("without an answer, where that stops: %s", got)
	}
	imported, err := r.Import(t.Context(), content.Operator().ID, []content.Submission{{Source: "s", SourceID: "1", Kind: content.KindArticle, Version: v, Placement: content.Placement{Audiences: []content.Placed{{Audience: content.Youth, Weight: 1}}}}}, content.ImportOptions{Publish: true})
	if err != nil || imported[0].Outcome != content.Blocked {
		t.Errorf("imported unheard as %+v, %v", imported, err)
	}
}

// Whoever may read a text may ask what the gate says of it, and publication is
// stopped by the same.
func TestAdvise(t *testing.T) {
	r := newsroom(t, 0)
	id := r.drafted(t, spoken("神药"))
	r.set(t, 0, "words", content.WordList{List: []content.Word{{Word: "神药", Level: "block"}}})
	for _, who := range []content.By{writer, expert, auditor} {
		advice, err := r.Advise(t.Context(), who, id, "")
		if err != nil || !content.Stops(advice) {
			t.Errorf("%s is told %v, %v", who.ID, advice, err)
		}
	}
	for _, who := range []content.By{other, abroad, admin, {}} {
		if _, err := r.Advise(t.Context(), who, id, ""); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("%s: %v", who.ID, err)
		}
	}
	if _, err := r.Advise(t.Context(), writer, id, journal.Sum([]byte("x"))); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("of a text there is not: %v", err)
	}
	_, err := r.Publish(t.Context(), chief, id, 1)
	wantProblem(t, err, "article.body")
}
