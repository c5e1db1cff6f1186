package content

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"kepu/journal"
	"kepu/media"
)

// problems gathers what is wrong with an input, field by field.
type problems []journal.Problem

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, journal.Problem{Field: field, Message: fmt.Sprintf(format, args...)})
}

// under adds the problems of a part, its fields named below field.
func (p *problems) under(field string, part []journal.Problem) {
	for _, q := range part {
		switch {
		case q.Field == "":
			q.Field = field
		case field != "" && !strings.HasPrefix(q.Field, "["):
			q.Field = field + "." + q.Field
		default:
			q.Field = field + q.Field
		}
		*p = append(*p, q)
	}
}

// invalid is nil where there are no problems.
func (p problems) invalid() error {
	if len(p) == 0 {
		return nil
	}
	return &journal.Invalid{Problems: p}
}

// maxBytes is what a character takes at most before a text is refused uncounted:
// enough for families of emoji.
const maxBytes = 64

// text cleans a one-line text in place and refuses one over most characters.
func (p *problems) text(field, name string, s *string, most int) {
	if *s == "" {
		return
	}
	if wrong := plainProblem(*s); wrong != "" {
		p.add(field, "%s%s", name, wrong)
		return
	}
	if len(*s) > most*maxBytes {
		p.add(field, "%s太长：最多 %d 字", name, most)
		return
	}
	*s = clean(*s)
	if blank(*s) {
		*s = ""
	}
	// A character is at least a byte: only long texts are counted.
	if len(*s) <= most {
		return
	}
	if n := length(*s); n > most {
		p.add(field, "%s太长：%d 字，最多 %d 字", name, n, most)
	}
}

// needed is text that must not be empty.
func (p *problems) needed(field, name string, s *string, most int) {
	before := len(*p)
	p.text(field, name, s, most)
	if *s == "" && len(*p) == before {
		p.add(field, "%s不能为空", name)
	}
}

// maxURL is the longest address kept, in bytes.
const maxURL = 2048

// address refuses what is not an absolute web address free of credentials.
func (p *problems) address(field, name string, s *string) {
	*s = strings.TrimSpace(*s)
	if *s == "" {
		return
	}
	if wrong := plainProblem(*s); wrong != "" {
		p.add(field, "%s%s", name, wrong)
		return
	}
	if len(*s) > maxURL {
		p.add(field, "%s太长：最多 %d 字节", name, maxURL)
		return
	}
	u, err := url.Parse(*s)
	switch {
	case err != nil || strings.ContainsFunc(*s, unfitInURL):
		p.add(field, "%s不是有效的网址", name)
	case u.Scheme != "http" && u.Scheme != "https":
		p.add(field, "%s只能以 http:// 或 https:// 开头", name)
	case u.Hostname() == "":
		p.add(field, "%s缺少域名", name)
	case u.User != nil:
		p.add(field, "%s里不能带用户名或密码", name)
	}
}

func unfitInURL(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' || r == 0x3000 || dropped(r) }

// Years that a date may name.
const (
	firstYear = 1900
	lastYear  = 2200
)

// day refuses what is not a day of the calendar written YYYY-MM-DD.
func (p *problems) day(field, name string, s *string) {
	*s = strings.TrimSpace(*s)
	if *s == "" {
		return
	}
	t, err := time.Parse(time.DateOnly, *s)
	if err != nil {
		p.add(field, "%s应写成 2026-11-24 这样的日期，而且确有其日", name)
		return
	}
	p.year(field, name, t)
}

func (p *problems) year(field, name string, t time.Time) bool {
	if y := t.UTC().Year(); y < firstYear || y > lastYear {
		p.add(field, "%s应在 %d 年到 %d 年之间", name, firstYear, lastYear)
		return false
	}
	return true
}

// blob refuses what is no key of a stored blob.
func (p *problems) blob(field, name string, key media.Key) {
	if !isBlob(key) {
		p.add(field, "%s没有指向已入库的文件", name)
	}
}

func isBlob(key media.Key) bool {
	if len(key) != 64 {
		return false
	}
	for _, c := range []byte(key) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// oneOf refuses a word that is not in the list.
func (p *problems) oneOf(field, name, word string, words ...string) {
	for _, w := range words {
		if w == word {
			return
		}
	}
	p.add(field, "%s“%s”不认识，可用：%s", name, shown(word), strings.Join(words, "、"))
}

// shown is foreign text cut short enough to quote in a message.
func shown(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if head := Cut(s, 20); head != s {
		return head + "…"
	}
	return s
}
