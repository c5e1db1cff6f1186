package hook_test

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Answers that are no answers. Each attempt ends within its deadline and says in
// plain words what happened.
func TestBadAnswers(t *testing.T) {
	r := open(t)
	inside := r.receiver(t, func(http.ResponseWriter, int) { t.Error("a redirect was followed") })
	stop := make(chan struct{})
	release := sync.OnceFunc(func() { close(stop) })
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, n int)
		want   string // "" taken
	}{
		"redirect": {func(w http.ResponseWriter, _ int) {
			w.Header().Set("Location", inside.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, "对方要求转到别的地址（状态 307），为安全起见不会跟随，请直接填写最终地址"},
		"moved": {func(w http.ResponseWriter, _ int) {
			w.Header().Set("Location", inside.URL)
			w.WriteHeader(http.StatusMovedPermanently)
		}, "对方要求转到别的地址（状态 301），为安全起见不会跟随，请直接填写最终地址"},
		"not found":     {func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusNotFound) }, "对方答复了状态 404"},
		"too many":      {func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusTooManyRequests) }, "对方答复了状态 429"},
		"an odd status": {raw("HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n"), "对方答复了状态 799"},
		"silence":       {func(http.ResponseWriter, int) { <-stop }, "对方没有在规定时间内答复"},
		"taken, then an endless body": {func(w http.ResponseWriter, _ int) {
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 4096)); err != nil {
					return
				}
			}
		}, ""},
		"taken, then a body that drips": {func(w http.ResponseWriter, _ int) {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush() // the client may be gone
			<-stop
		}, ""},
		"a body that unfolds": {func(w http.ResponseWriter, _ int) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "no gzip at all") // as above
		}, ""},
		"a huge header": {raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n"), "对方的答复不合规，无法识别"},
		"not HTTP":      {raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "对方的答复不合规，无法识别"},
		"cut off":       {raw(""), "连接被对方中断"},
		"half a header": {raw("HTTP/1.1 200 OK\r\nContent-"), "对方的答复不合规，无法识别"},
	} {
		rec := r.receiver(t, c.answer)
		t.Cleanup(release) // before the server closes, which waits
		made := r.put(t, rec.URL)
		r.book.Deadline = 0
		if name == "silence" || strings.HasSuffix(name, "drips") {
			r.book.Deadline = time.Second
		}
		a, err := r.book.Test(t.Context(), admin, made.Hook.ID)
		if err != nil || a.Error != c.want {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if n := len(rec.got()); n != 1 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// raw answers with these bytes and closes.
func raw(text string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(fmt.Sprint("hijack: ", err))
		}
		_, _ = rw.WriteString(text) // the client may be gone
		_ = rw.Flush()
		_ = conn.Close()
	}
}

func TestTLS(t *testing.T) {
	r := open(t)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("sent to who nobody vouches for") }))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	plain := r.receiver(t, nil)
	for address, want := range map[string]string{
		secure.URL: "对方的 HTTPS 证书不可信、已过期或与域名不符",
		"https" + strings.TrimPrefix(plain.URL, "http"): "与对方建立 HTTPS 连接失败",
	} {
		made := r.put(t, address)
		if a, err := r.book.Test(t.Context(), admin, made.Hook.ID); err != nil || a.Error != want {
			t.Errorf("%s: %+v, %v", address, a, err)
		}
	}
}

// A receiver that accepts and never reads holds its own hook up, no other, and a
// stop does not wait for it.
func TestHangingReceivers(t *testing.T) {
	r := open(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan net.Conn, 100)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = bufio.NewReader(conn).ReadString('\n') // it has the request, and is silent
			accepted <- conn
		}
	}()
	for range 6 { // more than may be under way at once
		r.put(t, "http://"+listener.Addr().String()+"/")
	}
	rec := r.receiver(t, nil)
	made := r.put(t, rec.URL)
	r.book.Deadline = time.Second
	stop := r.deliver(t)
	for n := range 5 {
		r.write(t, item(n), "一")
	}
	until(t, "the one that answers has all five", func() bool { return len(rec.got()) == 5 && r.owed(t, made.Hook.ID) == 0 })
	<-accepted
	begun := time.Now()
	stop()
	if d := time.Since(begun); d > 8*time.Second {
		t.Errorf("stopping took %s", d)
	}
	for len(accepted) > 0 {
		_ = (<-accepted).Close()
	}
}
