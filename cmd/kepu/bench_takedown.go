package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"kepu/content"
	"kepu/journal"
)

// takeDowns is how many of the publications are taken down again and timed.
const takeDowns = 50

// timeTakeDowns takes items down and times, from the answer of the commit, when
// the last of page, easy page, feed, search, RSS and sitemap stops showing each.
func (b *benchServe) timeTakeDowns(ctx context.Context, app *App, items []content.Submission, f *serveFigures) error {
	b.log.say("撤下 %d 条，看多久消失", takeDowns)
	var took []time.Duration
	for i, item := range items[:takeDowns] {
		id := journal.IDFor(item.Source, item.SourceID)
		if _, err := app.Desk().Withdraw(ctx, content.Operator(), id, "观测", ""); err != nil {
			return err
		}
		gone, err := untilGone(ctx, app.Addr(), item, publishedWord(i), time.Now())
		if err != nil {
			return err
		}
		took = append(took, gone)
	}
	slices.Sort(took)
	f.GoneP50, f.GoneMax = ms(percentile(took, 50)), ms(took[len(took)-1])
	return nil
}

// untilGone asks everywhere in turn until nothing shows the item.
func untilGone(ctx context.Context, addr string, item content.Submission, word string, since time.Time) (time.Duration, error) {
	c, err := dialHTTP(addr, "")
	if err != nil {
		return 0, err
	}
	defer c.conn.Close()
	audience := string(item.Placement.Audiences[0].Audience)
	left := []string{"/article/" + item.Slug, "/easy/article/" + item.Slug, "/" + audience, "/api/v1/feed?audience=" + audience,
		"/api/v1/search?q=" + word, "/" + audience + "/feed.rss", "/feed.atom", "/sitemap/1.xml"}
	for {
		var failed error
		left = slices.DeleteFunc(left, func(path string) bool {
			var header []byte
			status, body, err := c.get(path, &header)
			if err != nil {
				failed = err
			}
			return status == http.StatusGone || status == http.StatusOK && !bytes.Contains(body, []byte(item.Slug))
		})
		switch {
		case failed != nil:
			return 0, failed
		case len(left) == 0:
			return time.Since(since), nil
		case time.Since(since) > 30*time.Second || ctx.Err() != nil:
			return 0, fmt.Errorf("%s still shows %s after 30 s", left[0], item.Slug)
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// publishedWord is in the title of the i-th publication and nowhere else.
func publishedWord(i int) string { return fmt.Sprintf("zx%06d", i) }
