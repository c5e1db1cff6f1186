package exchange

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// What an export counts, in Report.Outcomes.
const (
	ExportedLive  = "live"
	ExportedDraft = "draft"
)

// draftFile holds the drafts of items that are live: an import of the folder
// leaves it alone, so that what comes back is what was public.
const draftFile = "drafts.jsonl"

// Export writes what a store holds into dir, which must be empty or not be
// there, as a folder that Import takes:
//
//	items.jsonl   every item: its live version, or its draft with "draft": true
//	drafts.jsonl  drafts of items that are live in another version
//	media/        the files they show, by key
//	topics.yaml   series.yaml   scenes.yaml
//
// Lines are in order of source and id, so two exports of the same content are
// the same bytes. only, an item's id, limits it to that item. A file that is
// missing is a problem in the report. Withdrawn items come as drafts that say so,
// and every item with the addresses it had before.
func Export(ctx context.Context, store journal.Store, blobs media.Blobs, dir, only string, progress func(Progress)) (Report, error) {
	e := &export{store: store, blobs: blobs, dir: dir, progress: progress, report: newReport(), copied: map[media.Key]bool{}, names: map[string]origin{}}
	err := e.run(ctx, only)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = fmt.Errorf("磁盘空间不足，导出没有完成：%w: %w", journal.ErrFull, err)
	}
	return *e.report, err
}

type export struct {
	store    journal.Store
	blobs    media.Blobs
	dir      string
	progress func(Progress)
	report   *Report
	copied   map[media.Key]bool
	names    map[string]origin // of items, by their id
	items    *lineWriter
	drafts   *lineWriter
}

// origin is how an item is named outside.
type origin struct {
	id     string // the item's
	Source string `json:"source"`
	ID     string `json:"id"`
}

// ownSource names items that were made at a desk and not imported.
const ownSource = "kepu"

func originOf(item content.Item) origin {
	if item.Origin != nil {
		return origin{item.ID, item.Origin.Source, item.Origin.ID}
	}
	return origin{item.ID, ownSource, item.ID}
}

func (e *export) run(ctx context.Context, only string) (err error) {
	if err := e.prepare(); err != nil {
		return err
	}
	list, trees, err := e.scan(ctx, only)
	if err != nil {
		return err
	}
	if only != "" && len(list) == 0 {
		return fmt.Errorf("没有 id 是“%s”的内容", clip(only))
	}
	e.items = newLineWriter(filepath.Join(e.dir, lineFile))
	e.drafts = newLineWriter(filepath.Join(e.dir, draftFile))
	defer func() { err = errors.Join(err, e.items.close(), e.drafts.close()) }()
	for from := 0; from < len(list); from += batchItems {
		to := min(from+batchItems, len(list))
		if err := e.batch(ctx, list[from:to]); err != nil {
			return fmt.Errorf("export items: %w", err)
		}
		if e.progress != nil {
			e.progress(Progress{Items: e.report.Total, Done: int64(to), Total: int64(len(list))})
		}
	}
	if only != "" {
		return nil
	}
	return e.trees(ctx, trees)
}

// prepare makes the folder and refuses one that holds anything.
func (e *export) prepare() error {
	if err := os.MkdirAll(e.dir, 0o750); err != nil {
		return fmt.Errorf("建不了文件夹“%s”：%w", e.dir, err)
	}
	held, err := os.ReadDir(e.dir)
	if err != nil {
		return fmt.Errorf("读不了文件夹“%s”：%w", e.dir, err)
	}
	if len(held) > 0 {
		return fmt.Errorf("文件夹“%s”不是空的；请给一个空的或还没有的文件夹", e.dir)
	}
	return nil
}

// scan finds the items, in the order they are written, and the trees.
func (e *export) scan(ctx context.Context, only string) (list []origin, trees []journal.Record, err error) {
	kinds := []string{content.KindItem, content.KindTopic, content.KindSeries, content.KindScene}
	_, err = e.store.Scan(ctx, kinds, func(r journal.Record) error {
		if r.Kind != content.KindItem {
			trees = append(trees, r)
			return nil
		}
		item, err := content.Decode[content.Item](r.State)
		if err != nil {
			return fmt.Errorf("item %s: %w", r.ID, err)
		}
		o := originOf(item)
		e.names[item.ID] = o
		if only == "" || only == item.ID {
			list = append(list, o)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("export: %w", err)
	}
	slices.SortFunc(list, func(a, b origin) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
	})
	return list, trees, nil
}

// batch writes some items.
func (e *export) batch(ctx context.Context, list []origin) error {
	keys := make([]journal.Key, len(list))
	for i, o := range list {
		keys[i] = journal.Key{Kind: content.KindItem, ID: o.id}
	}
	records, err := e.store.Gets(ctx, keys...)
	if err != nil {
		return err
	}
	items := make([]content.Item, 0, len(list))
	var parts []journal.PartKey
	for _, key := range keys {
		record, ok := records[key]
		if !ok || record.State == nil {
			continue // gone since it was listed
		}
		item, err := content.Decode[content.Item](record.State)
		if err != nil {
			return err
		}
		items = append(items, item)
		for _, hash := range []journal.Hash{item.Live, item.Draft} {
			if hash != "" {
				parts = append(parts, journal.PartKey{Key: key, Hash: hash})
			}
		}
	}
	texts, err := e.store.Parts(ctx, parts...)
	if err != nil {
		return err
	}
	for _, item := range items {
		if err := e.item(ctx, item, texts); err != nil {
			return fmt.Errorf("item %s: %w", item.ID, err)
		}
	}
	return nil
}

func (e *export) item(ctx context.Context, item content.Item, texts map[journal.PartKey][]byte) error {
	hash := item.Live
	if hash == "" {
		hash = item.Draft
	}
	if written, err := e.version(ctx, item, hash, item.Live == "", texts, e.items); err != nil || !written {
		return err // what was not written is told in the report, and not counted
	}
	e.report.Total++
	if item.Live == "" {
		e.report.Outcomes[ExportedDraft]++
		return nil
	}
	e.report.Outcomes[ExportedLive]++
	if item.Draft != "" && item.Draft != item.Live {
		_, err := e.version(ctx, item, item.Draft, true, texts, e.drafts)
		return err
	}
	return nil
}

// version writes one text of an item; false where the store does not have it.
func (e *export) version(ctx context.Context, item content.Item, hash journal.Hash, draft bool, texts map[journal.PartKey][]byte, out *lineWriter) (bool, error) {
	text, ok := texts[journal.PartKey{Key: journal.Key{Kind: content.KindItem, ID: item.ID}, Hash: hash}]
	if !ok {
		e.report.add(LineProblem{Where: item.ID, Message: "找不到它的文字，没有导出"})
		return false, nil
	}
	v, err := content.Decode[content.Version](text)
	if err != nil {
		return false, err
	}
	l := lineOf(item, v)
	l.Draft, l.past = draft, e.past(item)
	for _, f := range l.files {
		if err := e.copy(ctx, item.ID, f); err != nil {
			return false, err
		}
	}
	return true, out.write(l)
}

// lineWriter writes JSON lines; the file is made by the first one.
type lineWriter struct {
	path string
	f    *os.File
	w    *bufio.Writer
}

func newLineWriter(path string) *lineWriter { return &lineWriter{path: path} }

func (w *lineWriter) write(v any) error {
	if w.f == nil {
		f, err := os.OpenFile(w.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if err != nil {
			return err
		}
		w.f, w.w = f, bufio.NewWriterSize(f, 256<<10)
	}
	raw, err := encode(v)
	if err != nil {
		return err
	}
	_, err = w.w.Write(raw)
	return err
}

// close makes what was written durable.
func (w *lineWriter) close() error {
	if w.f == nil {
		return nil
	}
	return errors.Join(w.w.Flush(), w.f.Sync(), w.f.Close())
}
