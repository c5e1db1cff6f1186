package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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
		name: "import", args: "路径…", summary: "导入 JSONL 文件或 Markdown 文件夹",
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
	if c.im.Source == "" {
		c.im.Source = sourceName(paths[0])
	}
	if c.im.Audiences, err = parseAudiences(c.audiences); err != nil {
		return err
	}
	s, err := openStores(ctx, c.storeConfig, quiet())
	if err != nil {
		return c.in(err)
	}
	defer func() { err = c.in(firstError(err, s.close())) }()
	p := newProgress(std.err, "导入")
	c.im.Desk, c.im.Media, c.im.Actor = s.desk(), s.media(), operator
	c.im.Progress = func(e exchange.Progress) { p.step(e.Items, e.Share()) }
	if err := c.im.Desk.Seed(ctx); err != nil {
		return fmt.Errorf("seed topics: %w", err)
	}
	report, err := c.im.Paths(ctx, paths)
	p.end()
	return firstError(err, c.tell(std, report, err))
}

// tell prints the report; an import that ended early still says how far it got.
func (c *importConfig) tell(std stdio, r exchange.Report, failed error) error {
	if c.report != "" {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.report, append(text, '\n'), 0o600); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
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

func (c *importConfig) print(std stdio, r exchange.Report) {
	for i, p := range r.Problems {
		if i == shown {
			fmt.Fprintf(std.err, "……还有 %d 处，用 -report 文件名 看全部。\n", r.Bad()-shown)
			break
		}
		fmt.Fprintf(std.err, "%s：%s\n", p.Where, p.Message)
	}
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
	if len(parts) == 0 {
		parts = append(parts, "没有可导入的内容")
	}
	fmt.Fprintln(std.out, strings.Join(parts, "，")+"。")
}

func sourceName(path string) string {
	base := filepath.Base(filepath.Clean(path))
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// defaultWeight is the weight of an audience that is named without one.
const defaultWeight = 50

func parseAudiences(list string) (placed []content.Placed, err error) {
	for _, name := range splitList(list) {
		a := content.Audience(name)
		if !a.Valid() {
			return nil, usageError{fmt.Sprintf("没有“%s”这类人群；可以写 youth、farmers、workers、seniors、officials", name)}
		}
		placed = append(placed, content.Placed{Audience: a, Weight: defaultWeight})
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
