package content

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// attrs checks and normalises the attributes of a node.
func (c *checker) attrs(n *Node, own rule) {
	if len(n.Attrs) == 0 && len(own.attrs) == 0 {
		n.Attrs = nil
		return
	}
	n.Attrs = c.values(n.Attrs, own.attrs, "attrs")
	if n.Type == NodeImage {
		if _, ok := n.Attrs["alt"]; !ok {
			if n.Attrs == nil {
				n.Attrs = map[string]any{}
			}
			n.Attrs["alt"] = "" // the gate decides; a page always finds one
		}
	}
}

// values gives the normal form of attributes that may be those of list. The
// input is not changed. A null is no value.
func (c *checker) values(attrs map[string]any, list []attr, member string) map[string]any {
	for _, name := range names(attrs) {
		if attrs[name] != nil && !slices.ContainsFunc(list, func(a attr) bool { return a.name == name }) {
			if name == "src" {
				c.fail(member+".src", "“%s”还没有存入媒体库；正文只放媒体库里的文件，不放外面的地址", shown(str(attrs, name)))
			} else {
				c.fail(member+"."+shown(name), "不认识的属性")
			}
		}
	}
	var kept map[string]any
	for _, a := range list {
		v := attrs[a.name]
		if v != nil {
			v = c.value(a, v, member+"."+a.name)
		} else if a.need != "" {
			c.fail(member+"."+a.name, "%s", a.need)
		}
		if v != nil {
			if kept == nil {
				kept = make(map[string]any, len(attrs))
			}
			kept[a.name] = v
		}
	}
	return kept
}

// value gives an attribute's normal form; nil where it is the default or wrong.
func (c *checker) value(a attr, v any, member string) any {
	switch a.kind {
	case attrInt:
		return c.int(a, v, member)
	case attrFocal:
		return c.focal(v, member)
	}
	s, ok := v.(string)
	if !ok {
		c.fail(member, "应是文字，不是%s", kindName(v))
		return nil
	}
	if a.kind == attrLink {
		return c.link(s, member)
	}
	s = strings.TrimSpace(c.clean(member, s))
	if s == "" {
		if a.need != "" {
			c.fail(member, "%s", a.need)
		}
		return nil
	}
	switch {
	case a.max > 0 && utf8.RuneCountInString(s) > a.max:
		c.fail(member, "超过 %d 个字", a.max)
	case a.kind == attrWord && !plainWord(s):
		c.fail(member, "只能有字母、数字和 . _ ~ + / -")
	case a.kind == attrOne && !slices.Contains(a.words, s):
		c.fail(member, "只能是 %s", strings.Join(a.words, "、"))
	case a.kind == attrKey && !validKey(s):
		c.fail(member, "应是 64 位小写十六进制")
	}
	return s
}

func (c *checker) int(a attr, v any, member string) any {
	f, ok := number(v)
	if !ok || f != math.Trunc(f) || f < float64(a.min) || f > float64(a.max) {
		if a.max >= math.MaxInt {
			c.fail(member, "应是不小于 %d 的整数", a.min)
		} else {
			c.fail(member, "应是 %d 到 %d 的整数", a.min, a.max)
		}
		return nil
	}
	if f == float64(a.drop) {
		return nil
	}
	return f
}

func (c *checker) focal(v any, member string) any {
	object, ok := v.(map[string]any)
	if !ok {
		c.fail(member, "应是 {x, y}")
		return nil
	}
	kept := map[string]any{}
	for _, name := range names(object) {
		f, ok := number(object[name])
		if name != "x" && name != "y" || !ok || f != math.Trunc(f) || f < 0 || f > 1000 {
			c.fail(member+"."+shown(name), "焦点是 {x, y}，各是 0 到 1000 的整数")
			return nil
		}
		kept[name] = f
	}
	if len(kept) != 2 {
		c.fail(member, "焦点要有 x 和 y")
		return nil
	}
	return kept
}

func (c *checker) link(s, member string) any {
	clean, problem := CleanLink(s)
	c.bytes += len(s)
	if problem != "" {
		c.fail(member, "%s", problem)
		return nil
	}
	return clean
}

// marks checks the marks of a text and puts them in order, each once.
func (c *checker) marks(marks []Mark) []Mark {
	if len(marks) == 0 {
		return nil
	}
	for _, m := range marks {
		known := false
		for _, r := range markRules {
			known = known || r.kind == m.Type
		}
		if !known {
			c.fail("marks", "不认识的标记“%s”", shown(m.Type))
		}
	}
	kept := make([]Mark, 0, len(marks))
	for _, r := range markRules {
		at := slices.IndexFunc(marks, func(m Mark) bool { return m.Type == r.kind })
		if at >= 0 {
			kept = append(kept, Mark{Type: r.kind, Attrs: c.values(marks[at].Attrs, r.attrs, "marks."+r.kind)})
		}
	}
	return kept
}

func plainWord(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._~+/-", r) {
			return false
		}
	}
	return true
}

func validKey(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
			return false
		}
	}
	return len(s) == 64
}
