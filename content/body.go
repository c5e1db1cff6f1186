package content

// Body is an item's text: a validated tree of blocks in ProseMirror's JSON form
// (node and mark names are TipTap's). No HTML is stored.
//
//	doc          block+
//	paragraph    inline*
//	heading      {level 2–4} inline*
//	bulletList, orderedList {start}   listItem+    listItem  paragraph block*
//	blockquote   block+
//	image        {asset key type width height alt caption focal} (a Picture)
//	video        {asset key type …caption} (a Clip)
//	table        {caption} tableRow+   tableRow  (tableHeader|tableCell {colspan rowspan})+   cell  paragraph+
//	note         {tone: info|warn|danger, title} block+
//	steps        step+     step {title} block+ (an image and what to do)
//	formula      {tex text}  (text says it in words)
//	inline       text (marks bold italic sub sup code link{href} term{text}) | hardBreak
type Body struct {
	Type    string `json:"type,omitempty"` // always "doc" in a Body that is set
	Content []Node `json:"content,omitempty"`
}

// Node is one block or inline of a Body.
type Node struct {
	Type    string         `json:"type"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []Node         `json:"content,omitempty"`
	Text    string         `json:"text,omitempty"`
	Marks   []Mark         `json:"marks,omitempty"`
}

// Mark is a property of a text node.
type Mark struct {
	Type  string         `json:"type"`
	Attrs map[string]any `json:"attrs,omitempty"`
}
