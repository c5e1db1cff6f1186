package exchange

import (
	"strconv"
	"strings"
	"time"

	"kepu/content"
)

// china is the zone of dates without a time of day.
var china = time.FixedZone("UTC+8", 8*60*60)

// instant reads an RFC 3339 time, or a date as its first instant in China. The
// problem is Chinese, "" where there is none.
func instant(s string) (t time.Time, problem string) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = time.ParseInLocation(time.DateOnly, s, china)
	}
	if err != nil {
		return time.Time{}, timeProblem(s)
	}
	if y := t.UTC().Year(); y < 1900 || y > 2200 {
		return time.Time{}, "“" + clip(s) + "”不在 1900 年到 2200 年之间"
	}
	return t.UTC().Truncate(time.Millisecond), ""
}

func timeProblem(s string) string {
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		if _, err := time.Parse(time.DateOnly, s[:10]); err != nil && digits(s[:4]+s[5:7]+s[8:10]) {
			return "“" + clip(s) + "”：没有 " + s[:10] + " 这一天"
		}
		if len(s) > 10 && !strings.ContainsAny(s[10:], "Z+-") {
			return "“" + clip(s) + "”缺少时区，应写成 2026-11-24T08:00:00+08:00"
		}
	}
	return "“" + clip(s) + "”应写成 2026-11-24 或 2026-11-24T08:00:00+08:00"
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// offset reads a moment of a video: milliseconds, or [h:]m:s[.fff].
func offset(s string) (ms int64, ok bool) {
	if digits(s) {
		ms, err := strconv.ParseInt(s, 10, 64)
		return ms, err == nil
	}
	whole, fraction, _ := strings.Cut(s, ".")
	parts := strings.Split(whole, ":")
	if len(parts) < 2 || len(parts) > 3 || len(fraction) > 3 || fraction != "" && !digits(fraction) {
		return 0, false
	}
	for i, part := range parts {
		n, err := strconv.ParseInt(part, 10, 32)
		if err != nil || !digits(part) || i > 0 && n > 59 {
			return 0, false
		}
		ms = ms*60 + n
	}
	thousandths, _ := strconv.ParseInt((fraction + "000")[:3], 10, 64)
	return ms*1000 + thousandths, true
}

func clip(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if head := content.Cut(s, 40); head != s {
		return head + "…"
	}
	return s
}
