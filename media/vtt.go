package media

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kepu/journal"
)

// Cue is one caption.
type Cue struct {
	ID    string
	Start int64  // milliseconds
	End   int64  // milliseconds, after Start
	Voice string // who speaks, where the captions say so
	Text  string // plain: no tags, no entities; lines joined by \n
}

// Limits of captions.
const (
	maxCues     = 20_000
	maxProblems = 10
)

// ParseVTT reads WebVTT captions, at most MaxText bytes of UTF-8, and gives the
// cues by their start. It is stricter than a browser, which skips what it does
// not understand: here every line that would be skipped is an error, because
// somebody meant to say something there. The error is r's, or a
// *journal.Invalid of field "file" that names up to ten lines.
func ParseVTT(r io.Reader) ([]Cue, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err != nil {
		return nil, fmt.Errorf("read captions: %w", err)
	}
	if len(raw) > MaxText {
		return nil, tooLarge(typeVTT)
	}
	return parseVTT(raw)
}

func checkVTT(raw []byte) (facts, pieces, error) {
	cues, err := parseVTT(raw)
	if err != nil {
		return facts{}, nil, err
	}
	f := facts{kind: Text, typ: typeVTT}
	for _, c := range cues {
		f.duration = max(f.duration, c.End)
	}
	return f, pieces{{n: int64(len(raw))}}, nil
}

func parseVTT(raw []byte) ([]Cue, error) {
	if !utf8.Valid(raw) {
		return nil, refuse("字幕文件不是 UTF-8 编码，请用文本编辑器另存为 UTF-8")
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return nil, refuse("字幕文件里有空字符（NUL），文件已损坏")
	}
	text := strings.TrimPrefix(string(raw), bom)
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	p := vttParser{lines: strings.Split(text, "\n")}
	if rest, ok := strings.CutPrefix(p.lines[0], "WEBVTT"); !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return nil, refuse("字幕文件的第一行必须是 WEBVTT；如果是 SRT 等格式，请先转换")
	}
	p.header()
	for p.block() {
	}
	if len(p.problems) > 0 {
		return nil, &journal.Invalid{Problems: p.problems}
	}
	if len(p.cues) == 0 {
		return nil, refuse("字幕文件里没有字幕")
	}
	slices.SortStableFunc(p.cues, func(a, b Cue) int { return int(a.Start - b.Start) })
	return p.cues, nil
}

type vttParser struct {
	lines    []string
	at       int // next line
	cues     []Cue
	problems []journal.Problem
}

// bad notes a problem with line i, counted from 0.
func (p *vttParser) bad(i int, format string, args ...any) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, journal.Problem{
			Field:   "file",
			Message: fmt.Sprintf("第 %d 行：", i+1) + fmt.Sprintf(format, args...),
		})
	}
}

// header skips what belongs to the first line.
func (p *vttParser) header() {
	for p.at = 1; p.at < len(p.lines) && p.lines[p.at] != ""; p.at++ {
		if strings.Contains(p.lines[p.at], "-->") {
			p.bad(p.at, "WEBVTT 之后要空一行")
			return
		}
	}
}

// block reads one block; false at the end.
func (p *vttParser) block() bool {
	for p.at < len(p.lines) && p.lines[p.at] == "" {
		p.at++
	}
	if p.at >= len(p.lines) || len(p.problems) >= maxProblems {
		return false
	}
	from := p.at
	for p.at < len(p.lines) && p.lines[p.at] != "" {
		p.at++
	}
	lines := p.lines[from:p.at]
	switch first := strings.TrimRight(lines[0], " \t"); {
	case strings.Contains(lines[0], "-->"):
		p.cue(from, "", lines)
	case first == "NOTE", strings.HasPrefix(first, "NOTE "), strings.HasPrefix(first, "NOTE\t"):
	case first == "STYLE" && len(p.cues) == 0:
		if err := checkCSS(strings.Join(lines[1:], "\n")); err != nil {
			p.bad(from, "字幕样式不允许%s", err)
		}
	case first == "REGION" && len(p.cues) == 0:
	case len(lines) > 1 && strings.Contains(lines[1], "-->"):
		p.cue(from+1, printable(first), lines[1:])
	default:
		p.bad(from, "看不懂这一段：前面应有“开始时间 --> 结束时间”")
	}
	return true
}

func (p *vttParser) cue(from int, id string, lines []string) {
	left, right, _ := strings.Cut(lines[0], "-->")
	right = strings.TrimLeft(right, " \t")
	stop := strings.IndexAny(right, " \t")
	if stop < 0 {
		stop = len(right)
	}
	start, ok := vttTime(strings.Trim(left, " \t"))
	end, ok2 := vttTime(right[:stop])
	switch {
	case !ok || !ok2:
		p.bad(from, "时间写法不对，应为“时:分:秒.毫秒 --> 时:分:秒.毫秒”，不超过 12 小时")
		return
	case end <= start:
		p.bad(from, "结束时间不在开始时间之后")
		return
	case len(p.cues) >= maxCues:
		p.bad(from, "字幕太多，最多 %d 条", maxCues)
		p.at = len(p.lines)
		return
	}
	for i, line := range lines[1:] {
		if strings.Contains(line, "-->") {
			p.bad(from+1+i, "字幕里不能有“-->”；两条字幕之间要空一行")
			return
		}
	}
	voice, text, err := cueText(strings.Join(lines[1:], "\n"))
	if err != nil {
		p.bad(from+1, "%s", err)
		return
	}
	p.cues = append(p.cues, Cue{id, start, end, voice, text})
}

// vttTime reads [hh:]mm:ss.mmm in milliseconds, at most maxDuration.
func vttTime(s string) (int64, bool) {
	clock, milli, ok := strings.Cut(s, ".")
	parts := strings.Split(clock, ":")
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	var ms int64
	for i, part := range parts {
		n, ok := digits(part)
		last := i >= len(parts)-2 // minutes and seconds
		if !ok || last && (len(part) != 2 || n > 59) || !last && (len(part) < 2 || len(part) > 4) {
			return 0, false
		}
		ms = ms*60 + n
	}
	n, ok := digits(milli)
	if !ok || len(milli) != 3 {
		return 0, false
	}
	ms = ms*1000 + n
	return ms, ms <= maxDuration
}

func digits(s string) (n int64, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || i > 8 {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, s != ""
}

// cueText takes the tags out of a cue. Only WebVTT's own are allowed.
func cueText(s string) (voice, text string, err error) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		n := strings.IndexByte(s[i:], '>')
		if n < 0 {
			return "", "", fmt.Errorf("有“<”没有“>”；要显示小于号请写 &lt;")
		}
		tag := s[i+1 : i+n]
		name, note, _ := strings.Cut(strings.ReplaceAll(tag, "\t", " "), " ")
		base, _, _ := strings.Cut(strings.TrimPrefix(name, "/"), ".")
		if !cueTag(base) {
			if _, ok := vttTime(tag); !ok {
				return "", "", fmt.Errorf("字幕里不能用标记“<%.20s>”，只能用 b、i、u、c、v、lang、ruby、rt；要显示小于号请写 &lt;", tag)
			}
		}
		if base == "v" && voice == "" && name[0] != '/' {
			voice = printable(html.UnescapeString(note))
		}
		s = s[i+n+1:]
	}
	return voice, printable(html.UnescapeString(b.String())), nil
}

func cueTag(name string) bool {
	switch name {
	case "b", "i", "u", "c", "v", "lang", "ruby", "rt":
		return true
	}
	return false
}

// printable drops controls and direction overrides, and space around lines.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
