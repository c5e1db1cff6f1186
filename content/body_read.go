package content

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"kepu/media"
)

// Heading is one heading of a body. ID is fit for an HTML id and a URL fragment:
// it depends on the heading's words alone, so a link to it outlives changes
// elsewhere; equal headings get -2, -3 … in order.
type Heading struct {
	ID    string
	Level int
	Text  string
}

// Walk calls fn for every node below doc, parents first, in order. fn may
// change the node it is given; false leaves out what is inside it.
func (b Body) Walk(fn func(*Node) bool) { walk(b.Content, fn) }

func walk(nodes []Node, fn func(*Node) bool) {
	for i := range nodes {
		if fn(&nodes[i]) {
			walk(nodes[i].Content, fn)
		}
	}
}

// Empty tells whether there is nothing to read, see or hear in b.
func (b Body) Empty() bool {
	empty := true
	b.Walk(func(n *Node) bool {
		switch n.Type {
		case NodeImage, NodeVideo, NodeFormula:
			empty = false
		case NodeText:
			empty = empty && strings.TrimSpace(n.Text) == ""
		}
		return empty
	})
	return empty
}

// Text is the plain text, one passage a line.
func (b Body) Text() string { return strings.Join(b.Passages(), "\n") }

// Passages are the texts of the blocks in order, none of them empty, none with
// a line break: paragraphs and headings, table captions and rows (cells set
// apart by a space), titles of notes and steps, alternative texts and captions
// of pictures and clips, the words of formulae.
func (b Body) Passages() []string {
	p := passages{list: make([]string, 0, len(b.Content))}
	p.blocks(b.Content)
	return p.list
}

type passages struct{ list []string }

func (p *passages) add(s string) {
	if strings.Contains(s, "\n") {
		s = strings.ReplaceAll(s, "\n", " ")
	}
	if s = strings.TrimSpace(s); s != "" {
		p.list = append(p.list, s)
	}
}

func (p *passages) blocks(nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		switch n.Type {
		case NodeParagraph, NodeHeading:
			p.add(n.Inline())
		case NodeImage, NodeVideo:
			alt, caption := n.Str("alt"), n.Str("caption")
			p.add(alt)
			if caption != alt {
				p.add(caption)
			}
		case NodeRow:
			p.add(rowText(n))
		case NodeFormula:
			if words := n.Str("text"); words != "" {
				p.add(words)
			} else {
				p.add(n.Str("tex"))
			}
		case NodeTable:
			p.add(n.Str("caption"))
			p.blocks(n.Content)
		default:
			p.add(n.Str("title"))
			p.blocks(n.Content)
		}
	}
}

func rowText(row *Node) string {
	var b strings.Builder
	for i := range row.Content {
		for j := range row.Content[i].Content {
			if s := row.Content[i].Content[j].Inline(); s != "" {
				if b.Len() > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(s)
			}
		}
	}
	return b.String()
}

// Headings lists the headings in order.
func (b Body) Headings() []Heading {
	var list []Heading
	seen := map[string]int{}
	for i := range b.Content {
		n := &b.Content[i]
		if n.Type != NodeHeading {
			continue
		}
		text := strings.TrimSpace(strings.ReplaceAll(n.Inline(), "\n", " "))
		sum := sha256.Sum256([]byte(text))
		id := "s-" + hex.EncodeToString(sum[:4])
		if seen[id]++; seen[id] > 1 {
			id += "-" + strconv.Itoa(seen[id])
		}
		list = append(list, Heading{ID: id, Level: n.Int("level"), Text: text})
	}
	return list
}

// Pictures lists the pictures in order.
func (b Body) Pictures() []Picture {
	var list []Picture
	b.Walk(func(n *Node) bool {
		if n.Type == NodeImage {
			list = append(list, n.Picture())
		}
		return true
	})
	return list
}

// Clips lists the clips in order.
func (b Body) Clips() []Clip {
	var list []Clip
	b.Walk(func(n *Node) bool {
		if n.Type == NodeVideo {
			list = append(list, n.Clip())
		}
		return true
	})
	return list
}

// MediaKeys lists the keys of what the body shows, each once, in order.
func (b Body) MediaKeys() []media.Key {
	var list []media.Key
	seen := map[media.Key]bool{}
	b.Walk(func(n *Node) bool {
		if n.Type == NodeImage || n.Type == NodeVideo {
			if key := media.Key(n.Str("key")); key != "" && !seen[key] {
				seen[key] = true
				list = append(list, key)
			}
		}
		return true
	})
	return list
}
