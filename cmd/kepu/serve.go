package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/frontend"
	"kepu/frontend/studio"
	"kepu/library"
)

func serveCommand() command {
	return command{
		name: "serve", summary: "启动网站",
		example: "kepu serve -addr 127.0.0.1:8080 -data ./data",
		setup: func(fs *flag.FlagSet) run {
			var c Config
			c.flags(fs)
			return func(ctx context.Context, std stdio, args []string) error {
				if len(args) > 0 {
					return usageError{"不认识 " + strings.Join(args, " ")}
				}
				c.log = slog.New(slog.NewJSONHandler(std.err, nil))
				return c.in(serve(ctx, std, c))
			}
		},
	}
}

func (c *Config) flags(fs *flag.FlagSet) {
	c.storeConfig.flags(fs)
	c.deskConfig.flags(fs)
	c.pageCache = 128 << 20
	fs.StringVar(&c.addr, "addr", "127.0.0.1:8080", "网站监听的地址")
	fs.StringVar(&c.opsAddr, "ops-addr", "127.0.0.1:9090", "运维监听的地址（/metrics 等）；空为不开")
	fs.StringVar(&c.baseURL, "base-url", "", "对外的网址，如 https://kepu.example.cn；不给时用 http://监听地址")
	fs.BoolVar(&c.library, "library", true, "第一次启动时装入自带的文章")
	fs.Var(&c.pageCache, "page-cache", "页面缓存最多占多少内存")
	fs.Var(&c.hookAllow, "hook-allow", "推送（webhook）除公网的 https 外还可到达的地方，逗号分隔：网段 10.20.0.0/16、端口 :9443、http")
	fs.StringVar(&c.proxies, "trusted-proxies", "", "前面反向代理的地址，逗号分隔；只信这些地址带来的 X-Forwarded-*")
}

func serve(ctx context.Context, std stdio, c Config) error {
	if c.baseURL != "" {
		if _, err := frontend.Base(c.baseURL); err != nil {
			return usageError{"-base-url 应写成 https://kepu.example.cn 这样：协议和域名，后面不带路径"}
		}
	}
	tune()
	app, err := New(ctx, c)
	if err != nil {
		return err
	}
	if err := app.Stock(ctx, newProgress(std.err, "装入自带文章")); err != nil {
		return fmt.Errorf("%w", joinClose(err, app))
	}
	first, err := app.first(ctx)
	if err != nil {
		return fmt.Errorf("%w", joinClose(err, app))
	}
	base := app.baseURL()
	fmt.Fprintf(std.out, "浙里科普已启动：%s\n长辈版：%s/easy\n编辑部接口：%s%s\n%s", base, base, base, studio.Base, first)
	c.log.Info("serving", "addr", app.Addr(), "base_url", base)
	err = app.Run(ctx)
	c.log.Info("stopped")
	return err
}

func joinClose(err error, app *App) error {
	if closing := app.Close(); closing != nil {
		return fmt.Errorf("%w; close: %w", err, closing)
	}
	return err
}

// Stock gives a store its topics and, unless the configuration says no, the
// starter library, and a new one samples on the desk. It is idempotent: pieces edited at the desk since, or
// withdrawn, are left alone.
func (a *App) Stock(ctx context.Context, p *progress) error {
	desk := a.Desk()
	if a.config.library {
		if err := a.wantSamples(ctx); err != nil {
			return fmt.Errorf("look at the store: %w", err)
		}
	}
	if err := desk.Seed(ctx); err != nil {
		return fmt.Errorf("seed topics: %w", err)
	}
	if err := desk.SeedReview(ctx, a.config.stages); err != nil {
		return err
	}
	if !a.config.library {
		return nil
	}
	if err := a.laySamples(ctx); err != nil {
		return err
	}
	mark := "library/" + library.Digest()
	if _, err := a.stores.slate.Get(ctx, mark); err == nil {
		return nil
	}
	im := exchange.Import{
		Desk: desk, Media: a.stores.media(), Actor: "system", Source: "library", Format: "markdown",
		Options:  content.ImportOptions{Publish: true},
		Progress: func(e exchange.Progress) { p.step(e.Items, e.Share()) },
	}
	report, err := im.FS(ctx, library.Files(), "library")
	p.end()
	if err != nil {
		return fmt.Errorf("load library: %w", err)
	}
	// Whether the library itself is sound is a test's business. What is reported
	// here is what somebody changed at the desk: theirs stays.
	for _, p := range report.Problems {
		a.config.log.Info("library piece left alone", "piece", p.Where, "why", p.Message)
	}
	return markLoaded(ctx, a.stores.slate, mark)
}

// tune fits Go's runtime to a site that answers while it is being filled. It
// leaves it to the system who runs: by itself Go runs as many
// goroutines at once as there are processors and each for up to 10 ms, so the
// two that build index files during an import would make every request wait.
// With two more the system chooses, and it knows that those run with less
// claim (see search).
func tune() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.NumCPU() + 2)
	}
	// Collecting garbage half as often takes a fifth off the slowest searches
	// during an import, for memory that a small store does not notice.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}
