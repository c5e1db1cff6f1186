// Package account owns the people who sign in: users and the roles they hold in
// a region, sessions, second factors and bearer tokens. It refuses weak
// passwords, guesses and whatever has ended; it knows nothing of what the
// signed-in person then does.
package account

import (
	"slices"
	"strings"
)

// Role is what a person does at the desk.
type Role string

// Roles, from the one who writes to the one who looks on.
const (
	Author  Role = "author"  // 作者: writes and submits what is theirs
	Editor  Role = "editor"  // 编辑: edits, places, gives the first review, publishes what is approved, takes down
	Expert  Role = "expert"  // 专家: gives the scientific review
	Chief   Role = "chief"   // 主编: gives the final review, sets topics, scenes and the rules of review
	Admin   Role = "admin"   // 管理员: users and the site's settings; no word in what is published
	Auditor Role = "auditor" // 审计员: reads everything done, changes nothing
)

// Roles in the order people are shown them.
var Roles = [...]Role{Author, Editor, Expert, Chief, Admin, Auditor}

// Valid tells whether r is one of Roles.
func (r Role) Valid() bool { return slices.Contains(Roles[:], r) }

// Name is the role's name in Chinese; "" for what is none.
func (r Role) Name() string {
	switch r {
	case Author:
		return "作者"
	case Editor:
		return "编辑"
	case Expert:
		return "专家"
	case Chief:
		return "主编"
	case Admin:
		return "管理员"
	case Auditor:
		return "审计员"
	}
	return ""
}

// Province is the region that holds every other.
const Province = "33"

// Grant is a role held in a region and all within it: a GB/T 2260 code of 2, 4
// or 6 digits. "" means the whole province, as Province does.
type Grant struct {
	Role   Role   `json:"role"`
	Region string `json:"region,omitempty"`
}

// Covers tells whether the grant holds for what stands in that region; what
// stands in none is the whole province's.
func (g Grant) Covers(region string) bool {
	if g.Region == "" || g.Region == Province {
		return true
	}
	return strings.HasPrefix(region, g.Region)
}

// Actor is who acts, as the rules see them: an id, which alone goes into the
// journal, and the grants that count for this call (those of a bearer token
// where one was used). The zero Actor may do nothing.
type Actor struct {
	ID       string
	Grants   []Grant
	Token    string // id of the bearer token used; "" where a session was
	ReadOnly bool   // by a token that only reads: whoever takes calls refuses every other
}

// May tells whether the actor holds one of the roles for what stands in region.
func (a Actor) May(region string, roles ...Role) bool {
	for _, g := range a.Grants {
		if slices.Contains(roles, g.Role) && g.Covers(region) {
			return true
		}
	}
	return false
}

// Is tells whether the actor holds one of the roles anywhere.
func (a Actor) Is(roles ...Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return slices.Contains(roles, g.Role) })
}
