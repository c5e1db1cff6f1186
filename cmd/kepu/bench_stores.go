package main

import (
	"cmp"
	"context"
	"encoding/gob"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kepu/content"
)

// prepare makes a store of n items, lets a serve take it in, and starts a
// second one, which is measured and stays.
func (b *benchServe) prepare(ctx context.Context, name string, n int, f *serveFigures) (*child, error) {
	data := filepath.Join(b.dir, name)
	b.log.say("%s：写入 %d 条", name, n)
	begun := time.Now()
	seq, err := b.fill(ctx, data, name, 0, n)
	if err != nil {
		return nil, err
	}
	filled := time.Since(begun)
	b.log.say("%s：第一次启动，建书架和索引", name)
	begun = time.Now()
	first, err := startServe(ctx, data)
	if err != nil {
		return nil, err
	}
	err = first.caughtUp(ctx, seq)
	caught := time.Since(begun)
	if err = firstError(err, first.stop()); err != nil {
		return nil, err
	}
	begun = time.Now()
	second, err := startServe(ctx, data)
	if err != nil {
		return nil, err
	}
	started, err := untilPage(ctx, second.addr, begun)
	if err != nil {
		return nil, firstError(err, second.stop())
	}
	if err := second.caughtUp(ctx, seq); err != nil {
		return nil, firstError(err, second.stop())
	}
	if name == "small" {
		f.SmallStartMS, f.SmallRSS = ms(started), second.rss()
	} else {
		f.LargeFillPerS, f.LargeCatchUpSec = float64(n)/filled.Seconds(), caught.Seconds()
		f.LargeStartMS, f.LargeRSS = ms(started), second.rss()
	}
	b.log.say("%s：第二次启动到首页 %.0f 毫秒，内存 %.0f MB", name, ms(started), second.rss())
	return second, nil
}

// fill publishes items from to from+n straight through the desk.
func (b *benchServe) fill(ctx context.Context, data, source string, from, n int) (seq uint64, err error) {
	s, err := openStores(ctx, storeConfig{data: data}, quiet())
	if err != nil {
		return 0, err
	}
	defer func() { err = firstError(err, s.close()) }()
	desk := s.desk()
	if err := desk.Seed(ctx); err != nil {
		return 0, err
	}
	now := time.Now()
	for i := from; i < from+n; i += 500 {
		var batch []content.Submission
		for k := i; k < min(i+500, from+n); k++ {
			batch = append(batch, b.corpus.item(k, source, now))
		}
		if seq, err = publish(ctx, desk, batch); err != nil {
			return 0, err
		}
	}
	return seq, nil
}

// publish commits items and fails where one was not published.
func publish(ctx context.Context, desk *content.Desk, batch []content.Submission) (seq uint64, err error) {
	done, err := desk.Import(ctx, operator, batch, content.ImportOptions{Publish: true})
	if err != nil {
		return 0, err
	}
	for i, d := range done {
		if d.Outcome != content.Published {
			return 0, fmt.Errorf("item %s was %s: %v %v", batch[i].SourceID, d.Outcome, d.Err, d.Advice)
		}
		seq = max(seq, d.Seq)
	}
	return seq, nil
}

// urls draws pages from a store: every kind of list once, the rest articles.
func (b *benchServe) urls(source string, n int) []string {
	var urls []string
	for _, view := range []string{"", "/easy"} {
		urls = append(urls, cmp.Or(view, "/"))
		for _, a := range content.Audiences {
			urls = append(urls, view+"/"+string(a))
		}
		for _, t := range content.SeedTopics() {
			urls = append(urls, view+"/topic/"+t.Key)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, i := range r.Perm(n) {
		if len(urls) == urlCount {
			break
		}
		urls = append(urls, fmt.Sprintf("/article/bench-%s-%d", source, i))
	}
	for i := 0; len(urls) < urlCount; i++ { // a store smaller than the list
		urls = append(urls, fmt.Sprintf("/easy/article/bench-%s-%d", source, i))
	}
	return urls
}

// visits is how often a page is asked for before it is measured.
const visits = 2

// warm visits every page as often as said and then reads each once more: by then
// a page has the form it is sent in from there on. Every store that is compared
// with another has to be warmed by it.
func warm(addr string, urls []string) (map[string]captured, error) {
	for range visits {
		if _, err := read(addr, urls); err != nil {
			return nil, err
		}
	}
	return read(addr, urls)
}

// read asks for every page once and gives the answers.
func read(addr string, urls []string) (map[string]captured, error) {
	c, err := dialHTTP(addr, encodings)
	if err != nil {
		return nil, err
	}
	defer c.conn.Close()
	pages := make(map[string]captured, len(urls))
	for _, url := range urls {
		var header []byte
		status, body, err := c.get(url, &header)
		if err != nil || status != 200 {
			return nil, fmt.Errorf("GET %s: status %d: %w", url, status, err)
		}
		pages[url] = captured{headerValue(header, "Content-Type"), headerValue(header, "Content-Encoding"), body}
	}
	return pages, nil
}

func headerValue(header []byte, name string) string {
	for line := range strings.SplitSeq(string(header), "\r\n") {
		if n, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func (b *benchServe) startCeiling(ctx context.Context, pages map[string]captured) (*child, error) {
	path := filepath.Join(b.dir, "pages.gob")
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	err = gob.NewEncoder(file).Encode(pages)
	if err = firstError(err, file.Close()); err != nil {
		return nil, err
	}
	return startChild(ctx, filepath.Join(b.dir, "ceiling.log"), "bench", "ceiling", path)
}
