package content

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"kepu/content/words"
	"kepu/journal"
)

// Codes of advice about words.
const (
	CodeWords   = "words"   // a listed word
	CodeOutside = "outside" // what a checker outside found, or that it did not answer
)

// Most remarks about words: of one word, and in all.
const (
	mostOfWord  = 5
	mostRemarks = 100
)

// criteria are the settings the gate goes by.
type criteria struct {
	blocking []string
	lists    string // ids and revisions of the lists the matcher was made of
	words    []Word
	matcher  *words.Matcher
}

// book keeps the last criteria read: the settings are read at most once in
// bookFresh, and a matcher is made once for every change of the lists.
type book struct {
	sync.Mutex
	last *criteria
	at   time.Time // when it was read; zero: a setting was changed here since
}

// bookFresh is how long a change made by another node may go unnoticed: ten
// thousand publications due at once should not read the lists as often.
const bookFresh = time.Second

// forget makes the next question read the settings.
func (b *book) forget() {
	b.Lock()
	defer b.Unlock()
	b.at = time.Time{}
}

// criteria gives the settings that stand.
func (d *Desk) criteria(ctx context.Context) (*criteria, error) {
	now := d.now()
	d.book.Lock()
	defer d.book.Unlock()
	if age := now.Sub(d.book.at); !d.book.at.IsZero() && age >= 0 && age < bookFresh {
		return d.book.last, nil
	}
	c, err := d.readCriteria(ctx, d.book.last)
	if err != nil {
		return nil, fmt.Errorf("read the gate's rules: %w", err)
	}
	d.book.last, d.book.at = c, now
	return c, nil
}

// readCriteria reads the settings; last, unless nil, has the matcher of before.
func (d *Desk) readCriteria(ctx context.Context, last *criteria) (*criteria, error) {
	c := &criteria{}
	var lists []journal.Record
	_, err := d.Store.Scan(ctx, []string{KindSetting}, func(record journal.Record) error {
		switch {
		case record.ID == SettingGate:
			var g GateSetting
			if err := json.Unmarshal(record.State, &g); err != nil {
				return fmt.Errorf("setting %s: %w", record.ID, err)
			}
			c.blocking = g.Blocking
		case isWords(record.ID):
			record.State = slices.Clone(record.State)
			lists = append(lists, record)
			c.lists += fmt.Sprintf("%s/%d ", record.ID, record.Rev)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if last != nil && last.lists == c.lists {
		c.words, c.matcher = last.words, last.matcher
		return c, nil
	}
	return c, c.compile(lists)
}

func (c *criteria) compile(lists []journal.Record) (err error) {
	var all []string
	for _, record := range lists {
		var l WordList
		if err := json.Unmarshal(record.State, &l); err != nil {
			return fmt.Errorf("setting %s: %w", record.ID, err)
		}
		for _, w := range l.List {
			c.words, all = append(c.words, w), append(all, w.Word)
		}
	}
	c.matcher, err = words.New(all)
	return err
}

// gate is Gate with the settings and the words, and with what the operator's
// checker finds, if there is one. Its error is of the store.
func (d *Desk) gate(ctx context.Context, v Version, p Placement) ([]Advice, error) {
	c, err := d.criteria(ctx)
	if err != nil {
		return nil, err
	}
	advice := c.judge(v, p)
	if d.Outside == nil {
		return advice, nil
	}
	found, err := d.Outside.Ask(ctx, v.script())
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("gate: %w", ctx.Err())
	}
	if err != nil {
		return c.unheard(advice, "外部检查没有回应，这一稿没有经过它"), nil
	}
	return c.raised(append(advice, outside(v, found)...)), nil
}

// Advise gives what the gate says of one text of an item, "" its draft, where
// the item stands: to who may read that text. It is what Submit, Schedule and
// Publish would be stopped by.
func (d *Desk) Advise(ctx context.Context, by By, id string, hash journal.Hash) ([]Advice, error) {
	item, _, err := d.Read(ctx, by, id)
	if err != nil {
		return nil, fmt.Errorf("advise: %w", err)
	}
	v, err := d.ReadVersion(ctx, by, id, cmp.Or(hash, item.Draft, item.Live))
	if err != nil {
		return nil, fmt.Errorf("advise: %w", err)
	}
	return d.gate(ctx, v, item.Placement)
}

// judge is Gate with the settings and the words.
func (c *criteria) judge(v Version, p Placement) []Advice {
	return c.raised(append(Gate(v, p), c.wording(v)...))
}

// unheard says that the outside checker was not heard: never silence.
func (c *criteria) unheard(advice []Advice, message string) []Advice {
	g := gate(advice)
	g.advise(CodeOutside, "body", message)
	return c.raised(g)
}

// raised makes advice stop publication where the settings say so.
func (c *criteria) raised(advice []Advice) []Advice {
	for i := range advice {
		if slices.Contains(c.blocking, advice[i].Code) {
			advice[i].Blocking = true
		}
	}
	return advice
}

// wording finds the listed words of a version.
func (c *criteria) wording(v Version) (found gate) {
	seen := map[int]int{}
	left := 0
	v.passages(func(field string, block []int, text string) {
		c.matcher.Find(text, func(m words.Match) bool {
			if seen[m.Word]++; seen[m.Word] > mostOfWord || len(found) == mostRemarks {
				left++
				return true
			}
			w := c.words[m.Word]
			found = append(found, Advice{
				Code: CodeWords, Field: field, Block: block, Quote: text[m.Start:m.End],
				Message: w.remark(text[m.Start:m.End]), Blocking: w.Level == words.Block,
			})
			return true
		})
	})
	if left > 0 {
		found.advise(CodeWords, "body", fmt.Sprintf("词表里的词还有 %d 处没有一一列出", left))
	}
	return found
}

// remark says what stands where and what to do.
func (w Word) remark(quote string) string {
	message := "“" + shown(quote) + "”要斟酌"
	if w.Level == words.Block {
		message = "“" + shown(quote) + "”不能用"
	}
	if w.Instead != "" {
		message += "，建议改为“" + w.Instead + "”"
	}
	if w.Note != "" {
		message += "：" + w.Note
	}
	return message
}

// outside turns a checker's findings into advice, at the first place that holds
// the word.
func outside(v Version, findings []words.Finding) (found gate) {
	for _, f := range findings {
		a := Advice{Code: CodeOutside, Field: "body", Message: "外部检查：" + f.Message, Blocking: f.Level == words.Block}
		if f.Message == "" {
			a.Message = "外部检查：“" + f.Word + "”"
		}
		placed := f.Word == ""
		v.passages(func(field string, block []int, text string) {
			if !placed && strings.Contains(text, f.Word) {
				placed = true
				a.Field, a.Block, a.Quote = field, block, f.Word
			}
		})
		found = append(found, a)
	}
	return found
}

// script is all words of a version, a passage a line.
func (v Version) script() string {
	var b strings.Builder
	v.passages(func(_ string, _ []int, text string) {
		b.WriteString(text)
		b.WriteByte('\n')
	})
	return b.String()
}

// passages calls fn with every text a reader meets, by its field and, within a
// body, the path of its block.
func (v Version) passages(fn func(field string, block []int, text string)) {
	say := func(field string, block []int, text string) {
		if text != "" {
			fn(field, block, text)
		}
	}
	say("title", nil, v.Title)
	say("summary", nil, v.Summary)
	say("plain", nil, v.Plain)
	say("ai", nil, v.AI)
	if v.Cover != nil {
		say("cover.alt", nil, v.Cover.Alt)
		say("cover.caption", nil, v.Cover.Caption)
	}
	if v.SEO != nil {
		say("seo.title", nil, v.SEO.Title)
		say("seo.description", nil, v.SEO.Description)
	}
	for i, c := range v.Corrections {
		say(fmt.Sprintf("corrections[%d].text", i), nil, c.Text)
	}
	body, at := v.body()
	bodyPassages(body.Content, nil, func(block []int, text string) { say(at, block, text) })
	if v.Video == nil {
		return
	}
	for i, c := range v.Video.Captions {
		say(fmt.Sprintf("video.captions[%d].label", i), nil, c.Label)
	}
	for i, l := range v.Video.Transcript {
		say(fmt.Sprintf("video.transcript[%d].text", i), nil, l.Text)
	}
	for i, l := range v.Video.Chapters {
		say(fmt.Sprintf("video.chapters[%d].text", i), nil, l.Text)
	}
}

// bodyPassages calls fn for each block with words: what an anchor counts by,
// captions, the words of formulae and the explanations of terms.
func bodyPassages(nodes []Node, path []int, fn func(block []int, text string)) {
	for i := range nodes {
		n := &nodes[i]
		here := append(slices.Clone(path), i)
		switch n.Type {
		case NodeText, NodeBreak:
			continue
		case NodeImage, NodeVideo:
			fn(here, n.Str("alt"))
			fn(here, n.Str("caption"))
		case NodeFormula:
			fn(here, n.Str("text"))
		default:
			fn(here, n.words())
		}
		for j := range n.Content {
			if m, ok := n.Content[j].Mark(MarkTerm); ok {
				fn(here, m.Str("text"))
			}
		}
		bodyPassages(n.Content, here, fn)
	}
}
