package library

import (
	"encoding/json"
	"io/fs"
	"testing"

	"kepu/content"
	"kepu/content/markdown"
)

// read gives what a YAML file of the library lists.
func read[T any](t *testing.T, name string) (all []T) {
	t.Helper()
	src, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := markdown.YAML(src)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(all) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return all
}

func TestSeries(t *testing.T) {
	parts := map[string]map[string]string{} // series, part → piece
	for _, s := range read[content.Series](t, "series.yaml") {
		if wrong := s.Check(); len(wrong) > 0 {
			t.Errorf("%s: %v", s.Slug, wrong)
		}
		parts[s.Slug] = map[string]string{}
	}
	for _, p := range pieces(t) {
		member, ok := p.meta["series"].(map[string]any)
		if !ok {
			continue
		}
		id, part := text(member, "id"), toString(member["part"])
		switch other, taken := parts[id][part]; {
		case parts[id] == nil:
			t.Errorf("%s: there is no series %q", p.name, id)
		case taken:
			t.Errorf("%s: %s is part %s of %s already", p.name, other, part, id)
		default:
			parts[id][part] = p.name
		}
	}
	for id, members := range parts {
		if len(members) < 2 {
			t.Errorf("%s: a series of %d", id, len(members))
		}
	}
}

func TestScenes(t *testing.T) {
	topics := map[string]bool{}
	for _, topic := range content.SeedTopics() {
		topics[topic.Key] = true
	}
	all := pieces(t)
	for _, s := range read[content.Scene](t, "scenes.yaml") {
		lifted := 0
		for _, p := range all {
			for _, topic := range p.strs("topics") {
				for _, above := range s.Topics {
					if content.InTopic(topic, above) {
						lifted++
					}
				}
			}
		}
		if lifted == 0 {
			t.Errorf("%s lifts nothing", s.Slug)
		}
		for _, id := range s.Items {
			if !has(all, id) {
				t.Errorf("%s names %s, which is not there", s.Slug, id)
			}
		}
		s.Items = nil // ids of this folder, not yet of a store
		if wrong := s.Check(func(topic string) bool { return topics[topic] }); len(wrong) > 0 {
			t.Errorf("%s: %v", s.Slug, wrong)
		}
	}
}

func has(all []piece, name string) bool {
	for _, p := range all {
		if p.name == name {
			return true
		}
	}
	return false
}
