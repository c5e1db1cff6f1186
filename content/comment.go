package content

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kepu/journal"
)

// KindComment is the kind of a comment's record.
const KindComment = "comment"

// Comment is what somebody at the desk said about a text, or answered to that.
// It is a record of its own: the item's revision does not move. Deleting one is
// deleting its record; what answered it stays.
type Comment struct {
	V        int         `json:"v"`
	ID       string      `json:"id"`
	Item     string      `json:"item"`             // id
	Parent   string      `json:"parent,omitempty"` // id of the comment that opened the thread; "" this one did
	Anchor   *Anchor     `json:"anchor,omitempty"` // only of one that opens a thread; nil: the whole item
	Text     string      `json:"text"`             // lines parted by \n
	By       string      `json:"by"`               // id
	At       time.Time   `json:"at"`
	Edited   *time.Time  `json:"edited,omitempty"`
	Resolved *Resolution `json:"resolved,omitempty"` // only of one that opens a thread
}

// Resolution says that what a thread was about is done.
type Resolution struct {
	By string    `json:"by"` // id
	At time.Time `json:"at"`
}

// maxComment is the longest comment, in characters.
const maxComment = 2_000

// Check brings c to its regular form and says what is wrong with it.
func (c *Comment) Check() []journal.Problem {
	var p problems
	if c.V > Format {
		p.add("v", "由更新版本的程序写成")
	}
	c.V = Format
	p.passage("text", "批注", &c.Text, maxComment)
	if c.Anchor != nil {
		a := *c.Anchor
		p.anchor(&a)
		c.Anchor = &a
	}
	return p
}

func (p *problems) anchor(a *Anchor) {
	if a.Field != "" {
		p.oneOf("anchor.field", "批注的位置", a.Field, "title", "summary", "plain", "cover")
		if len(a.Block) > 0 {
			p.add("anchor.block", "批注只能落在一处")
		}
	}
	if len(a.Block) > MaxBodyDepth || slices.ContainsFunc(a.Block, func(at int) bool { return at < 0 || at >= MaxBodyNodes }) {
		p.add("anchor.block", "批注的位置不对")
	}
	if wrong := plainProblem(a.Quote); wrong != "" {
		p.add("anchor.quote", "所批的原文%s", wrong)
	} else if utf8.RuneCountInString(a.Quote) > maxQuote {
		p.add("anchor.quote", "所批的原文太长：最多 %d 字", maxQuote)
	}
	if a.Offset < 0 || a.Offset > MaxBodyText {
		p.add("anchor.offset", "批注的位置不对")
	}
}

// passage cleans a text of several lines in place; it must not be empty.
func (p *problems) passage(field, name string, s *string, most int) {
	if wrong := plainProblem(*s); wrong != "" {
		p.add(field, "%s%s", name, wrong)
		return
	}
	if len(*s) > most*maxBytes {
		p.add(field, "%s太长：最多 %d 字", name, most)
		return
	}
	lines := strings.Split(strings.ReplaceAll(*s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	*s = strings.Trim(strings.Join(lines, "\n"), "\n")
	switch n := length(*s); {
	case blank(*s):
		p.add(field, "%s不能为空", name)
	case n > most:
		p.add(field, "%s太长：%d 字，最多 %d 字", name, n, most)
	}
}

// settle points the anchor at a version: its block must be there and, where
// nothing in it was marked, its head becomes the quote. A quote that is not in
// the block is refused: it would be found nowhere.
func (a *Anchor) settle(v Version) []journal.Problem {
	var p problems
	switch {
	case a.Field != "":
		return nil
	case len(a.Block) == 0:
		p.add("anchor.block", "没有说批的是哪一处")
		return p
	}
	body, _ := v.body()
	n, ok := body.at(a.Block)
	words := n.words()
	if !ok || words == "" {
		p.add("anchor.block", "所批的地方不在这一稿里")
		return p
	}
	if a.Quote == "" {
		a.Quote = string(head([]rune(words), maxQuote))
		a.Offset = 0
		return nil
	}
	at, ok := nearest([]rune(words), []rune(a.Quote), a.Offset)
	if !ok {
		p.add("anchor.quote", "所批的原文不在这一稿里")
		return p
	}
	a.Offset = at
	return nil
}

func head(text []rune, most int) []rune { return text[:min(len(text), most)] }
