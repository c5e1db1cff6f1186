package content

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"kepu/journal"
	"kepu/media"
)

var update = flag.Bool("update", false, "write the stored forms anew")

// Every stored form is pinned: what was written once loads for ever, and the
// same value is written the same way.
func TestStoredForms(t *testing.T) {
	at := time.Date(2026, 11, 24, 4, 0, 0, 123e6, time.UTC)
	hash := journal.Sum([]byte("{}"))
	key := media.Key(hash)
	picture := &Picture{
		Asset: "8f1c0e4e-0000-8000-8000-000000000001", Key: key, Type: "image/webp", Width: 1200, Height: 675,
		Alt: "剖面图：喇叭形海湾，口宽里窄。", Caption: "示意图，不按比例", Focal: &media.Focal{X: 500, Y: 333},
	}
	body := Body{Type: "doc", Content: []Node{
		{Type: "heading", Attrs: map[string]any{"level": 2.0}, Content: []Node{{Type: "text", Text: "为什么"}}},
		{Type: "paragraph", Content: []Node{{Type: "text", Text: "潮", Marks: []Mark{{Type: "bold"}}}}},
	}}
	for _, pin := range []func(*testing.T){
		pinned("item", Item{
			V: Format, ID: "8f1c0e4e-0000-8000-8000-000000000002", Kind: KindArticle, Slugs: []string{"qiantang-chao", "old"},
			Placement: Placement{
				Audiences: []Placed{{Youth, 95, LevelPlain}, {Seniors, 50, ""}},
				Topics:    []string{"nature-sea"}, Tags: []string{"钱塘江"}, Region: "330481",
				Series: &SeriesPart{ID: "chao", Part: 2}, Pin: &Pin{On: []string{"all", "youth"}, Until: at, Order: 1},
			},
			Live: hash, Draft: hash,
			Writers: []string{"u1", "u2"},
			Review: &Review{
				Version: hash, Stages: []string{StageFirst, StageScientific, StageFinal}, With: "u3", Due: &at, By: "u1", At: at,
				Approvals: []Approval{{StageFirst, "u4", at, "可以"}}, Returned: &Note{StageScientific, "u3", at, "数据要核对"},
			},
			Schedule: &Schedule{Version: hash, At: at, By: "u5"},
			Grounds: &Grounds{
				Version: hash, Approvals: []Approval{{Stage: StageFirst, By: "u4", At: at}}, Waived: []string{StageScientific, StageFinal}, By: "operator", At: at,
				Advice: []Advice{{Code: "cover", Field: "cover", Message: "没有封面"}, {Code: "words", Field: "article.body", Block: []int{3, 0}, Quote: "神 药", Message: "“神 药”不能用", Blocking: true}},
			},
			Published: &at, Updated: &at, Until: &at,
			Gone:   &Gone{At: at, Reason: "数据有误", Instead: "8f1c0e4e-0000-8000-8000-000000000003"},
			Origin: &Origin{Source: "starter", ID: "qiantang-chao", Digest: hash, Version: hash, Live: hash, Placed: true, Published: &at},
		}),
		pinned("item-desk", Item{
			V: Format, ID: "8f1c0e4e-0000-8000-8000-000000000002", Kind: KindArticle, Slugs: []string{"a"}, Placement: Placement{Audiences: []Placed{}},
			Live: hash, Draft: hash, Grounds: &Grounds{Version: hash, Writers: []string{"u1"}, By: "u2", At: at},
			Review: &Review{Version: hash, Stages: []string{}, By: "u2", At: at}, Remark: "核对了数据",
		}),
		pinned("review", ReviewRules{
			V: Format, Stages: map[string][]string{"default": {StageFirst, StageFinal}, "emergency": {}}, Days: map[string]int{StageFirst: 3},
		}),
		pinned("version-article", Version{
			V: Format, Title: "钱江潮为什么站得起来", Summary: "简介", Plain: "大白话。", Cover: picture, Form: "text",
			Author: "编辑部", Reviewer: "审核人", Source: Source{Name: "来源", URL: "https://example.org/a"},
			References: []Reference{{Org: "机构", Title: "题名", Year: "2024", Number: "GB 17761—2024", URL: "https://example.org/b"}},
			Licence:    "CC-BY-SA-4.0", AI: "配图由人工智能辅助", Checked: "2026-11-23", Recheck: "2027-11-23",
			SEO: &SEO{Title: "搜索标题", Description: "搜索描述"}, Corrections: []Correction{{On: "2026-11-24", Text: "潮高应为9米"}}, Article: &Article{Body: body},
		}),
		pinned("version-video", Version{
			V: Format, Title: "听见雷声，就该回屋了",
			Video: &Video{
				Asset:      Clip{Asset: "8f1c0e4e-0000-8000-8000-000000000004", Key: key, Type: "video/mp4", Size: 1 << 20, Width: 1280, Height: 720, Duration: 45_000},
				Captions:   []Caption{{Asset: "8f1c0e4e-0000-8000-8000-000000000005", Key: key, Lang: "zh-CN", Label: "中文"}},
				Transcript: []Line{{0, "看见闪电"}, {1500, "数到雷声"}}, Chapters: []Line{{0, "开始"}}, Body: body,
			},
		}),
		pinned("comment", Comment{
			V: Format, ID: "8f1c0e4e-0000-8000-8000-000000000006", Item: "8f1c0e4e-0000-8000-8000-000000000002", Text: "潮高请核对\n见水文年鉴", By: "u1", At: at, Edited: &at,
			Anchor: &Anchor{Version: hash, Block: []int{1, 0}, Quote: "潮高9米", Offset: 12}, Resolved: &Resolution{By: "u2", At: at},
		}),
		pinned("comment-reply", Comment{
			V: Format, ID: "8f1c0e4e-0000-8000-8000-000000000007", Item: "8f1c0e4e-0000-8000-8000-000000000002",
			Parent: "8f1c0e4e-0000-8000-8000-000000000006", Text: "已改", By: "u2", At: at,
		}),
		pinned("topic", Topic{V: Format, Key: "emergency-weather", Name: "气象灾害", Parent: "emergency", Order: 1}),
		pinned("series", Series{V: Format, Slug: "chao", Title: "潮", Summary: "五讲", Cover: picture}),
		pinned("scene", Scene{
			V: Format, Slug: "mei-yu", Title: "梅雨", Summary: "一年一度", Start: at, End: at.AddDate(0, 1, 0), Boost: 200,
			Topics: []string{"nature-weather"}, Tags: []string{"梅雨"}, Items: []string{"8f1c0e4e-0000-8000-8000-000000000002"},
			Audiences: []Audience{Farmers, Seniors}, Regions: []string{"33"}, Cover: picture,
		}),
	} {
		pin(t)
	}
}

func pinned[T Item | Version | Topic | Series | Scene | Comment | ReviewRules](name string, value T) func(*testing.T) {
	return func(t *testing.T) {
		path := filepath.Join("testdata", name+".v1.json")
		state, err := journal.Encode(value)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, append(state, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.TrimSpace(kept), state) {
			t.Errorf("%s is written as\n%s\nit was\n%s", name, state, kept)
		}
		got, err := Decode[T](kept)
		if err != nil || !reflect.DeepEqual(got, value) {
			t.Errorf("%s loads as\n%+v, %v\nwant\n%+v", name, got, err, value)
		}
	}
}

// The rows of unsaved texts outlive a start of the program too.
func TestStoredAutosave(t *testing.T) {
	a := Autosave{V: Format, Item: "i", User: "u", Aside: "0123456789abcdef", Rev: 3, N: 7, At: time.Date(2026, 11, 24, 4, 0, 0, 123e6, time.UTC), Text: []byte("{半句\n")}
	row, err := a.row(0)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "autosave.v1.txt")
	if *update {
		if err := os.WriteFile(path, row.Value, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(kept, row.Value) || row.Key != "draft/i/u/0123456789abcdef" {
		t.Errorf("%s is written as\n%q, %v\nit was\n%q", row.Key, row.Value, err, kept)
	}
	if got, err := ReadAutosave(journal.Row{Key: row.Key, Value: kept}); err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("loads as %+v, %v", got, err)
	}
}

// What somebody wrote into the row by hand is an error, never a panic.
func FuzzReadAutosave(f *testing.F) {
	f.Add("draft/i/u", []byte("{\"v\":1,\"item\":\"i\",\"user\":\"u\",\"rev\":1,\"n\":1,\"at\":\"2026-11-24T04:00:00Z\"}\ntext"))
	f.Add("draft/i/u", []byte("{\"v\":2}\n"))
	f.Add("draft/i/u", []byte("null"))
	f.Add("lock/i", []byte{})
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		a, err := ReadAutosave(journal.Row{Key: key, Value: value})
		if err == nil && (autosaveKey(a.Item, a.User, a.Aside) != key || a.V > Format) {
			t.Errorf("%q reads as %+v", key, a)
		}
		_ = a.hash()
	})
}

func TestDecode(t *testing.T) {
	if _, err := Decode[Item]([]byte(`{"v":2}`)); !errors.Is(err, journal.ErrNewer) {
		t.Errorf("a newer format: %v", err)
	}
	for _, bad := range []string{"", "null x", `{"v":"1"}`, `{"v":1,"kind":3}`, "[1]"} {
		if _, err := Decode[Item]([]byte(bad)); err == nil || errors.Is(err, journal.ErrNewer) {
			t.Errorf("Decode(%q): %v", bad, err)
		}
	}
}
