package site

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kepu/content"
)

// clip cuts text to n characters, at the end of a clause where there is one.
func clip(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)[:n]
	for i := len(runes) - 1; i > n*2/3; i-- {
		if strings.ContainsRune("。！？；，、", runes[i]) {
			return string(runes[:i]) + "……"
		}
	}
	return string(runes) + "……"
}

// phrases parts a title at its clauses, so that it breaks there. A short title
// stays whole.
func phrases(title string) []string {
	if utf8.RuneCountInString(title) < 9 {
		return []string{title}
	}
	var parts []string
	start := 0
	for i, r := range title {
		if strings.ContainsRune("，：；？！。、—", r) {
			end := i + utf8.RuneLen(r)
			if next, _ := utf8.DecodeRuneInString(title[end:]); strings.ContainsRune("”’》）」』—？！", next) {
				continue
			}
			parts = append(parts, title[start:end])
			start = end
		}
	}
	if start < len(title) {
		parts = append(parts, title[start:])
	}
	for _, p := range parts {
		if utf8.RuneCountInString(p) > 14 { // would not fit one line of a phone
			return []string{title}
		}
	}
	return parts
}

// day writes a date as people say it.
func (s *Site) day(t time.Time) string { return t.In(s.zone).Format("2006年1月2日") }

// calendar writes a day of the calendar, kept as YYYY-MM-DD, as people say it; ""
// where it is none.
func (s *Site) calendar(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, s.zone)
	if err != nil {
		return ""
	}
	return s.day(t)
}

// date is a day without its year.
func (s *Site) date(t time.Time) string { return t.In(s.zone).Format("1月2日") }

// days counts the nights from one moment to a later one.
func (s *Site) days(from, to time.Time) int {
	return int((s.midnight(to).Sub(s.midnight(from)) + 12*time.Hour) / (24 * time.Hour))
}

// today is the date with its weekday.
func (s *Site) today(t time.Time) string {
	t = t.In(s.zone)
	return t.Format("1月2日 星期") + string([]rune("日一二三四五六")[t.Weekday()])
}

// midnight is the next one.
func (s *Site) midnight(t time.Time) time.Time {
	y, m, d := t.In(s.zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, s.zone)
}

// length writes milliseconds as a player does.
func length(ms int64) string {
	sec := (ms + 500) / 1000
	if sec >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", sec/3600, sec/60%60, sec%60)
	}
	return fmt.Sprintf("%d:%02d", sec/60, sec%60)
}

// bytesOf writes a size.
func bytesOf(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1<<20:
		return strconv.FormatInt((n+1023)>>10, 10) + " KB"
	}
	return strconv.FormatInt((n+(1<<20)-1)>>20, 10) + " MB"
}

// form names what kind of thing a card is.
func form(kind, form string) string {
	switch {
	case kind == content.KindVideo:
		return "视频"
	case form == "rumour":
		return "辟谣"
	case form == "steps":
		return "分步图"
	case form == "emergency":
		return "应急"
	}
	return "图文"
}

// deck says in one line what an audience finds.
func deck(a content.Audience) string {
	switch a {
	case content.Youth:
		return "好奇的事，一件一件弄明白。"
	case content.Farmers:
		return "种、养、加工，天气和健康，省钱与防骗。"
	case content.Workers:
		return "上岗、防护、手艺和身体，班前班后看几分钟。"
	case content.Seniors:
		return "身体、用药、手机和防骗，慢慢看，不着急。"
	case content.Officials:
		return "看证据，识风险，说明白，用进决策。"
	}
	return ""
}
