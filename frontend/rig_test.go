package frontend_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"kepu/account"
	"kepu/content"
	"kepu/frontend"
	"kepu/frontend/studio"
	"kepu/hook"
	"kepu/journal"
	"kepu/media"
	"kepu/roll"
	"kepu/search"
	"kepu/shelf"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

// rig is the whole frontend on stores of its own, served on a port.
type rig struct {
	t      testing.TB
	store  *sqlite.Store
	blobs  *disk.Blobs
	shelf  *shelf.Shelf
	index  *search.Index
	desk   *content.Desk
	roll   *roll.Roll
	users  *account.Accounts
	secret journal.Secret
	doors  *studio.Studio // its table, to walk it
	doc    *described
	addr   string
	base   string
	log    *lines
}

// lines keeps what is logged.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newRig starts stores, followers and a server; change may alter the
// configuration before it does.
func newRig(t testing.TB, change ...func(*frontend.Config)) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{t: t, log: &lines{}, base: "https://kepu.example"}
	log := slog.New(slog.NewJSONHandler(r.log, nil))
	var err error
	must := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r.secret = journal.NewSecret()
	secret := r.secret
	r.store, err = sqlite.Open(t.Context(), dir+"/kepu.db", sqlite.Options{Secret: secret, Log: log})
	must()
	r.blobs, err = disk.Open(dir+"/blobs", disk.Options{Log: log})
	must()
	c := frontend.Config{BaseURL: r.base, Log: log}
	for _, f := range change {
		f(&c)
	}
	r.shelf, err = shelf.Open(dir+"/shelf", shelf.Options{Log: log, Now: c.Now})
	must()
	r.index, err = search.Open(dir+"/search", r.shelf, search.Options{Log: log})
	must()
	r.roll, err = roll.Open(dir+"/roll/roll.db", roll.Options{Log: log})
	must()
	ctx, cancel := context.WithCancel(context.Background())
	var followers sync.WaitGroup
	followers.Go(func() { r.roll.Follow(ctx, r.store) })
	followers.Go(func() { r.shelf.Follow(ctx, r.store) })
	followers.Go(func() { r.index.Follow(ctx, r.store) })
	r.users = &account.Accounts{Store: r.store, Slate: r.store.Slate(), Secret: secret, Cost: account.Cost{Memory: 64, Time: 1, Threads: 1}}
	r.desk = &content.Desk{Store: r.store, Slate: r.store.Slate(), People: r.users, Now: time.Now}
	err = r.desk.Seed(t.Context())
	must()

	c.Shelf, c.Search, c.Blobs = r.shelf, r.index, r.blobs
	c.Studio = &studio.Config{Accounts: r.users, Desk: r.desk, Store: r.store, Slate: r.store.Slate(), Media: &media.Collection{Blobs: r.blobs, Store: r.store, Temp: dir},
		Shelf: r.shelf, Roll: r.roll, Hooks: &hook.Book{Store: r.store, Slate: r.store.Slate(), Secret: secret, BaseURL: c.BaseURL, Log: log}, Secret: secret, Now: c.Now, Log: log}
	if c.Now == nil {
		c.Studio.Now = time.Now
	}
	r.base = c.BaseURL
	r.doors, r.doc = studio.New(*c.Studio, r.base), &described{}
	app, err := frontend.New(c)
	must()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must()
	r.addr = ln.Addr().String()
	served := make(chan error, 1)
	go func() { served <- app.Listener(frontend.Listener(ln)) }()
	t.Cleanup(func() {
		if err := app.ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Logf("shutdown: %v", err)
		}
		<-served
		cancel()
		followers.Wait()
		for _, c := range []io.Closer{r.roll, r.index, r.shelf, r.store} {
			if err := c.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
	})
	return r
}

// publish imports and publishes items, and waits until the shelf shows them.
func (r *rig) publish(subs ...content.Submission) []content.Imported {
	r.t.Helper()
	out, err := r.desk.Import(r.t.Context(), "operator", subs, content.ImportOptions{Publish: true})
	if err != nil {
		r.t.Fatal(err)
	}
	for i, o := range out {
		if o.Outcome != content.Published && o.Outcome != content.Unchanged {
			r.t.Fatalf("%s: %s %v %v", subs[i].SourceID, o.Outcome, o.Err, o.Advice)
		}
	}
	r.wait()
	return out
}

// wait until shelf and index show all that is in the journal.
func (r *rig) wait() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	defer cancel()
	head, err := r.store.Head(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.shelf.Wait(ctx, head.Seq); err != nil {
		r.t.Fatalf("the shelf stays behind: %v", err)
	}
	if err := r.roll.Wait(ctx, head.Seq); err != nil {
		r.t.Fatalf("the roll stays behind: %v", err)
	}
	if err := r.index.Wait(ctx, head.Seq); err != nil {
		_, state := r.index.Ready()
		r.t.Fatalf("the index stays behind: %v (%s)", err, state)
	}
}

// article is a plain article for the given audiences, all five where none is.
func article(id, title string, audiences ...content.Audience) content.Submission {
	if len(audiences) == 0 {
		audiences = content.Audiences[:]
	}
	sub := content.Submission{Source: "test", SourceID: id, Kind: content.KindArticle, Slug: id, Published: time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)}
	for i, a := range audiences {
		sub.Placement.Audiences = append(sub.Placement.Audiences, content.Placed{Audience: a, Weight: 80 - 10*i})
	}
	sub.Placement.Topics = []string{"food-storage"}
	sub.Version = content.Version{Title: title, Summary: title + "：一句话说明白。", Plain: "第一句。第二句。第三句。", Author: "编辑部", Reviewer: "张医生",
		Source: content.Source{Name: "示例教材", URL: "https://source.example/a"}, Licence: "CC-BY-SA-4.0",
		Article: &content.Article{Body: content.Body{Type: "doc", Content: []content.Node{paragraph("正文第一段，讲" + title + "。"), paragraph("正文第二段。")}}}}
	return sub
}

func paragraph(text string) content.Node {
	return content.Node{Type: "paragraph", Content: []content.Node{{Type: "text", Text: text}}}
}

// picture stores a picture of its own and gives it as placed.
func (r *rig) picture(width, height int) *content.Picture {
	r.t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := 0; i < width; i++ {
		m.Set(i, i*height/width, color.RGBA{uint8(i), 90, 80, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		r.t.Fatal(err)
	}
	c := media.Collection{Blobs: r.blobs, Store: r.store, Temp: r.t.TempDir()}
	a, err := c.Add(r.t.Context(), "operator", "picture.png", &b)
	if err != nil {
		r.t.Fatal(err)
	}
	return &content.Picture{Asset: a.ID, Key: a.Key, Type: a.Type, Width: a.Width, Height: a.Height, Alt: "一条斜线"}
}

// put stores bytes as they are, as an asset of a type.
func (r *rig) put(b []byte, mediaType string) media.Key {
	r.t.Helper()
	sum := sha256.Sum256(b)
	key := media.Key(hex.EncodeToString(sum[:]))
	if err := r.blobs.Put(r.t.Context(), key, int64(len(b)), bytes.NewReader(b)); err != nil {
		r.t.Fatal(err)
	}
	a := media.Asset{V: 1, ID: "test-" + string(key[:8]), Key: key, Kind: media.Video, Type: mediaType, Name: "test", Size: int64(len(b)), State: media.Stored}
	state, err := json.Marshal(a)
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := r.store.Commit(r.t.Context(), journal.Change{Key: journal.Key{Kind: media.KindAsset, ID: a.ID}, State: state, Act: "test", Actor: "operator"})
	if err != nil || out[0].Err != nil {
		r.t.Fatal(err, out)
	}
	return key
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body []byte
}

// get asks for a path with header lines "Name: value".
func (r *rig) get(path string, headers ...string) answer {
	r.t.Helper()
	return r.do("GET", path, headers...)
}

func (r *rig) do(method, path string, headers ...string) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.addr+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, h := range headers {
		if name, value, ok := strings.Cut(h, ": "); ok {
			req.Header.Set(name, value)
		}
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp, body}
}

// raw sends bytes as they are and reads what comes back until it ends or the
// connection falls silent.
func (r *rig) raw(request string) string {
	r.t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return fmt.Sprintf("no answer: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Sprintf("%d, then %v", resp.StatusCode, err)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, body)
}

// page parses a response as HTML.
func (a answer) page(t testing.TB) *html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// json decodes a response.
func (a answer) json(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(a.body, into); err != nil {
		t.Fatalf("%v in %.300s", err, a.body)
	}
}

// find gives the elements of a name whose attributes hold all of the wanted
// "name=value" pairs; a class matches any of its words.
func find(n *html.Node, name string, want ...string) (out []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (name == "*" || d.Data == name) && has(d, want) {
			out = append(out, d)
		}
	}
	return out
}

func has(n *html.Node, want []string) bool {
	for _, w := range want {
		key, value, exact := strings.Cut(w, "=")
		ok := false
		for _, a := range n.Attr {
			if a.Key == key && (!exact || a.Val == value || key == "class" && strings.Contains(" "+a.Val+" ", " "+value+" ")) {
				ok = true
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
