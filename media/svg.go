package media

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of SVG pictures.
const (
	maxDepth    = 64
	maxElements = 20_000
	maxAttrs    = 64      // of one element
	maxDrawn    = 200_000 // elements after every reference is followed
)

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
)

// checkSVG accepts a picture made of nothing but shapes, text and their
// styles: elements and attributes are on a list, references stay inside of the
// file and do not multiply. The file is kept as it is.
func checkSVG(raw []byte) (facts, pieces, error) {
	if !utf8.Valid(raw) {
		return facts{}, nil, refuse("SVG 图片不是 UTF-8 编码，请另存为 UTF-8")
	}
	// What a parser of another mind might see: looked for before any parsing.
	low := bytes.ToLower(raw)
	for _, word := range []string{"<!doctype", "<!entity", "<script", "<foreignobject", "<iframe", "javascript:", "<?xml-stylesheet"} {
		if bytes.Contains(low, []byte(word)) {
			return facts{}, nil, refuse("SVG 图片里不允许出现“%s”，请用绘图软件导出为“纯 SVG”，或改用 PNG", word)
		}
	}
	c := svgCheck{ids: map[string]*svgNode{}, root: &svgNode{}}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte(bom))))
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return facts{}, nil, refuse("SVG 图片的 XML 写法有错误，第 %d 行附近", line(d))
		}
		if err := c.token(t); err != nil {
			return facts{}, nil, refuse("SVG 图片第 %d 行不允许%s；请用绘图软件导出为“纯 SVG”，或改用 PNG", line(d), err)
		}
	}
	if !c.closed {
		return facts{}, nil, errShort
	}
	if _, err := c.root.cost(c.ids); err != nil {
		return facts{}, nil, refuse("SVG 图片%s", err)
	}
	f := facts{kind: Image, typ: typeSVG}
	f.width, f.height = c.size()
	return f, pieces{{n: int64(len(raw))}}, nil
}

func line(d *xml.Decoder) int {
	n, _ := d.InputPos()
	return n
}

// svgNode is an element that can be referred to: how much it draws itself, and
// what it refers to.
type svgNode struct {
	own  int
	refs []string
	sum  int // once known
	busy bool
}

// cost is how many elements are drawn when every reference is followed.
func (n *svgNode) cost(ids map[string]*svgNode) (int, error) {
	if n.busy {
		return 0, errors.New("里的元素互相引用，成了死循环")
	}
	if n.sum > 0 {
		return n.sum, nil
	}
	n.busy = true
	defer func() { n.busy = false }()
	sum := n.own + 1
	for _, id := range n.refs {
		if to := ids[id]; to != nil {
			k, err := to.cost(ids)
			if err != nil {
				return 0, err
			}
			sum += k
		}
		if sum > maxDrawn {
			return 0, errors.New("里的引用层层相乘，画起来太慢")
		}
	}
	n.sum = sum
	return sum, nil
}

// svgCheck follows the tokens of a picture.
type svgCheck struct {
	path     []string     // open elements
	open     [][]*svgNode // nodes each open element counts into
	elements int
	refs     int
	closed   bool
	declared bool
	style    strings.Builder
	ids      map[string]*svgNode
	root     *svgNode
	width    string
	height   string
	viewBox  string
}

// token's errors complete a sentence that begins with 不允许.
func (c *svgCheck) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return c.start(t)
	case xml.EndElement:
		return c.end()
	case xml.CharData:
		return c.text(t)
	case xml.ProcInst:
		if t.Target != "xml" || c.declared || c.elements > 0 {
			return errors.New("出现处理指令 <?" + t.Target + "?>")
		}
		c.declared = true
	case xml.Directive:
		return errors.New("出现 <!…> 声明")
	}
	return nil
}

func (c *svgCheck) start(t xml.StartElement) error {
	name := t.Name.Local
	switch {
	case c.closed:
		return errors.New("在 </svg> 之后还有内容")
	case t.Name.Space != svgSpace:
		return errors.New("使用非 SVG 元素 <" + name + ">")
	case len(c.path) == 0 && name != "svg":
		return errors.New("最外层不是 <svg>")
	case !svgElement(name):
		return errors.New("使用元素 <" + name + ">")
	case len(c.path) >= maxDepth:
		return errors.New("嵌套超过 64 层")
	case len(t.Attr) > maxAttrs:
		return errors.New("一个元素有太多属性")
	case len(c.path) > 0 && c.path[len(c.path)-1] == "style":
		return errors.New("在 <style> 里嵌套元素")
	}
	if c.elements++; c.elements > maxElements {
		return errors.New("元素超过 20000 个")
	}
	nodes := []*svgNode{c.root}
	if n := len(c.open); n > 0 {
		nodes = c.open[n-1]
	}
	var refs []string
	for _, a := range t.Attr {
		if len(c.path) == 0 {
			c.outermost(a)
		}
		if a.Name.Space == "" && a.Name.Local == "id" && a.Value != "" {
			node := &svgNode{}
			if c.ids[a.Value] == nil {
				c.ids[a.Value] = node
				nodes = append(nodes[:len(nodes):len(nodes)], node)
			}
		}
		found, err := svgAttr(name, a)
		if err != nil {
			return err
		}
		refs = append(refs, found...)
	}
	if c.refs += len(refs); c.refs > maxElements {
		return errors.New("引用超过 20000 处")
	}
	for _, n := range nodes {
		n.own++
		n.refs = append(n.refs, refs...)
	}
	c.path = append(c.path, name)
	c.open = append(c.open, nodes)
	return nil
}

func (c *svgCheck) end() error {
	last := len(c.path) - 1
	if c.path[last] == "style" {
		if err := checkCSS(c.style.String()); err != nil {
			return errors.New("样式里" + err.Error())
		}
		// A style may refer to anything from anywhere: counted once a picture.
		c.root.refs = append(c.root.refs, localRefs(c.style.String())...)
		c.style.Reset()
	}
	c.path, c.open = c.path[:last], c.open[:last]
	c.closed = last == 0
	return nil
}

func (c *svgCheck) text(t xml.CharData) error {
	if len(c.path) == 0 {
		if len(bytes.TrimSpace(t)) > 0 {
			return errors.New("在 <svg> 之外出现文字")
		}
		return nil
	}
	if c.path[len(c.path)-1] == "style" {
		c.style.Write(t)
	}
	return nil
}

func (c *svgCheck) outermost(a xml.Attr) {
	if a.Name.Space != "" {
		return
	}
	switch a.Name.Local {
	case "width":
		c.width = a.Value
	case "height":
		c.height = a.Value
	case "viewBox":
		c.viewBox = a.Value
	}
}

// size is width and height in pixels as far as the picture says, else 0.
func (c *svgCheck) size() (int, int) {
	w, h := pixels(c.width), pixels(c.height)
	if w > 0 && h > 0 {
		return w, h
	}
	box := strings.FieldsFunc(c.viewBox, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' })
	if len(box) != 4 {
		return 0, 0
	}
	return pixels(box[2]), pixels(box[3])
}

// pixels reads a length in px; other units and absurd ones are 0.
func pixels(s string) int {
	f, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "px"), 64)
	if err != nil || !(f >= 0.5 && f <= maxSide) {
		return 0
	}
	return int(math.Round(f))
}
