package studio

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"kepu/frontend/page"
	"kepu/roll"
)

// Forms of an exported audit trail.
const (
	formCSV   = "csv"
	formJSONL = "jsonl"
)

const (
	typeCSV   = "text/csv"
	typeJSONL = "application/jsonl"
)

// exportWait is how long a file that is being sent waits for its next page.
const exportWait = 10 * time.Second

func exportKeys() []page.Key {
	return append(auditFilters(), page.Key{Name: "format", Type: page.Word, Words: []string{formCSV, formJSONL}}, seqKey())
}

// export gives the audit trail as a file, the latest first. It holds ids, and
// no name of anybody. The first page is read before anything is answered; a file
// that cannot be read to its end breaks off, and so does the connection.
func (s *Studio) export(c *Call) (Answer, error) {
	if err := s.behind(c); err != nil {
		return Answer{}, err
	}
	form := c.Query.Text("format")
	if form == "" {
		form = formCSV
	}
	query := entriesOf(c.Query)
	query.Limit = 100
	sending := context.WithoutCancel(c.Ctx) // it is sent after the call has ended
	t := &trail{form: form, page: func(after string) (roll.EntryPage, error) {
		ctx, cancel := context.WithTimeout(sending, exportWait)
		defer cancel()
		q := query
		q.After = after
		list, err := s.Roll.Entries(ctx, q)
		if err != nil && after != "" {
			s.Log.Warn("an audit export broke off", "err", err)
		}
		return list, err
	}}
	if err := t.fill(); err != nil {
		return Answer{}, err
	}
	kind := typeCSV
	if form == formJSONL {
		kind = typeJSONL
	}
	name := "audit-" + c.Now.In(page.Zone()).Format("20060102-150405") + "." + form
	return Answer{File: &File{Type: kind + "; charset=utf-8", Name: name, Stream: t}}, nil
}

// trail reads as a file of entries. It holds one page of them at a time.
type trail struct {
	page  func(after string) (roll.EntryPage, error)
	form  string
	begun bool
	after string // where the next page begins
	ended bool
	text  bytes.Buffer
}

func (t *trail) Read(p []byte) (int, error) {
	for t.text.Len() == 0 {
		if t.ended {
			return 0, io.EOF
		}
		if err := t.fill(); err != nil {
			return 0, fmt.Errorf("export entries: %w", err)
		}
	}
	return t.text.Read(p)
}

// fill writes the next page.
func (t *trail) fill() error {
	list, err := t.page(t.after)
	if err != nil {
		return err
	}
	if t.form == formJSONL {
		err = t.lines(list.Entries)
	} else {
		err = t.table(list.Entries)
	}
	t.begun, t.after, t.ended = true, list.Next, list.Next == ""
	return err
}

func (t *trail) lines(entries []roll.Entry) error {
	enc := json.NewEncoder(&t.text)
	enc.SetEscapeHTML(false)
	for _, e := range entries {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

// table writes entries by RFC 4180, below a line of what the columns are.
func (t *trail) table(entries []roll.Entry) error {
	w := csv.NewWriter(&t.text)
	w.UseCRLF = true
	if !t.begun {
		if err := w.Write([]string{"seq", "at", "actor", "act", "kind", "id", "rev", "gone"}); err != nil {
			return err
		}
	}
	for _, e := range entries {
		err := w.Write([]string{strconv.FormatUint(e.Seq, 10), e.At.Format("2006-01-02T15:04:05.000Z07:00"), cell(e.Actor), cell(e.Act), cell(e.Kind), cell(e.ID),
			strconv.FormatUint(e.Rev, 10), strconv.FormatBool(e.Gone)})
		if err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// cell keeps a spreadsheet from taking a text for a formula and working it out.
func cell(s string) string {
	if s == "" {
		return s
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + s
	}
	return s
}
