package roll

import (
	"slices"
	"strings"

	"kepu/account"
)

// Sight is what a person may see of items: all of those in some regions, their
// own in others, and in any of these what is live. Regions are GB/T 2260
// prefixes; account.Province and "" stand for the whole province.
type Sight struct {
	All   []string // regions of which everything is seen
	Own   []string // regions of which their own is seen
	Known []string // regions of which is seen what is live
	ID    string   // theirs
}

// See gives what the actor may see, by the rules of the desk: editors, experts,
// chiefs and auditors everything in their region, authors what they created or
// wrote there, everybody with a role there what is live.
func See(a account.Actor) Sight {
	if a.ID == "" {
		return Sight{}
	}
	s := Sight{ID: a.ID}
	for _, g := range a.Grants {
		region := g.Region
		if region == account.Province {
			region = ""
		}
		switch g.Role {
		case account.Editor, account.Expert, account.Chief, account.Auditor:
			s.All = append(s.All, region)
		case account.Author:
			s.Own = append(s.Own, region)
		}
		if g.Role.Valid() {
			s.Known = append(s.Known, region)
		}
	}
	s.All, s.Own, s.Known = widest(s.All), widest(s.Own), widest(s.Known)
	return s
}

// Everything sees all there is: for the desk's own work, never for a person's.
func Everything() Sight { return Sight{All: []string{""}} }

// WaitingFor is what the actor may pass now: an editor or chief the first stage,
// an expert the scientific one, a chief the final one, each in their region.
func WaitingFor(a account.Actor) *Waiting {
	w := &Waiting{By: a.ID, Regions: map[string][]string{}}
	for stage, roles := range stageRoles() {
		var regions []string
		for _, g := range a.Grants {
			if slices.Contains(roles, g.Role) {
				region := g.Region
				if region == account.Province {
					region = ""
				}
				regions = append(regions, region)
			}
		}
		if len(regions) > 0 {
			w.Regions[stage] = widest(regions)
			w.Stages = append(w.Stages, stage)
		}
	}
	slices.Sort(w.Stages)
	return w
}

// widest leaves out regions that lie in another of the list, and orders it.
func widest(regions []string) []string {
	slices.Sort(regions)
	var kept []string
	for _, region := range regions {
		if !slices.ContainsFunc(kept, func(k string) bool { return strings.HasPrefix(region, k) }) {
			kept = append(kept, region)
		}
	}
	return kept
}
