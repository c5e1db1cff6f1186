package main

import (
	"context"
	"flag"
	"fmt"

	"kepu/content/exchange"
)

func exportCommand() command {
	return command{
		name: "export", args: "文件夹", summary: "把内容导出成 JSONL 和媒体文件",
		example: "kepu export ./backup-2026",
		setup: func(fs *flag.FlagSet) run {
			var c storeConfig
			c.flags(fs)
			only := fs.String("only", "", "只导出这个 id 的内容")
			return func(ctx context.Context, std stdio, args []string) (err error) {
				if len(args) != 1 {
					return usageError{"要一个空的或还没有的文件夹"}
				}
				s, err := openStores(ctx, c, quiet())
				if err != nil {
					return err
				}
				defer func() { err = firstError(err, s.close()) }()
				p := newProgress(std.err, "导出")
				report, err := exchange.Export(ctx, s.journal, s.blobs, args[0], *only, func(e exchange.Progress) { p.step(e.Items, e.Share()) })
				p.end()
				if err != nil {
					return err
				}
				fmt.Fprintf(std.out, "已导出 %d 条到 %s。\n", report.Total, args[0])
				return nil
			}
		},
	}
}
