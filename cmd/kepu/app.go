package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"kepu/account"
	"kepu/content"
	"kepu/frontend"
	"kepu/hook"
	"kepu/journal"
	"kepu/roll"
	"kepu/search"
	"kepu/shelf"
)

// Config is what serve needs to know.
type Config struct {
	storeConfig
	addr, opsAddr string
	baseURL       string
	library       bool
	pageCache     byteSize
	proxies       string
	hookAllow     hook.Policy
	log           *slog.Logger
	cost          account.Cost // of a password's hash; zero: account's own
	deskConfig
}

// App is one serving node. New opens everything, Run serves until ctx ends,
// Close is for an App that never ran.
type App struct {
	config   Config
	lock     *os.File
	stores   *stores
	shelf    *shelf.Shelf
	index    *search.Index
	roll     *roll.Roll
	office   office
	site     *fiber.App
	ops      *http.Server
	listener net.Listener
	opsAt    net.Listener
	control  *control

	target atomic.Uint64 // seq the shelf must reach before the node is ready
	known  atomic.Bool   // whether target was read from the store
	ready  atomic.Bool
	seen   atomic.Int64                     // when the store last answered, Unix milliseconds
	head   atomic.Pointer[journal.Position] // what it said then
	blobs  atomic.Int64                     // bytes of media, as last counted
}

// New takes the data directory for itself, opens the stores and listens. What
// it returns is ready to Run.
func New(ctx context.Context, c Config) (a *App, err error) {
	a = &App{config: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
			a = nil
		}
	}()
	if err = os.MkdirAll(c.data, 0o700); err != nil {
		return a, fmt.Errorf("make data directory: %w", err)
	}
	if a.lock, err = lockFile(filepath.Join(c.data, "serve.lock")); err != nil {
		return a, err
	}
	if a.listener, err = listen("-addr", c.addr); err != nil {
		return a, err
	}
	if c.opsAddr != "" {
		if a.opsAt, err = listen("-ops-addr", c.opsAddr); err != nil {
			return a, err
		}
	}
	if a.stores, err = openStores(ctx, c.storeConfig, c.log); err != nil {
		return a, err
	}
	if a.shelf, err = shelf.Open(filepath.Join(c.data, "shelf"), shelf.Options{Log: c.log}); err != nil {
		return a, fmt.Errorf("open shelf: %w", err)
	}
	if a.index, err = search.Open(filepath.Join(c.data, "index"), a.shelf, search.Options{Log: c.log}); err != nil {
		return a, fmt.Errorf("open index: %w", err)
	}
	if a.roll, err = roll.Open(filepath.Join(c.data, "roll.db"), roll.Options{Log: c.log, After: a.readersFirst}); err != nil {
		return a, fmt.Errorf("open roll: %w", err)
	}
	if err = a.openDesk(); err != nil {
		return a, err
	}
	front := a.frontConfig()
	if a.site, err = frontend.New(front); err != nil {
		return a, err
	}
	a.ops = &http.Server{Handler: frontend.Ops(front), ReadHeaderTimeout: 5 * time.Second}
	if a.control, err = listenControl(filepath.Join(c.data, "serve.sock"), a); err != nil {
		return a, err
	}
	return a, nil
}

func (a *App) frontConfig() frontend.Config {
	c := a.config
	registry := prometheus.NewRegistry()
	a.measure(registry)
	return frontend.Config{
		Shelf: a.shelf, Search: a.index, Blobs: a.stores.blobs,
		BaseURL: a.baseURL(), Log: c.log, PageCache: int64(c.pageCache),
		Ready: a.readiness, TrustedProxies: splitList(c.proxies), Registry: registry,
		Studio: a.studio(),
	}
}

// Addr is the address the site listens on.
func (a *App) Addr() string { return a.listener.Addr().String() }

// baseURL is the site's address as the outside knows it.
func (a *App) baseURL() string {
	if a.config.baseURL != "" {
		return a.config.baseURL
	}
	return "http://" + a.Addr()
}

// Hooks is the node's book of webhooks.
func (a *App) Hooks() *hook.Book {
	return &hook.Book{
		Store: a.stores.journal, Slate: a.stores.slate, Secret: a.stores.secret,
		BaseURL: a.baseURL(), Policy: a.config.hookAllow, Now: a.stores.now, Log: a.config.log,
	}
}

// Desk is the node's desk.
func (a *App) Desk() *content.Desk { return a.office.desk }

// Run follows the journal and serves until ctx ends or a part fails; then it
// drains for at most ten seconds and closes everything.
func (a *App) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var parts sync.WaitGroup
	part := func(name string, run func(context.Context) error) {
		parts.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	part("follow shelf", func(ctx context.Context) error { return a.shelf.Follow(ctx, a.stores.journal) })
	part("follow index", func(ctx context.Context) error { return a.index.Follow(ctx, a.stores.journal) })
	part("follow roll", func(ctx context.Context) error {
		aside()
		return a.roll.Follow(ctx, a.stores.journal)
	})
	part("watch store", a.watch)
	part("control", func(ctx context.Context) error { return serveHTTP(ctx, a.control.server, a.control.listener) })
	part("site", func(ctx context.Context) error { return serveUntil(ctx, a.site, frontend.Listener(a.listener)) })
	part("anchor", a.anchor)
	part("measure blobs", a.measureBlobs)
	part("webhooks", (&hook.Deliverer{Book: a.Hooks()}).Run)
	part("run what is due", a.runDue)
	part("settle", a.settle)
	if a.opsAt != nil {
		part("ops", func(ctx context.Context) error { return serveHTTP(ctx, a.ops, a.opsAt) })
	}
	<-ctx.Done()
	parts.Wait()
	err := context.Cause(ctx)
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, a.Close())
}

// readersFirst waits until readers see entry seq, and no longer than somebody at
// the desk would notice.
func (a *App) readersFirst(ctx context.Context, seq uint64) {
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if a.shelf.Wait(ctx, seq) == nil {
		_ = a.index.Wait(ctx, seq) // late: the roll goes on all the same
	}
}

// drain is how long requests under way may take after a stop was asked for.
const drain = 10 * time.Second

func serveUntil(ctx context.Context, app *fiber.App, at net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(at) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	err := app.ShutdownWithTimeout(drain)
	// A server that was to stop before it began would begin all the same, and
	// for good: without its listener it cannot.
	if closing := at.Close(); closing != nil && !errors.Is(closing, net.ErrClosed) {
		err = errors.Join(err, closing)
	}
	<-ended
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// serveHTTP serves what only the operator reaches.
func serveHTTP(ctx context.Context, server *http.Server, at net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(at) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := server.Shutdown(stopping)
	if err != nil {
		err = server.Close()
	}
	<-ended
	return err
}

// watch notes when the store last answered and when the shelf has caught up
// with what stood in it at start.
func (a *App) watch(ctx context.Context) error {
	for {
		asked, cancel := context.WithTimeout(ctx, 3*time.Second)
		head, err := a.stores.journal.Head(asked)
		cancel()
		if err == nil {
			a.seen.Store(time.Now().UnixMilli())
			a.head.Store(&head)
			if !a.known.Load() {
				a.target.Store(head.Seq)
				a.known.Store(true)
			}
		}
		every := time.Second
		if !a.ready.Load() {
			if a.known.Load() {
				waiting, cancel := context.WithTimeout(ctx, time.Second)
				if a.shelf.Wait(waiting, a.target.Load()) == nil {
					a.ready.Store(true)
				}
				cancel()
			}
			every = 20 * time.Millisecond
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// readiness is true once the shelf has caught up with the store, and stays so.
func (a *App) readiness() (bool, map[string]any) {
	detail := map[string]any{"roll_ready": a.roll.Ready()}
	for _, f := range a.followers() {
		seq := f.seq()
		detail[f.name+"_seq"], detail[f.name+"_lag"] = seq, a.lag(seq)
	}
	if seen := a.seen.Load(); seen > 0 {
		detail["store_seen_s"] = (time.Now().UnixMilli() - seen) / 1000
	}
	indexReady, state := a.index.Ready()
	detail["search_ready"], detail["search_state"] = indexReady, state
	return a.ready.Load(), detail
}

// Close releases everything; the order is that of New, backwards.
func (a *App) Close() error {
	var errs []error
	if a.control != nil {
		errs = append(errs, a.control.close())
	}
	if a.roll != nil {
		errs = append(errs, a.roll.Close())
	}
	if a.index != nil {
		errs = append(errs, a.index.Close())
	}
	if a.shelf != nil {
		errs = append(errs, a.shelf.Close())
	}
	if a.stores != nil {
		errs = append(errs, a.stores.close())
	}
	for _, l := range []net.Listener{a.listener, a.opsAt} {
		if l != nil {
			if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	if a.lock != nil {
		errs = append(errs, a.lock.Close())
	}
	return errors.Join(errs...)
}

// lockFile takes an exclusive lock that the kernel gives back however the
// process ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, journal.ErrLocked), f.Close())
	}
	return f, nil
}

func listen(flag, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("地址 %s 已被别的程序占用，请用 %s 换一个", addr, flag)
	}
	if err != nil {
		return nil, usageError{fmt.Sprintf("不能在 %s（%s）上监听：%v", addr, flag, err)}
	}
	return l, nil
}
