package search

import (
	"strconv"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"kepu/search/analysis"
)

// The index holds one document an item, of four fields beside its id. No text
// is stored, and no positions: passages come from the shelf.
//
//	text     terms of everything readable; a term's frequency is the weighted
//	         sum over title, summary, headings, tags and body (BM25F), in units
//	         of 1/unit, and the norm is the weighted length
//	keyword  one term for each value of a filter or count: a:youth, k:article,
//	         t:<topic>, r:33, r:3301, y:2026
//	suggest  the folded beginnings of titles and tags, see completions
//	number   the numbers of a document, each the frequency of a term of its
//	         own: they cost a few bytes and are read in one pass
const (
	fieldID      = "_id"
	fieldText    = "t"
	fieldKeyword = "k"
	fieldNumber  = "n"
	fieldSuggest = "s"
)

// Terms with a meaning of their own. everyDoc stands in the text of every
// document, so that one pass over it gives all lengths.
const (
	everyDoc   = "\x00"
	numPublish = "p" // first publication, ms since year 1
	numUntil   = "u" // shown before this instant only, ms since year 1
	numRev     = "v" // the item's revision
)

// epoch makes every time a positive number of milliseconds.
var epoch = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// mapping names the layout above together with the rules of analysis; an index
// of another one is made anew.
const mapping = "1/" + analysis.Version

// unit is one occurrence in the body.
const unit = 4

// Weights of an occurrence, in units.
const (
	weightTitle    = 12
	weightSummary  = 4
	weightHeadings = 4
	weightTags     = 4
	weightBody     = unit
)

// entry is what is indexed of one item.
type entry struct {
	id                             string
	rev                            uint64
	title, summary, headings, tags string
	body                           string
	keywords                       []string
	complete                       []string  // what suggestions are looked up by
	published, until               time.Time // until zero: never ends
}

// size is about how many bytes of text an entry holds.
func (e *entry) size() int {
	return len(e.title) + len(e.summary) + len(e.headings) + len(e.tags) + len(e.body)
}

// document makes the entry what scorch indexes.
func (e *entry) document() *document {
	var c counter
	c.add(everyDoc, 1)
	c.text(e.title, weightTitle)
	c.text(e.summary, weightSummary)
	c.text(e.headings, weightHeadings)
	c.text(e.tags, weightTags)
	c.text(e.body, weightBody)
	text := &field{name: fieldText, options: index.IndexField, length: max(c.length, 1), terms: c.frequencies()}

	var k counter
	for _, word := range e.keywords {
		k.set(word, 0)
	}
	keyword := &field{name: fieldKeyword, options: index.IndexField | index.SkipFreqNorm, length: 1, terms: k.frequencies()}

	var n counter
	n.set(numRev, int(e.rev)+1)
	n.set(numPublish, int(millis(e.published)))
	if !e.until.IsZero() {
		n.set(numUntil, int(millis(e.until)))
	}
	number := &field{name: fieldNumber, options: index.IndexField, length: 1, terms: n.frequencies()}
	var s counter
	for _, word := range e.complete {
		s.set(word, 0)
	}
	suggest := &field{name: fieldSuggest, options: index.IndexField | index.SkipFreqNorm, length: 1, terms: s.frequencies()}
	return &document{id: e.id, bytes: e.size(), fields: []*field{text, keyword, number, suggest}}
}

// counter counts weighted terms.
type counter struct {
	freqs  map[string]int
	length int
}

func (c *counter) set(term string, freq int) {
	if c.freqs == nil {
		c.freqs = map[string]int{}
	}
	c.freqs[term] = freq
}

func (c *counter) add(term string, freq int) {
	if c.freqs == nil {
		c.freqs = make(map[string]int, 512)
	}
	c.freqs[term] += freq
}

func (c *counter) text(s string, weight int) {
	if s == "" {
		return
	}
	analysis.Tokens(s, func(t analysis.Token) {
		c.add(t.Term, weight)
		if !t.Tail {
			c.length += weight
		}
	})
}

func (c *counter) frequencies() index.TokenFrequencies {
	all := make(index.TokenFrequencies, len(c.freqs))
	slab := make([]index.TokenFreq, len(c.freqs))
	i := 0
	for term, freq := range c.freqs {
		slab[i].SetFrequency(freq)
		all[term] = &slab[i]
		i++
	}
	return all
}

// document implements index.Document with fields that are analysed already.
type document struct {
	id     string
	bytes  int
	fields []*field
}

func (d *document) ID() string                                 { return d.id }
func (d *document) Size() int                                  { return d.bytes }
func (d *document) VisitComposite(index.CompositeFieldVisitor) {}
func (d *document) HasComposite() bool                         { return false }
func (d *document) NumPlainTextBytes() uint64                  { return uint64(d.bytes) }
func (d *document) StoredFieldsBytes() uint64                  { return uint64(len(d.id)) }
func (d *document) Indexed() bool                              { return false }

func (d *document) VisitFields(visit index.FieldVisitor) {
	for _, f := range d.fields {
		visit(f)
	}
}

func (d *document) AddIDField() {
	freq := &index.TokenFreq{}
	freq.SetFrequency(1)
	d.fields = append(d.fields, &field{
		name:    fieldID,
		options: index.IndexField | index.StoreField,
		length:  1,
		value:   []byte(d.id),
		terms:   index.TokenFrequencies{d.id: freq},
	})
}

// field implements index.Field.
type field struct {
	name    string
	options index.FieldIndexingOptions
	length  int
	value   []byte
	terms   index.TokenFrequencies
}

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return f.value }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Analyze()                                         {}
func (f *field) Options() index.FieldIndexingOptions              { return f.options }
func (f *field) AnalyzedLength() int                              { return f.length }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return uint64(len(f.value)) }

// zone is China's, which knows no summer time since 1991: years are counted in
// it.
var zone = time.FixedZone("CST", 8*60*60)

// keywords of a filter.
func audienceWord(a string) string { return "a:" + a }
func kindWord(k string) string     { return "k:" + k }
func topicWord(t string) string    { return "t:" + t }
func regionWord(r string) string   { return "r:" + r }
func yearWord(t time.Time) string  { return "y:" + strconv.Itoa(t.In(zone).Year()) }
