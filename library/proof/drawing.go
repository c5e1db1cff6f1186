package proof

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"kepu/content"
	"kepu/media"
)

// What a drawing may be. A label of 40 in a drawing 800 wide is 16 px high where
// a phone gives it 320.
const (
	mostDrawing   = 60_000 // bytes
	mostLabels    = 12
	mostTitle     = 20 // Han
	leastLabel    = 40
	canvasWidth   = 800
	canvasHeight  = 500
	canvasViewBox = "0 0 800 500"
)

// barred are elements that run, load, or draw by another language than SVG.
var barred = []string{"script", "foreignObject", "style", "image", "feImage", "iframe", "a"}

// generic are fonts that every reader's system has one of.
var generic = []string{"sans-serif", "serif", "monospace", "system-ui"}

var foreign = regexp.MustCompile(`(?i)url\(\s*["']?[^#"'\s]|\bdata:|\bhttps?:|\bjavascript:`)

// drawing is an SVG that is being read.
type drawing struct {
	*reading
	file   string
	d      *xml.Decoder
	path   []frame
	title  string
	titled bool // the title is being read
	label  *label
	labels []label
	sound  bool // nothing was found yet
}

// frame is an open element and what it hands on to those inside.
type frame struct {
	name     string
	move     matrix
	size     float64
	anchor   string
	baseline string
}

// drawing checks one; a cover is seen small and has no labels.
func (r *reading) drawing(file string, raw []byte, cover bool) {
	if len(raw) > mostDrawing {
		r.fault(file, 0, "有 %.1f kB，最多 %d kB", float64(len(raw))/1e3, mostDrawing/1_000)
	}
	s := &drawing{reading: r, file: file, d: xml.NewDecoder(bytes.NewReader(raw)), sound: true}
	for {
		t, err := s.d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.bad(s.line(), "XML 写法有错误")
			return
		}
		s.token(t)
	}
	if n := content.Han(s.title); n == 0 || n > mostTitle {
		s.bad(1, "<title> 有 %d 字，应有 1 到 %d 字", n, mostTitle)
	}
	s.checkLabels(cover)
	if !s.sound {
		return
	}
	// What an import refuses besides, in its words.
	if _, err := media.LookAt(raw); err != nil {
		r.invalid(&piece{file: file}, err)
	}
}

func (s *drawing) bad(line int, format string, args ...any) {
	s.sound = false
	s.fault(s.file, line, format, args...)
}

// line is the one where the token that was read last ends.
func (s *drawing) line() int {
	line, _ := s.d.InputPos()
	return line
}

func (s *drawing) token(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		s.start(t)
	case xml.EndElement:
		if t.Name.Local == "text" {
			s.endText()
		}
		s.titled = false
		s.path = s.path[:len(s.path)-1]
	case xml.CharData:
		if s.titled {
			s.title += string(t)
		} else if s.label != nil {
			s.label.add(string(t))
		}
	case xml.Directive:
		s.bad(s.line(), "不用 <!…> 声明")
	case xml.ProcInst:
		if t.Target != "xml" {
			s.bad(s.line(), "不用 <?%s?>", t.Target)
		}
	}
}

func (s *drawing) start(t xml.StartElement) {
	name := t.Name.Local
	if slices.Contains(barred, name) {
		s.bad(s.line(), "不用 <%s>", name)
	}
	f := frame{move: unmoved}
	if len(s.path) > 0 {
		f = s.path[len(s.path)-1]
	}
	f.name = name
	for _, a := range t.Attr {
		s.attr(name, a)
		if a.Name.Space == "" {
			f.take(a.Name.Local, a.Value)
		}
	}
	if len(s.path) == 0 && attr(t, "viewBox") != canvasViewBox {
		s.bad(s.line(), "viewBox 应是 %s", canvasViewBox)
	}
	s.titled = name == "title" && len(s.path) == 1
	s.path = append(s.path, f)
	switch {
	case name == "text":
		s.label = &label{line: s.line(), text: ""}
		s.label.begin(f, number(attr(t, "x"), 0), number(attr(t, "y"), 0), t)
	case name == "tspan" && s.label != nil:
		s.label.begin(f, s.label.endX(), s.label.endY(), t)
	}
}

// take is what of an element's attributes those inside inherit.
func (f *frame) take(name, value string) {
	switch name {
	case "transform":
		f.move = f.move.then(transform(value))
	case "font-size":
		f.size = number(strings.TrimSuffix(value, "px"), 0)
	case "text-anchor":
		f.anchor = value
	case "dominant-baseline":
		f.baseline = value
	}
}

func (s *drawing) attr(element string, a xml.Attr) {
	name := strings.ToLower(a.Name.Local)
	switch {
	case name == "xmlns" || a.Name.Space == "xmlns":
	case strings.HasPrefix(name, "on"):
		s.bad(s.line(), "不用事件属性 %s", a.Name.Local)
	case name == "style" || name == "class":
		s.bad(s.line(), "不用属性 %s，样式直接写成属性", name)
	case name == "href" && !strings.HasPrefix(a.Value, "#"):
		s.bad(s.line(), "href 只能指图内的 #名称")
	case name == "font-family" && !slices.Contains(generic, a.Value):
		s.bad(s.line(), "字体“%s”不一定有，只用 sans-serif 这样的通名", a.Value)
	case foreign.MatchString(a.Value):
		s.bad(s.line(), "<%s> 的 %s 引用了图外的内容", element, a.Name.Local)
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
