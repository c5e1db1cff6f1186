package proof

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"

	"kepu/content"
	"kepu/media"
)

// What captions may be; times in milliseconds.
const (
	mostRow      = 16 // Han
	mostRows     = 2
	leastCue     = 1_200
	mostCue      = 6_000
	leastGap     = 80
	readingPace  = 5 // Han a second
	seniorsPace  = 4
	captionMarks = "。．，,"
)

// cue is a caption and the line of its times.
type cue struct {
	media.Cue
	line int
}

// captions checks a WebVTT file against the film's length, 0 where that is not
// known.
func (r *reading) captions(file string, seniors bool, length int64) {
	raw := r.bytes(file)
	if raw == nil {
		return
	}
	cues, err := media.ParseVTT(bytes.NewReader(raw))
	if err != nil {
		r.invalid(&piece{file: file}, err)
		return
	}
	pace := readingPace
	if seniors {
		pace = seniorsPace
	}
	list := placed(string(raw), cues)
	for i, c := range list {
		r.cue(file, c, pace)
		if length > 0 && c.End > length {
			r.fault(file, c.line, "字幕到 %.1f 秒，片子只有 %.1f 秒", float64(c.End)/1e3, float64(length)/1e3)
		}
		if i == 0 {
			continue
		}
		switch before := list[i-1]; {
		case c.Start < before.Start:
			r.fault(file, c.line, "字幕的次序不对：这一条应在前面")
		case c.Start-before.End < leastGap:
			r.fault(file, c.line, "和上一条只隔 %d 毫秒，至少 %d", c.Start-before.End, leastGap)
		}
	}
}

func (r *reading) cue(file string, c cue, pace int) {
	rows := strings.Split(c.Text, "\n")
	if len(rows) > mostRows {
		r.fault(file, c.line, "字幕有 %d 行，最多 %d 行", len(rows), mostRows)
	}
	for _, row := range rows {
		if n := content.Han(row); n > mostRow {
			r.fault(file, c.line, "字幕一行 %d 字，最多 %d 字：“%s”", n, mostRow, row)
		}
		if strings.TrimRight(row, captionMarks) != row {
			r.fault(file, c.line, "字幕行末不用句号和逗号：“%s”", row)
		}
	}
	if strings.ContainsAny(c.Text, "，") && strings.TrimRight(c.Text, captionMarks) == c.Text {
		r.fault(file, c.line, "字幕里逗号写成空格：“%s”", strings.ReplaceAll(c.Text, "\n", " "))
	}
	shown := c.End - c.Start
	if shown < leastCue || shown > mostCue {
		r.fault(file, c.line, "字幕停留 %.2f 秒，应有 %.1f 到 %.1f 秒", float64(shown)/1e3, leastCue/1e3, mostCue/1e3)
	}
	if n := content.Han(c.Text); int64(n)*1_000 > int64(pace)*shown {
		r.fault(file, c.line, "%.1f 秒里 %d 字，每秒最多 %d 字", float64(shown)/1e3, n, pace)
	}
}

var timing = regexp.MustCompile(`^[ \t]*((?:\d+:)?\d\d:\d\d\.\d{3})[ \t]*-->`)

// placed puts cues, which come by their start, back into the order of the
// source and gives each its line. Captions that parse have a line of times for
// every cue, and nowhere else.
func placed(source string, cues []media.Cue) []cue {
	type stamp struct {
		line  int
		start string
	}
	var stamps []stamp
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(source)
	inNote := false
	for i, line := range strings.Split(source, "\n") {
		switch m := timing.FindStringSubmatch(line); {
		case line == "":
			inNote = false
		case strings.HasPrefix(line, "NOTE"):
			inNote = true
		case m != nil && !inNote:
			stamps = append(stamps, stamp{i + 1, m[1]})
		}
	}
	byStart := slices.Clone(stamps)
	slices.SortStableFunc(byStart, func(a, b stamp) int { return cmp.Compare(sortable(a.start), sortable(b.start)) })
	list := make([]cue, len(cues))
	for i, c := range cues {
		list[i] = cue{Cue: c}
		if i < len(byStart) {
			list[i].line = byStart[i].line
		}
	}
	slices.SortStableFunc(list, func(a, b cue) int { return a.line - b.line })
	return list
}

// sortable makes times of one length, so that they sort as words.
func sortable(start string) string {
	const whole = "000000:00:00.000"
	if strings.Count(start, ":") == 1 {
		start = "0:" + start
	}
	return whole[:max(0, len(whole)-len(start))] + start
}
