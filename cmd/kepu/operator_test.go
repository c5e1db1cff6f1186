package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kepu/journal"
)

func TestCommandsThatReadRefuseADirectoryWithoutAStore(t *testing.T) {
	data := filepath.Join(t.TempDir(), "typo")
	for _, args := range [][]string{{"check"}, {"reindex"}, {"export", filepath.Join(t.TempDir(), "out")}} {
		code, _, errs := kepu(t, append(args, "-data", data)...)
		if code != exitFailed || !strings.Contains(errs, data) || !strings.Contains(errs, "没有 kepu 的数据") {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
		if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%v made %s", args, data)
		}
	}
}

func TestALibraryPieceThatTheDeskChangedStaysAsItIs(t *testing.T) {
	data, folder := t.TempDir(), t.TempDir()
	write(t, filepath.Join(folder, "scenes.yaml"), "- slug: rudong\n  title: 我们自己的入冬\n  start: 2026-11-01\n  end: 2027-02-01\n  boost: 150\n  tags: [冬]\n")
	if code, out, errs := kepu(t, "import", "-data", data, "-publish", folder); code != exitDone || !strings.Contains(out, "另写了主题、系列和情景 1 个") {
		t.Fatalf("exit %d: %s %s", code, out, errs)
	}
	s := start(t, Config{storeConfig: storeConfig{data: data}, library: true})
	s.caughtUp(t)
	if status, body := s.get(t, "/scene/rudong"); status != http.StatusOK || !strings.Contains(body, "我们自己的入冬") {
		t.Errorf("status %d", status)
	}
}

func TestAnExportThatMissesAFileSaysSo(t *testing.T) {
	s := start(t, Config{library: true})
	data := s.config.data
	s.stop()
	for i, name := range blobs(t, data) {
		if i == 0 {
			if err := os.Remove(pathOf(t, data, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	code, out, errs := kepu(t, "export", "-data", data, filepath.Join(t.TempDir(), "out"))
	if code != exitFailed || strings.Count(errs, "\n") == 0 {
		t.Errorf("exit %d: %q %q", code, out, errs)
	}
	code, out, _ = kepu(t, "export", "-json", "-data", data, filepath.Join(t.TempDir(), "out"))
	var report struct {
		Problems []struct{ Message string }
	}
	if err := json.Unmarshal([]byte(out), &report); code != exitFailed || err != nil || len(report.Problems) == 0 {
		t.Errorf("exit %d, %v: %s", code, err, out)
	}
}

func pathOf(t *testing.T, data, name string) (at string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(data, "blobs"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == name {
			at = path
		}
		return err
	})
	if err != nil || at == "" {
		t.Fatal(name, err)
	}
	return at
}

func TestImportNamesItsSourcesByThemselves(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"a.jsonl", "b.jsonl"} {
		write(t, name, `{"id":"1","title":"两个文件里的同一个编号`+name[:1]+`","text":"正文。"}`+"\n")
	}
	if code, out, errs := kepu(t, "import", "-data", data, "a.jsonl", "b.jsonl"); code != exitDone {
		t.Errorf("exit %d: %s %s", code, out, errs)
	}
	write(t, "c.md", "---\ntitle: 当前文件夹里的一篇\n---\n\n正文。\n")
	for _, here := range []string{".", "./"} {
		if code, out, errs := kepu(t, "import", "-data", data, here); code != exitDone {
			t.Errorf("import %s: exit %d: %s %s", here, code, out, errs)
		}
	}
	if n := count(t, data, "item"); n != 3 {
		t.Errorf("%d items, want 3", n)
	}
}

func TestADryRunLeavesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.jsonl")
	write(t, file, `{"id":"1","title":"试一试","text":"正文。","topics":["health"]}`+"\n")
	data := filepath.Join(t.TempDir(), "new")
	if code, out, errs := kepu(t, "import", "-dry-run", "-data", data, file); code != exitDone || !strings.Contains(out, "新草稿 1") {
		t.Errorf("exit %d: %s %s", code, out, errs)
	}
	if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
		t.Error("the directory was made")
	}
	if code, _, errs := kepu(t, "import", "-data", data, file); code != exitDone {
		t.Fatal(errs)
	}
	head := func() uint64 {
		s, err := openStores(t.Context(), storeConfig{data: data}, quiet())
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		p, err := s.journal.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return p.Seq
	}
	before := head()
	write(t, file, `{"id":"2","title":"再试一试","text":"正文。","topics":["health"]}`+"\n")
	if code, out, errs := kepu(t, "import", "-dry-run", "-data", data, file); code != exitDone || !strings.Contains(out, "新草稿 1") {
		t.Errorf("exit %d: %s %s", code, out, errs)
	}
	if after := head(); after != before {
		t.Errorf("the journal went from %d to %d", before, after)
	}
}

func TestAReportThatCannotBeWrittenStopsTheImportBeforeItBegins(t *testing.T) {
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "a.jsonl")
	write(t, file, `{"id":"1","title":"没有报告","text":"正文。"}`+"\n")
	code, _, errs := kepu(t, "import", "-data", data, "-report", filepath.Join(t.TempDir(), "no", "r.json"), file)
	if code != exitFailed || !strings.Contains(errs, "报告") && !strings.Contains(errs, "找不到文件") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if n := count(t, data, "item"); n != 0 {
		t.Errorf("%d items were imported", n)
	}
}

func TestATakenPortNamesItsFlag(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for flag, args := range map[string][]string{
		"-addr":     {"-addr", taken.Addr().String(), "-ops-addr", ""},
		"-ops-addr": {"-addr", "127.0.0.1:0", "-ops-addr", taken.Addr().String()},
	} {
		code, _, errs := kepu(t, append([]string{"serve", "-data", t.TempDir()}, args...)...)
		if code != exitFailed || !strings.Contains(errs, "请用 "+flag+" 换一个") {
			t.Errorf("exit %d: %s", code, errs)
		}
	}
}

func TestDamagedAndForeignFilesAreExplained(t *testing.T) {
	data := t.TempDir()
	write(t, filepath.Join(data, dbFile), strings.Repeat("这不是数据库。", 1000))
	if code, _, errs := kepu(t, "check", "-data", data); code != exitFailed || !strings.Contains(errs, "数据文件坏了") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// What the log of a serve wrote down stands in the chain later, and another
// chain is found out.
func TestAnchors(t *testing.T) {
	data := t.TempDir()
	p := serving(t, data)
	p.ready(t)
	until(t, "the head in the log", func() bool { return strings.Contains(p.said.String(), "journal head") })
	log := filepath.Join(t.TempDir(), "kepu.log")
	write(t, log, p.said.String())
	anchors, err := journal.ReadAnchors(strings.NewReader(p.said.String()))
	if err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged.log")
	write(t, forged, fmt.Sprintf(`{"seq":%d,"hash":"%s"}`+"\n"+`{"seq":999999,"hash":"%s"}`, anchors[0].Seq, strings.Repeat("0", 64), strings.Repeat("1", 64)))
	for _, running := range []bool{true, false} {
		if !running {
			p.stop(t)
		}
		if code, out, errs := kepu(t, "check", "-data", data, "-anchor", log); code != exitDone {
			t.Errorf("running %v: exit %d: %s %s", running, code, out, errs)
		}
		if code, out, _ := kepu(t, "check", "-data", data, "-anchor", forged); code != exitFailed || strings.Count(out, "日志：第") != 2 {
			t.Errorf("running %v: exit %d: %s", running, code, out)
		}
	}
	if code, _, errs := kepu(t, "check", "-data", data, "-anchor", filepath.Join(data, "secret")); code != exitFailed || !strings.Contains(errs, "没有一行带 seq 和 hash") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestASweepLeavesWhatIsShown(t *testing.T) {
	s := start(t, Config{library: true})
	s.caughtUp(t)
	before := len(blobs(t, s.config.data))
	for _, running := range []bool{true, false} {
		if !running {
			s.stop()
		}
		code, out, errs := kepu(t, "check", "-sweep", "-data", s.config.data)
		if code != exitDone || !strings.Contains(out, "媒体：0 个没有用到") {
			t.Errorf("running %v: exit %d: %s %s", running, code, out, errs)
		}
	}
	if after := len(blobs(t, s.config.data)); after != before || before == 0 {
		t.Errorf("%d files, before %d", after, before)
	}
}

func TestLagIsTold(t *testing.T) {
	s := start(t, Config{opsAddr: "127.0.0.1:0"})
	s.caughtUp(t)
	until(t, "lag 0 of shelf and index", func() bool {
		_, body := s.get(t, "/readyz")
		var detail map[string]any
		return json.Unmarshal([]byte(body), &detail) == nil && detail["shelf_lag"] == 0.0 && detail["index_lag"] == 0.0 && detail["shelf_seq"].(float64) > 0
	})
	response, err := http.Get("http://" + s.opsAt.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kepu_journal_seq", "kepu_shelf_lag 0", "kepu_index_lag 0", "kepu_blob_bytes"} {
		if !strings.Contains(string(body), name) {
			t.Errorf("no %s", name)
		}
	}
}
