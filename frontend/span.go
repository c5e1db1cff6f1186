package frontend

import (
	"strconv"
	"strings"
)

// span is one piece of a file.
type span struct{ from, length int64 }

// spanOf reads a Range header for a file of a size. given is false where the
// header says nothing that we must follow: no bytes, more than one piece, or not
// the form of RFC 9110; then the whole file is sent. ok is false where it asks
// for one piece that the file has nothing of.
func spanOf(header string, size int64) (s span, given, ok bool) {
	list, found := strings.CutPrefix(header, "bytes=")
	if !found || strings.Contains(list, ",") {
		return span{}, false, false
	}
	first, last, found := strings.Cut(strings.TrimSpace(list), "-")
	if !found {
		return span{}, false, false
	}
	if first == "" { // the last so many
		n, good := whole(last)
		if !good {
			return span{}, false, false
		}
		if n == 0 || size == 0 {
			return span{}, true, false
		}
		n = min(n, size)
		return span{size - n, n}, true, true
	}
	from, good := whole(first)
	to, goodTo := size-1, true
	if last != "" {
		to, goodTo = whole(last)
	}
	if !good || !goodTo || last != "" && to < from {
		return span{}, false, false
	}
	if from >= size {
		return span{}, true, false
	}
	to = min(to, size-1)
	return span{from, to - from + 1}, true, true
}

// whole reads a number of digits only. One too large counts as the largest.
func whole(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 1<<63 - 1, true
	}
	return n, true
}
