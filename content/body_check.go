package content

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kepu/journal"
)

// maxProblems is how many problems of one body are told; the rest is of no use
// to a reader.
const maxProblems = 20

// Check validates b and brings it to its one normal form, see Body: what it
// accepts equals, encoded, what an equal text would be. Problems name the place
// as a path ("content[3].attrs.href"); with any, b is half-way normalised and
// must not be stored.
func (b *Body) Check() []journal.Problem {
	c := checker{}
	if b.Type != NodeDoc && (b.Type != "" || len(b.Content) > 0) {
		c.fail("type", "正文最外层的 type 应是 doc")
		return c.problems
	}
	b.Content = c.children(b.Content, rules[NodeDoc], 1)
	if c.nodes > MaxBodyNodes {
		c.fail("", "正文超过 %d 个节点", MaxBodyNodes)
	}
	if c.bytes > MaxBodyText {
		c.fail("", "正文的文字超过 %d 字节", MaxBodyText)
	}
	if len(b.Content) == 0 {
		*b = Body{}
	}
	return c.problems
}

type checker struct {
	path     []int
	inNote   int
	inSteps  int
	nodes    int
	bytes    int
	problems []journal.Problem
}

func (c *checker) fail(member, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, journal.Problem{
			Field: join(pathText(c.path), member), Message: fmt.Sprintf(format, args...),
		})
	}
}

// pathText writes a path into a body; the middle of a very deep one is left out.
func pathText(path []int) string {
	var b strings.Builder
	for i, at := range path {
		if len(path) > 8 && i >= 4 && i < len(path)-2 {
			if i == 4 {
				b.WriteString(".…")
			}
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString("content[")
		b.WriteString(strconv.Itoa(at))
		b.WriteByte(']')
	}
	return b.String()
}

func join(path, member string) string {
	if path == "" || member == "" {
		return path + member
	}
	return path + "." + member
}

// children checks the content of a node that follows rule and gives its normal
// form. It stops descending where the body is too deep or too large.
func (c *checker) children(nodes []Node, rule rule, depth int) []Node {
	kept := nodes[:0]
	for i := range nodes {
		c.path = append(c.path, i)
		n := nodes[i]
		if c.node(&n, rule, depth) {
			kept = appendMerged(kept, n)
		}
		c.path = c.path[:len(c.path)-1]
	}
	own := len(kept)
	if kept = fill(kept, rule.fill); len(kept) > own && depth > MaxBodyDepth {
		c.fail("", "嵌套超过 %d 层", MaxBodyDepth)
	}
	if len(kept) == 0 && rule.some {
		c.fail("content", "不能是空的")
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// node checks one node; false drops it.
func (c *checker) node(n *Node, parent rule, depth int) bool {
	if c.nodes++; c.nodes > MaxBodyNodes {
		return false
	}
	own, known := rules[n.Type]
	if !known || n.Type == NodeDoc {
		c.fail("type", "不认识的节点“%s”", shown(n.Type))
		return false
	}
	if !slices.Contains(parent.children, n.Type) {
		c.fail("type", "%s不能放在%s里", own.name, parent.name)
		return false
	}
	if depth > MaxBodyDepth {
		c.fail("", "嵌套超过 %d 层", MaxBodyDepth)
		return false
	}
	c.attrs(n, own)
	if n.Type == NodeText {
		return c.text(n)
	}
	if n.Text != "" {
		c.fail("text", "%s不能直接有文字", own.name)
	}
	if len(n.Marks) > 0 && n.Type != NodeBreak {
		c.fail("marks", "%s不能有标记", own.name)
	}
	n.Text, n.Marks = "", nil
	if own.children == nil {
		if len(n.Content) > 0 {
			c.fail("content", "%s里不能再有内容", own.name)
		}
		n.Content = nil
		return true
	}
	c.within(n, own, depth)
	empty := len(n.Content) == 0 && (n.Type == NodeHeading || n.Type == NodeParagraph && depth == 1)
	return !empty
}

func (c *checker) within(n *Node, own rule, depth int) {
	switch n.Type {
	case NodeNote:
		if c.inNote++; c.inNote > 1 {
			c.fail("type", "提示框里不能再放提示框")
		}
		defer func() { c.inNote-- }()
	case NodeSteps:
		if c.inSteps++; c.inSteps > 1 {
			c.fail("type", "步骤里不能再放步骤")
		}
		defer func() { c.inSteps-- }()
	}
	n.Content = c.children(n.Content, own, depth+1)
}

// fill gives a node the paragraph it must have or begin with.
func fill(nodes []Node, how filling) []Node {
	switch {
	case how == fillEmpty && len(nodes) == 0,
		how == fillFirst && (len(nodes) == 0 || nodes[0].Type != NodeParagraph):
		return append([]Node{{Type: NodeParagraph}}, nodes...)
	}
	return nodes
}

// text checks a text node; one without characters is dropped.
func (c *checker) text(n *Node) bool {
	if len(n.Content) > 0 {
		c.fail("content", "文字里不能再有内容")
	}
	n.Content = nil
	n.Text = c.clean("text", n.Text)
	n.Marks = c.marks(n.Marks)
	return n.Text != ""
}

// clean counts and cleans one text.
func (c *checker) clean(member, s string) string {
	c.bytes += len(s)
	clean, problem := CleanText(s)
	if problem != "" {
		c.fail(member, "%s", problem)
	}
	return clean
}

// appendMerged appends n, or lengthens the text before it where both have the
// same marks.
func appendMerged(nodes []Node, n Node) []Node {
	if n.Type == NodeText && len(nodes) > 0 {
		if last := &nodes[len(nodes)-1]; last.Type == NodeText && sameMarks(last.Marks, n.Marks) {
			last.Text += n.Text
			return nodes
		}
	}
	return append(nodes, n)
}

func sameMarks(a, b []Mark) bool {
	return slices.EqualFunc(a, b, func(x, y Mark) bool {
		return x.Type == y.Type && x.Str("href") == y.Str("href") && x.Str("text") == y.Str("text")
	})
}
