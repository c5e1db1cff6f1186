package hook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

const (
	deadline   = 10 * time.Second // of a delivery, from the name's lookup to the end of the answer
	dialing    = 4 * time.Second  // one of the addresses a name has
	maxDials   = 4                // addresses of a name that are tried
	maxAnswer  = 64 << 10         // bytes of an answer that are read, and of its header
	userAgent  = "kepu-hook/1"
	maxPerhaps = 64 // addresses of a name that are looked at
)

// errRefused says that the policy does not admit the address that was about to
// be dialled.
var errRefused = errors.New("address not allowed")

// Attempt is what became of one try.
type Attempt struct {
	Status int    `json:"status,omitempty"` // of the answer; 0: there was none
	MS     int64  `json:"ms"`
	Error  string `json:"error,omitempty"` // Chinese and fit to show; "" where it was taken
}

// OK tells whether the receiver took the delivery.
func (a Attempt) OK() bool { return a.Error == "" }

// post sends one body to the hook, signed. Its error is ctx's: nothing was
// decided then.
func (b *Book) post(ctx context.Context, h Hook, id string, e Event, body []byte) (Attempt, error) {
	begun := b.now()
	secrets, err := b.secrets(h, begun)
	if err != nil {
		b.log().Error("webhook not signed", "hook", h.ID, "err", err)
		return Attempt{Error: "推送的密钥读不出来，请更换密钥"}, nil
	}
	at, wrong := b.Policy.Parse(h.URL)
	if wrong != "" {
		return Attempt{Error: wrong}, nil // the operator changed the policy
	}
	header := http.Header{
		"Content-Type":  {"application/json; charset=utf-8"},
		"User-Agent":    {userAgent},
		HeaderDelivery:  {id},
		HeaderEvent:     {string(e)},
		HeaderSignature: {sign(secrets, begun, body)},
	}
	limit := b.Deadline
	if limit <= 0 {
		limit = deadline
	}
	trying, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	status, err := b.exchange(trying, at, header, body)
	if ctx.Err() != nil {
		return Attempt{}, fmt.Errorf("deliver %s: %w", id, ctx.Err())
	}
	a := Attempt{Status: status, MS: b.now().Sub(begun).Milliseconds(), Error: say(status, err)}
	if err != nil {
		b.log().Info("webhook not delivered", "delivery", id, "err", err)
	}
	return a, nil
}

// exchange posts the body and gives the status of the answer, whose words are
// read, for the sake of the peer, and dropped. Every call is a connection of its
// own, so that the name is resolved and the address checked each time.
func (b *Book) exchange(ctx context.Context, at *url.URL, header http.Header, body []byte) (int, error) {
	carrier := &http.Transport{
		Proxy:                  nil, // never the environment's
		DialContext:            b.dial,
		DisableKeepAlives:      true,
		DisableCompression:     true, // an answer can't unfold
		MaxResponseHeaderBytes: maxAnswer,
	}
	defer carrier.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header = header
	answer, err := carrier.RoundTrip(request) // follows no redirect
	if err != nil {
		return 0, err
	}
	// What the answer says, and whether it ends, changes nothing.
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	_ = answer.Body.Close()
	return answer.StatusCode, nil
}

// dial resolves the name and connects to the first of its addresses that
// answers. The policy is asked in Control, about the very address that the
// system is told to connect to.
func (b *Book) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, number, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return nil, err
	}
	addrs, err := b.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: dialing, Control: b.control}
	last := error(&net.DNSError{Err: "no addresses", Name: host, IsNotFound: true})
	for _, addr := range choose(b.Policy, addrs, uint16(port)) {
		conn, err := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(addr, uint16(port)).String())
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

// choose puts what the policy admits first, so that the tries a name has are
// not spent on addresses that would be refused.
func choose(p Policy, addrs []netip.Addr, port uint16) []netip.Addr {
	var first, rest []netip.Addr
	for _, a := range addrs[:min(len(addrs), maxPerhaps)] {
		if a = a.Unmap(); p.admits(netip.AddrPortFrom(a, port)) {
			first = append(first, a)
		} else {
			rest = append(rest, a)
		}
	}
	all := append(first, rest...)
	return all[:min(len(all), maxDials)]
}

func (b *Book) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	if b.Lookup != nil {
		return b.Lookup(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// control refuses to connect to what the policy does not admit.
func (b *Book) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !b.Policy.admits(at) {
		return errRefused
	}
	return nil
}

// say tells an administrator in plain words why an attempt failed; "" where it
// did not.
func say(status int, err error) string {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var operation *net.OpError
	var timeout net.Error
	switch {
	case err == nil:
		return sayStatus(status)
	case errors.Is(err, errRefused):
		return "这个地址指向内部或不允许访问的网络，没有连接"
	case errors.As(err, &name) && name.IsNotFound:
		return "找不到这个域名"
	case errors.As(err, &name):
		return "暂时查不到这个域名"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "对方没有在规定时间内答复"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "对方拒绝连接，服务可能没有启动"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "到对方的网络不通"
	case errors.As(err, &certificate), errors.As(err, &authority):
		return "对方的 HTTPS 证书不可信、已过期或与域名不符"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &operation) && operation.Op == "remote error":
		return "与对方建立 HTTPS 连接失败"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "连接被对方中断"
	}
	return "对方的答复不合规，无法识别"
}

func sayStatus(status int) string {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status >= 300 && status < 400:
		return fmt.Sprintf("对方要求转到别的地址（状态 %d），为安全起见不会跟随，请直接填写最终地址", status)
	case status == http.StatusGone:
		return "对方表示不再接收（状态 410）"
	}
	return fmt.Sprintf("对方答复了状态 %d", status)
}
