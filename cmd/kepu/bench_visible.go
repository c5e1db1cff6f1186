package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"kepu/content"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// publications is how many are timed.
const publications = 200

// visible publishes at the desk of a serving node and times, from the answer of
// the commit, when the item is in the feed and when it is found.
func (b *benchServe) visible(ctx context.Context, f *serveFigures) error {
	b.log.say("发布 %d 条，看多久出现", publications)
	data := filepath.Join(b.dir, "visible")
	if _, err := b.fill(ctx, data, "visible", 0, smallStore); err != nil {
		return err
	}
	app, err := New(ctx, Config{storeConfig: storeConfig{data: data}, addr: "127.0.0.1:0", pageCache: 64 << 20, log: quiet()})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- app.Run(running) }()
	err = b.timePublications(ctx, app, f)
	stop()
	return firstError(err, <-ended)
}

func (b *benchServe) timePublications(ctx context.Context, app *App, f *serveFigures) error {
	head, err := app.stores.journal.Head(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(app.shelf.Wait(ctx, head.Seq), app.index.Wait(ctx, head.Seq)); err != nil {
		return err
	}
	if _, err := untilPage(ctx, app.Addr(), time.Now()); err != nil {
		return err
	}
	var feed, found []time.Duration
	var items []content.Submission
	for i := range publications {
		item := b.corpus.item(20_000_000+i, "visible", time.Now())
		item.Published = time.Time{}
		word := publishedWord(i)
		item.Version.Title = "观测" + word
		item.Placement.Audiences = []content.Placed{{Audience: content.Audiences[i%len(content.Audiences)], Weight: 100}}
		if _, err := publish(ctx, app.Desk(), []content.Submission{item}); err != nil {
			return err
		}
		inFeed, inSearch, err := untilVisible(ctx, app.Addr(), item, word, time.Now())
		if err != nil {
			return err
		}
		feed, found, items = append(feed, inFeed), append(found, inSearch), append(items, item)
	}
	slices.Sort(feed)
	slices.Sort(found)
	f.FeedP50, f.FeedP99 = ms(percentile(feed, 50)), ms(percentile(feed, 99))
	f.SearchP50, f.SearchP99 = ms(percentile(found, 50)), ms(percentile(found, 99))
	return b.timeTakeDowns(ctx, app, items, f)
}

// untilVisible has one reader ask for the feed and another search, each until
// the item is there.
func untilVisible(ctx context.Context, addr string, item content.Submission, word string, since time.Time) (inFeed, inSearch time.Duration, err error) {
	var failed error
	var other sync.WaitGroup
	other.Go(func() {
		inSearch, failed = untilShown(ctx, addr, "/api/v1/search?q="+word, item.Slug, since)
	})
	inFeed, err = untilShown(ctx, addr, "/api/v1/feed?audience="+string(item.Placement.Audiences[0].Audience), item.Slug, since)
	other.Wait()
	return inFeed, inSearch, errors.Join(err, failed)
}

// untilShown asks for path until the answer holds the slug.
func untilShown(ctx context.Context, addr, path, slug string, since time.Time) (time.Duration, error) {
	c, err := dialHTTP(addr, "")
	if err != nil {
		return 0, err
	}
	defer c.conn.Close()
	for time.Since(since) < 30*time.Second && ctx.Err() == nil {
		var header []byte
		status, body, err := c.get(path, &header)
		if err != nil {
			return 0, err
		}
		if status != http.StatusOK {
			return 0, fmt.Errorf("GET %s: status %d", path, status)
		}
		if bytes.Contains(body, []byte(slug)) {
			return time.Since(since), nil
		}
		time.Sleep(200 * time.Microsecond)
	}
	return 0, fmt.Errorf("%s did not show %s within 30 s", path, slug)
}

// untilPage asks for the home page until it is there and gives the time since
// begun.
func untilPage(ctx context.Context, addr string, begun time.Time) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	for {
		c, err := dialHTTP(addr, "")
		if err == nil {
			var status int
			status, _, err = c.get("/", nil)
			c.conn.Close()
			if err == nil && status == http.StatusOK {
				return time.Since(begun), nil
			}
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("no page: %w", errors.Join(ctx.Err(), err))
		case <-time.After(2 * time.Millisecond):
		}
	}
}
