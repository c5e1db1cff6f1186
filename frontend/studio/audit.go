package studio

import (
	"errors"
	"fmt"
	"strconv"

	"kepu/frontend/page"
	"kepu/journal"
	"kepu/roll"
)

// auditFilters are what entries may be narrowed by.
func auditFilters() []page.Key {
	return []page.Key{{Name: "actor"}, {Name: "kind"}, {Name: "id"}, {Name: "act"}, {Name: "from", Type: page.Day}, {Name: "to", Type: page.Day}}
}

func auditKeys() []page.Key { return append(auditFilters(), afterKey(), limitKey(), seqKey()) }

func entriesOf(q page.Query) roll.EntryQuery {
	return roll.EntryQuery{Actor: q.Text("actor"), Kind: q.Text("kind"), ID: q.Text("id"), Act: q.Text("act"), From: q.From("from"), Until: q.To("to")}
}

// Audit is a page of what was done, the latest first.
type Audit struct {
	Entries []roll.Entry      `json:"entries"`
	Next    string            `json:"next,omitempty"`
	Seq     uint64            `json:"seq"`
	People  map[string]string `json:"people"`
}

func (s *Studio) audit(c *Call) (Audit, error) {
	if err := s.behind(c); err != nil {
		return Audit{}, err
	}
	query := entriesOf(c.Query)
	query.After, query.Limit = c.Query.Text("after"), c.Query.Number("limit", 50)
	list, err := s.Roll.Entries(c.Ctx, query)
	if err != nil {
		return Audit{}, err
	}
	var ids []string
	for _, e := range list.Entries {
		ids = append(ids, e.Actor)
	}
	people, err := s.names(c, ids)
	return Audit{whole(list.Entries), list.Next, list.Seq, people}, err
}

// chainStep is how many entries one call checks.
const (
	chainStep  = 20_000
	chainBatch = 1_000
)

// Chain is what a check of a piece of the chain found. To the end of the journal
// it takes several calls, each after the last: after the one before's Checked,
// with its Hash.
type Chain struct {
	Checked uint64       `json:"checked" doc:"核对到了这一号"`
	Hash    journal.Hash `json:"hash" doc:"这一号的校验值，抄下来可以和别处存的对照"`
	Head    uint64       `json:"head" doc:"一共有多少号"`
	Broken  []string     `json:"broken" doc:"对不上的地方；空的就是都对"`
	Done    bool         `json:"done"`
}

func (s *Studio) chain(c *Call) (Chain, error) {
	after := uint64(c.Query.Number("after", 0))
	head, err := s.Store.Head(c.Ctx)
	if err != nil {
		return Chain{}, fmt.Errorf("check chain: %w", err)
	}
	at := journal.Position{Identity: head.Identity, Seq: after, Hash: journal.Hash(c.Query.Text("hash"))}
	if after > 0 && at.Hash == "" {
		entries, err := s.Store.Entries(c.Ctx, after-1, 1)
		if err != nil {
			return Chain{}, fmt.Errorf("check chain: %w", err)
		}
		if len(entries) > 0 {
			at.Hash = entries[0].Hash
		}
	}
	chain, out := journal.NewChain(s.Secret), Chain{Head: head.Seq, Broken: []string{}}
	for end := min(after+chainStep, head.Seq); at.Seq < end; {
		entries, err := s.Store.Entries(c.Ctx, at.Seq, int(min(chainBatch, end-at.Seq)))
		if err != nil {
			return Chain{}, fmt.Errorf("check chain: %w", err)
		}
		if len(entries) == 0 {
			out.Broken = append(out.Broken, "第 "+strconv.FormatUint(at.Seq, 10)+" 号以后缺了")
			break
		}
		for _, e := range entries {
			var broken *journal.Broken
			if err := chain.Verify([]journal.Entry{e}, at); errors.As(err, &broken) && len(out.Broken) < mostProblems {
				out.Broken = append(out.Broken, broken.Error())
			}
			at.Seq, at.Hash = e.Seq, e.Hash
		}
	}
	out.Checked, out.Hash, out.Done = at.Seq, at.Hash, at.Seq >= head.Seq
	return out, nil
}
