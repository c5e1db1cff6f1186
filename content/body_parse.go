package content

import (
	"fmt"
	"slices"

	"kepu/journal"
)

// BodyOf reads a body as the studio or an import sends it, decoded into an any by
// encoding/json (of what journal.Canonical lets through, so that no name comes
// twice). It is strict: members that a Node does not have (also where only their
// case differs) and values of another type are *journal.Invalid. What the members
// mean is Check's business.
func BodyOf(v any) (Body, error) {
	var d decoder
	doc := d.node(v, 0)
	if d.problem == nil && doc.Type != NodeDoc {
		d.fail("type", "正文最外层的 type 应是 doc")
	}
	if d.problem == nil && (len(doc.Attrs) > 0 || len(doc.Marks) > 0 || doc.Text != "") {
		d.fail("", "doc 只能有 type 和 content")
	}
	if d.problem != nil {
		return Body{}, &journal.Invalid{Problems: []journal.Problem{*d.problem}}
	}
	if len(doc.Content) == 0 {
		return Body{}, nil
	}
	return Body{Type: NodeDoc, Content: doc.Content}, nil
}

// decoder turns decoded JSON into nodes; the first problem ends it.
type decoder struct {
	path    []int
	problem *journal.Problem
}

func (d *decoder) fail(member, format string, args ...any) {
	if d.problem != nil {
		return
	}
	d.problem = &journal.Problem{Field: join(pathText(d.path), member), Message: fmt.Sprintf(format, args...)}
}

func (d *decoder) node(v any, depth int) (n Node) {
	object, ok := v.(map[string]any)
	if !ok {
		d.fail("", "应是一个对象 {type, …}，不是%s", kindName(v))
		return n
	}
	if depth > MaxBodyDepth {
		d.fail("", "嵌套超过 %d 层", MaxBodyDepth)
		return n
	}
	for _, name := range names(object) {
		switch value := object[name]; name {
		case "type":
			n.Type = d.text(name, value)
		case "text":
			n.Text = d.text(name, value)
		case "attrs":
			n.Attrs = d.attrs(name, value)
		case "marks":
			n.Marks = d.marks(name, value)
		case "content":
			n.Content = d.children(name, value, depth)
		default:
			d.fail(name, "不认识的字段")
		}
	}
	return n
}

func (d *decoder) children(name string, v any, depth int) []Node {
	list, ok := v.([]any)
	if !ok {
		d.fail(name, "应是一个列表，不是%s", kindName(v))
		return nil
	}
	if len(list) == 0 {
		return nil
	}
	nodes := make([]Node, len(list))
	for i, item := range list {
		d.path = append(d.path, i)
		nodes[i] = d.node(item, depth+1)
		d.path = d.path[:len(d.path)-1]
		if d.problem != nil {
			return nil
		}
	}
	return nodes
}

func (d *decoder) marks(name string, v any) (marks []Mark) {
	list, ok := v.([]any)
	if !ok {
		d.fail(name, "应是一个列表，不是%s", kindName(v))
		return nil
	}
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			d.fail(name, "里面应是 {type, …}，不是%s", kindName(item))
			return nil
		}
		var m Mark
		for _, member := range names(object) {
			switch member {
			case "type":
				m.Type = d.text(name, object[member])
			case "attrs":
				m.Attrs = d.attrs(name, object[member])
			default:
				d.fail(name+"."+member, "不认识的字段")
			}
		}
		marks = append(marks, m)
	}
	return marks
}

func (d *decoder) text(name string, v any) string {
	s, ok := v.(string)
	if !ok {
		d.fail(name, "应是文字，不是%s", kindName(v))
	}
	return s
}

func (d *decoder) attrs(name string, v any) map[string]any {
	if v == nil {
		return nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		d.fail(name, "应是一个对象，不是%s", kindName(v))
		return nil
	}
	return object
}

// names gives an object's members in order, so that the same input always names
// the same problem.
func names(object map[string]any) []string {
	list := make([]string, 0, len(object))
	for name := range object {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func kindName(v any) string {
	switch v.(type) {
	case nil:
		return "空值"
	case bool:
		return "真假值"
	case string:
		return "文字"
	case []any:
		return "列表"
	case map[string]any:
		return "对象"
	}
	return "数字"
}
