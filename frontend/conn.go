package frontend

import (
	"io"
	"net"
	"time"

	"kepu/media"
)

// Listener gives every connection a deadline for each piece it writes, so that a
// long film reaches a slow phone while a client that takes nothing is let go.
// Serve the app on it.
func Listener(ln net.Listener) net.Listener { return listener{ln} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if t, ok := c.(*net.TCPConn); ok {
		return &conn{TCPConn: t}, nil
	}
	return c, nil
}

// conn writes large bodies in pieces. It embeds the TCP connection, so that the
// operating system still sends files by itself.
type conn struct {
	*net.TCPConn
	sent int // since a deadline was last set here
}

const (
	sendPiece    = 1 << 20
	pieceTimeout = writeTimeout
)

// Write sends b piece by piece, each with its own deadline. The server sets one
// when it begins an answer; an answer that is written bit by bit, as a stream
// is, has a new one whenever a piece has gone.
func (c *conn) Write(b []byte) (n int, err error) {
	for {
		m, err := c.TCPConn.Write(b[:min(len(b), sendPiece-c.sent)])
		n, b, c.sent = n+m, b[m:], c.sent+m
		if err == nil && c.sent == sendPiece {
			c.sent, err = 0, c.SetWriteDeadline(time.Now().Add(pieceTimeout))
		}
		if err != nil || len(b) == 0 {
			return n, err
		}
	}
}

// ReadFrom sends a file piece by piece, each with its own deadline.
func (c *conn) ReadFrom(r io.Reader) (n int64, err error) {
	limit := int64(1<<63 - 1)
	if l, ok := r.(*io.LimitedReader); ok {
		r, limit = l.R, l.N
		defer func() { l.N -= n }()
	}
	for n < limit {
		if err := c.SetWriteDeadline(time.Now().Add(pieceTimeout)); err != nil {
			return n, err
		}
		want := min(sendPiece, limit-n)
		m, err := c.TCPConn.ReadFrom(&io.LimitedReader{R: r, N: want})
		n += m
		if err != nil || m < want {
			return n, err
		}
	}
	return n, nil
}

// stream gives the reader that sends a piece of a blob, which stands at its
// beginning: the file itself where there is one, so that the operating system
// sends it. The server reads no more than it said it would, and closes it.
func stream(b media.Blob, p span) io.Reader {
	if f, ok := b.(media.Filer); ok {
		return f.File()
	}
	return &pieceOfBlob{io.LimitedReader{R: b, N: p.length}, b}
}

type pieceOfBlob struct {
	io.LimitedReader
	b io.Closer
}

func (p *pieceOfBlob) Close() error { return p.b.Close() }
