package desktest_test

import (
	"slices"
	"strings"
)

// The model is the rules of the desk once more, written from the rules and not
// from the code, over states that never change: an item is the list of them.

// class is how a call ends.
type class string

const (
	accepted  class = "accepted"
	unknown   class = "unknown"
	forbidden class = "forbidden"
	conflict  class = "conflict"
	untimely  class = "untimely"
	invalid   class = "invalid"
)

// grant is a role in a region; person is one of the actors.
type grant struct{ role, region string }

type person struct {
	id     string
	grants []grant
}

func (p person) has(region string, roles ...string) bool {
	return slices.ContainsFunc(p.grants, func(g grant) bool {
		return slices.Contains(roles, g.role) && (g.region == "" || strings.HasPrefix(region, g.region))
	})
}

// where an item stands; open tells that it has an audience.
type where struct {
	region, tag string
	open        bool
}

// trial is a review; no is 0 where there is none.
type trial struct {
	text     string
	stages   string // each with a comma after it
	passed   string // by whom, likewise
	by       string
	returned string // by whom
	with     string
	due      int64
	no       int // of the submission
}

func (t trial) running() bool {
	return t.no > 0 && t.returned == "" && len(ids(t.passed)) < len(ids(t.stages))
}
func (t trial) won() bool {
	return t.no > 0 && t.returned == "" && len(ids(t.passed)) == len(ids(t.stages))
}
func (t trial) stage() string { return ids(t.stages)[len(ids(t.passed))] }

// ids are what a list of them holds.
func ids(list string) []string {
	all := strings.Split(list, ",")
	return all[:len(all)-1]
}

// plan is a schedule.
type plan struct {
	text string
	at   int64
	by   string
}

// state is one revision of an item.
type state struct {
	draft, live          string
	writers, liveWriters string // ids, each with a comma after it
	trial                trial
	plan                 plan
	until                int64
	gone                 int64 // since when; 0: it is not
	shown                bool
	where                where
}

func (s state) wrote(id string) bool { return strings.Contains(","+s.writers, ","+id+",") }

func (s *state) writer(id string) {
	if !s.wrote(id) {
		s.writers += id + ","
	}
}

// life is what the steps of a review depend on.
func (s state) life() state {
	return state{draft: s.draft, live: s.live, trial: s.trial, plan: s.plan, gone: s.gone}
}

// typed is an autosave.
type typed struct {
	n     uint64
	text  string
	empty int64 // when it was emptied; 0: it is not
}

// story is an item: its revisions, and what is typed on it.
type story struct {
	id      string
	creator string
	past    []state // past[i] is revision i+1
	deleted string  // by whom
	typed   map[string]typed
	aside   map[string]map[string]bool // by user, by text
}

func (s *story) now() state  { return s.past[len(s.past)-1] }
func (s *story) rev() uint64 { return uint64(len(s.past)) }

// rules of the moment.
type rules struct {
	stages int
	clock  int64 // milliseconds
	people map[string]person
	trials int
}

const day = 24 * 60 * 60 * 1000

func (r *rules) route(text string) string {
	switch {
	case r.stages == 0:
		return ""
	case isEmergency(text), r.stages == 1:
		return "final,"
	case r.stages == 2:
		return "first,final,"
	}
	return "first,scientific,final,"
}

func (r *rules) due(t trial) int64 {
	if !t.running() {
		return 0
	}
	return r.clock + map[string]int64{"first": 3, "scientific": 5, "final": 2}[t.stage()]*day
}

// call is one act that somebody asks for.
type call struct {
	name string
	who  person
	on   *story
	rev  uint64
	n    uint64
	text string
	to   string // of an assignment
	at   int64  // of a schedule or an end
	put  where
}

// knows: what is not live is there for those who work on it.
func (c call) knows(s state) bool {
	return c.reads(s) || s.live != "" && c.who.has(s.where.region, "author", "editor", "expert", "chief", "admin", "auditor")
}

func (c call) reads(s state) bool {
	return c.who.has(s.where.region, "editor", "chief", "expert", "auditor") || c.owns(s)
}

func (c call) owns(s state) bool {
	return c.who.has(s.where.region, "author") && (s.wrote(c.who.id) || c.on.creator == c.who.id)
}

func (c call) leads(s state) bool { return c.who.has(s.where.region, "editor", "chief") }

// judge says whether the person may pass the stage under way.
func judge(p person, s state) bool {
	roles := map[string][]string{"first": {"editor", "chief"}, "scientific": {"expert"}, "final": {"chief"}}
	return p.has(s.where.region, roles[s.trial.stage()]...) && !s.wrote(p.id) && !slices.Contains(ids(s.trial.passed), p.id)
}

// allowed: who may ask for the act at all.
func (c call) allowed(s state) bool {
	switch c.name {
	case "save", "submit", "delete", "autosave", "drop":
		return c.leads(s) || c.owns(s)
	case "approve", "return":
		return c.who.has(s.where.region, "editor", "expert", "chief")
	case "assign":
		return c.leads(s) || s.trial.running() && s.trial.with == c.who.id
	}
	return c.leads(s)
}

// depends is the part of the state that must not have moved since it was seen.
func (c call) depends(s state) state {
	switch c.name {
	case "save":
		return state{draft: s.draft}
	case "place":
		return state{where: s.where}
	case "until":
		return state{until: s.until, plan: s.plan}
	}
	return s.life()
}

// done: a second click on what the first did.
func (c call) done(seen, s state) bool {
	same := seen.trial.no > 0 && seen.trial.no == s.trial.no
	passed, before := ids(s.trial.passed), len(ids(seen.trial.passed))
	switch c.name {
	case "save":
		return s.draft == c.text
	case "place":
		return s.where == c.put
	case "until":
		return s.until == c.at
	case "unschedule":
		return s.plan == plan{}
	case "schedule":
		return s.plan.text == seen.draft && s.plan.at == c.at
	case "publish":
		return s.live != "" && s.live == seen.draft
	case "submit":
		return s.trial.no > 0 && s.trial.by == c.who.id && s.trial.text == seen.draft && s.trial.returned == "" && len(passed) == 0 && (seen.trial.no == 0 || seen.trial.returned != "")
	case "approve":
		return same && len(passed) > before && passed[before] == c.who.id
	case "return":
		return same && s.trial.returned == c.who.id
	case "assign":
		return seen.trial.no > 0 && s.trial.no > 0 && s.trial.text == seen.trial.text && len(passed) == before && s.trial.with == c.to
	}
	return false
}

// judgeCall says how a call ends and what the item is then; equal to what it
// was where nothing changes.
func (r *rules) judgeCall(c call) (class, state) {
	if c.on.deleted != "" {
		if c.name == "delete" && c.on.deleted == c.who.id {
			return accepted, state{}
		}
		return unknown, state{}
	}
	s := c.on.now()
	switch {
	case !c.knows(s):
		return unknown, s
	case !c.allowed(s):
		return forbidden, s
	}
	if c.name != "withdraw" && c.rev != c.on.rev() {
		if c.rev == 0 || c.rev > c.on.rev() {
			return conflict, s
		}
		seen := c.on.past[c.rev-1]
		if c.done(seen, s) {
			return accepted, s
		}
		if c.depends(seen) != c.depends(s) {
			return conflict, s
		}
	}
	return r.act(c, s)
}
