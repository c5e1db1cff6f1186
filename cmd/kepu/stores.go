package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/content/words"
	"kepu/journal"
	"kepu/media"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

// storeConfig says where everything is kept.
type storeConfig struct {
	data     string
	secret   string
	gateHook string
}

func (c *storeConfig) flags(fs *flag.FlagSet) {
	fs.StringVar(&c.data, "data", "./data", "数据目录")
	fs.StringVar(&c.secret, "secret", "", "密钥文件；不给时用 数据目录/secret，第一次启动时生成")
	fs.StringVar(&c.gateHook, "gate-hook", "", "外部错敏词检查的地址（http 或 https），发布前把文字送去检查；不给时不送")
}

// stores are the adapters a command works on. openStores is the one place that
// decides which.
type stores struct {
	journal journal.Store
	slate   journal.Slate
	blobs   media.Blobs
	secret  journal.Secret
	temp    string
	now     func() time.Time
	outside *words.Outside // nil: none
}

func openStores(ctx context.Context, c storeConfig, log *slog.Logger) (*stores, error) {
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	var outside *words.Outside
	if c.gateHook != "" {
		var err error
		if outside, err = words.NewOutside(c.gateHook, log); err != nil {
			return nil, fmt.Errorf("-gate-hook 应是以 http:// 或 https:// 开头的网址：%w", err)
		}
	}
	secretFile := c.secret
	if secretFile == "" {
		secretFile = filepath.Join(c.data, "secret")
	}
	secret, err := journal.OpenSecret(secretFile)
	if err != nil {
		return nil, fmt.Errorf("open secret: %w", err)
	}
	temp := filepath.Join(c.data, "tmp")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return nil, fmt.Errorf("make temporary directory: %w", err)
	}
	store, err := sqlite.Open(ctx, filepath.Join(c.data, "kepu.db"), sqlite.Options{Secret: secret, Now: time.Now, Log: log})
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	blobs, err := disk.Open(filepath.Join(c.data, "blobs"), disk.Options{Now: time.Now, Log: log})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open blobs: %w", err), store.Close())
	}
	return &stores{journal: store, slate: store.Slate(), blobs: blobs, secret: secret, temp: temp, now: time.Now, outside: outside}, nil
}

func (s *stores) close() error {
	if s.outside != nil {
		s.outside.Close()
	}
	return s.journal.Close()
}

func (s *stores) desk() *content.Desk {
	return &content.Desk{Store: s.journal, Slate: s.slate, Now: s.now, Outside: s.outside}
}

func (s *stores) accounts(rules account.Profile) *account.Accounts {
	return &account.Accounts{Store: s.journal, Slate: s.slate, Secret: s.secret, Profile: rules, Now: s.now}
}

func (s *stores) media() *media.Collection {
	return &media.Collection{Blobs: s.blobs, Store: s.journal, Now: s.now, Temp: s.temp}
}

// explain says in Chinese what an operator can do about an error; what has no
// words of its own is shown as it is, since the operator needs it.
func explain(err error) string {
	var invalid *journal.Invalid
	switch {
	case errors.As(err, &invalid):
		return invalid.Error()
	case errors.Is(err, journal.ErrLocked):
		return "数据目录正被另一个 kepu 使用" + place(err) + "。先停掉它，或换一个 -data 目录。"
	case errors.Is(err, journal.ErrSecret):
		return "密钥和数据对不上：这些数据是用另一个密钥建的。请把原来的密钥文件放回去，或用 -secret 指明。"
	case errors.Is(err, journal.ErrNewer):
		return "这些数据是更新版本的 kepu 写的，请升级程序。（" + err.Error() + "）"
	case errors.Is(err, journal.ErrFull), errors.Is(err, media.ErrFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "磁盘满了" + place(err) + "，没有写完。腾出空间后重新运行即可，已完成的部分不会重复。"
	case errors.Is(err, os.ErrPermission):
		return "没有权限：" + err.Error()
	case errors.Is(err, os.ErrNotExist):
		return "找不到文件：" + err.Error()
	case errors.Is(err, context.Canceled):
		return "被中断。再运行一次会接着做完。"
	}
	return err.Error()
}

// within notes the data directory that an error is about.
type within struct {
	data string
	err  error
}

func (w within) Error() string { return w.err.Error() }
func (w within) Unwrap() error { return w.err }

// in says which data directory an error is about; nil stays nil.
func (c storeConfig) in(err error) error {
	if err == nil {
		return nil
	}
	return within{c.data, err}
}

// place names the file or the data directory an error is about, as far as the
// error knows.
func place(err error) string {
	var file *fs.PathError
	if errors.As(err, &file) && filepath.IsAbs(file.Path) {
		return "（" + file.Path + "）"
	}
	var w within
	if errors.As(err, &w) {
		return "（" + w.data + "）"
	}
	return ""
}

// markLoaded notes on the slate that something was done once.
func markLoaded(ctx context.Context, slate journal.Slate, key string) error {
	results, err := slate.Put(ctx, journal.Row{Key: key, Value: []byte("{}")})
	if err != nil {
		return fmt.Errorf("note %s: %w", key, err)
	}
	if err := results[0].Err; err != nil && !errors.Is(err, journal.ErrConflict) {
		return fmt.Errorf("note %s: %w", key, err)
	}
	return nil
}
