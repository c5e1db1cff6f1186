package roll

import (
	"slices"
	"strings"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/search/analysis"
)

// face is what a list shows of one text of an item, and what that shows.
type face struct {
	Hash    journal.Hash `json:"hash"`
	Title   string       `json:"title"`
	Order   string       `json:"order"` // by which titles are ordered, see spelled
	Form    string       `json:"form,omitempty"`
	Recheck string       `json:"recheck,omitempty"`
	Media   []string     `json:"media,omitempty"` // asset ids and blob keys, each once
}

// card is what is kept of an item beside what lists are looked through by.
type card struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind"`
	Slugs     []string          `json:"slugs"`
	Placement content.Placement `json:"placement"`
	Stage     string            `json:"stage,omitempty"`
	With      string            `json:"with,omitempty"`
	Due       *time.Time        `json:"due,omitempty"`
	Creator   string            `json:"creator,omitempty"`
	Writers   []string          `json:"writers,omitempty"`
	Rev       uint64            `json:"rev"`
	Published *time.Time        `json:"published,omitempty"`
	Updated   *time.Time        `json:"updated,omitempty"`
	Until     *time.Time        `json:"until,omitempty"`
	Schedule  *time.Time        `json:"schedule,omitempty"`
	Draft     journal.Hash      `json:"draft,omitempty"`
	Live      journal.Hash      `json:"live,omitempty"`
	Lead      face              `json:"lead"`            // the draft, or what is live where there is none
	Shown     *face             `json:"shown,omitempty"` // what is live, where that is another
}

// lead is the hash of the text that lists show to who sees all.
func lead(it *content.Item) journal.Hash {
	if it.Draft != "" {
		return it.Draft
	}
	return it.Live
}

// shown is the hash of the live text where it is another than the lead.
func shown(it *content.Item) journal.Hash {
	if it.Live != lead(it) {
		return it.Live
	}
	return ""
}

// known is the face of a text that the card holds already.
func (c *card) known(hash journal.Hash) *face {
	switch {
	case c == nil || hash == "":
	case c.Lead.Hash == hash:
		return &c.Lead
	case c.Shown != nil && c.Shown.Hash == hash:
		return c.Shown
	}
	return nil
}

// live is the face that readers see, or would: the lead where nothing is live.
func (c *card) live() *face {
	if c.Shown != nil {
		return c.Shown
	}
	return &c.Lead
}

// owners are the persons whose the item is, each once.
func (c *card) owners() []string { return targets(append([]string{c.Creator}, c.Writers...)) }

// row is the card as one may see it who sees all, or only what is live.
func (c *card) row(mask int64, full bool) Row {
	p := c.Placement
	row := Row{
		ID: c.ID, Kind: c.Kind, Form: c.Lead.Form, Title: c.Lead.Title, Slugs: c.Slugs, Status: first(mask),
		Live: mask&StatusLive.bit() != 0, RecheckDue: mask&StatusRecheck.bit() != 0,
		Stage: c.Stage, With: c.With, Due: c.Due, Audiences: p.Audiences, Topics: p.Topics, Tags: p.Tags, Region: p.Region,
		Creator: c.Creator, Writers: c.Writers, Rev: c.Rev, Published: c.Published, Until: c.Until, Schedule: c.Schedule,
		Recheck: c.live().Recheck, Draft: c.Draft, LiveHash: c.Live,
	}
	if p.Series != nil {
		row.Series, row.Part = p.Series.ID, p.Series.Part
	}
	if full {
		return row
	}
	row.Title, row.Form, row.Status, row.RecheckDue = c.live().Title, c.live().Form, StatusLive, false
	row.Stage, row.With, row.Due, row.Schedule = "", "", nil, nil
	row.Creator, row.Writers, row.Draft = "", nil, c.Live
	return row
}

// people are the persons of an item by what they are to it.
func people(it *content.Item, creator string) string {
	var b strings.Builder
	b.WriteString(sep)
	add := func(as, id string) {
		if id != "" {
			b.WriteString(as + id + sep)
		}
	}
	add("c:", creator)
	for _, id := range it.Writers {
		add("w:", id)
	}
	if reviewed(it) {
		if underWay(it) != "" {
			add("r:", it.Review.With)
		}
		for _, a := range it.Review.Approvals {
			add("p:", a.By)
		}
	}
	return b.String()
}

// list puts a separator around each of some words.
func list(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return sep + strings.Join(words, sep) + sep
}

func folded(words []string) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = analysis.FoldString(w)
	}
	return all
}

// spelled is the key by which titles are ordered: the pinyin of how it begins,
// then that itself. It is short, since every list passes by it.
func spelled(title string) string {
	begin := cut(title, 10)
	return cut(content.Slugify(begin), 40) + " " + analysis.FoldString(begin)
}

// digest is a text as far as the roll needs it.
type digest struct {
	face
	words string
}

// digestOf reads a stored version.
func digestOf(hash journal.Hash, state []byte) (digest, error) {
	v, err := content.Decode[content.Version](state)
	if err != nil {
		return digest{}, err
	}
	d := digest{face: face{Hash: hash, Title: v.Title, Order: spelled(v.Title), Form: v.Form, Recheck: v.Recheck}}
	texts := []string{v.Title, v.Summary, v.Plain}
	var media []string
	picture := func(p content.Picture) { media = append(media, p.Asset, string(p.Key)) }
	body := func(b content.Body) {
		texts = append(texts, b.Passages()...)
		for _, p := range b.Pictures() {
			picture(p)
		}
		for _, c := range b.Clips() {
			media = append(media, c.Asset, string(c.Key))
		}
	}
	if v.Cover != nil {
		picture(*v.Cover)
	}
	if v.Article != nil {
		body(v.Article.Body)
	}
	if f := v.Video; f != nil {
		media = append(media, f.Asset.Asset, string(f.Asset.Key))
		for _, c := range f.Captions {
			media = append(media, c.Asset, string(c.Key))
		}
		for _, l := range f.Transcript {
			texts = append(texts, l.Text)
		}
		body(f.Body)
	}
	d.Media, d.words = targets(media), words(texts...)
	return d, nil
}

// targets are some names in order, each once.
func targets(names []string) []string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 0 && names[0] == "" {
		names = names[1:]
	}
	return names
}
