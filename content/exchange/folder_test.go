package exchange_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
	"kepu/library"
)

const article = `---
id: 007
title: 台风要来，先做什么
audiences:
  - {audience: farmers, weight: 95, level: plain}
topics: emergency-weather
region: 33
series: {id: jishi, part: 1}
cover: {src: pics/a.svg, alt: 一张图, focal: {x: 500, y: 300}}
published_at: 2026-11-12T09:00:00+08:00
---
# 台风要来，先做什么

## 收

![点](pics/dot%20one.png "一个点")

::: note warn 慢
再看
:::
`

func TestFolder(t *testing.T) {
	dir := files(t, map[string]string{
		"a.md": article, "pics/a.svg": drawing, "pics/dot one.png": dot,
		"sub/b.md":        "# 没有文件头\n\n文字 ![点](../pics/dot%20one.png)\n",
		"README.md":       "# 不是文章",
		"_draft.md":       "# 不是文章",
		".git/x.md":       "# 不是文章",
		"_hidden/deep.md": "# 不是文章",
		"series.yaml":     "- slug: jishi\n  title: 急事先做什么\n  cover: {src: pics/dot one.png, alt: 点}\n",
		"scenes.yaml":     "- slug: feng\n  title: 台风季\n  start: 2026-11-01\n  end: 2027-02-01T00:00:00+08:00\n  boost: 160\n  items: [\"007\"]\n  topics: [emergency-weather]\n",
		"topics.yaml":     "- {key: emergency-snow, name: 雪, parent: emergency, order: 9}\n",
	})
	r := open(t)
	report := r.run(t, dir)
	if report.Total != 2 || report.Outcomes[content.Published] != 2 || report.Bad() != 0 || report.Resources != 3 {
		t.Fatalf("%+v", report)
	}
	item, v := r.live(t, "007")
	if v.Article.Body.Text() != "收\n点\n一个点\n慢\n再看" {
		t.Errorf("%q", v.Article.Body.Text())
	}
	if v.Cover == nil || v.Cover.Width != 40 || v.Cover.Type != "image/svg+xml" || v.Cover.Focal.X != 500 || v.Cover.Src != "" {
		t.Errorf("cover %+v", v.Cover)
	}
	pics := v.Article.Body.Pictures()
	if len(pics) != 1 || pics[0].Width != 1 || pics[0].Asset == "" || pics[0].Src != "" || pics[0].Caption != "一个点" {
		t.Errorf("%+v", pics)
	}
	if _, err := r.blobs.Stat(t.Context(), pics[0].Key); err != nil {
		t.Error(err)
	}
	if item.Placement.Region != "33" || item.Placement.Series.ID != "jishi" || item.Placement.Topics[0] != "emergency-weather" {
		t.Errorf("%+v", item.Placement)
	}
	if _, b := r.live(t, "sub/b"); b.Title != "没有文件头" || b.Article.Body.Text() != "文字\n点" {
		t.Errorf("%q %q", b.Title, b.Article.Body.Text())
	}
	record, err := r.store.Get(t.Context(), journal.Key{Kind: content.KindScene, ID: "feng"})
	if err != nil {
		t.Fatal(err)
	}
	scene, err := content.Decode[content.Scene](record.State)
	if err != nil || len(scene.Items) != 1 || scene.Items[0] != item.ID {
		t.Errorf("%+v %v", scene, err)
	}
	head := r.head(t)
	if report := r.run(t, dir); report.Outcomes[content.Unchanged] != 2 || report.Resources != 0 || r.head(t) != head {
		t.Errorf("%+v", report)
	}
}

func TestBadFolder(t *testing.T) {
	dir := files(t, map[string]string{
		"in/good.md":     "---\ntitle: 好\n---\n文\n",
		"in/gone.md":     "---\ntitle: 图丢了\n---\n文\n\n![x](pics/gone.png)\n",
		"in/out.md":      "---\ntitle: 出去\n---\n![x](../secret.png)\n",
		"in/absolute.md": "---\ntitle: 绝对\n---\n![x](/etc/hostname)\n",
		"in/windows.md":  "---\ntitle: 反斜杠\ncover: ..\\secret.png\n---\n文\n",
		"in/web.md":      "---\ntitle: 网址\n---\n![x](https://x.cn/a.png)\n",
		"in/linked.md":   "---\ntitle: 链接\n---\n![x](link.png)\n",
		"in/fake.md":     "---\ntitle: 假图\n---\n![x](fake.png)\n",
		"in/fake.png":    "<html><script>alert(1)</script>",
		"in/dir.md":      "---\ntitle: 夹\n---\n![x](sub)\n",
		"in/sub/x.txt":   "x",
		"in/open.md":     "---\ntitle: 没关\n",
		"in/extra.md":    "---\ntitle: 多了\nstate: live\n---\n文\n",
		"in/yaml.md":     "---\ntitle: [\n---\n文\n",
		"in/untitled.md": "文\n",
		"in/bytes.md":    "---\ntitle: 题\n---\n\xb1\xea\n",
		"in/deep.md":     "---\ntitle: 深\n---\n" + strings.Repeat("> ", 200) + "文\n",
		"in/block.md":    "---\ntitle: 块\n---\n::: spoiler\n文\n:::\n",
		"in/film.md":     "---\ntitle: 片\nvideo: gone.mp4\n---\n文\n",
		"in/scenes.yaml": "- slug: x\n  title: y\n  start: 2026-02-30\n  end: 2027-01-01\n  boost: 900\n- 3\n",
		"secret.png":     dot,
	})
	for from, to := range map[string]string{"in/link.png": "../secret.png", "in/escaped.md": "../outside.md"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "outside.md"), []byte("---\ntitle: 外\n---\n文"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := open(t)
	report := r.run(t, filepath.Join(dir, "in"))
	for where, want := range map[string]string{
		"gone.md": "找不到“pics/gone.png”", "out.md": "“../secret.png”在文件夹之外", "absolute.md": "“/etc/hostname”不是相对路径",
		"windows.md": "不是相对路径", "web.md": "外面的地址", "linked.md": "“link.png”指向文件夹之外", "fake.md": "“fake.png”",
		"dir.md": "“sub”不是文件", "open.md": "没有结束", "extra.md": "state：不认识的字段", "yaml.md": "文件头：YAML",
		"untitled.md": "标题不能为空", "bytes.md": "第 4 行不是有效的 UTF-8", "deep.md": "嵌套超过 64 层", "block.md": "第 4 行：不认识的块“::: spoiler”",
		"film.md": "找不到“gone.mp4”", "escaped.md": "指向文件夹之外", "scenes.yaml 第 1 项": "没有 2026-02-30 这一天", "scenes.yaml 第 2 项": "应是一个对象",
	} {
		wantProblem(t, report, where, want)
	}
	if report.Outcomes[content.Published] != 1 || report.Outcomes[content.Refused] != 17 {
		t.Errorf("%+v", report.Outcomes)
	}
	r.live(t, "good")
}

func TestOneArticle(t *testing.T) {
	dir := files(t, map[string]string{"a.md": "# 单篇\n\n![点](dot.png)\n", "dot.png": dot, "other.md": "# 别的\n\n文"})
	r := open(t)
	if report := r.run(t, filepath.Join(dir, "a.md")); report.Total != 1 || report.Bad() != 0 {
		t.Fatalf("%+v", report)
	}
	r.live(t, "a")
}

// TestClip imports a film with captions, where test data is at hand.
func TestClip(t *testing.T) {
	dir := os.Getenv("KEPU_TEST_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	film, err := os.ReadFile(filepath.Join(dir, "media/derived/nasa_mov_text.mp4"))
	if err != nil {
		t.Log("no test data:", err)
		t.Skip()
	}
	in := files(t, map[string]string{
		"v.md":      "---\ntitle: 一段片子\nvideo: v.mp4\ncaptions: v.vtt\nchapters:\n  - {at: \"0:01.5\", text: 开头}\n---\n说明\n",
		"v.mp4":     string(film),
		"v.vtt":     "WEBVTT\n\n00:01.000 --> 00:02.000\n第一句\n\n00:02.000 --> 00:03.000\n第二\n句\n",
		"clip.md":   "---\ntitle: 图文里的片子\n---\n![潮](v.mp4 \"潮水\")\n",
		"broken.md": "---\ntitle: 字幕坏了\nvideo: v.mp4\ncaptions: bad.vtt\n---\n",
		"bad.vtt":   "不是字幕",
		"mixed.md":  "---\ntitle: 放错\ncover: v.mp4\n---\n文\n",
	})
	r := open(t)
	report := r.run(t, in)
	wantProblem(t, report, "broken.md", "“bad.vtt”")
	wantProblem(t, report, "mixed.md", "“v.mp4”不是图片")
	item, v := r.live(t, "v")
	if item.Kind != content.KindVideo || v.Video.Asset.Key == "" || v.Video.Asset.Size == 0 || len(v.Video.Captions) != 1 {
		t.Fatalf("%+v", v.Video)
	}
	if tr := v.Video.Transcript; len(tr) != 2 || tr[0].At != 1000 || tr[1].Text != "第二 句" {
		t.Errorf("%+v", tr)
	}
	if ch := v.Video.Chapters; len(ch) != 1 || ch[0].At != 1500 {
		t.Errorf("%+v", ch)
	}
	if _, v := r.live(t, "clip"); len(v.Article.Body.Clips()) != 1 || v.Article.Body.Clips()[0].Key == "" {
		t.Errorf("%+v", v.Article.Body)
	}
	same(t, r)
}

// TestLibrary takes in our own articles and gives them out again.
func TestLibrary(t *testing.T) {
	r := open(t)
	r.Source = "library"
	report, err := r.FS(t.Context(), library.Files(), "library")
	if err != nil || report.Bad() != 0 || report.Outcomes[content.Published] < 10 {
		t.Fatalf("%v %+v", err, report)
	}
	same(t, r)
}

// same exports a store, imports that into a fresh one, and wants the same
// public texts there and the same bytes from a second export.
func same(t *testing.T, r *room) {
	t.Helper()
	first := filepath.Join(t.TempDir(), "out")
	report, err := exchange.Export(t.Context(), r.store, r.blobs, first, "", nil)
	if err != nil || report.Bad() != 0 {
		t.Fatalf("%v %+v", err, report)
	}
	fresh := open(t)
	if back := fresh.run(t, first); back.Total != report.Total || back.Bad() != report.Outcomes[exchange.ExportedDraft] && back.Bad() != 0 {
		t.Fatalf("gave %+v, took %+v", report, back)
	}
	before, after := public(t, r), public(t, fresh)
	if len(before) == 0 || len(before) != len(after) {
		t.Fatalf("%d public items, then %d", len(before), len(after))
	}
	for name, state := range before {
		if after[name] != state {
			t.Errorf("%s:\n%s\nthen\n%s", name, state, after[name])
		}
	}
	second := filepath.Join(t.TempDir(), "out")
	if _, err := exchange.Export(t.Context(), fresh.store, fresh.blobs, second, "", nil); err != nil {
		t.Fatal(err)
	}
	one, two := tree(t, first), tree(t, second)
	for name := range two {
		if one[name] != two[name] {
			t.Errorf("%s differs:\n%.2000s\nthen\n%.2000s", name, one[name], two[name])
		}
		delete(one, name)
	}
	for name := range one {
		t.Errorf("%s is missing from the second export", name)
	}
}

// public maps (source, id) to the live version and placement of every item.
func public(t *testing.T, r *room) map[string]string {
	t.Helper()
	got := map[string]string{}
	_, err := r.store.Scan(t.Context(), []string{content.KindItem}, func(record journal.Record) error {
		item, err := content.Decode[content.Item](record.State)
		if err != nil || item.Live == "" {
			return err
		}
		v, err := journal.Encode(r.version(t, item, item.Live))
		if err != nil {
			return err
		}
		p, err := journal.Encode(item.Placement)
		got[item.Origin.Source+"/"+item.Origin.ID] = item.Slugs[0] + item.Published.String() + string(p) + string(v)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// tree reads every file below dir.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		got[rel] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
