package hook

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Policy says what hooks may reach: public addresses by https on ports 80, 443,
// 8080 and 8443, and what the operator adds. As a flag it is a list such as
//
//	10.20.0.0/16,10.30.0.7,:9443,http
//
// of networks and addresses, ports after a colon, and the word http.
type Policy struct {
	Allow []netip.Prefix // networks reached though they are not public, at any port that is allowed
	Ports []uint16       // allowed beside the four
	HTTP  bool           // whether a hook may do without TLS
}

// String is the policy as Set reads it.
func (p *Policy) String() string {
	var all []string
	for _, a := range p.Allow {
		all = append(all, a.String())
	}
	for _, port := range p.Ports {
		all = append(all, fmt.Sprintf(":%d", port))
	}
	if p.HTTP {
		all = append(all, "http")
	}
	return strings.Join(all, ",")
}

// Set replaces the policy by what the text says; its errors are Chinese.
func (p *Policy) Set(text string) error {
	var q Policy
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if part == "http" {
			q.HTTP = true
			continue
		}
		if digits, is := strings.CutPrefix(part, ":"); is {
			port, err := strconv.ParseUint(digits, 10, 16)
			if err != nil || port == 0 {
				return fmt.Errorf("“%s”不是端口，要写成 :9443 这样", shown(part))
			}
			q.Ports = append(q.Ports, uint16(port))
			continue
		}
		network, err := netip.ParsePrefix(part)
		if err != nil {
			ip, bad := netip.ParseAddr(part)
			if bad != nil || ip.Zone() != "" {
				return fmt.Errorf("“%s”不是网段，要写成 10.20.0.0/16 这样", shown(part))
			}
			network = netip.PrefixFrom(ip, ip.BitLen())
		}
		q.Allow = append(q.Allow, network.Masked())
	}
	*p = q
	return nil
}

// port tells whether a port may be reached.
func (p Policy) port(n uint16) bool {
	switch n {
	case 80, 443, 8080, 8443:
		return true
	}
	return slices.Contains(p.Ports, n)
}

// admits tells whether an address may be dialled.
func (p Policy) admits(at netip.AddrPort) bool {
	ip := at.Addr()
	return ip.Zone() == "" && p.port(at.Port()) && (p.allows(ip.Unmap()) || public(ip.Unmap()))
}

func (p Policy) allows(ip netip.Addr) bool {
	return slices.ContainsFunc(p.Allow, func(a netip.Prefix) bool { return a.Contains(ip) })
}

// closed are the networks that are not the public internet, or lead to another
// address by translation, from IANA's registries of special-purpose addresses
// (RFC 6890). Beyond 2000::/3 no IPv6 address is public, which covers loopback,
// unspecified, mapped, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard, unique
// local, link-local and multicast ones.
func closed() []string {
	return []string{
		"0.0.0.0/8",       // this network
		"10.0.0.0/8",      // private
		"100.64.0.0/10",   // shared by a carrier's customers
		"127.0.0.0/8",     // loopback
		"169.254.0.0/16",  // link-local, metadata of clouds
		"172.16.0.0/12",   // private
		"192.0.0.0/24",    // protocol assignments
		"192.0.2.0/24",    // documentation
		"192.88.99.0/24",  // 6to4 relays
		"192.168.0.0/16",  // private
		"198.18.0.0/15",   // benchmarks
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"224.0.0.0/4",     // multicast
		"240.0.0.0/4",     // reserved, broadcast
		"2001::/23",       // protocol assignments: Teredo, benchmarks, ORCHID
		"2001:db8::/32",   // documentation
		"2002::/16",       // 6to4
		"3fff::/20",       // documentation
	}
}

// public tells whether an unmapped address is one of the internet's.
func public(ip netip.Addr) bool {
	if !ip.Is4() && !netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20}), 3).Contains(ip) {
		return false
	}
	return !slices.ContainsFunc(closed(), func(network string) bool { return netip.MustParsePrefix(network).Contains(ip) })
}

// maxURL is the longest address of a hook, in bytes.
const maxURL = 2048

// Parse reads a hook's address, or says in Chinese what is wrong with it. A
// name is not resolved here: what it leads to is checked where it is dialled.
func (p Policy) Parse(text string) (u *url.URL, wrong string) {
	switch {
	case text == "":
		return nil, "请填写接收地址"
	case len(text) > maxURL:
		return nil, fmt.Sprintf("地址太长：最多 %d 字节", maxURL)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }):
		return nil, "地址里只能用英文字母、数字和常用符号；中文域名请写成 xn-- 开头的形式"
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, "这不是有效的网址"
	case u.Scheme == "http" && !p.HTTP:
		return nil, "地址要以 https:// 开头；只有运维允许时才能用 http://"
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, "地址要以 https:// 开头"
	case u.Opaque != "" || u.Host == "":
		return nil, "地址里缺少域名"
	case u.User != nil:
		return nil, "地址里不能带用户名或密码"
	case strings.Contains(text, "#"):
		return nil, "地址里不能带 # 和它后面的部分"
	}
	port, ok := portOf(u)
	if !ok || !p.port(port) {
		return nil, "端口只能是 80、443、8080 或 8443，其他端口要由运维允许"
	}
	return u, p.host(u, port)
}

// portOf is the port an address leads to.
func portOf(u *url.URL) (uint16, bool) {
	switch digits := u.Port(); {
	case strings.HasSuffix(u.Host, ":"):
		return 0, false
	case digits == "" && u.Scheme == "http":
		return 80, true
	case digits == "":
		return 443, true
	default:
		n, err := strconv.ParseUint(digits, 10, 16)
		return uint16(n), err == nil && strconv.FormatUint(n, 10) == digits
	}
}

// host says what is wrong with the host of an address: an IP address that may
// not be reached, or what is neither an IP address in its usual form nor a
// plain domain name. Resolvers read 0x7f.1 and 2130706433 as addresses too.
func (p Policy) host(u *url.URL, port uint16) string {
	const refused = "这个 IP 地址不允许访问"
	name := u.Hostname()
	if ip, err := netip.ParseAddr(name); err == nil {
		if ip.Is6() != strings.HasPrefix(u.Host, "[") || !p.admits(netip.AddrPortFrom(ip, port)) {
			return refused
		}
		return ""
	}
	labels := strings.Split(name, ".")
	if len(name) > 253 || !slices.ContainsFunc([]byte(labels[len(labels)-1]), isLetter) || isHex(labels[len(labels)-1]) {
		return "域名写得不对"
	}
	for _, label := range labels {
		if !isLabel(label) {
			return "域名写得不对"
		}
	}
	return ""
}

// isLabel tells whether s is a part of a domain name: 1–63 letters, digits and
// hyphens, no hyphen at either end (RFC 1123 2.1).
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isHex tells whether a label is a number as C writes it.
func isHex(s string) bool {
	digits, is := strings.CutPrefix(strings.ToLower(s), "0x")
	return is && strings.Trim(digits, "0123456789abcdef") == ""
}
