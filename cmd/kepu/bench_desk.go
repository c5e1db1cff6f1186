package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/frontend/studio"
)

// benchDesk measures what editors feel while many of them type: how long an
// autosave takes, and that typing leaves the journal alone.
type benchDesk struct {
	editors int
	every   time.Duration
	during  time.Duration
	han     int
	json    bool
}

func benchDeskCommand() command {
	return command{
		name: "bench desk", summary: "测许多编辑同时打字时，自动存稿要多久",
		example: "kepu bench desk -editors 500",
		setup: func(fs *flag.FlagSet) run {
			var b benchDesk
			fs.IntVar(&b.editors, "editors", 500, "同时打字的人数，每人一篇")
			fs.DurationVar(&b.every, "every", 2*time.Second, "每人隔多久自动存一次")
			fs.DurationVar(&b.during, "during", 20*time.Second, "测多久")
			fs.IntVar(&b.han, "han", 1500, "每篇多少字")
			fs.BoolVar(&b.json, "json", false, "以 JSON 打印")
			return b.run
		},
	}
}

// deskFigures are what bench desk prints.
type deskFigures struct {
	Editors int     `json:"editors"`
	Saves   int     `json:"saves"`
	Bad     int     `json:"bad"` // answers that were not 200
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Max     float64 `json:"max_ms"`
	Head    uint64  `json:"journal_moved"` // entries written meanwhile
}

// typist is one editor with the item they type in.
type typist struct {
	cookie string
	path   string
	rev, n uint64
}

func (b *benchDesk) run(ctx context.Context, std stdio, args []string) (err error) {
	if b.editors < 1 || b.every <= 0 || b.during <= 0 || b.han < 1 {
		return usageError{"-editors、-every、-during 和 -han 都要大于0"}
	}
	dir, err := os.MkdirTemp("", "kepu-bench-")
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, os.RemoveAll(dir)) }()
	log := &progressLog{std.err, time.Now()}
	log.say("招来%d个编辑", b.editors)
	s, err := openStores(ctx, storeConfig{data: dir}, quiet())
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.close()) }()
	all, err := b.hire(ctx, s)
	if err != nil {
		return err
	}
	server, err := startServe(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, server.stop()) }()
	before, err := s.journal.Head(ctx)
	if err != nil {
		return err
	}
	log.say("打字")
	f, err := b.write(ctx, server.addr, all)
	if err != nil {
		return err
	}
	after, err := s.journal.Head(ctx)
	if err != nil {
		return err
	}
	f.Head = after.Seq - before.Seq
	if b.json {
		return json.NewEncoder(std.out).Encode(f)
	}
	_, err = fmt.Fprintf(std.out, "%d 个编辑每 %v 自动存一次，共 %d 次，没存上 %d 次：p50 %.1f ms   p99 %.1f ms   最长 %.1f ms；日志多了 %d 条\n",
		f.Editors, b.every, f.Saves, f.Bad, f.P50, f.P99, f.Max, f.Head)
	return err
}

// hire makes the editors, signs them in and gives each an item. Their passwords
// are hashed cheaply: signing in is not what is measured.
func (b *benchDesk) hire(ctx context.Context, s *stores) ([]*typist, error) {
	accounts, desk := s.accounts(account.ASVS), s.desk()
	accounts.Cost = account.Cost{Memory: 64, Time: 1, Threads: 1}
	if _, _, err := accounts.First(ctx); err != nil { // else serve makes one meanwhile
		return nil, err
	}
	const password = "bench-desk-password"
	all := make([]*typist, b.editors)
	for i := range all {
		name := fmt.Sprintf("editor-%d", i)
		u, _, err := accounts.Add(ctx, account.By{Actor: account.Operator()}, account.New{Name: name, Password: password, Grants: []account.Grant{{Role: account.Author}}})
		if err != nil {
			return nil, err
		}
		e, err := accounts.SignIn(ctx, account.Attempt{Name: name, Password: password})
		if err != nil {
			return nil, err
		}
		actor, err := accounts.Actor(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		v := content.Version{Title: "正在写的一篇", Article: &content.Article{Body: content.Body{Type: "doc", Content: []content.Node{{Type: "paragraph", Content: []content.Node{{Type: "text", Text: "开头。"}}}}}}}
		id, stamp, err := desk.Create(ctx, content.By{Actor: actor}, content.KindArticle, v, content.Placement{}, fmt.Sprintf("typed-%d", i))
		if err != nil {
			return nil, err
		}
		all[i] = &typist{cookie: e.Token, path: studio.Base + "/items/" + id + "/draft", rev: stamp.Rev}
	}
	return all, nil
}

// write lets everybody type until the time is over; each begins at another
// moment of the interval.
func (b *benchDesk) write(ctx context.Context, addr string, all []*typist) (deskFigures, error) {
	body, err := json.Marshal(map[string]any{"title": "正在写的一篇", "article": map[string]any{"body": content.Body{Type: "doc", Content: []content.Node{
		{Type: "paragraph", Content: []content.Node{{Type: "text", Text: string(bytes.Repeat([]byte("写"), b.han))}}}}}}})
	if err != nil {
		return deskFigures{}, err
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: len(all), DisableCompression: true}}
	defer client.CloseIdleConnections()
	var group sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	f := deskFigures{Editors: len(all)}
	var fault error
	end := time.Now().Add(b.during)
	for i, t := range all {
		first := time.Now().Add(b.every * time.Duration(i) / time.Duration(len(all)))
		group.Go(func() {
			for at := first; at.Before(end); at = at.Add(b.every) {
				select {
				case <-ctx.Done():
					return
				case <-time.After(time.Until(at)):
				}
				begun := time.Now()
				ok, err := t.save(ctx, client, addr, body)
				mu.Lock()
				took, fault = append(took, time.Since(begun)), errors.Join(fault, err)
				if !ok {
					f.Bad++
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	slices.Sort(took)
	f.Saves, f.P50, f.P99 = len(took), ms(percentile(took, 50)), ms(percentile(took, 99))
	if len(took) > 0 {
		f.Max = ms(took[len(took)-1])
	}
	return f, fault
}

// save sends one autosave over the last.
func (t *typist) save(ctx context.Context, client *http.Client, addr string, body []byte) (ok bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+addr+t.path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("If-Match", fmt.Sprintf(`"%d.%d"`, t.rev, t.n))
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.AddCookie(&http.Cookie{Name: studio.SessionCookie, Value: t.cookie})
	response, err := client.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	var kept struct{ N uint64 }
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return false, err
	}
	if err := json.Unmarshal(text, &kept); err != nil {
		return false, fmt.Errorf("read answer: %w", err)
	}
	t.n = kept.N
	return true, nil
}
