package shelf

import "strings"

// Dep names something a page may depend on.
type Dep string

// Things a page may depend on, beside those the functions below name.
const (
	Topics   Dep = "topics"   // the tree of topics
	Scenes   Dep = "scenes"   // any scene, and which of them run
	Settings Dep = "settings" // any setting, and whether pages are grey
)

// ItemDep is one item: its revision, and whether it is live.
func ItemDep(id string) Dep { return Dep("item/" + id) }

// OrderDep is one partition: its members, their order and their cards. Its
// names are "all", "recent", an audience, "<audience>/<topic>", "topic/<key>",
// "region/<code>", "series/<slug>", "scene/<slug>", "article" and "video".
func OrderDep(partition string) Dep { return Dep("order/" + partition) }

// SeriesDep is what a series says of itself; OrderDep("series/<slug>") is what
// it holds.
func SeriesDep(slug string) Dep { return Dep("series/" + slug) }

// SceneDep is what a scene says of itself and whether it runs.
func SceneDep(slug string) Dep { return Dep("scene/" + slug) }

// Version numbers what a rendered page depended on. Equal numbers mean that
// nothing of it changed; 0 is what is not there. It reads memory only.
func (v *View) Version(d Dep) uint64 {
	st := v.st
	kind, name, _ := strings.Cut(string(d), "/")
	switch kind {
	case "order":
		return st.named(name).version
	case "item":
		if id, ok := parseID(name); ok {
			if s, ok := st.slot(id); ok {
				return s.rev
			}
		}
		return 0
	}
	return st.docs.versions[d]
}

// Epoch changes with anything at all: equal epochs mean that every Version is
// equal. It reads memory only.
func (v *View) Epoch() uint64 { return v.st.epoch }
