package diff

import (
	"encoding/json"
	"slices"
	"strings"

	"kepu/content"
)

// leaf is a block with words or a picture of its own.
type leaf struct {
	kind   string
	in     []string // types of its containers
	path   string   // the same, with a + after those that began before this leaf
	text   string
	props  []named  // by name
	key    string   // the same in leaves that are the same
	grams  []uint64 // pairs of neighbouring characters, sorted
	sketch sketch
}

// leaves lays a body out flat.
func leaves(b content.Body) []leaf {
	var f flat
	f.blocks(b.Content)
	return f.list
}

type flat struct {
	list  []leaf
	in    []string
	begun []bool // of each container: it has a leaf already
}

func (f *flat) blocks(nodes []content.Node) {
	for i := range nodes {
		f.block(&nodes[i])
	}
}

func (f *flat) block(n *content.Node) {
	switch n.Type {
	case content.NodeParagraph, content.NodeHeading:
		f.add(n, n.Inline(), "", marks(n.Content))
	case content.NodeImage, content.NodeVideo:
		f.add(n, n.Str("alt"), "alt", nil)
	case content.NodeFormula:
		f.add(n, n.Str("tex"), "tex", nil)
	case content.NodeRow:
		f.row(n)
	default:
		f.container(n)
	}
}

// container adds what a container says itself, then what it holds.
func (f *flat) container(n *content.Node) {
	title := "title"
	if n.Type == content.NodeTable {
		title = "caption"
	}
	if len(n.Attrs) > 0 {
		f.add(n, n.Str(title), title, nil)
	}
	f.in, f.begun = append(f.in, n.Type), append(f.begun, false)
	f.blocks(n.Content)
	f.in, f.begun = f.in[:len(f.in)-1], f.begun[:len(f.begun)-1]
}

// row adds a table's row, its cells set apart by bars.
func (f *flat) row(n *content.Node) {
	var text, shape strings.Builder
	var marked []string
	for i := range n.Content {
		cell := &n.Content[i]
		if i > 0 {
			text.WriteString(" | ")
			shape.WriteByte(' ')
		}
		shape.WriteString(cell.Type)
		for _, p := range props(cell, "") {
			shape.WriteString(" " + p.name + "=" + p.text)
		}
		for j := range cell.Content {
			if j > 0 {
				text.WriteByte('\n')
			}
			text.WriteString(cell.Content[j].Inline())
			marked = marks(cell.Content[j].Content, marked...)
		}
	}
	f.add(n, text.String(), "", append([]string{shape.String()}, marked...))
}

// add adds a leaf whose text is that attribute, where it is one; more is what
// else makes it differ from others, a line each.
func (f *flat) add(n *content.Node, text, attr string, more []string) {
	l := leaf{kind: n.Type, in: slices.Clone(f.in), text: text, props: props(n, attr)}
	if len(more) > 0 {
		l.props = append(l.props, named{"marks", strings.Join(more, "\n")})
	}
	for i, container := range f.in {
		if l.path += "/" + container; f.begun[i] {
			l.path += "+"
		}
		f.begun[i] = true
	}
	var key strings.Builder
	key.WriteString(l.kind + "\x00" + strings.Join(l.in, "/") + "\x00" + l.text)
	for _, p := range l.props {
		key.WriteString("\x00" + p.name + "\x00" + p.text)
	}
	l.key = key.String()
	f.list = append(f.list, l)
}

// props are the attributes a reader would miss, but for the one that is shown
// as the text; what only describes a file goes with the file.
func props(n *content.Node, but string) (list []named) {
	for name, v := range n.Attrs {
		switch name {
		case but, "type", "width", "height", "size", "duration":
			continue
		}
		s, ok := v.(string)
		if !ok {
			raw, err := json.Marshal(v)
			if err != nil {
				continue // no JSON, so never kept either
			}
			s = string(raw)
		}
		list = append(list, named{name, s})
	}
	slices.SortFunc(list, func(a, b named) int { return strings.Compare(a.name, b.name) })
	return list
}

// marks names the marked passages, a line each: “潮差” bold, term 高低潮位之差.
func marks(inline []content.Node, list ...string) []string {
	for i := range inline {
		n := &inline[i]
		if len(n.Marks) == 0 || n.Type != content.NodeText {
			continue
		}
		words := make([]string, 0, len(n.Marks))
		for _, m := range n.Marks {
			words = append(words, strings.TrimSpace(m.Type+" "+m.Str("href")+m.Str("text")))
		}
		list = append(list, "“"+n.Text+"” "+strings.Join(words, ", "))
	}
	return list
}
