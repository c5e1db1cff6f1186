package page

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kepu/content"
)

// Type is what a query parameter may hold.
type Type int

const (
	Text     Type = iota // what somebody typed: at most maxText characters
	Cursor               // opaque, from an earlier answer
	Number               // whole, between Min and Max
	Audience             // one of the five
	Kind                 // article or video
	Topic                // a topic's key
	Region               // a GB/T 2260 code
	Day                  // YYYY-MM-DD, or an instant by RFC 3339
	Word                 // one of Words
)

// Limits of a query string.
const (
	maxQuery  = 8 << 10 // bytes
	maxPairs  = 32
	maxText   = 512 // characters; what search takes is its own affair
	maxCursor = 1024
)

// Key is one parameter that a route understands.
type Key struct {
	Name     string
	Type     Type
	Min, Max int // of a Number
	Words    []string
}

// Query is a validated query string: only known keys, each once, none empty.
type Query struct {
	keys   []Key
	values []string
}

// Parse reads a raw query string. A known key given twice or with a value that
// its type refuses is *Bad; so is an unknown key where strict, which is ignored
// otherwise. An empty value counts as absent: forms send those.
func Parse(raw string, keys []Key, strict bool) (Query, error) {
	q := Query{keys: keys}
	if raw == "" {
		return q, nil
	}
	if len(raw) > maxQuery {
		return q, bad("", "网址里的查询太长了")
	}
	q.values = make([]string, len(keys))
	seen := make([]bool, len(keys))
	for pairs := 0; raw != ""; pairs++ {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pairs == maxPairs {
			return q, bad("", "网址里的查询项太多了")
		}
		if pair == "" {
			continue
		}
		if err := q.take(pair, seen, strict); err != nil {
			return q, err
		}
	}
	return q, nil
}

// take reads one pair into its place.
func (q *Query) take(pair string, seen []bool, strict bool) error {
	rawName, rawValue, _ := strings.Cut(pair, "=")
	name, err := url.QueryUnescape(rawName)
	at := -1
	for i := range q.keys {
		if err == nil && q.keys[i].Name == name {
			at = i
		}
	}
	if at < 0 {
		if strict {
			return bad(visible(name), "不认识这个查询项")
		}
		return nil
	}
	if seen[at] {
		return bad(name, "同一个查询项写了两次")
	}
	seen[at] = true
	value, err := url.QueryUnescape(rawValue)
	if err != nil {
		return bad(name, "百分号编码不对")
	}
	if value, err = q.keys[at].check(value); err != nil {
		return err
	}
	q.values[at] = value
	return nil
}

// visible cuts a foreign name to what may be shown.
func visible(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			r = '?'
		}
		if b.WriteRune(r); b.Len() > 40 {
			break
		}
	}
	return b.String()
}

// check gives the value as its type writes it.
func (k Key) check(v string) (string, error) {
	if v == "" {
		return "", nil
	}
	if !utf8.ValidString(v) {
		return "", bad(k.Name, "不是正确的UTF-8文字")
	}
	switch k.Type {
	case Text:
		return checkText(k.Name, v)
	case Cursor:
		if len(v) > maxCursor || strings.Trim(v, base64URL) != "" {
			return "", bad(k.Name, "翻页的记号不对")
		}
	case Number:
		n, err := strconv.Atoi(v)
		if err != nil || n < k.Min || n > k.Max || v[0] == '+' {
			return "", bad(k.Name, "要写"+strconv.Itoa(k.Min)+"到"+strconv.Itoa(k.Max)+"的整数")
		}
		return strconv.Itoa(n), nil
	case Audience:
		if !content.Audience(v).Valid() {
			return "", bad(k.Name, "没有这个人群")
		}
	case Kind:
		if v != content.KindArticle && v != content.KindVideo {
			return "", bad(k.Name, "只有 article 和 video 两种")
		}
	case Topic:
		if !IsSlug(v) || len(v) > 64 {
			return "", bad(k.Name, "没有这个主题")
		}
	case Region:
		if !IsRegion(v) {
			return "", bad(k.Name, "地区代码要写2、4或6位数字")
		}
	case Word:
		if !slices.Contains(k.Words, v) {
			return "", bad(k.Name, "只能是"+strings.Join(k.Words, "、"))
		}
	case Day:
		if _, err := day(v, false); err != nil {
			return "", bad(k.Name, "日期要写成2026-11-20这样")
		}
	}
	return v, nil
}

const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.~"

func checkText(name, v string) (string, error) {
	v = strings.TrimSpace(v)
	if utf8.RuneCountInString(v) > maxText {
		return "", bad(name, "太长了，请少写一些")
	}
	for _, r := range v {
		if r == 0 || r == utf8.RuneError {
			return "", bad(name, "有看不懂的字符")
		}
	}
	return v, nil
}

// IsSlug tells whether v is made of lower-case letters, digits and hyphens.
func IsSlug(v string) bool {
	for i := 0; i < len(v); i++ {
		c := v[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return v != "" && len(v) <= 200
}

// IsRegion tells whether v has the form of a province, city or county code.
func IsRegion(v string) bool {
	if len(v) != 2 && len(v) != 4 && len(v) != 6 {
		return false
	}
	return strings.Trim(v, "0123456789") == ""
}

// Text gives a value; "" where it was not given.
func (q Query) Text(name string) string {
	for i, k := range q.keys {
		if k.Name == name && q.values != nil {
			return q.values[i]
		}
	}
	return ""
}

// Number gives a Number's value, or otherwise def.
func (q Query) Number(name string, def int) int {
	if n, err := strconv.Atoi(q.Text(name)); err == nil {
		return n
	}
	return def
}

// From gives a Day's beginning, Zone's time for a bare date; zero where absent.
func (q Query) From(name string) time.Time {
	t, _ := day(q.Text(name), false)
	return t
}

// To gives the instant after a Day: the next midnight for a bare date; zero
// where absent.
func (q Query) To(name string) time.Time {
	t, _ := day(q.Text(name), true)
	return t
}

func day(v string, end bool) (time.Time, error) {
	if len(v) == len("2006-01-02") {
		t, err := time.ParseInLocation("2006-01-02", v, Zone())
		if err == nil && end {
			t = t.AddDate(0, 0, 1)
		}
		return t, err
	}
	return time.Parse(time.RFC3339, v)
}

// With gives the query with one value changed; "" removes it.
func (q Query) With(name, value string) Query {
	c := Query{keys: q.keys, values: make([]string, len(q.keys))}
	copy(c.values, q.values)
	for i, k := range q.keys {
		if k.Name == name {
			c.values[i] = value
		}
	}
	return c
}

// String is the query in its one form: known keys in the route's order, empty
// ones left out, with its question mark; "" where nothing is asked.
func (q Query) String() string {
	var b strings.Builder
	for i, v := range q.values {
		if v == "" {
			continue
		}
		if b.Len() == 0 {
			b.WriteByte('?')
		} else {
			b.WriteByte('&')
		}
		b.WriteString(q.keys[i].Name)
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(v))
	}
	return b.String()
}
