package desktest_test

// act decides over the state that stands.
func (r *rules) act(c call, s state) (class, state) {
	was := s
	refuse := func(why class) (class, state) { return why, was }
	switch c.name {
	case "save":
		if s.draft != c.text {
			s.draft, s.trial, s.plan = c.text, trial{}, plan{}
			s.writer(c.who.id)
		}
	case "place":
		if !c.who.has(c.put.region, "editor", "chief") {
			return refuse(forbidden)
		}
		s.where = c.put
	case "until":
		if c.at != 0 && (c.at <= r.clock || s.plan.at != 0 && c.at <= s.plan.at) {
			return refuse(invalid)
		}
		s.until = c.at
	case "unschedule":
		s.plan = plan{}
	case "withdraw":
		if s.live == "" && s.gone == 0 && s.plan.at == 0 {
			return refuse(invalid)
		}
		if s.live != "" || s.gone != 0 {
			s.leave(r.clock)
		}
		s.trial, s.plan = trial{}, plan{}
	case "delete":
		if s.shown || s.gone != 0 {
			return refuse(untimely)
		}
		for user, a := range c.on.typed {
			if user != c.who.id && a.empty == 0 {
				return refuse(untimely)
			}
		}
		for user, texts := range c.on.aside {
			if user != c.who.id && len(texts) > 0 {
				return refuse(untimely)
			}
		}
	case "submit":
		return r.submit(c, s)
	case "assign":
		if !s.trial.running() {
			return refuse(untimely)
		}
		t := s.trial
		if t.with = c.to; t.due <= r.clock {
			t.due = r.due(t)
		}
		if p, ok := r.people[c.to]; c.to != "" && (!ok || !judge(p, s)) {
			return refuse(invalid)
		}
		s.trial = t
	case "approve", "return":
		return r.review(c, s)
	case "publish", "schedule":
		return r.publish(c, s)
	}
	return accepted, s
}

func (r *rules) submit(c call, s state) (class, state) {
	own := c.on.typed[c.who.id]
	switch {
	case s.trial.running(), s.trial.won(), s.live != "" && s.live == s.draft:
		return untimely, s
	case own.n > 0 && own.empty == 0 && own.text != s.draft:
		return untimely, s
	case !s.where.open:
		return invalid, s
	}
	r.trials++
	t := trial{text: s.draft, stages: r.route(s.draft), by: c.who.id, no: r.trials}
	t.due = r.due(t)
	s.trial, s.plan = t, plan{}
	return accepted, s
}

func (r *rules) review(c call, s state) (class, state) {
	if !s.trial.running() {
		return untimely, s
	}
	t := s.trial
	elsewhere := t.with != "" && t.with != c.who.id
	may := judge(c.who, s)
	if c.name == "return" && c.who.has(s.where.region, "chief") {
		may, elsewhere = true, false
	}
	switch {
	case !may:
		return forbidden, s
	case elsewhere:
		return untimely, s
	}
	t.with, t.due = "", 0
	if c.name == "return" {
		t.returned, s.plan = c.who.id, plan{}
	} else {
		t.passed += c.who.id + ","
		t.due = r.due(t)
	}
	s.trial = t
	return accepted, s
}

func (r *rules) publish(c call, s state) (class, state) {
	was := s
	if c.name == "schedule" && c.at <= r.clock {
		return invalid, was
	}
	if s.live != "" && s.live == s.draft {
		if c.name == "publish" {
			return accepted, was
		}
		return untimely, was
	}
	if s.trial.no == 0 && r.route(s.draft) == "" {
		r.trials++
		s.trial = trial{text: s.draft, by: c.who.id, no: r.trials}
	}
	switch {
	case !s.trial.won():
		return untimely, was
	case s.trial.stages == "" && !c.who.has(s.where.region, "chief"):
		return forbidden, was
	case !s.where.open:
		return invalid, was
	}
	if c.name == "publish" {
		if s.until != 0 && s.until <= r.clock {
			return untimely, was
		}
		s.show()
		return accepted, s
	}
	if s.until != 0 && s.until <= c.at {
		return untimely, was
	}
	if s.plan.at != c.at {
		s.plan = plan{text: s.draft, at: c.at, by: c.who.id}
	}
	return accepted, s
}

func (s *state) show() {
	s.live, s.liveWriters, s.writers = s.draft, s.writers, ""
	s.trial, s.plan, s.gone, s.shown = trial{}, plan{}, 0, true
}

// leave: those who wrote what was live are writers of the draft again.
func (s *state) leave(at int64) {
	if s.live != "" && s.live == s.draft {
		for _, id := range ids(s.liveWriters) {
			s.writer(id)
		}
	}
	s.live, s.liveWriters = "", ""
	if s.gone == 0 {
		s.gone = at
	}
}

// tick is what the clock does to an item.
func (r *rules) tick(s state) state {
	switch {
	case s.until != 0 && s.until <= r.clock && (s.live != "" || s.plan.at != 0):
		if s.live != "" {
			s.leave(s.until)
		}
		if s.plan.at != 0 {
			s.trial, s.plan = trial{}, plan{}
		}
	case s.plan.at == 0 || s.plan.at > r.clock:
	case s.plan.text == s.draft && s.trial.won() && s.where.open && (s.trial.stages != "" || r.people[s.plan.by].has(s.where.region, "chief")):
		s.show()
	default:
		s.plan = plan{}
	}
	return s
}

// typing says how an autosave of number n ends.
func (r *rules) typing(c call) class {
	if c.on.deleted != "" || !c.knows(c.on.now()) {
		return unknown
	}
	if !c.allowed(c.on.now()) {
		return forbidden
	}
	a := r.typed(c.on, c.who.id)
	if c.n != a.n && (a.empty == 0 || c.n != 0) {
		return conflict
	}
	c.on.typed[c.who.id] = typed{n: a.n + 1, text: c.text}
	return accepted
}

// week is how long the number of an emptied autosave is remembered.
const week = 7 * day

func (r *rules) typed(on *story, user string) typed {
	a := on.typed[user]
	if a.empty != 0 && a.empty+week <= r.clock {
		return typed{}
	}
	return a
}

// saved books what a save does to what is typed.
func (r *rules) saved(c call, how class) {
	a := r.typed(c.on, c.who.id)
	there := a.n > 0 && a.empty == 0
	switch {
	case how == accepted && there && (a.n == c.n || a.text == c.text):
		c.on.typed[c.who.id] = typed{n: a.n, empty: r.clock}
	case how == conflict && (!there || a.n == c.n):
		c.on.typed[c.who.id] = typed{n: a.n + 1, text: c.text}
	case how == conflict:
		if c.on.aside[c.who.id] == nil {
			c.on.aside[c.who.id] = map[string]bool{}
		}
		c.on.aside[c.who.id][c.text] = true
	}
}
