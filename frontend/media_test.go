package frontend_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/media"
)

// filmed is a rig whose shelf shows one film of the given bytes.
func filmed(t *testing.T, film []byte) (*rig, string) {
	r := newRig(t)
	key := r.put(film, "video/mp4")
	sub := article("film", "一段视频", content.Seniors)
	sub.Kind, sub.Version.Article = content.KindVideo, nil
	sub.Version.Video = &content.Video{Asset: content.Clip{Asset: "0192f0c4-0000-7000-8000-000000000000", Key: key, Type: "video/mp4", Size: int64(len(film)), Width: 16, Height: 9, Duration: 60_000},
		Captions: []content.Caption{{Asset: "0192f0c4-0000-7000-8000-000000000001", Key: r.put([]byte("WEBVTT\n"), "text/vtt"), Lang: "zh"}}}
	sub.Version.Cover = r.picture(160, 90)
	r.publish(sub)
	return r, "/media/" + string(key) + "/film.mp4"
}

func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestMedia(t *testing.T) {
	film := noise(3<<20 + 17)
	r, path := filmed(t, film)
	size := len(film)
	tag := `"` + path[len("/media/"):len("/media/")+64] + `"`
	for _, c := range []struct {
		headers string
		status  int
		want    []byte
		span    string
	}{
		{"", 200, film, ""},
		{"Range: bytes=0-99", 206, film[:100], fmt.Sprintf("bytes 0-99/%d", size)},
		{"Range: bytes=100-", 206, film[100:], fmt.Sprintf("bytes 100-%d/%d", size-1, size)},
		{"Range: bytes=-10", 206, film[size-10:], fmt.Sprintf("bytes %d-%d/%d", size-10, size-1, size)},
		{"Range: bytes=1048576-2097151", 206, film[1<<20 : 2<<20], fmt.Sprintf("bytes 1048576-2097151/%d", size)},
		{"Range: bytes=-99999999", 206, film, fmt.Sprintf("bytes 0-%d/%d", size-1, size)},
		{"Range: bytes=99999999-", 416, nil, fmt.Sprintf("bytes */%d", size)},
		{"Range: bytes=-0", 416, nil, fmt.Sprintf("bytes */%d", size)},
		{"Range: bytes=" + strings.Repeat("0-,", 999) + "0-", 200, film, ""},
		{"Range: bytes=9-3", 200, film, ""},
		{"Range: bytes=0-9|If-Range: " + tag, 206, film[:10], fmt.Sprintf("bytes 0-9/%d", size)},
		{`Range: bytes=0-9|If-Range: "other"`, 200, film, ""},
		{"If-None-Match: " + tag, 304, nil, ""},
		{"Accept-Encoding: gzip, br", 200, film, ""},
	} {
		a := r.get(path, strings.Split(c.headers, "|")...)
		if a.StatusCode != c.status || a.Header.Get("Content-Range") != c.span || c.want != nil && !bytes.Equal(a.body, c.want) {
			t.Errorf("%.60s: %d %q, %d bytes; want %d %q, %d bytes", c.headers, a.StatusCode, a.Header.Get("Content-Range"), len(a.body), c.status, c.span, len(c.want))
			continue
		}
		if c.status >= 400 {
			continue
		}
		for name, want := range map[string]string{"Cache-Control": "public, max-age=31536000, s-maxage=30, immutable", "ETag": tag, "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox", "Accept-Ranges": "bytes", "Content-Encoding": ""} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%.60s: %s %q, want %q", c.headers, name, got, want)
			}
		}
		if got := a.Header.Get("Content-Type"); c.status != 304 && got != "video/mp4" {
			t.Errorf("%.60s: type %q", c.headers, got)
		}
	}
	h := r.do("HEAD", path, "Range: bytes=5-9")
	if h.StatusCode != 206 || h.Header.Get("Content-Length") != "5" || len(h.body) != 0 {
		t.Errorf("HEAD of a piece: %d %v", h.StatusCode, h.Header)
	}
	if h := r.do("HEAD", path); h.StatusCode != 200 || h.Header.Get("Content-Length") != fmt.Sprint(size) {
		t.Errorf("HEAD: %d %v", h.StatusCode, h.Header)
	}
}

// TestMediaPermission: bytes that no live item shows are not there, whoever
// stored them.
func TestMediaPermission(t *testing.T) {
	r, path := filmed(t, noise(1000))
	hidden := r.put(noise(2000), "video/mp4")
	for p, want := range map[string]int{
		path: 200,
		strings.Replace(path, "film.mp4", "any-name-%E4%B8%AD%E6%96%87.exe", 1): 200,
		"/media/" + string(hidden) + "/film.mp4":                                404,
		"/media/" + strings.Repeat("0", 64) + "/film.mp4":                       404,
		"/media/" + strings.ToUpper(path[len("/media/"):]):                      404,
		"/media/x/film.mp4": 404,
		"/media/" + path[len("/media/"):len("/media/")+64]: 404,
	} {
		if a := r.get(p); a.StatusCode != want {
			t.Errorf("%.90s: %d, want %d", p, a.StatusCode, want)
		} else if want == 200 && strings.ContainsAny(a.Header.Get("Content-Disposition"), "\r\n\"%") {
			t.Errorf("%.90s: %q", p, a.Header.Get("Content-Disposition"))
		}
	}
	if err := r.blobs.Delete(t.Context(), media.Key(path[len("/media/"):len("/media/")+64])); err != nil {
		t.Fatal(err)
	}
	if a := r.get(path); a.StatusCode != 200 {
		t.Errorf("from the trash: %d", a.StatusCode)
	}
}

// TestMediaLeavesNothingOpen asks for many pieces, some of them broken off, and
// counts the files left open.
func TestMediaLeavesNothingOpen(t *testing.T) {
	r, path := filmed(t, noise(8<<20))
	open := func() (n int) {
		dir, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("no /proc here to count open files in")
		}
		for _, f := range dir {
			if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.Contains(to, "/blobs/") {
				n++
			}
		}
		return n
	}
	before := open()
	for i := 0; i < 20; i++ {
		r.get(path, fmt.Sprintf("Range: bytes=%d-%d", i*1000, i*1000+5000))
		r.get(path, "Range: bytes=99999999-")
		r.do("HEAD", path)
		c, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
		io.ReadFull(c, make([]byte, 1000))
		c.Close()
	}
	for deadline := time.Now().Add(10 * time.Second); open() > before; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d files are open, %d were", open(), before)
		}
	}
}

func TestAssets(t *testing.T) {
	r := stocked(t)
	for _, path := range []string{"/", "/easy"} {
		for _, n := range find(r.get(path).page(t), "link", "rel=stylesheet") {
			at := attr(n, "href")
			for _, encoding := range []string{"", "gzip", "br"} {
				a := r.get(at, "Accept-Encoding: "+encoding)
				if a.StatusCode != 200 || a.Header.Get("Content-Encoding") != encoding || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") || a.Header.Get("Content-Type") != "text/css; charset=utf-8" {
					t.Errorf("%s as %q: %d %v", at, encoding, a.StatusCode, a.Header)
				}
				if b := r.get(at, "If-None-Match: "+a.Header.Get("ETag")); b.StatusCode != http.StatusNotModified {
					t.Errorf("%s again: %d", at, b.StatusCode)
				}
			}
		}
	}
}
