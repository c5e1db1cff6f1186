package content

// Body is an item's text: a validated tree of blocks in ProseMirror's JSON form
// (node and mark names are TipTap's). No HTML is stored. A Body without blocks
// is the zero Body.
//
//	doc          block+
//	paragraph    inline*
//	heading      {level 2–4} inline+         only directly below doc
//	bulletList, orderedList {start}   listItem+    listItem  paragraph block*
//	blockquote   block+
//	image        {asset key type width height alt caption focal} (a Picture)
//	video        {asset key type size width height duration alt caption} (a Clip)
//	table        {caption} tableRow+   tableRow  (tableHeader|tableCell {colspan rowspan})+   cell  paragraph+
//	note         {tone: info|warn|danger, title} block+    no note in a note
//	steps        step+     step {title} block+ (an image and what to do)    no steps in steps
//	formula      {tex text}  (text says it in words)
//	inline       text (marks link{href} term{text} bold italic sub sup code) | hardBreak
//
// In a Body that was checked, attributes that hold their default (start 1,
// colspan 1, an empty caption) are absent, numbers are float64 as encoding/json
// gives them, texts are NFC without control characters, and marks stand in the
// order above. An image or video of a submission has {src} in place of asset
// and key; Check refuses it until it is resolved.
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

// Types of node.
const (
	NodeDoc       = "doc"
	NodeParagraph = "paragraph"
	NodeHeading   = "heading"
	NodeBullets   = "bulletList"
	NodeNumbers   = "orderedList"
	NodeItem      = "listItem"
	NodeQuote     = "blockquote"
	NodeImage     = "image"
	NodeVideo     = "video"
	NodeTable     = "table"
	NodeRow       = "tableRow"
	NodeHeader    = "tableHeader"
	NodeCell      = "tableCell"
	NodeNote      = "note"
	NodeSteps     = "steps"
	NodeStep      = "step"
	NodeFormula   = "formula"
	NodeText      = "text"
	NodeBreak     = "hardBreak"
)

// Types of mark, in the order they stand in on a text.
const (
	MarkLink   = "link"
	MarkTerm   = "term"
	MarkBold   = "bold"
	MarkItalic = "italic"
	MarkSub    = "sub"
	MarkSup    = "sup"
	MarkCode   = "code"
)

// Limits of a Body.
const (
	MaxBodyDepth = 64        // levels of nodes below doc
	MaxBodyNodes = 20_000    // nodes of every type
	MaxBodyText  = 2_000_000 // bytes of all texts and attributes
)
