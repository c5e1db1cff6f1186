package roll

import (
	"time"

	"kepu/content"
	"kepu/journal"
)

// Status of an item. One may have several: what is live may have a newer draft
// under review.
type Status string

// Statuses. A Row's Status is the first of these in the order of Statuses, but
// for StatusRecheck, that the item has.
const (
	StatusScheduled Status = "scheduled" // its draft becomes live at an instant
	StatusReview    Status = "review"    // a stage is under way
	StatusReturned  Status = "returned"  // sent back
	StatusApproved  Status = "approved"  // every stage passed, not published
	StatusExpired   Status = "expired"   // its end has come
	StatusChanged   Status = "changed"   // live, with a newer draft
	StatusLive      Status = "live"      // readers see it
	StatusWithdrawn Status = "withdrawn" // taken down
	StatusDraft     Status = "draft"     // never published, in no review
	StatusRecheck   Status = "recheck"   // live, and its facts are due to be checked again
)

// Statuses in the order in which the first is a row's.
var Statuses = [...]Status{
	StatusScheduled, StatusReview, StatusReturned, StatusApproved, StatusExpired,
	StatusChanged, StatusLive, StatusWithdrawn, StatusDraft, StatusRecheck,
}

// Sort is the order of a list.
type Sort string

const (
	SortChanged Sort = "changed" // latest change first; the default
	SortTitle   Sort = "title"   // as it is spelled: pinyin, Latin letters, digits
	SortDue     Sort = "due"     // earliest due date of a review first, those without last
)

// Query asks for items. What is empty does not limit.
type Query struct {
	Sight    Sight            // required: the zero Sight sees nothing
	Status   Status           // "" any
	Audience content.Audience // placed for
	Kind     string           // content.KindArticle, content.KindVideo
	Form     string           // text, rumour, steps, emergency
	Topic    string           // or below it
	Region   string           // or within it
	Text     string           // all its words in title, summary or text of the draft or of what is live
	Mine     string           // id of who created, wrote or has the review of it
	Waiting  *Waiting         // what a person may pass now
	Series   string
	Tag      string
	Sort     Sort
	After    string // Next of the page before
	Limit    int    // 1–100; 0: 50
}

// Waiting asks for items whose stage under way a person may pass: assigned to
// them or nobody, not written by them, no stage of it passed by them.
type Waiting struct {
	By     string   // id
	Stages []string // content.StageFirst …; with the regions, what their roles allow
	// Regions of each stage, as account.Grant.Region: "" is everywhere. A stage
	// without regions waits for nobody.
	Regions map[string][]string
}

// Row is one item of a list. To who may only read what is live, Title and Form
// are those of the live text, Status is live, and what tells of the draft is
// left out.
type Row struct {
	ID         string           `json:"id"`
	Kind       string           `json:"kind"`
	Form       string           `json:"form,omitempty"`
	Title      string           `json:"title"`
	Slugs      []string         `json:"slugs"` // current first
	Status     Status           `json:"status"`
	Live       bool             `json:"live,omitempty"`        // readers see it, whatever Status says
	RecheckDue bool             `json:"recheck_due,omitempty"` // see StatusRecheck
	Stage      string           `json:"stage,omitempty"`       // under way
	With       string           `json:"with,omitempty"`        // id of who has it
	Due        *time.Time       `json:"due,omitempty"`         // of the stage
	Audiences  []content.Placed `json:"audiences"`
	Topics     []string         `json:"topics,omitempty"`
	Tags       []string         `json:"tags,omitempty"`
	Region     string           `json:"region,omitempty"`
	Series     string           `json:"series,omitempty"`
	Part       int              `json:"part,omitempty"`
	Creator    string           `json:"creator,omitempty"` // id
	Writers    []string         `json:"writers,omitempty"` // ids
	ChangedAt  time.Time        `json:"changed_at"`
	ChangedBy  string           `json:"changed_by,omitempty"` // id
	Act        string           `json:"act,omitempty"`        // that changed it last
	Rev        uint64           `json:"rev"`
	Seq        uint64           `json:"seq"`
	Published  *time.Time       `json:"published_at,omitempty"` // first time
	Until      *time.Time       `json:"until,omitempty"`
	Schedule   *time.Time       `json:"schedule_at,omitempty"`
	Recheck    string           `json:"recheck,omitempty"` // YYYY-MM-DD
	Draft      journal.Hash     `json:"draft,omitempty"`
	LiveHash   journal.Hash     `json:"live_version,omitempty"`
}

// Page is some rows and where to go on.
type Page struct {
	Rows []Row
	Next string // cursor; "" at the end
	Seq  uint64 // the position the answer holds at least
}

// Count of items, exact up to CountMost.
type Count struct {
	N    int  `json:"n"`
	More bool `json:"more,omitempty"` // there are more than N
}

// CountMost is the largest count told.
const CountMost = 10_000
