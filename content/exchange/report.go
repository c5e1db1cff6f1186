package exchange

import (
	"errors"
	"strings"

	"kepu/content"
	"kepu/journal"
)

// maxKept is how many problems a report keeps; all are counted.
const maxKept = 1_000

// Report says what became of an import or export.
type Report struct {
	Total     int            `json:"total"`    // items looked at
	Outcomes  map[string]int `json:"outcomes"` // by outcome of content.Imported
	Problems  []LineProblem  `json:"problems,omitempty"`
	BadTotal  int            `json:"problem_count"`
	Notes     []LineProblem  `json:"notes,omitempty"`     // what was put right; not counted as bad
	Seq       uint64         `json:"seq,omitempty"`       // of the last commit
	Resources int            `json:"resources,omitempty"` // topics, series and scenes written
}

// LineProblem is one thing that is wrong with a file, line or item.
type LineProblem struct {
	Where   string `json:"where"`             // file, and line where there are lines
	ItemID  string `json:"item_id,omitempty"` // the source's own id
	Message string `json:"message"`           // Chinese
}

// Bad counts the problems, also those not kept.
func (r Report) Bad() int { return r.BadTotal }

func newReport() *Report { return &Report{Outcomes: map[string]int{}} }

func (r *Report) add(p LineProblem) {
	r.BadTotal++
	if len(r.Problems) < maxKept {
		r.Problems = append(r.Problems, p)
	}
}

func (r *Report) note(p LineProblem) {
	if len(r.Notes) < maxKept {
		r.Notes = append(r.Notes, p)
	}
}

// refuse counts an item that could not even be submitted.
func (r *Report) refuse(p LineProblem) {
	r.Total++
	r.Outcomes[content.Refused]++
	r.add(p)
}

// took counts what the desk did with an item.
func (r *Report) took(where, id string, got content.Imported) {
	r.Total++
	r.Outcomes[got.Outcome]++
	r.Seq = max(r.Seq, got.Seq)
	for _, slug := range got.Taken {
		r.add(LineProblem{Where: where, ItemID: id, Message: "以前的地址“" + clip(slug) + "”已经是别的内容的，没有跟过来"})
	}
	switch got.Outcome {
	case content.Refused:
		r.add(LineProblem{Where: where, ItemID: id, Message: message(got.Err)})
	case content.Blocked:
		var words []string
		for _, a := range got.Advice {
			if a.Blocking {
				words = append(words, a.Message)
			}
		}
		r.add(LineProblem{Where: where, ItemID: id, Message: "还不能发布，已留作草稿：" + strings.Join(words, "；")})
	case content.Edited:
		r.add(LineProblem{Where: where, ItemID: id, Message: "上次导入之后在编辑部改过，已跳过"})
	}
}

// message is what a person is told of an error; only *journal.Invalid is meant
// for people.
func message(err error) string {
	var invalid *journal.Invalid
	if errors.As(err, &invalid) {
		return invalid.Error()
	}
	return "没有导入，原因不明"
}
