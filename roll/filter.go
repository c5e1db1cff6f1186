package roll

import (
	"fmt"

	"kepu/content"
	"kepu/search/analysis"
)

// sep stands around each of several values in one text.
const sep = "\x1f"

// clause is part of a question: SQL and what stands for its question marks.
type clause struct {
	text string
	args []any
}

func (c *clause) and(text string, args ...any) {
	if c.text != "" {
		c.text += " AND "
	}
	c.text += "(" + text + ")"
	c.args = append(c.args, args...)
}

func (c *clause) or(text string, args ...any) {
	if c.text != "" {
		c.text += " OR "
	}
	c.text += text
	c.args = append(c.args, args...)
}

// in limits to some regions, each with all within it.
func in(regions []string) clause {
	var c clause
	for _, region := range regions {
		if region == "" {
			return sure()
		}
		end := []byte(region)
		end[len(end)-1]++
		c.or("p.region >= ? AND p.region < ?", region, string(end))
	}
	if c.text == "" {
		c.or("0")
	}
	return c
}

func sure() clause {
	var c clause
	c.or("1")
	return c
}

func (c *clause) is(fixed string) bool { return c.text == fixed }

// full is what the sight sees all of.
func (s Sight) full() clause {
	c := in(s.All)
	if c.is("1") || s.ID == "" || len(s.Own) == 0 {
		return c
	}
	where := in(s.Own)
	own, args := "p.seq IN (SELECT seq FROM own WHERE person = ?)", []any{s.ID}
	if c.is("0") {
		c = clause{}
	}
	if where.is("1") {
		c.or(own, args...)
	} else {
		c.or("("+where.text+") AND "+own, append(where.args, args...)...)
	}
	return c
}

// filter gives what limits to the query, and whether the rows are of its
// sight's full part (else of what it merely knows, of which the live text
// alone is seen).
func (q *Query) filter(full bool) (clause, error) {
	var c clause // what costs least comes first: SQLite looks in this order
	if err := q.words(&c, full); err != nil {
		return c, err
	}
	if q.Kind != "" {
		c.and("p.kind = ?", q.Kind)
	}
	if q.Region != "" {
		within := in([]string{q.Region})
		c.and(within.text, within.args...)
	}
	if q.Series != "" {
		c.and("p.series = ?", q.Series)
	}
	if q.Topic != "" {
		c.and("instr(p.topics, ?) > 0 OR instr(p.topics, ?) > 0", sep+q.Topic+sep, sep+q.Topic+"-")
	}
	if q.Tag != "" {
		c.and("instr(p.tags, ?) > 0", sep+analysis.FoldString(q.Tag)+sep)
	}
	sees := q.Sight.full()
	if full {
		c.and(sees.text, sees.args...)
	} else {
		known := in(q.Sight.Known)
		c.and("p.mask & ? != 0", StatusLive.bit())
		c.and(known.text, known.args...)
		c.and("NOT ("+sees.text+")", sees.args...)
	}
	if q.Mine != "" {
		c.and("instr(p.people, ?) > 0 OR instr(p.people, ?) > 0 OR instr(p.people, ?) > 0",
			sep+"c:"+q.Mine+sep, sep+"w:"+q.Mine+sep, sep+"r:"+q.Mine+sep)
		if !full {
			c.and("0") // who wrote it is not told
		}
	}
	if q.Waiting != nil {
		if err := q.Waiting.filter(&c, full); err != nil {
			return c, err
		}
	}
	return c, nil
}

// words limits by the words that stand for a set.
func (q *Query) words(c *clause, full bool) error {
	if q.Kind != "" && q.Kind != content.KindArticle && q.Kind != content.KindVideo {
		return fmt.Errorf("kind: %w", ErrQuery)
	}
	if q.Status != "" {
		bit := q.Status.bit()
		if bit == 0 {
			return fmt.Errorf("status: %w", ErrQuery)
		}
		if full || q.Status == StatusLive {
			c.and("p.mask & ? != 0", bit)
		} else {
			c.and("0")
		}
	}
	if q.Audience != "" {
		bit := audienceBit(q.Audience)
		if bit == 0 {
			return fmt.Errorf("audience: %w", ErrQuery)
		}
		c.and("p.mask & ? != 0", bit)
	}
	if q.Form != "" {
		if full {
			c.and("p.form = ?", q.Form)
		} else {
			c.and("coalesce(p.live_form, p.form) = ?", q.Form)
		}
	}
	return nil
}

func (w *Waiting) filter(c *clause, full bool) error {
	var some clause
	for _, stage := range w.Stages {
		bit := stageBit(stage)
		if bit == 0 {
			return fmt.Errorf("stage: %w", ErrQuery)
		}
		where := in(w.Regions[stage])
		some.or("p.mask & ? != 0 AND ("+where.text+")", append([]any{bit}, where.args...)...)
	}
	if some.text == "" || !full || w.By == "" {
		c.and("0")
		return nil
	}
	c.and(some.text, some.args...)
	c.and("instr(p.people, ?) = 0", sep+"w:"+w.By+sep)
	c.and("instr(p.people, ?) = 0", sep+"p:"+w.By+sep)
	c.and("instr(p.people, ?) = 0 OR instr(p.people, ?) > 0", sep+"r:", sep+"r:"+w.By+sep)
	return nil
}
