package content

import (
	"math"
	"slices"
)

// rule says what one type of node may hold.
type rule struct {
	name     string   // for people
	children []string // nil: a leaf
	some     bool     // at least one child
	fill     filling
	attrs    []attr
}

type filling uint8

const (
	fillNone  filling = iota
	fillEmpty         // an empty one gets a paragraph
	fillFirst         // its first child is a paragraph
)

type attrKind uint8

const (
	attrText  attrKind = iota
	attrWord           // a text that only programs read; must be plain
	attrInt            // a whole number from min to max
	attrOne            // one of words
	attrKey            // 64 hexadecimal digits
	attrFocal          // {x, y}
	attrLink
)

// attr is one attribute. Where need is not empty it must be given, else need is
// the problem. A value equal to drop is the default and is not kept.
type attr struct {
	name     string
	kind     attrKind
	min, max int
	drop     int
	words    []string
	need     string
}

var (
	blocksInside = []string{
		NodeParagraph, NodeBullets, NodeNumbers, NodeQuote, NodeImage, NodeVideo,
		NodeTable, NodeNote, NodeSteps, NodeFormula,
	}
	blocks  = append(slices.Clone(blocksInside), NodeHeading)
	inlines = []string{NodeText, NodeBreak}
	spans   = []attr{{name: "colspan", kind: attrInt, min: 1, max: 20, drop: 1}, {name: "rowspan", kind: attrInt, min: 1, max: 20, drop: 1}}
	stored  = []attr{
		{name: "asset", kind: attrWord, max: 128, need: "还没有存入媒体库"},
		{name: "key", kind: attrKey, need: "还没有存入媒体库"},
		{name: "type", kind: attrWord, max: 100},
		{name: "width", kind: attrInt, max: 1_000_000}, {name: "height", kind: attrInt, max: 1_000_000},
		{name: "alt", kind: attrText, max: 1_000}, {name: "caption", kind: attrText, max: 2_000},
	}
)

// rules is the schema; nothing writes to it.
var rules = map[string]rule{
	NodeDoc:       {name: "正文", children: blocks},
	NodeParagraph: {name: "段落", children: inlines},
	NodeHeading: {name: "小标题", children: inlines, attrs: []attr{
		{name: "level", kind: attrInt, min: 2, max: 4, need: "小标题要有级别 level：2、3 或 4"}}},
	NodeBullets: {name: "列表", children: []string{NodeItem}, some: true},
	NodeNumbers: {name: "编号列表", children: []string{NodeItem}, some: true, attrs: []attr{
		{name: "start", kind: attrInt, max: 1_000_000, drop: 1}}},
	NodeItem:  {name: "列表项", children: blocksInside, fill: fillFirst},
	NodeQuote: {name: "引文", children: blocksInside, fill: fillEmpty},
	NodeImage: {name: "图片", attrs: append(slices.Clone(stored), attr{name: "focal", kind: attrFocal})},
	NodeVideo: {name: "视频", attrs: append(slices.Clone(stored),
		attr{name: "size", kind: attrInt, max: math.MaxInt}, attr{name: "duration", kind: attrInt, max: math.MaxInt})},
	NodeTable: {name: "表格", children: []string{NodeRow}, some: true, attrs: []attr{
		{name: "caption", kind: attrText, max: 2_000}}},
	NodeRow:    {name: "表格行", children: []string{NodeHeader, NodeCell}, some: true},
	NodeHeader: {name: "表头格", children: []string{NodeParagraph}, fill: fillEmpty, attrs: spans},
	NodeCell:   {name: "单元格", children: []string{NodeParagraph}, fill: fillEmpty, attrs: spans},
	NodeNote: {name: "提示框", children: blocksInside, fill: fillEmpty, attrs: []attr{
		{name: "tone", kind: attrOne, words: []string{"info", "warn", "danger"}, need: "提示框要有语气 tone：info、warn 或 danger"},
		{name: "title", kind: attrText, max: 200}}},
	NodeSteps: {name: "步骤", children: []string{NodeStep}, some: true},
	NodeStep: {name: "一步", children: blocksInside, fill: fillEmpty, attrs: []attr{
		{name: "title", kind: attrText, max: 200}}},
	NodeFormula: {name: "公式", attrs: []attr{
		{name: "tex", kind: attrText, max: 10_000, need: "公式要有 tex"}, {name: "text", kind: attrText, max: 2_000}}},
	NodeText:  {name: "文字"},
	NodeBreak: {name: "换行"},
}

// markRules are the marks in their order; nothing writes to it.
var markRules = []struct {
	kind  string
	attrs []attr
}{
	{MarkLink, []attr{{name: "href", kind: attrLink, need: "链接没有地址"}}},
	{MarkTerm, []attr{{name: "text", kind: attrText, max: 1_000, need: "术语没有解释"}}},
	{MarkBold, nil}, {MarkItalic, nil}, {MarkSub, nil}, {MarkSup, nil}, {MarkCode, nil},
}
