package proof

import (
	"errors"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
)

// piece is an article or clip as its author wrote it. What the Markdown parser
// gives has no lines, so a piece also knows its source by its Han alone: markup
// and line ends do not stand between a sentence and its place.
type piece struct {
	file     string // articles/taifeng.md
	name     string // taifeng
	clip     bool
	broken   bool     // not to be read; said already
	lines    []string // of the source
	below    int      // number of the first line below the front matter
	han      string   // all Han of the source
	at       []int    // the line of each
	sub      content.Submission
	captions []string
}

// piece reads one. Of a broken one only the names are known.
func (r *reading) piece(file string) *piece {
	p := &piece{file: file, name: strings.TrimSuffix(path.Base(file), ".md"), clip: path.Dir(file) == clips, broken: true}
	src := r.bytes(file)
	if src == nil {
		return p
	}
	p.source(string(src))
	got, err := exchange.Read(src, p.name)
	if err != nil {
		r.invalid(p, err)
		return p
	}
	p.broken, p.sub, p.captions = false, got.Submission, got.Captions
	return p
}

// source takes the text apart into lines and Han.
func (p *piece) source(src string) {
	src = strings.ReplaceAll(strings.TrimPrefix(src, "\ufeff"), "\r\n", "\n")
	p.lines = strings.Split(src, "\n")
	p.below = 1
	if p.lines[0] == "---" {
		for i, line := range p.lines[1:] {
			if strings.TrimRight(line, " \t") == "---" {
				p.below = i + 3
				break
			}
		}
	}
	var han strings.Builder
	for i, line := range p.lines {
		for _, c := range line {
			if unicode.Is(unicode.Han, c) {
				han.WriteRune(c)
				p.at = append(p.at, i+1)
			}
		}
	}
	p.han = han.String()
}

// invalid tells the problems of one file, each with the line that it or its
// field names.
func (r *reading) invalid(p *piece, err error) {
	var invalid *journal.Invalid
	if !errors.As(err, &invalid) {
		r.fault(p.file, 0, "读不出来：%v", err)
		return
	}
	r.problems(p, invalid.Problems)
}

var lineNamed = regexp.MustCompile(`第 (\d+) 行`)

func (r *reading) problems(p *piece, problems []journal.Problem) {
	for _, problem := range problems {
		line, says := 0, problem.Message
		if len(p.lines) > 0 {
			line = p.field(problem.Field)
		}
		if m := lineNamed.FindStringSubmatch(says); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		if problem.Field != "" && problem.Field != "file" {
			says = problem.Field + "：" + says
		}
		r.fault(p.file, line, "%s", says)
	}
}

// find gives the line where words stand: as they are, else by their Han; the
// first below the front matter counts before those in it. 1 where there is none.
func (p *piece) find(words string) int {
	for _, from := range []int{p.below, 1} {
		for i := from - 1; i < len(p.lines); i++ {
			if words != "" && strings.Contains(p.lines[i], words) {
				return i + 1
			}
		}
	}
	needle := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Han, c) {
			return c
		}
		return -1
	}, words)
	if needle == "" {
		return 1
	}
	head := 0 // bytes of the Han in the front matter
	for _, line := range p.at {
		if line >= p.below {
			break
		}
		_, size := utf8.DecodeRuneInString(p.han[head:])
		head += size
	}
	at := strings.Index(p.han[head:], needle)
	if at >= 0 {
		at += head
	} else if at = strings.Index(p.han, needle); at < 0 {
		return 1
	}
	return p.at[utf8.RuneCountInString(p.han[:at])]
}

// opening is the first line of the text, to which what is wrong with all of it
// is ascribed.
func (p *piece) opening() int {
	for at := p.below; at <= len(p.lines); at++ {
		if strings.TrimSpace(p.lines[at-1]) != "" {
			return at
		}
	}
	return 1
}

// field gives the line of a member of the front matter by the name that problems
// have for it: audiences[1].weight, cover.alt. 1 where it is not there.
func (p *piece) field(name string) int {
	steps := strings.Split(name, ".")
	top, index := indexed(steps[0])
	from := p.key(top)
	if from == 0 {
		return 1
	}
	to := from + 1
	for to < p.below && to <= len(p.lines) && indentedOrItem(p.lines[to-1]) {
		to++
	}
	if index >= 0 {
		from, to = p.item(from, to, index)
	}
	if len(steps) > 1 {
		member, _ := indexed(steps[1])
		named := regexp.MustCompile(`(^|[\s{,])` + regexp.QuoteMeta(member) + `:`)
		for at := from; at < to; at++ {
			if named.MatchString(p.lines[at-1]) {
				return at
			}
		}
	}
	return from
}

// key is the line of a top-level member of the front matter, 0 where there is
// none.
func (p *piece) key(name string) int {
	for i := 1; i < p.below-1; i++ {
		if strings.HasPrefix(p.lines[i], name+":") {
			return i + 1
		}
	}
	return 0
}

// item gives the lines from and before which the index-th entry of a block list
// stands; the whole of what was given where the list is written in one line.
func (p *piece) item(from, to, index int) (int, int) {
	begin, seen := 0, -1
	for at := from + 1; at < to; at++ {
		if !strings.HasPrefix(strings.TrimLeft(p.lines[at-1], " "), "- ") {
			continue
		}
		if seen++; seen == index {
			begin = at
		} else if seen > index {
			return begin, at
		}
	}
	if begin == 0 {
		return from, to
	}
	return begin, to
}

func indentedOrItem(line string) bool {
	return line == "" || line[0] == ' ' || strings.HasPrefix(line, "- ")
}

// indexed parts name[3] into name and 3; −1 where there is no index.
func indexed(step string) (string, int) {
	name, rest, ok := strings.Cut(step, "[")
	index, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
	if !ok || err != nil {
		return name, -1
	}
	return name, index
}

// text is the article, or what stands below the film.
func (p *piece) text() content.Body {
	switch v := p.sub.Version; {
	case v.Article != nil:
		return v.Article.Body
	case v.Video != nil:
		return v.Video.Body
	}
	return content.Body{}
}

// passage is some words of a piece that a reader sees.
type passage struct {
	text string
	line int
}

// passages are all of them but references: what stands in the head first.
func (p *piece) passages() []passage {
	v := p.sub.Version
	list := []passage{{v.Title, p.field("title")}, {v.Summary, p.field("summary")}, {v.Plain, p.field("plain")}}
	if v.Cover != nil {
		list = append(list, passage{v.Cover.Alt, p.field("cover.alt")})
	}
	if v.Video != nil {
		for i, l := range v.Video.Transcript {
			list = append(list, passage{l.Text, p.field("transcript[" + strconv.Itoa(i) + "]")})
		}
	}
	for _, text := range p.text().Passages() {
		list = append(list, passage{text, p.find(text)})
	}
	return list
}

// mainAudience is the one of the largest weight, the first of equals.
func (p *piece) mainAudience() (main content.Audience) {
	most := 0
	for _, a := range p.sub.Placement.Audiences {
		if a.Weight > most {
			main, most = a.Audience, a.Weight
		}
	}
	return main
}

// level is the reading level for that audience.
func (p *piece) level() string {
	main := p.mainAudience()
	for _, a := range p.sub.Placement.Audiences {
		if a.Audience == main {
			return a.Level
		}
	}
	return ""
}
