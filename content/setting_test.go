package content_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

func TestPutSetting(t *testing.T) {
	r := open(t)
	for _, c := range []struct{ name, value, field string }{
		{"Site", `{}`, "name"},
		{"footer", `{}`, "name"},
		{"words-", `{"list":[]}`, "name"},
		{"words-A", `{"list":[]}`, "name"},
		{"site", `[1]`, "value"},
		{"site", `"text"`, "value"},
		{"site", `null`, "value"},
		{"site", `{"owner":"省科协"}`, "value"},
		{"site", `{"name":1}`, "value"},
		{"site", `{"name":"` + strings.Repeat("浙", 21) + `"}`, "name"},
		{"site", `{"icp":"12345678"}`, "icp"},
		{"site", `{"police":"浙公网安备 1号"}`, "police"},
		{"site", `{"code":"33"}`, "code"},
		{"site", `{"phone":"javascript:1"}`, "phone"},
		{"grey", `{"from":"2026-12-13T00:00:00+08:00"}`, "until"},
		{"grey", `{"from":"2026-12-13T00:00:00+08:00","until":"2026-12-13T00:00:00+08:00"}`, "until"},
		{"grey", `{"from":"2026-12-13","until":"2026-12-14"}`, "value"},
		{"grey", `{"from":"0001-02-03T00:00:00Z","until":"2026-12-14T00:00:00Z"}`, "from"},
		{"gate", `{"blocking":["everything"]}`, "blocking[0]"},
		{"words", `{"list":[{"word":"","level":"block"}]}`, "list[0].word"},
		{"words", `{"list":[{"word":"·","level":"block"}]}`, "list[0].word"},
		{"words", `{"list":[{"word":"神药","level":"stop"}]}`, "list[0].level"},
		{"words", `{"list":[{"word":"國家","level":"block"},{"word":"国 家","level":"advise"}]}`, "list[1].word"},
		{"words", `{"list":[` + strings.Repeat(`{},`, 5000) + `{}]}`, "list"},
		{"site", `{"motto":"` + strings.Repeat("a", 64<<10) + `"}`, "value"},
	} {
		_, err := r.PutSetting(t.Context(), content.Operator(), 0, c.name, json.RawMessage(c.value))
		if err == nil {
			t.Errorf("setting %s=%.80s was taken", c.name, c.value)
			continue
		}
		wantProblem(t, err, c.field)
	}
	if r.head(t) != 0 {
		t.Error("a refused setting was kept")
	}
	for _, c := range []struct{ name, value, kept string }{
		{"site", `{"v":1,"provider":" 省科协 ","icp":"浙ICP备05001234号-1","police":"浙公网安备 33010602001234号","code":"3300000012","phone":"0571-87054000"}`,
			`{"code":"3300000012","icp":"浙ICP备05001234号-1","phone":"0571-87054000","police":"浙公网安备 33010602001234号","provider":"省科协","v":1}`},
		{"grey", `{"from":"2026-12-13T00:00:00+08:00","until":"2026-12-14T00:00:00+08:00"}`, `{"from":"2026-12-12T16:00:00Z","until":"2026-12-13T16:00:00Z","v":1}`},
		{"gate", `{"blocking":["source","recheck","source"]}`, `{"blocking":["recheck","source"],"v":1}`},
		{"words-health", `{"list":[{"word":"神药","level":"block","instead":"药品"}]}`, `{"list":[{"instead":"药品","level":"block","word":"神药"}],"v":1}`},
		{"words", `{}`, `{"list":[],"v":1}`},
	} {
		made, err := r.PutSetting(t.Context(), content.Operator(), 0, c.name, json.RawMessage(c.value))
		if err != nil {
			t.Errorf("setting %s: %v", c.name, err)
			continue
		}
		if again, err := r.PutSetting(t.Context(), content.Operator(), 1, c.name, json.RawMessage(c.value)); err != nil || again != made {
			t.Errorf("the same setting again: %v, %v", again, err)
		}
		record, err := r.store.Get(t.Context(), journal.Key{Kind: content.KindSetting, ID: c.name})
		if err != nil || string(record.State) != c.kept {
			t.Errorf("%s is kept as %s, %v; want %s", c.name, record.State, err, c.kept)
		}
	}
}

func TestWordListsAreFew(t *testing.T) {
	r := open(t)
	list := content.WordList{List: []content.Word{{Word: "神药", Level: "block"}}}
	for i := range 10 {
		if _, err := r.PutSetting(t.Context(), content.Operator(), 0, fmt.Sprintf("words-%d", i), list); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.PutSetting(t.Context(), content.Operator(), 0, "words", list)
	wantProblem(t, err, "name")
	list.List[0].Level = "advise"
	if _, err := r.PutSetting(t.Context(), content.Operator(), 1, "words-3", list); err != nil {
		t.Errorf("one of those there are: %v", err)
	}
}

func TestGreyAt(t *testing.T) {
	g := content.Grey{From: noon, Until: noon.Add(time.Hour)}
	for at, want := range map[time.Duration]bool{-1: false, 0: true, time.Hour - 1: true, time.Hour: false} {
		if got := g.At(noon.Add(at)); got != want {
			t.Errorf("%v after its start: %v", at, got)
		}
	}
	if (content.Grey{}).At(noon) {
		t.Error("no grey mode is one")
	}
}

// What is taken is in its regular form: taken again it is the same.
func FuzzReadSetting(f *testing.F) {
	f.Add("site", `{"name":"浙里科普","phone":"12345"}`)
	f.Add("grey", `{"from":"2026-12-13T00:00:00+08:00","until":"2026-12-14T00:00:00Z"}`)
	f.Add("gate", `{"blocking":["words"]}`)
	f.Add("words-2", `{"list":[{"word":"神 药","level":"block"}]}`)
	f.Add("review", `{"article":["first","final"]}`)
	f.Fuzz(func(t *testing.T, name, raw string) {
		once, err := content.ReadSetting(name, []byte(raw))
		if err != nil {
			var invalid *journal.Invalid
			if !errors.As(err, &invalid) {
				t.Fatalf("%s=%q: %v", name, raw, err)
			}
			return
		}
		kept, err := journal.Encode(once)
		if err != nil {
			t.Fatalf("%s=%q cannot be kept: %v", name, raw, err)
		}
		twice, err := content.ReadSetting(name, kept)
		if err != nil {
			t.Fatalf("%s=%s is refused the second time: %v", name, kept, err)
		}
		if again, err := journal.Encode(twice); err != nil || string(again) != string(kept) {
			t.Fatalf("%s=%s becomes %s, %v", name, kept, again, err)
		}
	})
}
