package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load is a closed-loop HTTP/1.1 client: each connection sends its next request
// when the last one is answered. It does no more than a client must, so that on
// a small machine most of the time goes to the server.
type load struct {
	addr        string
	paths       []string
	connections int
	encoding    string // Accept-Encoding
}

// loadResult is one run's outcome.
type loadResult struct {
	requests int
	perS     float64
	p50, p99 time.Duration
	bad      int // answers that were not 200
}

// run sends requests for as long as said.
func (l load) run(ctx context.Context, during time.Duration) (loadResult, error) {
	ctx, cancel := context.WithTimeout(ctx, during)
	defer cancel()
	var (
		group sync.WaitGroup
		next  atomic.Int64
		mu    sync.Mutex
		all   []time.Duration
		bad   int
		fault error
	)
	begun := time.Now()
	for range l.connections {
		group.Go(func() {
			took, wrong, err := l.connection(ctx, &next)
			mu.Lock()
			defer mu.Unlock()
			all, bad, fault = append(all, took...), bad+wrong, errors.Join(fault, err)
		})
	}
	group.Wait()
	ran := time.Since(begun)
	slices.Sort(all)
	return loadResult{
		requests: len(all), perS: float64(len(all)) / ran.Seconds(),
		p50: percentile(all, 50), p99: percentile(all, 99), bad: bad,
	}, fault
}

func (l load) connection(ctx context.Context, next *atomic.Int64) (took []time.Duration, bad int, err error) {
	c, err := dialHTTP(l.addr, l.encoding)
	if err != nil {
		return nil, 0, err
	}
	defer c.conn.Close()
	for ctx.Err() == nil {
		// A stride prime to the list's length visits all paths in an order
		// that neighbouring connections do not share.
		i := next.Add(1) * 7919 % int64(len(l.paths))
		begun := time.Now()
		status, _, err := c.get(l.paths[i], nil)
		if err != nil {
			return took, bad, fmt.Errorf("GET %s: %w", l.paths[i], err)
		}
		took = append(took, time.Since(begun))
		if status != 200 {
			bad++
		}
	}
	return took, bad, nil
}

// httpConn is one kept-alive connection.
type httpConn struct {
	conn     net.Conn
	in       *bufio.Reader
	encoding string
	request  []byte
}

func dialHTTP(addr, encoding string) (*httpConn, error) {
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &httpConn{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), encoding: encoding}, nil
}

// get fetches a path; header is filled with the raw header lines where it is
// not nil. The body is given only then.
func (c *httpConn) get(path string, header *[]byte) (status int, body []byte, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, nil, err
	}
	c.request = append(append(append(c.request[:0], "GET "...), path...), " HTTP/1.1\r\nHost: kepu\r\n"...)
	if c.encoding != "" {
		c.request = append(append(append(c.request, "Accept-Encoding: "...), c.encoding...), "\r\n"...)
	}
	if _, err := c.conn.Write(append(c.request, "\r\n"...)); err != nil {
		return 0, nil, err
	}
	return c.read(header)
}

var contentLength = []byte("Content-Length:")

func (c *httpConn) read(header *[]byte) (status int, body []byte, err error) {
	length := -1
	for first := true; ; first = false {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		if header != nil {
			*header = append(*header, line...)
		}
		if len(line) <= 2 {
			break
		}
		if first {
			if len(line) < 12 {
				return 0, nil, fmt.Errorf("bad status line %q", line)
			}
			status, _ = strconv.Atoi(string(line[9:12]))
		} else if len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength) {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(line[len(contentLength):])))
		}
	}
	if length < 0 {
		return status, nil, errors.New("answer without Content-Length")
	}
	if header == nil {
		_, err = c.in.Discard(length)
		return status, nil, err
	}
	body = make([]byte, length)
	_, err = io.ReadFull(c.in, body)
	return status, body, err
}
