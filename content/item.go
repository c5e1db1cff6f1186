package content

import (
	"strconv"
	"time"

	"kepu/journal"
	"kepu/media"
)

// Kinds of record this package writes.
const (
	KindItem    = "item"
	KindTopic   = "topic"
	KindSeries  = "series"
	KindScene   = "scene"
	KindSetting = "setting"
)

// Kinds of item.
const (
	KindArticle = "article"
	KindVideo   = "video"
)

// Format is the v of every state this package writes.
const Format = 1

// Item is the record of one article or video. Its texts are Versions, kept as
// parts of the record and named here by hash. Public readers know only Live.
type Item struct {
	V         int          `json:"v"`
	ID        string       `json:"id"`    // UUIDv7, or UUIDv8 of (source, id) where imported
	Kind      string       `json:"kind"`  // article, video
	Slugs     []string     `json:"slugs"` // current first; the others redirect
	Placement Placement    `json:"placement"`
	Live      journal.Hash `json:"live,omitempty"`
	Draft     journal.Hash `json:"draft,omitempty"`     // equals Live when nothing is being changed
	Writers   []string     `json:"writers,omitempty"`   // ids of who wrote Draft since it last was Live, in order
	Review    *Review      `json:"review,omitempty"`    // of Draft: under way, complete, or sent back
	Grounds   *Grounds     `json:"grounds,omitempty"`   // on which Live stands
	Schedule  *Schedule    `json:"schedule,omitempty"`  // when Draft is to be Live
	Published *time.Time   `json:"published,omitempty"` // first time
	Updated   *time.Time   `json:"updated,omitempty"`   // when Live last changed
	Until     *time.Time   `json:"until,omitempty"`     // shown before this instant only
	Gone      *Gone        `json:"gone,omitempty"`
	Origin    *Origin      `json:"origin,omitempty"`
	Remark    string       `json:"remark,omitempty"` // what the actor said of the act that made this revision
}

// Grounds say why Live may be read: a review that was completed, or who waived
// which stages of it.
type Grounds struct {
	Version   journal.Hash `json:"version"`
	Writers   []string     `json:"writers,omitempty"` // who wrote it since what was live before; ids
	Approvals []Approval   `json:"approvals,omitempty"`
	Waived    []string     `json:"waived,omitempty"` // stages that nobody passed
	Advice    []Advice     `json:"advice,omitempty"` // what the gate advised and was overruled
	By        string       `json:"by"`               // id of who published
	At        time.Time    `json:"at"`
}

// Stages of a review, in their order.
const (
	StageFirst      = "first"      // 初审, by an editor
	StageScientific = "scientific" // 复审, by an expert
	StageFinal      = "final"      // 终审, by a chief
)

// Review is the way of one exact version through the stages that were in force
// when it was submitted. Another text in Draft ends it.
type Review struct {
	Version   journal.Hash `json:"version"`
	Stages    []string     `json:"stages"`              // fixed at submission
	Approvals []Approval   `json:"approvals,omitempty"` // of the first len(Approvals) stages
	Returned  *Note        `json:"returned,omitempty"`  // sent back: the review is over
	With      string       `json:"with,omitempty"`      // id of who has the stage under way; "" whoever may
	Due       *time.Time   `json:"due,omitempty"`       // when that stage should be done
	By        string       `json:"by"`                  // id of who submitted
	At        time.Time    `json:"at"`
}

// Approval is one stage passed.
type Approval struct {
	Stage string    `json:"stage"`
	By    string    `json:"by"` // id
	At    time.Time `json:"at"`
	Note  string    `json:"note,omitempty"`
}

// Note is why a review was sent back, and by whom.
type Note struct {
	Stage string    `json:"stage"`
	By    string    `json:"by"` // id
	At    time.Time `json:"at"`
	Text  string    `json:"text"`
}

// Schedule makes Draft live at an instant, if it still is that version then.
type Schedule struct {
	Version journal.Hash `json:"version"`
	At      time.Time    `json:"at"`
	By      string       `json:"by"` // id of who scheduled
}

// Gone says that an item was withdrawn. Its page answers 410.
type Gone struct {
	At      time.Time `json:"at"`
	Reason  string    `json:"reason,omitempty"`  // for readers
	Instead string    `json:"instead,omitempty"` // id of the item to read instead
}

// Origin is where an imported item came from. Version is the hash that the last
// import wrote: where Draft differs from it, or Live from both it and Live
// here, somebody edited the item.
type Origin struct {
	Source    string       `json:"source"`
	ID        string       `json:"id"`
	Digest    journal.Hash `json:"digest"` // of the submission, to skip unchanged ones
	Version   journal.Hash `json:"version"`
	Live      journal.Hash `json:"live,omitempty"`      // an earlier import's, live while Version is a draft
	Placed    bool         `json:"placed,omitempty"`    // the desk placed the item: imports leave its placement
	Published *time.Time   `json:"published,omitempty"` // by the source, where Version is a draft
}

// Version is what gets reviewed. Exactly one of Article and Video is set. Times
// are UTC and cut to milliseconds.
type Version struct {
	V           int          `json:"v"`
	Title       string       `json:"title"`
	Summary     string       `json:"summary,omitempty"` // deck, one or two sentences
	Plain       string       `json:"plain,omitempty"`   // easy summary, at most three sentences
	Cover       *Picture     `json:"cover,omitempty"`
	Form        string       `json:"form,omitempty"` // text, rumour, steps, emergency
	Author      string       `json:"author,omitempty"`
	Reviewer    string       `json:"reviewer,omitempty"` // who checked the science
	Source      Source       `json:"source,omitzero"`
	References  []Reference  `json:"references,omitempty"`
	Licence     string       `json:"licence,omitempty"` // SPDX id or plain words
	AI          string       `json:"ai,omitempty"`      // what part AI had, in words; "" none
	Checked     string       `json:"checked,omitempty"` // YYYY-MM-DD the facts were last checked
	Recheck     string       `json:"recheck,omitempty"` // YYYY-MM-DD they are due again
	SEO         *SEO         `json:"seo,omitempty"`
	Corrections []Correction `json:"corrections,omitempty"` // newest first
	Article     *Article     `json:"article,omitempty"`
	Video       *Video       `json:"video,omitempty"`
}

// Article is a version's text.
type Article struct {
	Body Body `json:"body"`
}

// Video is a version's film with what belongs to it.
type Video struct {
	Asset      Clip      `json:"asset"`
	Captions   []Caption `json:"captions,omitempty"`
	Transcript []Line    `json:"transcript,omitempty"`
	Chapters   []Line    `json:"chapters,omitempty"`
	Body       Body      `json:"body,omitzero"`
}

// Clip names a video asset and copies what a page needs of it.
type Clip struct {
	Asset    string    `json:"asset"` // id
	Key      media.Key `json:"key"`
	Type     string    `json:"type"`
	Size     int64     `json:"size"`
	Width    int       `json:"width,omitempty"`
	Height   int       `json:"height,omitempty"`
	Duration int64     `json:"duration,omitempty"` // milliseconds
}

// Caption is one WebVTT track.
type Caption struct {
	Asset string    `json:"asset"`
	Key   media.Key `json:"key"`
	Lang  string    `json:"lang"` // BCP 47
	Label string    `json:"label,omitempty"`
}

// Line is a moment of a video and its words.
type Line struct {
	At   int64  `json:"at"` // milliseconds
	Text string `json:"text"`
}

// Picture is a picture as placed: what the page needs is copied in, so that a
// version stays what was reviewed.
type Picture struct {
	Asset   string       `json:"asset"`
	Key     media.Key    `json:"key"`
	Type    string       `json:"type,omitempty"`
	Width   int          `json:"width,omitempty"`
	Height  int          `json:"height,omitempty"`
	Alt     string       `json:"alt"`
	Caption string       `json:"caption,omitempty"`
	Focal   *media.Focal `json:"focal,omitempty"`
	Src     string       `json:"src,omitempty"` // only in a submission: a path to be resolved; never stored
}

// Source is where an item was first published.
type Source struct {
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"` // http or https
}

// Reference is one entry of 参考.
type Reference struct {
	Org    string `json:"org,omitempty"`
	Title  string `json:"title"`
	Year   string `json:"year,omitempty"`
	Number string `json:"number,omitempty"` // of a standard or document
	URL    string `json:"url,omitempty"`
}

// When is the year in words: 2006年, or what stands for it as it is.
func (r Reference) When() string {
	if _, err := strconv.Atoi(r.Year); err == nil {
		return r.Year + "年"
	}
	return r.Year
}

// Correction is one entry of 更正: what was wrong in an earlier text and is put
// right.
type Correction struct {
	On   string `json:"on"` // YYYY-MM-DD
	Text string `json:"text"`
}

// SEO overrides what search engines and shared cards show.
type SEO struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// Placement needs no review and acts at once.
type Placement struct {
	Audiences []Placed    `json:"audiences"` // weight 0 is not kept; by Audiences order
	Topics    []string    `json:"topics,omitempty"`
	Tags      []string    `json:"tags,omitempty"`
	Region    string      `json:"region,omitempty"` // GB/T 2260: 33, 3301 or 330106
	Series    *SeriesPart `json:"series,omitempty"`
	Pin       *Pin        `json:"pin,omitempty"`
}

// Placed puts an item before one audience.
type Placed struct {
	Audience Audience `json:"audience"`
	Weight   int      `json:"weight"`          // 1–100
	Level    string   `json:"level,omitempty"` // easy, plain, full
}

// SeriesPart puts an item into a series.
type SeriesPart struct {
	ID   string `json:"id"`
	Part int    `json:"part,omitempty"` // from 1; 0: at the end, by first publication
}

// Pin keeps an item first on page one of some feeds until an instant.
type Pin struct {
	On    []string  `json:"on"` // audiences, or "all" for the home feed
	Until time.Time `json:"until,omitzero"`
	Order int       `json:"order,omitempty"` // smaller first
}

// Topic is a node of the two-level tree; its record's id is Key.
type Topic struct {
	V      int    `json:"v"`
	Key    string `json:"key"` // "emergency", "emergency-weather"
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"`
	Order  int    `json:"order"`
}

// Series is items in a told order; its record's id is Slug.
type Series struct {
	V       int      `json:"v"`
	Slug    string   `json:"slug"`
	Title   string   `json:"title"`
	Summary string   `json:"summary,omitempty"`
	Cover   *Picture `json:"cover,omitempty"`
}

// Scene lifts items between two instants; its record's id is Slug. An item is
// lifted when it is named in Items or shares a topic or tag, and, where Regions
// or Audiences are given, stands in one of them.
type Scene struct {
	V         int        `json:"v"`
	Slug      string     `json:"slug"`
	Title     string     `json:"title"`
	Summary   string     `json:"summary,omitempty"`
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"`   // exclusive
	Boost     int        `json:"boost"` // per cent of the weight, 100–400
	Topics    []string   `json:"topics,omitempty"`
	Tags      []string   `json:"tags,omitempty"`
	Items     []string   `json:"items,omitempty"` // ids, in the order of the scene's page
	Audiences []Audience `json:"audiences,omitempty"`
	Regions   []string   `json:"regions,omitempty"`
	Cover     *Picture   `json:"cover,omitempty"`
}
