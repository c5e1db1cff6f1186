package exchange_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
)

func TestExportEverything(t *testing.T) {
	dir := files(t, map[string]string{
		"a.md": article, "pics/a.svg": drawing, "pics/dot one.png": dot,
		"b.md": `---
title: 各种块
slug: blocks
form: steps
summary: 摘要
plain: 一句。
audiences: [youth, {audience: seniors, weight: 0}]
tags: [甲, 乙]
reviewer: 某人
source_name: 某报
source_url: https://a.cn/x
references: [{org: 某部, title: 某文, year: 2024, number: GB 1—2}]
ai: 无
checked: 2026-11-01
recheck: 2027-11-01
seo: {title: 搜, description: 索}
corrections: [{on: 2026-11-02, text: 旧}, {on: 2026-11-20, text: 新}]
pin: {on: [all, youth], until: 2027-01-01, order: 2}
---
**粗** H<sub>2</sub>O [链](https://a.cn/?a=1&b=2) <b>"引号"</b> &lt;尖&gt;

| 甲 | 乙 |
|---|---|
| 1 | 2 |

: 表题

$$
x^2
$$ 平方

::: steps
### 一
![](pics/dot%20one.png)
:::

3. 三
4. 四
`,
		"d.md":        "---\ntitle: 草稿\ndraft: true\npublished_at: 2026-01-02\n---\n文\n",
		"series.yaml": "- {slug: jishi, title: \"急事: 先做#什么\", summary: \"多\\n行\"}\n",
		"scenes.yaml": "- {slug: feng, title: 季, start: 2026-11-01, end: 2027-02-01, boost: 160, items: [\"007\", b], tags: [甲], audiences: [youth], regions: [33]}\n",
	})
	r := open(t)
	report := r.run(t, dir)
	if report.Outcomes[content.Published] != 2 && report.Outcomes[content.Blocked] == 0 {
		t.Fatalf("%+v", report)
	}
	same(t, r)
	out := filepath.Join(t.TempDir(), "one")
	item, _ := r.item(t, "007")
	only, err := exchange.Export(t.Context(), r.store, r.blobs, out, item.ID, nil)
	if err != nil || only.Total != 1 || strings.Count(tree(t, out)["items.jsonl"], "\n") != 1 {
		t.Errorf("%v %+v", err, only)
	}
}

// TestExportDraftOfLive keeps a draft of a live item apart.
func TestExportDraftOfLive(t *testing.T) {
	r := open(t)
	r.run(t, lineFile(t, `{"id":"a","title":"题","text":"公开的"}`))
	r.Options.Publish = false
	r.run(t, lineFile(t, `{"id":"a","title":"题","text":"还在改"}`))
	out := filepath.Join(t.TempDir(), "out")
	if _, err := exchange.Export(t.Context(), r.store, r.blobs, out, "", nil); err != nil {
		t.Fatal(err)
	}
	got := tree(t, out)
	if !strings.Contains(got["items.jsonl"], "公开的") || strings.Contains(got["items.jsonl"], "还在改") || !strings.Contains(got["drafts.jsonl"], `"draft":true`) {
		t.Error(got["items.jsonl"], got["drafts.jsonl"])
	}
}

func TestExportRefuses(t *testing.T) {
	r := open(t)
	dir := files(t, map[string]string{"x": "x"})
	if _, err := exchange.Export(t.Context(), r.store, r.blobs, dir, "", nil); err == nil || !strings.Contains(err.Error(), "不是空的") {
		t.Error(err)
	}
	if _, err := exchange.Export(t.Context(), r.store, r.blobs, filepath.Join(t.TempDir(), "y"), "gone", nil); err == nil || !strings.Contains(err.Error(), "没有 id 是“gone”的内容") {
		t.Error(err)
	}
	if _, err := exchange.Export(t.Context(), r.store, r.blobs, filepath.Join(dir, "x", "z"), "", nil); err == nil || !strings.Contains(err.Error(), "建不了文件夹") {
		t.Error(err)
	}
}

func TestExportMissingBlob(t *testing.T) {
	r := open(t)
	dir := files(t, map[string]string{"a.md": "# 题\n\n![点](dot.png)\n", "dot.png": dot})
	r.run(t, dir)
	_, v := r.live(t, "a")
	key := v.Article.Body.Pictures()[0].Key
	if err := r.blobs.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if _, err := r.blobs.Purge(t.Context(), noon.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	report, err := exchange.Export(t.Context(), r.store, r.blobs, filepath.Join(t.TempDir(), "out"), "", nil)
	if err != nil || report.Bad() != 1 || !strings.Contains(report.Problems[0].Message, string(key)) {
		t.Errorf("%v %+v", err, report)
	}
}

// small mounts a file system of so many bytes, where this is allowed.
func small(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Log("no small file system can be mounted here:", err)
		t.Skip()
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk imports and exports onto a disk that is too small. What was said
// to be done is there; with room, the same import completes.
func TestFullDisk(t *testing.T) {
	disk := small(t, "6m")
	var text strings.Builder
	for i := range 2_000 {
		text.WriteString(`{"id":"` + strings.Repeat("a", i%7) + string(rune('0'+i%10)) + "-" + strings.Repeat("b", i/10) + `","title":"第几条","text":"` + strings.Repeat("细菌会大量繁殖。", 60) + `"}` + "\n")
	}
	file := lineFile(t, text.String())
	r := openRoom(t, disk)
	report, err := r.Paths(t.Context(), []string{file})
	if err == nil || !isFull(err) {
		t.Fatalf("%v %+v", err, report.Outcomes)
	}
	items := 0
	if _, err := r.store.Scan(t.Context(), []string{content.KindItem}, func(journal.Record) error { items++; return nil }); err != nil {
		t.Fatal(err)
	}
	if items < report.Outcomes[content.Published] {
		t.Errorf("%d said to be published, %d there", report.Outcomes[content.Published], items)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=200m"); err != nil {
		t.Fatal(err)
	}
	report = r.run(t, file)
	if report.Outcomes[content.Published]+report.Outcomes[content.Unchanged] != report.Total {
		t.Errorf("%+v", report)
	}
	out := filepath.Join(small(t, "64k"), "out")
	if _, err := exchange.Export(t.Context(), r.store, r.blobs, out, "", nil); err == nil || !strings.Contains(err.Error(), "磁盘空间不足") {
		t.Error(err)
	}
}

func isFull(err error) bool {
	for _, word := range []string{journal.ErrFull.Error(), "no space", "disk is full"} {
		if strings.Contains(err.Error(), word) {
			return true
		}
	}
	return false
}

func TestMain(m *testing.M) {
	if os.Getenv("KEPU_IMPORT_CHILD") != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

// TestExportMissingText tells of an item whose text the store has lost, does
// not count it, and writes the others.
func TestExportMissingText(t *testing.T) {
	r := open(t)
	r.run(t, lineFile(t, `{"id":"a","title":"甲","text":"丢了的"}`+"\n"+`{"id":"b","title":"乙","text":"还在的"}`))
	lost, _ := r.item(t, "a")
	out := filepath.Join(t.TempDir(), "out")
	report, err := exchange.Export(t.Context(), holed{r.store, lost.ID}, r.blobs, out, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Total != 1 || report.Outcomes[exchange.ExportedLive] != 1 || len(report.Problems) != 1 || report.Problems[0].Where != lost.ID {
		t.Errorf("%+v", report)
	}
	if got := tree(t, out)["items.jsonl"]; strings.Count(got, "\n") != 1 || !strings.Contains(got, "还在的") {
		t.Error(got)
	}
}

// holed is a store that lost the texts of one item.
type holed struct {
	journal.Store
	lost string
}

func (h holed) Parts(ctx context.Context, keys ...journal.PartKey) (map[journal.PartKey][]byte, error) {
	found, err := h.Store.Parts(ctx, keys...)
	for key := range found {
		if key.ID == h.lost {
			delete(found, key)
		}
	}
	return found, err
}
