package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary stand in for kepu itself where a test needs
// another process.
func TestMain(m *testing.M) {
	switch os.Getenv("KEPU_TEST_AS") {
	case "kepu":
		main()
	case "publisher":
		publisherMain()
	default:
		os.Exit(m.Run())
	}
}

// kepu runs a command in this process.
func kepu(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	return kepuFed(t, "", args...)
}

// kepuFed is kepu with something on its standard input.
func kepuFed(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	code = execute(ctx, stdio{strings.NewReader(in), &stdout, &stderr}, args)
	return code, stdout.String(), stderr.String()
}

func TestWrongUseExitsWithTwoAndSaysWhy(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{}, "用法：kepu"},
		{[]string{"nonsense"}, "没有“nonsense”这个命令"},
		{[]string{"import"}, "缺少要导入的文件"},
		{[]string{"import", "-nonsense", "x"}, "没有 -nonsense 这个选项"},
		{[]string{"import", "-source"}, "选项 -source 缺少值"},
		{[]string{"import", "x", "-audience", "children"}, "没有“children”这类人群"},
		{[]string{"serve", "-page-cache", "many"}, "128MB"},
		{[]string{"serve", "what"}, "不认识 what"},
		{[]string{"export"}, "空的或还没有的文件夹"},
		{[]string{"bench", "search"}, "三个都要给"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			code, _, errs := kepu(t, c.args...)
			if code != exitUsage || !strings.Contains(errs, c.says) {
				t.Errorf("exit %d, %q; want %d and %q", code, errs, exitUsage, c.says)
			}
		})
	}
}

func TestHelpNamesEveryFlagAndAnExample(t *testing.T) {
	for _, c := range commands() {
		if c.summary == "" {
			continue
		}
		code, out, _ := kepu(t, append(strings.Fields(c.name), "-h")...)
		if code != exitDone || !strings.Contains(out, "例：") || !strings.Contains(out, "-") {
			t.Errorf("kepu %s -h: exit %d, %q", c.name, code, out)
		}
	}
}

func TestFlagsComeFromLineThenEnvironmentThenFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "kepu.toml", "page-cache = \"1MB\"\naddr = \"from-file:1\"\nsource = \"another command's\"\n")
	t.Setenv("KEPU_ADDR", "from-environment:1")
	for _, c := range []struct {
		args []string
		addr string
	}{
		{nil, "from-environment:1"},
		{[]string{"-addr", "from-line:1"}, "from-line:1"},
		{[]string{"-addr=from-line:2"}, "from-line:2"},
	} {
		var config Config
		fs := newFlagSet()
		config.flags(fs)
		if _, err := parse(fs, c.args); err != nil {
			t.Fatal(err)
		}
		if config.addr != c.addr || config.pageCache != 1<<20 {
			t.Errorf("%v: addr %s, page cache %d", c.args, config.addr, config.pageCache)
		}
	}
}

func TestAMisspeltNameInTheFileIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "kepu.toml", "page-cahce = \"1MB\"\n")
	var config Config
	fs := newFlagSet()
	config.flags(fs)
	if _, err := parse(fs, nil); err == nil || !strings.Contains(err.Error(), "page-cahce") {
		t.Errorf("error %v does not name the misspelt option", err)
	}
}

func TestFlagsMayFollowOtherArguments(t *testing.T) {
	t.Chdir(t.TempDir())
	fs := newFlagSet()
	publish, source := fs.Bool("publish", false, ""), fs.String("source", "", "")
	rest, err := parse(fs, []string{"a.jsonl", "-publish", "b.jsonl", "-source", "x", "--", "-c.jsonl"})
	if err != nil || !*publish || *source != "x" || strings.Join(rest, " ") != "a.jsonl b.jsonl -c.jsonl" {
		t.Errorf("publish %v, source %q, rest %q, error %v", *publish, *source, rest, err)
	}
}

func TestByteSize(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64 // -1: refused
	}{
		{"0", 0}, {"1024", 1024}, {"128MB", 128 << 20}, {"1GiB", 1 << 30}, {"64k", 64 << 10}, {"5 MB", 5 << 20},
		{"", -1}, {"-1", -1}, {"MB", -1}, {"1TB", -1}, {"99999999999GB", -1}, {"1.5MB", -1},
	} {
		var b byteSize
		err := b.Set(c.text)
		if (err != nil) != (c.want < 0) || (err == nil && int64(b) != c.want) {
			t.Errorf("%q: %d, %v; want %d", c.text, b, err, c.want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
