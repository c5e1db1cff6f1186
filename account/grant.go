package account

import (
	"cmp"
	"slices"

	"kepu/journal"
)

// maxGrants is how many roles one person may hold in all regions.
const maxGrants = 50

// ValidRegion tells whether code has the form of a region of the province: 33,
// or four or six digits that begin so; "" is the province as well. Whether there
// is such a region is not looked up.
func ValidRegion(code string) bool {
	if code == "" {
		return true
	}
	if len(code) != 2 && len(code) != 4 && len(code) != 6 || code[:2] != Province {
		return false
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return false
		}
	}
	return true
}

// tidy gives the grants in the form they are kept in: sorted, none twice, the
// province as "". An auditor is nothing else beside: 等保 wants those who run
// the system, those who publish and those who watch to be different people. The
// error is *journal.Invalid.
func tidy(grants []Grant) ([]Grant, error) {
	if len(grants) > maxGrants {
		return nil, invalid("grants", "一个人最多 %d 个角色", maxGrants)
	}
	kept := make([]Grant, 0, len(grants))
	var problems []journal.Problem
	for _, g := range grants {
		switch {
		case !g.Role.Valid():
			problems = append(problems, journal.Problem{Field: "grants", Message: "没有这个角色：" + shown(string(g.Role))})
		case !ValidRegion(g.Region):
			problems = append(problems, journal.Problem{Field: "grants", Message: "地区代码应是 33 开头的 2、4 或 6 位数字：" + shown(g.Region)})
		}
		if g.Region == Province {
			g.Region = ""
		}
		kept = append(kept, g)
	}
	auditor := func(g Grant) bool { return g.Role == Auditor }
	if slices.ContainsFunc(kept, auditor) && slices.ContainsFunc(kept, func(g Grant) bool { return !auditor(g) }) {
		problems = append(problems, journal.Problem{Field: "grants", Message: "审计员不能同时有别的角色（三员分立）"})
	}
	if len(problems) > 0 {
		return nil, &journal.Invalid{Problems: problems}
	}
	slices.SortFunc(kept, func(a, b Grant) int {
		return cmp.Or(cmp.Compare(slices.Index(Roles[:], a.Role), slices.Index(Roles[:], b.Role)), cmp.Compare(a.Region, b.Region))
	})
	return slices.Compact(kept), nil
}

// shown is a foreign text short enough to be put into a message.
func shown(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

// within gives what of scope still holds under the grants: role by role, the
// smaller of both regions.
func within(scope, grants []Grant) []Grant {
	var both []Grant
	for _, s := range scope {
		for _, g := range grants {
			switch {
			case s.Role != g.Role:
			case g.Covers(s.Region):
				both = append(both, s)
			case s.Covers(g.Region):
				both = append(both, g)
			}
		}
	}
	return both
}

// holds tells whether the grants have all of scope in them.
func holds(grants, scope []Grant) bool {
	return !slices.ContainsFunc(scope, func(g Grant) bool { return !slices.Contains(within([]Grant{g}, grants), g) })
}

// governs is nil where the actor is an administrator for each of the grants. An
// administrator of one region could else make an administrator of all, or sign
// in as one.
func governs(by Actor, grants []Grant) error {
	if by.ReadOnly || !by.Is(Admin) {
		return ErrDenied
	}
	for _, g := range grants {
		if !by.May(g.Region, Admin) {
			return ErrDenied
		}
	}
	return nil
}

// governor tells whether a person is an administrator of everything, and active.
func (p person) governor() bool {
	return p.Disabled == nil && slices.Contains(p.Grants, Grant{Role: Admin})
}
