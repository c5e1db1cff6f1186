package shelf

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"kepu/content"
	"kepu/journal"
)

// docs are the small things the shelf keeps decoded: topics, series, scenes and
// settings. A state's docs never change; an edit clones them.
type docs struct {
	topics   map[string]content.Topic
	series   map[string]content.Series
	scenes   map[string]content.Scene
	settings map[string][]byte
	versions map[Dep]uint64
	tree     []content.Topic // topics, parents before children
	grey     content.Grey    // the setting of that name
}

func newDocs() *docs {
	return &docs{
		topics: map[string]content.Topic{}, series: map[string]content.Series{}, scenes: map[string]content.Scene{},
		settings: map[string][]byte{}, versions: map[Dep]uint64{},
	}
}

func (d *docs) clone() *docs {
	return &docs{
		topics: maps.Clone(d.topics), series: maps.Clone(d.series), scenes: maps.Clone(d.scenes),
		settings: maps.Clone(d.settings), versions: maps.Clone(d.versions), tree: d.tree, grey: d.grey,
	}
}

// set takes in a record's state, or forgets it where state is nil, and notes
// version under what depends on it.
func (d *docs) set(key journal.Key, state []byte, version uint64) (err error) {
	switch key.Kind {
	case content.KindTopic:
		err = setDoc(d.topics, key.ID, state)
		d.grow()
		d.versions[Topics] = version
	case content.KindSeries:
		err = setDoc(d.series, key.ID, state)
		d.versions[SeriesDep(key.ID)] = version
	case content.KindScene:
		err = setDoc(d.scenes, key.ID, state)
		d.versions[SceneDep(key.ID)] = version
		d.versions[Scenes] = version
	case content.KindSetting:
		if state == nil {
			delete(d.settings, key.ID)
		} else if !json.Valid(state) {
			err = fmt.Errorf("setting %s is not JSON", key.ID)
		} else {
			d.settings[key.ID] = state
		}
		if key.ID == content.SettingGrey && err == nil {
			d.grey = readGrey(state)
		}
		d.versions[Settings] = version
	}
	return err
}

// readGrey reads the setting; one that is not there or cannot be read is of no
// time at all.
func readGrey(state []byte) (g content.Grey) {
	if state == nil || json.Unmarshal(state, &g) != nil {
		return content.Grey{}
	}
	return g
}

// greyAt tells whether pages are grey at an instant.
func (d *docs) greyAt(now int64) bool { return d.grey.At(time.UnixMilli(now)) }

// greyEdges are the instants at which that changes.
func (d *docs) greyEdges() []int64 {
	if d.grey == (content.Grey{}) {
		return nil
	}
	return []int64{d.grey.From.UnixMilli(), d.grey.Until.UnixMilli()}
}

func setDoc[T content.Topic | content.Series | content.Scene](into map[string]T, id string, state []byte) error {
	if state == nil {
		delete(into, id)
		return nil
	}
	doc, err := content.Decode[T](state)
	if err == nil {
		into[id] = doc
	}
	return err
}

// grow puts the topics in order: by the top topic's order, then the child's,
// then by key.
func (d *docs) grow() {
	d.tree = slices.SortedFunc(maps.Values(d.topics), func(a, b content.Topic) int {
		return cmp.Or(
			cmp.Compare(d.top(a).Order, d.top(b).Order),
			cmp.Compare(d.top(a).Key, d.top(b).Key),
			cmp.Compare(depth(a), depth(b)),
			cmp.Compare(a.Order, b.Order),
			cmp.Compare(a.Key, b.Key),
		)
	})
}

func (d *docs) top(t content.Topic) content.Topic {
	if top, ok := d.topics[topOf(t.Key)]; ok {
		return top
	}
	return content.Topic{Key: topOf(t.Key)}
}

func depth(t content.Topic) int {
	if topOf(t.Key) == t.Key {
		return 0
	}
	return 1
}

// covers are the blobs a series or scene shows.
func (d *docs) covers(key journal.Key) []content.Picture {
	var cover *content.Picture
	switch key.Kind {
	case content.KindSeries:
		cover = d.series[key.ID].Cover
	case content.KindScene:
		cover = d.scenes[key.ID].Cover
	}
	if cover == nil {
		return nil
	}
	return []content.Picture{*cover}
}
