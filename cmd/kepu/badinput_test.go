package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
	"kepu/media"
)

// count gives how many records of a kind the store of a directory holds.
func count(t *testing.T, data, kind string) (n int) {
	t.Helper()
	s, err := openStores(t.Context(), storeConfig{data: data}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if _, err := s.journal.Scan(t.Context(), []string{kind}, func(journal.Record) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// blobs names the files of the blob store, those half-written too.
func blobs(t *testing.T, data string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(data, "blobs"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && d.Name() != "lock" {
			names = append(names, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// imported runs an import and gives its report, read from the file.
func imported(t *testing.T, want int, args ...string) (report exchange.Report, errs string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	code, out, errs := kepu(t, append([]string{"import", "-report", file}, args...)...)
	if code != want {
		t.Fatalf("import %v: exit %d, want %d: %s %s", args, code, want, out, errs)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	return report, errs
}

// wantWords wants a problem of a place that says the words, in Chinese, and that
// every problem tells its place and nothing of our own.
func wantWords(t *testing.T, report exchange.Report, where, words string) {
	t.Helper()
	for _, p := range report.Problems {
		if strings.HasSuffix(p.Where, where) && strings.Contains(p.Message, words) {
			return
		}
	}
	t.Errorf("no problem at %q says %q: %+v", where, words, report.Problems)
}

func wantChinese(t *testing.T, report exchange.Report) {
	t.Helper()
	for _, p := range report.Problems {
		if p.Where == "" || !strings.ContainsFunc(p.Message, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || !utf8.ValidString(p.Message) {
			t.Errorf("not said where and what in Chinese: %+v", p)
		}
		for _, own := range []string{"goroutine", ".go:", "sqlite", "json:", "yaml:", "invalid", "0x"} {
			if strings.Contains(p.Message, own) {
				t.Errorf("tells %q: %+v", own, p)
			}
		}
	}
}

// nest is a body of that many quotes in each other.
func nest(levels int) string {
	return `{"type":"doc","content":[` + strings.Repeat(`{"type":"blockquote","content":[`, levels) +
		`{"type":"paragraph","content":[{"type":"text","text":"深处"}]}` + strings.Repeat(`]}`, levels) + `]}`
}

// TestBadLinesBesideServe imports a broken file beside a running site: each bad
// line is named, the good ones between them are shown and found at once, and
// nothing of a bad one is kept.
func TestBadLinesBesideServe(t *testing.T) {
	s := start(t, Config{})
	data := s.config.data
	bad := []struct{ line, words string }{
		{"{\"id\":\"b1\",\"title\":\"\xb1\xea\xcc\xe2\",\"text\":\"文\"}", "UTF-8"},
		{`{"id":"b2","title":"大","text":"` + strings.Repeat("x", 17<<20) + `"}`, "16 MB"},
		{`{"id":"b3","text":"没有标题"}`, "标题"},
		{`{"id":"b4","title":"题","text":"文","audiences":["kids"]}`, "kids"},
		{`{"id":"b5","title":"题","text":"文","audiences":[]}`, "没有给任何人群"},
		{`{"id":"b6","title":"题","text":"文","audiences":[{"audience":"youth","weight":0}]}`, "人群"},
		{`{"id":"b7","title":"题","body":` + nest(200) + `}`, "嵌套超过 64 层"},
		{`{"id":"b8","title":"题","text":"文`, "JSON"},
		{`{"id":"b9","title":"题","text":"文","cover":"../../etc/passwd"}`, "文件夹之外"},
		{`{"id":"b10","title":"题","text":"文","cover":"gone.png"}`, "找不到"},
		{`{"id":"b11","title":"题","text":"文","published_at":"9999-12-31"}`, "1900 年到 2200 年"},
		{`{"id":"b12","title":"\u200b\u00a0\u3164","text":" "}`, "标题不能为空"},
		{`{"id":"b13","title":"题","text":"文\ud800"}`, "JSON"},
		{`{"id":"b14","title":"题\u0000","text":"文"}`, "NUL"},
		{`{"id":"b15","title":"题","text":"文","state":"live"}`, "不认识的字段"},
	}
	var file bytes.Buffer
	for i, b := range bad {
		fmt.Fprintf(&file, `{"id":"g%d","title":"潮汐常识第%d条","text":"好的一条，说的是怪词子丑寅卯。"}`+"\n%s\n", i, i, b.line)
	}
	path := filepath.Join(t.TempDir(), "mixed.jsonl")
	write(t, path, file.String())
	report, errs := imported(t, exitFailed, "-data", data, "-source", "mixed", "-publish", path)
	wantChinese(t, report)
	for i, b := range bad {
		wantWords(t, report, fmt.Sprintf("mixed.jsonl 第 %d 行", 2*i+2), b.words)
		if i < shown && !strings.Contains(errs, fmt.Sprintf("mixed.jsonl 第 %d 行", 2*i+2)) {
			t.Errorf("line %d is not said on the terminal: %s", 2*i+2, errs)
		}
	}
	if report.Total != 2*len(bad) || report.Outcomes[content.Published] != len(bad) || report.Bad() != len(bad) {
		t.Errorf("%d lines: %+v", report.Total, report.Outcomes)
	}
	s.caughtUp(t)
	if _, body := s.get(t, "/api/v1/search?limit=50&q="+url.QueryEscape("子丑寅卯")); !strings.Contains(body, fmt.Sprintf(`"total":%d,`, len(bad))) {
		t.Errorf("the good ones are not all found: %.300s", body)
	}
	agree(t, data)
	again, _ := imported(t, exitFailed, "-data", data, "-source", "mixed", "-publish", path)
	if again.Outcomes[content.Unchanged] != len(bad) || again.Bad() != len(bad) {
		t.Errorf("again: %+v", again.Outcomes)
	}
	s.stop()
	// What may not be published for want of an audience is a draft, not refused.
	if items, files := count(t, data, content.KindItem), blobs(t, data); items != len(bad)+1 || len(files) != 0 || report.Outcomes[content.Blocked] != 1 {
		t.Errorf("kept: %d items, want %d; files %v; %+v", items, len(bad)+1, files, report.Outcomes)
	}
}

// point is a picture of one pixel.
func point(t *testing.T) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestBadFolderLeavesNothingHalf imports articles whose pictures are missing,
// outside the folder or no pictures: they are named, the whole one is shown with
// its picture, and no file of a refused one is kept.
func TestBadFolderLeavesNothingHalf(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	if err := os.MkdirAll(filepath.Join(in, "pics"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"in/good.md":         "---\ntitle: 有图的一篇\n---\n文字。\n\n![一个点](pics/good.png)\n",
		"in/pics/good.png":   point(t),
		"in/missing.md":      "---\ntitle: 图丢了\n---\n![在](pics/orphan.png)\n\n![不在](pics/gone.png)\n",
		"in/pics/orphan.png": point(t) + "another file",
		"in/outside.md":      "---\ntitle: 出去了\n---\n文\n\n![外](../outside.png)\n",
		"in/further.md":      "---\ntitle: 更远\ncover: {src: pics/../../outside.png, alt: 外}\n---\n文\n",
		"in/escaped.md":      "---\ntitle: 转义\n---\n文\n\n![外](..%2foutside.png)\n",
		"in/fake.md":         "---\ntitle: 假图\n---\n文\n\n![假](pics/fake.png)\n",
		"in/pics/fake.png":   "<svg onload=alert(1)",
		"in/deep.md":         "---\ntitle: 太深\n---\n" + strings.Repeat("> ", 200) + "文\n",
		"in/nobody.md":       "---\ntitle: 没给谁\naudiences: []\n---\n文\n",
		"in/stranger.md":     "---\ntitle: 不认识\naudiences: [cats]\n---\n文\n",
		"in/untitled.md":     "只有正文\n",
		"in/gbk.md":          "---\ntitle: 题\n---\n\xce\xc4\n",
		"in/later.md":        "---\ntitle: 九千年\npublished_at: 9999-01-01\n---\n文\n",
		"outside.png":        point(t) + "outside",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	data := t.TempDir()
	report, _ := imported(t, exitFailed, "-data", data, "-source", "folder", "-publish", in)
	wantChinese(t, report)
	for where, words := range map[string]string{
		"missing.md": "找不到“pics/gone.png”", "outside.md": "文件夹之外", "further.md": "文件夹之外", "escaped.md": "outside.png”", "fake.md": "“pics/fake.png”",
		"deep.md": "嵌套超过 64 层", "nobody.md": "没有给任何人群", "stranger.md": "cats", "untitled.md": "标题不能为空", "gbk.md": "UTF-8", "later.md": "1900 年到 2200 年",
	} {
		wantWords(t, report, where, words)
	}
	if report.Outcomes[content.Published] != 1 || report.Outcomes[content.Refused] != 11 {
		t.Errorf("%+v", report.Outcomes)
	}
	if assets, files := count(t, data, media.KindAsset), blobs(t, data); assets != 1 || len(files) != 1 {
		t.Errorf("%d assets and files %v are kept; want those of the whole article alone", assets, files)
	}
	if n := count(t, data, content.KindItem); n != 1 {
		t.Errorf("%d items", n)
	}
	agree(t, data)
	// Mended, the same folder completes.
	write(t, filepath.Join(in, "pics", "gone.png"), point(t))
	report, _ = imported(t, exitFailed, "-data", data, "-source", "folder", "-publish", in)
	if report.Outcomes[content.Published] != 1 || report.Outcomes[content.Unchanged] != 1 || report.Bad() != 10 {
		t.Errorf("with the picture: %+v", report.Outcomes)
	}
	agree(t, data)
}

// TestDatesOfAnImport: a date becomes exactly its instant, or the line is refused.
func TestDatesOfAnImport(t *testing.T) {
	now := time.Now().UTC()
	cases := []struct{ given, want string }{ // want: an instant, or what the refusal says
		{"1900-01-01T00:00:00Z", "1900-01-01T00:00:00Z"},
		{"1921-07-01", "1921-06-30T16:00:00Z"},
		{"1899-12-31", "1900 年到 2200 年"},
		{"0000-01-01", "1900 年到 2200 年"},
		{"9999-12-31T23:59:59Z", "1900 年到 2200 年"},
		{now.Add(48 * time.Hour).Format(time.RFC3339), "published_at"},
		{"2190-01-01", "published_at"},
		{"2026-02-30", "没有 2026-02-30 这一天"},
		{"2025-02-29", "没有 2025-02-29 这一天"},
		{"2024-02-29", "2024-02-28T16:00:00Z"},
		{"2025-05-01T08:00:00", "缺少时区"},
		{"2025-05-01T08:00:00+14:00", "2025-04-30T18:00:00Z"},
		{"2025-05-01T08:00:00-12:00", "2025-05-01T20:00:00Z"},
		{"2025-05-01T24:00:00+08:00", "应写成"},
		{"2016-12-31T23:59:60Z", "应写成"},
		{"1988-07-01T00:30:00+09:00", "1988-06-30T15:30:00Z"}, // summer time in China
		{"1988-04-10T02:30:00+08:00", "1988-04-09T18:30:00Z"}, // the hour that was left out
		{"2025-05-01T08:00:00.123456789+08:00", "2025-05-01T00:00:00.123Z"},
	}
	s := start(t, Config{})
	var file strings.Builder
	for i, c := range cases {
		fmt.Fprintf(&file, `{"id":"%d","slug":"date-%d","title":"日期 %d","text":"文字。","published_at":%q}`+"\n", i, i, i, c.given)
	}
	path := filepath.Join(t.TempDir(), "dates.jsonl")
	write(t, path, file.String())
	report, _ := imported(t, exitFailed, "-data", s.config.data, "-source", "dates", "-publish", path)
	wantChinese(t, report)
	s.caughtUp(t)
	for i, c := range cases {
		status, body := s.get(t, fmt.Sprintf("/api/v1/items/date-%d", i))
		if want, err := time.Parse(time.RFC3339Nano, c.want); err == nil {
			var item struct {
				At time.Time `json:"published_at"`
			}
			if err := json.Unmarshal([]byte(body), &item); err != nil || status != http.StatusOK || !item.At.Equal(want) {
				t.Errorf("%s: status %d, %v, want %v", c.given, status, item.At, want)
			}
			continue
		}
		wantWords(t, report, fmt.Sprintf("第 %d 行", i+1), c.want)
		if status != http.StatusNotFound {
			t.Errorf("%s: refused, yet status %d", c.given, status)
		}
	}
	agree(t, s.config.data)
}

// TestEqualTitles: many items of one title, from several imports at once, have
// an address each, and every one opens.
func TestEqualTitles(t *testing.T) {
	s := start(t, Config{})
	const imports, each = 4, 25
	done := make(chan string, imports)
	for n := range imports {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("same%d.jsonl", n))
		var file strings.Builder
		for i := range each {
			fmt.Fprintf(&file, `{"id":"%d","title":"一模一样的题目","text":"第%d篇。"}`+"\n", i, i)
		}
		write(t, path, file.String())
		go func() {
			code, out, errs := kepu(t, "import", "-data", s.config.data, "-source", fmt.Sprint("same", n), "-publish", path)
			if code == exitDone {
				out, errs = "", ""
			}
			done <- out + errs
		}()
	}
	for range imports {
		if said := <-done; said != "" {
			t.Error(said)
		}
	}
	s.caughtUp(t)
	_, body := s.get(t, "/api/v1/feed?limit=100")
	var feed struct {
		Items []struct{ ID, URL string }
	}
	if err := json.Unmarshal([]byte(body), &feed); err != nil || len(feed.Items) != imports*each {
		t.Fatalf("%d items in the feed, %v", len(feed.Items), err)
	}
	seen := map[string]bool{}
	for _, item := range feed.Items {
		if seen[item.URL] {
			t.Errorf("%s stands for two items", item.URL)
		}
		seen[item.URL] = true
	}
	for address := range seen {
		if status, _ := s.get(t, address); status != http.StatusOK {
			t.Errorf("%s: %d", address, status)
		}
	}
	if !seen["/article/yi-mu-yi-yang-de-ti-mu"] {
		t.Error("nobody has the plain address")
	}
	agree(t, s.config.data)
}
