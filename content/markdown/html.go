package markdown

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"

	"kepu/content"
)

// html keeps the words of a raw HTML block, a paragraph for each block in it,
// and nothing else: no tag, no attribute, no script or style.
func (c *converter) html(list []content.Node, n *ast.HTMLBlock) []content.Node {
	var source []byte
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		source = append(source, at.Value(c.src)...)
	}
	if n.HasClosure() {
		source = append(source, n.ClosureLine.Value(c.src)...)
	}
	for _, words := range htmlWords(source) {
		list = append(list, content.Node{
			Type: content.NodeParagraph, Content: []content.Node{{Type: content.NodeText, Text: words}},
		})
	}
	return list
}

// silent are elements whose content is not for readers.
var silent = []string{"script", "style", "iframe", "object", "noscript", "template", "textarea", "title", "svg", "math", "head", "select", "xmp", "plaintext", "noembed", "noframes"}

// flowing are elements that do not end a paragraph.
var flowing = []string{"a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}

func htmlWords(source []byte) []string {
	var list []string
	var at strings.Builder
	end := func() {
		if words := strings.Join(strings.Fields(at.String()), " "); words != "" {
			list = append(list, words)
		}
		at.Reset()
	}
	z := html.NewTokenizer(bytes.NewReader(source))
	hidden := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			end()
			return list
		case html.TextToken:
			if hidden == "" {
				at.Write(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			if hidden == "" && slices.Contains(silent, string(name)) {
				hidden = string(name)
			}
			if !slices.Contains(flowing, string(name)) {
				end()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if string(name) == hidden {
				hidden = ""
			}
			if !slices.Contains(flowing, string(name)) {
				end()
			}
		case html.SelfClosingTagToken:
			if name, _ := z.TagName(); !slices.Contains(flowing, string(name)) {
				end()
			}
		}
	}
}
