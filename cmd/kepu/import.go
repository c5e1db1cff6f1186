package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"kepu/content"
	"kepu/content/exchange"
)

// operator is the actor of what is done on the command line.
const operator = "operator"

type importConfig struct {
	storeConfig
	im        exchange.Import
	audiences string
	report    string
	json      bool
}

func importCommand() command {
	return command{
		name: "import", background: true, args: "路径…", summary: "导入 JSONL 文件或 Markdown 文件夹",
		example: "kepu import -source nongji -publish articles.jsonl",
		setup: func(fs *flag.FlagSet) run {
			var c importConfig
			c.flags(fs)
			fs.StringVar(&c.im.Format, "format", "auto", "格式：auto、markdown、jsonl")
			fs.StringVar(&c.im.Source, "source", "", "来源的名字；不给时用文件或文件夹的名字。同一来源同一 id 只会是一条内容")
			fs.StringVar(&c.audiences, "audience", "", "没有写人群的内容给谁，逗号分隔，如 farmers,seniors；不给时五类人群都给")
			fs.BoolVar(&c.im.Options.Publish, "publish", false, "直接发布：跳过审核，按操作者的权限记录在案")
			fs.BoolVar(&c.im.Options.Overwrite, "overwrite", false, "在编辑部改过的内容也写入，只写成草稿")
			fs.BoolVar(&c.im.Options.DryRun, "dry-run", false, "只说会发生什么，不写入")
			fs.StringVar(&c.report, "report", "", "把结果写进这个文件（JSON）")
			fs.BoolVar(&c.json, "json", false, "把结果以 JSON 打印出来")
			return c.run
		},
	}
}

func (c *importConfig) run(ctx context.Context, std stdio, paths []string) (err error) {
	if len(paths) == 0 {
		return usageError{"缺少要导入的文件或文件夹"}
	}
	if c.im.Audiences, err = parseAudiences(c.audiences); err != nil {
		return err
	}
	if !slices.Contains([]string{exchange.Auto, exchange.Markdown, exchange.JSONL}, c.im.Format) {
		return usageError{fmt.Sprintf("没有“%s”这种格式；可以写 auto、markdown、jsonl", c.im.Format)}
	}
	stores := c.storeConfig
	if c.im.Options.DryRun && stores.there() != nil {
		// There is nothing to compare with, and a trial must leave nothing behind.
		if stores.data, err = os.MkdirTemp("", "kepu-dry-run-*"); err != nil {
			return fmt.Errorf("make a place for the trial: %w", err)
		}
		stores.secret = ""
		defer func() { err = firstError(err, os.RemoveAll(stores.data)) }()
	}
	report, err := openReport(c.report)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, report.Close()) }()
	s, err := openStores(ctx, stores, quiet())
	if err != nil {
		return c.in(err)
	}
	defer func() { err = c.in(firstError(err, s.close())) }()
	p := newProgress(std.err, "导入")
	c.im.Desk, c.im.Media, c.im.Actor = s.desk(), s.media(), operator
	c.im.Progress = func(e exchange.Progress) { p.step(e.Items, e.Share()) }
	if !c.im.Options.DryRun || stores.data != c.data {
		if err := c.im.Desk.Seed(ctx); err != nil {
			return fmt.Errorf("seed topics: %w", err)
		}
	}
	result, err := c.im.Paths(ctx, paths)
	p.end()
	return firstError(err, c.tell(std, report, result, err))
}

// tell prints the report; an import that ended early still says how far it got.
func (c *importConfig) tell(std stdio, report io.Writer, r exchange.Report, failed error) error {
	to := json.NewEncoder(report)
	to.SetIndent("", "  ")
	if err := to.Encode(r); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if c.json {
		if err := json.NewEncoder(std.out).Encode(r); err != nil {
			return err
		}
	} else {
		c.print(std, r)
	}
	if failed == nil && r.Bad() > 0 {
		return errReported
	}
	return nil
}

// shown is how many problems are printed; the report file has more.
const shown = 20

// openReport opens the file for the report before the work begins, for an
// import of an hour must not end with nowhere to tell of it.
func openReport(name string) (io.WriteCloser, error) {
	if name == "" {
		return discard{io.Discard}, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("写不了报告文件：%w", err)
	}
	return f, nil
}

type discard struct{ io.Writer }

func (discard) Close() error { return nil }

// tellProblems prints what went wrong, and then what was put right.
func tellProblems(std stdio, r exchange.Report) {
	for _, list := range []struct {
		of  []exchange.LineProblem
		all int
	}{{r.Problems, r.Bad()}, {r.Notes, len(r.Notes)}} {
		for i, p := range list.of {
			if i == shown {
				fmt.Fprintf(std.err, "……还有 %d 处，在完整的结果里（import 用 -report 文件名，或 -json）。\n", list.all-shown)
				break
			}
			fmt.Fprintf(std.err, "%s：%s\n", p.Where, p.Message)
		}
	}
}

func (c *importConfig) print(std stdio, r exchange.Report) {
	tellProblems(std, r)
	would := ""
	if c.im.Options.DryRun {
		would = "（试运行，没有写入）"
	}
	fmt.Fprintf(std.out, "共 %d 条%s：", r.Total, would)
	words := []struct{ outcome, word string }{
		{content.Published, "发布"}, {content.Created, "新草稿"}, {content.Changed, "更新草稿"}, {content.Unchanged, "没有变化"},
		{content.Blocked, "不够发布条件、留作草稿"}, {content.Edited, "编辑部改过、跳过"}, {content.Refused, "有错、没有导入"},
	}
	var parts []string
	for _, w := range words {
		if n := r.Outcomes[w.outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", w.word, n))
		}
	}
	if r.Resources > 0 {
		parts = append(parts, fmt.Sprintf("另写了主题、系列和情景 %d 个", r.Resources))
	}
	if len(parts) == 0 {
		parts = append(parts, "没有可导入的内容")
	}
	fmt.Fprintln(std.out, strings.Join(parts, "，")+"。")
}

func parseAudiences(list string) (placed []content.Placed, err error) {
	for _, name := range splitList(list) {
		a := content.Audience(name)
		if !a.Valid() {
			return nil, usageError{fmt.Sprintf("没有“%s”这类人群；可以写 youth、farmers、workers、seniors、officials", name)}
		}
		placed = append(placed, content.Placed{Audience: a, Weight: exchange.DefaultWeight})
	}
	return placed, nil
}

// firstError keeps the error that came first; one that only says the output has
// told everything gives way to a real one.
func firstError(first, second error) error {
	if first == nil || (first == errReported && second != nil) {
		return second
	}
	return first
}
