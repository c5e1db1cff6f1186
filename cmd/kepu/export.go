package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"

	"kepu/content/exchange"
)

func exportCommand() command {
	return command{
		name: "export", background: true, args: "文件夹", summary: "把内容导出成 JSONL 和媒体文件",
		example: "kepu export ./backup-2026",
		setup: func(fs *flag.FlagSet) run {
			var c storeConfig
			c.flags(fs)
			only := fs.String("only", "", "只导出这个 id 的内容")
			asJSON := fs.Bool("json", false, "把结果以 JSON 打印出来")
			return func(ctx context.Context, std stdio, args []string) (err error) {
				if len(args) != 1 {
					return usageError{"要一个空的或还没有的文件夹"}
				}
				if err := c.there(); err != nil {
					return err
				}
				s, err := openStores(ctx, c, quiet())
				if err != nil {
					return c.in(err)
				}
				defer func() { err = c.in(firstError(err, s.close())) }()
				p := newProgress(std.err, "导出")
				report, err := exchange.Export(ctx, s.journal, s.blobs, args[0], *only, func(e exchange.Progress) { p.step(e.Items, e.Share()) })
				p.end()
				if err != nil {
					return err
				}
				if *asJSON {
					if err := json.NewEncoder(std.out).Encode(report); err != nil {
						return err
					}
				} else {
					tellProblems(std, report)
					fmt.Fprintf(std.out, "已导出 %d 条到 %s。\n", report.Total, args[0])
				}
				if report.Bad() > 0 {
					return errReported
				}
				return nil
			}
		},
	}
}
