package content

import (
	"encoding/json"

	"kepu/media"
)

// Str is the string attribute of that name, "" where there is none.
func (n Node) Str(name string) string { return str(n.Attrs, name) }

// Int is the whole-number attribute of that name, 0 where there is none.
func (n Node) Int(name string) int { return int(whole(n.Attrs[name])) }

// Span is the attribute colspan or rowspan of a cell, at least 1.
func (n Node) Span(name string) int { return max(1, n.Int(name)) }

// Start is the number of an orderedList's first item.
func (n Node) Start() int {
	if _, ok := n.Attrs["start"]; !ok {
		return 1
	}
	return n.Int("start")
}

// Inline is the text of a paragraph, heading or other node whose content is
// inline, without marks; a hardBreak becomes a line break.
func (n Node) Inline() string {
	if len(n.Content) == 1 {
		return n.Content[0].Text
	}
	var out []byte
	for i := range n.Content {
		if n.Content[i].Type == NodeBreak {
			out = append(out, '\n')
		} else {
			out = append(out, n.Content[i].Text...)
		}
	}
	return string(out)
}

// Mark finds the mark of that type on a text.
func (n Node) Mark(kind string) (Mark, bool) {
	for _, m := range n.Marks {
		if m.Type == kind {
			return m, true
		}
	}
	return Mark{}, false
}

// Str is the string attribute of that name, "" where there is none.
func (m Mark) Str(name string) string { return str(m.Attrs, name) }

// Picture reads an image node.
func (n Node) Picture() Picture {
	p := Picture{
		Asset: n.Str("asset"), Key: media.Key(n.Str("key")), Type: n.Str("type"),
		Width: n.Int("width"), Height: n.Int("height"),
		Alt: n.Str("alt"), Caption: n.Str("caption"), Src: n.Str("src"),
	}
	if f, ok := n.Attrs["focal"].(map[string]any); ok {
		p.Focal = &media.Focal{X: int(whole(f["x"])), Y: int(whole(f["y"]))}
	}
	return p
}

// SetPicture makes n an image node that shows p.
func (n *Node) SetPicture(p Picture) {
	a := map[string]any{"alt": p.Alt}
	put(a, "asset", p.Asset)
	put(a, "key", string(p.Key))
	put(a, "type", p.Type)
	put(a, "caption", p.Caption)
	put(a, "src", p.Src)
	putInt(a, "width", int64(p.Width))
	putInt(a, "height", int64(p.Height))
	if p.Focal != nil {
		a["focal"] = map[string]any{"x": float64(p.Focal.X), "y": float64(p.Focal.Y)}
	}
	*n = Node{Type: NodeImage, Attrs: a}
}

// Clip reads a video node. Its alt and caption are Str("alt"), Str("caption").
func (n Node) Clip() Clip {
	return Clip{
		Asset: n.Str("asset"), Key: media.Key(n.Str("key")), Type: n.Str("type"),
		Size: whole(n.Attrs["size"]), Width: n.Int("width"), Height: n.Int("height"),
		Duration: whole(n.Attrs["duration"]),
	}
}

// SetClip makes n a video node that shows c.
func (n *Node) SetClip(c Clip, alt, caption string) {
	a := map[string]any{}
	put(a, "asset", c.Asset)
	put(a, "key", string(c.Key))
	put(a, "type", c.Type)
	put(a, "alt", alt)
	put(a, "caption", caption)
	putInt(a, "size", c.Size)
	putInt(a, "width", int64(c.Width))
	putInt(a, "height", int64(c.Height))
	putInt(a, "duration", c.Duration)
	*n = Node{Type: NodeVideo, Attrs: a}
}

func str(attrs map[string]any, name string) string {
	s, _ := attrs[name].(string)
	return s
}

func put(attrs map[string]any, name, value string) {
	if value != "" {
		attrs[name] = value
	}
}

func putInt(attrs map[string]any, name string, value int64) {
	if value != 0 {
		attrs[name] = float64(value)
	}
}

// whole reads a number that JSON or a caller put into attributes; 0 where it is
// none.
func whole(v any) int64 {
	n, _ := number(v)
	return int64(n)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}
