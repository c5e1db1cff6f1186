package hook_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kepu/hook"
	"kepu/journal"
)

// terms with an address, everything else as it should be.
func at(address string) hook.Terms {
	return hook.Terms{Name: "接收方", URL: address, Events: hook.Events[:], Active: true}
}

// What an administrator may type as an address.
func TestAddress(t *testing.T) {
	r := open(t)
	r.book.Policy = hook.Policy{}
	for _, good := range []string{
		"https://example.org", "https://example.org/", "https://example.org:443/a?b=c&d=%E6%BD%AE", "https://example.org:8443",
		"https://EXAMPLE.org:8080/x", "https://xn--fiq228c.example.cn/", "https://1.1.1.1/", "https://[2400:3200::1]/", "https://a-b.c1.example",
		"https://example.org/" + strings.Repeat("a", 2048-len("https://example.org/")),
		"https://0x.example.org/", "https://1.2.3.example/", "https://intranet/",
		"https://[::ffff:1.1.1.1]/",
	} {
		if _, err := r.book.Put(t.Context(), admin, "", "", 0, at(good)); err != nil {
			t.Errorf("%.60s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", " ", "example.org", "//example.org", "https:", "https:///", "https://", "https:example.org", "https://:443/", "https://example.org:/",
		"http://example.org/", "ftp://example.org/", "gopher://example.org/", "file:///etc/passwd", "javascript:alert(1)", "unix:///run/x",
		"https://user@example.org/", "https://user:pass@example.org/", "https://@example.org/", "https://example.org#x", "https://example.org/#",
		"https://example.org:22/", "https://example.org:6379/", "https://example.org:0443/", "https://example.org:65979/", "https://example.org:-1/", "https://example.org:8o80/",
		"https://ⓛocalhost/", "https://例子.中国/", "https://example。org/", "https://exa mple.org/", "https://exam\tple.org/", "https://example.org\\@evil.example/", "https://example.org/\nHost: x",
		"https://example.org./", "https://.example.org/", "https://a..b/", "https://-a.example/", "https://a-.example/", "https://a_b.example/", "https://%65xample.org/", "https://%31%32%37.0.0.1/",
		"https://" + strings.Repeat("a", 64) + ".example/", "https://" + strings.Repeat("a.", 127) + "example/", "https://example.org/" + strings.Repeat("a", 2048),
		"https://127.0.0.1/", "https://0/", "https://0.0.0.0/", "https://127.1/", "https://127.0.1/", "https://0x7f.1/", "https://0x7f000001/", "https://0X7F.0.0.0X1/", "https://2130706433/", "https://017700000001/", "https://0177.0.0.1/", "https://1.0x1/",
		"https://127.0.0.1./", "https://127.0.0.1:8080/", "https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://100.127.255.255/",
		"https://198.18.0.1/", "https://198.19.255.255/", "https://224.0.0.1/", "https://239.1.1.1/", "https://255.255.255.255/", "https://240.0.0.1/", "https://192.0.2.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://192.0.0.1/", "https://192.88.99.1/", "https://0.1.2.3/",
		"https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:a9fe:a9fe]/", "https://[::127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[fd12:3456::1]/", "https://[ff02::1]/",
		"https://[64:ff9b::7f00:1]/", "https://[64:ff9b::101:101]/", "https://[64:ff9b:1::1]/", "https://[2002:7f00:1::]/", "https://[2001::1]/", "https://[2001:db8::1]/", "https://[3fff::1]/", "https://[100::1]/", "https://[fec0::1]/", "https://[5f00::1]/", "https://[1.1.1.1]/", "https://[2400:3200::1%25x]/",
	} {
		_, err := r.book.Put(t.Context(), admin, "", "", 0, at(bad))
		var invalid *journal.Invalid
		if !errors.As(err, &invalid) || len(invalid.Problems) != 1 || invalid.Problems[0].Field != "url" {
			t.Errorf("%.60q: %v", bad, err)
		}
	}
}

// The same addresses where they are dialled: a public name may lead to them.
func TestDialledAddress(t *testing.T) {
	r := open(t)
	r.book.Policy = hook.Policy{}
	made := r.put(t, "https://receiver.example/")
	for _, ip := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.20.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1",
		"::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%lo", "fc00::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::1", "2001::1", "2001:db8::1", "3fff::1",
	} {
		asked := false
		r.book.Lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
			asked = host == "receiver.example"
			return []netip.Addr{netip.MustParseAddr(ip)}, nil
		}
		a, err := r.book.Test(t.Context(), admin, made.Hook.ID)
		if err != nil || a.Error != "这个地址指向内部或不允许访问的网络，没有连接" || !asked {
			t.Errorf("%s: %+v, %v", ip, a, err)
		}
	}
}

// A name that changes what it leads to between two attempts, and one that leads
// to two places at once: what counts is the address that is dialled.
func TestRebinding(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, nil)
	u, err := url.Parse(rec.URL)
	if err != nil {
		t.Fatal(err)
	}
	made := r.put(t, "http://receiver.example:"+u.Port()+"/")
	r.book.Policy.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	var answers [][]netip.Addr
	r.book.Lookup = func(context.Context, string) ([]netip.Addr, error) {
		next := answers[0]
		answers = answers[1:]
		return next, nil
	}
	allowed, inside := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")
	answers = [][]netip.Addr{{allowed}, {inside}, {inside, allowed}, {}}
	for i, want := range []string{"", "这个地址指向内部或不允许访问的网络，没有连接", "", "找不到这个域名"} {
		a, err := r.book.Test(t.Context(), admin, made.Hook.ID)
		if err != nil || a.Error != want {
			t.Errorf("attempt %d: %+v, %v", i, a, err)
		}
	}
	if n := len(rec.got()); n != 2 {
		t.Errorf("%d requests came", n)
	}
	r.book.Lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if a, err := r.book.Test(t.Context(), admin, made.Hook.ID); err != nil || a.Error != "找不到这个域名" {
		t.Errorf("an unknown name: %+v, %v", a, err)
	}
}

// The proxy that the environment names would dial for us, unchecked.
func TestNoProxy(t *testing.T) {
	r := open(t)
	proxy := r.receiver(t, nil)
	rec := r.receiver(t, nil)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	u, err := url.Parse(rec.URL)
	if err != nil {
		t.Fatal(err)
	}
	made := r.put(t, "http://receiver.example:"+u.Port()+"/")
	r.book.Lookup = func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	if a, err := r.book.Test(t.Context(), admin, made.Hook.ID); err != nil || !a.OK() || len(rec.got()) != 1 || len(proxy.got()) != 0 {
		t.Errorf("ping: %+v, %v; the proxy had %d requests", a, err, len(proxy.got()))
	}
}

func TestPolicyFlag(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		",":                                   "",
		"10.20.0.0/16, 10.30.0.7 ,:9443,http": "10.20.0.0/16,10.30.0.7/32,:9443,http",
		"10.20.3.4/16,fd00::/8":               "10.20.0.0/16,fd00::/8",
	} {
		var p hook.Policy
		if err := p.Set(text); err != nil || p.String() != want {
			t.Errorf("%q is %q, %v", text, p.String(), err)
		}
	}
	for _, bad := range []string{"10.20.0.0/33", "intern", ":0", ":70000", ":", "https", "fe80::1%lo", "10.20.0.0/16 http"} {
		p := hook.Policy{HTTP: true}
		if err := p.Set(bad); err == nil || !p.HTTP {
			t.Errorf("%q was taken as %q, %v", bad, p.String(), err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"https://example.org/", "https://0x7f.1:443/", "https://[::1%25x]:8443", "http://a@b:80#c", "https://１.1.1.1/", "https:/\\example.org"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		u, wrong := hook.Policy{}.Parse(address)
		if wrong != "" {
			return
		}
		again, err := url.Parse(address)
		if err != nil || again.Host != u.Host || u.Scheme != "https" || u.User != nil || u.Fragment != "" || len(address) > 2048 {
			t.Fatalf("%q passed as %+v", address, u)
		}
		name := u.Hostname()
		if ip, err := netip.ParseAddr(name); err == nil {
			if ip = ip.Unmap(); ip.IsPrivate() || ip.IsLoopback() || ip.IsUnspecified() || ip.IsMulticast() || ip.IsLinkLocalUnicast() {
				t.Errorf("%q passed", address)
			}
			return
		}
		if strings.HasSuffix(name, ".") || !slices.ContainsFunc([]rune(name), func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }) || len(name) > 253 {
			t.Errorf("%q passed with host %q", address, name)
		}
	})
}
